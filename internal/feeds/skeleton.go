package feeds

import (
	"bytes"
	"iter"
	"strings"
)

// Limits to a document. A feed of the world has some 50 articles of 20 tags; these are far above any, and low
// enough that a document made to cost memory or time costs little.
const (
	maxArticles = 1000
	maxTags     = 100_000
	maxDepth    = 1000
	maxRoot     = 8 << 10    // bytes of the root's start tag, which each article gets where they are read alone
	maxWork     = 50_000_000 // steps of about 16 bytes copied: a second at worst
)

// skeleton is the bare order of an XML document: one root, and articles in it.
type skeleton struct {
	name  string   // the root's local name in lower case: "rss", "rdf", "feed", "html", …; empty without a root
	root  []byte   // the root's start tag
	doc   []byte   // the document from the root on, closed properly
	parts [][]byte // the whole articles in it, from tag to tag
	kept  kept     // the texts that are not in it
	cut   bool     // it ended in the middle
}

// outline finds the skeleton of an XML document and makes the document safe for the parser.
//
// A document that is cut off ends after its last whole article; so does one with too many. Every element is closed,
// an end tag too many is dropped, and a "<" that begins nothing is escaped. Comments, directives and instructions
// are taken out, so that the parser sees no mark-up that was not weighed here, and long texts, which it need not see. It must be weighed: for each tag the parser copies all prefixes in scope, it recurses
// into what it does not know, and it adds up text piece by piece. A hostile document could turn that into hours.
func outline(text []byte) (skeleton, error) {
	return outlineWith(keeper(), text)
}

func outlineWith(k kept, text []byte) (skeleton, error) {
	o := outliner{text: text, article: -1, skeleton: skeleton{doc: make([]byte, 0, len(text)/4+64), kept: k}}
	for m := range marks(text) {
		if !o.place(m) {
			break
		}
		if o.tags > maxTags || len(o.open) > maxDepth || o.work > maxWork {
			return o.skeleton, wrong(classParse, "mark-up too deep or too dense to be a feed")
		}
	}
	o.close()
	return o.skeleton, nil
}

// outliner makes a skeleton.
type outliner struct {
	skeleton
	text    []byte
	copied  int     // how much of text is in doc, or left out of it
	open    []frame // the elements that are open
	article int     // where in doc the open article begins; -1 outside of articles
	above   int     // how many elements are open around it
	tags    int
	work    int
}

// frame is an element that is open.
type frame struct {
	name     []byte
	tag      int // where in text it begins
	tagEnd   int // where in text its content begins
	at       int // where in doc its content begins
	bindings int // namespace prefixes in scope, at most
	base     int // bytes of xml:base in scope, at most
}

// place puts a mark and the text before it into the document. It returns false where the document ends.
func (o *outliner) place(m mark) bool {
	if o.root == nil {
		if m.kind != opening && m.kind != empty {
			return true
		}
		o.root, o.name, o.copied = o.text[m.start:m.end], local(m.name), m.start
	} else if len(o.open) == 0 {
		return false
	}
	if m.kind == closing {
		o.keep(m)
	}
	o.doc = append(o.doc, o.text[o.copied:m.start]...)
	at := len(o.doc)
	o.copied = m.end
	o.weigh(m)
	switch m.kind {
	case aside:
		return true
	case stray:
		o.doc = append(o.doc, "&lt;"...)
		return true
	case closing:
		o.end(m.name)
		return true
	case opening:
		if o.article < 0 && isArticle(m.name) && !o.begin(at) {
			return false
		}
	}
	o.doc = append(o.doc, o.text[m.start:m.end]...)
	if m.kind == opening {
		o.open = append(o.open, o.enter(m))
	}
	return true
}

// begin begins an article at a place in doc; false says there are enough.
func (o *outliner) begin(at int) bool {
	if len(o.parts) == maxArticles {
		return false
	}
	o.article, o.above = at, len(o.open)
	return true
}

// end ends the innermost element of a name, and all that is open in it.
func (o *outliner) end(name []byte) {
	at := len(o.open) - 1
	for at >= 0 && !bytes.EqualFold(o.open[at].name, name) {
		at--
		o.work += 1 + len(name)/16
	}
	if at < 0 {
		return
	}
	o.closeDown(at)
	if o.article >= 0 && at <= o.above {
		o.parts = append(o.parts, o.doc[o.article:len(o.doc):len(o.doc)])
		o.article = -1
	}
}

// closeDown closes the innermost elements, until n are open.
func (o *outliner) closeDown(n int) {
	for i := len(o.open) - 1; i >= n; i-- {
		o.doc = append(append(append(o.doc, "</"...), o.open[i].name...), '>')
	}
	o.open = o.open[:n]
}

// enter is the frame of the element a mark opens.
func (o *outliner) enter(m mark) frame {
	tag := o.text[m.start:m.end]
	f := frame{name: m.name, tag: m.start, tagEnd: m.end, at: len(o.doc), bindings: bytes.Count(tag, []byte("xmlns"))}
	if bytes.Contains(tag, []byte("base")) {
		f.base = len(tag)
	}
	if n := len(o.open); n > 0 {
		f.bindings += o.open[n-1].bindings
		f.base += o.open[n-1].base
	}
	return f
}

