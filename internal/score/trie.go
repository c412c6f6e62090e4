package score

import "slices"

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
		b, from := w.fit(codes, free)
		free = from
		w.base[place[n]] = b
		for _, c := range codes {
			w.check[b+int32(c)] = place[n] + 1
			place[nd.next[c]] = b + int32(c)
		}
	}
	return w
}

// fit finds a base from which all codes fall on free entries, trying free entries from one on; it also
// gives the entry to try from next time. Entries that did not fit often are given up: a few holes
// cost less than looking at them again for every node.
func (w *wordIndex) fit(codes []uint8, from int32) (base, next int32) {
	const patience = 64
	for e, tries := from, 0; ; e++ {
		w.grow(int(e) + 512)
		if w.check[e] != 0 {
			if e == from {
				from++
			}
			continue
		}
		b := e - int32(codes[0])
		if b >= 1 && !slices.ContainsFunc(codes, func(c uint8) bool { return w.check[b+int32(c)] != 0 }) {
			return b, from
		}
		if tries++; tries > patience {
			from = e
			tries = 0
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
	id    int32 // index among the things of its class
}

// phraseGraph holds every phrase as a path of states; a bracket's alternatives run side by side and
// meet again, so a phrase costs as much as it has written words, however many variants that makes.
type phraseGraph struct {
	firsts []int32 // by symbol: where its starts begin in starts; one more at the end
	starts []int32 // states reached by a first word
	states []state
	edges  []edge // open addressing; one key may stand several times
	mask   uint32

	pending []pendingEdge // while building
}

// state is a place in one phrase.
type state struct {
	output
	last bool  // the phrase ends here
	gap  uint8 // words that may be passed over before the next
}

type edge struct {
	key uint64
	to  int32 // 0 is none: no edge leads to the root
}

type pendingEdge struct {
	from, to, sym int32
}

// add puts a phrase into the graph.
func (g *phraseGraph) add(seq []piece, o output, symbol func(element) int32) {
	if len(g.states) == 0 {
		g.states = append(g.states, state{}) // the root
	}
	end := g.state(o)
	g.states[end].last = true
	g.path(seq, 0, end, o, symbol)
}

func (g *phraseGraph) state(o output) int32 {
	g.states = append(g.states, state{output: o})
	return int32(len(g.states) - 1)
}

// path leads from one state to another over the parts of a phrase.
func (g *phraseGraph) path(seq []piece, from, to int32, o output, symbol func(element) int32) {
	for i, p := range seq {
		if p.gap > 0 {
			g.states[from].gap = uint8(p.gap)
			continue
		}
		next := to
		if i < len(seq)-1 {
			next = g.state(o)
		}
		if p.oneOf == nil {
			g.pending = append(g.pending, pendingEdge{from, next, symbol(p.element)})
		}
		for _, alt := range p.oneOf {
			g.path(alt, from, next, o, symbol)
		}
		from = next
	}
}

// freeze lays the graph out for matching words with symbols below n.
func (g *phraseGraph) freeze(n int) {
	size := 16
	for size < 2*len(g.pending) {
		size *= 2
	}
	g.edges, g.mask = make([]edge, size), uint32(size-1)
	g.firsts = make([]int32, n+1)
	for _, e := range g.pending {
		if e.from == 0 {
			g.firsts[e.sym+1]++
			continue
		}
		k := edgeKey(e.from, e.sym)
		i := hashEdge(k) & g.mask
		for g.edges[i].to != 0 {
			i = (i + 1) & g.mask
		}
		g.edges[i] = edge{k, e.to}
	}
	for s := range n {
		g.firsts[s+1] += g.firsts[s]
	}
	g.starts = make([]int32, g.firsts[n])
	at := slices.Clone(g.firsts)
	for _, e := range g.pending {
		if e.from == 0 {
			g.starts[at[e.sym]] = e.to
			at[e.sym]++
		}
	}
	g.pending = nil
}

func edgeKey(state, sym int32) uint64 { return uint64(state)<<32 | uint64(sym) }

// hashEdge spreads keys by Fibonacci hashing.
func hashEdge(k uint64) uint32 { return uint32((k * 0x9E3779B97F4A7C15) >> 32) }
