package score

import (
	"cmp"
	"math/bits"
	"slices"
)

// match is a phrase found in a field.
type match struct {
	start, end int32  // tokens; end is past the last
	words      uint64 // bit n: token start+n is one of its words, and not passed over by a gap
	out        output
}

// maxSpan is how many tokens a match can span: the bits of match.words.
const maxSpan = 64

// matcher walks the phrase graph over one field.
type matcher struct {
	graph  *phraseGraph
	tokens []token
	syms   []int32
	limit  int32 // first token of the next sentence
	found  []match
}

// find collects every phrase of the given classes that begins in tokens [from, to), which must not
// reach over the end of a sentence.
func (m *matcher) find(from, to int32) {
	m.limit = to
	g := m.graph
	ahead := horizon{m: m}
	for i := from; i < to; i++ {
		t := &m.tokens[i]
		if t.marks&markDropped != 0 {
			continue
		}
		ahead.next, ahead.seen = i+1, 0
		for _, sym := range m.syms[t.sym : t.sym+int32(t.syms)] {
			if g.begins[sym/64]&(1<<(sym%64)) == 0 {
				continue
			}
			for _, st := range g.from(sym) {
				if st.reach > ahead.seen {
					ahead.look(st.reach)
				}
				if st.reach == 0 || ahead.sieves[st.reach]&st.next != 0 {
					m.walk(st.state, i, i+1, 1)
				}
			}
		}
	}
}

// horizon holds, for every reach looked at so far, the sieves of so many words ahead in one.
type horizon struct {
	m      *matcher
	next   int32 // the first word ahead
	seen   uint8
	sieves [maxGap + 2]uint64
}

// look looks further ahead, as far as reach.
func (h *horizon) look(reach uint8) {
	for h.seen < reach {
		h.seen++
		h.sieves[h.seen] = h.sieves[h.seen-1]
		if k := h.next + int32(h.seen) - 1; k < h.m.limit {
			h.sieves[h.seen] |= h.m.tokens[k].sieve
		}
	}
}

// walk goes on from a state: it reports a phrase that ends here, or follows the next words.
func (m *matcher) walk(st, start, next int32, words uint64) {
	s := &m.graph.states[st]
	if s.last {
		m.found = append(m.found, match{start, next, words, output{s.class, s.id}})
		return
	}
	for k := next; k <= next+int32(s.gap) && k < m.limit && k < start+maxSpan; k++ {
		t := &m.tokens[k]
		if t.marks&markHard != 0 {
			return
		}
		if t.sieve&s.next == 0 {
			continue
		}
		for _, sym := range m.syms[t.sym : t.sym+int32(t.syms)] {
			m.step(st, sym, start, k, words)
		}
	}
}

// step follows the edges of a state that token k can go along.
func (m *matcher) step(st, sym, start, k int32, words uint64) {
	g := m.graph
	key := edgeKey(st, sym)
	for i := g.slot(key); g.edges[i] != 0; i = g.after(i) {
		if g.edges[i].key() == key {
			m.walk(g.edges[i].to(), start, k+1, words|1<<uint(k-start))
		}
	}
}

// compare orders overlapping matches, the one that stands first: the one with more words, then the
// earlier, then the shorter, then the earlier rule, so that the order of matching does not matter.
func compare(a, b match) int {
	return cmp.Or(
		bits.OnesCount64(b.words)-bits.OnesCount64(a.words),
		int(a.start-b.start),
		int(a.end-b.end),
		int(a.out.id-b.out.id),
	)
}

// settle keeps the matches that stand where several overlap. Matches come in order of their start, and
// what is kept is written over them.
func settle(found []match) []match {
	kept := found[:0]
	for i := 0; i < len(found); {
		end, n := found[i].end, i+1
		for n < len(found) && found[n].start < end {
			end = max(end, found[n].end)
			n++
		}
		kept = settleGroup(kept, found[i:n])
		i = n
	}
	return kept
}

// settleGroup adds to kept the matches that stand of a group in which each overlaps another.
func settleGroup(kept, group []match) []match {
	slices.SortFunc(group, compare)
	first := len(kept)
	for _, g := range group {
		if !slices.ContainsFunc(kept[first:], func(k match) bool { return k.start < g.end && g.start < k.end }) {
			kept = append(kept, g) // never past g: kept is no longer than what was looked at
		}
	}
	slices.SortFunc(kept[first:], func(a, b match) int { return int(a.start - b.start) })
	return kept
}
