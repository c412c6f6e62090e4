package store

import (
	"context"
	"fmt"
)

// ScoredBy says whether what is derived from all articles was derived by the lexicon with this hash.
func (s *Store) ScoredBy(ctx context.Context, lexicon string) (all bool, err error) {
	// Two seeks in the index; <> would read all of it.
	err = s.read.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM articles WHERE lexicon < $1)
		AND NOT EXISTS (SELECT 1 FROM articles WHERE lexicon > $2)`, lexicon, lexicon).Scan(&all)
	if err != nil {
		return false, fmt.Errorf("reading by which lexicon articles were scored: %w", err)
	}
	return all, nil
}
