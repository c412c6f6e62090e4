package monitor

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/riverqueue/river"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"tensionmonitor/config"
	"tensionmonitor/internal/feeds"
	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
	"tensionmonitor/internal/store"
	"tensionmonitor/internal/tension"
)

const pair = "AZE-IRN"

// press is a server of feeds: /NAME is a feed with one article of an hour ago. It says who asks.
type press struct {
	*httptest.Server
	asked chan string
}

func newPress(t *testing.T, headline string) *press {
	p := &press{asked: make(chan string, 1000)}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.asked <- r.URL.Path[1:]
		if strings.HasPrefix(r.URL.Path, "/broken") {
			http.Error(w, "gone fishing", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprintf(w, `<rss version="2.0"><channel><title>Press</title><item><title>%s</title><link>https://example.org%s/1</link><pubDate>%s</pubDate></item></channel></rss>`,
			headline, r.URL.Path, time.Now().Add(-time.Hour).UTC().Format(time.RFC1123Z))
	}))
	t.Cleanup(p.Close)
	return p
}

// wait returns who asked, once n feeds have.
func (p *press) wait(t *testing.T, n int) []string {
	t.Helper()
	deadline := time.After(time.Minute)
	var asked []string
	for len(asked) < n {
		select {
		case name := <-p.asked:
			asked = append(asked, name)
		case <-deadline:
			t.Fatalf("%d of %d feeds were asked", len(asked), n)
		}
	}
	return asked
}

// nobodyElse fails if somebody asked since wait.
func (p *press) nobodyElse(t *testing.T) {
	t.Helper()
	select {
	case name := <-p.asked:
		t.Errorf("%s was asked again", name)
	default:
	}
}

func (p *press) feeds(n int) (list []news.Feed) {
	for i := range n {
		list = append(list, p.feed(fmt.Sprintf("feed-%03d", i)))
	}
	return list
}

func (p *press) feed(slug string) news.Feed {
	return news.Feed{Slug: slug, URL: p.URL + "/" + slug, Language: "en", Interval: 15 * time.Minute,
		Source: news.Source{Outlet: slug, Family: slug, Weight: 0.6}}
}

// lexicon is the shipped one, compiled once: it is immutable.
var lexicon = sync.OnceValues(func() (*score.Lexicon, error) {
	rows, err := config.Lexicon("")
	if err != nil {
		return nil, err
	}
	ours := make([]score.Row, len(rows))
	for i, r := range rows {
		ours[i] = score.Row(r)
	}
	return score.Compile(ours, []string{pair})
})

