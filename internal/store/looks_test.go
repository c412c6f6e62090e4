package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

var morning = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func newStore(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "monitor.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// together saves looks that wait for the same turn, and gives their errors.
func together(t *testing.T, s *Store, writes ...func(*Look) error) []error {
	errs := make([]error, len(writes))
	var all sync.WaitGroup
	s.looks.writing.Lock() // somebody is writing
	for i, write := range writes {
		all.Go(func() { errs[i] = s.SaveLook(t.Context(), write) })
	}
	for s.looks.count() < len(writes) {
		runtime.Gosched()
	}
	s.looks.writing.Unlock()
	all.Wait()
	return errs
}

func (l *looks) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.waiting)
}

func visit(slug string) func(*Look) error {
	return func(l *Look) error { return l.Visit(news.Visit{Feed: slug, At: morning, Next: morning}) }
}

func TestLooksThatWaitAreSavedTogether(t *testing.T) {
	s := newStore(t)
	transactions := make(map[any]bool)
	same := func(slug string) func(*Look) error {
		return func(l *Look) error {
			transactions[l.tx] = true
			return visit(slug)(l)
		}
	}
	for i, err := range together(t, s, same("a"), same("b"), same("c")) {
		if err != nil {
			t.Errorf("look %d: %v", i, err)
		}
	}
	if len(transactions) != 1 {
		t.Errorf("%d transactions, want one", len(transactions))
	}
	if last, err := s.LastVisits(t.Context()); err != nil || len(last) != 3 {
		t.Errorf("%d visits, %v; want 3", len(last), err)
	}
}

// One look that fails, or panics, takes no other with it, and leaves the writer to the next.
func TestALookThatFailsFailsAlone(t *testing.T) {
	planted := errors.New("planted")
	for name, bad := range map[string]struct {
		write func(*Look) error
		says  string
	}{
		"an error": {func(l *Look) error { return errors.Join(visit("bad")(l), planted) }, "saving a look: planted"},
		"a panic":  {func(l *Look) error { visit("bad")(l); panic(planted) }, "saving a look: panic: planted"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			errs := together(t, s, visit("a"), bad.write, visit("c"))
			failed := 0
			for _, err := range errs {
				if err != nil {
					failed++
				}
			}
			if failed != 1 || errs[1] == nil || !strings.HasPrefix(errs[1].Error(), bad.says) {
				t.Errorf("got %v, want %q for the second alone", errs, bad.says)
			}
			if err := s.SaveLook(t.Context(), bad.write); err == nil {
				t.Error("alone it fails no more")
			}
			if err := s.SaveLook(t.Context(), visit("d")); err != nil {
				t.Errorf("the next look: %v", err)
			}
			last, err := s.LastVisits(t.Context())
			if _, there := last["bad"]; err != nil || there || len(last) != 3 {
				t.Errorf("%d visits, %v; want those of a, c and d", len(last), err)
			}
		})
	}
}

// However many articles a look brings, all are added, and all are known afterwards.
func TestLooksOfEverySize(t *testing.T) {
	s := newStore(t)
	for _, n := range []int{0, 1, 2, 3, 63, 64, 65, 127, 1000} {
		feed := fmt.Sprintf("feed-%d", n)
		var articles []*news.Article
		var found []Found
		for i := range n {
			a := &news.Article{Keys: []string{fmt.Sprintf("l:%s/%d", feed, i), fmt.Sprintf("g:%s/%d", feed, i)}, Feed: feed, Title: "x", FirstSeen: morning}
			a.ID = a.Keys[0]
			articles = append(articles, a)
			found = append(found, Found{a, &score.Result{Events: []score.Event{{Pair: "AZE-IRN", Kind: "summon"}}[:i%2]}})
		}
		err := s.SaveLook(t.Context(), func(l *Look) error {
			known, err := l.Meet(articles)
			if err != nil {
				return err
			}
			for i, k := range known {
				if k.Stored || len(k.names) != 2 {
					t.Errorf("%s, article %d is known: %+v", feed, i, k)
				}
			}
			return l.Add(found, "abc")
		})
		if err != nil {
			t.Fatal(err)
		}
		known, err := s.Meet(t.Context(), articles)
		if err != nil || len(known) != n {
			t.Fatalf("%d of %d are known, %v", len(known), n, err)
		}
		for i, k := range known {
			if !k.Stored || k.Noteworthy() || k.id != articles[i].ID {
				t.Errorf("%s, article %d: %+v, want it known and nothing new about it", feed, i, k)
			}
		}
	}
	for table, want := range map[string]int{"articles": 1325, "sightings": 2650, "events": 660} {
		var n int
		if err := s.read.QueryRowContext(t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil || n != want {
			t.Errorf("%d rows in %s, %v; want %d", n, table, err, want)
		}
	}
}

func TestStatementsAreKept(t *testing.T) {
	s := newStore(t)
	one := func(text string, args ...any) (n int) {
		t.Helper()
		if err := s.write.QueryRowContext(t.Context(), text, args...).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	tx, err := s.write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	const text = `SELECT value FROM json_each($1)`
	rows, err := tx.QueryContext(t.Context(), text, `[1,2,3]`)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for rows.Next() {
		var outer, inner int
		if err := errors.Join(rows.Scan(&outer), tx.QueryRowContext(t.Context(), text, `[10]`).Scan(&inner)); err != nil { // the same, while it runs
			t.Fatal(err)
		}
		sum += outer + inner
	}
	if err := errors.Join(rows.Err(), rows.Close(), tx.Commit()); err != nil || sum != 36 {
		t.Errorf("sum %d, %v; want 36", sum, err)
	}
	for i := range 3 * mostReady {
		if got := one(fmt.Sprintf(`SELECT %d + $1`, i), 1); got != i+1 {
			t.Fatalf("got %d, want %d", got, i+1)
		}
	}
	if _, err := s.write.ExecContext(t.Context(), `CREATE TABLE late (n integer)`); err != nil {
		t.Fatal(err)
	}
	for want := range 2 { // a statement that was kept sees what another has changed
		if got := one(`SELECT count(*) FROM late`); got != want {
			t.Errorf("%d rows, want %d", got, want)
		}
		if _, err := s.write.ExecContext(t.Context(), `ALTER TABLE late ADD COLUMN c`+fmt.Sprint(want)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.write.ExecContext(t.Context(), `INSERT INTO late (n) VALUES ($1)`, want); err != nil {
			t.Fatal(err)
		}
	}
}
