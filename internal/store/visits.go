package store

import (
	"context"
	"fmt"
	"time"

	"tensionmonitor/internal/news"
)

// RecentVisits is the visits since a moment, at most so many, the newest first.
func (s *Store) RecentVisits(ctx context.Context, since time.Time, most int) ([]news.Visit, error) {
	return s.visits(ctx, "recent visits", `WHERE at >= $1 ORDER BY at DESC, feed LIMIT $2`, micros(since), most)
}

// visits reads those that an SQL clause says; what names them in an error.
func (s *Store) visits(ctx context.Context, what, clause string, args ...any) (visits []news.Visit, err error) {
	for v, err := range query(ctx, s.read, scanVisit, `SELECT `+visitColumns+` FROM visits `+clause, args...) {
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", what, err)
		}
		visits = append(visits, v)
	}
	return visits, nil
}
