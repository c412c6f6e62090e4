package monitor

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"time"

	"go.uber.org/zap"

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
	blocs      map[string]float64            // how much of each bloc could be seen last
	notices    []notice                      // the articles of the last day and somewhat before
	lexicon    *score.Lexicon                // that found the events
	sides      map[string]score.Side         // of each of its kinds
	late       []finding                     // what came while the lexicon changed
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
	feed    news.Feed
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
	if mem.visits, err = m.store.LastVisits(ctx); err != nil {
		return err
	}
	m.client.Recall(mem.visits)
	if mem.success, err = m.store.LastSuccesses(ctx); err != nil {
		return err
	}
	changes, err := m.store.Coverage(ctx, "", m.constants.Since(now))
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
	if err := mem.readEvents(ctx, m.store, m.pairs, m.constants.Since(now)); err != nil {
		return mem, err
	}
	for n, err := range m.store.Notices(ctx, now.Add(-attentionSpan)) {
		if err != nil {
			return mem, err
		}
		mem.notices = append(mem.notices, mem.noticed(n.Time, n.Feed, n.Events))
	}
	return mem, nil
}

// blank is the memory of a monitor that knows nothing yet.
func (m *Monitor) blank(l *score.Lexicon) memory {
	mem := memory{lexicon: l, sides: make(map[string]score.Side), blocs: make(map[string]float64), books: make(map[string]*tension.Book), chronicles: make(map[string]*tension.Chronicle), latest: make(map[string]time.Time)}
	for _, k := range l.Kinds() {
		mem.sides[k.Name] = k.Side
	}
	for _, pair := range m.pairs {
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
	m.memory.notices = slices.DeleteFunc(slices.Clone(m.memory.notices), func(n notice) bool { return now.Sub(n.at) >= attentionSpan })
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

// showEvery is how often scrapes get a new picture while looks are stored one after the other. To draw one costs as much
// as storing a look, and grows with the feeds and the stories.
const showEvery = time.Second

// remember takes in a look that was stored, and shows what that changes: at once if no other look is about to, else
// within a second.
func (m *Monitor) remember(ctx context.Context, v news.Visit, found []finding) error {
	m.mu.Lock()
	m.memory.visits[v.Feed] = v
	if v.OK() {
		m.memory.success[v.Feed] = v.At
	}
	for _, f := range found {
		if m.switching.Load() {
			m.memory.late = append(m.memory.late, f)
		} else {
			m.enterAll(f)
		}
	}
	last, due := m.storing.Add(-1) <= 0, time.Since(m.shown) >= showEvery
	m.mu.Unlock()
	if !last && !due {
		return nil
	}
	return m.cover(ctx, time.Now())
}

// enterAll takes in an article.
func (m *Monitor) enterAll(f finding) {
	for n, e := range f.result.Events {
		m.memory.enter(f.article, n, e)
	}
	m.memory.notices = append(m.memory.notices, m.memory.noticed(f.article.Time(), f.article.Feed, f.result.Events))
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
	m.shown = now
	states := m.states()
	err := errors.Join(m.change(ctx, now, hundredths(coverage(states, now))), m.changeBlocs(ctx, now, states))
	m.show(states)
	return err
}

func hundredths(ratio float64) float64 { return math.Round(100*ratio) / 100 }

// changeBlocs stores how much can be seen of each bloc, where that changed. The index does not ask; who looks into
// the silence of a country does.
func (m *Monitor) changeBlocs(ctx context.Context, now time.Time, states []feedState) error {
	for bloc, ratio := range blocCoverage(states, now) {
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
	for bloc := range blocCoverage(m.states(), t) {
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
	m.view.Store(&view{feeds: states, chronicles: maps.Clone(mem.chronicles), latest: maps.Clone(mem.latest), notices: mem.notices, lexicon: mem.lexicon})
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
		if s.seen(now) {
			seen += s.feed.Weight
		}
	}
	if all == 0 {
		return 0
	}
	return seen / all
}

// seen says whether a feed that answered once can be seen through.
func (s *feedState) seen(now time.Time) bool {
	return s.visit.OK() && now.Before(s.visit.Next.Add(s.feed.Interval))
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
