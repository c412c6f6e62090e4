package web_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tensionmonitor/internal/feeds"
	"tensionmonitor/internal/monitor"
	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
	"tensionmonitor/internal/web"
)

// hostilePoll is a look at a feed that failed half way, whose every text is from somebody who means ill.
func hostilePoll() monitor.Poll {
	return monitor.Poll{ID: monitor.PollID("gazette", noon),
		Visit: news.Visit{Feed: "gazette", At: noon, Took: 1234567 * time.Microsecond, URL: "https://me:sesame@gazette.example/rss?key=sesame", From: "https://cdn.example/" + attack, Status: 200,
			Bytes: 12_345, Items: 40, New: 2, Edited: 1, Pages: 2, Class: "timeout", Error: attack, Next: noon.Add(15 * time.Minute), Why: "it failed: " + attack},
		Ails: []feeds.Diagnosis{{Name: "timeout", Says: attack, Remedy: "raise fetch.timeout"}},
		Brought: []monitor.Find{
			{Article: news.Article{ID: "l:1", Title: attack, Link: "javascript:alert(3)"}, Events: []score.Event{{Kind: "summon", From: "AZE", To: "IRN", Text: attack}}},
			{Article: news.Article{ID: "l:2", Title: attack, Link: `https://example.org/?a="><b>`}},
		}}
}

func polls(_ context.Context, feed string, _ int) ([]monitor.Poll, error) {
	if feed == "herald" {
		return nil, nil
	}
	return []monitor.Poll{hostilePoll()}, nil
}

func poll(_ context.Context, id string) (monitor.Poll, error) {
	if p := hostilePoll(); id == p.ID {
		return p, nil
	}
	return monitor.Poll{}, monitor.ErrNoPoll
}

func pollsPage(t *testing.T, path string) *httptest.ResponseRecorder {
	t.Helper()
	h, err := web.Handler(web.Site{Metrics: prometheus.NewRegistry(), Polls: polls, Poll: poll})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}

func TestAPollSaysAllThatCameOfIt(t *testing.T) {
	body := pollsPage(t, "/polls?poll="+hostilePoll().ID).Body.String()
	for _, want := range []string{`href="/polls?feed=gazette"`, "8 Mar 12:00:00", "1.235s", "200 OK", "12 kB", ">40<", ">2<", "8 Mar 12:15:00", "<b>timeout</b>", "raise fetch.timeout",
		"1 known article has changed", "2 pages were read", "summon", "AZE → IRN", "It asked", "https://gazette.example/rss", "was answered by", "l:1", "Next after 15 min: it failed"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestNothingFromAFeedIsMoreThanTextInPolls(t *testing.T) {
	for _, path := range []string{"/polls", "/polls?feed=gazette", "/polls?feed=%3Cscript%3E", "/polls?poll=" + hostilePoll().ID} {
		w := pollsPage(t, path)
		for _, bad := range []string{"<script", "<img", "javascript:", "<b>\"", "style=", "ZgotmplZ"} {
			if strings.Contains(w.Body.String(), bad) {
				t.Errorf("%s: %q is in the page", path, bad)
			}
		}
		if strings.Contains(w.Body.String(), "sesame") {
			t.Errorf("%s: a password is in the page", path)
		}
		if csp := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none';") || strings.Contains(csp, "script-src") {
			t.Errorf("%s: policy %q", path, csp)
		}
	}
}
