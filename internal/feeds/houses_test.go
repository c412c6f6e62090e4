package feeds

import (
	"strings"
	"testing"

	"tensionmonitor/internal/news"
)

func TestThePublisherIsTheSource(t *testing.T) {
	known := news.Source{Outlet: "IRNA", Family: "irna", Bloc: "IR", Weight: 0.35}
	aggregator := news.Feed{Slug: "search", URL: "https://news.search.example/rss?q=x", Language: "en",
		Source: news.Source{Outlet: "The Search", Family: "search", Weight: 0.45}, Manner: news.Manner{Aggregator: true}}
	houses := Houses([]news.Feed{{URL: "https://en.irna.ir/rss", Source: known}, {URL: "https://www.irna.ir/rss", Source: news.Source{Outlet: "second"}},
		{URL: "https://www.bbc.co.uk/rss", Source: news.Source{Outlet: "BBC", Family: "bbc", Weight: 0.7}}, aggregator})
	for name, tt := range map[string]struct {
		item string
		want news.Source
	}{
		"a house of the list":      {`<title>A</title><source url="https://fa.irna.ir">IRNA Persian</source><link>https://news.search.example/1</link>`, known},
		"… known by its page":      {`<title>A</title><link>https://irna.ir/news/1</link>`, known},
		"a house nobody knows":     {`<title>A</title><source url="https://www.daily.example.org">The Daily</source>`, news.Source{Outlet: "The Daily", Family: "example.org", Weight: 0.45}},
		"… known by its page only": {`<title>A</title><link>https://www.daily.example.org/1</link>`, news.Source{Outlet: "example.org", Family: "example.org", Weight: 0.45}},
		"… by its name only":       {`<title>A</title><source>The Daily</source><link>https://news.search.example/1</link>`, news.Source{Outlet: "The Daily", Family: "the daily", Weight: 0.45}},
		"nobody":                   {`<title>A</title><link>https://news.search.example/1</link>`, news.Source{Outlet: "unknown", Family: "unknown", Weight: 0.45}},
		"a wrapped link":           {`<title>A</title><link>https://www.google.com/url?url=https://www.bbc.co.uk/news/1</link>`, news.Source{Outlet: "BBC", Family: "bbc", Weight: 0.7}},
		"its name after the title": {`<title>A - IRNA Persian</title><source url="https://fa.irna.ir">IRNA Persian</source>`, known},
	} {
		t.Run(name, func(t *testing.T) {
			// The second article is of another house: none may rub off on the next.
			doc, err := read(aggregator, houses, []byte(rssOf(`<item><title>B</title><link>https://www.bbc.co.uk/1</link></item>`, "<item>"+tt.item+"</item>")), "", noon)
			if err != nil || len(doc.articles) != 2 {
				t.Fatalf("%d articles, %v", len(doc.articles), err)
			}
			if a := doc.articles[1]; a.Source != tt.want || a.Title != "A" {
				t.Errorf("got %q by %+v, want %+v", a.Title, a.Source, tt.want)
			}
		})
	}
}

// Several feeds, several aggregators, tracking links: the article is one, seen in each of them.
func TestOneArticleThroughSeveralFeedsIsOne(t *testing.T) {
	house := desk
	sister, search := desk, desk
	sister.Slug, sister.URL = "desk-politics", "https://desk.example/politics.xml"
	search.Slug, search.URL, search.Aggregator = "search", "https://search.example/rss", true
	known := archive{}
	for i, tt := range []struct {
		feed  news.Feed
		link  string
		fresh int
	}{
		{house, "https://desk.example/story/1", 2},
		{sister, "https://www.desk.example/story/1/?utm_source=politics", 0},
		{search, "https://www.google.com/url?q=https://desk.example/story/1&sa=U", 0},
		{search, "http://desk.example/story/1#read", 0},
	} {
		body := strings.ReplaceAll(rssOf(item("Envoy called in", tt.link, ""), item("Another", "https://desk.example/story/2", "")), "\n", "")
		if got := known.add(mustRead(t, tt.feed, body, "")); got != tt.fresh {
			t.Errorf("look %d, %s: %d new, want %d", i, tt.feed.Slug, got, tt.fresh)
		}
	}
}
