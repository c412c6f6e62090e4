package feeds

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"tensionmonitor/internal/news"
)

// OPML is how feed readers hand each other their lists of feeds.
type opml struct {
	XMLName  xml.Name      `xml:"opml"`
	Version  string        `xml:"version,attr"`
	Title    string        `xml:"head>title"`
	Outlines []opmlOutline `xml:"body>outline"`
}

// opmlOutline is a feed, or a folder of some.
type opmlOutline struct {
	Text     string        `xml:"text,attr"`
	Title    string        `xml:"title,attr,omitempty"`
	Type     string        `xml:"type,attr,omitempty"`
	URL      string        `xml:"xmlUrl,attr,omitempty"`
	Language string        `xml:"language,attr,omitempty"`
	Category string        `xml:"category,attr,omitempty"`
	Outlines []opmlOutline `xml:"outline"`
}

const (
	maxOPML  = 4 << 20 // bytes: some 15,000 feeds
	maxSlug  = 64
	opmlDeep = 20 // folders in folders
)

// WriteOPML writes a list of feeds, a folder for each house. Passwords in addresses are left out.
func WriteOPML(w io.Writer, title string, list []news.Feed) error {
	doc := opml{Version: "2.0", Title: title}
	folder := make(map[string]int)
	for _, f := range list {
		at, known := folder[f.Family]
		if !known {
			at = len(doc.Outlines)
			folder[f.Family] = at
			doc.Outlines = append(doc.Outlines, opmlOutline{Text: f.Family})
		}
		o := opmlOutline{Text: f.Outlet, Title: f.Outlet, Type: "rss", URL: withoutPassword(f.URL), Language: f.Language}
		doc.Outlines[at].Outlines = append(doc.Outlines[at].Outlines, o)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(doc); err != nil {
		return fmt.Errorf("writing OPML: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func withoutPassword(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.User = nil
	return u.String()
}

// ReadOPML reads a list of feeds in any encoding. A feed's outlet is its text or title, its house the folder it is in,
// its slug made of the outlet. What is in it twice comes once; what is no web address is an error that names it, beside
// which the others are given all the same.
func ReadOPML(r io.Reader) ([]news.Feed, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxOPML+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading OPML: %w", err)
	case len(body) > maxOPML:
		return nil, fmt.Errorf("reading OPML: more than %d MiB", maxOPML>>20)
	}
	var doc opml
	d := xml.NewDecoder(strings.NewReader(string(toUTF8(body, "", news.Feed{}))))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // it is UTF-8 by now
	if err := d.Decode(&doc); err != nil {
		return nil, fmt.Errorf("reading OPML: %w", err)
	}
	in := importer{slugs: make(map[string]bool), urls: make(map[string]bool)}
	in.take(doc.Outlines, "", 0)
	return in.list, errors.Join(in.faults...)
}

// importer makes feeds of outlines.
type importer struct {
	list        []news.Feed
	slugs, urls map[string]bool
	faults      []error
}

func (in *importer) take(outlines []opmlOutline, folder string, depth int) {
	for _, o := range outlines {
		name := oneLine(first(o.Text, o.Title))
		if depth < opmlDeep {
			in.take(o.Outlines, name, depth+1)
		}
		if o.URL == "" || in.urls[o.URL] {
			continue
		}
		u, err := url.Parse(strings.TrimSpace(o.URL))
		if err != nil || !web(u) {
			in.faults = append(in.faults, fmt.Errorf("feed %q: address %q, want http or https", cutRunes(name, maxOutlet), cutRunes(oneLine(o.URL), maxOutlet)))
			continue
		}
		in.urls[o.URL] = true
		outlet := cutRunes(first(name, u.Hostname()), maxOutlet)
		in.list = append(in.list, news.Feed{Slug: in.slug(outlet, u), URL: u.String(), Language: strings.ToLower(o.Language),
			Source: news.Source{Outlet: outlet, Family: first(cutRunes(folder, maxOutlet), outlet)}})
	}
}

// slug makes a slug of a name that no other feed has: its Latin letters, or else the host's, and a number if need be.
func (in *importer) slug(name string, u *url.URL) string {
	base := first(slugged(name), slugged(strings.TrimPrefix(u.Hostname(), "www.")), "feed")
	slug := base
	for n := 2; in.slugs[slug]; n++ {
		slug = base + "-" + strconv.Itoa(n)
	}
	in.slugs[slug] = true
	return slug
}

// slugged is what of a text can stand in a slug: lower-case letters and digits, other characters becoming hyphens.
func slugged(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r): // an accent, split off its letter
		default:
			b.WriteByte('-')
		}
	}
	words := strings.FieldsFunc(b.String(), func(r rune) bool { return r == '-' })
	slug := strings.Join(words, "-")
	return strings.TrimRight(slug[:min(len(slug), maxSlug-4)], "-")
}
