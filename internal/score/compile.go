package score

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Compile gives the rows of the lexicon files their meaning for the given pairs ("AZE-IRN").
// The error joins every fault found, each with its file and line.
func Compile(rows []Row, pairs []string) (*Lexicon, error) {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b Row) int { return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line)) })
	c := &compiler{
		lex: &Lexicon{adversaries: map[[2]int]bool{}, shunned: map[[2]int]bool{}, settles: map[string]bool{}, undone: map[string]bool{}, refutes: map[string]bool{}, far: 12,
			numbers: confidence{Title: 1, Lead: 1, Text: 1, Inferred: 1, Retold: 1, Distant: 1}, actorGraph: &phraseGraph{}},
		gap:     4,
		words:   newVocabulary(2 * len(rows)),
		written: make(map[uint64]output, 2*len(rows)),
	}
	rows = slices.DeleteFunc(rows, func(r Row) bool {
		if len(r.Path) > 0 {
			return false
		}
		c.faults = append(c.faults, fmt.Errorf("%s:%d: a file is a list of keys", r.File, r.Line))
		return true
	})
	c.readTop(rows)
	c.readLanguages(rows)
	c.readHeard()
	c.checkReasons()
	c.readPairs(pairs)
	c.build(rows)
	if len(c.faults) > 0 {
		return nil, errors.Join(c.faults...)
	}
	c.lex.pool.New = func() any { return &scratch{} }
	return c.lex, nil
}

// hashRows identifies what the rows say, wherever in their files they say it, and the wording that is asked beside them.
func hashRows(rows []Row, heard wording) string {
	h := sha256.New()
	var row []byte
	for _, r := range rows {
		row = append(row[:0], r.File...)
		for _, step := range r.Path {
			row = append(append(row, 0), step...)
		}
		row = append(append(append(row, 0), r.Value...), '\n')
		h.Write(row)
	}
	h.Write(heard.checksum)
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// compiler holds what is needed only while a lexicon is made.
type compiler struct {
	lex     *Lexicon
	faults  []error
	gap     int
	noise   map[string]bool
	words   vocabulary
	drafts  []*draft
	written map[uint64]output // by variant, to find what is there twice
	abbrev  []piece
	seq     []piece // of the phrase being read
	ordinal map[string]int
	named   [][]piece // beside names
	reasons []Row     // that name a cue
}

func (c *compiler) fault(r Row, format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf("%s:%d: %s: %s", r.File, r.Line, strings.Join(r.Path, "."), fmt.Sprintf(format, args...)))
}

// checkReasons finds reasons that no cue has, as a slip of the pen makes them.
func (c *compiler) checkReasons() {
	for _, r := range c.reasons {
		if !slices.ContainsFunc(c.lex.cues, func(q cue) bool { return q.name == r.Value }) {
			c.fault(r, "there is no cue named %q", r.Value)
		}
	}
}

// draft is a language while its files are read.
type draft struct {
	*language
	notation
	holders map[string]bool // names of sets
	posts   map[string]bool // likewise: those whose words serve in another state
}

// folder gives the folder of the row's file, which names its language; it is empty for what belongs to none.
func folder(r Row) string { return r.File[:max(0, strings.LastIndexByte(r.File, '/'))] }

// otherLanguages is the folder of all languages that have no phrases: names, common words, and words of what is not about
// states at all.
const otherLanguages = "other"

// newLanguage makes a language that has no words yet.
func newLanguage(name string, bit uint8) *language {
	return &language{name: name, bit: bit, rules: &phraseGraph{}, hints: &phraseGraph{}, cues: &phraseGraph{}, syntax: &phraseGraph{},
		endings: map[string]part{}, joiners: map[string]bool{}, relative: map[string]bool{}, purpose: map[string]bool{}, speech: map[string]bool{}}
}

// language gives the language whose folder the row's file is in.
func (c *compiler) language(r Row) *draft {
	name := folder(r)
	for _, d := range c.drafts {
		if d.name == name {
			return d
		}
	}
	if len(c.drafts) == maxLangs {
		c.fault(r, "%q is one language too many, at most %d", name, maxLangs)
		return c.drafts[0]
	}
	t := newLanguage(name, 1<<len(c.drafts))
	c.lex.languages = append(c.lex.languages, t)
	d := &draft{language: t, holders: map[string]bool{}, posts: map[string]bool{},
		notation: notation{vocabulary: &c.words, lang: t.bit, sets: map[string]*set{}, gap: &c.gap}}
	c.drafts = append(c.drafts, d)
	return d
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

// build makes the alphabet, the word index and the graphs of all phrases, side by side, since a start
// and a reload wait for them.
func (c *compiler) build(rows []Row) {
	l, n := c.lex, len(c.words.words)
	if n > maxSymbols {
		c.faults = append(c.faults, fmt.Errorf("the lexicon has %d different words, at most %d", n-1, maxSymbols-1))
		return
	}
	l.symLangs = c.words.langs
	l.abbreviation = make([]bool, n)
	for _, w := range c.abbrev {
		l.abbreviation[w.sym] = true
	}
	var indexed, frozen error
	var group sync.WaitGroup
	group.Go(func() {
		if l.abc, indexed = newAlphabet(c.words.words); indexed == nil {
			l.words, l.sift = l.abc.index(c.words.words), c.makeSift()
		}
	})
	group.Go(func() { frozen = l.freeze(n) })
	group.Go(func() { l.hash = hashRows(rows, l.wording) })
	group.Wait()
	for _, err := range []error{indexed, frozen} {
		if err != nil {
			c.faults = append(c.faults, err)
		}
	}
}

// freeze lays out the graphs of all languages for words with symbols below n.
func (l *Lexicon) freeze(n int) error {
	languages := l.languages
	if i := slices.IndexFunc(languages, func(t *language) bool { return t.name == otherLanguages }); i >= 0 {
		l.unknown = languages[i]
	} else {
		l.unknown = newLanguage(otherLanguages, 0)
		languages = append(slices.Clone(languages), l.unknown)
	}
	graphs := []*phraseGraph{l.actorGraph}
	for _, t := range languages {
		graphs = append(graphs, t.rules, t.hints, t.cues, t.syntax)
	}
	for _, g := range graphs {
		if len(g.states) >= maxStates {
			return fmt.Errorf("the phrases looked for at one time have %d words in all, at most %d", len(g.states), maxStates-1)
		}
		g.freeze(n)
	}
	return nil
}

// graphOf gives the graph a phrase belongs to: what is looked for at one time is together.
func (c *compiler) graphOf(lang *draft, class outClass) *phraseGraph {
	switch class {
	case classActor:
		return c.lex.actorGraph
	case classRule:
		return lang.rules
	case classHint:
		return lang.hints
	case classCue:
		return lang.cues
	}
	return lang.syntax
}

// meaning names what a phrase stands for, in a fault about a duplicate.
func (c *compiler) meaning(o output) string {
	switch l := c.lex; o.class {
	case classRule, classHint:
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
