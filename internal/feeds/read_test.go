package feeds

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"tensionmonitor/internal/news"
)

func TestEveryFormatGivesTheSameArticle(t *testing.T) {
	want := news.Article{Feed: "desk", Title: "Envoy called in", Text: "A short note.\nThe long text.\nIts second paragraph.",
		Link: "https://desk.example/news/1", Language: "en", Published: time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC),
		FirstSeen: noon, Source: desk.Source}
	for name, body := range map[string]string{
		"RSS 2.0": `<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><link>https://desk.example</link><item>
			<title>Envoy called in</title><link>/news/1</link><pubDate>Wed, 25 Nov 2026 13:30:00 +0400</pubDate><description>A short note.</description>
			<content:encoded><![CDATA[<p>The long text.</p><p>Its second paragraph.</p>]]></content:encoded></item></channel></rss>`,
		"RSS 1.0": `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
			<channel><link>https://desk.example/</link><items><rdf:Seq/></items></channel><item><title>Envoy called in</title><link>https://desk.example/news/1</link>
			<dc:date>2026-11-25T13:30:00+04:00</dc:date><description>A short note. &lt;p&gt;The long text. &lt;p&gt;Its second paragraph.</description></item></rdf:RDF>`,
		"Atom": `<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://desk.example/"/><entry><title type="html">Envoy &lt;b&gt;called&lt;/b&gt; in</title>
			<link rel="enclosure" href="https://desk.example/1.jpg"/><link href="news/1"/><published>2026-11-25T09:30:00Z</published><updated>2026-11-25T11:00:00Z</updated>
			<summary>A short note.</summary><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>The long text.</p><p>Its second
			paragraph.</p></div></content></entry></feed>`,
		"JSON Feed": `{"version":"https://jsonfeed.org/version/1.1","home_page_url":"https://desk.example/","items":[{"id":7,"title":"Envoy called in",
			"url":"https://desk.example/news/1","date_published":"2026-11-25T13:30:00+04:00","summary":"A short note.","content_text":"The long text.\nIts second paragraph."}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			got := mustRead(t, desk, body, "")
			if len(got) != 1 {
				t.Fatalf("got %d articles, want 1: %s", len(got), titles(got))
			}
			if len(got[0].Keys) == 0 || got[0].ID != got[0].Keys[0] {
				t.Errorf("ID %q, want the first of its keys %q", got[0].ID, got[0].Keys)
			}
			got[0].ID, got[0].Keys = "", nil
			if !reflect.DeepEqual(got[0], want) {
				t.Errorf("got\n%+v, want\n%+v", got[0], want)
			}
		})
	}
}

func TestDamageCostsNoWholeArticle(t *testing.T) {
	three := rssOf(story(1), story(2), story(3))
	atom := `<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>One</title><id>urn:x:1</id></entry><entry><title>Two</title><id>urn:x:2</id></entry></feed>`
	list := `{"version":"https://jsonfeed.org/version/1","items":[{"id":"a","title":"One"},{"id":"b","title":"Two"}]}`
	for name, tt := range map[string]struct{ body, want string }{
		"nothing wrong":               {three, "Story 1, Story 2, Story 3"},
		"cut in the third title":      {three[:strings.Index(three, "Story 3")+5], "Story 1, Story 2"},
		"cut in a tag":                {three[:strings.Index(three, "desk-0003")-12], "Story 1, Story 2"},
		"cut in CDATA":                {rssOf(story(1), `<item><title>X</title><description><![CDATA[half`), "Story 1"},
		"no end of the channel":       {strings.TrimSuffix(three, "</channel></rss>"), "Story 1, Story 2, Story 3"},
		"Atom, cut":                   {atom[:len(atom)-30], "One"},
		"JSON, cut":                   {list[:len(list)-12], "One"},
		"JSON, one item a number":     {strings.Replace(list, `{"id":"a","title":"One"}`, `17`, 1), "Two"},
		"a tag that cannot be read":   {rssOf(story(1), `<item><title>Bad</title><a =!></a></item>`, story(3)), "Story 1, Story 3"},
		"an end too many in one":      {rssOf(story(1), `<item><title>Mended</b></title></item>`, story(3)), "Story 1, Mended, Story 3"},
		"a bare less-than":            {rssOf(`<item><title>Rial < Lari</title></item>`), "Rial < Lari"},
		"a bare ampersand":            {rssOf(`<item><title>Oil & gas</title></item>`), "Oil & gas"},
		"an entity of HTML":           {rssOf(`<item><title>Oil&nbsp;&mdash; gas</title></item>`), "Oil — gas"},
		"control characters":          {rssOf("<item><title>Ba\x00k\x1bu</title></item>"), "Baku"},
		"references to them":          {rssOf("<item><title>Ba&#0;k&#x1B;u&#xFFFF;&#65;</title></item>"), "BakuA"},
		"XML 1.1":                     {strings.Replace(three, `"1.0"`, `"1.1"`, 1), "Story 1, Story 2, Story 3"},
		"a warning before":            {"<br />\n<b>Warning</b>: date() in feed.php\n" + three, "Story 1, Story 2, Story 3"},
		"comments and instructions":   {"<!-- <item> --><?x <rss?>" + rssOf("<!-- <item><title>No</title></item> -->", story(1)), "Story 1"},
		"a DOCTYPE with entities":     {`<!DOCTYPE rss [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>` + strings.Replace(stories(1), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "", 1), "Story 1"},
		"tags in other letters":       {strings.NewReplacer("<item>", "<Item>", "</item>", "</ITEM>").Replace(stories(2)), "Story 1, Story 2"},
		"a greater-than in attribute": {rssOf(`<item><title>One</title><enclosure url="a>b"/></item>`), "One"},
		"no articles at all":          {rssOf(), ""},
		"an article without words":    {rssOf(`<item><link>https://desk.example/x</link></item>`, story(1)), "Story 1"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := titles(mustRead(t, desk, tt.body, "text/xml")); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestWhatIsNoFeedSaysSo(t *testing.T) {
	for name, tt := range map[string]struct{ body, class, want string }{
		"nothing":           {"", classNotAFeed, "the body is empty, want a feed"},
		"blanks":            {" \r\n\t", classNotAFeed, "the body is empty, want a feed"},
		"a page":            {"<!DOCTYPE html><html><head><title>News</title></head><body><p>Welcome</p></body></html>", classNotAFeed, `an HTML page, want a feed; it begins "News Welcome"`},
		"a riddle":          {"<html><head><title>Just a moment...</title></head><body></body></html>", classBlocked, "a riddle for people, want a feed"},
		"a sentence":        {"Your query was too short or too long.\n", classNotAFeed, `a text, want a feed; it begins "Your query was too short or too long."`},
		"another document":  {`<?xml version="1.0"?><urlset><url/></urlset>`, classNotAFeed, "a document <urlset>, want a feed"},
		"other JSON":        {`{"error":"no such feed"}`, classNotAFeed, `JSON without items, want a feed; it begins "{\"error\":\"no such feed\"}"`},
		"broken JSON":       {`{"error":`, classParse, "JSON that cannot be read: unexpected end of JSON input"},
		"cut too early":     {rssOf(story(1))[:180], classParse, "a feed that is cut off before its first whole article"},
		"too deep":          {rssOf(strings.Repeat("<x>", maxDepth+1)), classParse, "mark-up too deep or too dense to be a feed"},
		"too many tags":     {rssOf(strings.Repeat("<x/>", maxTags+1)), classParse, "mark-up too deep or too dense to be a feed"},
		"many name spaces":  {rssOf("<x" + strings.Repeat(` xmlns:a="b"`, 2000) + ">" + strings.Repeat("<y/>", 50_000)), classParse, "mark-up too deep or too dense to be a feed"},
		"text in crumbs":    {rssOf("<item><e:x>" + strings.Repeat(strings.Repeat("a", 500)+"<i/>", 20_000) + "</e:x></item>"), classParse, "mark-up too deep or too dense to be a feed"},
		"a root of a river": {"<rss " + strings.Repeat(`a="b" `, 20_000) + "><channel/></rss>", classParse, "mark-up too deep or too dense to be a feed"},
		"JSON in crumbs":    {`{"items":[` + strings.Repeat("{},", maxTags) + "{}]}", classParse, "JSON too dense to be a feed"},
	} {
		t.Run(name, func(t *testing.T) {
			articles, err := Read(desk, []byte(tt.body), "", noon)
			if err == nil {
				t.Fatalf("got %d articles, want an error", len(articles))
			}
			if err.Error() != tt.want || classOf(err) != tt.class {
				t.Errorf("got %s: %q, want %s: %q", classOf(err), err, tt.class, tt.want)
			}
		})
	}
}

func TestALongFeedIsReadUpToALimit(t *testing.T) {
	got := mustRead(t, desk, stories(maxArticles+5), "")
	if len(got) != maxArticles {
		t.Fatalf("got %d articles, want %d", len(got), maxArticles)
	}
	if last := got[maxArticles-1].Title; last != fmt.Sprintf("Story %d", maxArticles) {
		t.Errorf("the last is %q", last)
	}
}

func TestLongAndMissingTexts(t *testing.T) {
	for name, tt := range map[string]struct{ item, title, text string }{
		"a long title":          {"<title>" + strings.Repeat("й", maxTitle+9) + "</title>", strings.Repeat("й", maxTitle), ""},
		"a long text":           {"<title>x</title><description>" + strings.Repeat("й", maxText+9) + "</description>", "x", strings.Repeat("й", maxText)},
		"a text without title":  {"<description>&lt;p&gt;First words.&lt;/p&gt;Second.</description>", "First words.", "First words.\nSecond."},
		"and that text is long": {"<description>" + strings.Repeat("word ", 40) + "</description>", strings.TrimSpace(strings.Repeat("word ", 23)) + "…", strings.TrimSpace(strings.Repeat("word ", 40))},
	} {
		t.Run(name, func(t *testing.T) {
			got := mustRead(t, desk, rssOf("<item>"+tt.item+"</item>"), "")
			if len(got) != 1 || got[0].Title != tt.title || got[0].Text != tt.text {
				t.Errorf("got %+v, want %q and %q", got, tt.title, tt.text)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{stories(3), stories(2)[:500], `{"items":[{"id":1,"title":"One","content_html":"<p>x"},null]}`,
		`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://a.example/"><entry><title>T</title><content type="html">&lt;p&gt;x</content></entry></feed>`,
		"<html><p>no feed", "\xff\xfe<\x00r\x00s\x00s\x00>\x00", "<rss><item><title>\xcf\xf0\xe8\xe2\xe5\xf2</title></item></rss>",
		rssOf(`<item><title>&amp;amp;lt;b&amp;amp;gt;</title><pubDate>12 фев 2026 24:00 GMT+4</pubDate><link>//[</link></item>`)} {
		f.Add([]byte(seed), "text/xml; charset=windows-1251")
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		articles, err := Read(desk, body, contentType, noon)
		if err != nil && classOf(err) == classConnect {
			t.Errorf("an error without a class: %v", err)
		}
		known := make(map[string]bool)
		for _, a := range articles {
			checkFit(t, a)
			for _, k := range a.Keys {
				if known[k] {
					t.Errorf("two articles share the key %q", k)
				}
				known[k] = true
			}
		}
	})
}

// checkFit fails for an article that a store or a page could stumble over.
func checkFit(t *testing.T, a news.Article) {
	t.Helper()
	if a.ID == "" || a.ID != a.Keys[0] || a.Title == "" {
		t.Errorf("an article without identity or title: %+v", a)
	}
	for _, s := range []string{a.Title, a.Text, a.Link} {
		if strings.ToValidUTF8(s, "") != s || strings.ContainsRune(s, 0) {
			t.Errorf("text that cannot be stored: %q", s)
		}
	}
	if strings.Contains(a.Title, "\n") || len([]rune(a.Title)) > maxTitle || len([]rune(a.Text)) > maxText {
		t.Errorf("a title or text out of shape: %q", a.Title)
	}
	if y := a.Published.Year(); y < 1 || y > 9999 {
		t.Errorf("year %d", y)
	}
}

func BenchmarkRead(b *testing.B) {
	paragraph := "<p>" + strings.Repeat("Officials in both capitals said talks would go on &amp; that nothing was decided. ", 8) + "</p>"
	items := make([]string, 50)
	for i := range items {
		items[i] = strings.Replace(story(i), "</description>", "</description><content:encoded><![CDATA["+paragraph+paragraph+"]]></content:encoded>", 1)
	}
	body := []byte(strings.Replace(rssOf(items...), "<rss ", `<rss xmlns:content="http://purl.org/rss/1.0/modules/content/" `, 1))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if articles, err := Read(desk, body, "text/xml", noon); err != nil || len(articles) != len(items) {
			b.Fatal(len(articles), err)
		}
	}
}
