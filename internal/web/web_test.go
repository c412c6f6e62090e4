package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"tensionmonitor/internal/web"
)

func TestHandler(t *testing.T) {
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "news_total", Help: "News."}, func() float64 { return 7 }))
	var ready atomic.Bool
	h, err := web.Handler(web.Site{Metrics: metrics, Version: "1.2.3", Pairs: []string{"AZE-IRN"}, Ready: ready.Load, Account: accountOf(hostile()), Polls: polls, Poll: poll, Config: shown})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		ready        bool
		method, path string
		status       int
		body         string
	}{
		{false, "GET", "/-/healthy", 200, "healthy"},
		{false, "GET", "/-/ready", 503, "still reading"},
		{true, "GET", "/-/ready", 200, "ready"},
		{false, "GET", "/metrics", 200, "news_total 7"},
		{true, "GET", "/", 200, `href="/metrics"`},
		{true, "GET", "/", 200, "1.2.3"},
		{true, "GET", "/", 200, `href="/pair/AZE-IRN"`},
		{true, "GET", "/pair/AZE-IRN", 200, "<h1>AZE-IRN</h1>"},
		{true, "GET", "/pair/FRA-GBR", 404, "no such pair"},
		{false, "GET", "/pair/AZE-IRN", 503, "still reading"},
		{true, "GET", "/pair.css", 200, "color-scheme"},
		{true, "GET", "/polls", 200, "<b>timeout</b>"},
		{true, "GET", "/polls?feed=herald", 200, "herald was not looked at"},
		{true, "GET", "/polls?poll=gazette@20260308T120000.000000Z", 200, "It asked"},
		{true, "GET", "/polls?poll=gazette@yesterday", 404, "no such poll"},
		{true, "GET", "/config", 200, "pairs: [AZE-IRN]"},
		{true, "POST", "/-/reload", 403, "--web.enable-lifecycle"},
		{true, "GET", "/-/reload", 405, ""},
		{true, "GET", "/nothing", 404, ""},
		{true, "POST", "/metrics", 405, ""},
	} {
		ready.Store(tt.ready)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(tt.method, tt.path, nil))
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.body) {
			t.Errorf("%s %s: %d %.200q, want %d with %q", tt.method, tt.path, w.Code, w.Body, tt.status, tt.body)
		}
	}
}

func shown() ([]byte, error) { return []byte("pairs: [AZE-IRN]\n"), nil }

func TestReloadAnswers(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
		body   string
	}{{nil, 200, "is in use"}, {errors.New("monitor.yaml:3: pairs: none"), 500, "monitor.yaml:3: pairs: none\nThe configuration stays as it was.\n"}} {
		h, err := web.Handler(web.Site{Metrics: prometheus.NewRegistry(), Account: accountOf(hostile()), Polls: polls, Poll: poll, Config: shown, Reload: func(context.Context) error { return tt.err }})
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/-/reload", nil))
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.body) {
			t.Errorf("%v: %d %q", tt.err, w.Code, w.Body)
		}
	}
}

func TestTheLandingPageLinksWhatThereIs(t *testing.T) {
	h, err := web.Handler(web.Site{Metrics: prometheus.NewRegistry(), Pairs: []string{"AZE-IRN"}, Ready: func() bool { return true }, Account: accountOf(hostile()), Polls: polls, Poll: poll, Config: shown})
	if err != nil {
		t.Fatal(err)
	}
	page := httptest.NewRecorder()
	h.ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/", nil))
	links := strings.Split(page.Body.String(), `href="`)[1:]
	if len(links) == 0 {
		t.Fatal("no links")
	}
	for _, link := range links {
		link, _, _ = strings.Cut(link, `"`)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, link, nil))
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d", link, w.Code)
		}
	}
}
