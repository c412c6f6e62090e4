package monitor

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"tensionmonitor/internal/news"
)

// lookOnce starts a monitor on feeds and looks at each once.
func lookOnce(t *testing.T, headline string, slugs ...string) (*Monitor, *prometheus.Registry) {
	t.Helper()
	p, s := newPress(t, headline), newStore(t)
	var list []news.Feed
	for _, slug := range slugs {
		list = append(list, p.feed(slug))
	}
	m, reg := newMonitor(t, s, list...)
	if err := m.recall(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if _, err := m.look(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	return m, reg
}

// scrapeAs is the answer to a scrape that accepts one format.
func scrapeAs(reg *prometheus.Registry, accept string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", "/metrics", nil)
	r.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	promhttp.HandlerFor(reg, promhttp.HandlerOpts{EnableOpenMetrics: true}).ServeHTTP(w, r)
	return w
}

func TestAnExemplarLeadsToThePollAndTheArticle(t *testing.T) {
	m, reg := lookOnce(t, "Baku summons Iranian ambassador", "gazette")
	text := scrapeAs(reg, "application/openmetrics-text; version=1.0.0").Body.String()
	for metric, article := range map[string]bool{"tension_poll_duration_seconds": false, "tension_score_duration_seconds": true} {
		exemplar := regexp.MustCompile(metric + `_bucket{le="[^"]+"} \d+ # {([^}]+)}`).FindString(text)
		p, err := m.Poll(t.Context(), label(exemplar, "poll"))
		if err != nil || p.Feed != "gazette" || len(p.Brought) != 1 || len(p.Brought[0].Events) == 0 {
			t.Errorf("%s leads by %q to %+v, %v", metric, exemplar, p, err)
		} else if article && p.Brought[0].ID != label(exemplar, "article") {
			t.Errorf("%s leads by %q to another article than %s", metric, exemplar, p.Brought[0].ID)
		}
	}
}

// label is the value of a label in a line of OpenMetrics, or "".
func label(line, name string) string {
	found := regexp.MustCompile(`[{,]` + name + `="([^"]+)"`).FindStringSubmatch(line)
	if found == nil {
		return ""
	}
	return found[1]
}

func TestNativeHistogramsHaveExemplarsToo(t *testing.T) {
	_, reg := lookOnce(t, "", "gazette")
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != "tension_poll_duration_seconds" {
			continue
		}
		h := family.Metric[0].GetHistogram()
		if len(h.PositiveSpan) == 0 || len(h.Bucket) == 0 {
			t.Errorf("not native and classic both: %v", h)
		}
		if len(h.Exemplars) != 1 || !strings.HasPrefix(h.Exemplars[0].Label[0].GetValue(), "gazette@") {
			t.Errorf("exemplars %v", h.Exemplars)
		}
		return
	}
	t.Error("there is no such histogram")
}

// The exposition format allows an exemplar 128 runes, and the client panics above that.
func TestTheLongestExemplarIsAllowed(t *testing.T) {
	slug := strings.Repeat("s", 64) // the longest a configuration allows
	_, reg := lookOnce(t, "Baku summons Iranian ambassador", slug)
	all := regexp.MustCompile(`# {([^}]+)}`).FindAllStringSubmatch(scrapeAs(reg, "application/openmetrics-text").Body.String(), -1)
	if len(all) < 2 {
		t.Fatalf("%d exemplars, want one a histogram", len(all))
	}
	for _, labels := range all {
		if n := utf8.RuneCountInString(strings.NewReplacer("=", "", `"`, "", ",", "").Replace(labels[1])); n > prometheus.ExemplarMaxRunes || !strings.Contains(labels[1], slug) {
			t.Errorf("%d runes in %s", n, labels[1])
		}
	}
	c := newCounters(prometheus.NewRegistry())
	c.look(news.Visit{Feed: strings.Repeat("s", 200), Took: time.Second}, nil) // a longer one has no exemplar, and harms nobody
}

func TestPollsOfOneFeedAndOfAll(t *testing.T) {
	m, _ := lookOnce(t, "Baku summons Iranian ambassador", "broken", "gazette", "herald")
	long := time.Now().Add(-time.Hour)
	for feed, want := range map[string]string{"": "herald gazette broken", "gazette": "gazette", "nobody": ""} {
		polls, err := m.Polls(t.Context(), feed, long, 10)
		var got []string
		for _, p := range polls {
			got = append(got, p.Feed)
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("of %q: %v, %v; want %s", feed, got, err, want)
		}
	}
	polls, err := m.Polls(t.Context(), "broken", long, 10)
	if err != nil || len(polls[0].Ails) != 1 || polls[0].Ails[0].Remedy == "" {
		t.Errorf("the broken feed: %+v, %v; want what to do", polls, err)
	}
}

func TestAPollNobodyKnows(t *testing.T) {
	m, _ := lookOnce(t, "", "gazette")
	for _, id := range []string{"", "gazette", "gazette@", "gazette@yesterday", "@20260308T120000.000000Z", PollID("gazette", time.Unix(0, 0))} {
		if p, err := m.Poll(t.Context(), id); !errors.Is(err, ErrNoPoll) {
			t.Errorf("%q: %s, %v", id, fmt.Sprint(p.ID), err)
		}
	}
}
