package feeds

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"
	jsonfeed "github.com/mmcdole/gofeed/json"
	"github.com/mmcdole/gofeed/rss"

	"tensionmonitor/internal/news"
)

// Lengths of what is kept, in runes. Longer than any article of a wire, and short enough that no feed fills a disk.
const (
	maxTitle = 300
	maxText  = 20_000
	madeUp   = 120 // of a title taken from the text, where there is none
)

// Read reads a feed as it came: RSS, Atom or JSON Feed in any encoding, damaged or not. now becomes the articles'
// FirstSeen; relative links are resolved against f.URL. The publishers of an aggregator's articles are taken as they
// name themselves. A feed that is cut off or broken in places gives its
// whole articles; an error comes only where there is no feed at all, or none that can be read.
func Read(f news.Feed, body []byte, contentType string, now time.Time) ([]news.Article, error) {
	doc, err := read(f, nil, body, contentType, now)
	return doc.articles, err
}

// document is a feed that was read.
type document struct {
	articles []news.Article
	damaged  bool        // it was cut off or broken, so that there may be more
	dates    []time.Time // of the articles that have one, in order
	habit    news.Habit
}

// entry is an article as the feed has it, before anything is made of it.
type entry struct {
	guid, link, date        string
	title, summary, content string
	source, sourceURL       string // who published it, where that is said
	lines                   bool   // the content is plain text, in which each line is a paragraph
}

func read(f news.Feed, houses map[string]news.Source, body []byte, contentType string, now time.Time) (document, error) {
	text := bytes.TrimSpace(toUTF8(body, contentType, f))
	switch {
	case len(text) == 0:
		return document{}, wrong(classNotAFeed, "the body is empty, want a feed")
	case text[0] == '{':
		list, damaged, err := readJSON(text)
		return finish(f, houses, list, damaged, now), err
	}
	list, damaged, err := readXML(text)
	return finish(f, houses, list, damaged, now), err
}

// channel is what a feed says of itself and in it.
type channel struct {
	home    string // the page the feed is about
	habit   news.Habit
	entries []entry
}

// readXML reads RSS or Atom. What cannot be read as one document is read article by article, so that one that is
// broken costs no other.
func readXML(text []byte) (channel, bool, error) {
	s, err := outline(fromDeclaration(text))
	if err != nil {
		return channel{}, false, err
	}
	parse := parserOf(s.name)
	if parse == nil {
		return channel{}, false, notAFeed(text, s.name)
	}
	return s.read(parse)
}

// read reads a document by its parser.
func (s *skeleton) read(parse func([]byte) (channel, error)) (channel, bool, error) {
	c, err := parse(s.doc)
	if err == nil && s.cut && len(c.entries) == 0 {
		return channel{}, true, wrong(classParse, "a feed that is cut off before its first whole article")
	}
	if err == nil {
		return s.kept.restoreAll(c), s.cut, nil
	}
	for doc := range s.alone() {
		if one, err := parse(doc); err == nil {
			c.entries = append(c.entries, one.entries...)
		}
	}
	if len(c.entries) == 0 {
		return channel{}, true, wrong(classParse, "a feed that cannot be read: %v", err)
	}
	return s.kept.restoreAll(c), true, nil
}

// fromDeclaration skips what some servers print before the document: warnings of PHP, empty lines.
func fromDeclaration(text []byte) []byte {
	if i := bytes.Index(text[:min(len(text), 4096)], []byte("<?xml")); i > 0 {
		return text[i:]
	}
	return text
}

func parserOf(root string) func([]byte) (channel, error) {
	switch root {
	case "rss", "rdf":
		return readRSS
	case "feed":
		return readAtom
	}
	return nil
}

// notAFeed says what was found instead.
func notAFeed(text []byte, root string) error {
	page := bytes.ToLower(text[:min(len(text), 64<<10)])
	for _, riddle := range []string{"cf-chl", "just a moment...", "g-recaptcha", "hcaptcha.com", "ddos-guard", "_incapsula_"} {
		if root == "html" && bytes.Contains(page, []byte(riddle)) {
			return wrong(classBlocked, "a riddle for people, want a feed")
		}
	}
	words := cutRunes(oneLine(plain(string(text[:min(len(text), 2048)]), false)), madeUp)
	if root == "" && limits.MatchString(words) {
		return wrong(classRateLimited, "a text, want a feed; it begins %q", words)
	}
	if root == "html" {
		return wrong(classNotAFeed, "an HTML page, want a feed; it begins %q", words)
	}
	if root != "" {
		return wrong(classNotAFeed, "a document <%s>, want a feed", cutRunes(root, 40))
	}
	return wrong(classNotAFeed, "a text, want a feed; it begins %q", words)
}

// limits is how search services say with status 200 that we ask too often.
var limits = regexp.MustCompile(`(?i)\b(?:limit requests|rate limit|too many requests)\b`)

func readRSS(doc []byte) (c channel, err error) {
	feed, err := new(rss.Parser).Parse(bytes.NewReader(doc))
	if err != nil {
		return channel{}, err
	}
	c.home, c.habit = feed.Link, habitOfRSS(feed)
	for _, it := range feed.Items {
		e := entry{title: it.Title, summary: it.Description, content: it.Content, date: it.PubDate, link: first(it.Links...)}
		if original := extension(it.Extensions, "feedburner", "origLink"); original != "" {
			e.link = original
		}
		if it.GUID != nil {
			e.guid = it.GUID.Value
		}
		if e.link == "" && it.GUID != nil && it.GUID.IsPermalink != "false" {
			e.link = it.GUID.Value
		}
		if it.Source != nil {
			e.source, e.sourceURL = strings.TrimSpace(it.Source.Title), it.Source.URL
		}
		if e.date == "" && it.DublinCoreExt != nil {
			e.date = first(it.DublinCoreExt.Date...)
		}
		c.entries = append(c.entries, e)
	}
	return c, nil
}

