package score

import (
	"maps"
	"math/bits"
	"slices"
)

// wordIndex finds the word patterns a folded word matches: the exact word and every stem it begins
// with. It is a trie in a double array whose entries take four bytes, so that the whole of it stays in
// a processor's cache; most words leave it after three or four letters.
type wordIndex struct {
	nodes []uint32 // letter (8 bits), whether a word and whether a stem ends here (a bit each), base (22 bits)
	ends  []wordEnd
	used  []uint64 // while building: a bit an entry
}

// wordEnd is what ends at a node: the symbols of a word and of a stem, or 0.
type wordEnd struct{ exact, stem int32 }

const (
	nodeExact = 1 << 8
	nodeStem  = 1 << 9
	nodeBase  = 10       // bits to the right of the base
	endLetter = codeSkip // leads from a node to the entry that has, for a base, the index of its end
)

func (e wordEnd) flags() (f uint32) {
	if e.exact != 0 {
		f |= nodeExact
	}
	if e.stem != 0 {
		f |= nodeStem
	}
	return f
}

// end gives what ends at a node.
func (w *wordIndex) end(node uint32) wordEnd {
	return w.ends[w.nodes[w.nodes[node]>>nodeBase+uint32(endLetter)]>>nodeBase]
}

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
	taken, free := map[int]bool{}, 1
	w.grow(1)
	w.use(0, 0)
	for n, nd := range nodes { // a node's children have higher numbers than it
		codes := slices.Sorted(maps.Keys(nd.next))
		if nd.end != (wordEnd{}) {
			codes = slices.Insert(codes, 0, endLetter)
		}
		if len(codes) == 0 {
			continue
		}
		base := 0
		base, free = w.fit(codes, free, taken)
		taken[base] = true
		w.nodes[place[n]] |= uint32(base) << nodeBase
		for _, c := range codes {
			w.use(base+int(c), c)
			if c == endLetter {
				w.nodes[place[n]] |= nd.end.flags()
				w.nodes[base+int(c)] |= uint32(len(w.ends)) << nodeBase
				w.ends = append(w.ends, nd.end)
			} else {
				place[nd.next[c]] = base + int(c)
			}
		}
	}
	w.used = nil
	w.nodes = slices.Clip(w.nodes)
	return w
}

func (w *wordIndex) use(entry int, letter uint8) {
	w.nodes[entry] |= uint32(letter)
	w.used[entry/64] |= 1 << (entry % 64)
}

// free gives the first entry from one on that is not used.
func (w *wordIndex) free(from int) int {
	for i := from / 64; ; i++ {
		w.grow(64 * (i + 1))
		open := ^w.used[i]
		if i == from/64 {
			open &^= 1<<(from%64) - 1
		}
		if open != 0 {
			return 64*i + bits.TrailingZeros64(open)
		}
	}
}

// fit finds a base nobody has taken from which all codes fall on free entries, trying free entries from
// one on; it also gives the entry to try from next time. Entries that did not fit often are given up: a
// few holes cost less than looking at them again for every node.
func (w *wordIndex) fit(codes []uint8, from int, taken map[int]bool) (base, next int) {
	const patience = 32
	next = w.free(from)
	for e, tries := next, 0; ; e = w.free(e + 1) {
		b := e - int(codes[0])
		if b > 0 && !taken[b] && !slices.ContainsFunc(codes, func(c uint8) bool { return w.used[(b+int(c))/64]&(1<<((b+int(c))%64)) != 0 }) {
			return b, next
		}
		if tries++; tries > patience {
			next, tries = e, 0
		}
	}
}

// grow makes room for n entries and for all that a base among them can lead to.
func (w *wordIndex) grow(n int) {
	if n += 256; n > len(w.nodes) {
		n = max(n, len(w.nodes)*5/4)
		w.nodes = append(w.nodes, make([]uint32, n-len(w.nodes))...)
		w.used = append(w.used, make([]uint64, n/64+1-len(w.used))...)
	}
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
