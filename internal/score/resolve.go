package score

import (
	"math/bits"
	"slices"
)

// whom is who did a deed to whom.
type whom struct {
	pair, from, to string
	confidence     float64
	parties        [2]*party // those of the sentence it rests on; nil where one is inferred
}

// resolve finds who did to whom what a match reports, or why that is no matter between the two
// states of a pair.
func (s *scratch) resolve(l *Lexicon, fd *field, m match) (whom, string) {
	if len(s.parties) == 0 {
		return whom{}, noActor
	}
	k := l.rules[m.out.id].kind
	if !l.kinds[k].Directed || l.rules[m.out.id].frame == frameAny {
		return s.resolveMutual(l, fd, m)
	}
	from, to := s.choose(l, fd, m)
	switch {
	case from != nil && to != nil && l.kindData[k].placeTo && s.tongue.verbLast && s.tongue.cases && (to.part == partWith || from.part == partWith):
		if p := l.pair(int(from.state), int(to.state)); p != nil {
			return whom{p.name, Both, Both, s.nearness(l, m, from, to), [2]*party{from, to}}, "" // "Azerbaycan ile İran askerleri çatıştı"
		}
		return whom{}, noPair
	case l.kindData[k].third:
		return s.resolveThird(l, from, to)
	case from != nil && to != nil:
		if p := l.pair(int(from.state), int(to.state)); p != nil {
			return whom{p.name, l.states[from.state], l.states[to.state], s.nearness(l, m, from, to), [2]*party{from, to}}, ""
		}
		if p := s.onWhoseSoil(l, from, to); p != nil && l.kindData[k].spoken {
			return whom{l.pair(int(from.state), int(p.state)).name, l.states[from.state], l.states[p.state], s.nearness(l, m, from, p), [2]*party{from, p}}, ""
		}
		s.third = true
		return s.resolveGroup(l, m, from, to)
	case from != nil:
		return s.infer(l, m, from, true)
	case to != nil:
		return s.infer(l, m, to, false)
	}
	return whom{}, noActor
}

// resolveByTitle reads a lead that names no state as the title's continuation: "Azerbaijan's embassy
// in Iran back at work" – "The mission resumed its activity". The title must name the two states of a
// pair and no other.
func (s *scratch) resolveByTitle(l *Lexicon, fd *field, m match) (whom, string) {
	return s.resolveBy(l, fd, m, s.titleParties)
}

// resolveByLead reads a title that names no state by the first sentence of its text, likewise.
func (s *scratch) resolveByLead(l *Lexicon, fd *field, m match) (whom, string) {
	return s.resolveBy(l, fd, m, s.leadParties)
}

func (s *scratch) resolveBy(l *Lexicon, fd *field, m match, others []party) (whom, string) {
	states := uint64(0)
	for _, p := range others {
		states |= 1 << p.state
	}
	if !slices.ContainsFunc(l.pairs, func(p pairOf) bool { return states == p.states() }) {
		return whom{}, noActor
	}
	own := len(s.parties)
	for _, p := range others {
		p.start, p.end, p.holder = -1, 0, -1 // before everything in the sentence
		s.parties = append(s.parties, p)
	}
	who, reason := s.resolve(l, fd, m)
	s.parties = s.parties[:own]
	who.confidence *= l.numbers.Inferred
	who.parties = [2]*party{}
	return who, reason
}

// nounOwner gives the state named right before a noun, as in "plays down US sanctions", which nobody else's can be;
// -1 where there is none.
func (s *scratch) nounOwner(ru *rule, m match) int {
	if ru.frame != frameNoun {
		return -1
	}
	i := slices.IndexFunc(s.parties, func(p party) bool { return p.end == m.start && p.holder < 0 })
	if i < 0 {
		return -1
	}
	return int(s.parties[i].state)
}

