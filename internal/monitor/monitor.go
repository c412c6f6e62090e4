// Package monitor does the steps in order: a job looks at a feed, what is new is scored and stored, stories
// grow, and a scrape evaluates the index. It owns the job queue and the collectors. It knows no flags, no
// YAML and no SQL text.
package monitor

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"tensionmonitor/internal/feeds"
	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
	"tensionmonitor/internal/store"
	"tensionmonitor/internal/tension"
)

// Parts is what a Monitor is made of; all of it is needed.
type Parts struct {
	Feeds        []news.Feed // disabled ones too: they are counted, not polled
	Pairs        []string
	Store        *store.Store
	Client       *feeds.Client
	LookTimeout  time.Duration // the Client's limit to one look
	Lexicon      *score.Lexicon
	Reload       func() (*score.Lexicon, error) // the lexicon as the configuration has it now
	Constants    tension.Constants
	PerFeed      string // which series each feed has: "auto", "full", "health" or "off"
	KeepArticles time.Duration
	KeepVisits   time.Duration
	Dismissed    func() tension.Dismissals // what analysts have taken out by now; called at each scrape
	Log          *zap.Logger
	Metrics      prometheus.Registerer
}

// Monitor polls feeds and knows the index. It is a prometheus.Collector.
type Monitor struct {
	feeds       map[string]news.Feed // the enabled ones, by slug
	disabled    int
	pairs       []string
	pulses      map[string]*pulse // by pair
	store       *store.Store
	client      *feeds.Client
	lookTimeout time.Duration
	lexicon     *words
	reload      func() (*score.Lexicon, error)
	warned      bool        // that the store has been scored by a lexicon that is not to be had
	switching   atomic.Bool // the lexicon is in use already, and the memory not yet rebuilt
	constants   tension.Constants
	dismissed   func() tension.Dismissals
	keep        struct{ articles, visits time.Duration }
	log         *zap.Logger
	counts      *counters
	descs       descs
	unmetered   int            // feeds without series, because there are too many
	unread      []feedState    // the feeds in order of slug, as before the store is read
	places      map[string]int // of each feed in that order

	mu     sync.Mutex // guards memory
	memory memory
	view   pictures // what a scrape reads of it
}

// New makes a Monitor and registers its metrics. Nothing runs before Run.
func New(p Parts) *Monitor {
	m := &Monitor{
		feeds: make(map[string]news.Feed), pairs: p.Pairs, pulses: make(map[string]*pulse), places: make(map[string]int), store: p.Store, client: p.Client,
		lookTimeout: p.LookTimeout, lexicon: new(words), reload: p.Reload, constants: p.Constants, dismissed: p.Dismissed, log: p.Log, counts: newCounters(p.Metrics), descs: newDescs(),
	}
	m.lexicon.now.Store(p.Lexicon)
	m.keep.articles, m.keep.visits = p.KeepArticles, p.KeepVisits
	for _, f := range p.Feeds {
		if f.Disabled != "" {
			m.disabled++
			continue
		}
		m.feeds[f.Slug] = f
	}
	for _, pair := range m.pairs {
		m.pulses[pair] = new(pulse)
	}
	m.counts.perFeed, m.unmetered = seriesOf(m.feeds, p.PerFeed, feedRoom(m.pairs, p.Lexicon.Kinds()))
	m.counts.start(m.feeds, m.pairs, p.Lexicon.Kinds(), feeds.Classes())
	for i, slug := range slices.Sorted(maps.Keys(m.feeds)) {
		feed := m.feeds[slug]
		m.unread, m.places[slug] = append(m.unread, feedState{feed: &feed}), i
	}
	m.memory.feeds = slices.Clone(m.unread)
	m.view.draw = m.draw
	p.Metrics.MustRegister(m)
	return m
}

// Ready says whether the store has been read, so that the index is complete.
func (m *Monitor) Ready() bool { return m.view.last.Load() != nil || m.view.stale.Load() }

// Run reads the store and then polls until ctx ends. It returns when everything it started has stopped:
// looks in flight have finished or went back.
func (m *Monitor) Run(ctx context.Context) error {
	debug.SetGCPercent(garbageShare)
	err := m.recall(ctx)
	tidy()
	if err == nil {
		err = m.poll(ctx)
	}
	if err != nil && ctx.Err() == nil {
		return err
	}
	stopped, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	return m.sawNothingSince(stopped, time.Now())
}

// poll runs the queue, and looks after it, until ctx ends.
func (m *Monitor) poll(ctx context.Context) error {
	if n, err := m.store.TakeOver(ctx); err != nil {
		return err
	} else if n > 0 {
		m.log.Info("jobs of a process that died go on", zap.Int64("jobs", n))
	}
	queue, err := m.newQueue()
	if err != nil {
		return fmt.Errorf("making the job queue: %w", err)
	}
	if err := m.book(ctx, queue); err != nil {
		return err
	}
	if err := m.store.Hasten(ctx, hastened); err != nil {
		return err
	}
	if err := queue.Start(ctx); err != nil {
		return fmt.Errorf("starting the job queue: %w", err)
	}
	m.tend(ctx, func() error { return m.book(ctx, queue) })
	<-queue.Stopped()
	return nil
}

// tend does what has to be done from time to time, until ctx ends.
func (m *Monitor) tend(ctx context.Context, book func() error) {
	soon, often, seldom := time.NewTicker(followEvery), time.NewTicker(bookEvery), time.NewTimer(pruneFirst)
	defer soon.Stop()
	defer often.Stop()
	defer seldom.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-soon.C:
			tidy()
			m.blame(ctx, opRescore, m.follow(ctx))
		case now := <-often.C:
			m.blame(ctx, opJobs, book())
			m.blame(ctx, opCoverage, m.cover(ctx, now))
		case now := <-seldom.C:
			seldom.Reset(pruneEvery)
			m.forget(now)
			m.blame(ctx, opPrune, m.store.Prune(ctx, now.Add(-m.keep.articles), now.Add(-m.keep.visits)))
		}
	}
}

// blame counts and logs what went wrong where nobody can be told.
func (m *Monitor) blame(ctx context.Context, operation string, err error) {
	if err == nil || errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return
	}
	m.counts.storeErrors.WithLabelValues(operation).Inc()
	m.log.Error("the store fails", zap.String("operation", operation), zap.Error(err))
}
