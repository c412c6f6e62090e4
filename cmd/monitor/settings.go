package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"tensionmonitor/config"
	"tensionmonitor/internal/feeds"
	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
	"tensionmonitor/internal/store"
	"tensionmonitor/internal/tension"
)

// The rooms do not know config; here its values become theirs.

func newsFeeds(configured []config.Feed) []news.Feed {
	list := make([]news.Feed, len(configured))
	for i, f := range configured {
		list[i] = news.Feed{Slug: f.Slug, URL: f.URL, Language: f.Language, Tier: f.Tier, Interval: f.Interval, Disabled: f.Disabled,
			Source: news.Source{Outlet: f.Outlet, Family: f.Family, Bloc: f.Bloc, Weight: f.Weight},
			Manner: news.Manner{UserAgent: f.UserAgent, Headers: f.Headers, Proxy: f.Proxy, Zone: f.Zone, Charset: f.Charset, Aggregator: f.Aggregator, FullText: f.FullText}}
	}
	return list
}

func countEnabled(configured []config.Feed) (n int) {
	for _, f := range configured {
		if f.Disabled == "" {
			n++
		}
	}
	return n
}

func fetchOptions(c config.Config) feeds.Options {
	hosts := make(map[string]feeds.Manners, len(c.Fetch.Hosts))
	for name, h := range c.Fetch.Hosts {
		hosts[name] = feeds.Manners(h)
	}
	return feeds.Options{UserAgent: c.Fetch.UserAgent, Timeout: c.Fetch.Timeout, MaxBody: c.Fetch.MaxBody, AllowNetworks: c.Fetch.AllowNetworks,
		Hosts: hosts, Houses: feeds.Houses(newsFeeds(c.Feeds))}
}

func compile(c config.Config) (*score.Lexicon, error) {
	rows, err := config.Lexicon(c.LexiconDir)
	if err != nil {
		return nil, err
	}
	ours := make([]score.Row, len(rows))
	for i, r := range rows {
		ours[i] = score.Row(r)
	}
	return score.Compile(ours, c.Pairs)
}

// loadLexicon compiles the lexicon that a configuration names.
func loadLexicon(configFile string) (*score.Lexicon, error) {
	_, lexicon, err := loadAll(configFile)
	return lexicon, err
}

// loadAll reads a configuration and compiles the lexicon it names.
func loadAll(configFile string) (config.Config, *score.Lexicon, error) {
	c, err := config.Load(configFile)
	if err != nil {
		return c, nil, faults(err)
	}
	lexicon, err := compile(c)
	if err != nil {
		return c, nil, faults(err)
	}
	return c, lexicon, nil
}

// openStore opens the configured store. The default is a file in the working folder; where that cannot be
// written it goes to the user's state folder, so that the program starts wherever it is called.
func openStore(ctx context.Context, c config.Config) (*store.Store, error) {
	s, err := store.Open(ctx, c.StoreURL)
	if err == nil || !errors.Is(err, os.ErrPermission) && !errors.Is(err, syscall.EROFS) {
		return s, err
	}
	builtIn, defaultErr := config.Default()
	if defaultErr != nil || c.StoreURL != builtIn.StoreURL {
		return nil, err
	}
	path, pathErr := store.Path(c.StoreURL)
	dir, dirErr := stateFolder()
	if pathErr != nil || dirErr != nil {
		return nil, errors.Join(err, pathErr, dirErr)
	}
	return store.Open(ctx, "sqlite:"+filepath.Join(dir, filepath.Base(path)))
}

// stateFolder is where a user's programs keep their state (XDG Base Directory Specification); it is created.
func stateFolder() (string, error) {
	dir := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(dir) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(home, ".local", "state")
	}
	dir = filepath.Join(dir, "tension-monitor")
	return dir, os.MkdirAll(dir, 0o750)
}

// runCheck reads all an operator may change and prints every fault there is.
func runCheck(_ context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) error {
	fs := newFlags("check", stderr, "", "Reads configuration, feeds and lexicon and prints every fault; exit 1 if there is one.")
	configFile := fs.String("config.file", "", configUsage)
	if err := fs.Parse(args); err != nil {
		return usage(err)
	}
	c, err := config.Load(*configFile)
	lexicon, lexiconErr := compile(c) // of the configuration as far as it could be read: no fault hides another
	if err := errors.Join(err, lexiconErr); err != nil {
		return faults(err)
	}
	enabled := countEnabled(c.Feeds)
	_, err = fmt.Fprintf(stdout, "all is well: pairs %v, %d feeds and %d disabled, lexicon %s with %d kinds\n",
		c.Pairs, enabled, len(c.Feeds)-enabled, lexicon.Version(), len(lexicon.Kinds()))
	return err
}

// faults puts the list of faults on lines of their own.
func faults(err error) error { return fmt.Errorf("there are faults:\n%w", err) }

func constants(c config.Index) tension.Constants {
	return tension.Constants{Scale: c.Scale, BlocCap: c.BlocCap, AloneCap: c.AloneCap, CoverageFloor: c.CoverageFloor, Hold: c.Hold,
		HalfLife: spans(c.HalfLife), Join: spans(c.Join), Levels: [4]float64(c.Levels)} // config sees to it that there are four
}

func spans(by map[string]time.Duration) tension.Spans {
	return tension.Spans{Rhetoric: by["rhetoric"], Incident: by["incident"], Measure: by["measure"]}
}
