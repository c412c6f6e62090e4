package monitor

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
	"tensionmonitor/internal/store"
	"tensionmonitor/internal/tension"
)

// memory is what the store says and a scrape needs. It is rebuilt from the store at the start.
type memory struct {
	feeds      []feedState                   // in order of slug
	lastSign   time.Time                     // the latest moment of which the store says that a process was there
	books      map[string]*tension.Book      // by pair
	chronicles map[string]*tension.Chronicle // what the books tell; a new one when there is more
	latest     map[string]time.Time          // the time of the latest event of each pair
	coverage   []tension.Change              // how much could be seen, and when
	blocs      map[string]float64            // how much of each bloc could be seen last
	notices    []notice                      // the articles of the last day and somewhat before
	pairs      map[string]int32              // the place of each pair
	lexicon    *score.Lexicon                // that found the events
	sides      map[string]score.Side         // of each of its kinds
	late       []finding                     // what came while the lexicon changed
}

// pictures are the views of the memory. One is drawn when somebody wants to look and something has changed since the last
// was: looks come by the hundred a second, and a picture costs as much as storing a look.
type pictures struct {
	stale atomic.Bool
	last  atomic.Pointer[view]
	draw  func() // puts a picture into last
}

// Load is the memory as it is now; nil before the store is read.
func (p *pictures) Load() *view {
	if p.stale.Load() {
		p.draw()
	}
	return p.last.Load()
}

// view is what a scrape reads: a picture of the memory that nobody changes.
type view struct {
	feeds      []feedState                   // in order of slug
	chronicles map[string]*tension.Chronicle // by pair
	latest     map[string]time.Time          // by pair
	notices    []notice
	lexicon    *score.Lexicon
}

// feedState is how a feed does.
type feedState struct {
	feed    *news.Feed
	visit   news.Visit // the last; zero where there was none
	success time.Time  // of the last look that succeeded; zero where none did
}

// recall fills the memory from the store.
func (m *Monitor) recall(ctx context.Context) error {
	now := time.Now()
	l := m.lexicon.now.Load()
	if err := m.rescore(ctx, l); err != nil {
		return err
	}
	mem, err := m.read(ctx, l)
	if err != nil {
		return err
	}
	if err := m.readFeeds(ctx, &mem); err != nil {
		return err
	}
	changes, err := m.store.Coverage(ctx, "", m.constants.Since(now))
	if err != nil {
		return err
	}
	for _, c := range changes {
		mem.coverage = append(mem.coverage, tension.Change(c))
		mem.sign(c.At.Add(time.Microsecond))
	}
	m.mu.Lock()
	m.memory = mem
	m.mu.Unlock()
	return m.wake(ctx, now)
}

// readFeeds reads how each feed does.
func (m *Monitor) readFeeds(ctx context.Context, mem *memory) error {
	visits, err := m.store.LastVisits(ctx)
	if err != nil {
		return err
	}
	successes, err := m.store.LastSuccesses(ctx)
	if err != nil {
		return err
	}
	m.client.Recall(visits)
	for slug, v := range visits {
		mem.sign(v.At.Add(v.Took))
		if i, ours := m.places[slug]; ours {
			mem.feeds[i].visit, mem.feeds[i].success = v, successes[slug]
		}
	}
	return nil
}

// sign takes in a sign of life.
func (mem *memory) sign(at time.Time) {
	if at.After(mem.lastSign) {
		mem.lastSign = at
	}
}

// rescore sees to it that one lexicon found all events there are. There is no index until then: what two
// lexicons found together is nobody's.
func (m *Monitor) rescore(ctx context.Context, l *score.Lexicon) error {
	same, err := m.store.ScoredBy(ctx, l.Hash())
	if err != nil || same {
		return err
	}
	m.log.Info("articles scored by another lexicon are scored anew before there is an index", zap.String("version", l.Version()), zap.String("hash", l.Hash()))
	return Rescore(ctx, m.store, l, nil)
}

// read reads from the store what a lexicon found.
func (m *Monitor) read(ctx context.Context, l *score.Lexicon) (memory, error) {
	mem := m.blank(l)
	now := time.Now()
	recent := now.Add(-attentionSpan)
	escalates, err := mem.readEvents(ctx, m.store, m.pairs, m.constants.Since(now), recent)
	if err != nil {
		return mem, err
	}
	for n, err := range m.store.Notices(ctx, recent) {
		if err != nil {
			return mem, fmt.Errorf("reading recent articles: %w", err)
		}
		if place, ours := m.places[n.Feed]; ours && !n.Time.Before(recent) {
			mem.takeNote(n.Time, place, escalates[n.Article])
		}
	}
	return mem, nil
}

// blank is the memory of a monitor that knows nothing yet.
func (m *Monitor) blank(l *score.Lexicon) memory {
	mem := memory{feeds: slices.Clone(m.unread), lexicon: l, pairs: make(map[string]int32), sides: make(map[string]score.Side), blocs: make(map[string]float64), books: make(map[string]*tension.Book), chronicles: make(map[string]*tension.Chronicle), latest: make(map[string]time.Time)}
	for _, k := range l.Kinds() {
		mem.sides[k.Name] = k.Side
	}
	for i, pair := range m.pairs {
		mem.pairs[pair] = int32(i)
		mem.books[pair] = tension.NewBook(pair, l.Kinds(), m.constants)
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
	m.memory.notices = slices.DeleteFunc(slices.Clone(m.memory.notices), func(n notice) bool { return n.at <= now.Add(-attentionSpan).UnixMicro() })
	clear(m.memory.chronicles)
	m.view.stale.Store(true)
}

// wake notes that nothing was seen since the process before this one gave its last sign of life, and what
// can be seen now. Then the index is complete.
func (m *Monitor) wake(ctx context.Context, now time.Time) error {
	if err := m.sawNothingSince(ctx, m.memory.lastSign); err != nil {
		return err
	}
	m.view.stale.Store(true)
	return m.cover(ctx, now)
}

// remember takes in a look that was stored, and shows what that changes to whoever looks next.
func (m *Monitor) remember(ctx context.Context, v news.Visit, found []finding) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	s := &m.memory.feeds[m.places[v.Feed]]
	before := s.share(now)
	s.visit = v
	if v.OK() {
		s.success = v.At
	}
	for _, f := range found {
		if m.switching.Load() {
			m.memory.late = append(m.memory.late, f)
		} else {
			m.enterAll(f)
		}
	}
	m.view.stale.Store(true)
	if s.share(now) == before {
		return nil
	}
	return m.noteCoverage(ctx, now)
}

