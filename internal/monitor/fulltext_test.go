package monitor

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/store"
)

// weekly is a site whose feed gives a line of each article, and whose pages have the rest.
type weekly struct {
	*httptest.Server
	mu     sync.Mutex
	asked  []string
	titles []string // of the feed's articles: that of article n has the page /n
	line   string   // what the feed gives of each
}

func newWeekly(t *testing.T) *weekly {
	p := &weekly{titles: []string{"Iranian ambassador at the Foreign Ministry in Baku"}, line: "Our correspondent reports from the capital on all that has happened there since this morning."}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

func (p *weekly) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, r.URL.Path)
	switch r.URL.Path {
	case "/feed":
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Weekly</title>`)
		for i, title := range p.titles {
			fmt.Fprintf(w, `<item><title>%s</title><link>/%d</link><guid>weekly-%d</guid><description>%s</description><pubDate>%s</pubDate></item>`,
				title, i, i, p.line, time.Now().Add(-time.Hour).UTC().Format(time.RFC1123Z))
		}
		fmt.Fprint(w, `</channel></rss>`)
	case "/robots.txt", "/gone":
		http.NotFound(w, r)
	default:
		fmt.Fprintf(w, `<html><body><article><h1>Iranian ambassador at the Foreign Ministry in Baku</h1><p>%s</p><p>Azerbaijan summoned the Iranian ambassador on Monday.</p>%s</article></body></html>`,
			p.line, strings.Repeat("<p>The street before the building was open to cars again in the afternoon.</p>", 5))
	}
}

// pages are those that were asked for since the last call, robots.txt included.
func (p *weekly) pages() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	asked := slices.DeleteFunc(p.asked, func(path string) bool { return path == "/feed" })
	p.asked = nil
	return strings.Join(asked, " ")
}

func (p *weekly) feed() news.Feed {
	return news.Feed{Slug: "weekly", URL: p.URL + "/feed", Language: "en", Interval: time.Minute, Source: news.Source{Outlet: "Weekly", Family: "weekly", Weight: 0.6},
		Manner: news.Manner{FullText: true}}
}

// started is a monitor that has read its store.
func started(t *testing.T, s *store.Store, list ...news.Feed) (*Monitor, *prometheus.Registry) {
	t.Helper()
	m, reg := newMonitor(t, s, list...)
	if err := m.recall(t.Context()); err != nil {
		t.Fatal(err)
	}
	return m, reg
}

// lookNow looks, whether or not the feed is due.
func lookNow(t *testing.T, m *Monitor, s *store.Store, feed news.Feed) {
	t.Helper()
	exec(t, s, `UPDATE visits SET next = 0`)
	if _, err := m.look(t.Context(), feed); err != nil {
		t.Fatal(err)
	}
}

// The page of an article is read when the article is new, and never again: not when the feed comes again, nor when it
// changes a text, nor after a restart. It makes events, and no edit.
func TestThePageOfAnArticleIsReadOnce(t *testing.T) {
	p, s := newWeekly(t), newStore(t)
	m, reg := started(t, s, p.feed())
	lookNow(t, m, s, p.feed())
	if got := p.pages(); got != "/robots.txt /0" {
		t.Errorf("asked for %q, want the page of the new article", got)
	}
	if n := count(t, s, `SELECT count(*) FROM events WHERE kind = 'summon' AND field = 'text' AND confidence < 0.9`); n != 1 {
		t.Errorf("%d events in the text of the page, want one", n)
	}
	pageCounts(t, reg, map[string]int{"read": 1})
	if v, err := s.LastVisit(t.Context(), "weekly"); err != nil || v.Pages != 1 {
		t.Errorf("the visit tells of %d pages, %v; want one", v.Pages, err)
	}
	stored := texts(t, s)
	if !strings.HasPrefix(stored, p.line+"\nAzerbaijan summoned the Iranian ambassador on Monday.\nThe street") {
		t.Errorf("stored is %q, want the feed's words first", stored)
	}

	p.titles = append(p.titles, "Iranian ambassador at the Foreign Ministry in Baku, too") // the body is another, the first article as before
	lookNow(t, m, s, p.feed())
	if got := p.pages(); got != "/1" {
		t.Errorf("asked for %q, want the page of the newer article alone", got)
	}
	if n := count(t, s, `SELECT count(*) FROM articles WHERE edits > 0`); n != 0 {
		t.Errorf("%d articles are taken for edited because their pages were read", n)
	}

	p.line = "Our correspondent reports, again."
	m, _ = started(t, s, p.feed()) // a restart
	lookNow(t, m, s, p.feed())
	if got := p.pages(); got != "" {
		t.Errorf("after a restart and an edit %q was asked for", got)
	}
	if n := count(t, s, `SELECT count(*) FROM articles WHERE edits > 0`); n != 2 || !strings.HasPrefix(texts(t, s), stored) {
		t.Errorf("%d articles are edited, want 2, and the first versions to stand", n)
	}
}

// texts are the stored texts, in order of arrival.
func texts(t *testing.T, s *store.Store) string {
	t.Helper()
	rows, err := s.Jobs().QueryContext(t.Context(), `SELECT text FROM articles ORDER BY first_seen, id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n\n")
}

