package main

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"
)

// A daemon that polls goes on while another process scores all articles anew, and the index stays what it was.
func TestRescoringBesideADaemon(t *testing.T) {
	t.Parallel() // most of it is waiting for the first looks
	const feeds = 60
	n := newNewspaper(t, time.Hour)
	args, _ := n.configure(t, feeds)
	url, daemon := child(t, args)
	for range feeds / 3 {
		<-n.asked
	}
	rescore := func() string {
		var out bytes.Buffer
		if err := run(t.Context(), []string{"rescore", "--all", "--config.file", args[2]}, nil, &out, &out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	for range 3 { // while the daemon stores
		rescore()
	}
	before := scrapeUntil(t, url, "all articles", allIn(feeds))
	if got := rescore(); !strings.HasPrefix(got, "180 articles scored anew") {
		t.Errorf("got %s", got)
	}
	after := scrape(t, url)
	for name, v := range after {
		if strings.HasPrefix(name, "tension_store_errors_total") && v != 0 {
			t.Errorf("%s is %v: the daemon felt it", name, v)
		}
	}
	if math.Abs(after[indexSeries]-before[indexSeries]) > .1 || before[indexSeries] == 0 { // seconds have passed
		t.Errorf("the index is %v, was %v", after[indexSeries], before[indexSeries])
	}
	kill(t, daemon)
	url, _ = child(t, args)
	again := scrapeUntil(t, url, "an index", func(s map[string]float64) bool { _, ok := s[indexSeries]; return ok })
	if math.Abs(again[indexSeries]-before[indexSeries]) > .1 {
		t.Errorf("after a restart the index is %v, was %v", again[indexSeries], before[indexSeries])
	}
}
