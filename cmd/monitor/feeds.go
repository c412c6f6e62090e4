package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"go.yaml.in/yaml/v3"

	"tensionmonitor/config"
	"tensionmonitor/internal/feeds"
	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

// diagnosed is how far back visits are read to say what ails a feed, and how many of them.
const (
	diagnosed     = 3 * 24 * time.Hour
	diagnosedMost = 100_000
)

// feedHealth is how a feed does, as monitor feeds --json writes it.
type feedHealth struct {
	Feed        string            `json:"feed"`
	URL         string            `json:"url"`
	State       string            `json:"state"` // "up", "failing", "pending" or "disabled"
	Looked      *time.Time        `json:"looked,omitempty"`
	Next        *time.Time        `json:"next,omitempty"`
	Why         string            `json:"why,omitempty"` // what decided when the next look is, or why the feed is disabled
	Status      int               `json:"status,omitempty"`
	Newest      *time.Time        `json:"newest,omitempty"`
	Articles    int               `json:"articles,omitempty"` // that it held when it was last read
	ReachesBack string            `json:"reaches_back,omitempty"`
	Ails        []feeds.Diagnosis `json:"ails"`
}

// runFeeds says how the feeds do and what to do about it; its sub-commands try an address and bring in a list.
func runFeeds(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == "test" {
		return testFeeds(ctx, args[1:], stdout, stderr)
	}
	if len(args) > 0 && args[0] == "import" {
		return importFeeds(args[1:], stdin, stdout, stderr)
	}
	fs := newFlags("feeds", stderr, "", "Says how each feed does, what ails it and what to do.\n`feeds test URL…` looks at an address now; `feeds import FILE.opml` makes a list of feeds of one in OPML.")
	configFile := fs.String("config.file", "", configUsage)
	asJSON := fs.Bool("json", false, "write JSON Lines, one object a feed")
	asOPML := fs.Bool("opml", false, "write the list of feeds in OPML, for another reader of feeds")
	if err := fs.Parse(args); err != nil {
		return usage(err)
	}
	c, err := config.Load(*configFile)
	if err != nil {
		return faults(err)
	}
	list := newsFeeds(c.Feeds)
	if *asOPML {
		return feeds.WriteOPML(stdout, "Tension monitor", list)
	}
	s, err := openStore(ctx, c)
	if err != nil {
		return err
	}
	now := time.Now()
	visits, err := s.RecentVisits(ctx, now.Add(-diagnosed), diagnosedMost)
	last, lastErr := s.LastVisits(ctx)
	if err := errors.Join(err, lastErr, s.Close()); err != nil {
		return err
	}
	return writeFeeds(stdout, healths(list, last, visits, now), *asJSON)
}

// healths says how each feed does by its visits, the newest of which come first.
func healths(list []news.Feed, last map[string]news.Visit, recent []news.Visit, now time.Time) []feedHealth {
	visits := map[string][]news.Visit{}
	for _, v := range slices.Backward(recent) {
		visits[v.Feed] = append(visits[v.Feed], v)
	}
	all := make([]feedHealth, 0, len(list))
	for _, f := range list {
		of := visits[f.Slug]
		if v, ok := last[f.Slug]; ok && len(of) == 0 {
			of = []news.Visit{v}
		}
		all = append(all, health(f, of, now))
	}
	return all
}

func health(f news.Feed, visits []news.Visit, now time.Time) feedHealth {
	h := feedHealth{Feed: f.Slug, URL: f.URL, State: "pending", Ails: feeds.Diagnose(f, visits, now)}
	if f.Disabled != "" {
		h.State, h.Why = "disabled", f.Disabled
		return h
	}
	if len(visits) == 0 {
		return h
	}
	v := visits[len(visits)-1]
	if h.State = "up"; !v.OK() {
		h.State = "failing"
	}
	h.Looked, h.Next, h.Why, h.Status, h.Articles = &v.At, &v.Next, v.Why, v.Status, v.Holds
	if !v.Newest.IsZero() {
		h.Newest = &v.Newest
		if !v.Oldest.IsZero() {
			h.ReachesBack = rough(v.Newest.Sub(v.Oldest))
		}
	}
	return h
}

