package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
	"tensionmonitor/internal/store"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, file string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), "sqlite:"+file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func newFile(t *testing.T) string { return filepath.Join(t.TempDir(), "odd name?#%.db") }

func article(feed string, keys ...string) news.Article {
	return news.Article{ID: keys[0], Keys: keys, Feed: feed, Title: "Baku summons the envoy", Text: "One.\nTwo.",
		Link: "https://example.org/" + keys[0], Language: "en", Published: noon.Add(-time.Hour), FirstSeen: noon, FirstLook: true,
		Source: news.Source{Outlet: "Example Daily", Family: "example", Bloc: "AZ", Weight: 0.4}}
}

var summons = score.Event{Pair: "AZE-IRN", Kind: "summon", From: "AZE", To: "IRN", Intensity: 3, Confidence: 0.9,
	Place: "baku", Number: 2, Field: "title", Span: [2]int{0, 12}, Text: "Baku summons", Rule: "summon.en.1"}

// save stores a look as the monitor does and says how many articles were new.
func save(t *testing.T, s *store.Store, v news.Visit, articles ...news.Article) (added int) {
	t.Helper()
	err := s.SaveLook(t.Context(), func(l *store.Look) error {
		added = 0
		for _, a := range articles {
			known, err := note(l, &a)
			if err != nil {
				return err
			}
			if known.Stored {
				continue
			}
			added++
			if err := add(l, &a); err != nil {
				return err
			}
		}
		return l.Visit(v)
	})
	if err != nil {
		t.Fatal(err)
	}
	return added
}

// note meets an article and notes what is new about it.
func note(l *store.Look, a *news.Article) (store.Known, error) {
	known, err := l.Meet([]*news.Article{a})
	if err != nil {
		return store.Known{}, err
	}
	if known[0].Noteworthy() {
		err = l.Note(a, &known[0])
	}
	return known[0], err
}

// add adds an article with an event.
func add(l *store.Look, a *news.Article) error {
	return l.Add([]store.Found{{Article: a, Result: &score.Result{Relevant: true, Events: []score.Event{summons}}}}, "abc")
}

func ids(t *testing.T, s *store.Store) string {
	t.Helper()
	var got []string
	for a, err := range s.Articles(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, a.ID)
	}
	return strings.Join(got, " ")
}

func TestAnArticleIsKnownByAnyOfItsKeys(t *testing.T) {
	type look struct {
		feed string
		keys []string
		new  int
	}
	for name, looks := range map[string][]look{
		"the same twice":             {{"a", []string{"g:1", "l:1"}, 1}, {"a", []string{"g:1", "l:1"}, 0}},
		"its guid changed":           {{"a", []string{"g:1", "l:1"}, 1}, {"a", []string{"g:2", "l:1"}, 0}},
		"its link changed":           {{"a", []string{"g:1", "l:1"}, 1}, {"a", []string{"g:1", "l:2"}, 0}},
		"one key after the other":    {{"a", []string{"g:1", "l:1"}, 1}, {"a", []string{"g:2", "l:1"}, 0}, {"a", []string{"g:2", "l:2"}, 0}, {"a", []string{"l:2"}, 0}},
		"in another feed":            {{"a", []string{"g:1", "l:1"}, 1}, {"b", []string{"l:1"}, 0}},
		"another article":            {{"a", []string{"g:1", "l:1"}, 1}, {"a", []string{"g:2", "l:2"}, 1}},
		"two articles in one look":   {{"a", []string{"g:1"}, 1}, {"b", []string{"g:2"}, 1}, {"a", []string{"g:2", "g:1"}, 0}},
		"a name of other capitals":   {{"a", []string{"g:x"}, 1}, {"a", []string{"g:X"}, 1}},
		"three feeds, a link in all": {{"a", []string{"l:1"}, 1}, {"b", []string{"l:1"}, 0}, {"c", []string{"l:1"}, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, newFile(t))
			for i, l := range looks {
				v := news.Visit{Feed: l.feed, At: noon.Add(time.Duration(i) * time.Minute), Next: noon}
				if got := save(t, s, v, article(l.feed, l.keys...)); got != l.new {
					t.Errorf("look %d: %d new, want %d", i, got, l.new)
				}
			}
		})
	}
}

