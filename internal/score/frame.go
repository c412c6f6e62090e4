package score

import (
	"strings"
	"unicode"
)

// Limits of what can be a dateline or an outlet's name at the edge of a text, in words.
const (
	datelineWords = 10
	outletWords   = 5
)

// frame gives the tokens that are the text itself: an outlet's name at the end of a title and a
// dateline at the beginning of a text would put a country's name into every article. The tokens
// outside are marked, so that nothing is found in them.
func (f *field) frame(l *Lexicon, found []match, outlet string) (from, to int32) {
	from, to = 0, int32(len(f.tokens))
	if f.name == "title" {
		to = f.titleEnd(l, found, outlet)
	} else {
		from = f.datelineEnd(l, found)
	}
	for i := range f.tokens {
		if int32(i) < from || int32(i) >= to {
			f.tokens[i].marks |= markDropped
		}
	}
	return from, to
}

// titleEnd finds " - Iran International" or "| Azernews" at the end of a title.
func (f *field) titleEnd(l *Lexicon, found []match, outlet string) int32 {
	n := int32(len(f.tokens))
	for i := n - 1; i > 0 && n-i <= outletWords; i-- {
		if f.tokens[i].marks&markHard == 0 {
			continue
		}
		for _, m := range found {
			if m.start == i && l.names[m.out.id].category == "outlet" {
				return i
			}
		}
		if outlet != "" && fold(f.text[f.tokens[i].start:]) == fold(outlet) {
			return i
		}
	}
	return n
}

// datelineEnd finds "BAKU, Azerbaijan, March 5.", "TEHRAN (IRNA) –" and their like at the beginning of
// a text: up to an agency's name, or from a place in capitals up to a dash or full stop.
func (f *field) datelineEnd(l *Lexicon, found []match) int32 {
	edge := min(datelineWords, int32(len(f.tokens)))
	for _, m := range found {
		if m.end <= edge && l.names[m.out.id].category == "outlet" && f.parted(m.end) && (f.tokens[m.start].sentence == f.tokens[0].sentence || f.shouted(0)) {
			return m.end
		}
	}
	if edge < 2 || !f.shouted(0) {
		return 0
	}
	for i := int32(1); i < edge; i++ {
		if f.tokens[i].marks&markHard != 0 || f.tokens[i].sentence != f.tokens[0].sentence {
			return i
		}
	}
	return 0
}

// parted says whether something other than a space or a quotation mark stands before the token.
func (f *field) parted(i int32) bool {
	if int(i) >= len(f.tokens) {
		return true
	}
	between := strings.Trim(f.between(i-1, i), "\"'“”„«»’")
	return between != "-" && strings.TrimSpace(between) != "" // "Trend-in" has an ending
}

// shouted says whether the token is a word of three letters or more in capitals.
func (f *field) shouted(i int32) bool {
	letters := 0
	for _, r := range f.text[f.tokens[i].start:f.tokens[i].end] {
		if !unicode.IsUpper(r) {
			return false
		}
		letters++
	}
	return letters >= 3
}
