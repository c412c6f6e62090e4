// Package web serves what the monitor knows over HTTP: metrics, health, a landing page, and a page a pair that
// says what moves its index. It knows handlers and no SQL, feeds or formula.
package web

import (
	"context"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/exporter-toolkit/web"

	"tensionmonitor/internal/monitor"
)

// Site is what there is to serve.
type Site struct {
	Metrics *prometheus.Registry
	Version string
	Pairs   []string
	Ready   func() bool // whether the index can be trusted to be all there
	Account Account
	Polls   func(ctx context.Context, feed string, most int) ([]monitor.Poll, error) // recent looks at a feed, or at all (""), the newest first
	Poll    func(ctx context.Context, id string) (monitor.Poll, error)               // one look; the error is monitor.ErrNoPoll, or the store's
	Config  func() ([]byte, error)                                                   // what is in force, secrets hidden
	Reload  func(context.Context) error                                              // nil where it is off
}

// Handler answers everything below /.
func Handler(s Site) (http.Handler, error) {
	landing, err := landingPage(s.Version, s.Pairs)
	if err != nil {
		return nil, err
	}
	pair, err := pairPage(s.Account, s.Ready)
	if err != nil {
		return nil, err
	}
	polls, err := pollsPage(&s)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /polls", polls)
	mux.HandleFunc("GET /config", configuration(s.Config))
	mux.HandleFunc("POST /-/reload", reload(s.Reload))
	mux.Handle("GET /pair/{pair}", pair)
	mux.HandleFunc("GET /pair.css", stylesheet)
	mux.Handle("GET /{$}", landing)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{Registry: s.Metrics, EnableOpenMetrics: true}))
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, "The monitor is healthy.\n")
	})
	mux.HandleFunc("GET /-/ready", func(w http.ResponseWriter, _ *http.Request) {
		if !s.Ready() {
			answer(w, http.StatusServiceUnavailable, "The monitor is still reading its store.\n")
			return
		}
		answer(w, http.StatusOK, "The monitor is ready.\n")
	})
	return mux, nil
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // a client that went away needs no answer
}

func landingPage(version string, pairs []string) (http.Handler, error) {
	var links []web.LandingLinks
	for _, pair := range pairs {
		links = append(links, web.LandingLinks{Address: "/pair/" + pair, Text: pair, Description: "the index now, and what moves it"})
	}
	return web.NewLandingPage(web.LandingConfig{
		Name:        "Tension monitor",
		Description: "An index of tension between pairs of countries, from what news feeds report",
		Version:     version,
		Profiling:   "false",
		Links: append(links,
			web.LandingLinks{Address: "/metrics", Text: "Metrics", Description: "the index, what it is made of, and how the feeds do"},
			web.LandingLinks{Address: "/polls", Text: "Polls", Description: "the recent looks at feeds, and what came of them"},
			web.LandingLinks{Address: "/config", Text: "Configuration", Description: "what is in force, secrets hidden"},
			web.LandingLinks{Address: "/-/healthy", Text: "Health", Description: "the process runs"},
			web.LandingLinks{Address: "/-/ready", Text: "Readiness", Description: "the store is read and the index complete"},
		),
	})
}
