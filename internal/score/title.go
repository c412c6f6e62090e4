package score

import (
	"slices"
	"strings"
)

// subjectWords is where in a title the name of its subject begins at the latest: "Chief of the UN urges".
const subjectWords = 2

// settle says whether the title leaves room for an event in the text: not where it tells of an
// anniversary, a plan or a denial, or of a third state's deed without naming the two. What the text reports then is
// background.
func (s *scratch) settle(l *Lexicon, r *Result) {
	if len(r.Events) > 0 {
		return
	}
	for _, m := range r.Mentions {
		if l.settles[m.Dropped] {
			s.settled = background
			return
		}
	}
	if slices.ContainsFunc(s.actors[0], func(a actor) bool { return a.state >= 0 && a.start >= s.question }) {
		s.settled = background
		return
	}
	if len(r.Mentions) == 0 && slices.ContainsFunc(s.cues[0], func(c match) bool { return l.refutes[l.cues[c.out.id].name] }) {
		s.settled = background // "the report of a dead officer is made up"
		return
	}
	s.elsewhere = s.third
	title := s.titleStates()
	named := slices.ContainsFunc(l.pairs, func(p pairOf) bool { return title&p.states() == p.states() })
	switch {
	case s.third && !named:
		s.settled = noPair
	case named && s.thirdSpeaks(l):
		s.settled = background
	}
}

// thirdSpeaks says whether a title begins with a third state or the like as its subject: what "EU watches row between Baku
// and Tehran" tells of the two has been told before.
func (s *scratch) thirdSpeaks(l *Lexicon) bool {
	if len(s.titleParties) == 0 {
		return false
	}
	p := &s.titleParties[0]
	return p.start < subjectWords && (p.part == partNone || p.part == partSpeaker) && !l.paired(int(p.state))
}

// question gives the first token of the question a title ends with, one past its tokens where it asks nothing.
func (f *field) question() int32 {
	end := int32(len(f.tokens))
	last := f.to - 1
	if last < 0 {
		return end
	}
	rest := f.text[f.tokens[last].end:]
	if last+1 < end {
		rest = f.between(last, last+1)
	}
	if !strings.ContainsAny(rest, "?؟") {
		return end
	}
	start, _ := f.sentence(f.tokens[last].sentence)
	for k := last; k > start; k-- {
		if f.tokens[k].marks&markHard != 0 {
			return k
		}
	}
	return start
}

// yield moves a kind that is but the way a deed is done behind the deed the title tells with it: "phones Aliyev to
// apologise".
func (r *Result) yield(l *Lexicon) {
	if len(r.Events) == 0 {
		return
	}
	first := &r.Events[0]
	if k := slices.IndexFunc(l.kinds, func(k Kind) bool { return k.Name == first.Kind }); !l.kindData[k].yields {
		return
	}
	if i := slices.IndexFunc(r.Events, func(e Event) bool { return e.From != Both && e.Pair == first.Pair }); i > 0 {
		*first, r.Events[i] = r.Events[i], *first
	}
}
