package score

import (
	"unicode"
	"unicode/utf8"
)

// maxSentence is the length, in words, at which a sentence is cut: hostile text must not make one
// sentence of a book, since work inside a sentence grows with the square of its names.
const maxSentence = 120

// shortLead is up to how many words a line is no paragraph: a page's date, section, byline or view count stand in such lines.
const shortLead = 10

// Years are numbers from firstYear on; where nobody knows when an article appeared, those before noYear are past.
const (
	firstYear = 1900
	noYear    = 2100
)

// commonEra gives the year in which a year of the Iranian calendar begins, and any other number as it is.
func commonEra(year int32) int32 {
	const between = 621
	if 1300 <= year && year < 1500 {
		return year + between
	}
	return year
}

// Marks before a word.
const (
	markComma   uint8 = 1 << iota // a comma, so perhaps a new clause
	markHard                      // a dash, colon, semicolon or bracket
	markCapital                   // the word begins with a capital letter
	markDigit                     // the word is a number
	markOwner                     // an ending follows the word after an apostrophe: "Iran's"
	markQuote                     // a quotation mark, which a phrase may cross
	markDropped                   // dateline or outlet name: not part of what is said
	markSign                      // a sign of a script without spaces, in which a word has several
)

// token is one word of a text.
type token struct {
	start, end int32 // bytes in the field, ending included
	sym        int32 // its first symbol in scratch.syms
	syms       uint8
	marks      uint8
	sentence   int32
	paragraph  int32
	value      int32  // of a number
	sieve      uint64 // symbolBit of all its symbols
}

// Classes of letters that tell languages apart.
const (
	letterAscii = iota
	letterAzeri // ə
	letterQX    // q and x, which Azerbaijani has and Turkish has not
	letterTurkic
	letterLatin
	letterCyrillic
	letterArabic
	letterPersian // letters Arabic has not
	letterOther   // of other scripts
	letterClasses
)

// letterClass sorts a letter.
func letterClass(r rune) int {
	switch {
	case r == 'ə' || r == 'Ə':
		return letterAzeri
	case r == 'ı' || r == 'ğ' || r == 'ş' || r == 'İ' || r == 'Ş' || r == 'Ğ':
		return letterTurkic
	case r == 'q' || r == 'x' || r == 'Q' || r == 'X':
		return letterQX
	case r < 0x80:
		return letterAscii
	case r < 0x250:
		return letterLatin
	case r >= 0x400 && r < 0x530:
		return letterCyrillic
	case r == 'پ' || r == 'چ' || r == 'ژ' || r == 'گ' || r == 'ک' || r == 'ی':
		return letterPersian
	case r >= 0x600 && r < 0x780:
		return letterArabic
	case r >= 0x370 && unicode.IsLetter(r):
		return letterOther
	}
	return letterAscii
}

// field is one scanned field of an article.
type field struct {
	name   string
	text   string
	begin  int // byte of the text at which it is read from
	tokens []token
	starts []int32 // first token of each sentence
	alone  int     // tokens that are signs

	from, to int32 // the tokens that frame leaves
}

// scan splits the text into words and sentences, looking each word up on the way.
func (s *scratch) scan(lex *Lexicon, f *field) {
	f.tokens, f.starts, f.alone = f.tokens[:0], f.starts[:0], 0
	text, words, abc := f.text, lex.words, lex.abc
	var marks uint8
	paragraph, newSentence := int32(0), true
	for i := f.begin; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if abc.letters[c].code() <= codeSkip {
				switch c {
				case ' ':
				case '\n':
					newSentence = true
					if i+1 < len(text) && len(f.tokens) > shortLead && f.tokens[len(f.tokens)-1].paragraph == paragraph {
						paragraph++
					}
				case '.', '!', '?':
					newSentence = newSentence || s.endsSentence(lex, f, i)
				case ',':
					marks |= markComma
				case '(':
					if end := shortForm(text, i); end > i {
						i = end
						continue
					}
					marks |= markHard
				case ':', ';', ')', '[', ']', '|':
					marks |= markHard
				case '"':
					marks |= markQuote
				case '-', '/':
					if i > 0 && text[i-1] == ' ' {
						marks |= markHard
					}
				}
				i++
				continue
			}
		} else {
			r, size := utf8.DecodeRuneInString(text[i:])
			if abc.of(r).code() <= codeSkip {
				switch r {
				case '؟', '۔', '。', '…', '\u2028', '\u2029':
					newSentence = true
				case '،', '、', '，':
					marks |= markComma
				case '–', '—', '؛':
					marks |= markHard
				case '«', '»', '“', '”', '„':
					marks |= markQuote
				}
				i += size
				continue
			}
		}
		t := token{start: int32(i), sym: int32(len(s.syms)), paragraph: paragraph, marks: marks}
		i = s.word(words, abc, text, i, &t)
		if newSentence || len(f.tokens)-int(f.starts[len(f.starts)-1]) >= maxSentence {
			f.starts = append(f.starts, int32(len(f.tokens)))
		}
		t.sentence = int32(len(f.starts) - 1)
		f.tokens = append(f.tokens, t)
		f.alone += int(t.marks / markSign)
		marks, newSentence = 0, false
	}
}

