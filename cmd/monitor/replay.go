package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tensionmonitor/config"
	"tensionmonitor/internal/monitor"
	"tensionmonitor/internal/score"
	"tensionmonitor/internal/tension"
)

// replayFlags are the flags of monitor replay.
type replayFlags struct {
	config, format, asOf, pair string
	from, to                   moments
	step                       time.Duration
	labels                     labels
	archives                   []string // none: the store
}

// moments is a flag with a moment: a date, or a time of RFC 3339.
type moments struct{ time.Time }

func (m *moments) String() string {
	if m.IsZero() {
		return ""
	}
	return m.Format(time.RFC3339)
}

func (m *moments) Set(s string) (err error) {
	if m.Time, err = time.Parse(time.DateOnly, s); err != nil {
		if m.Time, err = time.Parse(time.RFC3339, s); err != nil {
			return errors.New("want a date (2023-01-27) or a time (2023-01-27T12:00:00Z)")
		}
	}
	m.Time = m.UTC()
	return nil
}

const (
	asThen = "first-seen" // as it was known then: what was first seen by a moment counts
	asNow  = "now"        // as it is known now: what happened by a moment counts
)

func parseReplayFlags(args []string, stderr io.Writer) (f replayFlags, err error) {
	fs := newFlags("replay", stderr, "[FILE…|-]", `Writes the index over time, from the stored articles or from an archive: JSON Lines as monitor score reads them,
packed by gzip or not, whose coverage counts as complete.`)
	fs.StringVar(&f.config, "config.file", "", configUsage)
	fs.StringVar(&f.format, "format", "csv", "csv, or openmetrics for promtool tsdb create-blocks-from openmetrics")
	fs.StringVar(&f.asOf, "as-of", asThen, "first-seen: as it was known then; now: as if each article had been seen when it was published, and everything could be seen")
	fs.StringVar(&f.pair, "pair", "", "the `pair` to tell of; without it all that are configured")
	fs.Var(&f.from, "from", "first `moment`, a date or a time of RFC 3339; without it the hour of the first article")
	fs.Var(&f.to, "to", "last `moment`; without it now, and for an archive the hour after the last article")
	fs.Var(&f.labels, "label", "`NAME=VALUE` that every series of openmetrics has too, such as job=tension-monitor; may be repeated")
	fs.DurationVar(&f.step, "step", time.Hour, "`time` between two moments")
	if err := fs.Parse(args); err != nil {
		return f, usage(err)
	}
	f.archives = fs.Args()
	switch {
	case f.step <= 0:
		return f, fmt.Errorf("--step %v, want more than 0", f.step)
	case f.asOf != asThen && f.asOf != asNow:
		return f, fmt.Errorf("--as-of %q, want %s or %s", f.asOf, asThen, asNow)
	case !f.from.IsZero() && !f.to.IsZero() && f.to.Before(f.from.Time):
		return f, fmt.Errorf("--to %v is before --from %v", &f.to, &f.from)
	}
	return f, nil
}

// runReplay writes the index over time.
func runReplay(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	f, err := parseReplayFlags(args, stderr)
	if err != nil {
		return err
	}
	c, lexicon, err := loadAll(f.config)
	if err != nil {
		return err
	}
	out, err := newSeriesWriter(f.format, f.labels, constants(c.Index).Levels, stdout)
	if err != nil {
		return err
	}
	if c.Pairs, err = choose(c.Pairs, f.pair); err != nil {
		return err
	}
	p, err := f.past(ctx, c, lexicon, stdin, stderr)
	if err != nil {
		return err
	}
	if err := f.write(ctx, c, lexicon, p, out, stderr); err != nil {
		return err
	}
	return out.done()
}

// choose is the one pair asked for, or all.
func choose(pairs []string, pair string) ([]string, error) {
	switch {
	case pair == "":
		return pairs, nil
	case !slices.Contains(pairs, pair):
		return nil, fmt.Errorf("--pair %q is not configured; there are %s", pair, strings.Join(pairs, ", "))
	}
	return []string{pair}, nil
}

