package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

// Look is what one look at a feed writes. All of it happened or none of it.
type Look struct {
	ctx                      context.Context
	known, name, put, report *sql.Stmt
	tx                       *sql.Tx
}

// SaveLook runs write in one transaction. Nothing in write may use the store but through its Look: there is
// one writing connection, and the transaction holds it.
func (s *Store) SaveLook(ctx context.Context, write func(*Look) error) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		l := &Look{ctx: ctx, tx: tx}
		if err := l.prepare(); err != nil {
			return err
		}
		return write(l)
	})
	if err != nil {
		return fmt.Errorf("saving a look: %w", err)
	}
	return nil
}

// prepare readies the statements that a long feed runs hundreds of times; they close with the transaction.
func (l *Look) prepare() error {
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&l.known, `SELECT article FROM sightings WHERE name = $1 ORDER BY seen, article LIMIT 1`},
		{&l.name, `INSERT INTO sightings (name, feed, article, seen) VALUES ($1, $2, $3, $4) ON CONFLICT (name, feed) DO NOTHING`},
		{&l.put, `INSERT INTO articles (` + articleColumns + `, text, relevant, lexicon)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`},
		{&l.report, `INSERT INTO events (article, n, at, ` + eventColumns + `)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`},
	} {
		var err error
		if *p.stmt, err = l.tx.PrepareContext(l.ctx, p.text); err != nil {
			return err
		}
	}
	return nil
}

// Known says whether the article is stored under any of its keys. If so, the keys that are new are noted, so
// that it stays known when a source changes one key at a time. The stored text is left as it first was.
func (l *Look) Known(a *news.Article) (bool, error) {
	for _, key := range a.Keys {
		var id string
		err := l.known.QueryRowContext(l.ctx, key).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return false, err
		}
		return true, l.sight(a, id)
	}
	return false, nil
}

func (l *Look) sight(a *news.Article, id string) error {
	for _, key := range a.Keys {
		if _, err := l.name.ExecContext(l.ctx, key, a.Feed, id, micros(a.FirstSeen)); err != nil {
			return err
		}
	}
	return nil
}

// Add stores an article that is not known, and what the lexicon with the given hash found in it.
func (l *Look) Add(a *news.Article, found *score.Result, lexicon string) error {
	_, err := l.put.ExecContext(l.ctx, a.ID, a.Feed, a.Title, a.Link, a.Language, a.Outlet, a.Family, a.Bloc, a.Weight,
		micros(a.Published), micros(a.FirstSeen), a.FirstLook, a.Text, found.Relevant, lexicon)
	if err != nil {
		return fmt.Errorf("article %q: %w", a.ID, err)
	}
	if err := l.sight(a, a.ID); err != nil {
		return err
	}
	for n, e := range found.Events {
		_, err := l.report.ExecContext(l.ctx, a.ID, n, micros(a.Time()), e.Pair, e.Kind, e.From, e.To, e.Intensity, e.Confidence,
			e.Place, e.Number, e.Field, e.Span[0], e.Span[1], e.Text, e.Rule)
		if err != nil {
			return fmt.Errorf("article %q, event %d: %w", a.ID, n, err)
		}
	}
	return nil
}

// Visit stores the look itself, and with it when the feed is looked at next.
func (l *Look) Visit(v news.Visit) error {
	_, err := l.tx.ExecContext(l.ctx, `INSERT INTO visits (`+visitColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		v.Feed, micros(v.At), v.Took.Microseconds(), v.URL, v.Status, v.Bytes, v.Items, v.New, v.Class, v.Error, v.Failures,
		v.ETag, v.LastModified, v.From, v.Digest, micros(v.Read), micros(v.Newest), micros(v.Oldest), micros(v.Next))
	return err
}
