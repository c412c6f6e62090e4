package monitor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"tensionmonitor/internal/feeds"
	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

// ErrNoPoll says that no look at a feed has such a name, or that it is forgotten.
var ErrNoPoll = errors.New("there is no such look")

// Poll is a look at a feed, as whoever looks after the feeds reads it.
type Poll struct {
	ID string // as exemplars have it
	news.Visit
	Ails    []feeds.Diagnosis // what is wrong with the feed, and what to do about it
	Brought []Find            // articles that the look was the first to see
}

// Find is an article that was found, and what it is said to report.
type Find struct {
	news.Article
	Events []score.Event // pair, kind, sides and words alone
}

// pollTime is short enough for an exemplar, and as exact as the store.
const pollTime = "20060102T150405.000000Z"

// PollID names a look at a feed.
func PollID(feed string, at time.Time) string { return feed + "@" + at.UTC().Format(pollTime) }

// Polls are the looks since a moment, at most so many, the newest first; of one feed, or of all (""). Of what they
// brought they have the articles in which events were found.
func (m *Monitor) Polls(ctx context.Context, feed string, since time.Time, most int) ([]Poll, error) {
	var visits []news.Visit
	var err error
	if feed == "" {
		visits, err = m.store.RecentVisits(ctx, since, most)
	} else {
		visits, err = m.store.VisitsTo(ctx, feed, since, time.Now(), most)
	}
	if err != nil {
		return nil, err
	}
	return m.polls(ctx, visits, func(f *Find) bool { return len(f.Events) > 0 })
}

// Poll is a look by its name, with all it brought. The error is ErrNoPoll, or the store's.
func (m *Monitor) Poll(ctx context.Context, id string) (Poll, error) {
	feed, moment, _ := strings.Cut(id, "@")
	at, err := time.Parse(pollTime, moment)
	if err != nil {
		return Poll{}, ErrNoPoll
	}
	visits, err := m.store.VisitsTo(ctx, feed, at, at, 1)
	if err != nil {
		return Poll{}, err
	}
	if len(visits) == 0 {
		return Poll{}, ErrNoPoll
	}
	polls, err := m.polls(ctx, visits, func(*Find) bool { return true })
	if err != nil {
		return Poll{}, err
	}
	return polls[0], nil
}

// polls tells of visits, the newest of which come first, and of those articles they brought that are wanted.
func (m *Monitor) polls(ctx context.Context, visits []news.Visit, wanted func(*Find) bool) ([]Poll, error) {
	if len(visits) == 0 {
		return nil, nil
	}
	brought, err := m.brought(ctx, visits[len(visits)-1].At, visits[0].At)
	if err != nil {
		return nil, err
	}
	polls := make([]Poll, len(visits))
	for i, v := range visits {
		p := Poll{ID: PollID(v.Feed, v.At), Visit: v, Ails: feeds.Diagnose(m.feeds[v.Feed], []news.Visit{v}, v.At)}
		for _, f := range brought[p.ID] {
			if wanted(&f) {
				p.Brought = append(p.Brought, f)
			}
		}
		polls[i] = p
	}
	return polls, nil
}

// brought are the articles first seen from one moment to another, by the look that saw them.
func (m *Monitor) brought(ctx context.Context, from, to time.Time) (map[string][]Find, error) {
	finds := make(map[string][]Find)
	for r, err := range m.store.Brought(ctx, from, to) {
		if err != nil {
			return nil, fmt.Errorf("reading what looks have brought: %w", err)
		}
		id := PollID(r.Article.Feed, r.Article.FirstSeen)
		of := finds[id]
		if len(of) == 0 || of[len(of)-1].ID != r.Article.ID {
			of = append(of, Find{Article: r.Article})
		}
		if r.N >= 0 {
			last := &of[len(of)-1]
			last.Events = append(last.Events, r.Event)
		}
		finds[id] = of
	}
	return finds, nil
}
