package feeds

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"tensionmonitor/internal/feeds/press"
	"tensionmonitor/internal/news"
)

var polls = flag.Int("polls", 800, "looks of the soak")

// onPress runs a press in a bubble of synctest, where waiting takes no time and a slow machine is none, with a client
// that reaches it under any name.
func onPress(t *testing.T, o press.Options, test func(*testing.T, *press.Press, *Client, *connections)) {
	synctest.Test(t, func(t *testing.T) {
		line, lines, p := press.NewLine(), new(connections), press.New(o)
		server := &http.Server{Handler: p, ConnState: lines.watch}
		go server.Serve(line)
		c := NewClient(Options{MaxBody: 1 << 20, Dial: line.Dial})
		defer func() {
			c.transport.CloseIdleConnections()
			server.Close()
			synctest.Wait()
		}()
		test(t, p, c, lines)
	})
}

// paperAt is a feed of a press; each has a host of its own.
func paperAt(p *press.Press, n int) news.Feed {
	f := desk
	f.Slug, f.URL = fmt.Sprintf("paper-%d", n), fmt.Sprintf("http://paper-%d.example%s", n, p.Path(n))
	return f
}

// Nine faults that one well-known poller gets wrong. Each feed is followed for a simulated day, or a month where it is
// gone: what the looks say, and how many there are.
func TestTheNineFaults(t *testing.T) {
	always := func(f press.Fault) map[press.Fault]float64 { return map[press.Fault]float64{f: 1} }
	for name, tt := range map[string]struct {
		options     press.Options
		days        int
		least, most int // looks
		class       string
		articles    int
	}{
		"304 with max-age":     {press.Options{Validators: true, MaxAge: 45 * time.Minute}, 1, 28, 33, "", 20},
		"503 with Retry-After": {press.Options{Faults: always(press.Unavailable), RetryAfter: 3 * time.Hour}, 1, 8, 9, classHTTP5xx, 0},
		"410":                  {press.Options{Faults: always(press.Gone)}, 30, 2, 2, classHTTP4xx, 0},
		"301":                  {press.Options{Faults: always(press.Moved)}, 1, 80, 97, "", 20},
		"a bomb":               {press.Options{Faults: always(press.Bomb)}, 1, 6, 9, classTooLarge, 0},
		"a truncated body":     {press.Options{Faults: always(press.Truncated)}, 1, 24, 27, classConnect, 9},
		"a slow drip":          {press.Options{Faults: always(press.Drip)}, 1, 24, 27, classTimeout, 0},
		"HTML":                 {press.Options{Faults: always(press.Page)}, 1, 6, 9, classNotAFeed, 0},
		"a hang":               {press.Options{Faults: always(press.Hang)}, 1, 24, 27, classTimeout, 0},
	} {
		t.Run(name, func(t *testing.T) {
			o := tt.options
			o.Feeds, o.Items, o.Text, o.Began, o.Step = 1, 20, 500, noon.Add(-day), time.Hour
			onPress(t, o, func(t *testing.T, p *press.Press, c *Client, _ *connections) {
				f := paperAt(p, 0)
				var v news.Visit
				known, found, looks := archive{}, 0, 0
				for now := noon; now.Before(noon.Add(time.Duration(tt.days) * day)); now = v.Next {
					var articles []news.Article
					articles, v = c.Look(t.Context(), f, v, now)
					found += known.add(articles)
					looks++
					if v.Class != tt.class {
						t.Fatalf("look %d: %s: %s, want %q", looks, v.Class, v.Error, tt.class)
					}
				}
				if looks < tt.least || looks > tt.most {
					t.Errorf("%d looks, want %d to %d; the next because of %s", looks, tt.least, tt.most, v.Why)
				}
				if found != tt.articles {
					t.Errorf("%d articles, want %d", found, tt.articles)
				}
				if asked := total(p.Answers()); asked != looks && name != "301" {
					t.Errorf("%d requests for %d looks", asked, looks)
				}
			})
		})
	}
}

