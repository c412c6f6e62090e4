package score

import (
	"fmt"
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
	maxVariants = 8 // of a phrase that is compared with the others, see compiler.repeats
)

// element is one word of a phrase, or a gap.
type element struct {
	word string // folded; empty for a gap
	stem bool   // any ending may follow
	gap  int    // words that may be passed over, for a gap
}

// piece is what stands at one place of a phrase: a word, a gap, or one of several phrases.
type piece struct {
	element
	oneOf [][]piece
}

// parsePhrase reads the notation of docs/lexicon.md. What ".." may jump over is given by gap.
func parsePhrase(phrase string, sets map[string][]string, gap int) ([]piece, error) {
	p := &phraseParser{rest: phrase, sets: sets, gap: gap}
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

// variants writes out every sequence of words and gaps a phrase stands for, at most maxVariants; it
// gives nil where there are more.
func variants(seq []piece) [][]element {
	all := [][]element{nil}
	for _, p := range seq {
		next := [][]element{{p.element}}
		if p.oneOf != nil {
			next = nil
			for _, alt := range p.oneOf {
				v := variants(alt)
				if v == nil {
					return nil
				}
				next = append(next, v...)
			}
		}
		if len(all)*len(next) > maxVariants {
			return nil
		}
		grown := make([][]element, 0, len(all)*len(next))
		for _, head := range all {
			for _, tail := range next {
				grown = append(grown, append(head[:len(head):len(head)], tail...))
			}
		}
		all = grown
	}
	return all
}

// words calls do for every word of a phrase.
func words(seq []piece, do func(element)) {
	for _, p := range seq {
		if p.word != "" {
			do(p.element)
		}
		for _, alt := range p.oneOf {
			words(alt, do)
		}
	}
}

// lastWords calls do for every word a phrase may end with.
func lastWords(seq []piece, do func(element)) {
	last := seq[len(seq)-1]
	if last.oneOf == nil {
		do(last.element)
	}
	for _, alt := range last.oneOf {
		lastWords(alt, do)
	}
}

// phraseParser reads one phrase from left to right.
type phraseParser struct {
	rest  string
	sets  map[string][]string
	gap   int // what ".." stands for
	deep  int
	words int
}

// sequence reads pieces that follow one another, up to "|", ")" or the end.
func (p *phraseParser) sequence() ([]piece, error) {
	var seq []piece
	for {
		p.rest = strings.TrimLeft(p.rest, " ")
		if p.rest == "" || p.rest[0] == ')' || p.rest[0] == '|' {
			return seq, nil
		}
		next, err := p.piece()
		if err != nil {
			return nil, err
		}
		if seq = append(seq, next...); p.words > maxWords {
			return nil, fmt.Errorf("more than %d words; split it", maxWords)
		}
	}
}

// piece reads one bracket, set, gap or written word.
func (p *phraseParser) piece() ([]piece, error) {
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
	written := p.rest[:end]
	p.rest = p.rest[end:]
	elements, err := splitWords(written)
	p.words += len(elements)
	pieces := make([]piece, len(elements))
	for i, e := range elements {
		pieces[i].element = e
	}
	return pieces, err
}

func (p *phraseParser) bracket() ([]piece, error) {
	var one piece
	for p.deep++; ; {
		p.rest = p.rest[1:] // the bracket, or the bar between two alternatives
		alt, err := p.sequence()
		if err != nil {
			return nil, err
		}
		if len(alt) == 0 {
			return nil, fmt.Errorf("an empty alternative in a bracket")
		}
		one.oneOf = append(one.oneOf, alt)
		if p.rest == "" {
			return nil, fmt.Errorf("a bracket is not closed")
		}
		if p.rest[0] == ')' {
			p.rest = p.rest[1:]
			p.deep--
			return []piece{one}, nil
		}
	}
}

func (p *phraseParser) set() ([]piece, error) {
	name, rest, ok := strings.Cut(p.rest[1:], ">")
	members := p.sets[name]
	switch {
	case !ok:
		return nil, fmt.Errorf("<%s is not closed", name)
	case len(members) == 0:
		return nil, fmt.Errorf("there is no set <%s> in this language", name)
	case p.deep > 8:
		return nil, fmt.Errorf("the set <%s> contains itself", name)
	}
	var one piece
	for _, m := range members {
		inner := &phraseParser{rest: m, sets: p.sets, gap: p.gap, deep: p.deep + 1}
		alt, err := inner.sequence()
		if err == nil && (inner.rest != "" || len(alt) == 0) {
			err = fmt.Errorf("%q is no phrase", m)
		}
		if err != nil {
			return nil, fmt.Errorf("in the set <%s>: %w", name, err)
		}
		one.oneOf = append(one.oneOf, alt)
		p.words += inner.words
	}
	p.rest = rest
	return []piece{one}, nil
}

func (p *phraseParser) dots() ([]piece, error) {
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
		return nil, fmt.Errorf("a gap of %d words; 1 to %d", n, maxGap)
	}
	return []piece{{element: element{gap: n}}}, nil
}

// splitWords takes a written word apart as the scanner takes a text apart: "co-operat*" is two words,
// "d'affaires" too, and what follows an apostrophe in "Iran's" is an ending.
func splitWords(written string) ([]element, error) {
	var out []element
	for i := 0; i < len(written); {
		word, size := nextWord(written[i:])
		i += size
		if word == "" {
			continue
		}
		e := element{word: word}
		if strings.HasPrefix(written[i:], "*") {
			e.stem = true
			i++
		}
		out = append(out, e)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%q has no letter, so it can never match", written)
	}
	return out, nil
}

// nextWord folds the word at the start of s and says how many bytes it takes; a break is an empty word.
func nextWord(s string) (string, int) {
	var word []rune
	for i, r := range s {
		switch f := foldRune(r); {
		case f > 0:
			word = append(word, f)
		case f == -1:
		case isApostrophe(r) && len(word) > 1 && letterAt(s, i+utf8.RuneLen(r)):
			for j, e := range s[i+utf8.RuneLen(r):] {
				if !unicode.IsLetter(e) {
					return string(word), i + utf8.RuneLen(r) + j
				}
			}
			return string(word), len(s)
		case len(word) == 0:
			return "", utf8.RuneLen(r)
		default:
			return string(word), i
		}
	}
	return string(word), len(s)
}

func isApostrophe(r rune) bool {
	return r == '\'' || r == '’' || r == 'ʼ' || r == '‘' || r == '`' || r == '´'
}

func letterAt(s string, i int) bool {
	r, _ := utf8.DecodeRuneInString(s[min(i, len(s)):])
	return foldRune(r) > 0
}