func writeFeeds(w io.Writer, all []feedHealth, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		for _, h := range all {
			if err := enc.Encode(h); err != nil {
				return err
			}
		}
		return nil
	}
	out := bufio.NewWriter(w)
	paint(wantsColour(w)).feedTable(out, all, time.Now())
	return out.Flush()
}

// feedTable writes a line a feed, those that ail first, and under each what ails it and what to do.
func (c colours) feedTable(w io.Writer, all []feedHealth, now time.Time) {
	order := map[string]int{"failing": 0, "up": 1, "pending": 2, "disabled": 3}
	slices.SortStableFunc(all, func(a, b feedHealth) int { return order[a.State] - order[b.State] })
	count := map[string]int{}
	width := 4
	for _, h := range all {
		count[h.State]++
		width = max(width, len(h.Feed))
	}
	fmt.Fprintf(w, "%s%-*s  %-8s  %8s  %8s  %8s  %9s%s\n", c.bold, width, "feed", "state", "looked", "next", "newest", "articles", c.off)
	for _, h := range all {
		if h.State == "disabled" {
			continue
		}
		tint := map[string]string{"up": c.green, "failing": c.red, "pending": c.dim}[h.State]
		fmt.Fprintf(w, "%-*s  %s%-8s%s  %8s  %8s  %8s  %9s\n", width, h.Feed, tint, h.State, c.off, since(now, h.Looked), until(now, h.Next), since(now, h.Newest), articleCount(h))
		for _, d := range h.Ails {
			fmt.Fprintf(w, "%-*s  %s%s: %s%s\n", width, "", c.red, strings.ReplaceAll(d.Name, "_", " "), visible(d.Says), c.off)
			fmt.Fprintf(w, "%-*s  %s→ %s%s\n", width, "", c.dim, d.Remedy, c.off)
		}
	}
	fmt.Fprintf(w, "\n%d up, %d failing, %d not looked at yet, %d disabled\n", count["up"], count["failing"], count["pending"], count["disabled"])
}

func articleCount(h feedHealth) string {
	if h.Articles == 0 {
		return ""
	}
	if h.ReachesBack == "" {
		return strconv.Itoa(h.Articles)
	}
	return fmt.Sprintf("%d/%s", h.Articles, h.ReachesBack)
}

func since(now time.Time, t *time.Time) string {
	if t == nil {
		return "–"
	}
	return rough(now.Sub(*t)) + " ago"
}

func until(now time.Time, t *time.Time) string {
	switch {
	case t == nil:
		return "–"
	case t.Before(now):
		return "due"
	}
	return "in " + rough(t.Sub(now))
}

