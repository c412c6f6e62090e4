package main

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tensionmonitor/internal/monitor"
)

// stories runs monitor stories.
func stories(t *testing.T, args ...string) string {
	t.Helper()
	var out, log bytes.Buffer
	if err := run(t.Context(), append([]string{"stories"}, args...), nil, &out, &log); err != nil {
		t.Fatalf("%v\n%s", err, &log)
	}
	return out.String()
}

// What moves the index, on the page, on the terminal and for machines; and how an analyst takes a story out.
func TestWhatMovesTheIndexAndHowToDismissIt(t *testing.T) {
	t.Parallel() // most of it is waiting for the first looks
	n := newNewspaper(t, time.Hour)
	args, db := n.configure(t, 2)
	list := filepath.Join(filepath.Dir(db), "dismissed.yaml")
	f, err := os.OpenFile(args[2], os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("dismissed_file: dismissed.yaml\n"); err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("[]")
	url, stop := start(t, args)
	defer stop()
	scrapeUntil(t, url, "six articles", allIn(2))

	table := stories(t, "--config.file", args[2])
	for _, want := range []string{"AZE-IRN", "Azerbaijan summons Iranian ambassador", "AZE → IRN", "told by gazette-", "“Azerbaijan summons Iranian ambassador”", "https://example.org/gazette-"} {
		if !strings.Contains(table, want) {
			t.Errorf("%q is not in\n%s", want, table)
		}
	}
	var a monitor.Account
	if err := json.Unmarshal([]byte(stories(t, "--config.file", args[2], "--json")), &a); err != nil || len(a.Stories) != 1 {
		t.Fatalf("%v, %+v", err, a)
	}
	if s := a.Stories[0]; math.Abs(s.Points-a.Index) > 1e-9 || s.Kind != "summon" || len(s.Voices) != 2 || len(s.Tellings) != 2 || s.Tellings[0].Words == "" {
		t.Errorf("got %+v", s)
	}
	if past := stories(t, "--config.file", args[2], "--at", "2020-01-01"); !strings.Contains(past, "Nothing is known") {
		t.Errorf("in 2020: %s", past)
	}

	write("- {story: " + a.Stories[0].ID + ", reason: \"a hoax <b>\"}\n")
	scrapeUntil(t, url, "an index of 0", func(s map[string]float64) bool { return s[indexSeries] == 0 })
	if page := get(t, url+"/pair/AZE-IRN"); !strings.Contains(page, `class="escalation dismissed"`) || !strings.Contains(page, "a hoax &lt;b&gt;") {
		t.Errorf("the page does not strike the story out:\n%s", page)
	}
	if table := stories(t, "--config.file", args[2]); !strings.Contains(table, "dismissed: a hoax") || !strings.Contains(table, "A\u0336z\u0336") {
		t.Errorf("the table does not strike the story out:\n%s", table)
	}

	write("- {story: nonsense}\n") // a fault leaves the list as it was, and shows
	scrapeUntil(t, url, "the fault", func(s map[string]float64) bool {
		return s["tension_config_last_reload_successful"] == 0 && s[indexSeries] == 0
	})
	write("[]")
	scrapeUntil(t, url, "the story again", func(s map[string]float64) bool {
		return s["tension_config_last_reload_successful"] == 1 && s[indexSeries] > 0
	})
}

func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
