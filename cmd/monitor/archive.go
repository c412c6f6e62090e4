package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
	"tensionmonitor/internal/tension"
)

// archive collects what articles from files say. Of articles with the same id the one seen first stands, in
// whatever order they come, as it does in the daemon.
type archive struct {
	lexicon *score.Lexicon
	known   map[string]edition  // by the article's id
	batch   []news.Article      // read, not yet scored
	links   map[string][]string // ids of the articles with a link
	undated int                 // articles that cannot be placed in time

	progress *progress
	n        int64 // articles read
}

// edition is an article as it was first seen.
type edition struct {
	firstSeen time.Time
	time      time.Time
	digest    string // tells editions apart that were seen at the same moment
	reports   []tension.Report
}

// batchSize is how many articles are scored together, by all cores.
const batchSize = 1024

func newArchive(l *score.Lexicon, p *progress) *archive {
	return &archive{lexicon: l, known: make(map[string]edition), links: make(map[string][]string), progress: p}
}

// read takes in the articles of a file; "-" is standard input.
func (r *archive) read(ctx context.Context, name string, stdin io.Reader) error {
	err := eachArticle(name, stdin, func(a *news.Article) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		r.batch = append(r.batch, *a)
		if len(r.batch) == batchSize {
			r.score()
		}
		return nil
	})
	r.score()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// score scores the batch on all cores and enters it in its order.
func (r *archive) score() {
	results := make([]score.Result, len(r.batch))
	var group errgroup.Group
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		group.Go(func() error {
			for i := w; i < len(r.batch); i += workers {
				r.lexicon.Score(&r.batch[i], &results[i])
			}
			return nil
		})
	}
	_ = group.Wait() // scoring has no errors
	for i := range r.batch {
		r.enter(&r.batch[i], results[i].Events)
	}
	r.n += int64(len(r.batch))
	r.batch = r.batch[:0]
	r.progress.at(r.n, 0)
}

func (r *archive) enter(a *news.Article, events []score.Event) {
	if a.FirstSeen.IsZero() {
		r.undated++
		return
	}
	v := edition{firstSeen: a.FirstSeen, time: a.Time(), digest: digestOf(a)}
	if a.ID == "" {
		a.ID = v.digest
	}
	old, known := r.known[a.ID]
	if known && (old.firstSeen.Before(v.firstSeen) || old.firstSeen.Equal(v.firstSeen) && old.digest <= v.digest) {
		return
	}
	for n, e := range events {
		v.reports = append(v.reports, tension.ReportOf(a, n, e))
	}
	r.known[a.ID] = v
	if a.Link != "" && !slices.Contains(r.links[a.Link], a.ID) {
		r.links[a.Link] = append(r.links[a.Link], a.ID)
	}
}

// digestOf names an article by what it says.
func digestOf(a *news.Article) string {
	h := sha256.Sum256([]byte(strings.Join([]string{a.Outlet, a.Published.UTC().String(), a.Title, a.Text}, "\x00")))
	return hex.EncodeToString(h[:])
}

// reports are the events of all articles, by pair, and when the first and the last article was seen; or, asDated,
// was published.
func (r *archive) reports(asDated bool) (byPair map[string][]tension.Report, first, last time.Time) {
	byPair = make(map[string][]tension.Report)
	for _, v := range r.known {
		at := v.firstSeen
		if asDated {
			at = v.time
		}
		if first.IsZero() || at.Before(first) {
			first = at
		}
		if at.After(last) {
			last = at
		}
		for _, report := range v.reports {
			byPair[report.Event.Pair] = append(byPair[report.Event.Pair], report)
		}
	}
	return byPair, first, last
}
