package score

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits on one phrase: more would be a slip of the pen, and would cost every text.
const (
	maxWords    = 600 // written words, sets included
	maxGaps     = 4
	maxGap      = 15
	maxVariants = 8   // of a phrase that is compared with the others, see compiler.repeats
	maxDeep     = 8   // brackets in brackets
	maxWord     = 200 // bytes of a folded word
)

// piece is what stands at one place of a phrase: a word, a gap, or one of several phrases.
type piece struct {
	sym   int32 // of a word
	gap   uint8 // words that may be passed over, for a gap
	oneOf [][]piece
}

// set is a named list of phrases of one language, parsed when a phrase first asks for it.
type set struct {
	members []string
	parsed  bool
	oneOf   [][]piece
	words   int
	err     error
}

// notation is what the phrases of one language are read with.
type notation struct {
	vocabulary *vocabulary
	bit        uint8 // the language's
	sets       map[string]*set
	gap        int // what ".." stands for
}

// parse reads the notation of docs/lexicon.md.
func (n *notation) parse(phrase string) ([]piece, error) {
	p := &phraseParser{notation: n, rest: phrase}
	seq, err := p.sequence()
	switch {
	case err != nil:
		return nil, err
	case p.rest != "":
		return nil, fmt.Errorf("%q closes nothing", p.rest[:1])
	case p.words == 0:
		return nil, fmt.Errorf("no words, so it can never match")
	}
	return seq, checkGaps(seq)
}

// checkGaps finds gaps that have no word on one side, and too many of them.
func checkGaps(seq []piece) error {
	gaps := 0
	for i, p := range seq {
		if p.gap > 0 {
			gaps++
			if i == 0 || i == len(seq)-1 {
				return fmt.Errorf("a gap stands between words, never at an end")
			}
			if seq[i-1].gap > 0 {
				return fmt.Errorf("two gaps in a row; write one, as in ..9")
			}
		}
		for _, alt := range p.oneOf {
			if err := checkGaps(alt); err != nil {
				return err
			}
		}
	}
	if gaps > maxGaps {
		return fmt.Errorf("%d gaps, at most %d", gaps, maxGaps)
	}
	return nil
}

// sequences numbers the sequences of words and gaps that phrases stand for, by the number of what stands
// before the last of them. 0 is the empty one.
type sequences map[uint64]int32

func (s sequences) follow(head int32, p piece) int32 {
	key := uint64(head)<<32 | uint64(p.sym)<<8 | uint64(p.gap)
	n, ok := s[key]
	if !ok {
		n = int32(len(s) + 1)
		s[key] = n
	}
	return n
}

// variants gives every sequence a phrase stands for, following on those in heads, at most maxVariants;
// it gives nil where there are more.
func (s sequences) variants(heads []int32, seq []piece) []int32 {
	for _, p := range seq {
		if p.oneOf == nil {
			for i, h := range heads {
				heads[i] = s.follow(h, p)
			}
			continue
		}
		if len(heads)*len(p.oneOf) > maxVariants {
			return nil
		}
		var grown []int32
		for _, alt := range p.oneOf {
			v := s.variants(slices.Clone(heads), alt)
			if grown = append(grown, v...); v == nil || len(grown) > maxVariants {
				return nil
			}
		}
		heads = grown
	}
	return heads
}

// lastWords calls do for the symbol of every word a phrase may end with.
func lastWords(seq []piece, do func(int32)) {
	last := seq[len(seq)-1]
	if last.oneOf == nil {
		do(last.sym)
	}
	for _, alt := range last.oneOf {
		lastWords(alt, do)
	}
}

// phraseParser reads one phrase from left to right.
type phraseParser struct {
	*notation
	rest  string
	read  []piece // of the sequences that are open
	deep  int
	words int
}

// sequence reads pieces that follow one another, up to "|", ")" or the end.
func (p *phraseParser) sequence() ([]piece, error) {
	begin := len(p.read)
	for {
		p.rest = strings.TrimLeft(p.rest, " ")
		if p.rest == "" || p.rest[0] == ')' || p.rest[0] == '|' {
			seq := slices.Clone(p.read[begin:])
			p.read = p.read[:begin]
			return seq, nil
		}
		if err := p.piece(); err != nil {
			return nil, err
		}
		if p.words > maxWords {
			return nil, fmt.Errorf("more than %d words; split it", maxWords)
		}
	}
}

// piece reads one bracket, set, gap or written word.
func (p *phraseParser) piece() (err error) {
	switch {
	case p.rest[0] == '(':
		return p.bracket()
	case p.rest[0] == '<':
		return p.set()
	case strings.HasPrefix(p.rest, ".."):
		return p.dots()
	}
	end := strings.IndexAny(p.rest, " ()|<")
	if end < 0 {
		end = len(p.rest)
	}
	before := len(p.read)
	p.read, err = p.vocabulary.split(p.read, p.rest[:end], p.bit)
	p.words += len(p.read) - before
	p.rest = p.rest[end:]
	return err
}

