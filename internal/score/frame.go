package score

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what can be a dateline or an outlet's name at the edge of a text, in words.
const (
	datelineWords = 10
	outletWords   = 5
	beforeOutlet  = 4 // of a title, at least
)

// frame finds the tokens that are the text itself, which lie from f.from to f.to: an outlet's name at the end of a title and a
// dateline at the beginning of a text would put a country's name into every article. The tokens
// outside are marked, so that nothing is found in them.
func (f *field) frame(l *Lexicon, found []match, outlet string) {
	f.from, f.to = 0, int32(len(f.tokens))
	if f.name == "title" {
		f.to = f.titleEnd(l, found, outlet)
	} else {
		f.from = f.datelineEnd(l, found)
	}
	for i := range f.tokens {
		if int32(i) < f.from || int32(i) >= f.to {
			f.tokens[i].marks |= markDropped
		}
	}
}

// end gives the byte at which what frame left of a field ends.
func (f *field) end() int {
	if int(f.to) < len(f.tokens) {
		return int(f.tokens[f.to-1].end)
	}
	return len(f.text)
}

// beforeBar gives a title without a bar and the few words behind it, which are an outlet's name and say nothing, not even of the
// language.
func beforeBar(title string) string {
	bar := strings.LastIndexByte(title, '|')
	if bar < 0 || longer(title[bar+1:], outletWords) || !longer(title[:bar], beforeOutlet-1) {
		return title
	}
	return title[:bar]
}

// longer says whether a text has more words than so many, reading no further than to tell.
func longer(text string, words int) bool {
	for range strings.FieldsSeq(text) {
		if words--; words < 0 {
			return true
		}
	}
	return false
}

// leadBegins gives the byte of a text at which its first paragraph begins. On a page the title stands above it once more, and so do
// short lines that are no sentence: the date, the section, who wrote it, what else to read. Where there is no paragraph, it begins
// below the title.
func leadBegins(text, title string) int {
	if title = strings.TrimSpace(title); title == "" {
		return 0
	}
	begin := 0
	for at := 0; at < len(text); {
		line, rest, _ := strings.Cut(text[at:], "\n")
		line = strings.TrimSpace(line)
		last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(line, "\"'”»)"))
		again := line == title
		if !again && (strings.ContainsRune(".!?…։।。؟۔", last) || longer(line, shortLead)) {
			return at
		}
		if at = len(text) - len(rest); again {
			begin = at
		}
	}
	return begin
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
		if outlet != "" && fold(f.text[f.tokens[i].start:]) == fold(outlet) || f.signed(i, l, found) {
			return i
		}
	}
	return n
}

// signed says whether the last words of a title, those from a token on, have the look of an outlet's name: behind a dash, with a
// capital, and naming no state.
func (f *field) signed(i int32, l *Lexicon, found []match) bool {
	return i >= beforeOutlet && f.tokens[i].marks&markCapital != 0 && strings.ContainsAny(f.between(i-1, i), "-–—") &&
		!slices.ContainsFunc(found, func(m match) bool { return m.start >= i && l.names[m.out.id].state >= 0 })
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
