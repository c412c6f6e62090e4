package monitor

import (
	"context"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
	"tensionmonitor/internal/store"
)

// words are the lexicon in use, which can change while looks go on.
type words struct{ now atomic.Pointer[score.Lexicon] }

// Score says what an article says.
func (w *words) Score(a *news.Article, r *score.Result) { w.now.Load().Score(a, r) }

// Hash is the lexicon's, as hexadecimal digits.
func (w *words) Hash() string { return w.now.Load().Hash() }

// Kinds are the lexicon's.
func (w *words) Kinds() []score.Kind { return w.now.Load().Kinds() }

// rescoreBatch is how many articles are scored anew in one transaction: few enough that a poll waiting for the
// writer does not notice.
const rescoreBatch = 200

// followEvery is how often the store is asked whether somebody scores it by another lexicon.
const followEvery = 5 * time.Second

// Rescore scores the stored articles that another lexicon scored, batch by batch, until there are none. It
// can be ended at any moment and begun again, and others may write meanwhile. Told, where given, hears how many
// are done and how many there were.
func Rescore(ctx context.Context, s *store.Store, l *score.Lexicon, told func(done, all int64)) error {
	all, err := s.CountScoredByOthers(ctx, l.Hash())
	if err != nil {
		return err
	}
	for done := int64(0); ; {
		articles, err := s.ScoredByOthers(ctx, l.Hash(), rescoreBatch)
		if err != nil || len(articles) == 0 {
			return err
		}
		results := make([]score.Result, len(articles))
		for i := range articles {
			l.Score(&articles[i], &results[i])
		}
		if err := s.Rescored(ctx, articles, results, l.Hash()); err != nil {
			return err
		}
		done += int64(len(articles))
		if told != nil {
			told(done, max(all, done))
		}
	}
}

// follow takes up a new lexicon once somebody scored stored articles by it. Until all of them are, and all that
// was read meanwhile, the index stays what the old one made it; then it changes at once, and the
// version with it.
func (m *Monitor) follow(ctx context.Context) error {
	same, err := m.store.ScoredBy(ctx, m.lexicon.Hash())
	if err != nil || same {
		return err
	}
	l, err := m.reload()
	if err != nil || l.Hash() == m.lexicon.Hash() {
		if !m.warned {
			m.log.Warn("articles in the store are scored by another lexicon than this process has", zap.String("hash", m.lexicon.Hash()), zap.Error(err))
		}
		m.warned = true
		return nil
	}
	m.warned = false
	return m.take(ctx, l)
}

// take changes to a lexicon, in a write transaction that finds no article of another. A look that was scored by the old one
// and waits to be stored is scored anew: who writes asks which lexicon is in use.
func (m *Monitor) take(ctx context.Context, l *score.Lexicon) error {
	m.log.Info("the lexicon changes", zap.String("version", l.Version()), zap.String("hash", l.Hash()))
	for settled := false; !settled; {
		if err := Rescore(ctx, m.store, l, nil); err != nil {
			return err
		}
		var err error
		settled, err = m.store.Settled(ctx, l.Hash(), func() {
			m.switching.Store(true)
			m.lexicon.now.Store(l)
		})
		if err != nil {
			m.switching.Store(false)
			return err
		}
	}
	fresh, err := m.read(ctx, l)
	m.mu.Lock()
	defer m.mu.Unlock()
	defer m.switching.Store(false)
	if err != nil {
		return err // the next start reads all anew
	}
	m.counts.start(m.feeds, m.pairs, l.Kinds(), nil)
	m.memory.lexicon, m.memory.sides, m.memory.books, m.memory.chronicles, m.memory.latest, m.memory.notices = l, fresh.sides, fresh.books, fresh.chronicles, fresh.latest, fresh.notices
	late := m.memory.late
	m.memory.late = nil
	for _, f := range late { // some of them the old lexicon scored
		l.Score(f.article, &f.result)
		m.enterAll(f)
	}
	m.view.stale.Store(true)
	m.log.Info("the lexicon has changed, and the index with it", zap.String("hash", l.Hash()))
	return nil
}
