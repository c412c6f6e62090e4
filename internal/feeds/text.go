package feeds

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plain makes plain text of what a feed has, which may be text or HTML, encoded once or twice. Paragraphs are
// separated by single newlines; there is no other white space than these and single blanks. lines says that
// each line is a paragraph already; otherwise, as in HTML, only an empty line in a text without tags is.
func plain(s string, lines bool) string {
	least := 2
	if lines {
		least = 1
	}
	s = strip(s, least)
	for range 2 { // what was encoded twice still looks like HTML
		if !encoded(s) {
			break
		}
		s = strip(s, 1)
	}
	return s
}

// encoded says whether a text looks as if it were HTML still: it has a tag of running text, or an entity. A "<" of
// mathematics or of a quoted address is neither.
func encoded(s string) bool {
	end := strings.LastIndexByte(s, '>') // looked for once: a text may be full of tags that do not end
	for at := 0; ; {
		i := strings.IndexAny(s[at:], "<&")
		if i < 0 {
			return false
		}
		at += i + 1
		if s[at-1] == '&' && entity(s[at:]) || s[at-1] == '<' && at <= end && tagged(s[at:]) {
			return true
		}
	}
}

// entity says whether what follows an "&" makes it an entity: "amp;", "#8211;", "#x41F;".
func entity(s string) bool {
	const longest = 10
	s, _, ended := strings.Cut(s[:min(len(s), longest)], ";")
	s = strings.TrimPrefix(s, "#")
	return ended && s != "" && strings.Trim(s, alphanumeric) == ""
}

// tagged says whether what follows a "<" makes it a tag of running text, if it ends somewhere.
func tagged(s string) bool {
	tag, _ := tagOf(s)
	return blocks[tag] || inline[tag]
}

// tagOf is the tag that what follows a "<" makes it, and the length of its name and the slash before; 0 where it is none
// that HTML knows.
func tagOf(s string) (tag atom.Atom, length int) {
	if strings.HasPrefix(s, "/") {
		length = 1
	}
	end := strings.IndexFunc(s[length:], func(r rune) bool { return !strings.ContainsRune(alphanumeric, r) })
	if end <= 0 || !strings.ContainsRune(" \n\t/>", rune(s[length+end])) {
		return 0, 0
	}
	return atom.Lookup([]byte(strings.ToLower(s[length : length+end]))), length + end
}

const alphanumeric = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// strip takes the tags out of HTML. least is how many newlines in a row make a paragraph where there are no tags.
func strip(s string, least int) string {
	var t typesetter
	t.Grow(len(s))
	if !strings.ContainsRune(s, '<') {
		t.write(html.UnescapeString(s), least)
		return t.String()
	}
	if least > 1 {
		least = len(s) + 1 // in HTML a newline is a blank
	}
	for {
		text, after, more := strings.Cut(s, "<")
		t.write(html.UnescapeString(text), least)
		if !more {
			return t.String()
		}
		tag, length := plainTag(after)
		if length == 0 {
			t.tokenize(s[len(text):], least)
			return t.String()
		}
		t.tag(tag)
		s = after[length:]
	}
}

// plainTag is the tag of running text that what follows a "<" makes it, and its length with the ">"; 0 where it is another
// one, or where to tell its end takes more than a look at its quotes. Nearly all tags are plain, and a tokenizer costs
// several times as much as the look.
func plainTag(s string) (tag atom.Atom, length int) {
	tag, name := tagOf(s)
	end := strings.IndexByte(s, '>')
	if end < 0 || !blocks[tag] && !inline[tag] {
		return 0, 0
	}
	attributes := s[name:end]
	if strings.IndexByte(attributes, '\'') >= 0 {
		return 0, 0
	}
	for {
		before, after, quoted := strings.Cut(attributes, `"`)
		if !quoted {
			return tag, end + 1
		}
		_, rest, closed := strings.Cut(after, `"`)
		if !closed || strings.IndexByte(before, '=') != len(before)-1 {
			return 0, 0
		}
		attributes = rest
	}
}

// tokenize writes the text of HTML.
func (t *typesetter) tokenize(s string, least int) {
	var hidden atom.Atom
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken: // the end: a tokenizer of HTML knows no errors
			return
		case html.TextToken:
			if hidden == 0 {
				t.write(string(z.Text()), least)
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			t.tag(tag)
			switch {
			case kind == html.EndTagToken && tag == hidden:
				hidden = 0
			case kind == html.StartTagToken && hidden == 0 && unread[tag]:
				hidden = tag
			}
		}
	}
}

