package main

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// post asks for a reload and gives the answer.
func post(t *testing.T, url string) (status int, body string) {
	t.Helper()
	answer, err := http.Post(url+"/-/reload", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func rewrite(t *testing.T, file, old, new string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), old, new, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A reload with faults answers with all of them and changes nothing; a sound one takes feeds, lexicon and constants
// at once, a removed feed's series vanish, and the index is there all the while.
func TestReload(t *testing.T) {
	t.Parallel()
	n := newNewspaper(t, time.Hour)
	args, _ := n.configure(t, 2)
	url, stop := start(t, append(args, "--web.enable-lifecycle"))
	defer stop()
	const index, level = `tension_index{pair="AZE-IRN"}`, `tension_level_threshold{level="watch"}`
	before := scrapeUntil(t, url, "both feeds", func(m map[string]float64) bool {
		return m[`tension_feed_up{feed="gazette-000"}`]+m[`tension_feed_up{feed="gazette-001"}`] == 2 && m[index] > 0
	})

	rewrite(t, args[2], "feeds_files: []", "feeds_files: []\nindex: {levels: [50, 40, 60, 80]}\nmetrics: {per_feed: some}\nnonsense: 1")
	status, body := post(t, url)
	for _, want := range []string{"index.levels", "metrics.per_feed", "nonsense", "stays as it was"} {
		if status != http.StatusInternalServerError || !strings.Contains(body, want) {
			t.Errorf("a faulty configuration: status %d, no %q in %s", status, want, body)
		}
	}
	if m := scrape(t, url); m["tension_config_last_reload_successful"] != 0 || m[index] == 0 || m[level] != 20 {
		t.Errorf("after a faulty reload: successful %v, index %v, watch %v", m["tension_config_last_reload_successful"], m[index], m[level])
	}

	rewrite(t, args[2], "levels: [50, 40, 60, 80]", "levels: [10, 40, 60, 80]")
	rewrite(t, args[2], "per_feed: some", "per_feed: full")
	rewrite(t, args[2], "nonsense: 1", "")
	rewrite(t, args[2], "slug: gazette-001", "slug: renamed")
	if status, body := post(t, url); status != http.StatusOK {
		t.Fatalf("a sound configuration: status %d, %s", status, body)
	}
	after := scrapeUntil(t, url, "the new levels", func(m map[string]float64) bool {
		if _, ok := m[index]; !ok {
			t.Error("the index is gone while the configuration changes")
		}
		return m[level] == 10
	})
	for series := range after {
		if strings.Contains(series, `feed="gazette-001"`) {
			t.Errorf("a removed feed still has %s", series)
		}
	}
	if after["tension_config_last_reload_successful"] != 1 || after[index] > before[index] {
		t.Errorf("after a sound reload: successful %v, index %v, was %v", after["tension_config_last_reload_successful"], after[index], before[index])
	}
}

func TestReloadIsOffUnlessEnabled(t *testing.T) {
	t.Parallel()
	n := newNewspaper(t, time.Hour)
	args, _ := n.configure(t, 1)
	url, stop := start(t, args)
	defer stop()
	if status, body := post(t, url); status != http.StatusForbidden || !strings.Contains(body, "--web.enable-lifecycle") {
		t.Errorf("status %d, %s", status, body)
	}
}