// past is all a replay is made of.
type past struct {
	reports     map[string][]tension.Report // by pair
	coverage    tension.Coverage
	dismissed   tension.Dismissals
	first, last time.Time // the moments to tell of, unless flags say otherwise
}

// past reads the store or the archives.
func (f *replayFlags) past(ctx context.Context, c config.Config, lexicon *score.Lexicon, stdin io.Reader, stderr io.Writer) (p past, err error) {
	if len(f.archives) == 0 {
		p, err = f.stored(ctx, c, lexicon, stderr)
	} else {
		p, err = f.archived(ctx, c, lexicon, stdin, stderr)
	}
	if f.asOf == asNow {
		p.coverage = tension.Coverage{}
		for _, reports := range p.reports {
			for i := range reports {
				reports[i].FirstSeen = reports[i].Time
			}
		}
	}
	p.first, p.last = p.first.Truncate(time.Hour), p.last.Truncate(time.Hour)
	return p, err
}

func (f *replayFlags) archived(ctx context.Context, c config.Config, lexicon *score.Lexicon, stdin io.Reader, stderr io.Writer) (p past, err error) {
	read := newArchive(lexicon, newProgress(stderr, "reading articles"))
	for _, name := range f.archives {
		if err := read.read(ctx, name, stdin); err != nil {
			return p, err
		}
	}
	read.progress.end()
	if read.undated > 0 {
		fmt.Fprintf(stderr, "monitor replay: left out %d articles with neither published nor first_seen\n", read.undated)
	}
	p.reports, p.first, p.last = read.reports(f.asOf == asNow)
	p.last = p.last.Add(time.Hour)
	p.dismissed, err = dismissals(c.DismissedFile, func(link string) ([]string, error) { return read.links[link], nil })
	return p, err
}

func (f *replayFlags) stored(ctx context.Context, c config.Config, lexicon *score.Lexicon, stderr io.Writer) (p past, err error) {
	s, err := openStore(ctx, c)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	bar := newProgress(stderr, "reading articles")
	defer bar.end()
	var since time.Time
	if !f.from.IsZero() {
		since = constants(c.Index).Since(f.from.Time)
	}
	p = past{reports: make(map[string][]tension.Report), last: time.Now()}
	n := int64(0)
	for r, err := range monitor.Reports(ctx, s, lexicon, c.Pairs, since) {
		if err != nil {
			return p, err
		}
		seen := r.FirstSeen
		if f.asOf == asNow {
			seen = r.Time
		}
		if p.first.IsZero() || seen.Before(p.first) {
			p.first = seen
		}
		p.reports[r.Event.Pair] = append(p.reports[r.Event.Pair], r)
		n++
		bar.at(n, 0)
	}
	if p.coverage, err = monitor.Coverage(ctx, s, since, c.Index.CoverageFloor); err != nil {
		return p, err
	}
	p.dismissed, err = dismissals(c.DismissedFile, inStore(ctx, s))
	return p, err
}

// write tells of each pair from moment to moment.
func (f *replayFlags) write(ctx context.Context, c config.Config, lexicon *score.Lexicon, p past, out seriesWriter, stderr io.Writer) error {
	r := tension.Replay{Coverage: p.coverage, Dismissed: p.dismissed, From: p.first, To: p.last, Step: f.step}
	if !f.from.IsZero() {
		r.From = f.from.Time
	}
	if !f.to.IsZero() {
		r.To = f.to.Time
	}
	if r.From.IsZero() { // nothing is known and nobody says from when on
		return nil
	}
	for _, pair := range c.Pairs {
		bar, n := newProgress(stderr, "replaying "+pair), int64(0)
		r.Book = func() *tension.Book { return tension.NewBook(pair, lexicon.Kinds(), constants(c.Index)) }
		err := r.Run(p.reports[pair], func(x *tension.Index, l tension.Level) error {
			n++
			bar.at(n, int64(r.Moments()))
			return errors.Join(ctx.Err(), out.write(momentOf(x, l)))
		})
		bar.end()
		if err != nil {
			return err
		}
	}
	return nil
}
