package feeds

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// readBoth reads a document with texts that are kept from the parser and without, which must make no difference.
func readBoth(t *testing.T, body []byte) (keeps int) {
	t.Helper()
	text := fromDeclaration(toUTF8(body, "", desk))
	parser, err := outlineWith(kept{}, text)
	parse := parserOf(parser.name)
	if err != nil || parse == nil {
		return 0
	}
	ours, err := outline(text)
	if err != nil {
		t.Fatalf("an error with less to read: %v in\n%s", err, text)
	}
	want, wantDamaged, wantErr := parser.read(parse)
	got, damaged, err := ours.read(parse)
	if !reflect.DeepEqual(got, want) || damaged != wantDamaged || (err == nil) != (wantErr == nil) {
		t.Fatalf("got\n%+v, %v, %v; the parser alone reads\n%+v, %v, %v in\n%s", got, damaged, err, want, wantDamaged, wantErr, text)
	}
	return len(ours.kept.texts)
}

// long makes a text worth keeping.
func long(s string) string { return s + strings.Repeat(" and so on", 7) }

func TestWhichTextsAreKeptFromTheParser(t *testing.T) {
	const page = `<feed xmlns="http://www.w3.org/2005/Atom"%s><entry><title>x</title><%s>%s</%s></entry></feed>`
	atom := func(root, tag, text string) string {
		name, _, _ := strings.Cut(tag, " ")
		return fmt.Sprintf(page, root, tag, text, name)
	}
	rss := func(text string) string {
		return rssOf("<item><title>x</title><description>" + text + "</description></item>")
	}
	for name, tt := range map[string]struct {
		body  string
		keeps int
	}{
		"text":                      {rss(long("Talks go on")), 1},
		"HTML, encoded":             {rss(long("&lt;p&gt;Oil &amp;amp; gas&lt;/p&gt;&#8211;&#x41F;")), 1},
		"HTML in CDATA":             {rss("\n <![CDATA[ " + long("<p>Oil & gas &amp; water</p>") + " ]]> "), 1},
		"a short text":              {rss("Talks go on"), 0},
		"two sections of CDATA":     {rss("<![CDATA[" + long("one") + "]]> and <![CDATA[" + long("two") + "]]>"), 0},
		"HTML as it is":             {rss(long("<p>Talks</p>")), 0},
		"an entity of HTML":         {rss(long("Oil &mdash; gas")), 0},
		"an ampersand and no more":  {rss(long("R&D &copy=2; &amp &#; &#x; &")), 0},
		"a comment in it":           {rss(long("Talks <!-- x --> go on")), 0},
		"an end of no CDATA":        {rss(long("Talks ]]> go on")), 0},
		"a bare less-than":          {rss(long("3 < 4")), 0},
		"an end of another name":    {rssOf("<item><description>" + long("x") + "</title></description></item>"), 0},
		"in another element":        {rssOf("<item><x><description>" + long("x") + "</description></x></item>"), 0},
		"in a link":                 {`<rss><channel><link><item><description>` + long("x") + `</description></item></link></channel></rss>`, 0},
		"of the channel":            {rssOf("<description>"+long("x")+"</description>", story(1)), 0},
		"in an article cut off":     {rssOf("<item><description>" + long("x") + "</description>"), 1},
		"beside one that is broken": {rssOf("<item><title>x</title><description>"+long("x")+"</description></item>", "<item><a =!></a></item>"), 1},
		"an element of no name":     {`<rss><channel><item><title>x</title><y:description xmlns:y="urn:y">` + long("x") + `</y:description></item></channel></rss>`, 1},
		"a summary":                 {atom("", "summary", long("Talks &amp;amp; talks")), 1},
		"content that is HTML":      {atom("", `content type="html"`, long("&lt;div&gt;Talks&lt;/div&gt;")), 1},
		"content of a feed at home": {atom(` xml:base="https://a.example/"`, `content type="html"`, "<![CDATA["+long(`<a href="b">Talks</a>`)+"]]>"), 0},
		"content in base64":         {atom("", `content mode="base64"`, strings.Repeat("VGFsa3Mg", 9)), 0},
		"a page of XHTML":           {atom("", `content type="xhtml"`, long("Talks &amp;amp; talks")), 0},
	} {
		t.Run(name, func(t *testing.T) {
			if keeps := readBoth(t, []byte(tt.body)); keeps != tt.keeps {
				t.Errorf("%d texts are kept, want %d", keeps, tt.keeps)
			}
		})
	}
}

// Documents put together by lot from what makes texts difficult, or easy.
func TestAKeptTextIsWhatTheParserReads(t *testing.T) {
	easy := []string{long("Talks go on"), long("تهران"), "&amp;", "&lt;p&gt;", "&lt;br/>", "&#8211;", "&#x41f;", "&#0;", "&#x110000;", "&#38;amp;", ";", "\r\n", " ", "]]", ">", "0.1"}
	hard := append([]string{"&nbsp;", "&copy=2;", "&", "<![CDATA[", "]]>", "<b>", "</b>", "<!-- c -->", "< "}, easy...)
	elements := []string{"description", "content:encoded", "title", "guid", "link", "summary", "content", `content type="html"`, `summary type="text"`, `content type="xhtml"`, "media:description", "DESCRIPTION"}
	roots := []string{`<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>%s</channel></rss>`, "<rdf:RDF>%s</rdf:RDF>",
		`<feed xmlns="http://www.w3.org/2005/Atom">%s</feed>`, `<feed xml:base="http://a.example/">%s</feed>`}
	lots := rand.New(rand.NewPCG(1, 2))
	draw := func(from []string) string { return from[lots.IntN(len(from))] }
	keeps := 0
	for range 5000 {
		var articles strings.Builder
		root := draw(roots)
		article := "item"
		if strings.Contains(root, "feed") {
			article = "entry"
		}
		for range 1 + lots.IntN(3) {
			articles.WriteString("<" + article + ">")
			for range 1 + lots.IntN(4) {
				tag := draw(elements)
				name, _, _ := strings.Cut(tag, " ")
				articles.WriteString("<" + tag + ">")
				wrap := lots.IntN(3) == 0
				if wrap {
					articles.WriteString("<![CDATA[")
				}
				pieces := easy
				if lots.IntN(3) == 0 {
					pieces = hard
				}
				for range lots.IntN(5) {
					articles.WriteString(draw(pieces))
				}
				if wrap {
					articles.WriteString("]]>")
				}
				articles.WriteString("</" + name + ">")
			}
			articles.WriteString("</" + article + ">")
		}
		keeps += readBoth(t, []byte(fmt.Sprintf(root, articles.String())))
	}
	if keeps < 1000 {
		t.Errorf("%d texts were kept, want enough to see something", keeps)
	}
}

func FuzzKept(f *testing.F) {
	f.Add([]byte(rssOf("<item><description>" + long("&lt;p&gt;Talks") + "</description></item>")))
	f.Add([]byte(`<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="html"><![CDATA[` + long("<p>Talks") + `]]></content></entry></feed>`))
	f.Fuzz(func(t *testing.T, body []byte) { readBoth(t, body) })
}
