package monitor

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	load "tensionmonitor/internal/feeds/press"
)

// A thousand feeds on a slow and moody network. The index is served with its coverage while the first looks are under
// way, and nearly all of them soon have had theirs: after ten seconds on a machine that does nothing else, as is logged. A
// restart serves what is stored, within a second there, and asks no feed that is not due. The limits are ten times as long, since
// a busy machine is no fault of ours.
func TestAThousandFeeds(t *testing.T) {
	if underRace {
		t.Skip("the race detector takes most of the ten seconds for itself")
	}
	t.Parallel() // most of it is waiting for the first looks
	const many = 1000
	p := load.New(load.Options{Feeds: many, Items: 5, Text: 300, Gzip: true, Latency: [2]time.Duration{100 * time.Millisecond, 300 * time.Millisecond},
		Faults: map[load.Fault]float64{load.Unavailable: 0.02, load.Hang: 0.01}, RetryAfter: time.Hour, Began: time.Now().Add(-time.Hour), Step: time.Minute})
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	s, list := newStore(t), papers(server.URL, many)

	m, reg := newMonitor(t, s, list...)
	during(t, m, func() {
		served := within(t, reg, 100*time.Second, func(g gauges) bool { return g["tension_feeds/up"] >= 0.95*many })
		if served["tension_index/"+pair] <= 0 || served["tension_index_valid/"+pair] != 1 || served["tension_coverage_ratio/"] < 0.9 {
			t.Errorf("after the first looks: index %v, valid %v, coverage %v", served["tension_index/"+pair], served["tension_index_valid/"+pair], served["tension_coverage_ratio/"])
		}
	})

	asked, looked := sum(p.Answers()), count(t, s, `SELECT count(DISTINCT feed) FROM visits`)
	crash(t, s) // so that all jobs run again, and it is up to the looks whether anybody is asked
	m, reg = newMonitor(t, s, list...)
	during(t, m, func() {
		within(t, reg, 10*time.Second, func(g gauges) bool { return g["tension_index/"+pair] > 0 })
		within(t, reg, 100*time.Second, func(gauges) bool {
			return count(t, s, `SELECT count(*) FROM river_job WHERE state = 'scheduled'`) >= looked
		})
	})
	if again := sum(p.Answers()) - asked; again > many-looked {
		t.Errorf("%d feeds were asked after a restart, want the %d at most that hung before", again, many-looked)
	}
}

func sum(answers map[load.Fault]int) (n int) {
	for _, count := range answers {
		n += count
	}
	return n
}

// gauges are what a scrape tells, by name and the value of the only label.
type gauges map[string]float64

// within scrapes until a scrape is as it should be, and gives that one.
func within(t *testing.T, reg *prometheus.Registry, limit time.Duration, good func(gauges) bool) gauges {
	t.Helper()
	begun, tick := time.Now(), time.NewTicker(100*time.Millisecond)
	defer tick.Stop()
	for ; ; <-tick.C {
		g := scraped(t, reg)
		took := time.Since(begun)
		if good(g) {
			t.Logf("as it should be after %v", took)
			return g
		}
		if took > limit {
			t.Fatalf("not within %v: feeds up %v, failing %v, pending %v; index %v", limit, g["tension_feeds/up"], g["tension_feeds/failing"], g["tension_feeds/pending"], g["tension_index/"+pair])
		}
	}
}

func scraped(t *testing.T, reg *prometheus.Registry) gauges {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := make(gauges)
	for _, f := range families {
		for _, metric := range f.GetMetric() {
			label := ""
			if labels := metric.GetLabel(); len(labels) > 0 {
				label = labels[0].GetValue()
			}
			all[f.GetName()+"/"+label] = metric.GetGauge().GetValue()
		}
	}
	return all
}

// The queue would let first looks wait until it leads, and then until it next minds what is scheduled.
func TestFirstLooksDoNotWaitForTheQueue(t *testing.T) {
	s := newStore(t)
	m, _ := newMonitor(t, s, papers("http://127.0.0.1", 3)...)
	queue, err := m.newQueue()
	if err != nil {
		t.Fatal(err)
	}
	if err := m.book(t.Context(), queue); err != nil {
		t.Fatal(err)
	}
	exec(t, s, `UPDATE river_job SET scheduled_at = datetime('now', '+1 hour') WHERE json(args) LIKE '%paper-0002%'`)
	if err := s.Hasten(t.Context(), hastened); err != nil {
		t.Fatal(err)
	}
	if n := count(t, s, `SELECT count(*) FROM river_job WHERE state = 'available'`); n != 2 {
		t.Errorf("%d jobs are available, want the 2 that are due soon", n)
	}
}
