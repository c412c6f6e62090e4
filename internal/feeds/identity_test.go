package feeds

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tensionmonitor/internal/news"
)

// item writes an item of RSS; empty parts are left out.
func item(title, link, guid string) string {
	out := "<item><title>" + title + "</title>"
	if link != "" {
		out += "<link>" + strings.ReplaceAll(link, "&", "&amp;") + "</link>"
	}
	if guid != "" {
		out += `<guid isPermaLink="false">` + guid + "</guid>"
	}
	return out + "</item>"
}

// archive counts articles as the store does: one is known if any of its keys is.
type archive map[string]bool

func (known archive) add(articles []news.Article) (fresh int) {
	for _, a := range articles {
		if !slices.ContainsFunc(a.Keys, func(k string) bool { return known[k] }) {
			fresh++
		}
		for _, k := range a.Keys {
			known[k] = true
		}
	}
	return fresh
}

func TestNoArticleIsLostOrDoubled(t *testing.T) {
	const site = "https://desk.example/"
	for name, looks := range map[string][]struct {
		items []string
		fresh int
	}{
		"the same twice": {
			{[]string{story(1), story(2)}, 2}, {[]string{story(1), story(2)}, 0},
		},
		"a new one on top": {
			{[]string{story(1), story(2)}, 2}, {[]string{story(3), story(1)}, 1},
		},
		"one guid for all": {
			{[]string{item("A", site+"a", "same"), item("B", site+"b", "same")}, 2},
			{[]string{item("C", site+"c", "same"), item("A", site+"a", "same")}, 1},
		},
		"one guid for all, one article at a time": {
			{[]string{item("A", site+"a", "same")}, 1}, {[]string{item("B", site+"b", "same")}, 1}, {[]string{item("A", site+"a", "same")}, 0},
		},
		"one guid for all, no links, one article at a time": {
			{[]string{item("A", "", "same")}, 1}, {[]string{item("B", "", "same")}, 1}, {[]string{item("A", "", "same")}, 0},
		},
		"guids that number the list": {
			{[]string{item("B", site+"b", "1"), item("A", site+"a", "2")}, 2},
			{[]string{item("C", site+"c", "1"), item("B", site+"b", "2")}, 1},
		},
		"another guid at each look": {
			{[]string{item("A", site+"a", "x-1"), item("B", site+"b", "x-2")}, 2},
			{[]string{item("A", site+"a", "x-3"), item("B", site+"b", "x-4")}, 0},
		},
		"no guids": {
			{[]string{item("A", site+"a", ""), item("B", site+"b", "")}, 2}, {[]string{item("A", site+"a", "")}, 0},
		},
		"neither guid nor link": {
			{[]string{item("A", "", ""), item("B", "", "")}, 2}, {[]string{item("B", "", ""), item("C", "", "")}, 1},
		},
		"one link for all": {
			{[]string{item("A", site+"live", "g-01"), item("B", site+"live", "g-02")}, 2},
			{[]string{item("C", site+"live", "g-03"), item("A", site+"live", "g-01")}, 1},
		},
		"the front page for all, one at a time": {
			{[]string{item("A", site, "")}, 1}, {[]string{item("B", "https://www.desk.example", "")}, 1}, {[]string{item("A", site, "")}, 0},
		},
		"one guid and one link for all": {
			{[]string{item("A", site+"x", "same"), item("B", site+"x", "same")}, 2},
			{[]string{item("C", site+"x", "same"), item("B", site+"x", "same")}, 1},
		},
		"a link that changes": {
			{[]string{item("A", site+"a-first", "g-01"), item("B", site+"b", "g-02")}, 2},
			{[]string{item("A", site+"a-second", "g-01"), item("B", site+"b", "g-02")}, 0},
		},
		"an edited title": {
			{[]string{item("A", site+"a", "g-01"), item("B", site+"b", "g-02")}, 2},
			{[]string{item("A, corrected", site+"a", "g-01"), item("B", site+"b", "g-02")}, 0},
		},
		"tracking": {
			{[]string{item("A", site+"a?id=7&utm_source=rss", "")}, 1},
			{[]string{item("A", "http://WWW.desk.example/a/?fbclid=q&id=7#top", "")}, 0},
			{[]string{item("B", site+"a?id=8&utm_source=rss", "")}, 1},
		},
		"a search engine's link": {
			{[]string{item("A", site+"a?id=7", "")}, 1},
			{[]string{item("A", "https://www.google.com/url?rct=j&url=https://desk.example/a%3Fid%3D7&ct=ga", "")}, 0},
		},
		"twice in one document": {
			{[]string{item("A", site+"a", "g-01"), item("A", site+"a", "g-01"), item("B", site+"b", "g-02")}, 2},
			{[]string{item("A", site+"a", "g-01")}, 0},
		},
		"under a second guid in one document": {
			{[]string{item("A", site+"a", "g-01"), item("A", site+"a", "g-09"), item("B", site+"b", "g-02")}, 2},
			{[]string{item("A", site+"moved", "g-09"), item("B", site+"b", "g-02")}, 0},
		},
	} {
		t.Run(name, func(t *testing.T) {
			known := archive{}
			for i, look := range looks {
				if got := known.add(mustRead(t, desk, rssOf(look.items...), "")); got != look.fresh {
					t.Errorf("look %d found %d new articles, want %d", i+1, got, look.fresh)
				}
			}
		})
	}
}

