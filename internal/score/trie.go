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
	id    int32 // index among the things of its class
}

// phraseGraph holds every phrase as a path of states; a bracket's alternatives run side by side and
// meet again, so a phrase costs as much as it has written words, however many variants that makes.
type phraseGraph struct {
	begins []uint64 // a bit a symbol: whether it begins a phrase
	firsts []int32  // by symbol: where its starts begin in starts; one more at the end
	starts []start  // states reached by a first word
	states []state
	edges  []edge // open addressing; one key may stand several times
	mask   uint32

	pending []pendingEdge // while building
}

// state is a place in one phrase.
type state struct {
	output
	last bool   // the phrase ends here
	gap  uint8  // words that may be passed over before the next
	next uint64 // symbolBit of all words that may be next
}

// start is a state reached by a first word, with what tells most often that it leads nowhere.
type start struct {
	state int32
	reach uint8  // words among which the next one must be; 0 where the phrase ends
	next  uint64 // state.next
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
	g.firsts, g.begins = make([]int32, n+1), make([]uint64, n/64+1)
	for _, e := range g.pending {
		if e.from == 0 {
			g.firsts[e.sym+1]++
			g.begins[e.sym/64] |= 1 << (e.sym % 64)
			continue
		}
		g.states[e.from].next |= symbolBit(e.sym)
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
	g.starts = make([]start, g.firsts[n])
	at := slices.Clone(g.firsts)
	for _, e := range g.pending {
		if e.from == 0 {
			s, to := start{state: e.to}, &g.states[e.to]
			if !to.last {
				s.reach, s.next = to.gap+1, to.next
			}
			g.starts[at[e.sym]] = s
			at[e.sym]++
		}
	}
	g.pending = nil
}

// symbolBit is a symbol's place in a sieve of 64: a state that has not one bit in common with a word
// has no edge for it, and most have none.
func symbolBit(sym int32) uint64 { return 1 << (uint32(sym) * 0x9E3779B1 >> 26) }

func edgeKey(state, sym int32) uint64 { return uint64(state)<<32 | uint64(sym) }

// hashEdge spreads keys by Fibonacci hashing.
func hashEdge(k uint64) uint32 { return uint32((k * 0x9E3779B97F4A7C15) >> 32) }
