package score

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Compile gives the rows of the lexicon files their meaning for the given pairs ("AZE-IRN").
// The error joins every fault found, each with its file and line.
func Compile(rows []Row, pairs []string) (*Lexicon, error) {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b Row) int { return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line)) })
	c := &compiler{
		lex: &Lexicon{hash: hashRows(rows), adversaries: map[[2]int]bool{}, settles: map[string]bool{}, far: 12,
			numbers: confidence{Title: 1, Lead: 1, Text: 1, Inferred: 1, Distant: 1}},
		gap:     4,
		sets:    map[string]map[string][]string{},
		symbols: map[element]int32{},
		written: map[string]output{},
		holders: map[string]map[string]bool{},
		posts:   map[string]map[string]bool{},
	}
	c.readTop(rows)
	c.readLanguages(rows)
	c.readPairs(pairs)
	c.build()
	if len(c.faults) > 0 {
		return nil, errors.Join(c.faults...)
	}
	c.lex.pool.New = func() any { return &scratch{} }
	return c.lex, nil
}

// hashRows identifies what the rows say, wherever in their files they say it.
func hashRows(rows []Row) string {
	h := sha256.New()
	for _, r := range rows {
		fmt.Fprintf(h, "%s\x00%s\x00%s\n", r.File, strings.Join(r.Path, "\x00"), r.Value)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// compiler holds what is needed only while a lexicon is made.
type compiler struct {
	lex     *Lexicon
	faults  []error
	gap     int
	noise   map[string]bool
	sets    map[string]map[string][]string // by language and name
	holders map[string]map[string]bool     // by language: names of sets
	posts   map[string]map[string]bool     // likewise: those whose words serve in another state
	symbols map[element]int32
	written map[string]output // variants, to find what is there twice
	phrases []phraseEntry
	common  []commonWord
	abbrev  []element
	ordinal map[string]int
}

// phraseEntry is a phrase on its way into the trie.
type phraseEntry struct {
	row  Row
	lang *language
	seq  []piece
	out  output
}

type commonWord struct {
	word element
	lang uint8
}

func (c *compiler) fault(r Row, format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf("%s:%d: %s: %s", r.File, r.Line, strings.Join(r.Path, "."), fmt.Sprintf(format, args...)))
}

// language gives the language whose folder the row's file is in.
func (c *compiler) language(r Row) *language {
	name := path.Dir(r.File)
	for _, t := range c.lex.languages {
		if t.name == name {
			return t
		}
	}
	if len(c.lex.languages) == maxLangs {
		c.fault(r, "%q is one language too many, at most %d", name, maxLangs)
		return c.lex.languages[0]
	}
	t := &language{name: name, bit: 1 << len(c.lex.languages), rules: &phraseGraph{}, cues: &phraseGraph{}, syntax: &phraseGraph{},
		endings: map[string]part{}, joiners: map[string]bool{}, relative: map[string]bool{}}
	c.lex.languages = append(c.lex.languages, t)
	return t
}

func (c *compiler) readPairs(pairs []string) {
	for _, p := range pairs {
		a, b, _ := strings.Cut(p, "-")
		ia, ib := slices.Index(c.lex.states, a), slices.Index(c.lex.states, b)
		if ia < 0 || ib < 0 || a >= b {
			c.faults = append(c.faults, fmt.Errorf("pair %q: two states of the lexicon (%s), sorted, with a hyphen", p, strings.Join(c.lex.states, ", ")))
			continue
		}
		c.lex.pairs = append(c.lex.pairs, pairOf{p, ia, ib})
	}
}

// symbol numbers a word pattern; numbers begin at 1.
func (c *compiler) symbol(e element, lang uint8) int32 {
	s, ok := c.symbols[e]
	if !ok {
		s = int32(len(c.symbols) + 1)
		c.symbols[e] = s
		c.lex.symLangs = append(c.lex.symLangs, 0)
	}
	c.lex.symLangs[s] |= lang
	return s
}

// build makes the alphabet, the word index and the trie of all phrases.
func (c *compiler) build() {
	l := c.lex
	l.symLangs = make([]uint8, 1)
	for _, p := range c.phrases {
		words(p.seq, func(e element) { c.symbol(e, p.lang.bit) })
	}
	for _, w := range c.common {
		c.symbol(w.word, w.lang)
	}
	for _, w := range c.abbrev {
		c.symbol(w, 0)
	}
	l.abbreviation = make([]bool, len(c.symbols)+1)
	for _, w := range c.abbrev {
		l.abbreviation[c.symbols[w]] = true
	}
	c.buildWords()
	l.actorGraph = &phraseGraph{}
	l.unknown = &language{rules: &phraseGraph{}, cues: &phraseGraph{}, syntax: &phraseGraph{}}
	for _, p := range c.phrases {
		c.graphOf(p).add(p.seq, p.out, func(e element) int32 { return c.symbols[e] })
	}
	if len(c.symbols) >= maxSymbols {
		c.faults = append(c.faults, fmt.Errorf("the lexicon has %d different words, at most %d", len(c.symbols), maxSymbols-1))
		return
	}
	l.actorGraph.freeze(len(c.symbols) + 1)
	for _, t := range append([]*language{l.unknown}, l.languages...) {
		for _, g := range []*phraseGraph{t.rules, t.cues, t.syntax} {
			if len(g.states) >= maxStates {
				c.faults = append(c.faults, fmt.Errorf("%s: its phrases have %d words in all, at most %d", t.name, len(g.states), maxStates-1))
				return
			}
			g.freeze(len(c.symbols) + 1)
		}
	}
}

// graphOf gives the graph a phrase belongs to: what is looked for at one time is together.
func (c *compiler) graphOf(p phraseEntry) *phraseGraph {
	switch p.out.class {
	case classActor:
		return c.lex.actorGraph
	case classRule:
		return p.lang.rules
	case classCue:
		return p.lang.cues
	}
	return p.lang.syntax
}

func (c *compiler) buildWords() {
	elements := make([]element, len(c.symbols)+1)
	for e, s := range c.symbols {
		elements[s] = e
	}
	written := make([]string, 0, len(elements))
	for _, e := range elements[1:] {
		written = append(written, e.word)
	}
	c.lex.abc = newAlphabet(written)
	patterns := make([]pattern, 0, len(elements))
	for s, e := range elements[1:] {
		codes := make([]uint8, 0, len(e.word))
		for _, r := range e.word {
			codes = append(codes, c.lex.abc.of(r).code())
		}
		patterns = append(patterns, pattern{codes, int32(s + 1), e.stem})
	}
	c.lex.words = newWordIndex(patterns)
}

// meaning names what a phrase stands for, in a fault about a duplicate.
func (c *compiler) meaning(o output) string {
	switch l := c.lex; o.class {
	case classRule:
		return "rule " + l.rules[o.id].id
	case classActor:
		if n := l.names[o.id]; n.state >= 0 && n.state < len(l.states) {
			return "a name of " + l.states[n.state]
		}
		return "a name of none: " + l.names[o.id].category
	case classCue:
		return "cue " + l.cues[o.id].name
	case classPlace:
		return "place " + l.places[o.id]
	}
	return "a word of the grammar"
}