func TestKeysAcrossFeeds(t *testing.T) {
	sister, stranger := desk, desk
	sister.Slug, sister.URL, sister.Language = "desk-ru", "https://desk.example/ru/rss.xml", "ru"
	stranger.Slug, stranger.URL, stranger.Family = "other", "https://other.example/rss", "other"
	same := rssOf(item("A", "https://desk.example/a", "guid-1"), item("B", "https://desk.example/b", "guid-2"))
	moved := rssOf(item("A", "https://desk.example/ru/a", "guid-1"), item("B", "https://desk.example/ru/b", "guid-2"))
	for name, tt := range map[string]struct {
		feed  news.Feed
		body  string
		fresh int
	}{
		"a link is one text wherever it stands":        {stranger, same, 0},
		"a guid counts for one language of the house":  {sister, moved, 2},
		"a guid counts for one house":                  {stranger, moved, 2},
		"another feed of the house, the same language": {news.Feed{Slug: "desk-2", URL: desk.URL + "2", Language: "en", Source: desk.Source}, moved, 0},
	} {
		t.Run(name, func(t *testing.T) {
			known := archive{}
			known.add(mustRead(t, desk, same, ""))
			if got := known.add(mustRead(t, tt.feed, tt.body, "")); got != tt.fresh {
				t.Errorf("%d new articles, want %d", got, tt.fresh)
			}
		})
	}
}

func TestKeysAreOrderedByTrust(t *testing.T) {
	for name, tt := range map[string]struct {
		items []string
		want  string
	}{
		"link and guid":      {[]string{item("A", "https://x.example/a", "g-01"), item("B", "", "g-02")}, "[l: g:] [g:]"},
		"link alone":         {[]string{item("A", "https://x.example/a", "")}, "[l:]"},
		"neither":            {[]string{item("A", "", "")}, "[t:]"},
		"the only article":   {[]string{item("A", "https://x.example/a", "g-01")}, "[l:]"},
		"a guid that is one": {[]string{`<item><title>A</title><guid>https://x.example/a</guid></item>`, story(1)}, "[l: g:] [l: g:]"},
		"a script as a link": {[]string{item("A", "javascript:alert(1)", "")}, "[t:]"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, a := range mustRead(t, desk, rssOf(tt.items...), "") {
				var kinds []string
				for _, k := range a.Keys {
					kinds = append(kinds, k[:2])
				}
				got = append(got, fmt.Sprint(kinds))
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestLinksAreResolved(t *testing.T) {
	for link, want := range map[string]string{
		"https://desk.example/a":             "https://desk.example/a",
		"/a?b=1&c=2":                         "https://desk.example/a?b=1&c=2",
		"a/b":                                "https://desk.example/a/b",
		"//cdn.example/a":                    "https://cdn.example/a",
		"HTTPS://desk.example/A":             "https://desk.example/A",
		"mailto:desk@desk.example":           "",
		"http://":                            "",
		"http://[bad":                        "",
		"/" + strings.Repeat("x", maxLink+1): "",
	} {
		t.Run(link[:min(len(link), 30)], func(t *testing.T) {
			got := mustRead(t, desk, rssOf(item("A", link, "")), "")
			if len(got) != 1 || got[0].Link != want {
				t.Errorf("got %+v, want the link %q", got, want)
			}
		})
	}
}
