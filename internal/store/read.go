package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"time"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

// The columns in the order in which they are written and scanned.
const (
	articleColumns = `id, feed, title, link, language, outlet, family, bloc, weight, published, first_seen, first_look`
	eventColumns   = `pair, kind, from_state, to_state, intensity, confidence, place, number, field, span_start, span_end, text, rule`
	reportColumns  = `a.id, a.feed, a.title, a.link, a.language, a.outlet, a.family, a.bloc, a.weight, a.published, a.first_seen, a.first_look,
		e.n, e.pair, e.kind, e.from_state, e.to_state, e.intensity, e.confidence, e.place, e.number, e.field, e.span_start, e.span_end, e.text, e.rule`
	visitColumns = `feed, at, took, url, status, bytes, items, new, class, error, failures, etag, last_modified,
		validators, digest, read, newest, oldest, edited, renamed, pages, moved, moved_since, fresh, retry_after, gap,
		holds, turnover, period, rest_hours, rest_days, ahead, one_guid, next, why`
)

// LastVisits is the last look at each feed there ever was, by the feed's slug.
func (s *Store) LastVisits(ctx context.Context) (map[string]news.Visit, error) {
	last := make(map[string]news.Visit)
	for v, err := range query(ctx, s.read, scanVisit, `SELECT `+visitColumns+` FROM visits
		JOIN (SELECT feed AS f, max(at) AS last FROM visits GROUP BY feed) l ON feed = f AND at = last`) {
		if err != nil {
			return nil, fmt.Errorf("reading last visits: %w", err)
		}
		last[v.Feed] = v
	}
	return last, nil
}

// LastVisit is the last look at a feed; the zero Visit where there was none.
func (s *Store) LastVisit(ctx context.Context, feed string) (news.Visit, error) {
	row := s.read.QueryRowContext(ctx, `SELECT `+visitColumns+` FROM visits WHERE feed = $1 ORDER BY at DESC LIMIT 1`, feed)
	v, err := scanVisit(row.Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return news.Visit{}, nil
	}
	if err != nil {
		return news.Visit{}, fmt.Errorf("reading the last visit to %s: %w", feed, err)
	}
	return v, nil
}

// LastSuccesses is when each feed last answered as it should, by the feed's slug. Visits that were pruned
// are forgotten.
func (s *Store) LastSuccesses(ctx context.Context) (map[string]time.Time, error) {
	last := make(map[string]time.Time)
	for v, err := range query(ctx, s.read, scanSuccess, `SELECT feed, max(at) FROM visits WHERE class = '' GROUP BY feed`) {
		if err != nil {
			return nil, fmt.Errorf("reading last successes: %w", err)
		}
		last[v.Feed] = v.At
	}
	return last, nil
}

// Told is one event of one article, with no more than the index needs of both.
type Told struct {
	Article   string // its id
	N         int    // 0 is the article's leading event
	Event     score.Event
	Source    news.Source // without the outlet
	Time      time.Time   // the article's
	FirstSeen time.Time
	Ageless   bool // undated and of its feed's first look
}

// Told are the events of a pair of articles whose time is since or later, in the order of that time.
func (s *Store) Told(ctx context.Context, pair string, since time.Time) iter.Seq2[Told, error] {
	return query(ctx, s.read, func(scan func(...any) error) (Told, error) { return scanTold(pair, scan) }, `SELECT at, kind, from_state, to_state, intensity,
			confidence, place, number, first_seen, ageless, family, bloc, weight, article, n FROM events WHERE pair = $1 AND at >= $2`, pair, since.UnixMicro())
}

func scanTold(pair string, scan func(...any) error) (t Told, err error) {
	var at, firstSeen int64
	e := &t.Event
	e.Pair = pair
	err = scan(&at, &e.Kind, &e.From, &e.To, &e.Intensity, &e.Confidence, &e.Place, &e.Number, &firstSeen, &t.Ageless, &t.Source.Family,
		&t.Source.Bloc, &t.Source.Weight, &t.Article, &t.N)
	t.Time, t.FirstSeen = time.UnixMicro(at).UTC(), time.UnixMicro(firstSeen).UTC()
	return t, err
}

// Notice is an article as a reader of headlines takes note of it.
type Notice struct {
	Article string // its id
	Feed    string
	Time    time.Time
}

// Notices are the articles first seen since a moment, or later.
func (s *Store) Notices(ctx context.Context, since time.Time) iter.Seq2[Notice, error] {
	return query(ctx, s.read, scanNotice, `SELECT id, feed, published, first_seen FROM articles WHERE first_seen >= $1 ORDER BY first_seen, id`, micros(since))
}

func scanNotice(scan func(...any) error) (Notice, error) {
	var a news.Article
	var published, firstSeen sql.NullInt64
	err := scan(&a.ID, &a.Feed, &published, &firstSeen)
	a.Published, a.FirstSeen = fromMicros(published), fromMicros(firstSeen)
	return Notice{a.ID, a.Feed, a.Time()}, err
}

