package monitor

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

// Operations of the store, as tension_store_errors_total names them.
const (
	opRead     = "read"
	opSave     = "save"
	opCoverage = "coverage"
	opPrune    = "prune"
	opJobs     = "jobs"
	opRescore  = "rescore"
)

// counters count what this process did. Each known series is there at 0 from the start, so that a rate
// sees the first increase.
type counters struct {
	articles, relevant, duplicates, edited prometheus.Counter
	events                                 *prometheus.CounterVec // pair, kind, from
	polls, failures, feedArticles, gaps    *prometheus.CounterVec // feed
	reasons                                *prometheus.CounterVec // reason
	storeErrors                            *prometheus.CounterVec // operation
	pollSeconds, scoreSeconds              prometheus.Histogram
}

func newCounters(reg prometheus.Registerer) *counters {
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: "tension_" + name, Help: help})
		reg.MustRegister(c)
		return c
	}
	vec := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tension_" + name, Help: help}, labels)
		reg.MustRegister(c)
		return c
	}
	return &counters{
		articles:     counter("articles_total", "Articles stored that were not known before."),
		relevant:     counter("articles_relevant_total", "Articles stored that are about the relations of a pair."),
		duplicates:   counter("articles_duplicate_total", "Articles in feeds that were known already."),
		edited:       counter("articles_edited_total", "Known articles whose feed has changed title or text."),
		events:       vec("events_total", "Events found in stored articles.", "pair", "kind", "from"),
		polls:        vec("feed_polls_total", "Looks at the feed.", "feed"),
		failures:     vec("feed_poll_failures_total", "Looks at the feed that failed.", "feed"),
		feedArticles: vec("feed_articles_total", "Articles stored that the feed was the first to carry.", "feed"),
		gaps:         vec("feed_gaps_total", "Looks that found only new articles, so that some may have come and gone in between.", "feed"),
		reasons:      vec("poll_failures_total", "Looks that failed, by reason.", "reason"),
		storeErrors:  vec("store_errors_total", "Operations of the store that failed.", "operation"),
		pollSeconds:  histogram(reg, "poll_duration_seconds", "How long a look at a feed took.", prometheus.ExponentialBuckets(0.01, 2, 13)),
		scoreSeconds: histogram(reg, "score_duration_seconds", "How long scoring an article took.", prometheus.ExponentialBuckets(1e-6, 4, 10)),
	}
}

// histogram is a classic and a native histogram in one; 1.1 is the bucket growth Prometheus recommends.
func histogram(reg prometheus.Registerer, name, help string, buckets []float64) prometheus.Histogram {
	h := prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "tension_" + name, Help: help, Buckets: buckets,
		NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100, NativeHistogramMinResetDuration: time.Hour,
	})
	reg.MustRegister(h)
	return h
}

// start puts every series that is known beforehand at 0.
func (c *counters) start(feeds map[string]news.Feed, pairs []string, kinds []score.Kind, reasons []string) {
	for slug := range feeds {
		for _, vec := range []*prometheus.CounterVec{c.polls, c.failures, c.feedArticles, c.gaps} {
			vec.WithLabelValues(slug)
		}
	}
	for _, reason := range reasons {
		c.reasons.WithLabelValues(reason)
	}
	for _, op := range []string{opRead, opSave, opCoverage, opPrune, opJobs, opRescore} {
		c.storeErrors.WithLabelValues(op)
	}
	for _, pair := range pairs {
		for _, kind := range kinds {
			for _, from := range actors(pair, kind) {
				c.events.WithLabelValues(pair, kind.Name, from)
			}
		}
	}
}

// actors are the values Event.From can have for a kind.
func actors(pair string, kind score.Kind) []string {
	if !kind.Directed {
		return []string{score.Both}
	}
	return []string{pair[:3], pair[4:], score.Both, score.Unknown}
}

// look counts a look that was stored, and what it brought.
func (c *counters) look(v news.Visit, found []finding) {
	c.polls.WithLabelValues(v.Feed).Inc()
	c.pollSeconds.Observe(v.Took.Seconds())
	c.duplicates.Add(float64(max(0, v.Items-v.New)))
	if !v.OK() {
		c.failures.WithLabelValues(v.Feed).Inc()
		c.reasons.WithLabelValues(v.Class).Inc()
	}
	c.edited.Add(float64(v.Edited))
	if v.Gap.Equal(v.At) {
		c.gaps.WithLabelValues(v.Feed).Inc()
	}
	for _, f := range found {
		c.feedArticles.WithLabelValues(v.Feed).Inc()
		if f.result.Relevant {
			c.relevant.Inc()
		}
		for _, e := range f.result.Events {
			c.events.WithLabelValues(e.Pair, e.Kind, e.From).Inc()
		}
		c.articles.Inc() // last, so that who sees an article counted sees its events counted
	}
}
