package score

import (
	"cmp"
	"math/bits"
	"slices"
)

// resolveMutual handles undirected kinds, and words for what both do to one another: the two states nearest to the phrase must
// be the pair's.
func (s *scratch) resolveMutual(l *Lexicon, fd *field, m match) (whom, string) {
	var first, second *party
	var firstRank, secondRank float64
	for i := range s.parties {
		p := &s.parties[i]
		rank := rankPlain
		switch {
		case p.part == partPlace:
			rank = rankLikely
		case p.start < m.end && p.end > m.start:
			rank = rankObject
		case p.part == partTopic:
			rank = rankPossible
		case p.part == partWith:
			rank = rankMarked
		}
		rank -= s.distance(fd, p, m)
		switch {
		case first != nil && p.state == first.state:
			if rank > firstRank {
				first, firstRank = p, rank
			}
		case first == nil || rank > firstRank:
			second, secondRank = first, firstRank
			first, firstRank = p, rank
		case second == nil || rank > secondRank:
			second, secondRank = p, rank
		}
	}
	if first.part == partWith && s.tongue.verbLast {
		second = cmp.Or(s.subjectOf(first), second) // "Bayramov, Arakçi ile İsrail'in saldırılarını görüştü"
	}
	if second == nil {
		if others := s.titleStates() &^ (1 << first.state); (first.part == partTopic || first.part == partPlace) && bits.OnesCount64(others) > 1 {
			return whom{}, noPair // "Aliyev meets Trump" – "They discussed the border with Iran"
		}
		w, reason := s.infer(l, m, first, true)
		w.from, w.to = Both, Both
		return w, reason
	}
	aside := (first.part == partTopic) != (second.part == partTopic) && !l.kinds[l.rules[m.out.id].kind].Directed
	if aside || s.anotherJoins(first, second) || s.anotherGoes(first, second) {
		return whom{}, noPair // "Aliyev discusses Iran with Putin"
	}
	if p := l.pair(int(first.state), int(second.state)); p != nil && s.joins(first, second) {
		return whom{p.name, Both, Both, s.nearness(l, m, first, second), [2]*party{first, second}}, ""
	}
	return s.mutualGroup(l, m, first, second)
}

// joins says whether a second party takes part in what the group of the first does: where "Azerbaijan
// and Israel sign a deal", a third is part of it only "with" them, and in "Lavrov ve Bayramov İran'ı görüştü" it is what
// they talk about.
func (s *scratch) joins(first, second *party) bool {
	if first.group == second.group || second.part == partWith {
		return true
	}
	return !slices.ContainsFunc(s.parties, func(p party) bool {
		return p.group == first.group && p.state != first.state || first.part == partTarget && p.group == second.group && p.state != second.state && p.state != first.state
	})
}

// subjectOf gives the unmarked party of another state that is named first in the sentence, before the one with whom; nil
// where there is none.
func (s *scratch) subjectOf(with *party) *party {
	i := slices.IndexFunc(s.parties, func(p party) bool { return p.state != with.state && (p.part == partNone || p.part == partOwner) })
	if i < 0 || s.parties[i].start > with.start {
		return nil
	}
	return &s.parties[i]
}

// anotherJoins says whether a third state is named as the one with whom.
func (s *scratch) anotherJoins(first, second *party) bool {
	return first.part != partWith && second.part != partWith && slices.ContainsFunc(s.parties, func(p party) bool {
		return p.part == partWith && p.state != first.state && p.state != second.state
	})
}

// anotherGoes says whether a third state is named first and plainly, before two that are only where it goes: "the Pakistani
// army chief went on from Baku to Tehran".
func (s *scratch) anotherGoes(first, second *party) bool {
	where := func(p *party) bool { return p.part == partPlace || p.part == partTarget || p.part == partOrigin }
	q := &s.parties[0]
	return where(first) && where(second) && q.state != first.state && q.state != second.state && (q.part == partNone || q.part == partOwner)
}

// mutualGroup handles "Iran, Azerbaijan and Russia hold talks".
func (s *scratch) mutualGroup(l *Lexicon, m match, first, second *party) (whom, string) {
	for i := range s.parties {
		for j := range s.parties {
			a, b := &s.parties[i], &s.parties[j]
			if a.state == b.state || a.group != first.group || b.group != first.group && (b.group != second.group || !s.joins(a, b)) {
				continue
			}
			if p := l.pair(int(a.state), int(b.state)); p != nil {
				return whom{p.name, Both, Both, s.nearness(l, m, a, b), [2]*party{a, b}}, ""
			}
		}
	}
	return whom{}, noPair
}