func newStore(tb testing.TB) *store.Store {
	tb.Helper()
	s, err := store.Open(tb.Context(), "sqlite:"+filepath.Join(tb.TempDir(), "monitor.db"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	return s
}

func newMonitor(tb testing.TB, s *store.Store, list ...news.Feed) (*Monitor, *prometheus.Registry) {
	tb.Helper()
	parts, reg := partsOf(tb, s, list...)
	return New(parts), reg
}

// partsOf are the parts of a monitor of one pair.
func partsOf(tb testing.TB, s *store.Store, list ...news.Feed) (Parts, *prometheus.Registry) {
	tb.Helper()
	words, err := lexicon()
	if err != nil {
		tb.Fatal(err)
	}
	reg := prometheus.NewRegistry()
	return Parts{Feeds: list, Pairs: []string{pair}, Store: s, LookTimeout: 10 * time.Second, Lexicon: words,
		Client:       feeds.NewClient(feeds.Options{Timeout: 10 * time.Second, MaxBody: 1 << 20, AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}),
		Constants:    tension.DefaultConstants(),
		Reload:       lexicon,
		PerFeed:      "auto",
		Dismissed:    func() tension.Dismissals { return tension.Dismissals{} },
		KeepArticles: 1000 * time.Hour, KeepVisits: 1000 * time.Hour, Log: zap.NewNop(), Metrics: reg}, reg
}

// during runs the monitor while do runs. Afterwards what was in flight is stored.
func during(t *testing.T, m *Monitor, do func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	do()
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, s *store.Store, query string) (n int) {
	t.Helper()
	if err := s.Jobs().QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAllFeedsAreLookedAtOnceWithinSeconds(t *testing.T) {
	t.Parallel() // most of it is waiting for the first looks
	p, s := newPress(t, "Quiet day"), newStore(t)
	m, _ := newMonitor(t, s, p.feeds(200)...)
	during(t, m, func() { p.wait(t, 200) })
	p.nobodyElse(t)
	if n := count(t, s, `SELECT count(*) FROM articles`); n != 200 {
		t.Errorf("%d articles, want one a feed", n)
	}
	if n := count(t, s, `SELECT count(*) FROM river_job WHERE state = 'scheduled'`); n != 200 {
		t.Errorf("%d jobs snooze, want one a feed", n)
	}
}

// A process that is killed leaves its jobs running. The next one takes them over and asks only what is due.
func TestAfterACrashOnlyWhatIsDueIsAsked(t *testing.T) {
	t.Parallel() // most of it is waiting for the first looks
	p, s := newPress(t, "Quiet day"), newStore(t)
	list := p.feeds(20)
	m, _ := newMonitor(t, s, list...)
	during(t, m, func() { p.wait(t, 20) })

	crash(t, s)
	exec(t, s, `UPDATE visits SET next = 0 WHERE feed = 'feed-007'`)
	// The feed that is due comes last, so when it is asked all others had their turn.
	exec(t, s, `UPDATE river_job SET scheduled_at = datetime('now', '-1 second', 'subsec') WHERE json(args) LIKE '%feed-007%'`)
	m, _ = newMonitor(t, s, list...)
	during(t, m, func() {
		if asked := p.wait(t, 1); asked[0] != "feed-007" {
			t.Errorf("%s was asked, want feed-007", asked[0])
		}
	})
	p.nobodyElse(t)
	if n := count(t, s, `SELECT count(*) FROM articles`); n != 20 {
		t.Errorf("%d articles, want 20", n)
	}
	if n := count(t, s, `SELECT count(*) FROM river_job WHERE state = 'scheduled'`); n != 20 {
		t.Errorf("%d jobs snooze, want all 20", n)
	}
}

// crash leaves the jobs and the leadership as a killed process does.
func crash(t *testing.T, s *store.Store) {
	t.Helper()
	exec(t, s, `UPDATE river_job SET state = 'running', attempt = 1, attempted_at = datetime('now', 'subsec'), scheduled_at = datetime('now', '-1 minute', 'subsec')`)
	exec(t, s, `INSERT INTO river_leader (name, leader_id, elected_at, expires_at) VALUES ('default', 'dead', datetime('now', 'subsec'), datetime('now', '+1 hour'))
		ON CONFLICT (name) DO UPDATE SET leader_id = 'dead', expires_at = datetime('now', '+1 hour')`)
}

func exec(t *testing.T, s *store.Store, query string) {
	t.Helper()
	if _, err := s.Jobs().ExecContext(t.Context(), query); err != nil {
		t.Fatal(err)
	}
}

func TestALookNotDueAsksNothing(t *testing.T) {
	p, s := newPress(t, "Quiet day"), newStore(t)
	feed := p.feed("a")
	m, _ := newMonitor(t, s, feed)
	if err := m.recall(t.Context()); err != nil {
		t.Fatal(err)
	}
	first, err := m.look(t.Context(), feed)
	if err != nil {
		t.Fatal(err)
	}
	again, err := m.look(t.Context(), feed)
	if err != nil || !again.Equal(first.Truncate(time.Microsecond)) {
		t.Errorf("next look at %v, %v; want %v", again, err, first)
	}
	p.wait(t, 1)
	p.nobodyElse(t)
}

// A server that never answers does not hold up the end, and the look it swallowed is no visit.
func TestALookInFlightGoesBack(t *testing.T) {
	t.Parallel() // most of it is waiting for the first looks
	s := newStore(t)
	p := &press{asked: make(chan string, 10)}
	p.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		p.asked <- r.URL.Path[1:]
		<-r.Context().Done()
	}))
	t.Cleanup(p.Close)
	feed := p.feed("mute")
	m, _ := newMonitor(t, s, feed)
	var stopping time.Time
	during(t, m, func() { p.wait(t, 1); stopping = time.Now() })
	if took := time.Since(stopping); took > 8*time.Second {
		t.Errorf("stopping took %v", took)
	}
	if n := count(t, s, `SELECT count(*) FROM visits`); n != 0 {
		t.Errorf("%d visits are stored", n)
	}
	if n := count(t, s, `SELECT count(*) FROM river_job WHERE state = 'available'`); n != 1 {
		t.Errorf("%d jobs are available, want the one that went back", n)
	}
}