func TestEverythingIsThereAfterARestart(t *testing.T) {
	file := newFile(t)
	s := open(t, file)
	want := article("a", "g:1", "l:1")
	visit := news.Visit{Feed: "a", At: noon, Took: 1500 * time.Millisecond, URL: "https://example.org/rss", Status: 200, Bytes: 7,
		Items: 1, New: 1, Class: "parse", Error: "bad", Failures: 3, ETag: `W/"x"`, LastModified: "yesterday", From: "https://example.org/new",
		Digest: "d", Read: noon.Add(-time.Minute), Newest: noon.Add(-time.Hour), Oldest: noon.Add(-9 * time.Hour),
		Edited: 2, Renamed: 4, Pages: 6, Moved: "https://example.org/new", MovedSince: noon.Add(-3 * time.Hour), Fresh: time.Minute, RetryAfter: time.Second,
		Gap: noon.Add(-4 * time.Hour), Habit: news.Habit{Holds: 30, Turnover: 5 * time.Hour, Period: 6 * time.Hour, RestHours: 1<<23 | 1, RestDays: 65, Ahead: 8, OneGuid: true},
		Next: noon.Add(time.Hour), Why: "its interval"}
	for i, v := 0, reflect.ValueOf(visit); i < v.NumField(); i++ {
		if v.Field(i).IsZero() {
			t.Errorf("%s is not tried", v.Type().Field(i).Name)
		}
	}
	save(t, s, news.Visit{Feed: "a", At: noon.Add(-time.Hour), Next: noon})
	save(t, s, visit, want)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = open(t, file)
	last, err := s.LastVisits(t.Context())
	if err != nil || !reflect.DeepEqual(last, map[string]news.Visit{"a": visit}) {
		t.Errorf("last visits %+v, %v; want %+v", last, err, visit)
	}
	if v, err := s.LastVisit(t.Context(), "a"); err != nil || v != visit {
		t.Errorf("last visit %+v, %v; want %+v", v, err, visit)
	}
	if v, err := s.LastVisit(t.Context(), "never"); err != nil || v != (news.Visit{}) {
		t.Errorf("visit to a feed never seen: %+v, %v", v, err)
	}
	want.Keys = nil
	for a, err := range s.Articles(t.Context()) {
		if err != nil || !reflect.DeepEqual(a, want) {
			t.Errorf("article %+v, %v; want %+v", a, err, want)
		}
	}
	want.Text = ""
	var n int
	for r, err := range s.Reports(t.Context(), summons.Pair, summons.Kind, noon.Add(-time.Hour)) {
		if err != nil || !reflect.DeepEqual(r, store.Report{Article: want, Event: summons}) {
			t.Errorf("report %+v, %v", r, err)
		}
	}
	told := store.Told{Article: want.ID, Event: summons, Source: want.Source, Time: noon.Add(-time.Hour), FirstSeen: noon}
	told.Event.Field, told.Event.Span, told.Event.Text, told.Event.Rule, told.Source.Outlet = "", [2]int{}, "", "", ""
	for r, err := range s.Told(t.Context(), summons.Pair, noon.Add(-time.Hour)) {
		n++
		if err != nil || !reflect.DeepEqual(r, told) {
			t.Errorf("told %+v, %v; want %+v", r, err, told)
		}
	}
	for range s.Told(t.Context(), summons.Pair, noon.Add(-time.Hour+time.Microsecond)) {
		n++
	}
	if n != 1 {
		t.Errorf("%d reports, want the one since its time and none later", n)
	}
}

