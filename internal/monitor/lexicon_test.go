package monitor

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tensionmonitor/config"
	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
	"tensionmonitor/internal/store"
	"tensionmonitor/internal/tension"
)

// graver is the shipped lexicon with one word of it changed: a summons is as grave as an attack.
func graver(t *testing.T) *score.Lexicon {
	t.Helper()
	rows, err := config.Lexicon("")
	if err != nil {
		t.Fatal(err)
	}
	ours := make([]score.Row, len(rows))
	for i, r := range rows {
		ours[i] = score.Row(r)
		if strings.Join(r.Path, ".") == "kinds.summon.intensity" {
			ours[i].Value = "9"
		}
	}
	l, err := score.Compile(ours, []string{pair})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// stock stores n articles of other houses, an hour old, each with a summons, as the lexicon finds it.
func stock(t *testing.T, s *store.Store, l *score.Lexicon, n int) {
	t.Helper()
	err := s.SaveLook(t.Context(), func(look *store.Look) error {
		for i := range n {
			at := time.Now().Add(-time.Hour).Truncate(time.Second)
			name := fmt.Sprint("house ", i)
			a := news.Article{ID: name, Keys: []string{name}, Feed: "a", Title: "Baku summons Iranian ambassador", Published: at, FirstSeen: at,
				Source: news.Source{Outlet: name, Family: name, Weight: .1}}
			var r score.Result
			l.Score(&a, &r)
			if err := look.Add([]store.Found{{Article: &a, Result: &r}}, l.Hash()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func hashOf(t *testing.T, reg *prometheus.Registry) string {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "tension_lexicon_info" {
			for _, label := range f.GetMetric()[0].GetLabel() {
				if label.GetName() == "hash" {
					return label.GetValue()
				}
			}
		}
	}
	return ""
}

func TestLaw12TheIndexChangesAtOnceAndTheVersionWithIt(t *testing.T) {
	t.Parallel() // most of it is waiting for the first looks
	p, s := newPress(t, "Baku summons Iranian ambassador"), newStore(t)
	feed := p.feed("a")
	m, reg := newMonitor(t, s, feed)
	old, fresh := m.lexicon.now.Load(), graver(t)
	m.reload = func() (*score.Lexicon, error) { return fresh, nil }
	stock(t, s, old, 1000)
	if err := m.recall(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := gauge(t, reg, "tension_index")

	enough, killed := context.WithCancel(t.Context())
	err := Rescore(enough, s, fresh, func(done, all int64) {
		if all != 1000 {
			t.Errorf("%d articles to do, want 1000", all)
		}
		if done >= 400 {
			killed()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("rescoring ended with %v", err)
	}
	if _, err := m.look(t.Context(), feed); err != nil { // the daemon goes on meanwhile, with its own words
		t.Fatal(err)
	}
	if got := gauge(t, reg, "tension_index"); math.Abs(got-before) > 1 || hashOf(t, reg) != old.Hash() {
		t.Errorf("in the middle the index is %v by %s, want %v by %s", got, hashOf(t, reg), before, old.Hash())
	}

	if err := m.follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := gauge(t, reg, "tension_index")
	if hashOf(t, reg) != fresh.Hash() || after < before+10 {
		t.Errorf("afterwards the index is %v by %s, want much more than %v by %s", after, hashOf(t, reg), before, fresh.Hash())
	}
	if n := count(t, s, `SELECT count(*) FROM events WHERE kind = 'summon' AND intensity < 9`); n != 0 {
		t.Errorf("%d events are still the old lexicon's", n)
	}
	// What a process that starts now says.
	again, reg := newMonitor(t, s, feed)
	again.lexicon.now.Store(fresh)
	if err := again.recall(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := gauge(t, reg, "tension_index"); math.Abs(got-after) > 1e-2 { // the scrapes are moments apart
		t.Errorf("after a restart the index is %v, was %v", got, after)
	}
}

func TestLaw12AStartWithAnotherLexiconScoresAnewBeforeThereIsAnIndex(t *testing.T) {
	s := newStore(t)
	m, reg := newMonitor(t, s)
	stock(t, s, graver(t), 300)
	if err := m.recall(t.Context()); err != nil {
		t.Fatal(err)
	}
	all, err := s.ScoredBy(t.Context(), m.lexicon.Hash())
	if err != nil || !all {
		t.Errorf("all scored by the lexicon in use: %v, %v", all, err)
	}
	if got := gauge(t, reg, "tension_index"); got <= 0 || got > 40 {
		t.Errorf("index %v, want what a summons of intensity 3 gives", got)
	}
}

// Killed at any moment and begun again, and with an unchanged lexicon, rescoring leaves the index as it was.
func TestLaw10RescoringWithTheSameWordsChangesNothing(t *testing.T) {
	s := newStore(t)
	m, _ := newMonitor(t, s)
	l := m.lexicon.now.Load()
	stock(t, s, l, 500)
	now := time.Now().Add(time.Minute)
	index := func() tension.Index {
		t.Helper()
		mem, err := m.read(t.Context(), l)
		if err != nil {
			t.Fatal(err)
		}
		var x tension.Index
		mem.books[pair].Chronicle(tension.Coverage{}).Index(now, &x)
		return x
	}
	want := index()
	for _, after := range []int64{200, 400} {
		for more := true; more; {
			var err error
			if more, err = s.Unscore(t.Context(), 300); err != nil {
				t.Fatal(err)
			}
		}
		ctx, kill := context.WithCancel(t.Context())
		if err := Rescore(ctx, s, l, func(done, _ int64) {
			if done == after {
				kill()
			}
		}); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if got := index(); got.Value != want.Value || want.Value == 0 {
			t.Errorf("killed after %d articles the index is %v, want %v", after, got.Value, want.Value)
		}
	}
	if err := Rescore(t.Context(), s, l, nil); err != nil {
		t.Fatal(err)
	}
	if got := index(); got.Value != want.Value || len(got.Stories) != len(want.Stories) || got.Stories[0].Story.ID != want.Stories[0].Story.ID {
		t.Errorf("scored anew the index is %v, want %v", got.Value, want.Value)
	}
}

func TestAttention(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	live := feedState{feed: &news.Feed{Slug: "live", Interval: time.Hour}, visit: news.Visit{At: now, Next: now}}
	dead := feedState{feed: &news.Feed{Slug: "dead", Interval: time.Hour}, visit: news.Visit{At: now, Next: now, Class: "dns"}}
	const isDead, isLive = 0, 1 // in order of slug
	type article struct {
		age, feed int // hours; place
		escalates []int32
	}
	quiet, tense := article{1, isLive, nil}, article{2, isLive, []int32{0}}
	silent, old := article{2, isDead, []int32{0}}, article{24, isLive, []int32{0}}
	for name, tt := range map[string]struct {
		articles []article
		want     float64
	}{
		"nothing published":    {nil, 0},
		"one in four":          {[]article{quiet, quiet, tense, quiet}, .25},
		"a dead feed is out":   {[]article{quiet, silent}, 0},
		"a day ago is too old": {[]article{quiet, old}, 0},
	} {
		var mem memory
		for _, a := range tt.articles {
			mem.takeNote(now.Add(-time.Duration(a.age)*time.Hour), a.feed, a.escalates)
		}
		if got := attention(mem.notices, []feedState{dead, live}, []string{pair, "ARM-AZE"}, now); got[pair] != tt.want || got["ARM-AZE"] != 0 {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestAttentionSurvivesARestart(t *testing.T) {
	p, s := newPress(t, "Baku summons Iranian ambassador"), newStore(t)
	feed := p.feed("a")
	for range 2 {
		m, reg := newMonitor(t, s, feed)
		if err := m.recall(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := m.look(t.Context(), feed); err != nil {
			t.Fatal(err)
		}
		if got := gauge(t, reg, "tension_attention_ratio"); got != 1 {
			t.Errorf("attention %v, want 1: the only article tells of escalation", got)
		}
	}
}

func TestCoverageOfEachBlocIsKept(t *testing.T) {
	p, s := newPress(t, "Quiet day"), newStore(t)
	good, bad := p.feed("good"), p.feed("broken")
	good.Bloc, bad.Bloc = "AZ", "IR"
	m, _ := newMonitor(t, s, good, bad)
	if err := m.recall(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, feed := range []news.Feed{good, bad} {
		if _, err := m.look(t.Context(), feed); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.sawNothingSince(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	for bloc, want := range map[string][]float64{"AZ": {0, 1, 0}, "IR": {0, 0}} {
		changes, err := s.Coverage(t.Context(), bloc, time.Time{}.Add(1))
		var got []float64
		for _, c := range changes {
			got = append(got, c.Ratio)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: coverage %v, %v; want %v", bloc, got, err, want)
		}
	}
}
