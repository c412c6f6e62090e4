package score

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"tensionmonitor/internal/news"
)

// sift lets texts through that may name both states of a pair. Most articles of a feed do not, and that is told by words no name
// of the two can do without, which are few enough for their index to stay in a processor's nearest cache.
type sift struct {
	words  *wordIndex
	states []uint64 // by symbol of words: the states whose name the word may be part of, a bit each
}

// makeSift finds the words for the names of the states of pairs. A name that has a word of a shorter one, as "Azerbaijani ambassador"
// has "Azerbaijani", needs no other.
func (c *compiler) makeSift() sift {
	l := c.lex
	var names []int
	for i := range l.names {
		if n := &l.names[i]; n.state >= 0 && l.paired(n.state) {
			names = append(names, i)
		}
	}
	slices.SortStableFunc(names, func(a, b int) int { return cmp.Compare(len(c.named[a]), len(c.named[b])) })
	words, states, symbols := make([]string, 1), make([]uint64, 1), map[string]int{}
	for _, i := range names {
		bit := uint64(1) << l.names[i].state
		has := func(word string) bool {
			letters, _ := strings.CutSuffix(word, "*")
			for end := range len(letters) {
				if states[symbols[letters[:end+1]+"*"]]&bit != 0 {
					return true
				}
			}
			return states[symbols[word]]&bit != 0
		}
		for _, word := range c.words.needed(c.named[i], has) {
			if symbols[word] == 0 {
				symbols[word] = len(words)
				words, states = append(words, word), append(states, 0)
			}
			states[symbols[word]] |= bit
		}
	}
	return sift{l.abc.index(words), states}
}

// needed gives words of which a phrase has at least one: those of a place that has has already, or else of the place where the
// shortest is longest.
func (v *vocabulary) needed(seq []piece, has func(string) bool) (words []string) {
	most := -1
	for ; len(seq) > 0; seq = seq[seq[0].size:] {
		var here []string
		if seq[0].sym > 0 {
			here = append(here, v.words[seq[0].sym])
		}
		for alt := range alternatives(seq) {
			here = append(here, v.needed(alt, has)...)
		}
		worth := math.MaxInt
		for _, word := range here {
			if !has(word) {
				worth = min(worth, len(word))
			}
		}
		if len(here) > 0 && worth > most {
			words, most = here, worth
		}
	}
	return words
}

// lets says whether an article may name both states of a pair.
func (l *Lexicon) lets(a *news.Article) bool {
	return l.pairAmong(l.mayName(a.Page, l.mayName(a.Text, l.mayName(a.Title, 0))))
}

// nowhere is the node of a word that cannot be part of a name.
const nowhere = math.MaxUint32

// mayName adds to named the states a text may name, a bit each, reading no further than to a pair of them.
func (l *Lexicon) mayName(text string, named uint64) uint64 {
	abc, words, nodes, node, alone := l.abc, l.sift.words, l.sift.words.nodes, uint32(0), false
	for i := 0; i < len(text); {
		x, size := abc.at(text, i)
		i += size
		code, last := x.code(), alone
		if code == codeSkip {
			continue
		}
		if alone = x&letterAlone != 0; code == codeBreak || alone || last {
			named |= l.sift.ended(node)
			if node = 0; code == codeBreak {
				continue
			}
		}
		if node == nowhere {
			continue
		}
		var alive bool
		if node, alive = words.step(node, x); !alive {
			node = nowhere
			continue
		}
		if nodes[node]&nodeStem == 0 {
			continue
		}
		if named |= l.sift.states[words.end(node).stem]; l.pairAmong(named) {
			return named
		}
	}
	return named | l.sift.ended(node)
}

// ended gives the states of whose names a word that ends at a node may be part.
func (q *sift) ended(node uint32) uint64 {
	if node == nowhere || q.words.nodes[node]&nodeExact == 0 {
		return 0
	}
	return q.states[q.words.end(node).exact]
}
