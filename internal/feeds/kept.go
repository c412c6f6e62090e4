package feeds

import (
	"bytes"
	"html"
	"math/rand/v2"
	"strconv"
	"strings"
)

// The parser reads byte by byte, makes several copies of each text, and texts are most of a feed. So a text of which it is
// certain what the parser would make of it is kept from it: a token stands in its place, and is replaced in what the
// parser gives. The parser still decides what is an article and which of its elements is which, and it reads every text
// with anything unusual in it.

// leastKept is how many bytes make a text worth keeping.
const leastKept = 64

// kept are the texts of a document that its parser does not see.
type kept struct {
	sign  string   // begins a token; drawn by lot for each document, so that no feed can write one
	texts [][]byte // as the document has them, without the white space around them; their tokens number them
}

// keeper is what keeps the texts of one document.
func keeper() kept { return kept{sign: strconv.FormatUint(rand.Uint64(), 36) + "."} }

// keep keeps the text of the element that a mark ends, if it is certain, and puts a token into the document.
func (o *outliner) keep(m mark) {
	top := len(o.open) - 1
	if o.kept.sign == "" || !o.atHome() || top != o.above+1 || !bytes.EqualFold(o.open[top].name, m.name) {
		return
	}
	f := o.open[top]
	text := bytes.TrimSpace(o.text[f.tagEnd:m.start])
	if len(text) < leastKept || !o.hasText(f) || !certain(text) {
		return
	}
	o.doc = strconv.AppendInt(append(o.doc[:f.at], o.kept.sign...), int64(len(o.kept.texts)), 10)
	o.kept.texts = append(o.kept.texts, text)
	o.copied = m.start
}

// atHome says whether an article is open where articles belong: in the root, or in the channel there. Elsewhere it may be
// part of a text.
func (o *outliner) atHome() bool {
	return o.article >= 0 && (o.above == 1 || o.above == 2 && isNamed(o.open[1].name, "channel"))
}

// hasText says whether an element of an article has the article's text, in a form that needs nothing but decoding.
func (o *outliner) hasText(f frame) bool {
	if o.name != "feed" {
		return isNamed(f.name, "description") || isNamed(f.name, "encoded")
	}
	if !isNamed(f.name, "summary") && !isNamed(f.name, "content") || f.base > 0 { // links in it would be resolved
		return false
	}
	switch string(o.text[f.tag+1+len(f.name) : f.tagEnd]) {
	case `>`, ` type="html">`, ` type='html'>`, ` type="text">`, ` type='text'>`:
		return true
	}
	return false
}

const cdata, cdataEnd = "<![CDATA[", "]]>"

// certain says whether the parser takes a text as decoded does: one CDATA section and no more, or no mark-up and after each
// "&" an entity of XML or a number.
func certain(text []byte) bool {
	if inside, ok := bytes.CutPrefix(text, []byte(cdata)); ok {
		_, after, ended := bytes.Cut(inside, []byte(cdataEnd))
		return ended && len(after) == 0
	}
	if bytes.IndexByte(text, '<') >= 0 || bytes.Contains(text, []byte(cdataEnd)) {
		return false
	}
	for {
		i := bytes.IndexByte(text, '&')
		if i < 0 {
			return true
		}
		text = text[i+1:]
		if !entityOfXML(text) {
			return false
		}
	}
}

// entityOfXML says whether what follows an "&" makes it one of the five entities that XML has by itself, or a number.
func entityOfXML(text []byte) bool {
	const longest = 8
	name, _, ended := bytes.Cut(text[:min(len(text), longest+1)], []byte(";"))
	switch string(name) {
	case "amp", "lt", "gt", "quot", "apos":
		return ended
	}
	figures, isNumber := bytes.CutPrefix(name, []byte("#"))
	digits := "0123456789"
	if hex, ok := bytes.CutPrefix(figures, []byte("x")); ok {
		figures, digits = hex, digits+"abcdefABCDEF"
	}
	return ended && isNumber && len(figures) > 0 && len(bytes.Trim(figures, digits)) == 0
}

// decoded is a text that is certain, as the parser would have given it.
func decoded(text []byte) string {
	if inside, ok := bytes.CutPrefix(text, []byte(cdata)); ok {
		return string(inside[:len(inside)-len(cdataEnd)])
	}
	var b strings.Builder
	b.Grow(len(text))
	for {
		before, after, more := bytes.Cut(text, []byte("&"))
		b.Write(before)
		if !more {
			return b.String()
		}
		name, rest, _ := bytes.Cut(after, []byte(";"))
		b.WriteString(html.UnescapeString("&" + string(name) + ";"))
		text = rest
	}
}

// restore puts a kept text in place of its token; anything else stays.
func (k *kept) restore(s string) string {
	number, ok := strings.CutPrefix(s, k.sign)
	if n, err := strconv.Atoi(number); ok && err == nil && n >= 0 && n < len(k.texts) {
		return decoded(k.texts[n])
	}
	return s
}

// restoreAll restores the texts of a channel's articles.
func (k *kept) restoreAll(c channel) channel {
	for i := range c.entries {
		e := &c.entries[i]
		e.summary, e.content = k.restore(e.summary), k.restore(e.content)
	}
	return c
}
