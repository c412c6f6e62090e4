package store

import (
	"context"
	"fmt"
	"time"

	"tensionmonitor/internal/news"
)

// RecentVisits is the visits since a moment, at most so many, the newest first.
func (s *Store) RecentVisits(ctx context.Context, since time.Time, most int) ([]news.Visit, error) {
	var visits []news.Visit
	for v, err := range query(ctx, s.read, scanVisit, `SELECT `+visitColumns+` FROM visits WHERE at >= $1 ORDER BY at DESC, feed LIMIT $2`, micros(since), most) {
		if err != nil {
			return nil, fmt.Errorf("reading recent visits: %w", err)
		}
		visits = append(visits, v)
	}
	return visits, nil
}
