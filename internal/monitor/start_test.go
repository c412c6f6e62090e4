package monitor

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tensionmonitor/internal/store"
)

// pairsOf are n pairs of states with made-up names.
func pairsOf(n int) (pairs []string) {
	for i := range n {
		pairs = append(pairs, fmt.Sprintf("AA%c-BB%c", 'A'+i/26, 'A'+i%26))
	}
	return pairs
}

// fill stores events of the last 90 days, an article each, evenly over pairs, kinds, places and 200 houses: most
// stories are told by a few of them.
func fill(tb testing.TB, s *store.Store, pairs []string, kinds []string, lexicon string, events int) {
	tb.Helper()
	exec := func(text string, args ...any) {
		if _, err := s.Jobs().ExecContext(tb.Context(), text, args...); err != nil {
			tb.Fatal(err)
		}
	}
	now := time.Now().UnixMicro()
	span := (90 * 24 * time.Hour).Microseconds()
	exec(`CREATE TEMP TABLE i AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1) SELECT i FROM n`, events)
	exec(`CREATE TEMP TABLE k AS SELECT key AS n, value AS kind FROM json_each($1)`, `["`+strings.Join(kinds, `","`)+`"]`)
	exec(`CREATE TEMP TABLE p AS SELECT key AS n, value AS pair FROM json_each($1)`, `["`+strings.Join(pairs, `","`)+`"]`)
	exec(`INSERT INTO articles (id, feed, title, text, link, language, outlet, family, bloc, weight, published, first_seen, first_look, relevant, lexicon, wording)
		SELECT printf('l:https://example.org/news/2026/03/story-%d', i), 'feed-' || i % 200, 'A headline of some sixty characters about the states, number ' || i, '',
			printf('https://example.org/news/2026/03/story-%d', i), 'en', 'House ' || i % 200, 'house-' || i % 200, CASE WHEN i % 3 = 0 THEN 'AZ' ELSE '' END, 0.3 + 0.1 * (i % 4),
			CAST($1 - CAST(i AS REAL) / $2 * $3 AS INTEGER), CAST($1 - CAST(i AS REAL) / $2 * $3 AS INTEGER), 0, 1, $4, '' FROM i`, now, events, span, lexicon)
	exec(`INSERT INTO events (article, n, at, first_seen, ageless, family, bloc, weight, pair, kind, from_state, to_state, intensity, confidence, place, number, field, span_start, span_end, text, rule)
		SELECT printf('l:https://example.org/news/2026/03/story-%d', i), 0, CAST($1 - CAST(i AS REAL) / $2 * $3 AS INTEGER), CAST($1 - CAST(i AS REAL) / $2 * $3 AS INTEGER), 0,
			'house-' || i % 200, CASE WHEN i % 3 = 0 THEN 'AZ' ELSE '' END, 0.3 + 0.1 * (i % 4), pair, kind,
			substr(pair, 1 + 4 * (i / 7 % 2), 3), substr(pair, 5 - 4 * (i / 7 % 2), 3), 3 + i % 3, 0.9, CASE WHEN i % 5 = 0 THEN 'town ' || i % 50 ELSE '' END, i % 4, 'title', 0, 30,
			'some words that decided', kind || '.en.3'
		FROM i JOIN p ON p.n = i % $4 JOIN k ON k.n = i / $4 % $5`, now, events, span, len(pairs), len(kinds))
	exec(`PRAGMA wal_checkpoint(TRUNCATE)`) // a store that grew day by day is not in its log either
}

// BenchmarkStart is what a start costs with events of 100 pairs in 90 days: reading the store, joining, and the memory it
// leaves.
func BenchmarkStart(b *testing.B) {
	for _, n := range []int{1e3, 1e4, 1e5, 1e6} {
		b.Run(fmt.Sprintf("events=%d", n), func(b *testing.B) {
			s := newStore(b)
			m, _ := newMonitor(b, s)
			var kinds []string
			for _, k := range m.lexicon.Kinds() {
				kinds = append(kinds, k.Name)
			}
			m.pairs = pairsOf(100)
			for _, pair := range m.pairs {
				m.pulses[pair] = new(pulse)
			}
			fill(b, s, m.pairs, kinds, m.lexicon.Hash(), n)
			for b.Loop() {
				if err := m.recall(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			stories := 0
			for _, c := range m.view.Load().chronicles {
				stories += len(c.Stories)
			}
			b.ReportMetric(float64(stories), "stories")
			b.ReportMetric(heapMB(), "MB")
			reg := prometheus.NewRegistry()
			reg.MustRegister(m)
			began := time.Now()
			if _, err := reg.Gather(); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(time.Since(began).Seconds(), "s/first-scrape")
		})
	}
}

// heapMB is the memory in use after a collection.
func heapMB() float64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc) / (1 << 20)
}