// choose picks the two parties of different states that together fit best; one may be missing.
func (s *scratch) choose(l *Lexicon, fd *field, m match) (from, to *party) {
	const (
		inOrder = 0.5 // who acts is named first, except in a passive
		ofPair  = 1.0 // a sentence that names the pair is rather about it than about a bystander
	)
	ru := &l.rules[m.out.id]
	passive := ru.frame == frameFelt || ru.frame == framePassive && !l.kindData[ru.kind].objectFrom // "drill of the Guards near the border begun": the drill's owner still acts
	verbLast, ownHarm := s.tongue.verbLast, l.kindData[ru.kind].spoken || l.kindData[ru.kind].bystander
	var fromRank, toRank [maxParties]float64
	only := s.onlyPair(l, m)
	for i := range s.parties {
		if only == nil || int(s.parties[i].state) == only.a || int(s.parties[i].state) == only.b {
			fromRank[i], toRank[i] = s.rank(l, fd, &s.parties[i], m)
		}
	}
	owner := s.nounOwner(ru, m)
	best := 0.0
	for i := range s.parties {
		a := &s.parties[i]
		if v := fromRank[i] + rankMissing; v > best && fromRank[i] > 0 {
			best, from, to = v, a, nil
		}
		if v := toRank[i] + rankMissing; v > best && toRank[i] > 0 && !(ownHarm && s.acts(a.state, fromRank[:len(s.parties)])) {
			best, from, to = v, nil, a
		}
		for j := range s.parties {
			b := &s.parties[j]
			if a.state == b.state || a.group == b.group {
				continue
			}
			if fromRank[i] == 0 && toRank[i] == 0 || fromRank[j] == 0 && toRank[j] == 0 {
				continue
			}
			ours := l.pair(int(a.state), int(b.state)) != nil
			if s.doTogether(a, b, l.kindData[ru.kind].spoken) || !ours && (a.part == partPlace && s.pairedWith(l, b) || toRank[j] < rankOwner && s.pairedWith(l, a)) {
				continue // "Iran and Azerbaijan swap prisoners in Moscow", "with Turkey's help"
			}
			v := fromRank[i] + toRank[j]
			if (i < j) != passive && a.part != partPlace && (verbLast || (a.start >= m.end) != (b.start >= m.end)) {
				v += inOrder
			}
			if ours && (owner < 0 || owner == int(a.state) || owner == int(b.state)) {
				v += ofPair
			}
			if v > best {
				best, from, to = v, a, b
			}
		}
	}
	return from, to
}

// pairedWith says whether a party is joined by "and" to the other state of a pair.
func (s *scratch) pairedWith(l *Lexicon, p *party) bool {
	return slices.ContainsFunc(s.parties, func(q party) bool { return q.group == p.group && l.pair(int(p.state), int(q.state)) != nil })
}

// doTogether says whether the states of two parties are named side by side as well, so that neither does it to the other:
// "the presidents of Iran and Azerbaijan, Pezeshkian and Aliyev", "clash between Azerbaijani and Iranian guards at Astara",
// "the pulling back of Azerbaijani and Iranian soldiers, Baku says" unless it is done by saying so.
func (s *scratch) doTogether(a, b *party, spoken bool) bool {
	aside := func(p *party) bool { return p.part == partPlace || p.part == partSpeaker && !spoken }
	return s.joined(a, b) && (s.joined(b, a) || aside(b)) || s.joined(b, a) && aside(a)
}

// joined says whether a party stands in one group with the state of another.
func (s *scratch) joined(p, other *party) bool {
	return slices.ContainsFunc(s.parties, func(q party) bool { return q.group == p.group && q.state == other.state })
}

// acts says whether a state is also likely to be the one that acts: what is done to "our embassy", as it says, others
// have done.
func (s *scratch) acts(state int32, fromRank []float64) bool {
	for i, rank := range fromRank {
		if s.parties[i].state == state && rank >= rankOwner {
			return true
		}
	}
	return false
}

// onlyPair gives the pair whose states alone can be parties of a deed that is aimed at anybody ("Baku
// foils Iranian plot to kill Israeli envoy"); nil where any state can.
func (s *scratch) onlyPair(l *Lexicon, m match) *pairOf {
	if !l.kindData[l.rules[m.out.id].kind].bystander {
		return nil
	}
	here := func(state int) bool {
		return slices.ContainsFunc(s.parties, func(p party) bool { return int(p.state) == state })
	}
	i := slices.IndexFunc(l.pairs, func(p pairOf) bool { return s.names(p.a) && s.names(p.b) && (here(p.a) || here(p.b)) })
	if i < 0 {
		return nil
	}
	return &l.pairs[i]
}

