package tension

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"tensionmonitor/internal/score"
)

// Book joins the reports on one pair into stories. The same reports give the same stories in whatever order
// they are added: those that come in the order of first seen, article, place in the article are joined at
// once, and one that comes late makes the Book read all anew. Not for concurrent use; what it hands out is.
type Book struct {
	pair      string
	constants Constants
	kinds     map[string]*score.Kind
	since     time.Time
	memory    memory
	tellings  []*Telling
	known     map[uint64]int64    // when first seen, by identity
	stories   map[string][]*Story // by kind; in order of Began
	voices    map[Voice]int
	postponed bool // joining waits, and so does the question what is known
	late      bool // a report came out of order, and stories have to be joined anew
}

// NewBook makes an empty book on a pair. Reports of kinds that are not among these are left out.
func NewBook(pair string, kinds []score.Kind, c Constants) *Book {
	b := &Book{pair: pair, constants: c, kinds: make(map[string]*score.Kind, len(kinds)), memory: newMemory()}
	for i := range kinds {
		b.kinds[kinds[i].Name] = &kinds[i]
	}
	b.clear()
	return b
}

func (b *Book) clear() {
	b.postponed, b.late = false, false
	b.known, b.stories, b.voices = make(map[uint64]int64), make(map[string][]*Story), make(map[Voice]int)
}

// Add takes a report and says whether it is news to the Book. What an article said before is not, and its
// first version stands.
func (b *Book) Add(r Report) bool {
	kind := b.kinds[r.Event.Kind]
	if r.Event.Pair != b.pair || kind == nil || r.Time.Before(b.since) {
		return false
	}
	t := b.memory.keep(&r, kind)
	if b.postponed {
		b.tellings = append(b.tellings, t)
		return true
	}
	id := t.identity()
	if first, known := b.known[id]; known && t.seen >= first {
		return false
	}
	b.late = b.late || len(b.tellings) > 0 && inOrder(t, b.tellings[len(b.tellings)-1]) < 0
	b.tellings = append(b.tellings, t)
	b.read(t, id)
	return true
}

func (b *Book) read(t *Telling, id uint64) {
	b.known[id] = t.seen
	if !b.late {
		b.join(t)
	}
}

// Forget leaves out all reports of what happened before a moment, those still to come included. The Book is
// then as if it had never known them. Constants.Since gives a moment that changes no number.
func (b *Book) Forget(before time.Time) {
	if !before.After(b.since) {
		return
	}
	b.since = before
	kept := slices.DeleteFunc(b.tellings, func(t *Telling) bool { return t.at < before.UnixNano() })
	forgot := len(kept) < len(b.tellings)
	b.tellings = kept
	if forgot {
		b.reread()
	}
}

// reread joins all reports anew, in their order.
func (b *Book) reread() {
	all := b.tellings
	slices.SortStableFunc(all, inOrder)
	b.clear()
	b.tellings = all[:0]
	for _, t := range all {
		id := t.identity()
		if _, again := b.known[id]; !again {
			b.tellings = append(b.tellings, t)
			b.read(t, id)
		}
	}
	clear(all[len(b.tellings):])
}

// Postpone leaves joining until the stories are asked for, which is cheaper where many reports come in no order. Until
// then Add takes everything for news.
func (b *Book) Postpone() { b.postponed, b.late = true, true }

// Chronicle is what the Book tells so far, with what could be seen when.
func (b *Book) Chronicle(seen Coverage) *Chronicle {
	stories := b.Stories() // this may number the voices
	return &Chronicle{Pair: b.pair, Stories: stories, Coverage: seen, Constants: b.constants, voices: len(b.voices)}
}

// Stories are all stories in the order in which they began.
func (b *Book) Stories() []*Story {
	if b.late {
		b.reread()
	}
	var all []*Story
	for _, ofKind := range b.stories {
		all = append(all, ofKind...)
	}
	slices.SortFunc(all, func(x, y *Story) int { return cmp.Or(x.Began.Compare(y.Began), cmp.Compare(x.ID, y.ID)) })
	return all
}

// join puts a report where it belongs: into a story there is, into one it founds, or nowhere.
func (b *Book) join(r *Telling) {
	kind := r.what.kind
	ofKind := b.stories[kind.Name]
	if i := match(ofKind, r, b.constants.Join.of(kind.HalfLife)); i >= 0 {
		ofKind[i] = ofKind[i].with(r, b.constants.BlocCap)
		return
	}
	if r.founds() {
		s := b.found(r)
		at := sort.Search(len(ofKind), func(i int) bool { return ofKind[i].Began.After(s.Began) })
		b.stories[kind.Name] = slices.Insert(ofKind, at, s)
	}
}

func (b *Book) found(r *Telling) *Story {
	voice, known := b.voices[r.Voice()]
	if !known {
		voice = len(b.voices)
		b.voices[r.Voice()] = voice
	}
	kind := r.what.kind
	halfLife := b.constants.HalfLife.of(kind.HalfLife)
	if kind.Side == score.Deescalation {
		halfLife = max(halfLife, slowestPeace)
	}
	return found(b.pair, r, halfLife, voice, b.constants.BlocCap)
}

// match finds the story of its kind that a report belongs to, or -1. Stories are in order of Began.
func match(stories []*Story, r *Telling, window time.Duration) int {
	first := sort.Search(len(stories), func(i int) bool { return stories[i].began >= r.at-int64(window) })
	best := -1
	for i := first; i < len(stories) && stories[i].began <= r.at+int64(window); i++ {
		if stories[i].takes(r) && (best < 0 || fitsBetter(r, stories[i], stories[best])) {
			best = i
		}
	}
	return best
}

// takes says whether a report in the story's window can be about the same thing.
func (s *Story) takes(r *Telling) bool {
	e := r.what
	direction := e.from == s.From && e.to == s.To || e.from == score.Unknown || s.From == score.Unknown
	return direction && (distance(s, r) <= apart || s.saidPlace(e.place) && s.saidNumber(e.number))
}

// fitsBetter says whether a report goes into story s and not t, if both take it. One that does not say who
// did it goes with the heavier; all others with the one that agrees in more, then with the nearer.
func fitsBetter(r *Telling, s, t *Story) bool {
	closer := cmp.Or(cmp.Compare(s.agreement(r), t.agreement(r)), cmp.Compare(distance(t, r), distance(s, r)))
	if r.what.from == score.Unknown {
		closer = cmp.Or(cmp.Compare(s.now.strength, t.now.strength), closer)
	}
	return closer > 0
}

// agreement counts in how many of direction, place and number report and story say the same, less those in
// which they differ.
func (s *Story) agreement(r *Telling) (n int) {
	e := r.what
	if e.from == s.From {
		n++
	}
	if e.place != "" && s.Place != "" {
		n += sign(s.saidPlace(e.place))
	}
	if e.number != 0 && s.Number != 0 {
		n += sign(s.saidNumber(e.number))
	}
	return n
}

func sign(agree bool) int {
	if agree {
		return 1
	}
	return -1
}

func distance(s *Story, r *Telling) time.Duration { return time.Duration(r.at - s.began).Abs() }
