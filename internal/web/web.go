// Package web serves what the monitor knows over HTTP: metrics, health, a landing page. It knows handlers
// and no SQL, feeds or formula.
package web

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/exporter-toolkit/web"
)

// Handler answers everything below /. Ready says whether the index can be trusted to be all there.
func Handler(metrics *prometheus.Registry, version string, ready func() bool) (http.Handler, error) {
	landing, err := landingPage(version)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", landing)
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{Registry: metrics, EnableOpenMetrics: true}))
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, "The monitor is healthy.\n")
	})
	mux.HandleFunc("GET /-/ready", func(w http.ResponseWriter, _ *http.Request) {
		if !ready() {
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

func landingPage(version string) (http.Handler, error) {
	return web.NewLandingPage(web.LandingConfig{
		Name:        "Tension monitor",
		Description: "An index of tension between pairs of countries, from what news feeds report",
		Version:     version,
		Profiling:   "false",
		Links: []web.LandingLinks{
			{Address: "/metrics", Text: "Metrics", Description: "the index, what it is made of, and how the feeds do"},
			{Address: "/-/healthy", Text: "Health", Description: "the process runs"},
			{Address: "/-/ready", Text: "Readiness", Description: "the store is read and the index complete"},
		},
	})
}
