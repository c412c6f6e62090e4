package main

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

func TestAllMetricsOfARunningDaemonKeepTheConventions(t *testing.T) {
	t.Parallel()
	args, _ := newNewspaper(t, time.Hour).configure(t, 1)
	url, stop := start(t, args)
	defer stop()
	scrapeUntil(t, url, "the feed", allIn(1))
	text := get(t, url+"/metrics")
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("lint: %v, %v", problems, err)
	}
	for line := range strings.Lines(text) {
		if name, _, _ := strings.Cut(line, "{"); strings.HasPrefix(name, "tension_") && strings.Contains(name, "_percent") {
			t.Errorf("%s: a ratio is from 0 to 1", name)
		}
	}
}
