package monitor

import (
	"context"
	"time"

	"go.uber.org/zap"

	"tensionmonitor/internal/feeds"
	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
	"tensionmonitor/internal/store"
)

// finding is a new article and what the lexicon found in it.
type finding struct {
	article *news.Article
	result  score.Result
}

// look looks at a feed if it is due, stores what it found, and says when to look next. The feed's row
// decides, not the job: a job that runs again after a crash asks nothing too early.
func (m *Monitor) look(ctx context.Context, feed news.Feed) (next time.Time, err error) {
	last, err := m.store.LastVisit(ctx, feed.Slug)
	if err != nil {
		m.counts.storeErrors.WithLabelValues(opRead).Inc()
		return time.Time{}, err
	}
	now := time.Now()
	if now.Before(last.Next) && last.URL == feed.URL { // a corrected address need not wait
		return last.Next, nil
	}
	articles, visit := m.client.Look(ctx, feed, last, now)
	if visit.At.IsZero() { // the feed's host has others to answer; nothing was asked
		return visit.Next, nil
	}
	if ctx.Err() != nil { // we are stopping: that says nothing about the feed
		return time.Time{}, ctx.Err()
	}
	m.storing.Add(1)
	found, err := m.ingest(ctx, feed, last, &visit, articles)
	if err != nil {
		m.storing.Add(-1)
		m.counts.storeErrors.WithLabelValues(opSave).Inc()
		return time.Time{}, err
	}
	m.blame(ctx, opCoverage, m.remember(ctx, visit, found))
	m.counts.look(visit, found) // after the index, so that who sees an event counted sees what it did
	m.tell(last, visit, found)
	return visit.Next, nil
}

// ingest scores and stores the articles that are not known, one after the other, in the transaction that
// also says when the feed is looked at next.
func (m *Monitor) ingest(ctx context.Context, feed news.Feed, last news.Visit, visit *news.Visit, articles []news.Article) (found []finding, err error) {
	err = m.store.SaveLook(ctx, func(l *store.Look) error {
		found, visit.Edited, visit.Renamed = found[:0], 0, 0
		for i := range articles {
			a := &articles[i]
			known, err := l.Meet(a)
			if err != nil {
				return err
			}
			if known.Stored {
				visit.Edited += one(known.Edited)
				visit.Renamed += one(known.Renamed)
				continue
			}
			f := finding{article: a}
			began := time.Now()
			m.lexicon.Score(a, &f.result)
			m.counts.scoreSeconds.Observe(time.Since(began).Seconds())
			if err := l.Add(a, &f.result, m.lexicon.Hash()); err != nil {
				return err
			}
			found = append(found, f)
		}
		visit.New = len(found)
		*visit = feeds.Settle(feed, last, *visit)
		return l.Visit(*visit)
	})
	return found, err
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// tell logs what a person on call would want: each new event with the words that say so, and a feed's
// trouble when it begins, changes or ends. A standing trouble is counted, not repeated.
func (m *Monitor) tell(last, v news.Visit, found []finding) {
	switch {
	case v.Class != last.Class && !v.OK():
		m.log.Warn("a feed fails", zap.String("feed", v.Feed), zap.String("reason", v.Class), zap.String("error", v.Error), zap.Time("next", v.Next))
	case v.OK() && !last.OK():
		m.log.Info("a feed answers again", zap.String("feed", v.Feed), zap.Int("failures", last.Failures))
	}
	for _, f := range found {
		for _, e := range f.result.Events {
			m.log.Info("event", zap.String("pair", e.Pair), zap.String("kind", e.Kind), zap.String("from", e.From), zap.String("to", e.To),
				zap.Float64("intensity", e.Intensity), zap.String("words", e.Text), zap.String("rule", e.Rule), zap.String("feed", v.Feed),
				zap.String("title", f.article.Title), zap.String("link", f.article.Link), zap.Time("published", f.article.Time()))
		}
	}
}