// unread are the elements whose content nobody reads on the page.
var unread = map[atom.Atom]bool{atom.Script: true, atom.Style: true, atom.Noscript: true, atom.Iframe: true, atom.Template: true}

// blocks are the elements that begin and end a paragraph.
var blocks = map[atom.Atom]bool{
	atom.P: true, atom.Div: true, atom.Br: true, atom.Hr: true, atom.Ul: true, atom.Ol: true, atom.Li: true, atom.Dl: true,
	atom.Dt: true, atom.Dd: true, atom.Table: true, atom.Tr: true, atom.Blockquote: true, atom.Pre: true, atom.Section: true,
	atom.Article: true, atom.Header: true, atom.Footer: true, atom.Aside: true, atom.Figure: true, atom.Figcaption: true,
	atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true,
}

// inline are the elements of running text that are not blocks.
var inline = map[atom.Atom]bool{
	atom.A: true, atom.B: true, atom.I: true, atom.U: true, atom.Em: true, atom.Strong: true, atom.Span: true, atom.Img: true,
	atom.Font: true, atom.Sup: true, atom.Sub: true, atom.Small: true, atom.Td: true, atom.Th: true,
}

// typesetter writes text with orderly white space.
type typesetter struct {
	strings.Builder
	gap byte // what is due before the next word: 0, ' ' or '\n'
}

// tag notes what an element does to the text around it.
func (t *typesetter) tag(tag atom.Atom) {
	switch {
	case blocks[tag]:
		t.gap = '\n'
	case (tag == atom.Td || tag == atom.Th) && t.gap == 0:
		t.gap = ' '
	}
}

// write adds text; a run of white space becomes a blank, or a paragraph if it has least newlines.
func (t *typesetter) write(s string, least int) {
	newlines := 0
	for i := 0; i < len(s); {
		if n := words(s[i:]); n > 0 { // nearly all of a text
			newlines = 0
			t.put(s[i : i+n])
			i += n
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case r == '\n' || r == '\u2028' || r == '\u2029':
			if newlines++; newlines >= least {
				t.gap = '\n'
			}
			fallthrough
		case unicode.IsSpace(r):
			if t.gap == 0 {
				t.gap = ' '
			}
		case unicode.IsControl(r) || r == '\uFEFF':
		default:
			newlines = 0
			t.put(string(r))
		}
	}
}

// words is the length of the words that begin s with one blank between each and the next, and no control character.
func words(s string) int {
	for i := range len(s) {
		c := s[i]
		if doubtful[c] && (c != ' ' || i == 0 || i+1 == len(s) || doubtful[s[i+1]]) {
			return i
		}
	}
	return len(s)
}

// doubtful are the bytes with which white space and control characters begin: ASCII up to the blank and DEL, and the leads
// of U+0080 to U+00BF, U+1xxx, U+2xxx, U+3xxx and U+Fxxx, of which some are; what begins with such a lead is looked at rune
// by rune.
var doubtful = func() (all [256]bool) {
	for c := range ' ' + 1 {
		all[c] = true
	}
	for _, c := range []byte{0x7F, 0xC2, 0xE1, 0xE2, 0xE3, 0xEF} {
		all[c] = true
	}
	return all
}()

func (t *typesetter) put(s string) {
	if t.gap != 0 && t.Len() > 0 {
		t.WriteByte(t.gap)
	}
	t.gap = 0
	t.WriteString(s)
}

// join makes one text of a summary and a content: the summary is the first paragraph, unless the content has it
// already. A summary that is the cut-off beginning of the content is left out.
func join(summary, content string) string {
	if summary == "" || content == "" {
		return summary + content
	}
	lead, body := strings.ReplaceAll(summary, "\n", " "), strings.ReplaceAll(content, "\n", " ")
	switch {
	case strings.Contains(lead, body):
		return summary
	case strings.Contains(body, strings.TrimRight(lead, ".… []")):
		return content
	}
	return summary + "\n" + content
}

// oneLine puts blanks in place of newlines, and takes out what cannot be printed or stored.
func oneLine(s string) string {
	var t typesetter
	t.write(strings.ToValidUTF8(s, "\uFFFD"), len(s)+1)
	return t.String()
}

// cutRunes cuts a text to at most n runes.
func cutRunes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n--; n < 0 {
			return strings.TrimRight(s[:i], " \n")
		}
	}
	return s
}

// cutWords cuts a line to at most n runes, between words, and says so.
func cutWords(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	s = cutRunes(s, n-1)
	if i := strings.LastIndexByte(s, ' '); i > 0 {
		s = s[:i]
	}
	return s + "…"
}