// A panic while a look is scored is the trouble of that look: nothing is held afterwards, and the next look, whoever's it
// is, a change of words and a scrape go on.
func TestALookThatPanicsHoldsNothing(t *testing.T) {
	p, s := newPress(t, "Baku summons Iranian ambassador"), newStore(t)
	bad, good := p.feed("bad"), p.feed("good")
	m, reg := newMonitor(t, s, bad, good)
	if err := m.recall(t.Context()); err != nil {
		t.Fatal(err)
	}
	words := m.lexicon.now.Swap(nil)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("a look without words does not panic")
			}
		}()
		_, _ = m.look(t.Context(), bad)
	}()
	m.lexicon.now.Store(words)
	for _, f := range []news.Feed{bad, good} {
		if _, err := m.look(t.Context(), f); err != nil {
			t.Errorf("a look at %s: %v", f.Slug, err)
		}
	}
	if err := m.take(t.Context(), words); err != nil {
		t.Errorf("changing the words: %v", err)
	}
	if n := count(t, s, `SELECT count(*) FROM articles`); n != 2 || gauge(t, reg, "tension_index") <= 0 {
		t.Errorf("%d articles, want 2, and an index", n)
	}
}

func TestJobsFollowTheFeeds(t *testing.T) {
	p, s := newPress(t, ""), newStore(t)
	booked := func(list ...news.Feed) string {
		m, _ := newMonitor(t, s, list...)
		queue, err := m.newQueue()
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time changes nothing
			if err := m.book(t.Context(), queue); err != nil {
				t.Fatal(err)
			}
		}
		jobs, err := queue.JobList(t.Context(), river.NewJobListParams().States(alive...))
		if err != nil {
			t.Fatal(err)
		}
		var slugs []string
		for _, job := range jobs.Jobs {
			var args pollArgs
			if err := json.Unmarshal(job.EncodedArgs, &args); err != nil {
				t.Fatal(err)
			}
			slugs = append(slugs, args.Feed)
		}
		return strings.Join(slugs, " ")
	}
	off := p.feed("b")
	off.Disabled = "it went silent"
	if got := booked(p.feed("a")); got != "a" {
		t.Errorf("booked %q, want a", got)
	}
	if got := booked(p.feed("a"), p.feed("b")); got != "a b" {
		t.Errorf("after a feed was added: booked %q, want a b", got)
	}
	if got := booked(p.feed("a"), off); got != "a" {
		t.Errorf("after it was disabled: booked %q, want a", got)
	}
	exec(t, s, `UPDATE river_job SET state = 'discarded', finalized_at = datetime('now', 'subsec') WHERE state <> 'cancelled'`)
	if got := booked(p.feed("a")); got != "a" {
		t.Errorf("after its job was discarded: booked %q, want a", got)
	}
}

func TestTheIndexAddsUpAndSurvivesARestart(t *testing.T) {
	p, s := newPress(t, "Baku summons Iranian ambassador"), newStore(t)
	feed := p.feed("a")
	m, reg := newMonitor(t, s, feed)
	if err := m.recall(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := m.look(t.Context(), feed); err != nil {
		t.Fatal(err)
	}
	index, points := gauge(t, reg, "tension_index"), gauge(t, reg, "tension_contribution_points")
	if index <= 0 || math.Abs(index-points) > 1e-3 { // two scrapes, some milliseconds apart
		t.Errorf("index %v, contributions %v; want the same, above 0", index, points)
	}
	if got := testutil.ToFloat64(m.counts.events.WithLabelValues(pair, "summon", "AZE")); got != 1 {
		t.Errorf("%v summons counted, want 1", got)
	}

	m, reg = newMonitor(t, s, feed)
	if got := names(t, reg)["tension_index"]; got {
		t.Error("there is an index before the store is read")
	}
	if err := m.recall(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := gauge(t, reg, "tension_index"); math.Abs(got-index) > 1e-2 {
		t.Errorf("after a restart the index is %v, was %v", got, index)
	}
	if got := gauge(t, reg, "tension_feed_up"); got != 1 {
		t.Errorf("after a restart tension_feed_up is %v, want 1", got)
	}
}

// gauge is the sum of a metric's series.
func gauge(t *testing.T, reg *prometheus.Registry, name string) (sum float64) {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			for _, metric := range f.GetMetric() {
				sum += metric.GetGauge().GetValue()
			}
		}
	}
	return sum
}

func names(t *testing.T, reg *prometheus.Registry) map[string]bool {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]bool)
	for _, f := range families {
		all[f.GetName()] = true
	}
	return all
}