// states gives the two states, a bit each.
func (p pairOf) states() uint64 { return 1<<p.a | 1<<p.b }

// among says whether both states of the pair are among some, which have a bit each.
func (p pairOf) among(states uint64) bool { return p.states()&^states == 0 }

// pairAmong says whether both states of any pair are.
func (l *Lexicon) pairAmong(states uint64) bool {
	return slices.ContainsFunc(l.pairs, func(p pairOf) bool { return p.among(states) })
}

// other gives the pair's other state; false where the state is none of the two.
func (p pairOf) other(state int) (int, bool) {
	switch state {
	case p.a:
		return p.b, true
	case p.b:
		return p.a, true
	}
	return 0, false
}

// pair gives the configured pair of two states, or nil.
func (l *Lexicon) pair(a, b int) *pairOf {
	i := slices.IndexFunc(l.pairs, func(p pairOf) bool { return p.a == a && p.b == b || p.a == b && p.b == a })
	if i < 0 {
		return nil
	}
	return &l.pairs[i]
}

// paired says whether a state is one of a configured pair.
func (l *Lexicon) paired(state int) bool {
	return slices.ContainsFunc(l.pairs, func(p pairOf) bool {
		_, ok := p.other(state)
		return ok
	})
}

// onWhoseSoil gives the other state of a pair, where one's adversary is said to be there: Tehran's "Zionist presence
// in Azerbaijan will not be tolerated" is said to Baku.
func (s *scratch) onWhoseSoil(l *Lexicon, from, to *party) *party {
	if !l.adversaries[[2]int{int(from.state), int(to.state)}] {
		return nil
	}
	i := slices.IndexFunc(s.parties, func(p party) bool {
		return p.part == partPlace && l.pair(int(from.state), int(p.state)) != nil
	})
	if i < 0 {
		return nil
	}
	return &s.parties[i]
}

// nearness is the confidence left when the parties stand far from the phrase.
func (s *scratch) nearness(l *Lexicon, m match, parties ...*party) float64 {
	for _, p := range parties {
		if p.start >= 0 && max(m.start-p.end, p.start-m.end) > l.far {
			return l.numbers.Distant
		}
	}
	return 1
}

// resolveGroup handles "Iran and Russia accuse Azerbaijan": another member of a group may be the
// one that makes the pair.
func (s *scratch) resolveGroup(l *Lexicon, m match, from, to *party) (whom, string) {
	for i := range s.parties {
		a := &s.parties[i]
		for j := range s.parties {
			b := &s.parties[j]
			if a.group == from.group && b.group == to.group && a.group != b.group {
				if p := l.pair(int(a.state), int(b.state)); p != nil {
					return whom{p.name, l.states[a.state], l.states[b.state], s.nearness(l, m, a, b), [2]*party{a, b}}, ""
				}
			}
		}
	}
	return whom{}, noPair
}

// infer supplies the side a sentence leaves out: the other member of the group ("Iran and
// Azerbaijan expel each other's envoys"), or the other state of a pair named elsewhere in the text.
func (s *scratch) infer(l *Lexicon, m match, known *party, acts bool) (whom, string) {
	k := &l.kindData[l.rules[m.out.id].kind]
	for i := range s.parties {
		if b := &s.parties[i]; b.group == known.group && b.state != known.state {
			object := k.spoken && l.rules[m.out.id].frame == frameActive && !s.tongue.verbLast && known.start >= m.end // "urges calm in Azerbaijan-Iran row"
			if p := l.pair(int(known.state), int(b.state)); p != nil && !object && (acts || !k.rhetoric || l.rules[m.out.id].frame == framePassive) {
				return whom{p.name, Both, Both, s.nearness(l, m, known, b), [2]*party{known, b}}, ""
			}
			return whom{}, noPair // somebody else urges both
		}
	}
	for _, p := range l.pairs {
		other, ok := p.other(int(known.state))
		if !ok || !s.names(other) || !s.near(k, known.state, int32(other)) {
			continue
		}
		w := whom{p.name, l.states[known.state], l.states[other], l.numbers.Inferred * s.nearness(l, m, known), [2]*party{known}}
		if !acts {
			w.from, w.to = w.to, w.from
		}
		return w, ""
	}
	return whom{}, noPair
}

