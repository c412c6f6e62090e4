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
	found, err := m.ingest(ctx, feed, last, &visit, pointers(articles))
	if err != nil {
		if ctx.Err() == nil {
			m.counts.storeErrors.WithLabelValues(opSave).Inc()
		}
		return time.Time{}, err
	}
	m.blame(ctx, opCoverage, m.remember(ctx, visit, found))
	m.counts.look(visit, found) // after the index, so that who sees an event counted sees what it did
	m.tell(last, visit, found)
	return visit.Next, nil
}

// ingest scores the articles that are not known, and then stores them in the transaction that also says when the feed is
// looked at next. Scoring comes before: the store has one writer, and who writes shall do nothing else.
func (m *Monitor) ingest(ctx context.Context, feed news.Feed, last news.Visit, visit *news.Visit, articles []*news.Article) (stored []finding, err error) {
	known, err := m.store.Meet(ctx, articles)
	if err != nil {
		return nil, err
	}
	if err := m.readPages(ctx, feed, visit, articles, known); err != nil {
		return nil, err
	}
	lexicon := m.lexicon.now.Load()
	found := m.score(lexicon, articles, known)
	err = m.store.SaveLook(ctx, func(l *store.Look) (err error) {
		if now := m.lexicon.now.Load(); now != lexicon { // it changes only while nobody can write
			lexicon, found = now, m.score(now, articles, known)
		}
		visit.Edited, visit.Renamed = 0, 0
		if err := note(l, visit, articles, known); err != nil {
			return err
		}
		if stored, err = add(l, visit, found, lexicon.Hash()); err != nil {
			return err
		}
		visit.New = len(stored)
		*visit = feeds.Settle(feed, last, *visit)
		return l.Visit(*visit)
	})
	return stored, err
}

// readPages reads the pages of the articles that are not known. This is the only time they are asked for: what comes with
// this look is stored with it, and is known from then on.
func (m *Monitor) readPages(ctx context.Context, feed news.Feed, visit *news.Visit, articles []*news.Article, known []store.Known) error {
	var fresh []*news.Article
	for i, a := range articles {
		if !known[i].Stored {
			fresh = append(fresh, a)
		}
	}
	readings := m.client.ReadPages(ctx, feed, *visit, fresh)
	if ctx.Err() != nil { // we are stopping: the look will be repeated
		return ctx.Err()
	}
	for _, r := range readings {
		m.counts.pages.WithLabelValues(r.Outcome).Inc()
		visit.Pages += one(r.Err == nil)
		if r.Err != nil {
			m.log.Debug("a page is not read", zap.String("feed", feed.Slug), zap.String("outcome", r.Outcome), zap.Error(r.Err))
		}
	}
	return nil
}

// score scores the articles that are not known.
func (m *Monitor) score(lexicon *score.Lexicon, articles []*news.Article, known []store.Known) (found []finding) {
	for i, a := range articles {
		if known[i].Stored {
			continue
		}
		f := finding{article: a}
		began := time.Now()
		lexicon.Score(a, &f.result)
		m.counts.scored(a, time.Since(began))
		found = append(found, f)
	}
	return found
}

// note notes what is new about the articles that are known.
func note(l *store.Look, visit *news.Visit, articles []*news.Article, known []store.Known) error {
	for i := range known {
		k := &known[i]
		if !k.Noteworthy() {
			continue
		}
		visit.Edited += one(k.Edited)
		visit.Renamed += one(k.Renamed)
		if err := l.Note(articles[i], k); err != nil {
			return err
		}
	}
	return nil
}

// add stores new articles, but for those that another feed has brought since they were met.
func add(l *store.Look, visit *news.Visit, found []finding, lexicon string) (stored []finding, err error) {
	articles := make([]*news.Article, len(found))
	for i := range found {
		articles[i] = found[i].article
	}
	known, err := l.Meet(articles)
	if err != nil {
		return nil, err
	}
	if err := note(l, visit, articles, known); err != nil {
		return nil, err
	}
	var rows []store.Found
	for i := range found {
		if f := &found[i]; !known[i].Stored {
			stored, rows = append(stored, *f), append(rows, store.Found{Article: f.article, Result: &f.result})
		}
	}
	return stored, l.Add(rows, lexicon)
}

func pointers(articles []news.Article) []*news.Article {
	all := make([]*news.Article, len(articles))
	for i := range articles {
		all[i] = &articles[i]
	}
	return all
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
