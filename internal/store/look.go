package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"runtime/debug"
	"sync"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

// Look is what one look at a feed writes. All of it happened or none of it.
type Look struct {
	ctx context.Context
	tx  *sql.Tx
}

// looks are those that wait to be saved. One writes for all that wait: what a transaction costs by itself, they share.
type looks struct {
	writing sync.Mutex // held by the one that writes

	mu      sync.Mutex // guards waiting
	waiting []*waiting
}

// waiting is a look that waits to be saved. Who holds writing may touch it.
type waiting struct {
	write func(*Look) error
	saved bool
	err   error
}

// take gives all that wait, and leaves none.
func (l *looks) take() []*waiting {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.waiting
	l.waiting = nil
	return all
}

func (l *looks) add(w *waiting) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(l.waiting, w)
}

// SaveLook runs write in one transaction, perhaps together with other looks, and again if one of them fails: write must
// not mind. Nothing in write may use the store but through its Look: there is one writing connection, and the
// transaction holds it. What has begun to be saved is, even if ctx ends meanwhile.
func (s *Store) SaveLook(ctx context.Context, write func(*Look) error) error {
	mine := &waiting{write: write}
	s.looks.add(mine)
	s.looks.writing.Lock()
	defer s.looks.writing.Unlock()
	if !mine.saved { // nobody has written it along with his own
		s.saveAll(context.WithoutCancel(ctx), s.looks.take())
	}
	if mine.err != nil {
		return fmt.Errorf("saving a look: %w", mine.err)
	}
	return nil
}

// saveAll saves looks in one transaction; if one of them fails, each in its own.
func (s *Store) saveAll(ctx context.Context, all []*waiting) {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		for _, w := range all {
			if err := w.run(&Look{ctx, tx}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && len(all) > 1 {
		for i := range all {
			s.saveAll(ctx, all[i:i+1])
		}
		return
	}
	for _, w := range all {
		w.saved, w.err = true, err
	}
}

// run writes a look. A panic is the trouble of this look, not of the one that writes it along.
func (w *waiting) run(l *Look) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return w.write(l)
}

// The statements of which a look runs many at once.
var (
	seenUnder   = newQuestion(`SELECT s.name, s.feed, a.id, a.feed, a.wording FROM sightings s JOIN articles a ON a.id = s.article WHERE s.name`, `ORDER BY s.seen, a.id`)
	addNames    = newAddition(`INSERT INTO sightings (name, feed, article, seen)`, 4, `ON CONFLICT (name, feed) DO NOTHING`)
	addArticles = newAddition(`INSERT INTO articles (`+articleColumns+`, text, relevant, lexicon, wording)`, 16, ``)
	addEvents   = newAddition(`INSERT INTO events (article, n, at, first_seen, ageless, family, bloc, weight, `+eventColumns+`)`, 21, ``)
)

// maxRevisions is how many later versions of an article are kept. More are counted only: a feed that puts the time of
// day into its texts must not fill the disk.
const maxRevisions = 10

// Note notes of an article that is stored what is new about it: keys it had not, so that it stays known when a source
// changes one key at a time, and a text or title that its feed has changed. The stored article is left as it first was.
func (l *Look) Note(a *news.Article, k *Known) error {
	if err := addNames.run(l.ctx, l.tx, sightingsOf(nil, a, k.id, k.names)); err != nil {
		return err
	}
	if !k.Edited {
		return nil
	}
	if _, err := l.tx.ExecContext(l.ctx, `UPDATE articles SET wording = $1, edits = edits + 1 WHERE id = $2`, wordingOf(a), k.id); err != nil {
		return err
	}
	_, err := l.tx.ExecContext(l.ctx, `INSERT INTO revisions (article, seen, title, text) SELECT id, $1, $2, $3 FROM articles WHERE id = $4 AND edits <= $5 ON CONFLICT DO NOTHING`,
		micros(a.FirstSeen), a.Title, a.Text, k.id, maxRevisions)
	return err
}

// sightingsOf appends rows: the names under which an article was seen.
func sightingsOf(rows []any, a *news.Article, id string, names []string) []any {
	for _, name := range names {
		rows = append(rows, name, a.Feed, id, micros(a.FirstSeen))
	}
	return rows
}

// wordingOf is a hash of what a reader of the feed sees of the article. Its page has no part in it: that is read once, and
// an article whose page was read is not another when its feed comes without.
func wordingOf(a *news.Article) string {
	text := make([]byte, 0, 4<<10) // which nearly all fit into, so that this costs no memory
	text = append(append(append(text, a.Title...), '\n'), a.Text...)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}

// Found is an article and what a lexicon found in it.
type Found struct {
	Article *news.Article
	Result  *score.Result
}

// Add stores articles that are not known, and what the lexicon with the given hash found in them.
func (l *Look) Add(all []Found, lexicon string) error {
	articles := make([]any, 0, len(all)*addArticles.columns)
	var names, events []any
	for _, f := range all {
		a := f.Article
		articles = append(articles, a.ID, a.Feed, a.Title, a.Link, a.Language, a.Outlet, a.Family, a.Bloc, a.Weight,
			micros(a.Published), micros(a.FirstSeen), a.FirstLook, a.Whole(), f.Result.Relevant, lexicon, wordingOf(a))
		names = sightingsOf(names, a, a.ID, a.Keys)
		events = eventsOf(events, a, f.Result)
	}
	if err := addArticles.run(l.ctx, l.tx, articles); err != nil {
		return fmt.Errorf("adding %d articles: %w", len(all), err)
	}
	if err := addNames.run(l.ctx, l.tx, names); err != nil {
		return fmt.Errorf("adding the names of %d articles: %w", len(all), err)
	}
	if err := addEvents.run(l.ctx, l.tx, events); err != nil {
		return fmt.Errorf("adding the events of %d articles: %w", len(all), err)
	}
	return nil
}

// eventsOf appends rows: what was found in an article.
func eventsOf(rows []any, a *news.Article, found *score.Result) []any {
	for n, e := range found.Events {
		rows = append(rows, a.ID, n, micros(a.Time()), micros(a.FirstSeen), a.FirstLook && !a.Dated(), a.Family, a.Bloc, a.Weight, e.Pair, e.Kind, e.From, e.To, e.Intensity, e.Confidence,
			e.Place, e.Number, e.Field, e.Span[0], e.Span[1], e.Text, e.Rule)
	}
	return rows
}

// Visit stores the look itself, and with it when the feed is looked at next.
func (l *Look) Visit(v news.Visit) error {
	_, err := l.tx.ExecContext(l.ctx, `INSERT INTO visits (`+visitColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27,
			$28, $29, $30, $31, $32, $33, $34, $35)`,
		v.Feed, micros(v.At), v.Took.Microseconds(), v.URL, v.Status, v.Bytes, v.Items, v.New, v.Class, v.Error, v.Failures,
		v.ETag, v.LastModified, v.From, v.Digest, micros(v.Read), micros(v.Newest), micros(v.Oldest), v.Edited, v.Renamed, v.Pages, v.Moved, micros(v.MovedSince),
		v.Fresh.Microseconds(), v.RetryAfter.Microseconds(), micros(v.Gap),
		v.Holds, v.Turnover.Microseconds(), v.Period.Microseconds(), v.RestHours, v.RestDays, v.Ahead, v.OneGuid, micros(v.Next), v.Why)
	return err
}
