package store

import (
	"context"
	"database/sql"
	"fmt"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

// byOthers is a condition on articles: scored by other lexicons. As two ranges it seeks in the index; <> would read all.
const byOthers = `(lexicon < $1 OR lexicon > $2)`

// ScoredBy says whether what is derived from all articles was derived by the lexicon with this hash.
func (s *Store) ScoredBy(ctx context.Context, lexicon string) (all bool, err error) {
	all, err = scoredBy(ctx, s.read, lexicon)
	return all, wrap("reading by which lexicon articles were scored", err)
}

func scoredBy(ctx context.Context, db interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}, lexicon string) (all bool, err error) {
	err = db.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM articles WHERE `+byOthers+`)`, lexicon, lexicon).Scan(&all)
	return all, err
}

// CountScoredByOthers counts the articles that other lexicons scored.
func (s *Store) CountScoredByOthers(ctx context.Context, lexicon string) (n int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM articles WHERE `+byOthers, lexicon, lexicon).Scan(&n)
	return n, wrap("counting articles scored by another lexicon", err)
}

// ScoredByOthers are up to most articles that other lexicons scored, text included.
func (s *Store) ScoredByOthers(ctx context.Context, lexicon string, most int) (articles []news.Article, err error) {
	for a, err := range query(ctx, s.read, scanArticle, `SELECT `+articleColumns+`, text FROM articles WHERE `+byOthers+` LIMIT $3`, lexicon, lexicon, most) {
		if err != nil {
			return nil, wrap("reading articles scored by another lexicon", err)
		}
		articles = append(articles, a)
	}
	return articles, nil
}

// Rescored replaces what was derived from articles by what the lexicon with this hash found in them, in one
// transaction. An article that was pruned meanwhile stays away.
func (s *Store) Rescored(ctx context.Context, articles []news.Article, found []score.Result, lexicon string) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		l := &Look{ctx, tx}
		for i := range articles {
			if err := l.replace(&articles[i], &found[i], lexicon); err != nil {
				return fmt.Errorf("article %q: %w", articles[i].ID, err)
			}
		}
		return nil
	})
	return wrap("storing what was scored anew", err)
}

func (l *Look) replace(a *news.Article, found *score.Result, lexicon string) error {
	res, err := l.tx.ExecContext(l.ctx, `UPDATE articles SET relevant = $1, lexicon = $2 WHERE id = $3`, found.Relevant, lexicon, a.ID)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	if _, err := l.tx.ExecContext(l.ctx, `DELETE FROM events WHERE article = $1`, a.ID); err != nil {
		return err
	}
	return addEvents.run(l.ctx, l.tx, eventsOf(nil, a, found))
}

// Unscore makes all articles count as scored by no lexicon, up to most in one transaction, and says whether there are
// more of them.
func (s *Store) Unscore(ctx context.Context, most int) (more bool, err error) {
	res, err := s.write.ExecContext(ctx, `UPDATE articles SET lexicon = '' WHERE id IN (SELECT id FROM articles WHERE lexicon > '' LIMIT $1)`, most)
	if err != nil {
		return false, wrap("marking articles", err)
	}
	n, err := res.RowsAffected()
	return n == int64(most), err
}

// Settled runs do, if all articles are scored by one lexicon, while nobody can write; and says whether it did.
// Do must not use the store.
func (s *Store) Settled(ctx context.Context, lexicon string, do func()) (settled bool, err error) {
	err = s.inTx(ctx, func(tx *sql.Tx) (err error) {
		if settled, err = scoredBy(ctx, tx, lexicon); settled && err == nil {
			do()
		}
		return err
	})
	return settled, wrap("changing the lexicon", err)
}

func wrap(deed string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", deed, err)
}
