package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/common/version"
	toolkit "github.com/prometheus/exporter-toolkit/web"
	"go.uber.org/zap"
	"go.uber.org/zap/exp/zapslog"
	"go.uber.org/zap/zapcore"
	"golang.org/x/sync/errgroup"

	"tensionmonitor/config"
	"tensionmonitor/internal/feeds"
	"tensionmonitor/internal/monitor"
	"tensionmonitor/internal/score"
	"tensionmonitor/internal/store"
	"tensionmonitor/internal/web"
)

const (
	// closing is how long scrapes in flight may take once the daemon stops; a client that never reads does
	// not hold it up.
	closing = 3 * time.Second
	// glance is how often a new monitor is asked whether it has read the store, so that it can take over.
	glance = 20 * time.Millisecond
)

// settings are what a reload replaces, as a whole.
type settings struct {
	config  config.Config
	lexicon *score.Lexicon
}

// daemon serves on listeners and a store that stay, with a monitor for each configuration: a reload with a fault
// changes nothing, and one without puts a new monitor in the place of the old, which serves until the new one
// has read the store. Counters then begin anew, as after a restart.
type daemon struct {
	flags    daemonFlags
	store    *store.Store
	storeURL string
	log      *zap.Logger

	mu       sync.Mutex // one reload at a time
	accepted chan settings
	faulty   atomic.Bool                  // the configuration read last is not the one in use
	pages    atomic.Pointer[http.Handler] // of the monitor in use
}

// serve runs until ctx ends or a part fails; then all of it stops.
func (d *daemon) serve(ctx context.Context, s settings, listeners []net.Listener) error {
	server := newServer(d.log, func(w http.ResponseWriter, r *http.Request) { (*d.pages.Load()).ServeHTTP(w, r) })
	toolkitLog := slog.New(zapslog.NewHandler(d.log.Named("web").WithOptions(zap.IncreaseLevel(zapcore.WarnLevel)).Core()))
	first, pages, err := d.monitor(ctx, s)
	if err != nil {
		return err
	}
	d.pages.Store(&pages)

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return d.live(ctx, first, pages) })
	group.Go(func() error { return d.hangUps(ctx) })
	group.Go(func() error {
		err := toolkit.ServeMultiple(listeners, server, &toolkit.FlagConfig{WebConfigFile: &d.flags.webConfig}, toolkitLog)
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return err
	})
	group.Go(func() error {
		<-ctx.Done()
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
		defer cancel()
		if err := server.Shutdown(late); err != nil {
			return server.Close()
		}
		return nil
	})
	return group.Wait()
}

// newServer makes a server that waits for no client for ever: neither for one that asks letter by letter, nor for one that
// does not read the answer. Idle connections outlive the scrape intervals that are usual.
func newServer(log *zap.Logger, pages http.HandlerFunc) *http.Server {
	return &http.Server{Handler: pages, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 3 * time.Minute,
		ErrorLog: zap.NewStdLog(log.Named("web"))}
}

// monitor makes a monitor of settings, and its pages.
func (d *daemon) monitor(ctx context.Context, s settings) (*monitor.Monitor, http.Handler, error) {
	c := s.config
	dismissed := &dismissedFile{path: c.DismissedFile, find: inStore(ctx, d.store), log: d.log}
	metrics := newRegistry(func() bool { return !d.faulty.Load() && dismissed.sound() })
	m := monitor.New(monitor.Parts{
		Feeds: newsFeeds(c.Feeds), Pairs: c.Pairs, Store: d.store, Client: feeds.NewClient(fetchOptions(c)), LookTimeout: c.Fetch.Timeout,
		Lexicon: s.lexicon, Reload: func() (*score.Lexicon, error) { return loadLexicon(d.flags.config) }, Constants: constants(c.Index), PerFeed: c.PerFeed,
		KeepArticles: c.Retention.Articles, KeepVisits: c.Retention.Visits, Dismissed: dismissed.now, Log: d.log.Named("monitor"), Metrics: metrics,
	})
	site := web.Site{Metrics: metrics, Version: version.Version, Pairs: c.Pairs, Ready: m.Ready, Account: m.Account, Config: c.Show, Poll: m.Poll,
		Polls: func(ctx context.Context, feed string, most int) ([]monitor.Poll, error) {
			return m.Polls(ctx, feed, time.Now().Add(-diagnosed), most)
		}}
	if d.flags.lifecycle {
		site.Reload = d.reload
	}
	pages, err := web.Handler(site)
	return m, pages, err
}

// live runs one monitor after the other, a new one with each configuration that is accepted.
func (d *daemon) live(ctx context.Context, m *monitor.Monitor, pages http.Handler) error {
	for {
		next, err := d.generation(ctx, m, pages)
		if err != nil || ctx.Err() != nil {
			return err
		}
		if m, pages, err = d.monitor(ctx, next); err != nil {
			return err
		}
	}
}

// generation runs a monitor until the next settings come, and gives those.
func (d *daemon) generation(ctx context.Context, m *monitor.Monitor, pages http.Handler) (next settings, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return m.Run(ctx) })
	group.Go(func() error {
		for !m.Ready() {
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(glance):
			}
		}
		d.pages.Store(&pages)
		return nil
	})
	group.Go(func() error {
		select {
		case <-ctx.Done():
		case next = <-d.accepted:
			stop()
		}
		return nil
	})
	return next, group.Wait()
}

// reload reads the configuration, the feeds and the lexicon anew. With a fault in any of them everything stays as
// it was, and the error has all faults.
func (d *daemon) reload(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	c, lexicon, err := loadAll(d.flags.config)
	if err == nil && c.StoreURL != d.storeURL {
		err = fmt.Errorf("store.url: value %q: the store cannot change while the monitor runs; restart it", c.StoreURL)
	}
	d.faulty.Store(err != nil)
	if err != nil {
		d.log.Error("the configuration has faults and stays as it was", zap.Error(err))
		return err
	}
	select {
	case d.accepted <- settings{c, lexicon}:
		d.log.Info("the configuration is read anew", zap.Int("feeds", countEnabled(c.Feeds)), zap.String("lexicon", lexicon.Version()), zap.String("hash", lexicon.Hash()))
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// hangUps reloads at each SIGHUP.
func (d *daemon) hangUps(ctx context.Context) error {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hup:
			_ = d.reload(ctx) // it is logged
		}
	}
}
