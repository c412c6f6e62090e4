package store

import (
	"context"
	"database/sql"
	"iter"
	"time"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

const broughtColumns = `a.id, a.feed, a.title, a.link, a.language, a.outlet, a.family, a.bloc, a.weight, a.published, a.first_seen, a.first_look,
	e.n, e.pair, e.kind, e.from_state, e.to_state, e.field, e.text, e.rule`

// VisitsTo is the visits to a feed within a span of time, both ends included, at most so many, the newest first.
func (s *Store) VisitsTo(ctx context.Context, feed string, from, to time.Time, most int) ([]news.Visit, error) {
	return s.visits(ctx, "visits to "+feed, `WHERE feed = $1 AND at BETWEEN $2 AND $3 ORDER BY at DESC LIMIT $4`, feed, from.UnixMicro(), to.UnixMicro(), most)
}

// Brought are the articles first seen within a span of time, both ends included, without their texts: a Report for each event,
// and one with no event (N is -1) for an article in which none was found.
func (s *Store) Brought(ctx context.Context, from, to time.Time) iter.Seq2[Report, error] {
	return query(ctx, s.read, scanBrought, `SELECT `+broughtColumns+` FROM articles a LEFT JOIN events e ON e.article = a.id
		WHERE a.first_seen BETWEEN $1 AND $2 ORDER BY a.first_seen, a.id, e.n`, from.UnixMicro(), to.UnixMicro())
}

func scanBrought(scan func(...any) error) (r Report, err error) {
	var n sql.NullInt64
	var pair, kind, from, to, field, text, rule sql.NullString
	err = scanInto(&r.Article, scan, &n, &pair, &kind, &from, &to, &field, &text, &rule)
	if r.N = -1; n.Valid {
		r.N = int(n.Int64)
		r.Event = score.Event{Pair: pair.String, Kind: kind.String, From: from.String, To: to.String, Field: field.String, Text: text.String, Rule: rule.String}
	}
	return r, err
}
