package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// pruneBatch is how many articles go in one transaction: few enough that a poll waiting for the writer does
// not notice.
const pruneBatch = 500

// Prune forgets articles first seen before articles, with their events, and visits before visits. The last
// visit to a feed always stays: it is the poller's memory.
func (s *Store) Prune(ctx context.Context, articles, visits time.Time) error {
	for n := int64(pruneBatch); n == pruneBatch; {
		res, err := s.write.ExecContext(ctx, `DELETE FROM articles WHERE id IN
			(SELECT id FROM articles WHERE first_seen < $1 ORDER BY first_seen, id LIMIT $2)`, micros(articles), pruneBatch)
		if err == nil {
			n, err = res.RowsAffected()
		}
		if err != nil {
			return fmt.Errorf("pruning articles: %w", err)
		}
	}
	_, err := s.write.ExecContext(ctx, `DELETE FROM visits WHERE at < $1
		AND at < (SELECT max(at) FROM visits w WHERE w.feed = visits.feed)`, micros(visits))
	if err != nil {
		return fmt.Errorf("pruning visits: %w", err)
	}
	return nil
}

// Coverage is how much could be seen from a moment on, until the next change.
type Coverage struct {
	At    time.Time
	Ratio float64 // 0 to 1
}

// SaveCoverage notes that coverage changed. Bloc "" is the whole.
func (s *Store) SaveCoverage(ctx context.Context, bloc string, c Coverage) error {
	_, err := s.write.ExecContext(ctx, `INSERT INTO coverage (bloc, at, ratio) VALUES ($1, $2, $3)
		ON CONFLICT (bloc, at) DO UPDATE SET ratio = excluded.ratio`, bloc, micros(c.At), c.Ratio)
	if err != nil {
		return fmt.Errorf("saving coverage: %w", err)
	}
	return nil
}

// Coverage is how coverage of a bloc ("" is the whole) changed from the last change before since on, in
// order of time.
func (s *Store) Coverage(ctx context.Context, bloc string, since time.Time) ([]Coverage, error) {
	var all []Coverage
	for c, err := range query(ctx, s.read, scanCoverage, `SELECT at, ratio FROM coverage WHERE bloc = $1
		AND at >= coalesce((SELECT max(at) FROM coverage WHERE bloc = $2 AND at <= $3), 0) ORDER BY at`, bloc, bloc, micros(since)) {
		if err != nil {
			return nil, fmt.Errorf("reading coverage: %w", err)
		}
		all = append(all, c)
	}
	return all, nil
}

func scanCoverage(scan func(...any) error) (c Coverage, err error) {
	var at sql.NullInt64
	err = scan(&at, &c.Ratio)
	c.At = fromMicros(at)
	return c, err
}