func (p *phraseParser) bracket() error {
	var one piece
	if p.deep++; p.deep > maxDeep {
		return fmt.Errorf("brackets %d deep, at most %d", p.deep, maxDeep)
	}
	for {
		p.rest = p.rest[1:] // the bracket, or the bar between two alternatives
		alt, err := p.sequence()
		if err != nil {
			return err
		}
		if len(alt) == 0 {
			return fmt.Errorf("an empty alternative in a bracket")
		}
		one.oneOf = append(one.oneOf, alt)
		if p.rest == "" {
			return fmt.Errorf("a bracket is not closed")
		}
		if p.rest[0] == ')' {
			p.rest = p.rest[1:]
			p.deep--
			p.read = append(p.read, one)
			return nil
		}
	}
}

func (p *phraseParser) set() error {
	name, rest, ok := strings.Cut(p.rest[1:], ">")
	set := p.sets[name]
	switch {
	case !ok:
		return fmt.Errorf("<%s is not closed", name)
	case set == nil:
		return fmt.Errorf("there is no set <%s> in this language", name)
	case !set.parsed:
		set.parsed, set.err = true, errors.New("it contains itself")
		set.err = set.parse(p.notation)
	}
	if set.err != nil {
		return fmt.Errorf("in the set <%s>: %w", name, set.err)
	}
	p.read = append(p.read, piece{oneOf: set.oneOf})
	p.words += set.words
	p.rest = rest
	return nil
}

func (s *set) parse(n *notation) error {
	for _, m := range s.members {
		p := &phraseParser{notation: n, rest: m}
		alt, err := p.sequence()
		switch {
		case err != nil:
			return err
		case p.rest != "" || len(alt) == 0:
			return fmt.Errorf("%q is no phrase", m)
		}
		s.oneOf = append(s.oneOf, alt)
		s.words += p.words
	}
	return nil
}

func (p *phraseParser) dots() error {
	p.rest = p.rest[2:]
	n, digits := p.gap, 0
	for digits < len(p.rest) && p.rest[digits] >= '0' && p.rest[digits] <= '9' {
		digits++
	}
	if digits > 0 {
		n, _ = strconv.Atoi(p.rest[:digits])
		p.rest = p.rest[digits:]
	}
	if n < 1 || n > maxGap {
		return fmt.Errorf("a gap of %d words; 1 to %d", n, maxGap)
	}
	p.read = append(p.read, piece{gap: uint8(n)})
	return nil
}

// vocabulary numbers the word patterns of all phrases, from 1 on: their symbols.
type vocabulary struct {
	numbers map[string]int32 // by the folded word, and a star if it is a stem
	words   []string         // by symbol, as in numbers; the first is none
	langs   []uint8          // by symbol: the languages that have the word
	folding []byte           // the word being read
}

// split takes a written word apart as the scanner takes a text apart, and adds its words to seq:
// "co-operat*" is two words, "d'affaires" too, and what follows an apostrophe in "Iran's" is an ending.
func (v *vocabulary) split(seq []piece, written string, lang uint8) ([]piece, error) {
	before := len(seq)
	for i := 0; i < len(written); {
		word, size := nextWord(v.folding[:0], written[i:])
		i += size
		if len(word) == 0 {
			continue
		}
		if len(word) > maxWord {
			return nil, fmt.Errorf("a word of %d bytes, at most %d", len(word), maxWord)
		}
		if strings.HasPrefix(written[i:], "*") {
			word = append(word, '*')
			i++
		}
		seq = append(seq, piece{sym: v.symbol(word, lang)})
		v.folding = word
	}
	if len(seq) == before {
		return nil, fmt.Errorf("%q has no letter, so it can never match", written)
	}
	return seq, nil
}

func (v *vocabulary) symbol(word []byte, lang uint8) int32 {
	s, ok := v.numbers[string(word)]
	if !ok {
		s = int32(len(v.words))
		w := string(word)
		v.numbers[w] = s
		v.words, v.langs = append(v.words, w), append(v.langs, 0)
	}
	v.langs[s] |= lang
	return s
}

// stem gives the letters of a symbol that any ending may follow.
func (v *vocabulary) stem(sym int32) (string, bool) { return strings.CutSuffix(v.words[sym], "*") }

// nextWord folds the word at the start of s onto word and says how many bytes it takes; a break is an
// empty word.
func nextWord(word []byte, s string) ([]byte, int) {
	letters := 0
	for i, r := range s {
		switch f := foldRune(r); {
		case f > 0:
			word = utf8.AppendRune(word, f)
			letters++
		case f == -1:
		case isApostrophe(r) && letters > 1 && letterAt(s, i+utf8.RuneLen(r)):
			for j, e := range s[i+utf8.RuneLen(r):] {
				if !unicode.IsLetter(e) {
					return word, i + utf8.RuneLen(r) + j
				}
			}
			return word, len(s)
		case letters == 0:
			return word, i + utf8.RuneLen(r)
		default:
			return word, i
		}
	}
	return word, len(s)
}

func isApostrophe(r rune) bool {
	return r == '\'' || r == '’' || r == 'ʼ' || r == '‘' || r == '`' || r == '´'
}

func letterAt(s string, i int) bool {
	r, _ := utf8.DecodeRuneInString(s[min(i, len(s)):])
	return foldRune(r) > 0
}
