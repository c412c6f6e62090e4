package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"tensionmonitor/internal/monitor"
	"tensionmonitor/internal/score"
	"tensionmonitor/internal/store"
	"tensionmonitor/internal/tension"
)

// runStories says what moves the index.
func runStories(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) (err error) {
	fs := newFlags("stories", stderr, "", "Says what moves the index: points, voices, words, links.")
	configFile := fs.String("config.file", "", configUsage)
	pair := fs.String("pair", "", "the `pair` to tell of; without it all that are configured")
	var at moments
	fs.Var(&at, "at", "a past `moment`, a date or a time of RFC 3339; without it now")
	most := fs.Int("most", 20, "`stories` of a pair at most, the strongest first")
	asJSON := fs.Bool("json", false, "write one JSON object a pair")
	if err := fs.Parse(args); err != nil {
		return usage(err)
	}
	c, lexicon, err := loadAll(*configFile)
	if err != nil {
		return err
	}
	if c.Pairs, err = choose(c.Pairs, *pair); err != nil {
		return err
	}
	if at.IsZero() {
		at.Time = time.Now()
	}
	s, err := openStore(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	dismissed, err := dismissals(c.DismissedFile, inStore(ctx, s))
	if err != nil {
		return err
	}
	out := bufio.NewWriter(stdout)
	show := storyTable(out, wantsColour(stdout))
	if *asJSON {
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		show = func(a *monitor.Account) error { return enc.Encode(a) }
	}
	chronicles, err := chronicles(ctx, s, lexicon, c.Pairs, constants(c.Index), at.Time)
	if err != nil {
		return err
	}
	for _, chronicle := range chronicles {
		a, err := monitor.Tell(ctx, s, chronicle, dismissed, at.Time, *most)
		if err == nil {
			err = show(&a)
		}
		if err != nil {
			return err
		}
	}
	return out.Flush()
}

// chronicles reads what is known of pairs, as far as it matters at a moment.
func chronicles(ctx context.Context, s *store.Store, l *score.Lexicon, pairs []string, c tension.Constants, at time.Time) (list []*tension.Chronicle, err error) {
	since := c.Since(at)
	books := make(map[string]*tension.Book)
	for _, pair := range pairs {
		books[pair] = tension.NewBook(pair, l.Kinds(), c)
		books[pair].Forget(since)
	}
	for r, err := range monitor.Reports(ctx, s, l, pairs, since) {
		if err != nil {
			return nil, err
		}
		if book := books[r.Event.Pair]; book != nil {
			book.Add(r)
		}
	}
	seen, err := monitor.Coverage(ctx, s, since, c.CoverageFloor)
	for _, pair := range pairs {
		list = append(list, books[pair].Chronicle(seen))
	}
	return list, err
}

// storyTable writes for a reader.
func storyTable(w io.Writer, colour bool) func(*monitor.Account) error {
	c := paint(colour)
	return func(a *monitor.Account) error {
		_, err := io.WriteString(w, c.account(a))
		return err
	}
}

func (c colours) account(a *monitor.Account) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s  %.1f  %s%s  %s%s%s\n", c.bold, a.Pair, a.Index, a.Level, c.off, c.dim, a.At.Format("2006-01-02 15:04 MST"), c.off)
	fmt.Fprintf(&b, "%s%s%s\n", c.dim, state(a), c.off)
	for i := range a.Stories {
		b.WriteString("\n")
		c.story(&b, a.Pair, &a.Stories[i])
	}
	if a.Left > 0 {
		fmt.Fprintf(&b, "\n%s… and %d stories that weigh less%s\n", c.dim, a.Left, c.off)
	}
	if len(a.Stories) == 0 {
		b.WriteString("\nNothing is known that would move it.\n")
	}
	return b.String() + "\n"
}

func state(a *monitor.Account) string {
	s := fmt.Sprintf("pressure %.2f, of what eases %.2f; ", a.Escalation, a.Deescalation)
	if a.ZScore != nil {
		s += fmt.Sprintf("%+.1f deviations from its 90 days; ", *a.ZScore)
	}
	s += fmt.Sprintf("%.0f%% of the sources can be seen", 100*a.Coverage)
	if !a.Valid {
		s += ": the index is held, not known"
	}
	return s
}

func (c colours) story(b *strings.Builder, pair string, t *monitor.Told) {
	tint, points, title := c.red, fmt.Sprintf("%+6.1f", t.Points), visible(t.Title())
	if t.Points < 0 {
		tint = c.green
	}
	if t.Dismissed != "" {
		tint, points, title = c.dim, "     –", struckOut(title)
	}
	fmt.Fprintf(b, "%s%s%s  %s%s%s\n", tint, points, c.off, c.bold, title, c.off)
	fmt.Fprintf(b, "        %s, %s, %s, told by %s\n", t.Kind, direction(score.Event{Pair: pair, From: t.From, To: t.To}), t.Began.Format("2 Jan 15:04"), visible(strings.Join(t.Voices, ", ")))
	if len(t.Tellings) > 0 {
		first := t.Tellings[0]
		fmt.Fprintf(b, "        “%s”  %s%s%s\n", visible(first.Words), c.dim, visible(first.Link), c.off)
	}
	for _, e := range t.EasedBy {
		fmt.Fprintf(b, "        %seased by %.1f: %s%s\n", c.green, e.Points, visible(e.Title), c.off)
	}
	if t.Dismissed != "" {
		fmt.Fprintf(b, "        dismissed: %s\n", visible(t.Dismissed))
	}
	fmt.Fprintf(b, "        %s%s%s\n", c.dim, t.ID, c.off)
}

// struckOut strikes out a text with U+0336, which terminals without colours know too.
func struckOut(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 2*utf8.RuneCountInString(s))
	for _, r := range s {
		b.WriteRune(r)
		b.WriteRune('\u0336')
	}
	return b.String()
}
