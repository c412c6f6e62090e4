package score

import (
	"math/bits"
	"slices"
)

// outClass says what a phrase is for.
type outClass uint8

const (
	classActor outClass = 1 << iota
	classRule
	classHint // a rule heard where no other is found
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
	ranks  []int32  // by entry of begins: how many bits are set before it
	firsts []int32  // by rank of a symbol that begins a phrase: where its starts begin in starts; one more at the end
	starts []start  // states reached by a first word
	states []state
	edges  []edge // open addressing, a third of it free; one key may stand several times

	pending []pendingEdge // while building
}

// state is a place in one phrase. There are many: its parts stand so that nothing is left between them.
type state struct {
	next  uint64 // symbolBit of all words that may be next
	id    int32  // what the phrase means, as in output
	class outClass
	last  bool  // the phrase ends here
	gap   uint8 // words that may be passed over before the next
}

// start is a state reached by a first word, with what tells most often that it leads nowhere.
type start struct {
	state int32
	reach uint8  // words among which the next one must be; 0 where the phrase ends
	next  uint64 // state.next
}

// edge is where a symbol leads from a state, in one word, so that the edges stay in the cache: the state
// (20 bits), the symbol (20 bits) and the state it leads to (24 bits). 0 is none: no edge leads to the root.
type edge uint64

const (
	maxSymbols = 1 << 20
	maxStates  = 1 << 20
)

func (e edge) key() uint64 { return uint64(e >> 24) }
func (e edge) to() int32   { return int32(e & (1<<24 - 1)) }

type pendingEdge struct {
	from, to, sym int32
}

// add puts a phrase into the graph.
func (g *phraseGraph) add(seq []piece, o output) {
	if len(g.states) == 0 {
		g.states = append(g.states, state{}) // the root
	}
	end := g.state(o)
	g.states[end].last = true
	g.path(seq, 0, end, o)
}

func (g *phraseGraph) state(o output) int32 {
	g.states = append(g.states, state{class: o.class, id: o.id})
	return int32(len(g.states) - 1)
}

// path leads from one state to another over the parts of a phrase.
func (g *phraseGraph) path(seq []piece, from, to int32, o output) {
	for len(seq) > 0 {
		p, rest := seq[0], seq[seq[0].size:]
		next := to
		switch {
		case p.gap > 0:
			g.states[from].gap = p.gap
			next = from
		case len(rest) > 0:
			next = g.state(o)
		}
		if p.sym > 0 {
			g.pending = append(g.pending, pendingEdge{from, next, p.sym})
		}
		for alt := range alternatives(seq) {
			g.path(alt, from, next, o)
		}
		from, seq = next, rest
	}
}

// freeze lays the graph out for matching words with symbols below n.
func (g *phraseGraph) freeze(n int) {
	g.edges = make([]edge, len(g.pending)*3/2+1)
	g.begins, g.ranks = make([]uint64, n/64+1), make([]int32, n/64+1)
	for _, e := range g.pending {
		if e.from == 0 {
			g.begins[e.sym/64] |= 1 << (e.sym % 64)
			continue
		}
		g.states[e.from].next |= symbolBit(e.sym)
		k := edgeKey(e.from, e.sym)
		i := g.slot(k)
		for g.edges[i] != 0 {
			i = g.after(i)
		}
		g.edges[i] = edge(k<<24 | uint64(e.to))
	}
	g.freezeStarts()
	g.states, g.pending = slices.Clip(g.states), nil
}

// freezeStarts sorts the first edges by their symbols.
func (g *phraseGraph) freezeStarts() {
	begin := int32(0)
	for i, b := range g.begins {
		g.ranks[i] = begin
		begin += int32(bits.OnesCount64(b))
	}
	at := make([]int32, begin+2) // by rank, two to the right: at the end it has become firsts
	for _, e := range g.pending {
		if e.from == 0 {
			at[g.rank(e.sym)+2]++
		}
	}
	for i := range begin {
		at[i+2] += at[i+1]
	}
	g.starts = make([]start, at[begin+1])
	for _, e := range g.pending {
		if e.from == 0 {
			s, to := start{state: e.to}, &g.states[e.to]
			if !to.last {
				s.reach, s.next = to.gap+1, to.next
			}
			n := &at[g.rank(e.sym)+1]
			g.starts[*n] = s
			*n++
		}
	}
	g.firsts = at[:begin+1]
}

// rank counts the symbols below one that begin a phrase.
func (g *phraseGraph) rank(sym int32) int32 {
	return g.ranks[sym/64] + int32(bits.OnesCount64(g.begins[sym/64]&(1<<(sym%64)-1)))
}

// from gives the states reached by a symbol that begins a phrase.
func (g *phraseGraph) from(sym int32) []start {
	r := g.rank(sym)
	return g.starts[g.firsts[r]:g.firsts[r+1]]
}

// symbolBit is a symbol's place in a sieve of 64: a state that has not one bit in common with a word
// has no edge for it, and most have none.
func symbolBit(sym int32) uint64 { return 1 << (uint32(sym) * 0x9E3779B1 >> 26) }

func edgeKey(state, sym int32) uint64 { return uint64(state)<<20 | uint64(sym) }

// slot is where the edges of a key begin: Fibonacci hashing, with the product scaled to the size of the table.
func (g *phraseGraph) slot(k uint64) int {
	i, _ := bits.Mul64(k*0x9E3779B97F4A7C15, uint64(len(g.edges)))
	return int(i)
}

// after is the slot behind another; behind the last is the first.
func (g *phraseGraph) after(i int) int {
	if i++; i == len(g.edges) {
		return 0
	}
	return i
}