// longestShortForm is the number of letters up to which capitals in brackets are a name's short form.
const longestShortForm = 6

// shortForm says where a name's short form in brackets that opens at i ends, as in "the Foreign Ministry (MFA) summoned";
// i where there is none. It stands aside of the sentence, which goes on as if it were not there.
func shortForm(text string, i int) int {
	letters := 0
	for k, r := range text[i+1:] {
		switch {
		case r == ')' && letters > 1:
			return i + 1 + k + 1
		case !unicode.IsUpper(r) || letters == longestShortForm:
			return i
		}
		letters++
	}
	return i
}

// word reads the word at i into t and gives the place after it.
func (s *scratch) word(words *wordIndex, abc *alphabet, text string, i int, t *token) int {
	node, alive, letters, digits := uint32(0), true, 0, 0
	nodes := words.nodes
	for alone := false; i < len(text) && !alone; {
		x, size := abc.at(text, i)
		code := x.code()
		if code <= codeSkip {
			if code == codeSkip {
				i += size
				continue
			}
			if letters > 1 {
				if end := apostropheEnding(text, i); end > i {
					t.marks |= markOwner
					i = end
				}
			}
			break
		}
		if class := x.class(); class != letterAscii {
			s.letters[class]++
		}
		if x >= letterAlone {
			if alone = x&letterAlone != 0; alone {
				if letters > 0 {
					break
				}
				t.marks |= markSign
			}
			if x&letterUpper != 0 && letters == 0 {
				t.marks |= markCapital
			}
			if x&letterDigit != 0 {
				digits++
				if r, _ := utf8.DecodeRuneInString(text[i:]); t.value < 1<<24 {
					t.value = t.value*10 + (foldDigit(r) - '0')
				}
			}
		}
		i += size
		letters++
		if !alive {
			continue
		}
		node, alive = words.step(node, x)
		if alive && nodes[node]&nodeStem != 0 {
			s.addSymbol(t, words.end(node).stem)
		}
	}
	if alive && letters > 0 && nodes[node]&nodeExact != 0 {
		s.addSymbol(t, words.end(node).exact)
	}
	s.letters[letterAscii] += letters // of any class: see scratch.tellLanguage
	if digits == letters {
		t.marks |= markDigit
		if y := commonEra(t.value); firstYear <= y && y < s.year {
			s.addSymbol(t, symYear)
		}
	} else {
		t.value = 0
	}
	t.end = int32(i)
	return i
}

// at gives the letter at i and its size in bytes. Two-byte letters, which are most of those outside
// ASCII in the languages read here, are decoded in place.
func (a *alphabet) at(text string, i int) (letter, int) {
	c := text[i]
	if c < utf8.RuneSelf {
		return a.letters[c], 1
	}
	if c >= 0xC2 && c < 0xE0 && i+1 < len(text) && text[i+1]&0xC0 == 0x80 {
		return a.letters[uint16(c&0x1F)<<6|uint16(text[i+1]&0x3F)], 2
	}
	r, size := utf8.DecodeRuneInString(text[i:])
	return a.of(r), size
}

func (s *scratch) addSymbol(t *token, sym int32) {
	if t.syms < 255 {
		s.syms = append(s.syms, sym)
		t.syms++
		t.sieve |= symbolBit(sym)
	}
}

// apostropheEnding says where the ending after an apostrophe at i ends, or i where there is none.
func apostropheEnding(text string, i int) int {
	r, size := utf8.DecodeRuneInString(text[i:])
	if !isApostrophe(r) {
		return i
	}
	end := i + size
	if next, _ := utf8.DecodeRuneInString(text[end:]); 'a' <= text[i-1] && text[i-1] <= 'z' && unicode.IsUpper(next) {
		return i // "dell'Azerbaigian" is two words
	}
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if !unicode.IsLetter(r) {
			break
		}
		end += size
	}
	if end == i+size {
		// the plural's genitive, "diplomats'": no letters follow
		return i
	}
	return end
}

// endsSentence says whether the full stop, exclamation or question mark at i ends a sentence.
func (s *scratch) endsSentence(lex *Lexicon, f *field, i int) bool {
	text := f.text
	if i+1 < len(text) && text[i+1] != ' ' && text[i+1] != '\n' && text[i+1] != '\t' && text[i+1] != '"' && text[i+1] != ')' && text[i+1] < utf8.RuneSelf {
		return false // "report.az", "3.5"
	}
	if text[i] != '.' || len(f.tokens) == 0 {
		return true
	}
	last := &f.tokens[len(f.tokens)-1]
	if int(last.end) != i {
		return true
	}
	r, size := utf8.DecodeRuneInString(text[last.start:])
	if unicode.IsUpper(r) && int(last.start)+size == int(last.end) {
		return false // an initial: "J. Bayramov"
	}
	for _, sym := range s.syms[last.sym : last.sym+int32(last.syms)] {
		if lex.abbreviation[sym] {
			return false
		}
	}
	return true
}