// Report is one event of one article. The article comes without its text.
type Report struct {
	Article news.Article
	N       int
	Event   score.Event
}

// Reports are the events of a kind of the articles of one time, of which there are few.
func (s *Store) Reports(ctx context.Context, pair, kind string, at time.Time) iter.Seq2[Report, error] {
	return query(ctx, s.read, scanReport, `SELECT `+reportColumns+` FROM events e JOIN articles a ON a.id = e.article
		WHERE e.pair = $1 AND e.at = $2 AND e.kind = $3 ORDER BY a.first_seen, a.id, e.n`, pair, at.UnixMicro(), kind)
}

// ArticlesAt are the ids of the relevant articles with a link.
func (s *Store) ArticlesAt(ctx context.Context, link string) (ids []string, err error) {
	for id, err := range query(ctx, s.read, scanID, `SELECT id FROM articles WHERE link = $1 AND relevant`, link) {
		if err != nil {
			return nil, fmt.Errorf("reading which articles have a link: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func scanID(scan func(...any) error) (id string, err error) {
	err = scan(&id)
	return id, err
}

// Articles are all articles, text included, in the order in which they were first seen.
func (s *Store) Articles(ctx context.Context) iter.Seq2[news.Article, error] {
	return query(ctx, s.read, scanArticle, `SELECT `+articleColumns+`, text FROM articles ORDER BY first_seen, id`)
}

// Revision is what a feed made of an article after it was stored.
type Revision struct {
	Seen        time.Time
	Title, Text string
}

// Revisions are the later versions of an article, the earliest first.
func (s *Store) Revisions(ctx context.Context, article string) iter.Seq2[Revision, error] {
	return query(ctx, s.read, scanRevision, `SELECT seen, title, text FROM revisions WHERE article = $1 ORDER BY seen`, article)
}

// querier is what can be asked: a pool of connections, or a transaction.
type querier interface {
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
}

// query runs a statement and scans its rows, one at a time. After an error there is nothing more.
func query[T any](ctx context.Context, db querier, scan func(func(...any) error) (T, error), text string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		rows, err := db.QueryContext(ctx, text, args...)
		if err != nil {
			yield(none, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			v, err := scan(rows.Scan)
			if !yield(v, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(none, err)
		}
	}
}

func scanVisit(scan func(...any) error) (v news.Visit, err error) {
	var at, read, newest, oldest, movedSince, gap, next sql.NullInt64
	var took, fresh, retryAfter, turnover, period int64
	err = scan(&v.Feed, &at, &took, &v.URL, &v.Status, &v.Bytes, &v.Items, &v.New, &v.Class, &v.Error, &v.Failures,
		&v.ETag, &v.LastModified, &v.From, &v.Digest, &read, &newest, &oldest, &v.Edited, &v.Renamed, &v.Pages, &v.Moved, &movedSince, &fresh, &retryAfter, &gap,
		&v.Holds, &turnover, &period, &v.RestHours, &v.RestDays, &v.Ahead, &v.OneGuid, &next, &v.Why)
	v.At, v.Read, v.Newest, v.Oldest, v.Next = fromMicros(at), fromMicros(read), fromMicros(newest), fromMicros(oldest), fromMicros(next)
	v.MovedSince, v.Gap = fromMicros(movedSince), fromMicros(gap)
	v.Took, v.Fresh, v.RetryAfter = time.Duration(took)*time.Microsecond, time.Duration(fresh)*time.Microsecond, time.Duration(retryAfter)*time.Microsecond
	v.Turnover, v.Period = time.Duration(turnover)*time.Microsecond, time.Duration(period)*time.Microsecond
	return v, err
}

func scanSuccess(scan func(...any) error) (v news.Visit, err error) {
	var at sql.NullInt64
	err = scan(&v.Feed, &at)
	v.At = fromMicros(at)
	return v, err
}

func scanRevision(scan func(...any) error) (r Revision, err error) {
	var seen sql.NullInt64
	err = scan(&seen, &r.Title, &r.Text)
	r.Seen = fromMicros(seen)
	return r, err
}

func scanArticle(scan func(...any) error) (a news.Article, err error) {
	err = scanInto(&a, scan, &a.Text)
	return a, err
}

func scanReport(scan func(...any) error) (r Report, err error) {
	e := &r.Event
	err = scanInto(&r.Article, scan, &r.N, &e.Pair, &e.Kind, &e.From, &e.To, &e.Intensity, &e.Confidence,
		&e.Place, &e.Number, &e.Field, &e.Span[0], &e.Span[1], &e.Text, &e.Rule)
	return r, err
}

// scanInto scans an article's columns and what follows them.
func scanInto(a *news.Article, scan func(...any) error, more ...any) error {
	var published, firstSeen sql.NullInt64
	err := scan(append([]any{&a.ID, &a.Feed, &a.Title, &a.Link, &a.Language, &a.Outlet, &a.Family, &a.Bloc, &a.Weight,
		&published, &firstSeen, &a.FirstLook}, more...)...)
	a.Published, a.FirstSeen = fromMicros(published), fromMicros(firstSeen)
	return err
}
