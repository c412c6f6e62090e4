package monitor

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"tensionmonitor/internal/store"
	"tensionmonitor/internal/tension"
)

// readParts is into how many parts of time events are read, so that cores which are done early find more to do.
const readParts = 16

// readEvents enters the stored events since a moment, by all cores: a start has to be quick with a million of them.
func (mem *memory) readEvents(ctx context.Context, s *store.Store, since, now time.Time) error {
	locks := make(map[string]*sync.Mutex)
	for pair, book := range mem.books {
		locks[pair] = new(sync.Mutex)
		book.Postpone()
	}
	bounds := []time.Time{since}
	for i := 1; i < readParts; i++ {
		bounds = append(bounds, since.Add(now.Sub(since)/readParts*time.Duration(i)))
	}
	bounds = append(bounds, endOfTime)
	var latest sync.Mutex
	err := shareOut(len(bounds)-1, func(i int) error {
		seen := make(map[string]time.Time)
		for t, err := range s.Told(ctx, bounds[i], bounds[i+1]) {
			if err != nil {
				return fmt.Errorf("reading events: %w", err)
			}
			book := mem.books[t.Event.Pair]
			if book == nil { // a pair that is watched no longer
				continue
			}
			locks[t.Event.Pair].Lock()
			book.Add(reportOf(&t))
			locks[t.Event.Pair].Unlock()
			if t.Time.After(seen[t.Event.Pair]) {
				seen[t.Event.Pair] = t.Time
			}
		}
		latest.Lock()
		defer latest.Unlock()
		for pair, at := range seen {
			if at.After(mem.latest[pair]) {
				mem.latest[pair] = at
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	books := make([]*tension.Book, 0, len(mem.books))
	for _, book := range mem.books {
		books = append(books, book)
	}
	return shareOut(len(books), func(i int) error {
		books[i].Stories() // joins what was postponed
		return nil
	})
}

// shareOut does n things on all cores.
func shareOut(n int, do func(i int) error) error {
	var group errgroup.Group
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := do(i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}
