package monitor

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"tensionmonitor/internal/feeds"
	load "tensionmonitor/internal/feeds/press"
	"tensionmonitor/internal/news"
	"tensionmonitor/internal/store"
)

var polls = flag.Int("polls", 400, "looks of the soak")

// Many looks with every fault at random, scored and stored, by one process after another. By the press's own account no
// article that was served is lost, and none is there twice; nothing grows. -polls sets the number.
func TestSoakOfTheStore(t *testing.T) {
	if _, err := lexicon(); err != nil { // which outlives the bubble
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		const many, processes = 40, 4
		p := load.New(load.Options{Feeds: many, Items: 20, Text: 200, Validators: true, Gzip: true, RetryAfter: time.Minute, Latency: [2]time.Duration{0, 300 * time.Millisecond},
			Faults: load.Moody(), Began: time.Now(), Step: time.Minute, Seed: 7})
		line, open := load.NewLine(), new(atomic.Int64)
		server := &http.Server{Handler: p, ConnState: func(_ net.Conn, state http.ConnState) { open.Add(opened(state)) }}
		go server.Serve(line)
		defer server.Close()
		s := newStore(t)

		each := max(1, *polls/many/processes) // looks at a feed by a process
		var goroutines int
		var memory int64
		for n := range processes {
			soak(t, s, p, line, many, each)
			if n == 0 { // what is made once is made now
				goroutines, memory = runtime.NumGoroutine(), live()
			}
		}
		const strays = 3 // of the runtime and of tests before, which end when they will; a leak is one each few looks
		if now := runtime.NumGoroutine(); now > goroutines+strays {
			t.Errorf("%d goroutines, were %d", now, goroutines)
		}
		if n := open.Load(); n > 0 {
			t.Errorf("%d connections are open", n)
		}
		perLook := (live() - memory) / int64(many*each*(processes-1))
		if perLook > 4<<10 { // the press grows by the names of two articles a look
			t.Errorf("memory grows by %d bytes a look", perLook)
		}
		compare(t, s, p)
		if n, want := count(t, s, `SELECT count(*) FROM visits`), many*each*processes; n != want {
			t.Errorf("%d visits are stored, want one a look, %d", n, want)
		}
		t.Logf("%d bytes a look; answers %v", perLook, p.Answers())
		s.Close()
	})
}

// opened is what a change of a connection adds to those that are open.
func opened(state http.ConnState) int64 {
	switch state {
	case http.StateNew:
		return 1
	case http.StateClosed, http.StateHijacked:
		return -1
	}
	return 0
}

// soak is the life of a process: so many looks at each feed.
func soak(t *testing.T, s *store.Store, p *load.Press, line load.Line, many, looks int) {
	list := papers("", many)
	for n := range list {
		list[n].URL = fmt.Sprintf("http://paper-%d.example%s", n, p.Path(n))
	}
	parts, _ := partsOf(t, s, list...)
	parts.Client = feeds.NewClient(feeds.Options{MaxBody: 1 << 20, Dial: line.Dial})
	m := New(parts)
	if err := m.recall(t.Context()); err != nil {
		t.Fatal(err)
	}
	group, ctx := errgroup.WithContext(t.Context())
	for n, f := range list {
		group.Go(func() error { return follow(ctx, m, p, f, n, looks) })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Minute) // until connections at rest are closed; in a bubble that takes no time
	synctest.Wait()
}

// follow looks at one feed of a press again and again, each time when it is due.
func follow(ctx context.Context, m *Monitor, p *load.Press, f news.Feed, n, looks int) error {
	lots := rand.New(rand.NewPCG(uint64(n), uint64(time.Now().Unix())))
	for range looks {
		last, err := m.store.LastVisit(ctx, f.Slug)
		if err != nil {
			return err
		}
		time.Sleep(time.Until(last.Next))
		p.Publish(n, lots.IntN(4))
		next, err := m.look(ctx, f)
		if err != nil || !next.After(time.Now()) {
			return fmt.Errorf("a look at %s: next %v, %v", f.Slug, next, err)
		}
	}
	return nil
}

// compare holds what is stored against the press's account.
func compare(t *testing.T, s *store.Store, p *load.Press) {
	stored := make(map[string]int)
	for a, err := range s.Articles(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		stored[a.Link]++
	}
	served := p.Served()
	for link := range served {
		if stored[link] == 0 {
			t.Errorf("%s was served and is lost", link)
		}
	}
	for link, n := range stored {
		if n != 1 {
			t.Errorf("%s is there %d times", link, n)
		}
	}
	t.Logf("%d articles of %d were served, %d are stored", len(served), p.Published(), len(stored))
}

// live is the memory in use, in bytes.
func live() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // buffers at rest outlive one collection
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
