package store_test

import (
	"testing"
	"time"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/store"
)

func TestVisitsOfOneFeed(t *testing.T) {
	s := open(t, newFile(t))
	for i := range 4 {
		at := noon.Add(time.Duration(i) * time.Minute)
		save(t, s, news.Visit{Feed: "gazette", At: at, Next: at})
		save(t, s, news.Visit{Feed: "herald", At: at, Next: at})
	}
	for _, tt := range []struct {
		from, to time.Duration
		most     int
		newest   time.Duration
		n        int
	}{{0, 3 * time.Minute, 9, 3 * time.Minute, 4}, {time.Minute, time.Minute, 9, time.Minute, 1}, {0, 3 * time.Minute, 2, 3 * time.Minute, 2}} {
		got, err := s.VisitsTo(t.Context(), "gazette", noon.Add(tt.from), noon.Add(tt.to), tt.most)
		if err != nil || len(got) != tt.n || got[0].Feed != "gazette" || !got[0].At.Equal(noon.Add(tt.newest)) {
			t.Errorf("from %s to %s: %+v, %v; want %d, the first at %s", tt.from, tt.to, got, err, tt.n, tt.newest)
		}
	}
}

func TestWhatASpanOfTimeBrought(t *testing.T) {
	s := open(t, newFile(t))
	told, later := article("gazette", "told"), article("gazette", "later")
	later.FirstSeen = noon.Add(time.Hour)
	save(t, s, news.Visit{Feed: "gazette", At: noon, Next: noon}, told)
	save(t, s, news.Visit{Feed: "gazette", At: later.FirstSeen, Next: noon}, later)
	var got []store.Report
	for r, err := range s.Brought(t.Context(), noon, noon.Add(time.Minute)) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r)
	}
	if len(got) != 1 || got[0].Article.ID != "told" || got[0].N != 0 || got[0].Event.Kind != summons.Kind || got[0].Event.Text != summons.Text {
		t.Errorf("got %+v", got)
	}
	mustExec(t, s, `DELETE FROM events`)
	for r, err := range s.Brought(t.Context(), noon, noon) {
		if err != nil || r.N != -1 || r.Article.Title != told.Title {
			t.Errorf("without an event: %+v, %v", r, err)
		}
	}
}

func mustExec(t *testing.T, s *store.Store, statement string) {
	t.Helper()
	if _, err := s.Jobs().ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