func TestTheFirstVersionStands(t *testing.T) {
	with := func(title, text, feed string, seen time.Duration) news.Article {
		a := article(feed, "g:1", "l:1")
		a.Title, a.Text, a.FirstSeen = title, text, noon.Add(seen*time.Minute)
		return a
	}
	meet := func(s *store.Store, a news.Article) (k store.Known) {
		err := s.SaveLook(t.Context(), func(l *store.Look) (err error) { k, err = note(l, &a); return err })
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	s := open(t, newFile(t))
	first := with("Envoy called in", "One.", "a", 0)
	save(t, s, news.Visit{Feed: "a", At: noon, Next: noon}, first)
	for name, tt := range []struct {
		article news.Article
		edited  bool
	}{
		{with("Envoy called in", "One.", "a", 1), false},
		{with("Envoy expelled", "One.", "a", 2), true},
		{with("Envoy expelled", "One.", "a", 3), false},
		{with("Envoy expelled", "One. Two.", "a", 4), true},
		{with("What they wrote", "Another text.", "b", 5), false}, // another feed's version is no edit
		{with("Envoy called in", "One.", "a", 6), true},           // back to the first
	} {
		if k := meet(s, tt.article); !k.Stored || k.Edited != tt.edited {
			t.Errorf("look %d: %+v, want known, and edited: %v", name, k, tt.edited)
		}
	}
	for a, err := range s.Articles(t.Context()) {
		if err != nil || a.Title != first.Title || a.Text != first.Text {
			t.Errorf("stored is %q, %q, %v, want the first version", a.Title, a.Text, err)
		}
	}
	if got, want := revisions(t, s, "g:1"), "Envoy expelled: One. | Envoy expelled: One. Two. | Envoy called in: One."; got != want {
		t.Errorf("revisions %q, want %q", got, want)
	}
	for i := range 20 { // a feed that puts the time into its text
		meet(s, with("Envoy called in", "At minute "+strings.Repeat("i", i), "a", time.Duration(10+i)))
	}
	if n := strings.Count(revisions(t, s, "g:1"), "|") + 1; n != 10 {
		t.Errorf("%d revisions are kept, want 10", n)
	}
}

func revisions(t *testing.T, s *store.Store, article string) string {
	t.Helper()
	var all []string
	for r, err := range s.Revisions(t.Context(), article) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r.Title+": "+r.Text)
	}
	return strings.Join(all, " | ")
}

