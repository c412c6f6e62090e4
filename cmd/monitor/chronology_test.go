package main

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tensionmonitor/internal/monitor"
	"tensionmonitor/internal/tension"
	"tensionmonitor/internal/web"
)

var update = flag.Bool("update", false, "write the picture of the chronology into the documentation")

// articlesOf tells the chronology in articles: each event's headline in its number of papers, and in two at least.
func articlesOf(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	lines := json.NewEncoder(&b)
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		papers, err := strconv.Atoi(f[min(4, len(f)-1)])
		if err != nil { // the comment, and the names of the columns
			continue
		}
		for paper := range max(2, papers) {
			if err := lines.Encode(map[string]string{"title": f[5], "outlet": fmt.Sprint("paper ", paper), "published": f[0] + "T12:00:00Z"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return b.String()
}

// The same eight months as by the kinds alone, though every event is found in a headline.
func TestTheChronologyThroughItsHeadlines(t *testing.T) {
	if underRace {
		t.Skip("slow under the race detector, and of one goroutine: .ci/run runs it without")
	}
	text := replayed(t, articlesOf(t, "../../internal/tension/testdata/chronology.tsv"), "--config.file", "", "--to", "2026-04-01", "-")
	index := column(t, text, "index")
	months := make(map[string]float64)
	for at, v := range index {
		months[at[:7]] = max(months[at[:7]], v)
	}
	highest := slices.SortedFunc(maps.Keys(months), func(a, b string) int { return -cmp.Compare(months[a], months[b]) })[:8]
	slices.Sort(highest)
	if want := "2012-05 2021-09 2022-11 2023-01 2023-02 2023-04 2023-05 2026-03"; strings.Join(highest, " ") != want {
		t.Errorf("the eight highest months are %v, want %s", highest, want)
	}
	for at, level := range column(t, text, "level") {
		if level >= float64(tension.High) && !slices.Contains(highest, at[:7]) {
			t.Errorf("the level is %v at %s", level, at)
		}
	}
	if months["2024-07"] != 0 || months["2024-11"] != 0 {
		t.Errorf("July and November 2024 reach %v and %v, want 0", months["2024-07"], months["2024-11"])
	}
	if *update {
		draw(t, index, "../../docs/chronology.svg")
	}
}

// draw writes the picture that docs/index.md shows.
func draw(t *testing.T, index map[string]float64, file string) {
	t.Helper()
	c := web.Curve{Levels: tension.DefaultConstants().Levels, Width: 1000, Height: 300, Tick: web.Years}
	for _, text := range slices.Sorted(maps.Keys(index)) {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		c.Points = append(c.Points, monitor.Point{At: at, Index: index[text], Valid: true})
	}
	const look = `<style>svg { background: #fff } .grid { stroke: #e4e1da } .label { fill: #6a6f76; font: 11px system-ui, sans-serif }` +
		` .line { fill: none; stroke: #bd3b24 } .area { fill: #bd3b24; opacity: .12 }</style>`
	head, body, _ := strings.Cut(c.String(), ">")
	if err := os.WriteFile(file, []byte(head+">"+look+body+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}
