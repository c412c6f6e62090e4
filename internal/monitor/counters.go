package monitor

import (
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"

	"tensionmonitor/internal/feeds"
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
	pages                                  *prometheus.CounterVec // outcome
	storeErrors                            *prometheus.CounterVec // operation
	pollSeconds, scoreSeconds              prometheus.Histogram
	perFeed                                perFeed
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
		pages:        vec("pages_total", "Pages of new articles, of feeds with full_text that gave little of them, by what came of it.", "outcome"),
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

// observe observes a duration, with what leads from there to its cause. Labels that are too long for an exemplar, as no
// slug that a configuration allows makes them, are left out.
func observe(h prometheus.Histogram, d time.Duration, cause prometheus.Labels) {
	n := 0
	for name, value := range cause {
		n += utf8.RuneCountInString(name) + utf8.RuneCountInString(value)
	}
	exemplars, ok := h.(prometheus.ExemplarObserver)
	if !ok || n > prometheus.ExemplarMaxRunes {
		h.Observe(d.Seconds())
		return
	}
	exemplars.ObserveWithExemplar(d.Seconds(), cause)
}

// scored counts that an article was scored.
func (c *counters) scored(a *news.Article, took time.Duration) {
	observe(c.scoreSeconds, took, prometheus.Labels{"poll": PollID(a.Feed, a.FirstSeen), "article": a.ID})
}

// perFeed says which series each feed has; see seriesOf.
type perFeed struct{ health, full map[string]bool }

// Limits of a scrape. Above fewFeeds a feed has its health alone unless all is asked for, and where maxSeries or
// maxFeedSeries is reached further feeds have none, so that a long list can never drown the server that scrapes it.
const (
	maxSeries     = 25_000
	maxFeedSeries = 15_000
	fewFeeds      = 500
	fullSeries    = 7   // a feed: up, last success, newest article, polls, failures, articles, gaps
	healthSeries  = 2   // up, last success
	pairSeries    = 12  // a pair, besides kinds and events: the index, what is said of it, three stories
	otherSeries   = 200 // the process, the store, histograms and totals
)

// feedRoom is how many series feeds may have beside those of pairs, whatever is said of each feed.
func feedRoom(pairs []string, kinds []score.Kind) int {
	room := maxSeries - otherSeries
	for _, pair := range pairs {
		room -= pairSeries + len(kinds)
		for _, kind := range kinds {
			room -= len(actors(pair, kind))
		}
	}
	return min(max(room, 0), maxFeedSeries)
}

// seriesOf decides which feeds have series, by the order of their names, for one of the settings auto, full,
// health and off; and how many feeds go without because there is room for so many series only.
func seriesOf(list map[string]news.Feed, setting string, room int) (p perFeed, dropped int) {
	p = perFeed{map[string]bool{}, map[string]bool{}}
	if setting == "off" {
		return p, 0
	}
	full := setting == "full" || setting == "auto" && len(list) <= fewFeeds
	most := room / healthSeries
	if full {
		most = room / fullSeries
	}
	for i, slug := range slices.Sorted(maps.Keys(list)) {
		if i >= most {
			dropped++
			continue
		}
		p.health[slug], p.full[slug] = true, full
	}
	return p, dropped
}

// start puts every series that is known beforehand at 0.
func (c *counters) start(list map[string]news.Feed, pairs []string, kinds []score.Kind, reasons []string) {
	for slug := range list {
		if !c.perFeed.full[slug] {
			continue
		}
		for _, vec := range []*prometheus.CounterVec{c.polls, c.failures, c.feedArticles, c.gaps} {
			vec.WithLabelValues(slug)
		}
	}
	for _, reason := range reasons {
		c.reasons.WithLabelValues(reason)
	}
	for _, outcome := range feeds.PageOutcomes() {
		c.pages.WithLabelValues(outcome)
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

// feed counts for a feed that has all series.
func (c *counters) feed(vec *prometheus.CounterVec, slug string) {
	if c.perFeed.full[slug] {
		vec.WithLabelValues(slug).Inc()
	}
}

// look counts a look that was stored, and what it brought.
func (c *counters) look(v news.Visit, found []finding) {
	c.feed(c.polls, v.Feed)
	observe(c.pollSeconds, v.Took, prometheus.Labels{"poll": PollID(v.Feed, v.At)})
	c.duplicates.Add(float64(max(0, v.Items-v.New)))
	if !v.OK() {
		c.feed(c.failures, v.Feed)
		c.reasons.WithLabelValues(v.Class).Inc()
	}
	c.edited.Add(float64(v.Edited))
	if v.Gap.Equal(v.At) {
		c.feed(c.gaps, v.Feed)
	}
	for _, f := range found {
		c.feed(c.feedArticles, v.Feed)
		if f.result.Relevant {
			c.relevant.Inc()
		}
		for _, e := range f.result.Events {
			c.events.WithLabelValues(e.Pair, e.Kind, e.From).Inc()
		}
		c.articles.Inc() // last, so that who sees an article counted sees its events counted
	}
}