func readAtom(doc []byte) (c channel, err error) {
	feed, err := new(atom.Parser).Parse(bytes.NewReader(doc))
	if err != nil {
		return channel{}, err
	}
	c.home, c.habit.Period = alternate(feed.Links), period(feed.Extensions)
	for _, it := range feed.Entries {
		e := entry{guid: it.ID, title: it.Title, summary: it.Summary, date: first(it.Published, it.Updated), link: alternate(it.Links)}
		if it.Content != nil {
			e.content = it.Content.Value
		}
		if it.Source != nil {
			e.source, e.sourceURL = strings.TrimSpace(it.Source.Title), first(alternate(it.Source.Links), it.Source.ID)
		}
		if e.link == "" && strings.HasPrefix(e.guid, "http") {
			e.link = e.guid
		}
		c.entries = append(c.entries, e)
	}
	return c, nil
}

// alternate is the link to the page, not to the feed itself, a picture or a form.
func alternate(links []*atom.Link) (href string) {
	for _, l := range links {
		if l.Rel == "alternate" && (href == "" || l.Type == "text/html") {
			href = l.Href
		}
	}
	return href
}

// readJSON reads a JSON Feed. One that is cut off gives the articles before the cut.
func readJSON(text []byte) (channel, bool, error) {
	if bytes.Count(text, []byte("{")) > maxTags {
		return channel{}, false, wrong(classParse, "JSON too dense to be a feed")
	}
	feed, err := new(jsonfeed.Parser).Parse(bytes.NewReader(text))
	if err == nil && feed.Items == nil {
		return channel{}, false, wrong(classNotAFeed, "JSON without items, want a feed; it begins %q", cutRunes(oneLine(string(text)), madeUp))
	}
	damaged := err != nil
	if damaged {
		feed = &jsonfeed.Feed{Items: wholeItems(text)}
	}
	if damaged && len(feed.Items) == 0 {
		return channel{}, true, wrong(classParse, "JSON that cannot be read: %v", err)
	}
	c := channel{home: feed.HomePageURL}
	for _, it := range feed.Items[:min(len(feed.Items), maxArticles)] {
		if it == nil {
			continue
		}
		e := entry{guid: it.ID, link: first(it.URL, it.ExternalURL), title: it.Title, summary: it.Summary,
			content: it.ContentHTML, date: first(it.DatePublished, it.DateModified)}
		if e.content == "" {
			e.content, e.lines = it.ContentText, true
		}
		c.entries = append(c.entries, e)
	}
	return c, damaged, nil
}

// wholeItems reads the items of a JSON Feed one by one, up to the first that cannot be read.
func wholeItems(text []byte) (items []*jsonfeed.Item) {
	at := bytes.Index(text, []byte(`"items"`))
	if at < 0 {
		return nil
	}
	list := bytes.IndexByte(text[at:], '[')
	if list < 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(text[at+list:]))
	if _, err := d.Token(); err != nil {
		return nil
	}
	for tried := 0; d.More() && tried < maxArticles; tried++ {
		var it jsonfeed.Item
		if err := d.Decode(&it); err != nil {
			var wrongType *json.UnmarshalTypeError
			if errors.As(err, &wrongType) {
				continue
			}
			break
		}
		items = append(items, &it)
	}
	return items
}

// finish makes articles of entries, gives them their identity, and notes how the feed is kept.
func finish(f news.Feed, houses map[string]news.Source, c channel, damaged bool, now time.Time) document {
	base := resolve(f.URL, nil)
	if home := resolve(c.home, base); home != nil {
		base = home
	}
	list := make([]named, 0, len(c.entries))
	for _, e := range c.entries {
		link := resolve(e.link, base)
		a, ok := article(f, e, link, now)
		if f.Aggregator {
			a.Source = publisher(f, houses, e, link)
			a.Title = strings.TrimSuffix(a.Title, " - "+a.Outlet) // as search services write
			a.Title = strings.TrimSuffix(a.Title, " - "+e.source)
		}
		if ok {
			list = append(list, named{a, strings.TrimSpace(e.guid)})
		}
	}
	doc := document{damaged: damaged}
	doc.articles, c.habit.OneGuid = identify(list, f, c.home)
	doc.observe(c.habit, now)
	return doc
}

// article makes an article of an entry; ok is false where there is nothing to read in it.
func article(f news.Feed, e entry, link *url.URL, now time.Time) (a news.Article, ok bool) {
	title := cutRunes(oneLine(plain(e.title, false)), maxTitle)
	text := cutRunes(join(plain(e.summary, false), plain(e.content, e.lines)), maxText)
	if title == "" && text == "" {
		return a, false
	}
	if title == "" {
		opening, _, _ := strings.Cut(text, "\n")
		title = cutWords(opening, madeUp)
	}
	a = news.Article{Feed: f.Slug, Title: title, Text: text, Language: f.Language, Published: date(e.date, f.Zone), FirstSeen: now, Source: f.Source}
	if link != nil {
		a.Link = link.String()
	}
	return a, true
}

// first is the first of the values that is not empty.
func first(values ...string) string {
	for _, v := range values {
		if v = strings.TrimSpace(v); v != "" {
			return v
		}
	}
	return ""
}

func extension(x ext.Extensions, space, name string) string {
	for _, e := range x[space][name] {
		if v := strings.TrimSpace(e.Value); v != "" {
			return v
		}
	}
	return ""
}