// near says whether a state the sentence leaves out is meant: it stands there after all, as a topic or a place,
// or it is the first other state that title and lead name, where they are no roll-call of states. Before whom a
// plot is laid to, the one it was aimed at may be named.
func (s *scratch) near(k *kindData, known, state int32) bool {
	if slices.ContainsFunc(s.parties, func(p party) bool { return p.state == state }) {
		return true
	}
	for f := range s.fields {
		for i, a := range s.firstNamed(f) {
			if a.state == state {
				return f == 0 || bits.OnesCount64(s.present) <= rollCall && !s.amongOthers(f, i, known)
			}
			if a.state >= 0 && a.state != known && !k.bystander {
				return false
			}
		}
	}
	return s.present == 1<<known|1<<state // the text names no third that could be meant
}

// firstNamed gives the names in the title, or in the first paragraph of the text.
func (s *scratch) firstNamed(f int) []actor {
	fd := &s.fields[f]
	i := slices.IndexFunc(s.actors[f], func(a actor) bool { return f > 0 && fd.tokens[a.start].paragraph > 0 })
	if i < 0 {
		return s.actors[f]
	}
	return s.actors[f][:i]
}

// amongOthers says whether a name stands beside that of a third state, as in "incidents in Iran and Russia".
func (s *scratch) amongOthers(f, i int, known int32) bool {
	beside := func(j int) bool {
		if j < 0 || j >= len(s.actors[f]) {
			return false
		}
		a, b := &s.actors[f][min(i, j)], &s.actors[f][max(i, j)]
		third := s.actors[f][j].state
		return third >= 0 && third != known && third != s.actors[f][i].state && b.start-a.end <= 1
	}
	return beside(i-1) || beside(i+1)
}

// resolveThird handles deeds of one side with an adversary of the other: closer ties of Azerbaijan
// with Israel are an act towards Iran. Who grows closer is the party that fits best; whichever of the
// sentence's parties is the adversary is whom.
func (s *scratch) resolveThird(l *Lexicon, from, to *party) (whom, string) {
	fitting := []*party{from, to}
	for i := range s.parties {
		fitting = append(fitting, &s.parties[i])
	}
	for _, p := range fitting {
		if p == nil {
			continue
		}
		for _, pair := range l.pairs {
			other, ok := pair.other(int(p.state))
			if !ok || !s.names(other) {
				continue
			}
			for i := range s.parties {
				if b := int(s.parties[i].state); l.adversaries[[2]int{other, b}] {
					return whom{pair.name, l.states[p.state], l.states[b], 1, [2]*party{p, &s.parties[i]}}, ""
				}
			}
		}
	}
	return whom{}, noPair
}

// resolveAdversary handles an agreement of one side with an adversary of the other ("Azerbaijan and
// Israel sign a defence deal"), and a mere visit of one the other shuns, where the two stand side by side or one
// acts on the other, and the other side is named as one that minds.
func (s *scratch) resolveAdversary(l *Lexicon, fd *field, m match) (whom, string) {
	from, to := s.choose(l, fd, m)
	who, reason := s.resolveThird(l, from, to)
	if reason != "" {
		return who, reason
	}
	a, b := who.parties[0], who.parties[1]
	pair := l.pairs[slices.IndexFunc(l.pairs, func(p pairOf) bool { return p.name == who.pair })]
	other, _ := pair.other(int(a.state))
	minded := l.shunned[[2]int{other, int(b.state)}] && s.leads(other)
	if l.kindData[l.rules[m.out.id].kind].withAdversary >= 0 && b.part != partPlace {
		minded = minded || slices.ContainsFunc(s.parties, func(p party) bool { return int(p.state) == other })
	}
	if !minded {
		return whom{}, noPair
	}
	if a.group == b.group || from != nil && to != nil && (b.state == from.state || b.state == to.state) {
		return who, ""
	}
	return whom{}, noPair
}

// leads says whether the title or the text's first paragraph names a state.
func (s *scratch) leads(state int) bool {
	for f := range s.fields {
		if slices.ContainsFunc(s.firstNamed(f), func(a actor) bool { return int(a.state) == state }) {
			return true
		}
	}
	return false
}