// enterAll takes in an article.
func (m *Monitor) enterAll(f finding) {
	for n, e := range f.result.Events {
		m.memory.enter(f.article, n, e)
	}
	m.memory.takeNote(f.article.Time(), m.places[f.article.Feed], m.memory.escalated(f.result.Events))
}

// due is when a feed may be asked again; the zero time where it never was.
func (m *Monitor) due(slug string) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.memory.feeds[m.places[slug]].visit.Next
}

// cover notes how much can be seen now: feeds that are not looked at in time are seen no longer.
func (m *Monitor) cover(ctx context.Context, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.noteCoverage(ctx, now)
}

// noteCoverage stores how much can be seen, where that changed by a hundredth.
func (m *Monitor) noteCoverage(ctx context.Context, now time.Time) error {
	m.view.stale.Store(true)
	all, blocs := sightOf(m.memory.feeds, now)
	return errors.Join(m.change(ctx, now, hundredths(all)), m.changeBlocs(ctx, now, blocs))
}

func hundredths(ratio float64) float64 { return math.Round(100*ratio) / 100 }

// changeBlocs stores how much can be seen of each bloc, where that changed. The index does not ask; who looks into
// the silence of a country does.
func (m *Monitor) changeBlocs(ctx context.Context, now time.Time, blocs map[string]float64) error {
	for bloc, ratio := range blocs {
		ratio = hundredths(ratio)
		if old, known := m.memory.blocs[bloc]; known && old == ratio {
			continue
		}
		if err := m.store.SaveCoverage(ctx, bloc, store.Coverage{At: now.UTC().Truncate(time.Microsecond), Ratio: ratio}); err != nil {
			return err
		}
		m.memory.blocs[bloc] = ratio
	}
	return nil
}

// sawNothingSince notes that from t on nothing can be seen: the process is down.
func (m *Monitor) sawNothingSince(ctx context.Context, t time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t.IsZero() {
		return nil
	}
	for bloc := range blocCoverage(m.memory.feeds, t) {
		if err := m.store.SaveCoverage(ctx, bloc, store.Coverage{At: t.UTC().Truncate(time.Microsecond)}); err != nil {
			return err
		}
		m.memory.blocs[bloc] = 0
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

// draw gives scrapes a new picture of the memory.
func (m *Monitor) draw() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.view.stale.Swap(false) { // somebody was faster
		return
	}
	mem := &m.memory
	for pair, book := range mem.books {
		if mem.chronicles[pair] == nil {
			mem.chronicles[pair] = book.Chronicle(tension.Seen(mem.coverage, m.constants.CoverageFloor))
		}
	}
	m.view.last.Store(&view{feeds: slices.Clone(mem.feeds), chronicles: maps.Clone(mem.chronicles), latest: maps.Clone(mem.latest), notices: mem.notices, lexicon: mem.lexicon})
}

// coverage is the weight of the feeds that can be seen through, of those that ever answered: 0 to 1, and 0
// where none did. A feed can be seen through while its last look succeeded and its next is less than an
// interval overdue.
func coverage(states []feedState, now time.Time) float64 {
	all, _ := sightOf(states, now)
	return all
}

// blocCoverage is coverage of each bloc's feeds.
func blocCoverage(states []feedState, now time.Time) map[string]float64 {
	_, blocs := sightOf(states, now)
	return blocs
}

// sightOf is coverage, and that of each bloc.
func sightOf(states []feedState, now time.Time) (all float64, blocs map[string]float64) {
	var sum share
	sums := make(map[string]share)
	for i := range states {
		s := &states[i]
		part := s.share(now)
		sum = sum.and(part)
		if s.feed.Bloc != "" {
			sums[s.feed.Bloc] = sums[s.feed.Bloc].and(part)
		}
	}
	blocs = make(map[string]float64, len(sums))
	for bloc, sum := range sums {
		blocs[bloc] = sum.ratio()
	}
	return sum.ratio(), blocs
}

// share is what feeds contribute to coverage.
type share struct {
	seen float64 // weight of those that can be seen through
	all  float64 // weight of those that ever answered
}

// share is what the feed contributes.
func (s *feedState) share(now time.Time) share {
	switch {
	case s.success.IsZero():
		return share{}
	case s.seen(now):
		return share{s.feed.Weight, s.feed.Weight}
	}
	return share{0, s.feed.Weight}
}

// seen says whether a feed that answered once can be seen through.
func (s *feedState) seen(now time.Time) bool {
	return s.visit.OK() && now.Before(s.visit.Next.Add(s.feed.Interval))
}

func (s share) and(t share) share { return share{s.seen + t.seen, s.all + t.all} }

func (s share) ratio() float64 {
	if s.all == 0 {
		return 0
	}
	return s.seen / s.all
}
