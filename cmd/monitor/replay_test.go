package main

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A week of news in an archive: a summons in two papers, arrests, talks.
var week = []string{
	`{"id":"1","title":"Azerbaijan summons Iranian ambassador","published":"2023-01-10T09:00:00Z","outlet":"Gazette"}`,
	`{"id":"2","title":"Baku summons Iran's ambassador over remarks","published":"2023-01-10T11:00:00Z","first_seen":"2023-01-10T11:30:00Z","outlet":"Courier"}`,
	`{"id":"3","title":"Rain in the mountains","published":"2023-01-11T09:00:00Z","outlet":"Gazette"}`,
	`{"id":"4","title":"Azerbaijani police arrest five people on charges of spying for Iran","published":"2023-01-12T09:00:00Z","first_seen":"2023-01-13T09:00:00Z","outlet":"Gazette","weight":0.5}`,
	`{"id":"5","title":"Foreign ministers of Iran and Azerbaijan hold talks","published":"2023-01-15T09:00:00Z","outlet":"Courier"}`,
	`{"id":"1","title":"Azerbaijan expels four Iranian diplomats","published":"2023-01-10T09:00:00Z","first_seen":"2023-01-14T09:00:00Z","outlet":"Gazette"}`,
}

// smallConfig is a configuration with the tests' own lexicon.
func smallConfig(t *testing.T) string {
	t.Helper()
	words, err := filepath.Abs(filepath.Join("testdata", "lexicon"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "small.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, "lexicon: {dir: %q}\n", words), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// replayed replays with the small lexicon, unless a configuration is named.
func replayed(t *testing.T, archive string, args ...string) string {
	t.Helper()
	if !slices.Contains(args, "--config.file") {
		args = append([]string{"--config.file", smallConfig(t)}, args...)
	}
	var out, log bytes.Buffer
	if err := run(t.Context(), append([]string{"replay"}, args...), strings.NewReader(archive), &out, &log); err != nil {
		t.Fatalf("%v\n%s", err, &log)
	}
	return out.String()
}

// column is a column of a replay's CSV, by time.
func column(t *testing.T, text, name string) map[string]float64 {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(rows[0], ","), "time,pair,index,escalation,deescalation,level,coverage,stories"; got != want {
		t.Fatalf("header %s, want %s", got, want)
	}
	at, values := 0, make(map[string]float64)
	for i, n := range rows[0] {
		if n == name {
			at = i
		}
	}
	for _, row := range rows[1:] {
		if values[row[0]], err = strconv.ParseFloat(row[at], 64); err != nil {
			t.Fatal(err)
		}
	}
	return values
}

func TestReplayOfAnArchive(t *testing.T) {
	text := replayed(t, strings.Join(week, "\n"), "--step", "30m", "--from", "2023-01-10", "--to", "2023-01-16T00:00:00Z", "-")
	index, stories := column(t, text, "index"), column(t, text, "stories")
	for _, tt := range []struct {
		at      string
		stories float64
	}{
		{"2023-01-10T08:30:00Z", 0}, {"2023-01-10T09:00:00Z", 1}, {"2023-01-10T11:00:00Z", 1}, {"2023-01-12T09:00:00Z", 1},
		{"2023-01-13T09:00:00Z", 2}, {"2023-01-15T08:30:00Z", 2}, {"2023-01-15T09:00:00Z", 3},
	} {
		if stories[tt.at] != tt.stories {
			t.Errorf("%s: %v stories, want %v", tt.at, stories[tt.at], tt.stories)
		}
	}
	if !(index["2023-01-10T11:30:00Z"] > index["2023-01-10T11:00:00Z"]) {
		t.Error("the second paper does not count when it is seen")
	}
	if index["2023-01-15T09:00:00Z"] >= index["2023-01-15T08:30:00Z"] {
		t.Error("talks do not ease")
	}
	if got := len(index); got != 6*48+1 {
		t.Errorf("%d moments, want both ends and all between", got)
	}
	for at, c := range column(t, text, "coverage") {
		if c != 1 {
			t.Fatalf("coverage %v at %s, want an archive's: 1", c, at)
		}
	}
}

// As known now an article counts from when it was published, as known then from when it was seen.
func TestReplayAsKnownThenAndNow(t *testing.T) {
	at := []string{"--from", "2023-01-12T12:00:00Z", "--to", "2023-01-12T12:00:00Z"}
	archive := strings.Join(week, "\n")
	then := column(t, replayed(t, archive, append(at, "-")...), "stories")
	now := column(t, replayed(t, archive, append(at, "--as-of", "now", "-")...), "stories")
	if then["2023-01-12T12:00:00Z"] != 1 || now["2023-01-12T12:00:00Z"] != 2 {
		t.Errorf("stories as known then %v, now %v; want 1 and 2", then, now)
	}
}

func TestLaw9ReplayIsTheSameInAnyOrder(t *testing.T) {
	want := replayed(t, strings.Join(week, "\n"), "-")
	random := rand.New(rand.NewPCG(1, 2))
	for range 4 {
		lines := append([]string{}, week...)
		random.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		if got := replayed(t, strings.Join(append(lines, lines[0]), "\n"), "-"); got != want {
			t.Fatalf("in the order %v:\n%s\nwant\n%s", lines, got, want)
		}
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := io.WriteString(z, strings.Join(week, "\n")); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	if replayed(t, packed.String(), "-") != want {
		t.Error("packed by gzip it is another")
	}
	half := filepath.Join(t.TempDir(), "half.jsonl")
	if err := os.WriteFile(half, []byte(strings.Join(week[3:], "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	if replayed(t, strings.Join(week[:3], "\n"), half, "-") != want {
		t.Error("in two files it is another")
	}
}

func TestReplayHonoursDismissals(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "monitor.yaml")
	write := func(file, text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(config, "dismissed_file: dismissed.yaml\n")
	write(filepath.Join(dir, "dismissed.yaml"), `[{link: "https://example.org/1", reason: "it was another ambassador"}]`)
	archive := `{"id":"1","title":"Azerbaijan summons Iranian ambassador","link":"https://example.org/1","published":"2023-01-10T09:00:00Z","outlet":"Gazette"}`
	for at, index := range column(t, replayed(t, archive, "--config.file", config, "-"), "index") {
		if index != 0 {
			t.Errorf("index %v at %s, want 0", index, at)
		}
	}
}

// The articles of a store and the same in an archive give the same series, but for what could be seen.
func TestReplayOfTheStore(t *testing.T) {
	t.Parallel() // most of it is waiting for the first looks
	n := newNewspaper(t, time.Hour)
	args, _ := n.configure(t, 3)
	url, stop := start(t, args)
	live := scrapeUntil(t, url, "nine articles", allIn(3))
	stop()
	now := time.Now().UTC().Add(time.Second).Format(time.RFC3339) // whole seconds, none of them before the last look
	text := replayed(t, "", "--config.file", args[2], "--from", now, "--to", now)
	if got, want := column(t, text, "index")[now], live[indexSeries]; want == 0 || got < want-.1 || got > want+.1 { // some seconds have passed
		t.Errorf("index %v, the daemon said %v", got, want)
	}
	// Scored anew they say the same.
	change(t, args, `UPDATE articles SET lexicon = 'older'`)
	change(t, args, `DELETE FROM events`)
	if again := replayed(t, "", "--config.file", args[2], "--from", now, "--to", now); again != text {
		t.Errorf("scored anew: %s\nwant %s", again, text)
	}
}

func TestReplaySaysWhatIsWrong(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		says string
	}{
		"no such format": {[]string{"--format", "xml"}, "want csv or openmetrics"},
		"no such way":    {[]string{"--as-of", "tomorrow"}, "want first-seen or now"},
		"no step":        {[]string{"--step", "0s"}, "want more than 0"},
		"no such pair":   {[]string{"--pair", "FRA-GBR", "-"}, "there are AZE-IRN"},
		"backwards":      {[]string{"--from", "2023-02-01", "--to", "2023-01-01"}, "is before --from"},
		"no file":        {[]string{"none.jsonl"}, "none.jsonl: no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			err := run(t.Context(), append([]string{"replay", "--config.file", smallConfig(t)}, tt.args...), strings.NewReader(""), io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %q", err, tt.says)
			}
		})
	}
	for _, label := range []string{"job", "=x", "9=x", "kind=new", "pair=FRA-GBR", "a=\xff"} {
		if _, stderr, err := call(t, "", "replay", "--label", label); !errors.Is(err, errUsage) || !strings.Contains(stderr, "NAME=VALUE") {
			t.Errorf("--label %q: %v, %q", label, err, stderr)
		}
	}
	if got := replayed(t, `{"title":"Azerbaijan summons Iranian ambassador"}`, "-"); strings.Count(got, "\n") != 1 {
		t.Errorf("an article without a date has no place in time: %q", got)
	}
}

func TestDrawProgress(t *testing.T) {
	got := drawProgress("replaying AZE-IRN", 30, 120, 2*time.Second)
	if want := "replaying AZE-IRN  " + strings.Repeat("━", 7) + strings.Repeat("─", 23) + "  25%, 6s left"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := drawProgress("reading articles", 12, 0, time.Second); got != "reading articles  12" {
		t.Errorf("got %q", got)
	}
}

// BenchmarkReplay is a year of a pair with 40 articles a day, told hour by hour.
func BenchmarkReplay(b *testing.B) {
	var archive strings.Builder
	begin := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 365 * 40 {
		fmt.Fprintf(&archive, `{"title":%q,"published":%q,"outlet":"paper %d"}`+"\n",
			[]string{"Azerbaijan summons Iranian ambassador", "Rain in the mountains", "Iran holds military drills near Azerbaijan's border", "Foreign ministers of Iran and Azerbaijan hold talks"}[i%4],
			begin.Add(time.Duration(i)*36*time.Minute).Format(time.RFC3339), i%30)
	}
	for b.Loop() {
		if err := run(b.Context(), []string{"replay", "-"}, strings.NewReader(archive.String()), io.Discard, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
