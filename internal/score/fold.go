package score

import (
	"fmt"
	"math"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Codes of the alphabet a lexicon is compiled to. Real letters lie between codeSkip and codeOther.
const (
	codeBreak uint8 = 0   // ends a word
	codeSkip  uint8 = 1   // inside a word, but no letter: combining marks, ZWNJ, bidirectional marks
	codeFirst uint8 = 2   // first real letter
	codeWide  uint8 = 251 // from here to codeOther: a second code follows
	codeOther uint8 = 255 // a letter no phrase of the lexicon has
)

// unlike lists letters whose Unicode decomposition is not the letter a careless keyboard would give.
var unlike = map[rune]rune{
	'ə': 'e', 'ı': 'i', 'ß': 's', 'ø': 'o', 'ł': 'l', 'đ': 'd', 'æ': 'a', 'œ': 'o',
	'є': 'е', 'і': 'и', 'ґ': 'г', 'ў': 'у', 'қ': 'к', 'ғ': 'г', 'ҳ': 'х', 'ҷ': 'ч', 'ҹ': 'ч', 'ҝ': 'г', 'ө': 'о', 'ү': 'у', 'һ': 'х', 'ј': 'и',
	'ς': 'σ',
	'ي': 'ی', 'ى': 'ی', 'ئ': 'ی', 'ك': 'ک', 'ة': 'ه', 'ۀ': 'ه', 'ە': 'ه', 'ہ': 'ه', 'أ': 'ا', 'إ': 'ا', 'آ': 'ا', 'ٱ': 'ا', 'ؤ': 'و',
}

// plane is the basic plane of Unicode: what folding and scanning have to know of each letter.
type plane struct {
	skeletons [0x10000]uint16
	traits    [0x10000]uint8 // its class and flags, as in the highest byte of letter
}

// basic holds what is known of the basic plane, in which a letter to be passed over is -1 in two bytes: working a letter out costs
// a hundred times what looking it up does, and a lexicon folds a hundred thousand letters.
var basic = sync.OnceValue(func() *plane {
	var p plane
	for r := range rune(len(p.skeletons)) {
		f := skeleton(r)
		if p.skeletons[r] = uint16(f); f > 0 {
			p.traits[r] = uint8((letter(letterClass(r))<<letterClassBit | flags(r)) >> letterClassBit)
		}
	}
	return &p
})

// foldRune gives the skeleton letter of r: lower case, without marks, one letter for the several
// that different keyboards write for it. It gives 0 for what ends a word and -1 for what is to be
// passed over inside one.
func foldRune(r rune) rune { return basic().fold(r) }

func (p *plane) fold(r rune) rune {
	if uint32(r) >= uint32(len(p.skeletons)) {
		return skeleton(r)
	}
	if f := p.skeletons[r]; f != math.MaxUint16 {
		return rune(f)
	}
	return -1
}

func skeleton(r rune) rune {
	switch {
	case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
		return r
	case r < 0x80 && (r < 'A' || r > 'Z'):
		return 0
	case r == 'ء' || r == 'ـ' || unicode.Is(unicode.M, r) || unicode.Is(unicode.Cf, r):
		return -1
	case unicode.IsDigit(r):
		return foldDigit(r)
	case !unicode.IsLetter(r):
		return 0
	}
	r = unicode.ToLower(r)
	if u, ok := unlike[r]; ok {
		return u
	}
	if r < 0x80 || (r >= 0x2E80 && r < 0xFB00) { // ideographs, kana and Hangul stay as they are
		return r
	}
	d, _ := utf8.DecodeRuneInString(norm.NFKD.String(string(r)))
	d = unicode.ToLower(d)
	if u, ok := unlike[d]; ok {
		return u
	}
	return d
}

// foldDigit gives the ASCII digit of a decimal digit in any script.
func foldDigit(r rune) rune {
	if r < 0x80 {
		return r
	}
	zero := r
	for unicode.IsDigit(zero-1) && r-zero < 9 {
		zero--
	}
	return '0' + (r - zero)
}

// letter is what the scanner has to know of a rune: its code in the low byte, the second code where it has one in the next, and in
// the highest the class of letters it tells a language by, and the flags.
type letter uint32

const (
	letterUpper    letter = 1 << 31
	letterDigit    letter = 1 << 30
	letterAlone    letter = 1 << 29 // a word by itself, since its script has no spaces
	letterClassBit        = 24      // where the class begins, of four bits
)

func (x letter) code() uint8   { return uint8(x) }
func (x letter) second() uint8 { return uint8(x >> 8) } // 0 where it has none
func (x letter) class() int    { return int(x>>letterClassBit) & 15 }

// alphabet numbers the letters a lexicon uses, so that a folded word is a string of small codes: one a letter and, where letters are
// more than a byte can number, two for those of the scripts that have thousands.
type alphabet struct {
	letters [0x10000]letter
}

// newAlphabet makes the alphabet of the letters in words (which are folded already).
func newAlphabet(words []string) (*alphabet, error) {
	const (
		narrow = int(codeWide - codeFirst)
		row    = int(codeOther - codeFirst) // letters with the same first code of two
		most   = narrow + int(codeOther-codeWide)*row
	)
	used := make([]bool, 0x10000)
	for _, w := range words {
		for _, r := range w {
			if r != '*' && int(r) < len(used) {
				used[r] = true
			}
		}
	}
	codes, letters := make([]letter, len(used)), 0
	for r := range used {
		if !used[r] {
			continue
		}
		if codes[r] = letter(int(codeFirst) + letters); letters >= narrow {
			wide := letters - narrow
			codes[r] = letter(int(codeWide)+wide/row) | letter(int(codeFirst)+wide%row)<<8
		}
		letters++
	}
	if letters > most {
		return nil, fmt.Errorf("the lexicon has %d different letters, at most %d", letters, most)
	}
	a, p := &alphabet{}, basic()
	for r, f := range p.skeletons {
		code := letter(codeOther)
		switch {
		case f == math.MaxUint16:
			code = letter(codeSkip)
		case f == 0:
			code = letter(codeBreak)
		case codes[f] != 0:
			code = codes[f]
		}
		a.letters[r] = code | letter(p.traits[r])<<letterClassBit
	}
	return a, nil
}

// spell adds the codes of a word's letters.
func (a *alphabet) spell(codes []uint8, word string) []uint8 {
	for _, r := range word {
		x := a.of(r)
		if codes = append(codes, x.code()); x.second() != 0 {
			codes = append(codes, x.second())
		}
	}
	return codes
}

func flags(r rune) (x letter) {
	if unicode.IsUpper(r) {
		x |= letterUpper
	}
	if unicode.IsDigit(r) {
		x |= letterDigit
	}
	if unicode.In(r, unicode.Han, unicode.Hiragana) {
		x |= letterAlone
	}
	return x
}

// of gives what there is to know of any rune.
func (a *alphabet) of(r rune) letter {
	if uint32(r) < uint32(len(a.letters)) {
		return a.letters[r]
	}
	if unicode.IsLetter(r) {
		return letter(codeOther)
	}
	return letter(codeBreak)
}

// fold gives the skeleton of a word, as the lexicon's phrases are kept.
func fold(word string) string {
	out := make([]rune, 0, len(word))
	for _, r := range word {
		if f := foldRune(r); f > 0 {
			out = append(out, f)
		}
	}
	return string(out)
}
