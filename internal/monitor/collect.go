package monitor

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tensionmonitor/internal/score"
	"tensionmonitor/internal/tension"
)

const (
	topStories = 3           // stories a pair that tension_top_story_points names
	titleWait  = time.Second // a scrape waits no longer for titles
	titleRunes = 120         // of a title there; a label is no place for a paragraph
)

// descs describe the metrics whose values are looked up at a scrape.
type descs struct {
	index, pressure, level, threshold, contribution, topStory, zscore, attention *prometheus.Desc
	valid, stories, lastEvent                                                    *prometheus.Desc
	coverage, blocCoverage, coverageFloor                                        *prometheus.Desc
	feedUp, feedSuccess, feedNewest, feeds, unmetered, lexicon                   *prometheus.Desc
}

func newDescs() descs {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("tension_"+name, help, labels, nil)
	}
	return descs{
		index:         desc("index", "Tension between the two states now, 0 to 100.", "pair"),
		pressure:      desc("pressure", "What the index is made of, by side: decayed weight of escalation after easing, and of de-escalation.", "pair", "side"),
		level:         desc("level", "Level of the index with hysteresis: 0 calm, 1 watch, 2 elevated, 3 high, 4 critical.", "pair"),
		threshold:     desc("level_threshold", "Index at which a level begins.", "level"),
		contribution:  desc("contribution_points", "Points of the index that a kind of event contributes; they add up to the index.", "pair", "kind"),
		topStory:      desc("top_story_points", "Points of the index from the stories that weigh most.", "pair", "rank", "kind", "from", "title"),
		zscore:        desc("zscore", "How unusual the pressure is for the pair: robust standard deviations from the 90 days before yesterday.", "pair"),
		attention:     desc("attention_ratio", "Of the articles of the last 24 h from feeds that can be seen through, the share that tells of escalation.", "pair"),
		valid:         desc("index_valid", "1 while enough can be seen to trust the index, 0 while it is held.", "pair"),
		stories:       desc("stories", "Stories the index is made of.", "pair"),
		lastEvent:     desc("last_event_timestamp_seconds", "Time of the latest event; 0 where there was none.", "pair"),
		coverage:      desc("coverage_ratio", "Weight of the feeds that can be seen through, of those that ever answered."),
		blocCoverage:  desc("bloc_coverage_ratio", "The same for the feeds that speak for one state.", "bloc"),
		coverageFloor: desc("coverage_floor_ratio", "Coverage below which the index is held and not valid."),
		feedUp:        desc("feed_up", "1 if the last look at the feed succeeded.", "feed"),
		feedSuccess:   desc("feed_last_success_timestamp_seconds", "Time of the last look that succeeded; 0 where none did.", "feed"),
		feedNewest:    desc("feed_newest_article_timestamp_seconds", "Date of the newest article ever seen in the feed; 0 where there was none.", "feed"),
		feeds:         desc("feeds", "Feeds by state.", "state"),
		unmetered:     desc("feeds_without_series", "Feeds that have no series of their own because the limit is reached."),
		lexicon:       desc("lexicon_info", "The lexicon that scores.", "version", "hash"),
	}
}

// Describe says that the monitor has metrics, without a list: which series there are depends on the feeds.
func (m *Monitor) Describe(ch chan<- *prometheus.Desc) {
	d := m.descs
	for _, desc := range []*prometheus.Desc{d.index, d.pressure, d.level, d.threshold, d.contribution, d.topStory, d.zscore, d.attention, d.valid, d.stories, d.lastEvent,
		d.coverage, d.blocCoverage, d.coverageFloor, d.feedUp, d.feedSuccess, d.feedNewest, d.feeds, d.unmetered, d.lexicon} {
		ch <- desc
	}
}

// out sends gauges to a scrape.
type out chan<- prometheus.Metric

func (o out) gauge(desc *prometheus.Desc, value float64, labels ...string) {
	o <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
}

