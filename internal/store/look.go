package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

// Look is what one look at a feed writes. All of it happened or none of it.
type Look struct {
	ctx                      context.Context
	known, name, put, report *sql.Stmt
	edit, revise             *sql.Stmt
	tx                       *sql.Tx
}

// SaveLook runs write in one transaction. Nothing in write may use the store but through its Look: there is
// one writing connection, and the transaction holds it.
func (s *Store) SaveLook(ctx context.Context, write func(*Look) error) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		return write(&Look{ctx: ctx, tx: tx})
	})
	if err != nil {
		return fmt.Errorf("saving a look: %w", err)
	}
	return nil
}

// prepare readies the statements that a long feed runs hundreds of times, and one that brought nothing never; they close
// with the transaction.
func (l *Look) prepare() error {
	if l.known != nil {
		return nil
	}
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&l.known, `SELECT a.id, a.feed, a.wording FROM sightings s JOIN articles a ON a.id = s.article WHERE s.name = $1 ORDER BY s.seen, a.id LIMIT 1`},
		{&l.name, `INSERT INTO sightings (name, feed, article, seen) VALUES ($1, $2, $3, $4) ON CONFLICT (name, feed) DO NOTHING`},
		{&l.put, `INSERT INTO articles (` + articleColumns + `, text, relevant, lexicon, wording)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`},
		{&l.edit, `UPDATE articles SET wording = $1, edits = edits + 1 WHERE id = $2`},
		{&l.revise, `INSERT INTO revisions (article, seen, title, text) SELECT id, $1, $2, $3 FROM articles WHERE id = $4 AND edits <= $5 ON CONFLICT DO NOTHING`},
		{&l.report, `INSERT INTO events (article, n, at, first_seen, ageless, family, bloc, weight, ` + eventColumns + `)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`},
	} {
		var err error
		if *p.stmt, err = l.tx.PrepareContext(l.ctx, p.text); err != nil {
			return err
		}
	}
	return nil
}

// maxRevisions is how many later versions of an article are kept. More are counted only: a feed that puts the time of
// day into its texts must not fill the disk.
const maxRevisions = 10

// Known is what is known of an article.
type Known struct {
	Stored  bool // it is stored under one of its keys
	Edited  bool // its feed has another title or text now
	Renamed bool // its feed has another guid for it now
}

// Meet says whether the article is stored under any of its keys. If so, the keys that are new are noted, so that it
// stays known when a source changes one key at a time, and so is a text or title that its feed has changed. The stored
// article is left as it first was. What other feeds call it or make of it is no change.
func (l *Look) Meet(a *news.Article) (k Known, err error) {
	if err := l.prepare(); err != nil {
		return k, err
	}
	for _, key := range a.Keys {
		var id, feed, wording string
		err := l.known.QueryRowContext(l.ctx, key).Scan(&id, &feed, &wording)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return k, err
		}
		k.Stored, k.Edited = true, feed == a.Feed && wording != wordingOf(a)
		renamed, err := l.sight(a, id)
		if err != nil {
			return k, err
		}
		k.Renamed = renamed && feed == a.Feed
		if k.Edited {
			err = l.revision(a, id)
		}
		return k, err
	}
	return k, nil
}

// revision notes another version of an article.
func (l *Look) revision(a *news.Article, id string) error {
	if _, err := l.edit.ExecContext(l.ctx, wordingOf(a), id); err != nil {
		return err
	}
	_, err := l.revise.ExecContext(l.ctx, micros(a.FirstSeen), a.Title, a.Text, id, maxRevisions)
	return err
}

// wordingOf is a hash of what a reader of the article sees.
func wordingOf(a *news.Article) string {
	sum := sha256.Sum256([]byte(a.Title + "\n" + a.Text))
	return hex.EncodeToString(sum[:12])
}

// sight notes the names of an article; renamed says that one of them is a guid the feed had not given it.
func (l *Look) sight(a *news.Article, id string) (renamed bool, err error) {
	for _, key := range a.Keys {
		res, err := l.name.ExecContext(l.ctx, key, a.Feed, id, micros(a.FirstSeen))
		if err != nil {
			return false, err
		}
		if n, err := res.RowsAffected(); err == nil && n > 0 && strings.HasPrefix(key, "g:") {
			renamed = true
		}
	}
	return renamed, nil
}

// Add stores an article that is not known, and what the lexicon with the given hash found in it.
func (l *Look) Add(a *news.Article, found *score.Result, lexicon string) error {
	if err := l.prepare(); err != nil {
		return err
	}
	_, err := l.put.ExecContext(l.ctx, a.ID, a.Feed, a.Title, a.Link, a.Language, a.Outlet, a.Family, a.Bloc, a.Weight,
		micros(a.Published), micros(a.FirstSeen), a.FirstLook, a.Text, found.Relevant, lexicon, wordingOf(a))
	if err != nil {
		return fmt.Errorf("article %q: %w", a.ID, err)
	}
	if _, err := l.sight(a, a.ID); err != nil {
		return err
	}
	return l.events(a, found)
}

// events stores what was found in an article.
func (l *Look) events(a *news.Article, found *score.Result) error {
	for n, e := range found.Events {
		_, err := l.report.ExecContext(l.ctx, a.ID, n, micros(a.Time()), micros(a.FirstSeen), a.FirstLook && !a.Dated(), a.Family, a.Bloc, a.Weight, e.Pair, e.Kind, e.From, e.To, e.Intensity, e.Confidence,
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
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27,
			$28, $29, $30, $31, $32, $33, $34)`,
		v.Feed, micros(v.At), v.Took.Microseconds(), v.URL, v.Status, v.Bytes, v.Items, v.New, v.Class, v.Error, v.Failures,
		v.ETag, v.LastModified, v.From, v.Digest, micros(v.Read), micros(v.Newest), micros(v.Oldest), v.Edited, v.Renamed, v.Moved, micros(v.MovedSince),
		v.Fresh.Microseconds(), v.RetryAfter.Microseconds(), micros(v.Gap),
		v.Holds, v.Turnover.Microseconds(), v.Period.Microseconds(), v.RestHours, v.RestDays, v.Ahead, v.OneGuid, micros(v.Next), v.Why)
	return err
}
