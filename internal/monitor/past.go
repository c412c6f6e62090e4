package monitor

import (
	"context"
	"iter"
	"time"

	"tensionmonitor/internal/score"
	"tensionmonitor/internal/store"
	"tensionmonitor/internal/tension"
)

// Reports are the events of pairs in the stored articles whose time is since or later, as a lexicon finds them. Where it is
// the one that scored them, the stored events are read; otherwise the articles are scored anew, and nothing
// is stored.
func Reports(ctx context.Context, s *store.Store, l *score.Lexicon, pairs []string, since time.Time) iter.Seq2[tension.Report, error] {
	return func(yield func(tension.Report, error) bool) {
		same, err := s.ScoredBy(ctx, l.Hash())
		switch {
		case err != nil:
			yield(tension.Report{}, err)
		case same:
			storedReports(ctx, s, pairs, since, yield)
		default:
			scoredReports(ctx, s, l, since, yield)
		}
	}
}

func storedReports(ctx context.Context, s *store.Store, pairs []string, since time.Time, yield func(tension.Report, error) bool) {
	for _, pair := range pairs {
		for t, err := range s.Told(ctx, pair, since) {
			if !yield(reportOf(&t), err) || err != nil {
				return
			}
		}
	}
}

func reportOf(t *store.Told) tension.Report {
	return tension.Report{Event: t.Event, N: t.N, Article: t.Article, Source: t.Source, Time: t.Time, FirstSeen: t.FirstSeen, Ageless: t.Ageless}
}

func scoredReports(ctx context.Context, s *store.Store, l *score.Lexicon, since time.Time, yield func(tension.Report, error) bool) {
	var result score.Result
	for a, err := range s.Articles(ctx) {
		if err != nil {
			yield(tension.Report{}, err)
			return
		}
		if a.Time().Before(since) {
			continue
		}
		l.Score(&a, &result)
		for n, e := range result.Events {
			if !yield(tension.ReportOf(&a, n, e), nil) {
				return
			}
		}
	}
}

// Coverage is how much could be seen from a moment on, as the daemon stored it. A store without any says that
// nothing could be seen.
func Coverage(ctx context.Context, s *store.Store, since time.Time, floor float64) (tension.Coverage, error) {
	stored, err := s.Coverage(ctx, "", since)
	if err != nil {
		return tension.Coverage{}, err
	}
	changes := []tension.Change{{}} // before the first look nothing was seen
	for _, c := range stored {
		changes = append(changes, tension.Change(c))
	}
	return tension.Seen(changes, floor), nil
}
