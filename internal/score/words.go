package score

import (
	"bytes"
	"math/bits"
	"slices"
	"strings"
)

// wordIndex finds the word patterns a folded word matches: the exact word and every stem it begins
// with. It is a trie in a double array whose entries take four bytes, so that the whole of it stays in
// a processor's cache; most words leave it after three or four letters.
type wordIndex struct {
	nodes []uint32 // letter (8 bits), whether a word and whether a stem ends here (a bit each), base (22 bits)
	ends  []wordEnd

	// While building:
	used, bases []uint64 // a bit an entry: whether it is taken, and as a base
	first       int      // the entry to try first
	misfits     int      // how often an entry did not fit since first was set
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

// step goes on from a node by a letter; false where no word goes on like that.
func (w *wordIndex) step(node uint32, x letter) (uint32, bool) {
	code := x.code()
	to := w.nodes[node]>>nodeBase + uint32(code)
	if uint8(w.nodes[to]) != code {
		return 0, false
	}
	if code = x.second(); code == 0 {
		return to, true
	}
	to = w.nodes[to]>>nodeBase + uint32(code)
	return to, uint8(w.nodes[to]) == code
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

// family is the patterns that begin with the same letters, as many as letters, and the entry these lead to.
type family struct {
	patterns []pattern
	letters  int
	entry    int
}

// newWordIndex packs the patterns into a double array, first fit. An entry holds the letter that leads
// to it, which is enough because no two nodes have the same base.
func newWordIndex(patterns []pattern) *wordIndex {
	slices.SortFunc(patterns, func(a, b pattern) int { return bytes.Compare(a.codes, b.codes) })
	w := &wordIndex{}
	w.grow(4 * len(patterns))
	take(w.used, 0)
	w.pack(family{patterns: patterns})
	return &wordIndex{nodes: slices.Clone(w.nodes), ends: slices.Clone(w.ends)}
}

// pack finds a base for the node of a family and packs, one after the other, the families its letters
// lead to: what follows in a word lies near.
func (w *wordIndex) pack(f family) {
	var room [codeOther]uint8
	end := f.end()
	codes := f.next(room[:0], end)
	if len(codes) == 0 {
		return
	}
	base := w.fit(codes)
	take(w.bases, base)
	w.nodes[f.entry] |= uint32(base)<<nodeBase | end.flags()
	for _, c := range codes {
		take(w.used, base+int(c))
		w.nodes[base+int(c)] = uint32(c)
	}
	for _, c := range codes {
		if c == endLetter {
			w.nodes[base+int(c)] |= uint32(len(w.ends)) << nodeBase
			w.ends = append(w.ends, end)
		} else {
			w.pack(f.branch(c, base+int(c)))
		}
	}
}

// index finds words, which are their symbols' and empty where a symbol is no word.
func (a *alphabet) index(words []string) *wordIndex {
	codes := make([]uint8, 0, 16*len(words))
	patterns := make([]pattern, 0, len(words))
	for sym, word := range words {
		if word == "" {
			continue
		}
		begin := len(codes)
		word, stem := strings.CutSuffix(word, "*")
		codes = a.spell(codes, word)
		patterns = append(patterns, pattern{codes[begin:], int32(sym), stem})
	}
	return newWordIndex(patterns)
}

// end takes the patterns that have no more letters off the family.
func (f *family) end() (end wordEnd) {
	for len(f.patterns) > 0 && len(f.patterns[0].codes) == f.letters {
		if p := f.patterns[0]; p.stem {
			end.stem = p.sym
		} else {
			end.exact = p.sym
		}
		f.patterns = f.patterns[1:]
	}
	return end
}

// next adds to codes what may follow the letters of the family.
func (f *family) next(codes []uint8, end wordEnd) []uint8 {
	if end != (wordEnd{}) {
		codes = append(codes, endLetter)
	}
	for _, p := range f.patterns {
		if c := p.codes[f.letters]; len(codes) == 0 || codes[len(codes)-1] != c {
			codes = append(codes, c)
		}
	}
	return codes
}

// branch takes those that go on with a letter, the first there is, off the family.
func (f *family) branch(c uint8, entry int) family {
	n := 0
	for n < len(f.patterns) && f.patterns[n].codes[f.letters] == c {
		n++
	}
	b := family{f.patterns[:n], f.letters + 1, entry}
	f.patterns = f.patterns[n:]
	return b
}

func take(set []uint64, i int)       { set[i/64] |= 1 << (i % 64) }
func taken(set []uint64, i int) bool { return set[i/64]&(1<<(i%64)) != 0 }

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

// fit finds a base nobody has taken from which all codes fall on free entries. Entries that did not fit
// often are given up: a few holes cost less than looking at them again for every node.
func (w *wordIndex) fit(codes []uint8) int {
	const patience = 32
	for e := w.free(w.first); ; e = w.free(e + 1) {
		base := e - int(codes[0])
		if base > 0 && !taken(w.bases, base) && !slices.ContainsFunc(codes, func(c uint8) bool { return taken(w.used, base+int(c)) }) {
			return base
		}
		if w.misfits++; w.misfits > patience {
			w.first, w.misfits = e+1, 0
		}
	}
}

// grow makes room for n entries and for all that a base among them can lead to.
func (w *wordIndex) grow(n int) {
	if n += 256; n > len(w.nodes) {
		n = max(n, len(w.nodes)*5/4)
		w.nodes = append(w.nodes, make([]uint32, n-len(w.nodes))...)
		w.used = append(w.used, make([]uint64, n/64+1-len(w.used))...)
		w.bases = append(w.bases, make([]uint64, n/64+1-len(w.bases))...)
	}
}