// rough is a duration as one says it: "40s", "12m", "5h", "3d".
func rough(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", max(0, int(d.Seconds())))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}

// testFeeds looks at addresses now, as the daemon would at the first look, and keeps nothing.
func testFeeds(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := newFlags("feeds test", stderr, "URL…", "Looks at an address now, as the daemon would, and says what it found. Nothing is kept.")
	configFile := fs.String("config.file", "", configUsage)
	fullText := fs.Bool("full-text", false, "read the pages of articles of which the feed gives little, as with full_text")
	if err := fs.Parse(args); err != nil {
		return usage(err)
	}
	if fs.NArg() == 0 {
		fmt.Fprintln(stderr, "monitor feeds test: which URL?")
		return errUsage
	}
	c, lexicon, err := loadAll(*configFile)
	if err != nil {
		return err
	}
	client := feeds.NewClient(fetchOptions(c))
	show := explainer(stdout, wantsColour(stdout))
	failed := 0
	for _, url := range fs.Args() {
		f := feedOf(newsFeeds(c.Feeds), url)
		now := time.Now()
		f.FullText = f.FullText || *fullText
		articles, v := client.Look(ctx, f, news.Visit{}, now)
		readings := readPages(ctx, client, f, v, articles)
		h := health(f, []news.Visit{v}, now)
		if !v.OK() {
			failed++
		}
		fmt.Fprintf(stdout, "%s\n", url)
		tw := tabwriter.NewWriter(stdout, 0, 4, 2, ' ', 0)
		fmt.Fprintf(tw, "  answer\tstatus %d, %d bytes in %s\n", v.Status, v.Bytes, v.Took.Round(time.Millisecond))
		fmt.Fprintf(tw, "  articles\t%d, reaching back %s\n", len(articles), cmp.Or(h.ReachesBack, "an unknown time, for want of dates"))
		fmt.Fprintf(tw, "  next look\tin %s: %s\n", rough(v.Next.Sub(now)), v.Why)
		showPages(tw, readings)
		for _, d := range h.Ails {
			fmt.Fprintf(tw, "  %s\t%s\n\t→ %s\n", d.Name, visible(d.Says), d.Remedy)
		}
		if err := tw.Flush(); err != nil {
			return err
		}
		for i := range articles {
			var r score.Result
			if lexicon.Score(&articles[i], &r); r.Relevant {
				if err := show(&articles[i], &r); err != nil {
					return err
				}
			}
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d addresses gave no feed", failed, fs.NArg())
	}
	return nil
}

// readPages gives articles what their pages say, where their feed wants it.
func readPages(ctx context.Context, client *feeds.Client, f news.Feed, v news.Visit, articles []news.Article) []feeds.Reading {
	all := make([]*news.Article, len(articles))
	for i := range articles {
		all[i] = &articles[i]
	}
	return client.ReadPages(ctx, f, v, all)
}

// showPages writes what came of pages, and of each outcome why the first had it.
func showPages(w io.Writer, readings []feeds.Reading) {
	count, why := map[string]int{}, map[string]error{}
	for _, r := range readings {
		if count[r.Outcome]++; count[r.Outcome] == 1 {
			why[r.Outcome] = r.Err
		}
	}
	for _, outcome := range feeds.PageOutcomes() {
		switch n := count[outcome]; {
		case n > 0 && why[outcome] == nil:
			fmt.Fprintf(w, "  pages\t%d %s\n", n, outcome)
		case n > 0:
			fmt.Fprintf(w, "  pages\t%d %s: %s\n", n, outcome, visible(why[outcome].Error()))
		}
	}
}

// feedOf is the configured feed of an address, or a new one.
func feedOf(list []news.Feed, url string) news.Feed {
	if i := slices.IndexFunc(list, func(f news.Feed) bool { return f.URL == url || f.Slug == url }); i >= 0 {
		return list[i]
	}
	return news.Feed{Slug: "test", URL: url, Interval: 15 * time.Minute, Source: news.Source{Outlet: "test", Family: "test", Weight: 0.6}}
}

// importFeeds makes feeds of an OPML file, in the form of feeds.yaml.
func importFeeds(args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	fs := newFlags("feeds import", stderr, "FILE.opml|-", "Writes the feeds of an OPML file in the form of feeds.yaml. Outlet, family, bloc and weight are for you to set.")
	if err := fs.Parse(args); err != nil {
		return usage(err)
	}
	in := stdin
	if name := fs.Arg(0); name != "" && name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	list, err := feeds.ReadOPML(in)
	if err != nil {
		return err
	}
	type entry struct {
		Slug     string `yaml:"slug"`
		URL      string `yaml:"url"`
		Outlet   string `yaml:"outlet,omitempty"`
		Language string `yaml:"language,omitempty"`
	}
	var entries []entry
	for _, f := range list {
		entries = append(entries, entry{f.Slug, f.URL, f.Outlet, f.Language})
	}
	text, err := yaml.Marshal(map[string][]entry{"feeds": entries})
	if err != nil {
		return err
	}
	_, err = stdout.Write(text)
	return err
}
