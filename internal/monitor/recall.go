package monitor

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"tensionmonitor/internal/score"
	"tensionmonitor/internal/store"
)

// readEvents enters the stored events since a moment, pair by pair and on all cores: a start has to be quick with a
// million of them. It gives, by article, the places of the pairs of which recent ones tell an escalation.
func (mem *memory) readEvents(ctx context.Context, s *store.Store, pairs []string, since, recent time.Time) (escalates map[string][]int32, err error) {
	latest, escalations := make([]time.Time, len(pairs)), make([]map[string]bool, len(pairs))
	err = shareOut(len(pairs), func(i int) error {
		book := mem.books[pairs[i]]
		book.Postpone()
		escalations[i] = make(map[string]bool)
		for t, err := range s.Told(ctx, pairs[i], since) {
			if err != nil {
				return fmt.Errorf("reading events of %s: %w", pairs[i], err)
			}
			if book.Add(reportOf(&t)) {
				latest[i] = t.Time // they come in its order
			}
			if !t.Time.Before(recent) && mem.sides[t.Event.Kind] == score.Escalation {
				escalations[i][t.Article] = true
			}
		}
		book.Stories() // joins what was postponed
		return nil
	})
	escalates = make(map[string][]int32)
	for i, at := range latest {
		if !at.IsZero() {
			mem.latest[pairs[i]] = at
		}
		for article := range escalations[i] {
			escalates[article] = append(escalates[article], int32(i))
		}
	}
	return escalates, err
}

// shareOut does n things on all cores, and stops at the first error.
func shareOut(n int, do func(i int) error) error {
	var group errgroup.Group
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := do(i); err != nil {
					next.Store(int64(n))
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}
