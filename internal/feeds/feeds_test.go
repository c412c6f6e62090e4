package feeds

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tensionmonitor/internal/news"
)

// noon is when the tests look.
var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// desk is the feed of the tests.
var desk = news.Feed{Slug: "desk", URL: "https://desk.example/rss.xml", Language: "en", Interval: 15 * time.Minute,
	Source: news.Source{Outlet: "The Desk", Family: "desk", Weight: 0.6}}

// rssOf is an RSS document with the given items in it.
func rssOf(items ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>The Desk</title><link>https://desk.example/</link>` +
		strings.Join(items, "") + `</channel></rss>`
}

// story is an item of RSS with everything a good feed gives.
func story(n int) string {
	return fmt.Sprintf(`<item><title>Story %d</title><link>https://desk.example/story/%d</link><guid isPermaLink="false">desk-%04d</guid>`+
		`<pubDate>Wed, 25 Nov 2026 %02d:00:00 +0000</pubDate><description>What happened in story %d.</description></item>`, n, n, n, n%12, n)
}

// stories are n of them.
func stories(n int) string {
	items := make([]string, n)
	for i := range items {
		items[i] = story(i + 1)
	}
	return rssOf(items...)
}

func mustRead(t *testing.T, f news.Feed, body, contentType string) []news.Article {
	t.Helper()
	articles, err := Read(f, []byte(body), contentType, noon)
	if err != nil {
		t.Fatalf("reading %.80q: %v", body, err)
	}
	return articles
}

func titles(articles []news.Article) string {
	list := make([]string, len(articles))
	for i, a := range articles {
		list[i] = a.Title
	}
	return strings.Join(list, ", ")
}