// pageCounts compares tension_pages_total with what is wanted; all else is 0.
func pageCounts(t *testing.T, reg *prometheus.Registry, want map[string]int) {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "tension_pages_total" {
			continue
		}
		for _, metric := range f.GetMetric() {
			outcome := metric.GetLabel()[0].GetValue()
			if got := int(metric.GetCounter().GetValue()); got != want[outcome] {
				t.Errorf("%d pages %s, want %d", got, outcome, want[outcome])
			}
			delete(want, outcome)
		}
	}
	if len(want) > 0 {
		t.Errorf("there is no series of %v", want)
	}
}

// An article is the same with its page and without, to the store and to other feeds.
func TestAnArticleIsTheSameWithAndWithoutItsPage(t *testing.T) {
	p, s := newWeekly(t), newStore(t)
	with, without := p.feed(), p.feed()
	without.Slug, without.FullText = "plain", false
	m, _ := started(t, s, with, without)
	lookNow(t, m, s, with)
	lookNow(t, m, s, without)
	with.FullText = false
	lookNow(t, m, s, with)
	if n := count(t, s, `SELECT count(*) FROM articles`); n != 1 {
		t.Errorf("%d articles, want one", n)
	}
	if n := count(t, s, `SELECT count(DISTINCT feed) FROM sightings`); n != 2 {
		t.Errorf("it was seen in %d feeds, want 2", n)
	}
	if n := count(t, s, `SELECT sum(edits) FROM articles`); n != 0 {
		t.Errorf("%d edits, want none", n)
	}
}

// Whatever becomes of its page, an article is stored with the look that brought it.
func TestAPageThatFailsCostsNoArticle(t *testing.T) {
	p, s := newWeekly(t), newStore(t)
	p.titles = []string{"What is told about something else entirely", "Iranian ambassador at the Foreign Ministry in Baku"}
	m, reg := started(t, s, p.feed())
	p.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/1" {
			panic(http.ErrAbortHandler)
		}
		p.ServeHTTP(w, r)
	})
	lookNow(t, m, s, p.feed())
	if got := texts(t, s); got != p.line+"\n\n"+p.line {
		t.Errorf("stored is %q", got)
	}
	pageCounts(t, reg, map[string]int{"no_article": 1, "connect": 1})
	if n, err := testutil.GatherAndCount(reg, "tension_store_errors_total"); err != nil || n == 0 || gauge(t, reg, "tension_store_errors_total") != 0 {
		t.Errorf("store errors: %v", err)
	}
}

// A look that is stopped while it reads pages goes back, and stores nothing.
func TestALookThatIsStoppedAtAPageGoesBack(t *testing.T) {
	p, s := newWeekly(t), newStore(t)
	m, reg := started(t, s, p.feed())
	ctx, stop := context.WithCancel(t.Context())
	p.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/0" {
			stop()
			<-r.Context().Done()
			return
		}
		p.ServeHTTP(w, r)
	})
	if _, err := m.look(ctx, p.feed()); err == nil {
		t.Error("the look ended well")
	}
	if n := count(t, s, `SELECT count(*) FROM articles`) + count(t, s, `SELECT count(*) FROM visits`); n != 0 {
		t.Errorf("%d articles and visits are stored", n)
	}
	pageCounts(t, reg, map[string]int{})
}
