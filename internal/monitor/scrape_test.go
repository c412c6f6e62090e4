package monitor

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/store"
)

// crowd is a monitor of 100 pairs and 2,000 feeds, each looked at, with events of the last 90 days.
func crowd(tb testing.TB, setting string, events int) (*Monitor, *prometheus.Registry) {
	tb.Helper()
	s := newStore(tb)
	parts, reg := partsOf(tb, s)
	parts.Pairs, parts.PerFeed = pairsOf(100), setting
	for i := range 2000 {
		slug := fmt.Sprintf("feed-%d", i)
		parts.Feeds = append(parts.Feeds, news.Feed{Slug: slug, URL: "https://" + slug + ".example/", Interval: 15 * time.Minute, Source: news.Source{Outlet: slug, Family: slug, Weight: 0.6}})
	}
	visit(tb, s, parts.Feeds)
	m := New(parts)
	var kinds []string
	for _, k := range m.lexicon.Kinds() {
		kinds = append(kinds, k.Name)
	}
	fill(tb, s, m.pairs, kinds, m.lexicon.Hash(), events)
	if err := m.recall(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return m, reg
}

// visit stores that each feed was looked at now.
func visit(tb testing.TB, s *store.Store, list []news.Feed) {
	tb.Helper()
	now := time.Now()
	err := s.SaveLook(tb.Context(), func(l *store.Look) error {
		for _, f := range list {
			if err := l.Visit(news.Visit{Feed: f.Slug, URL: f.URL, At: now, Newest: now, Next: now.Add(f.Interval)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func TestAHundredPairsAndTwoThousandFeedsFitIntoAScrape(t *testing.T) {
	for _, tt := range []struct {
		setting string
		dropped bool
	}{{"auto", false}, {"health", false}, {"full", true}, {"off", false}} {
		m, reg := crowd(t, tt.setting, 2000)
		samples := 0
		for line := range strings.Lines(scrapeAs(reg, "text/plain").Body.String()) {
			if !strings.HasPrefix(line, "#") {
				samples++
			}
		}
		if samples > maxSeries || samples < 10_000 {
			t.Errorf("%s: %d series, want at most %d", tt.setting, samples, maxSeries)
		}
		if got := gauge(t, reg, "tension_feeds_without_series"); (got > 0) != tt.dropped || got != float64(m.unmetered) {
			t.Errorf("%s: %v feeds are said to have no series", tt.setting, got)
		}
		if tt.setting == "off" {
			continue
		}
		n, err := testutil.GatherAndCount(reg, "tension_feed_up")
		if err != nil || n+m.unmetered != 2000 {
			t.Errorf("%s: %d feeds have series and %d have none, %v", tt.setting, n, m.unmetered, err)
		}
		if up := gauge(t, reg, "tension_feed_up"); up != float64(n) {
			t.Errorf("%s: %v of %d feeds are up", tt.setting, up, n)
		}
	}
}

// constants are as many gauges as a reference wants, with labels like ours and nothing to look up.
type constants struct {
	desc *prometheus.Desc
	n    int
}

func (c constants) Describe(ch chan<- *prometheus.Desc) { ch <- c.desc }

func (c constants) Collect(ch chan<- prometheus.Metric) {
	for i := range c.n {
		ch <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(i), "AZE-IRN", fmt.Sprintf("kind-%d", i))
	}
}

// BenchmarkScrape is a scrape of 100 pairs and 2,000 feeds with events of 90 days, as Prometheus asks for it; "constants" is
// the client library's own part of it, as many gauges that are known beforehand. "changed" is a scrape after each pair has
// had news, "later" one after five minutes, when levels and z-scores are reckoned anew.
func BenchmarkScrape(b *testing.B) {
	m, reg := crowd(b, "auto", 100_000)
	n, err := testutil.GatherAndCount(reg)
	if err != nil {
		b.Fatal(err)
	}
	bare := prometheus.NewRegistry()
	bare.MustRegister(constants{prometheus.NewDesc("tension_constant", "A gauge.", []string{"pair", "kind"}, nil), n})
	for _, bb := range []struct {
		name   string
		reg    *prometheus.Registry
		before func(*pulse)
	}{
		{"constants", bare, func(*pulse) {}},
		{"unchanged", reg, func(*pulse) {}},
		{"changed", reg, func(p *pulse) { p.told = nil }},
		{"later", reg, func(p *pulse) { p.grid = time.Time{} }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			handler := promhttp.HandlerFor(bb.reg, promhttp.HandlerOpts{EnableOpenMetrics: true})
			request := httptest.NewRequest("GET", "/metrics", nil)
			request.Header.Set("Accept", "application/openmetrics-text; version=1.0.0")
			request.Header.Set("Accept-Encoding", "gzip")
			size := 0
			for b.Loop() {
				for _, p := range m.pulses {
					bb.before(p)
				}
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, request)
				size = w.Body.Len()
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/scrape")
			b.ReportMetric(float64(n), "series")
			b.ReportMetric(float64(size), "bytes/scrape")
		})
	}
}
