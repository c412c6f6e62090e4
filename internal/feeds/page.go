package feeds

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"tensionmonitor/internal/news"
)

// Limits to a page. Of the 134 pages that the extractor is tested with none reaches them, and none that is made to keep
// them takes longer than half a second.
const (
	maxPageTags   = 20_000     // a page of news has some 2,000, a long one with comments 10,000
	maxEffort     = 30_000_000 // see effort; most pages take below 3 million, a long article of an encyclopedia 14
	maxAttributes = 32         // of a tag that are looked at: parsers compare them with each other
	maxAttribute  = 256        // bytes of one that are kept
	leastText     = 200        // runes: what is shorter than two sentences is a notice, or the caption of a picture
)

// text is what the page says of its article beyond the feed, in paragraphs. The feed's own words stay what they are, and
// what they say already is left out.
func (p *page) text(a *news.Article, body []byte) (string, error) {
	if walled.Match(body) {
		return "", wrong(paywall, "it says that it is for those who pay")
	}
	title, text, err := extract(p.decode(a, body), p.link)
	if err != nil {
		return "", err
	}
	if n := utf8.RuneCountInString(text); n < leastText || n <= utf8.RuneCountInString(a.Text) {
		return "", wrong(noArticle, "an article of %d letters, want %d and more than the feed has", n, leastText)
	}
	if !about(a.Title, title+" "+text) {
		return "", wrong(noArticle, "a page about something else; it begins %q", cutRunes(oneLine(first(title, text)), madeUp))
	}
	beyond := without(text, a.Title+"\n"+a.Text)
	if beyond == "" {
		return "", wrong(noArticle, "nothing that the feed has not said")
	}
	return cutRunes(beyond, maxText-utf8.RuneCountInString(a.Text)), nil
}

// walled is how a page says that it shows only the beginning: schema.org's property, and the meta tag of Facebook.
var walled = regexp.MustCompile(`"isAccessibleForFree"\s*:\s*"?[Ff]alse|article:content_tier"\s+content="(?:locked|metered)"`)

// decode gives the page as UTF-8, as a feed's document; what a page has for a declaration is a tag.
func (p *page) decode(a *news.Article, body []byte) []byte {
	_, label, _ := charset.DetermineEncoding(body[:min(len(body), 1024)], p.contentType)
	return toUTF8(body, "text/html; charset="+label, news.Feed{Language: a.Language})
}

// extract finds the article on a page, in plain text. A page may be made to break what reads it.
func extract(text []byte, link string) (title, found string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = wrong(classParse, "a page that cannot be read: %v", r)
		}
	}()
	lean, err := scrub(text)
	if err != nil {
		return "", "", err
	}
	doc, err := html.Parse(bytes.NewReader(lean))
	if err != nil || effort(doc, 1, maxEffort) > maxEffort {
		return "", "", wrong(classParse, "a page of too many elements within each other")
	}
	parser := readability.NewParser()
	parser.DisableJSONLD = true
	article, err := parser.ParseAndMutate(doc, resolve(link, nil))
	if err != nil {
		return "", "", wrong(classParse, "a page that cannot be read: %v", err)
	}
	var out bytes.Buffer
	if article.Node != nil {
		err = html.Render(&out, article.Node)
	}
	return oneLine(article.Title()), strip(out.String(), 2), err
}

// scrub leaves of a page what tells where its article is: no scripts and their kin, no long attributes, and none that say
// nothing about that.
func scrub(text []byte) ([]byte, error) {
	var out bytes.Buffer
	var hidden atom.Atom
	z := html.NewTokenizer(bytes.NewReader(text))
	for tags := 0; ; {
		kind := z.Next()
		switch kind {
		case html.ErrorToken: // the end: a tokenizer of HTML knows no errors
			return out.Bytes(), nil
		case html.TextToken:
			if hidden == 0 { // escaped, so that what is text here is text for everybody
				out.WriteString(html.EscapeString(string(z.Text())))
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			if tags++; tags > maxPageTags {
				return nil, wrong(classTooLarge, "a page of more than %d tags", maxPageTags)
			}
			name, attributes := z.TagName()
			tag := atom.Lookup(name)
			switch {
			case kind == html.EndTagToken && tag == hidden:
				hidden = 0
			case hidden != 0 || tag == atom.Meta || tag == atom.Link || tag == atom.Base:
			case kind == html.StartTagToken && unread[tag]:
				hidden = tag
			case kind == html.EndTagToken:
				fmt.Fprintf(&out, "</%s>", name)
			default:
				fmt.Fprintf(&out, "<%s", name)
				if attributes {
					telling(&out, z)
				}
				out.WriteByte('>')
			}
		}
	}
}

// telling writes the attributes of a tag that tell what it is for.
func telling(out *bytes.Buffer, z *html.Tokenizer) {
	for range maxAttributes {
		name, value, more := z.TagAttr()
		switch string(name) {
		case "class", "id", "role", "rel", "itemprop", "style", "href", "hidden", "aria-hidden", "aria-modal":
			value = value[:min(len(value), maxAttribute)]
			fmt.Fprintf(out, ` %s="%s"`, name, html.EscapeString(string(bytes.ToValidUTF8(value, nil))))
		}
		if !more {
			return
		}
	}
}

// effort is what a document costs its extractor, which asks elements again and again for the text within them: each letter
// counts once for every element that it is in, and each element as some letters. It stops counting above most.
func effort(n *html.Node, depth, most int) (sum int) {
	for child := range n.ChildNodes() {
		sum += depth * (20 + len(child.Data))
		if sum <= most {
			sum += effort(child, depth+1, most-sum)
		}
		if sum > most {
			break
		}
	}
	return sum
}

// about says whether a page is that of an article: at least half of the words of the title are there. A page that asks
// for consent, a front page and one that says that nothing was found have other words.
func about(title, text string) bool {
	there := make(map[string]bool)
	for _, word := range wordsOf(text) {
		there[word] = true
	}
	wanted := wordsOf(title)
	missing := slices.DeleteFunc(slices.Clone(wanted), func(word string) bool { return there[word] })
	return 2*len(missing) <= len(wanted)
}

// wordsOf are the words of a text that say something: those of three letters and more.
func wordsOf(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return slices.DeleteFunc(words, func(w string) bool { return utf8.RuneCountInString(w) < 3 })
}

// without leaves out the paragraphs of a text that another text has already.
func without(text, known string) string {
	known = strings.ReplaceAll(known, "\n", " ")
	return strings.Join(slices.DeleteFunc(strings.Split(text, "\n"), func(paragraph string) bool { return strings.Contains(known, paragraph) }), "\n")
}
