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
	maxVariants = 400
	maxGaps     = 3
	maxGap      = 15
)

// element is one word of a phrase, or a gap.
type element struct {
	word string // folded; empty for a gap
	stem bool   // any ending may follow
	gap  int    // words that may be passed over, for a gap
}

// phraseParser reads the phrase notation of docs/lexicon.md into its variants.
type phraseParser struct {
	rest string
	sets map[string][]string
	gap  int // what ".." stands for
	deep int
}

// variants gives every sequence of elements the phrase stands for.
func variants(phrase string, sets map[string][]string, gap int) ([][]element, error) {
	p := &phraseParser{rest: phrase, sets: sets, gap: gap}
	all, err := p.choice()
	if err != nil {
		return nil, err
	}
	if p.rest != "" {
		return nil, fmt.Errorf("%q closes nothing", p.rest[:1])
	}
	for _, v := range all {
		if err := checkVariant(v); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// checkVariant finds what could never match.
func checkVariant(v []element) error {
	if len(v) == 0 {
		return fmt.Errorf("no words, so it can never match")
	}
	if v[0].word == "" || v[len(v)-1].word == "" {
		return fmt.Errorf("a gap stands between words, never at an end")
	}
	gaps := 0
	for i, e := range v {
		if e.word == "" {
			gaps++
			if v[i-1].word == "" {
				return fmt.Errorf("two gaps in a row; write one, as in ..9")
			}
		}
	}
	if gaps > maxGaps {
		return fmt.Errorf("%d gaps, at most %d", gaps, maxGaps)
	}
	return nil
}

// choice reads alternatives up to a closing bracket or the end.
func (p *phraseParser) choice() ([][]element, error) {
	var all [][]element
	for {
		seq, err := p.sequence()
		if err != nil {
			return nil, err
		}
		if all = append(all, seq...); len(all) > maxVariants {
			return nil, fmt.Errorf("more than %d variants; split it", maxVariants)
		}
		if p.deep == 0 || !strings.HasPrefix(p.rest, "|") {
			return all, nil
		}
		p.rest = p.rest[1:]
	}
}

// sequence reads words, gaps, sets and bracketed alternatives that follow one another.
func (p *phraseParser) sequence() ([][]element, error) {
	all := [][]element{nil}
	for {
		p.rest = strings.TrimLeft(p.rest, " ")
		if p.rest == "" || p.rest[0] == ')' || p.rest[0] == '|' {
			return all, nil
		}
		next, err := p.part()
		if err != nil {
			return nil, err
		}
		if len(all)*len(next) > maxVariants {
			return nil, fmt.Errorf("more than %d variants; split it", maxVariants)
		}
		grown := make([][]element, 0, len(all)*len(next))
		for _, head := range all {
			for _, tail := range next {
				grown = append(grown, append(head[:len(head):len(head)], tail...))
			}
		}
		all = grown
	}
}

// part reads one bracket, set, gap or written word.
func (p *phraseParser) part() ([][]element, error) {
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
	words, err := splitWords(written)
	return [][]element{words}, err
}

func (p *phraseParser) bracket() ([][]element, error) {
	p.rest = p.rest[1:]
	p.deep++
	all, err := p.choice()
	p.deep--
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(p.rest, ")") {
		return nil, fmt.Errorf("a bracket is not closed")
	}
	p.rest = p.rest[1:]
	return all, nil
}

func (p *phraseParser) set() ([][]element, error) {
	name, rest, ok := strings.Cut(p.rest[1:], ">")
	if !ok {
		return nil, fmt.Errorf("<%s is not closed", name)
	}
	p.rest = rest
	members, ok := p.sets[name]
	if !ok {
		return nil, fmt.Errorf("there is no set <%s> in this language", name)
	}
	if p.deep > 8 {
		return nil, fmt.Errorf("the set <%s> contains itself", name)
	}
	var all [][]element
	for _, m := range members {
		inner := &phraseParser{rest: m, sets: p.sets, gap: p.gap, deep: p.deep + 1}
		v, err := inner.sequence()
		if err != nil {
			return nil, fmt.Errorf("in the set <%s>: %w", name, err)
		}
		all = append(all, v...)
	}
	return all, nil
}

func (p *phraseParser) dots() ([][]element, error) {
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
	return [][]element{{{gap: n}}}, nil
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