// Collect evaluates the index at the moment of the scrape: it falls while nothing happens. The series of
// the index are there once the store is read, so that a restart never reads as calm.
func (m *Monitor) Collect(ch chan<- prometheus.Metric) {
	now := time.Now()
	o := out(ch)
	for i, at := range m.constants.Levels {
		o.gauge(m.descs.threshold, at, tension.Level(i+1).String())
	}
	o.gauge(m.descs.coverageFloor, m.constants.CoverageFloor)
	v := m.view.Load()
	if v == nil {
		o.gauge(m.descs.lexicon, 1, m.lexicon.now.Load().Version(), m.lexicon.Hash())
		m.collectFeeds(o, m.unread, now)
		return
	}
	m.collectFeeds(o, v.feeds, now)
	o.gauge(m.descs.lexicon, 1, v.lexicon.Version(), v.lexicon.Hash())
	for pair, share := range attention(v.notices, v.feeds, m.pairs, now) {
		o.gauge(m.descs.attention, share, pair)
	}
	dismissed, valid := m.dismissed(), truth(coverage(v.feeds, now) >= m.constants.CoverageFloor)
	for _, pair := range m.pairs {
		o.gauge(m.descs.valid, valid, pair)
		m.collectPair(o, v, pair, dismissed, now)
	}
}

func (m *Monitor) collectFeeds(o out, states []feedState, now time.Time) {
	count := map[string]int{"up": 0, "failing": 0, "pending": 0, "disabled": m.disabled}
	for _, s := range states {
		slug, up := s.feed.Slug, 0.0
		switch {
		case s.visit.At.IsZero():
			count["pending"]++
		case s.visit.OK():
			count["up"]++
			up = 1
		default:
			count["failing"]++
		}
		if m.counts.perFeed.health[slug] {
			o.gauge(m.descs.feedUp, up, slug)
			o.gauge(m.descs.feedSuccess, seconds(s.success), slug)
		}
		if m.counts.perFeed.full[slug] {
			o.gauge(m.descs.feedNewest, seconds(s.visit.Newest), slug)
		}
	}
	o.gauge(m.descs.unmetered, float64(m.unmetered))
	for state, n := range count {
		o.gauge(m.descs.feeds, float64(n), state)
	}
	o.gauge(m.descs.coverage, coverage(states, now))
	for bloc, ratio := range blocCoverage(states, now) {
		o.gauge(m.descs.blocCoverage, ratio, bloc)
	}
}

func (m *Monitor) collectPair(o out, v *view, pair string, dismissed tension.Dismissals, now time.Time) {
	d, p := m.descs, m.pulses[pair]
	p.mu.Lock()
	defer p.mu.Unlock()
	p.take(v.chronicles[pair], dismissed, now)
	o.gauge(d.index, p.index.Value, pair)
	o.gauge(d.pressure, p.index.Escalation, pair, string(score.Escalation))
	o.gauge(d.pressure, p.index.Deescalation, pair, string(score.Deescalation))
	o.gauge(d.level, float64(p.level), pair)
	if p.hasZ {
		o.gauge(d.zscore, p.z, pair)
	}
	o.gauge(d.stories, float64(len(p.index.Stories)), pair)
	o.gauge(d.lastEvent, seconds(v.latest[pair]), pair)
	points := p.index.Kinds()
	for _, kind := range v.lexicon.Kinds() {
		o.gauge(d.contribution, points[kind.Name], pair, kind.Name)
	}
	ctx, cancel := context.WithTimeout(context.Background(), titleWait)
	defer cancel()
	m.blame(ctx, opRead, p.name(ctx, m.store))
	for i, w := range p.top {
		o.gauge(d.topStory, w.Points, pair, strconv.Itoa(i+1), w.Story.Kind, w.Story.From, cut(p.titles[w.Story.ID], titleRunes))
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// seconds is a time as Prometheus has it; 0 for the zero time.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1e3
}

// cut shortens a text to n runes at most. What is no UTF-8 would fail the whole scrape.
func cut(s string, n int) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}
