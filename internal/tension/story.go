package tension

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sort"
	"strconv"
	"time"

	"tensionmonitor/internal/score"
)

// Story joins the reports about one thing. It does not change: a further report makes a new Story of it,
// so whoever holds stories may read them while a Book goes on.
type Story struct {
	ID       string // of its founding report, the same after every restart
	Pair     string
	Kind     string
	Side     score.Side
	From, To string    // as the first report that knows says
	Place    string    // the first place named, or empty
	Number   int       // the first number given, or 0
	Began    time.Time // event time of its founder; never moves

	tellings []*Telling // as first seen, the founder first
	began    int64      // Began in nanoseconds since 1970
	halfLife float64    // in nanoseconds
	eases    bool       // a de-escalation
	voice    int        // the founder's, as the Book numbers voices
	now      rise       // the last of rises, here because it is nearly always the one asked for
	rises    []rise
	told     []testimony
	places   []string // other places and numbers named meanwhile
	numbers  []int
}

// testimony is what a report adds to a story beyond what its house said before.
type testimony struct {
	report        int32 // whose
	family, voice int32 // numbered as the story meets them
}

// rise is the strength of a story from the moment a report was seen on.
type rise struct {
	seen     int64 // in nanoseconds since 1970
	strength float64
	voices   int32 // how many told the story by then; 0 where it was not known
}

// found makes the story a report founds.
func found(pair string, r *Telling, halfLife time.Duration, voice int, blocCap float64) *Story {
	e := r.what
	s := &Story{
		ID: storyID(pair, r), Pair: pair, Kind: e.kind.Name, Side: e.kind.Side, From: e.from, To: e.to, Place: e.place, Number: e.number,
		Began: r.Time(), began: r.at, halfLife: float64(halfLife), eases: e.kind.Side == score.Deescalation, voice: voice,
		tellings: []*Telling{r},
	}
	s.hear(r, blocCap)
	return s
}

func storyID(pair string, r *Telling) string {
	h := sha256.New()
	for _, word := range []string{pair, r.what.kind.Name, r.what.from, r.what.to, strconv.FormatUint(r.Article, 16)} {
		h.Write([]byte(word))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// with is the story after a further report.
func (s *Story) with(r *Telling, blocCap float64) *Story {
	next, e := *s, r.what
	next.tellings = append(s.tellings, r)
	if s.From == score.Unknown {
		next.From, next.To = e.from, e.to
	}
	if s.Place == "" {
		next.Place = e.place
	} else if !s.saidPlace(e.place) {
		next.places = append(s.places, e.place)
	}
	if s.Number == 0 {
		next.Number = e.number
	} else if !s.saidNumber(e.number) {
		next.numbers = append(s.numbers, e.number)
	}
	next.hear(r, blocCap)
	return &next
}

// saidPlace says whether a place is no news to the story; a missing one never is.
func (s *Story) saidPlace(p string) bool {
	return p == "" || s.Place == "" || p == s.Place || slices.Contains(s.places, p)
}

func (s *Story) saidNumber(n int) bool {
	return n == 0 || s.Number == 0 || n == s.Number || slices.Contains(s.numbers, n)
}

// hear adds the last report's testimony, if its house has not said as much as surely before.
func (s *Story) hear(r *Telling, blocCap float64) {
	t := testimony{report: int32(len(s.tellings) - 1), family: -1, voice: -1}
	families, voices := int32(0), int32(0)
	for _, old := range s.told {
		families, voices = max(families, old.family+1), max(voices, old.voice+1)
		teller := s.tellings[old.report]
		if teller.Voice() != r.Voice() {
			continue
		}
		t.voice = old.voice
		if teller.source.Family != r.source.Family {
			continue
		}
		t.family = old.family
		if teller.intensity >= r.intensity && teller.strength >= r.strength {
			return
		}
	}
	if t.voice < 0 {
		t.voice, voices = voices, voices+1
	}
	if t.family < 0 {
		t.family, families = families, families+1
	}
	s.told = append(s.told, t)
	s.now = rise{r.seen, s.layered(int(families), int(voices), blocCap), voices}
	s.rises = append(s.rises, s.now)
}

// layered is vκ: each layer of intensity counts as far as those who say at least as much are believed,
// so one shrill outlet lifts its own layer only.
func (s *Story) layered(families, voices int, blocCap float64) (sum float64) {
	byLayer := slices.Clone(s.told)
	slices.SortStableFunc(byLayer, func(a, b testimony) int {
		return -cmp.Compare(s.tellings[a.report].intensity, s.tellings[b.report].intensity)
	})
	best, owner := make([]float64, families), make([]testimony, families)
	doubt := make([]float64, voices)
	for i, t := range byLayer {
		r := s.tellings[t.report]
		best[t.family], owner[t.family] = max(best[t.family], r.strength), t
		below := 0.0
		if i+1 < len(byLayer) {
			below = s.tellings[byLayer[i+1].report].intensity
		}
		if r.intensity > below {
			sum += (r.intensity - below) * s.belief(best, owner, doubt, blocCap)
		}
	}
	return sum
}

// belief is κ: how far a thing is believed that these families say, each with its best strength (0: not said).
// doubt is room to work in, one place a voice.
func (s *Story) belief(best []float64, owner []testimony, doubt []float64, blocCap float64) float64 {
	for v := range doubt {
		doubt[v] = 1
	}
	for f, strength := range best {
		if strength > 0 {
			doubt[owner[f].voice] *= 1 - strength
		}
	}
	for f := range best {
		if t := owner[f]; best[f] > 0 && s.tellings[t.report].source.Bloc != "" {
			doubt[t.voice] = max(doubt[t.voice], 1-blocCap)
		}
	}
	all := 1.0
	for _, d := range doubt {
		all *= d
	}
	return 1 - all
}

// at is the story as known at a moment, in nanoseconds since 1970.
func (s *Story) at(now int64) rise {
	if s.now.seen <= now {
		return s.now
	}
	for i := len(s.rises) - 2; i >= 0; i-- {
		if s.rises[i].seen <= now {
			return s.rises[i]
		}
	}
	return rise{}
}

// Strength is vκ, what the story weighs when fresh, as known by now: 0 to 10.
func (s *Story) Strength(now time.Time) float64 { return s.at(now.UnixNano()).strength }

// Tellings are the reports of the story as first seen; the first founded it.
func (s *Story) Tellings() []*Telling { return s.tellings }

// Known are the tellings first seen by now.
func (s *Story) Known(now time.Time) []*Telling {
	return s.tellings[:sort.Search(len(s.tellings), func(i int) bool { return s.tellings[i].seen > now.UnixNano() })]
}

// Voices are those who told the story by now, in the order in which they were heard.
func (s *Story) Voices(now time.Time) (voices []Voice) {
	for _, r := range s.Known(now) {
		if v := r.Voice(); !slices.Contains(voices, v) {
			voices = append(voices, v)
		}
	}
	return voices
}