// weigh adds what a mark can cost the parser.
func (o *outliner) weigh(m mark) {
	if m.kind == opening || m.kind == empty {
		f := o.enter(m)
		o.work += 1 + f.bindings + f.base/16
	}
	if m.kind != aside {
		o.tags++
	}
	if len(o.root) > maxRoot {
		o.work = maxWork + 1
	}
	if n := len(o.open); n > 2 && (o.article < 0 || n != o.above+1) {
		o.work += (len(o.doc) - o.open[n-1].at) / 16
	}
}

// close closes what is open, without the article that is not whole.
func (o *outliner) close() {
	o.cut = len(o.open) > 0 && len(o.parts) < maxArticles
	if o.article >= 0 {
		o.doc, o.open = o.doc[:o.article], o.open[:o.above]
	}
	o.closeDown(0)
}

// alone gives each article as a document of its own, with the root around it.
func (s *skeleton) alone() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		name := tagName(s.root[1:])
		for _, part := range s.parts {
			if !yield(bytes.Join([][]byte{s.root, part, []byte("</"), name, []byte(">")}, nil)) {
				return
			}
		}
	}
}

// mark is a piece of mark-up.
type mark struct {
	kind       int
	name       []byte // of a tag, with its prefix
	start, end int
}

const (
	opening  = iota // <a>
	empty           // <a/>
	closing         // </a>
	verbatim        // <![CDATA[…]]>
	aside           // comments, directives, instructions
	stray           // a "<" that begins nothing
)

// marks finds the mark-up of a document in order. It ends where a piece of mark-up does not.
func marks(text []byte) iter.Seq[mark] {
	return func(yield func(mark) bool) {
		for at := 0; ; {
			next := bytes.IndexByte(text[at:], '<')
			if next < 0 {
				return
			}
			m := markAt(text, at+next)
			if m.end < 0 || !yield(m) {
				return
			}
			at = m.end
		}
	}
}

// markAt reads the mark that begins at start; its end is -1 where it has none.
func markAt(text []byte, start int) mark {
	rest := text[start:]
	find := func(kind int, closer string) mark {
		if n := bytes.Index(rest, []byte(closer)); n >= 0 {
			return mark{kind, nil, start, start + n + len(closer)}
		}
		return mark{kind, nil, start, -1}
	}
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		return find(aside, "-->")
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		return find(verbatim, "]]>")
	case bytes.HasPrefix(rest, []byte("<?")):
		return find(aside, "?>")
	case bytes.HasPrefix(rest, []byte("<!")):
		return mark{aside, nil, start, after(start, directiveEnd(rest))}
	case bytes.HasPrefix(rest, []byte("</")):
		m := find(closing, ">")
		m.name = tagName(rest[2:])
		return m
	}
	name := tagName(rest[1:])
	if len(name) == 0 {
		return mark{stray, nil, start, start + 1}
	}
	m := mark{opening, name, start, after(start, tagEnd(rest))}
	if m.end > 0 && text[m.end-2] == '/' {
		m.kind = empty
	}
	return m
}

func after(start, n int) int {
	if n < 0 {
		return -1
	}
	return start + n
}

// tagName reads a name; nil where there is none.
func tagName(b []byte) []byte {
	n := bytes.IndexFunc(b, func(r rune) bool { return strings.ContainsRune(" \t\r\n/><=\"'", r) })
	if n < 0 {
		n = len(b)
	}
	if n == 0 || b[0] < 0x80 && b[0] != '_' && b[0] != ':' && (b[0]|0x20 < 'a' || b[0]|0x20 > 'z') {
		return nil
	}
	return b[:n]
}

// tagEnd is the length of a tag. A ">" in an attribute's value does not end it.
func tagEnd(b []byte) int {
	var quote byte
	for i, c := range b {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && bytes.HasSuffix(bytes.TrimRight(b[:i], " \t\r\n"), []byte("=")):
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return -1
}

// directiveEnd is the length of a directive: a DOCTYPE may have others inside.
func directiveEnd(b []byte) int {
	depth := 0
	for i, c := range b {
		switch c {
		case '<':
			depth++
		case '>':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// local is a name without its prefix, in lower case.
func local(name []byte) string {
	if i := bytes.LastIndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	return strings.ToLower(string(name))
}

// isArticle says whether a tag holds an article: RSS's item, Atom's entry.
func isArticle(name []byte) bool { return isNamed(name, "item") || isNamed(name, "entry") }

// isNamed says whether a tag has a name, with any prefix and in any letters.
func isNamed(tag []byte, name string) bool {
	prefix := len(tag) - len(name)
	return prefix >= 0 && (prefix == 0 || tag[prefix-1] == ':') && strings.EqualFold(string(tag[prefix:]), name)
}
