package score

// match is a phrase found in a field.
type match struct {
	start, end int32  // tokens; end is past the last
	words      uint64 // bit n: token start+n is one of its words, and not passed over by a gap
	out        output
}

// matcher walks the phrase trie over one field.
type matcher struct {
	trie    *phraseTrie
	tokens  []token
	syms    []int32
	classes outClass
	langs   uint8
	limit   int32 // first token of the next sentence
	found   []match
}

// find collects every phrase of the given classes that begins in tokens [from, to), which must not
// reach over the end of a sentence.
func (m *matcher) find(from, to int32) {
	m.limit = to
	for i := from; i < to; i++ {
		t := &m.tokens[i]
		if t.marks&markDropped != 0 {
			continue
		}
		for _, sym := range m.syms[t.sym : t.sym+int32(t.syms)] {
			if node := m.trie.root[sym]; node != 0 {
				m.walk(node, i, i+1, 1)
			}
		}
	}
}

// walk goes on from a node: it reports what ends here and follows the next words.
func (m *matcher) walk(node, start, next int32, words uint64) {
	nd := &m.trie.nodes[node]
	if nd.classes&m.classes == 0 || nd.langs&m.langs == 0 {
		return
	}
	for _, o := range m.trie.outs[nd.out : nd.out+nd.outs] {
		if o.class&m.classes != 0 && o.langs&m.langs != 0 {
			m.found = append(m.found, match{start, next, words, o})
		}
	}
	if next >= m.limit {
		return
	}
	if m.tokens[next].marks&markHard == 0 {
		m.step(node, start, next, words)
	}
	if nd.gaps == 0 {
		return
	}
	for n := int32(1); n <= maxGap; n++ {
		if nd.gaps&(1<<n) == 0 {
			continue
		}
		gap := m.trie.next(node, gapSymbol+uint32(n))
		for k := next; k <= next+n && k < m.limit && m.tokens[k].marks&markHard == 0; k++ {
			m.step(gap, start, k, words)
		}
	}
}

// step follows the words that token i can be.
func (m *matcher) step(node, start, i int32, words uint64) {
	t := &m.tokens[i]
	for _, sym := range m.syms[t.sym : t.sym+int32(t.syms)] {
		if to := m.trie.next(node, uint32(sym)); to != 0 {
			m.walk(to, start, i+1, words|1<<uint(i-start))
		}
	}
}

// better says which of two overlapping matches stands: the one with more words, then the shorter,
// then the earlier, then the earlier rule, so that the order of matching does not matter.
func better(a, b match) bool {
	switch {
	case a.out.words != b.out.words:
		return a.out.words > b.out.words
	case a.end-a.start != b.end-b.start:
		return a.end-a.start < b.end-b.start
	case a.start != b.start:
		return a.start < b.start
	}
	return a.out.id < b.out.id
}

// settle keeps, of overlapping matches, the better ones. Matches come in order of their start; what
// is kept is written over them.
func settle(found []match) []match {
	kept := found[:0]
	for _, f := range found {
		lost := false
		n := len(kept)
		for n > 0 && kept[n-1].end > f.start {
			if !better(f, kept[n-1]) {
				lost = true
				break
			}
			n--
		}
		if !lost {
			kept = append(kept[:n], f)
		}
	}
	return kept
}