func TestEverySeriesKnownBeforehandIsThereFromTheStart(t *testing.T) {
	p, s := newPress(t, ""), newStore(t)
	off := p.feed("off")
	off.Disabled = "it went silent"
	m, reg := newMonitor(t, s, p.feed("a"), off)
	err := testutil.GatherAndCompare(reg, strings.NewReader(`
# HELP tension_feed_polls_total Looks at the feed.
# TYPE tension_feed_polls_total counter
tension_feed_polls_total{feed="a"} 0
# HELP tension_feed_up 1 if the last look at the feed succeeded.
# TYPE tension_feed_up gauge
tension_feed_up{feed="a"} 0
# HELP tension_feeds Feeds by state.
# TYPE tension_feeds gauge
tension_feeds{state="disabled"} 1
tension_feeds{state="failing"} 0
tension_feeds{state="pending"} 1
tension_feeds{state="up"} 0
`), "tension_feed_polls_total", "tension_feed_up", "tension_feeds", "tension_index", "tension_level", "tension_contribution_points")
	if err != nil {
		t.Error(err)
	}
	directed := 0
	for _, k := range m.lexicon.Kinds() {
		directed += len(actors(pair, k))
	}
	if n, err := testutil.GatherAndCount(reg, "tension_events_total"); err != nil || n != directed {
		t.Errorf("%d series of events, %v; want %d", n, err, directed)
	}
	if err := m.recall(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := testutil.GatherAndCount(reg, "tension_contribution_points"); err != nil || n != len(m.lexicon.Kinds()) {
		t.Errorf("%d contributions, %v; want one a kind", n, err)
	}
	if problems, err := testutil.GatherAndLint(reg); err != nil || len(problems) > 0 {
		t.Errorf("lint: %v, %v", problems, err)
	}
}

func TestAStandingTroubleIsLoggedOnce(t *testing.T) {
	p, s := newPress(t, ""), newStore(t)
	feed := p.feed("broken")
	m, _ := newMonitor(t, s, feed)
	core, logs := observer.New(zap.InfoLevel)
	m.log = zap.New(core)
	if err := m.recall(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := m.look(t.Context(), feed); err != nil {
			t.Fatal(err)
		}
		exec(t, s, `UPDATE visits SET next = 0`)
	}
	if n := logs.FilterMessage("a feed fails").Len(); n != 1 {
		t.Errorf("logged %d times, want once", n)
	}
	if got := testutil.ToFloat64(m.counts.failures.WithLabelValues("broken")); got != 3 {
		t.Errorf("counted %v times, want 3", got)
	}
}

func TestCoverage(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	state := func(weight float64, class string, success bool, next time.Duration) feedState {
		s := feedState{feed: &news.Feed{Interval: time.Hour, Source: news.Source{Weight: weight}}, visit: news.Visit{At: now, Class: class, Next: now.Add(next)}}
		if success {
			s.success = now
		}
		return s
	}
	for name, tt := range map[string]struct {
		states []feedState
		want   float64
	}{
		"no feeds":             {nil, 0},
		"none ever answered":   {[]feedState{state(1, "dns", false, time.Hour)}, 0},
		"all answer":           {[]feedState{state(.4, "", true, time.Hour), state(.6, "", true, time.Hour)}, 1},
		"by weight":            {[]feedState{state(.75, "", true, time.Hour), state(.25, "timeout", true, time.Hour)}, .75},
		"a new one that fails": {[]feedState{state(.5, "", true, time.Hour), state(.5, "dns", false, time.Hour)}, 1},
		"a little overdue":     {[]feedState{state(1, "", true, -time.Hour+time.Second)}, 1},
		"an interval overdue":  {[]feedState{state(1, "", true, -time.Hour)}, 0},
	} {
		if got := coverage(tt.states, now); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func BenchmarkRefresh(b *testing.B) {
	for _, n := range []int{20, 200, 2000} {
		b.Run(fmt.Sprintf("feeds=%d", n), func(b *testing.B) {
			var list []news.Feed
			for i := range n {
				list = append(list, news.Feed{Slug: fmt.Sprintf("feed-%04d", i), Interval: time.Hour, Source: news.Source{Weight: .6}})
			}
			m, reg := newMonitor(b, newStore(b), list...)
			if err := m.recall(b.Context()); err != nil {
				b.Fatal(err)
			}
			now := time.Now()
			b.ReportAllocs()
			for b.Loop() { // what one stored look and one scrape cost
				if err := m.remember(b.Context(), news.Visit{Feed: "feed-0000", At: now, Next: now.Add(time.Hour)}, nil); err != nil {
					b.Fatal(err)
				}
				if _, err := reg.Gather(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
