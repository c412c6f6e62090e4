package score

import (
	"math/bits"
	"slices"
)

// rollCall is how many states one sentence can name and still be about two of them.
const rollCall = 3

// leadWords is how many words of a text say what it is about, however many paragraphs they are.
const leadWords = 60

// relate says which pairs the text is about: those it has an event of, and those whose states it names so, and in such words, as
// texts about them do.
func (s *scratch) relate(l *Lexicon, r *Result) {
	for _, p := range l.pairs {
		event := slices.ContainsFunc(r.Events, func(e Event) bool { return e.Pair == p.name })
		if event || s.isAbout(l, p) {
			r.Pairs = append(r.Pairs, p.name)
		}
	}
	slices.Sort(r.Pairs)
	r.Relevant = len(r.Pairs) > 0
}

// isAbout says whether a text that tells no event of a pair is about it: by how the two stand and, where it is asked, by the wording.
func (s *scratch) isAbout(l *Lexicon, p pairOf) bool {
	stand := s.standing(p)
	if !s.listens(l) || l.relevance.trust == 0 {
		return stand < standApart
	}
	return s.namesBoth(p) && l.relevance.trust*s.relevance+l.relevance.odds[stand] > 0
}

// standing says how the states of a pair stand in the text.
func (s *scratch) standing(p pairOf) int {
	most := rollCall
	if s.aside {
		most--
	}
	switch {
	case s.noise != "":
		return standNoise
	case !s.together(p, most):
		return standApart
	case s.titleStates()&p.states() == p.states():
		return standTitle
	}
	return standText
}

// together says whether the states of a pair are named in the title or in one sentence of the text's beginning that is no
// roll-call of states, or are the only ones that title and beginning name.
func (s *scratch) together(p pairOf, most int) bool {
	both := p.states()
	fits := func(named uint64) bool { return named&both == both && bits.OnesCount64(named) <= most }
	all := s.titleStates()
	if s.inOneBreath(p) {
		return true
	}
	if s.elsewhere {
		return fits(all) && !s.onlyPlace(p.a) && !s.onlyPlace(p.b) // "Yerevan summons Iran's envoy over his words in Baku"
	}
	if fits(all) {
		return true
	}
	lead := &s.fields[1]
	for i, from := range lead.starts {
		if int(from) >= len(lead.tokens) || lead.tokens[from].paragraph > 0 && from >= leadWords {
			break
		}
		_, to := lead.sentence(int32(i))
		named := s.statesIn(1, from, to)
		if fits(named) {
			return true
		}
		all |= named
	}
	return all == both
}

// inOneBreath says whether the title writes the states of a pair as one ("urge dialogue in Azerbaijan-Iran row"), or joins
// them and a third state speaks of them ("welcomes thaw between Azerbaijan and Iran").
func (s *scratch) inOneBreath(p pairOf) bool {
	f := &s.fields[0]
	for i := range s.titleParties {
		a, named := &s.titleParties[i], uint64(0)
		if a.group != int32(i) {
			continue // not the first of its group
		}
		for _, b := range s.titleParties {
			if b.group == a.group {
				named |= 1 << b.state
			}
		}
		if named != p.states() {
			continue
		}
		hyphen := s.titleParties[i+1].start == a.end && s.hyphenated(f, a, &s.titleParties[i+1])
		object := len(s.rules[0]) > 0 && s.rules[0][0].start <= a.start && f.tokens[a.start].marks&(markComma|markHard) == 0 // "urges Tehran and Baku"
		if hyphen || s.spoken && (a.part != partNone || object) {
			return true
		}
	}
	return false
}

// onlyPlace says whether the title names a state just as a place.
func (s *scratch) onlyPlace(state int) bool {
	return !slices.ContainsFunc(s.titleParties, func(p party) bool { return int(p.state) == state && p.part != partPlace })
}

// titleStates gives the states the title names, a bit each.
func (s *scratch) titleStates() uint64 { return s.statesIn(0, 0, int32(len(s.fields[0].tokens))) }

// statesIn gives the states named in tokens [from, to) of a field, a bit each.
func (s *scratch) statesIn(f int, from, to int32) (named uint64) {
	for _, a := range s.actors[f] {
		if a.start >= from && a.start < to && a.state >= 0 {
			named |= 1 << a.state
		}
	}
	return named
}
