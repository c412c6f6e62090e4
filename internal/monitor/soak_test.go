package monitor

import (
	"flag"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"tensionmonitor/internal/feeds"
	load "tensionmonitor/internal/feeds/press"
	"tensionmonitor/internal/news"
	"tensionmonitor/internal/store"
)

const atOnce = 16 // looks of the soak

var polls = flag.Int("polls", 400, "looks of the soak")

// soak is a monitor of papers that answer with every fault at random, and what it has made of them.
type soak struct {
	*testing.T
	m     *Monitor
	s     *store.Store
	press *load.Press
	open  atomic.Int64 // connections to the press
	list  []news.Feed
}

func newSoak(t *testing.T, many int) *soak {
	shares := map[load.Fault]float64{load.Hang: 0.01, load.Drip: 0.01, load.Bomb: 0.005}
	for _, f := range load.Faults() {
		if shares[f] == 0 {
			shares[f] = 0.04
		}
	}
	k := &soak{T: t, s: newStore(t), press: load.New(load.Options{Feeds: many, Items: 20, Text: 200, Validators: true, Gzip: true, Faults: shares,
		Began: time.Now().Add(-time.Hour), Step: time.Millisecond, Seed: 11})}
	server := httptest.NewUnstartedServer(k.press)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			k.open.Add(1)
		case http.StateClosed:
			k.open.Add(-1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	k.list = papers(server.URL, many)
	parts, _ := partsOf(t, k.s, k.list...)
	parts.LookTimeout = time.Second
	parts.Client = feeds.NewClient(feeds.Options{Timeout: parts.LookTimeout, MaxBody: 1 << 20, AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	k.m = New(parts)
	if err := k.m.recall(t.Context()); err != nil {
		t.Fatal(err)
	}
	return k
}

// round is a look at each of the papers, whether it is due or not.
func (k *soak) round(list []news.Feed) {
	k.Helper()
	exec(k.T, k.s, `UPDATE visits SET next = 0 WHERE next > 0`)
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, f := range list {
		group.Go(func() error {
			_, err := k.m.look(k.Context(), f)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		k.Fatal(err)
	}
}

// failing are the papers whose last look failed.
func (k *soak) failing() (list []news.Feed) {
	k.Helper()
	visits, err := k.s.LastVisits(k.Context())
	if err != nil {
		k.Fatal(err)
	}
	for _, f := range k.list {
		if v := visits[f.Slug]; !v.OK() {
			list = append(list, f)
		}
	}
	return list
}

// Many looks with every fault at random, down to the store. By the press's own account no article that was served is
// lost, and none is stored twice; nothing grows. -polls sets the number.
func TestSoakOfTheStore(t *testing.T) {
	const many = 40
	k := newSoak(t, many)
	lots := rand.New(rand.NewPCG(3, 5))
	rounds := *polls / many
	var goroutines int
	var heap float64
	for n := range rounds {
		if n == rounds/4 { // what is made once is made now
			goroutines, heap = runtime.NumGoroutine(), heapMB()
		}
		for i := range many {
			k.press.Publish(i, lots.IntN(4))
		}
		k.round(k.list)
	}
	grown, more := heapMB()-heap, runtime.NumGoroutine()-goroutines
	for tries := 0; len(k.failing()) > 0; tries++ { // an answer that left whole may have come too late
		if tries == 100 {
			t.Fatalf("%d papers never answer well", len(k.failing()))
		}
		k.round(k.failing())
	}
	if looks := float64(*polls) * 3 / 4; grown > 1+looks*8/1024 { // the press and the index remember two articles a look
		t.Errorf("memory grows by %.1f MB in %.0f looks", grown, looks)
	}
	if open := k.open.Load(); open > 2*atOnce {
		t.Errorf("%d connections are open", open)
	}
	if more > 4*atOnce { // a connection that is kept has two on either side
		t.Errorf("%d goroutines more than at first", more)
	}
	k.compare()
	t.Logf("memory %+.1f MB, goroutines %+d, connections %d; answers %v", grown, more, k.open.Load(), k.press.Answers())
}

// compare holds what is stored against the press's account.
func (k *soak) compare() {
	k.Helper()
	stored := make(map[string]int)
	rows, err := k.s.Jobs().QueryContext(k.Context(), `SELECT link, count(*) FROM articles GROUP BY link`)
	if err != nil {
		k.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var link string
		var n int
		if err := rows.Scan(&link, &n); err != nil {
			k.Fatal(err)
		}
		stored[link] = n
		if n != 1 {
			k.Errorf("%s is stored %d times", link, n)
		}
	}
	if err := rows.Err(); err != nil {
		k.Fatal(err)
	}
	served := k.press.Served()
	for link := range served {
		if stored[link] == 0 {
			k.Errorf("%s was served and is lost", link)
		}
	}
	k.Logf("%d articles were served, %d are stored", len(served), len(stored))
}