func total(answers map[press.Fault]int) (n int) {
	for _, count := range answers {
		n += count
	}
	return n
}

// shelf is what a soak has stored, as the store does.
type shelf struct {
	sync.Mutex
	keys  map[string]bool
	links map[string]int
}

func (s *shelf) add(articles []news.Article) {
	s.Lock()
	defer s.Unlock()
	for _, a := range articles {
		if !slices.ContainsFunc(a.Keys, func(k string) bool { return s.keys[k] }) {
			s.links[a.Link]++
		}
		for _, k := range a.Keys {
			s.keys[k] = true
		}
	}
}

// connections counts those that are open to a server.
type connections struct{ open atomic.Int64 }

func (c *connections) watch(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		c.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		c.open.Add(-1)
	}
}

// Many looks with every fault at random. By the press's own account no article that was served is lost, and none is
// there twice; nothing grows. -polls sets the number.
func TestSoak(t *testing.T) {
	const many = 40
	o := press.Options{Feeds: many, Items: 20, Text: 200, Validators: true, Gzip: true, RetryAfter: time.Minute, Latency: [2]time.Duration{0, 300 * time.Millisecond},
		Faults: press.Moody(), Began: noon, Step: time.Minute, Seed: 7}
	onPress(t, o, func(t *testing.T, p *press.Press, c *Client, lines *connections) {
		stored := &shelf{keys: make(map[string]bool), links: make(map[string]int)}
		soak := func(begins time.Time, looks int) {
			var group errgroup.Group
			for n := range many {
				group.Go(func() error { return follow(t, c, p, n, begins, looks, stored) })
			}
			if err := group.Wait(); err != nil {
				t.Fatal(err)
			}
			c.transport.CloseIdleConnections()
			synctest.Wait() // connections end when both sides have noticed
		}
		soak(noon, *polls/many/4) // what is made once is made now
		goroutines, heap := runtime.NumGoroutine(), live()
		soak(noon.AddDate(100, 0, 0), *polls/many*3/4)
		const strays = 3 // of the runtime and of tests before, which end when they will; a leak is one each few looks
		if now := runtime.NumGoroutine(); now > goroutines+strays {
			t.Errorf("%d goroutines, were %d", now, goroutines)
		}
		if open := lines.open.Load(); open > 0 {
			t.Errorf("%d connections are open", open)
		}
		perLook := (live() - heap) / (int64(*polls) * 3 / 4)
		if perLook > 4<<10 { // the shelf and the press grow by the names of two articles a look
			t.Errorf("memory grows by %d bytes a look", perLook)
		}
		stored.compare(t, p)
		t.Logf("%d bytes a look; answers %v", perLook, p.Answers())
	})
}

// compare holds what is stored against the press's account.
func (s *shelf) compare(t *testing.T, p *press.Press) {
	served := p.Served()
	for link := range served {
		if s.links[link] == 0 {
			t.Errorf("%s was served and is lost", link)
		}
	}
	for link, n := range s.links {
		if n != 1 || !strings.HasPrefix(link, "https://paper-") {
			t.Errorf("%s is there %d times", link, n)
		}
	}
	t.Logf("%d articles of %d were served, %d are stored", len(served), p.Published(), len(s.links))
}

// live is the memory in use, in bytes.
func live() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// follow looks at one feed of a press again and again, each time when it is due.
func follow(t *testing.T, c *Client, p *press.Press, n int, now time.Time, looks int, stored *shelf) error {
	lots := rand.New(rand.NewPCG(uint64(n), uint64(looks)))
	f := paperAt(p, n)
	var v news.Visit
	for ; looks > 0; looks-- {
		p.Publish(n, lots.IntN(4))
		articles, visit := c.Look(t.Context(), f, v, now)
		if visit.At.IsZero() || !visit.Next.After(now) {
			return fmt.Errorf("a look at %s was %+v", f.Slug, visit)
		}
		stored.add(articles)
		v, now = visit, visit.Next
	}
	return nil
}
