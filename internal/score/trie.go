package score

import (
	"cmp"
	"slices"
)

// wordIndex finds the word patterns a folded word matches: the exact word and every stem it begins
// with. It is a trie in a double array, so a letter costs two look-ups and most words leave it after
// three or four letters.
type wordIndex struct {
	base  []int32
	check []int32 // the node an entry belongs to, plus one
	exact []int32 // symbol of the word that ends here, or 0
	stem  []int32 // symbol of the stem that ends here, or 0
}

// pattern is a word of the lexicon, in the codes of its alphabet.
type pattern struct {
	codes []uint8
	sym   int32
	stem  bool
}

// newWordIndex packs the patterns into a double array, first fit.
func newWordIndex(patterns []pattern) *wordIndex {
	type node struct {
		next        map[uint8]int
		exact, stem int32
	}
	nodes := []node{{}}
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
				nodes = append(nodes, node{})
			}
			at = to
		}
		if p.stem {
			nodes[at].stem = p.sym
		} else {
			nodes[at].exact = p.sym
		}
	}
	w := &wordIndex{}
	w.grow(256)
	place := make([]int32, len(nodes)) // where each node went
	free := int32(1)
	for n := range nodes { // a node's children have higher numbers than it
		nd := &nodes[n]
		w.exact[place[n]], w.stem[place[n]] = nd.exact, nd.stem
		if len(nd.next) == 0 {
			continue
		}
		codes := make([]uint8, 0, len(nd.next))
		for c := range nd.next {
			codes = append(codes, c)
		}
		slices.Sort(codes)
		for int(free) < len(w.check) && w.check[free] != 0 {
			free++
		}
		b := w.fit(codes, free)
		w.base[place[n]] = b
		for _, c := range codes {
			w.check[b+int32(c)] = place[n] + 1
			place[nd.next[c]] = b + int32(c)
		}
	}
	return w
}

// fit finds the first base from which all codes fall on free entries.
func (w *wordIndex) fit(codes []uint8, free int32) int32 {
	for b := max(1, free-int32(codes[0])); ; b++ {
		w.grow(int(b) + 256)
		if !slices.ContainsFunc(codes, func(c uint8) bool { return w.check[b+int32(c)] != 0 }) {
			return b
		}
	}
}

func (w *wordIndex) grow(n int) {
	if n <= len(w.base) {
		return
	}
	n = max(n, 2*len(w.base))
	for _, s := range []*[]int32{&w.base, &w.check, &w.exact, &w.stem} {
		*s = append(*s, make([]int32, n-len(*s))...)
	}
}

// outClass says what a phrase is for.
type outClass uint8

const (
	classActor outClass = 1 << iota
	classRule
	classCue
	classRole
	classHolder
	classNumber
	classPlace
)

// output is what a phrase means where it ends.
type output struct {
	class outClass
	langs uint8 // languages it is for, a bit each
	words uint8 // words it matches, gaps not counted
	id    int32 // index among the things of its class
}

// phraseTrie holds every phrase as a path of word symbols.
type phraseTrie struct {
	root  []int32    // by symbol
	nodes []trieNode // node 0 is none
	outs  []output   // by node, from trieNode.out
	edges []trieEdge // open addressing
	mask  uint32
	tree  map[uint64]int32 // edges while building
	built map[int32][]output
}

type trieNode struct {
	out     int32
	outs    int32
	gaps    uint16   // bit n: a gap of n words follows
	classes outClass // of this node and all below it
	langs   uint8    // likewise
	parent  int32
}

type trieEdge struct {
	key uint64
	to  int32
}

const gapSymbol = 1 << 31 // added to the length of a gap, it stands for that gap in a path

func newPhraseTrie(symbols int) *phraseTrie {
	return &phraseTrie{root: make([]int32, symbols), nodes: make([]trieNode, 1), tree: map[uint64]int32{}, built: map[int32][]output{}}
}

func edgeKey(node int32, sym uint32) uint64 { return uint64(node)<<32 | uint64(sym) }

// add puts a path of symbols and gaps into the trie; it says whether an equal path of the same class
// and language was there before, and which.
func (t *phraseTrie) add(path []uint32, o output) (earlier output, twice bool) {
	at := int32(0)
	for _, sym := range path {
		if sym >= gapSymbol {
			t.nodes[at].gaps |= 1 << (sym - gapSymbol)
		}
		to, ok := t.tree[edgeKey(at, sym)]
		if !ok {
			to = int32(len(t.nodes))
			t.nodes = append(t.nodes, trieNode{parent: at})
			t.tree[edgeKey(at, sym)] = to
			if at == 0 {
				t.root[sym] = to
			}
		}
		at = to
	}
	for _, e := range t.built[at] {
		if e.class == o.class && e.langs&o.langs != 0 {
			return e, true
		}
	}
	t.built[at] = append(t.built[at], o)
	return output{}, false
}

// freeze lays the trie out for matching.
func (t *phraseTrie) freeze() {
	for n := len(t.nodes) - 1; n > 0; n-- {
		nd := &t.nodes[n]
		nd.out, nd.outs = int32(len(t.outs)), int32(len(t.built[int32(n)]))
		t.outs = append(t.outs, t.built[int32(n)]...)
		for _, o := range t.built[int32(n)] {
			nd.classes |= o.class
			nd.langs |= o.langs
		}
		t.nodes[nd.parent].classes |= nd.classes
		t.nodes[nd.parent].langs |= nd.langs
	}
	size := 16
	for size < 2*len(t.tree) {
		size *= 2
	}
	t.edges, t.mask = make([]trieEdge, size), uint32(size-1)
	keys := make([]uint64, 0, len(t.tree))
	for k := range t.tree {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b uint64) int { return cmp.Compare(a, b) })
	for _, k := range keys {
		i := hashEdge(k) & t.mask
		for t.edges[i].to != 0 {
			i = (i + 1) & t.mask
		}
		t.edges[i] = trieEdge{k, t.tree[k]}
	}
	t.tree, t.built = nil, nil
}

// next follows an edge; 0 is nowhere.
func (t *phraseTrie) next(node int32, sym uint32) int32 {
	k := edgeKey(node, sym)
	for i := hashEdge(k) & t.mask; ; i = (i + 1) & t.mask {
		if e := t.edges[i]; e.to == 0 || e.key == k {
			return e.to
		}
	}
}

// hashEdge spreads keys by Fibonacci hashing.
func hashEdge(k uint64) uint32 { return uint32((k * 0x9E3779B97F4A7C15) >> 32) }