func TestAGuidThatChangesIsNoticed(t *testing.T) {
	s := open(t, newFile(t))
	save(t, s, news.Visit{Feed: "a", At: noon, Next: noon}, article("a", "l:1", "g:1"))
	for i, tt := range []struct {
		feed, guid string
		want       bool
	}{{"a", "g:1", false}, {"a", "g:2", true}, {"a", "g:2", false}, {"b", "g:3", false}} {
		err := s.SaveLook(t.Context(), func(l *store.Look) error {
			a := article(tt.feed, "l:1", tt.guid)
			if k, err := note(l, &a); err != nil || k.Renamed != tt.want {
				t.Errorf("look %d: %+v, %v; want renamed: %v", i, k, err, tt.want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnUndatedArticleStaysUndated(t *testing.T) {
	s := open(t, newFile(t))
	a := article("a", "g:1")
	a.Published = time.Time{}
	save(t, s, news.Visit{Feed: "a", At: noon, Next: noon}, a)
	for got, err := range s.Articles(t.Context()) {
		if err != nil || !got.Published.IsZero() || got.Time() != noon {
			t.Errorf("published %v, time %v, %v; want none and first seen", got.Published, got.Time(), err)
		}
	}
}

func TestALookIsStoredWholeOrNotAtAll(t *testing.T) {
	s := open(t, newFile(t))
	planted := errors.New("the process dies here")
	err := s.SaveLook(t.Context(), func(l *store.Look) error {
		a := article("a", "g:1")
		if err := add(l, &a); err != nil {
			return err
		}
		if err := l.Visit(news.Visit{Feed: "a", At: noon, Next: noon}); err != nil {
			return err
		}
		return planted
	})
	if !errors.Is(err, planted) {
		t.Fatal(err)
	}
	if got := ids(t, s); got != "" {
		t.Errorf("articles %q are there", got)
	}
	if last, err := s.LastVisits(t.Context()); err != nil || len(last) != 0 {
		t.Errorf("visits %v, %v", last, err)
	}
	if added := save(t, s, news.Visit{Feed: "a", At: noon, Next: noon}, article("a", "g:1")); added != 1 {
		t.Error("the article counts as known")
	}
}

func TestAReaderDoesNotWaitForAWriter(t *testing.T) {
	s := open(t, newFile(t))
	save(t, s, news.Visit{Feed: "a", At: noon, Next: noon}, article("a", "g:1"))
	err := s.SaveLook(t.Context(), func(l *store.Look) error {
		a := article("a", "g:2")
		if err := add(l, &a); err != nil {
			return err
		}
		if got := ids(t, s); got != "g:1" {
			t.Errorf("inside the transaction readers see %q, want what was committed", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := ids(t, s); got != "g:1 g:2" {
		t.Errorf("after it they see %q", got)
	}
}

func TestPrune(t *testing.T) {
	s := open(t, newFile(t))
	old, young := article("a", "g:old"), article("a", "g:young")
	old.FirstSeen = noon.AddDate(-3, 0, 0)
	save(t, s, news.Visit{Feed: "a", At: noon.AddDate(-3, 0, 0), Next: noon}, old)
	save(t, s, news.Visit{Feed: "a", At: noon.AddDate(-2, 0, 0), Next: noon}, young)
	if err := s.Prune(t.Context(), noon.AddDate(-2, 0, 0), noon); err != nil {
		t.Fatal(err)
	}
	if got := ids(t, s); got != "g:young" {
		t.Errorf("kept %q", got)
	}
	n := 0
	for range s.Told(t.Context(), summons.Pair, time.Time{}) {
		n++
	}
	if n != 1 {
		t.Errorf("kept %d events, want those of the article that stays", n)
	}
	if v, err := s.LastVisit(t.Context(), "a"); err != nil || v.At != noon.AddDate(-2, 0, 0) {
		t.Errorf("last visit %v, %v: the poller lost its memory", v, err)
	}
}

func TestCoverage(t *testing.T) {
	s := open(t, newFile(t))
	for i, ratio := range []float64{0.2, 0.8, 0.5} {
		if err := s.SaveCoverage(t.Context(), "", store.Coverage{At: noon.Add(time.Duration(i) * time.Hour), Ratio: ratio}); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		since time.Time
		first float64
		n     int
	}{{noon.Add(-time.Hour), 0.2, 3}, {noon, 0.2, 3}, {noon.Add(90 * time.Minute), 0.8, 2}, {noon.Add(9 * time.Hour), 0.5, 1}} {
		got, err := s.Coverage(t.Context(), "", tt.since)
		if err != nil || len(got) != tt.n || got[0].Ratio != tt.first {
			t.Errorf("since %v: %v, %v; want %d from %v on", tt.since, got, err, tt.n, tt.first)
		}
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	noDatabase := filepath.Join(dir, "letter.txt")
	if err := os.WriteFile(noDatabase, []byte(strings.Repeat("Dear editor, ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	newer := filepath.Join(dir, "newer.db")
	s := open(t, newer)
	if _, err := s.Jobs().ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`); err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{
		"sqlite:" + noDatabase:                     "file is not a database",
		"sqlite:" + newer:                          "schema is version 99, this program knows 1",
		"sqlite:" + dir:                            "is a directory",
		"sqlite:" + filepath.Join(dir, "no", "x"):  "no such file or directory",
		"sqlite::memory:":                          "want sqlite:FILE",
		"mysql://localhost/news":                   `store.url "mysql://localhost/news": want sqlite:FILE`,
		"sqlite:" + filepath.Join(noDatabase, "x"): "not a directory",
	} {
		_, err := store.Open(context.Background(), url)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", url, err, want)
		}
	}
}
