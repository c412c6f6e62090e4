package monitor

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
	"tensionmonitor/internal/store"
	"tensionmonitor/internal/tension"
)

// memory is what the store says and a scrape needs. It is rebuilt from the store at the start.
type memory struct {
	visits     map[string]news.Visit         // the last of each feed
	success    map[string]time.Time          // when each feed last answered
	books      map[string]*tension.Book      // by pair
	chronicles map[string]*tension.Chronicle // what the books tell; a new one when there is more
	latest     map[string]time.Time          // the time of the latest event of each pair
	coverage   []tension.Change              // how much could be seen, and when
}

// view is what a scrape reads: a picture of the memory that nobody changes.
type view struct {
	feeds      []feedState                   // in order of slug
	chronicles map[string]*tension.Chronicle // by pair
	latest     map[string]time.Time          // by pair
}

// feedState is how a feed does.
type feedState struct {
	feed    news.Feed
	visit   news.Visit // the last; zero where there was none
	success time.Time  // of the last look that succeeded; zero where none did
}

// recall fills the memory from the store.
func (m *Monitor) recall(ctx context.Context) error {
	now := time.Now()
	since := m.constants.Since(now)
	mem := m.blank()
	var err error
	if mem.visits, err = m.store.LastVisits(ctx); err != nil {
		return err
	}
	m.client.Recall(mem.visits)
	if mem.success, err = m.store.LastSuccesses(ctx); err != nil {
		return err
	}
	for r, err := range m.store.Reports(ctx, since) {
		if err != nil {
			return err
		}
		mem.enter(&r.Article, r.N, r.Event)
	}
	changes, err := m.store.Coverage(ctx, "", since)
	if err != nil {
		return err
	}
	for _, c := range changes {
		mem.coverage = append(mem.coverage, tension.Change(c))
	}
	m.mu.Lock()
	m.memory = mem
	m.mu.Unlock()
	return m.wake(ctx, now)
}

// blank is the memory of a monitor that knows nothing yet.
func (m *Monitor) blank() memory {
	mem := memory{books: make(map[string]*tension.Book), chronicles: make(map[string]*tension.Chronicle), latest: make(map[string]time.Time)}
	for _, pair := range m.pairs {
		mem.books[pair] = tension.NewBook(pair, m.lexicon.Kinds(), m.constants)
	}
	return mem
}

// enter gives an event to the book of its pair. What a pair tells is then told anew.
func (mem *memory) enter(a *news.Article, n int, e score.Event) {
	book := mem.books[e.Pair]
	if book == nil { // a pair that is watched no longer
		return
	}
	r := tension.ReportOf(a, n, e)
	if !book.Add(r) {
		return
	}
	delete(mem.chronicles, e.Pair)
	if r.Time.After(mem.latest[e.Pair]) {
		mem.latest[e.Pair] = r.Time
	}
}

// forget leaves out what is too old to change any number.
func (m *Monitor) forget(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, book := range m.memory.books {
		book.Forget(m.constants.Since(now))
	}
	clear(m.memory.chronicles)
}

// wake notes that nothing was seen since the process before this one gave its last sign of life, and what
// can be seen now. Then the index is complete.
func (m *Monitor) wake(ctx context.Context, now time.Time) error {
	if err := m.sawNothingSince(ctx, m.lastSign()); err != nil {
		return err
	}
	return m.cover(ctx, now)
}

// lastSign is the latest moment of which the store says that a process was there; zero for a new store.
func (m *Monitor) lastSign() (last time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, v := range m.memory.visits {
		if end := v.At.Add(v.Took); end.After(last) {
			last = end
		}
	}
	if n := len(m.memory.coverage); n > 0 && m.memory.coverage[n-1].At.After(last) {
		last = m.memory.coverage[n-1].At.Add(time.Microsecond)
	}
	return last
}

// remember takes in a look that was stored.
func (m *Monitor) remember(ctx context.Context, v news.Visit, found []finding) error {
	m.mu.Lock()
	m.memory.visits[v.Feed] = v
	if v.OK() {
		m.memory.success[v.Feed] = v.At
	}
	for _, f := range found {
		for n, e := range f.result.Events {
			m.memory.enter(f.article, n, e)
		}
	}
	m.mu.Unlock()
	return m.cover(ctx, time.Now())
}

// due is when a feed may be asked again; the zero time where it never was.
func (m *Monitor) due(slug string) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.memory.visits[slug].Next
}

// cover notes how much can be seen now, if that changed by a hundredth, and shows the memory to scrapes.
func (m *Monitor) cover(ctx context.Context, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	states := m.states()
	err := m.change(ctx, now, math.Round(100*coverage(states, now))/100)
	m.show(states)
	return err
}

// sawNothingSince notes that from t on nothing can be seen: the process is down.
func (m *Monitor) sawNothingSince(ctx context.Context, t time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t.IsZero() {
		return nil
	}
	return m.change(ctx, t, 0)
}

// change appends a change of coverage to the store and the memory. The store comes first: what is not
// stored must not be shown, or the index would be another after a restart.
func (m *Monitor) change(ctx context.Context, at time.Time, ratio float64) error {
	known := m.memory.coverage
	at = at.UTC().Truncate(time.Microsecond)
	if n := len(known); n > 0 && (known[n-1].Ratio == ratio || !at.After(known[n-1].At)) {
		return nil
	}
	if err := m.store.SaveCoverage(ctx, "", store.Coverage{At: at, Ratio: ratio}); err != nil {
		return err
	}
	m.memory.coverage = append(known, tension.Change{At: at, Ratio: ratio})
	clear(m.memory.chronicles)
	return nil
}

// states is how each enabled feed does, in order of slug.
func (m *Monitor) states() []feedState {
	states := make([]feedState, 0, len(m.feeds))
	for slug, f := range m.feeds {
		states = append(states, feedState{f, m.memory.visits[slug], m.memory.success[slug]})
	}
	slices.SortFunc(states, func(a, b feedState) int { return cmp.Compare(a.feed.Slug, b.feed.Slug) })
	return states
}

// show gives scrapes a new picture of the memory.
func (m *Monitor) show(states []feedState) {
	mem := &m.memory
	for pair, book := range mem.books {
		if mem.chronicles[pair] == nil {
			mem.chronicles[pair] = book.Chronicle(tension.Seen(mem.coverage, m.constants.CoverageFloor))
		}
	}
	m.view.Store(&view{feeds: states, chronicles: maps.Clone(mem.chronicles), latest: maps.Clone(mem.latest)})
}

// coverage is the weight of the feeds that can be seen through, of those that ever answered: 0 to 1, and 0
// where none did. A feed can be seen through while its last look succeeded and its next is less than an
// interval overdue.
func coverage(states []feedState, now time.Time) float64 {
	var seen, all float64
	for _, s := range states {
		if s.success.IsZero() {
			continue
		}
		all += s.feed.Weight
		if s.visit.OK() && now.Before(s.visit.Next.Add(s.feed.Interval)) {
			seen += s.feed.Weight
		}
	}
	if all == 0 {
		return 0
	}
	return seen / all
}

// blocCoverage is coverage of each bloc's feeds.
func blocCoverage(states []feedState, now time.Time) map[string]float64 {
	blocs := make(map[string][]feedState)
	for _, s := range states {
		if s.feed.Bloc != "" {
			blocs[s.feed.Bloc] = append(blocs[s.feed.Bloc], s)
		}
	}
	ratios := make(map[string]float64, len(blocs))
	for bloc, states := range blocs {
		ratios[bloc] = coverage(states, now)
	}
	return ratios
}
