package score

import (
	"maps"
	"slices"
)

// wordIndex finds the word patterns a folded word matches: the exact word and every stem it begins
// with. It is a trie in a double array whose entries take four bytes, so that the whole of it stays in
// a processor's cache; most words leave it after three or four letters.
type wordIndex struct {
	nodes []uint32 // letter (8 bits), whether something ends here (1 bit), base (23 bits)
	ends  []wordEnd
}

// wordEnd is what ends at a node: the symbols of a word and of a stem, or 0.
type wordEnd struct{ exact, stem int32 }

const (
	nodeEnds  = 1 << 8
	nodeBase  = 9 // bits to the right of the base
	firstBase = 1
)

// pattern is a word of the lexicon, in the codes of its alphabet.
type pattern struct {
	codes []uint8
	sym   int32
	stem  bool
}

// wordNode is a node of the trie before it is packed.
type wordNode struct {
	next map[uint8]int
	end  wordEnd
}

// newWordIndex packs the patterns into a double array, first fit. An entry holds the letter that leads
// to it, which is enough because no two nodes have the same base.
func newWordIndex(patterns []pattern) *wordIndex {
	nodes := spreadWords(patterns)
	w, place := &wordIndex{}, make([]int, len(nodes))
	taken, free := map[int]bool{}, firstBase
	w.grow(512)
	for n, nd := range nodes { // a node's children have higher numbers than it
		at := place[n]
		if nd.end != (wordEnd{}) {
			w.nodes[at] |= nodeEnds
			w.ends[at] = nd.end
		}
		if len(nd.next) == 0 {
			continue
		}
		codes := slices.Sorted(maps.Keys(nd.next))
		base := 0
		base, free = w.fit(codes, free, taken)
		taken[base] = true
		w.nodes[at] |= uint32(base) << nodeBase
		for _, c := range codes {
			w.nodes[base+int(c)] |= uint32(c)
			place[nd.next[c]] = base + int(c)
		}
	}
	return w
}

// spreadWords makes the trie of all patterns.
func spreadWords(patterns []pattern) []wordNode {
	nodes := []wordNode{{}}
	for _, p := range patterns {
		at := 0
		for _, c := range p.codes {
			to, ok := nodes[at].next[c]
			if !ok {
				to = len(nodes)
				if nodes[at].next == nil {
					nodes[at].next = map[uint8]int{}
				}
				nodes[at].next[c] = to
				nodes = append(nodes, wordNode{})
			}
			at = to
		}
		if p.stem {
			nodes[at].end.stem = p.sym
		} else {
			nodes[at].end.exact = p.sym
		}
	}
	return nodes
}

// fit finds a base nobody has taken from which all codes fall on free entries, trying free entries from
// one on; it also gives the entry to try from next time. Entries that did not fit often are given up: a
// few holes cost less than looking at them again for every node.
func (w *wordIndex) fit(codes []uint8, from int, taken map[int]bool) (base, next int) {
	const patience = 64
	for e, tries := from, 0; ; e++ {
		w.grow(e + 512)
		if w.nodes[e]&0xFF != 0 {
			if e == from {
				from++
			}
			continue
		}
		b := e - int(codes[0])
		if b >= firstBase && !taken[b] && !slices.ContainsFunc(codes, func(c uint8) bool { return w.nodes[b+int(c)]&0xFF != 0 }) {
			return b, from
		}
		if tries++; tries > patience {
			from, tries = e, 0
		}
	}
}

func (w *wordIndex) grow(n int) {
	if n > len(w.nodes) {
		more := max(n, 2*len(w.nodes)) - len(w.nodes)
		w.nodes = append(w.nodes, make([]uint32, more)...)
		w.ends = append(w.ends, make([]wordEnd, more)...)
	}
}
