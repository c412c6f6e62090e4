package score

import (
	"errors"
	"fmt"
	"iter"
	"math/bits"
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

// piece is what stands at one place of a phrase: a word, a gap, or a bracket of several phrases. A phrase
// is a flat list of pieces, so that reading it allocates nothing: a bracket is followed by its alternatives,
// an alternative by what it consists of.
type piece struct {
	sym  int32 // of a word
	size int32 // places it takes in the list, with all that belongs to it: 1 for a word or a gap
	gap  uint8 // words that may be passed over, for a gap
}

// alternatives gives those of the bracket that stands first in seq; a word or a gap has none.
func alternatives(seq []piece) iter.Seq[[]piece] {
	return func(yield func([]piece) bool) {
		for rest := seq[1:seq[0].size]; len(rest) > 0; rest = rest[rest[0].size:] {
			if !yield(rest[1:rest[0].size]) {
				return
			}
		}
	}
}

// set is a named list of phrases of one language, read when a phrase first asks for it.
type set struct {
	members []string
	read    bool
	bracket []piece
	words   int
	err     error
}

// notation is what the phrases of one language are read with.
type notation struct {
	vocabulary *vocabulary
	lang       uint8 // the bit of the language
	sets       map[string]*set
	gap        *int // what ".." stands for
}

// parse reads a phrase in the notation of docs/lexicon.md and appends it to seq, which is empty.
func (n *notation) parse(seq []piece, phrase string) ([]piece, error) {
	p := phraseParser{notation: n, rest: phrase, seq: seq}
	err := p.sequence()
	switch {
	case err != nil:
		return p.seq, err
	case p.rest != "":
		return p.seq, fmt.Errorf("%q closes nothing", p.rest[:1])
	case p.words == 0:
		return p.seq, fmt.Errorf("no words, so it can never match")
	}
	return p.seq, checkGaps(p.seq)
}

// checkGaps finds gaps that have no word on one side, and too many of them.
func checkGaps(seq []piece) error {
	gaps, before := 0, uint8(0)
	for i := 0; i < len(seq); i += int(seq[i].size) {
		if seq[i].gap > 0 {
			gaps++
			if i == 0 || i == len(seq)-1 {
				return fmt.Errorf("a gap stands between words, never at an end")
			}
			if before > 0 {
				return fmt.Errorf("two gaps in a row; write one, as in ..9")
			}
		}
		before = seq[i].gap
		for alt := range alternatives(seq[i:]) {
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

// follow numbers a sequence of words and gaps by its last one and by the number of what stands before it.
// 64 bits tell a million sequences apart.
func follow(head uint64, p piece) uint64 {
	high, low := bits.Mul64(head^uint64(p.sym)<<8^uint64(p.gap), 0x9E3779B97F4A7C15)
	return high ^ low
}

// variants numbers every sequence a phrase stands for, following on those in heads, which it may write over;
// it gives nil where they are more than maxVariants.
func variants(heads []uint64, seq []piece) []uint64 {
	for ; len(seq) > 0; seq = seq[seq[0].size:] {
		if seq[0].size == 1 {
			for i, h := range heads {
				heads[i] = follow(h, seq[0])
			}
			continue
		}
		grown := make([]uint64, 0, 2*maxVariants)
		for alt := range alternatives(seq) {
			n := len(grown)
			v := variants(append(grown, heads...)[n:], alt)
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
	for len(seq) > int(seq[0].size) {
		seq = seq[seq[0].size:]
	}
	if seq[0].size == 1 {
		do(seq[0].sym)
	}
	for alt := range alternatives(seq) {
		lastWords(alt, do)
	}
}

// phraseParser reads one phrase from left to right.
type phraseParser struct {
	*notation
	rest  string
	seq   []piece // what was read
	deep  int
	words int
}

// sequence reads pieces that follow one another, up to "|", ")" or the end.
func (p *phraseParser) sequence() error {
	for {
		p.rest = strings.TrimLeft(p.rest, " ")
		if p.rest == "" || p.rest[0] == ')' || p.rest[0] == '|' {
			return nil
		}
		if err := p.piece(); err != nil {
			return err
		}
		if p.words > maxWords {
			return fmt.Errorf("more than %d words; split it", maxWords)
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
	end := 0
	for end < len(p.rest) && !endsWritten(p.rest[end]) {
		end++
	}
	before := len(p.seq)
	p.seq, err = p.vocabulary.split(p.seq, p.rest[:end], p.lang)
	p.words += len(p.seq) - before
	p.rest = p.rest[end:]
	if err == nil {
		err = p.apart()
	}
	return err
}

// apart says what is wrong where a word, a bracket or a set is glued to what follows: an ending in brackets would be a
// word of its own, and never be found.
func (p *phraseParser) apart() error {
	if p.rest == "" || strings.IndexByte(" )|", p.rest[0]) >= 0 {
		return nil
	}
	return fmt.Errorf("no space before %q; write the whole words out, as in (deny|denies)", p.rest)
}

// endsWritten says whether a byte ends a written word.
func endsWritten(c byte) bool {
	switch c {
	case ' ', '(', ')', '|', '<':
		return true
	}
	return false
}

// open begins a bracket or an alternative, close ends it.
func (p *phraseParser) open() (at int) {
	p.seq = append(p.seq, piece{})
	return len(p.seq) - 1
}

func (p *phraseParser) close(at int) { p.seq[at].size = int32(len(p.seq) - at) }

func (p *phraseParser) bracket() error {
	if p.deep++; p.deep > maxDeep {
		return fmt.Errorf("brackets %d deep, at most %d", p.deep, maxDeep)
	}
	at := p.open()
	for {
		p.rest = p.rest[1:] // the bracket, or the bar between two alternatives
		alt := p.open()
		if err := p.sequence(); err != nil {
			return err
		}
		if p.close(alt); p.seq[alt].size == 1 {
			return fmt.Errorf("an empty alternative in a bracket")
		}
		if p.rest == "" {
			return fmt.Errorf("a bracket is not closed")
		}
		if p.rest[0] == ')' {
			break
		}
	}
	p.rest = p.rest[1:]
	p.deep--
	p.close(at)
	return p.apart()
}

func (p *phraseParser) set() error {
	name, rest, ok := strings.Cut(p.rest[1:], ">")
	set := p.sets[name]
	switch {
	case !ok:
		return fmt.Errorf("<%s is not closed", name)
	case name == "year":
		p.seq = append(p.seq, piece{sym: symYear, size: 1})
		p.words++
		p.rest = rest
		return nil
	case set == nil:
		return fmt.Errorf("there is no set <%s> in this language", name)
	case !set.read:
		set.read, set.err = true, errors.New("it contains itself")
		set.err = set.parse(p.notation)
	}
	if set.err != nil {
		return fmt.Errorf("in the set <%s>: %w", name, set.err)
	}
	p.seq = append(p.seq, set.bracket...)
	p.words += set.words
	p.rest = rest
	return p.apart()
}

func (s *set) parse(n *notation) error {
	p := phraseParser{notation: n}
	at := p.open()
	for _, m := range s.members {
		p.rest = m
		alt := p.open()
		if err := p.sequence(); err != nil {
			return err
		}
		if p.close(alt); p.rest != "" || p.seq[alt].size == 1 {
			return fmt.Errorf("%q is no phrase", m)
		}
	}
	p.close(at)
	s.bracket, s.words = p.seq, p.words
	return nil
}

func (p *phraseParser) dots() error {
	p.rest = p.rest[2:]
	n, digits := *p.gap, 0
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
	p.seq = append(p.seq, piece{size: 1, gap: uint8(n)})
	return nil
}

// vocabulary numbers the word patterns of all phrases, from 1 on: their symbols.
type vocabulary struct {
	numbers map[string]int32 // by the folded word, and a star if it is a stem
	words   []string         // by symbol, as in numbers; empty where it is no word
	langs   []uint8          // by symbol: the languages that have the word
	folding []byte           // the word being read
}

// symYear is the symbol of a number that is a year before the article's own; phrases write it <year>.
const symYear = 1

// newVocabulary makes room for so many words. The first two symbols are no words.
func newVocabulary(n int) vocabulary {
	v := vocabulary{numbers: make(map[string]int32, n), words: make([]string, 2, n+2), langs: make([]uint8, 2, n+2)}
	v.langs[symYear] = 0xFF // no language has it alone
	return v
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
		seq = append(seq, piece{sym: v.symbol(word, lang), size: 1})
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
	letters, p := 0, basic()
	for i, r := range s {
		switch f := p.fold(r); {
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
