// Package press is the press as tests and benchmarks need it: a server of as many feeds as wanted, which answers well or
// badly by lot, and keeps its own account of what it served. It knows none of the other rooms, so that nobody who reads
// it is graded by his own ruler.
package press

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fault is one way to answer badly. The good way is "".
type Fault string

// The faults of the world.
const (
	Unavailable Fault = "503"       // with Retry-After
	Limited     Fault = "429"       // with Retry-After
	Gone        Fault = "410"       //
	Moved       Fault = "301"       // to an address that answers well
	Hang        Fault = "hang"      // nothing comes, ever
	Drip        Fault = "drip"      // a byte now and then, without end
	Broken      Fault = "broken"    // the connection breaks before the answer
	Truncated   Fault = "truncated" // … in the middle of the body
	Garbage     Fault = "garbage"   // bytes that are nothing, as XML
	Page        Fault = "page"      // a page for people, with status 200
	Bomb        Fault = "bomb"      // a gigabyte of nothing in a megabyte of gzip
)

// Faults are all there are.
func Faults() []Fault {
	return []Fault{Unavailable, Limited, Gone, Moved, Hang, Drip, Broken, Truncated, Garbage, Page, Bomb}
}

// Moody are the shares of faults in a world in which a third of all answers are bad.
func Moody() map[Fault]float64 {
	shares := map[Fault]float64{Hang: 0.01, Drip: 0.01, Bomb: 0.005, Gone: 0.02}
	for _, f := range Faults() {
		if shares[f] == 0 {
			shares[f] = 0.04
		}
	}
	return shares
}

// Options say what a Press is like. Zero values are a press of no feeds.
type Options struct {
	Feeds      int               // at /feed/0, /feed/1, …
	Items      int               // articles a feed holds; older ones have scrolled away
	Text       int               // bytes of an article's text, about
	Latency    [2]time.Duration  // before an answer, from and to
	Validators bool              // an ETag, and 304 where it comes back
	MaxAge     time.Duration     // what Cache-Control says; 0 is no such header
	RetryAfter time.Duration     // what 429 and 503 say
	Gzip       bool              // to whom accepts it
	Faults     map[Fault]float64 // the share of each fault in all answers; what is left is good
	Began      time.Time         // when the first article of each feed appeared
	Step       time.Duration     // from one article of a feed to the next
	Seed       uint64            // of the lots
}

// Press is a server of feeds.
type Press struct {
	options Options

	mu     sync.Mutex // guards the rest
	lots   *rand.Rand
	feeds  []feed
	counts map[Fault]int
}

// feed is one feed: its articles are numbered from 0.
type feed struct {
	next   int // number of the article that appears next
	served int // all before were in an answer that left whole, or had scrolled away between two
	body   []byte
	zipped []byte
	lost   map[int]bool // numbers that scrolled away before any answer left whole
}

// New makes a press whose feeds are full.
func New(o Options) *Press {
	if o.Faults[Bomb] > 0 {
		bomb() // now, so that nobody who measures memory later takes it for his
	}
	p := &Press{options: o, lots: rand.New(rand.NewPCG(o.Seed, 1)), feeds: make([]feed, o.Feeds), counts: make(map[Fault]int)}
	for i := range p.feeds {
		p.feeds[i] = feed{next: o.Items, lost: make(map[int]bool)}
	}
	return p
}

// Path is where a feed is.
func (p *Press) Path(n int) string { return "/feed/" + strconv.Itoa(n) }

// Link is the address of an article.
func Link(feed, number int) string { return fmt.Sprintf("https://paper-%d.example/%d", feed, number) }

// Publish lets articles appear in a feed.
func (p *Press) Publish(feed, articles int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := &p.feeds[feed]
	f.next += articles
	f.body, f.zipped = nil, nil
}

// Served are the links of all articles that were in an answer that left the server whole.
func (p *Press) Served() map[string]bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make(map[string]bool)
	for n, f := range p.feeds {
		for number := range f.served {
			if !f.lost[number] {
				all[Link(n, number)] = true
			}
		}
	}
	return all
}

// Published says how many articles there were in all.
func (p *Press) Published() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.feeds {
		n += f.next
	}
	return n
}

// Answers counts the answers by their fault; "" are the good ones.
func (p *Press) Answers() map[Fault]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	counts := make(map[Fault]int, len(p.counts))
	for f, n := range p.counts {
		counts[f] = n
	}
	return counts
}

// ServeHTTP answers as the lot falls.
func (p *Press) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	way, number, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n >= len(p.feeds) {
		http.NotFound(w, r)
		return
	}
	fault, latency := p.draw(way == "moved")
	select {
	case <-time.After(latency):
	case <-r.Context().Done():
		return
	}
	if fault == "" {
		p.answer(w, r, n)
		return
	}
	p.fail(w, r, n, fault)
}

// draw draws a fault and a latency. Where a feed has moved to, it is well.
func (p *Press) draw(moved bool) (fault Fault, latency time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	lot := p.lots.Float64()
	if moved {
		lot = 1
	}
	for _, f := range Faults() {
		if lot -= p.options.Faults[f]; lot < 0 {
			fault = f
			break
		}
	}
	p.counts[fault]++
	from, to := p.options.Latency[0], p.options.Latency[1]
	return fault, from + time.Duration(p.lots.Float64()*float64(to-from))
}

// answer gives a feed.
func (p *Press) answer(w http.ResponseWriter, r *http.Request, n int) {
	zip := p.options.Gzip && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
	body, version := p.print(n, zip)
	etag := fmt.Sprintf(`"%d-%d"`, n, version)
	h := w.Header()
	h.Set("Content-Type", "application/rss+xml; charset=utf-8")
	if p.options.MaxAge > 0 {
		h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(p.options.MaxAge.Seconds())))
	}
	if p.options.Validators {
		h.Set("ETag", etag)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if zip {
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if _, err := w.Write(body); err == nil {
		p.account(n, version)
	}
}

// account notes that an answer left whole, with all articles up to version.
func (p *Press) account(n, version int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := &p.feeds[n]
	for number := f.served; number < version-p.options.Items; number++ {
		f.lost[number] = true
	}
	f.served = max(f.served, version)
}

// print is a feed as it is now, and the number of articles that have appeared in it.
func (p *Press) print(n int, zip bool) (body []byte, version int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := &p.feeds[n]
	if f.body == nil {
		f.body = p.compose(n, f.next)
	}
	if zip && f.zipped == nil {
		f.zipped = zipped(f.body)
	}
	if zip {
		return f.zipped, f.next
	}
	return f.body, f.next
}

func zipped(body []byte) []byte {
	var buf bytes.Buffer
	z, _ := gzip.NewWriterLevel(&buf, gzip.BestSpeed) // a level there is
	z.Write(body)                                     // a buffer takes all
	z.Close()
	return buf.Bytes()
}

// fail answers with a fault.
func (p *Press) fail(w http.ResponseWriter, r *http.Request, n int, fault Fault) {
	h := w.Header()
	h.Set("Content-Type", "application/rss+xml")
	switch fault {
	case Unavailable, Limited:
		h.Set("Retry-After", strconv.Itoa(int(p.options.RetryAfter.Seconds())))
		status, _ := strconv.Atoi(string(fault))
		w.WriteHeader(status)
	case Gone:
		w.WriteHeader(http.StatusGone)
	case Moved:
		http.Redirect(w, r, "/moved/"+strconv.Itoa(n), http.StatusMovedPermanently)
	case Hang:
		<-r.Context().Done()
	case Drip:
		drip(w, r)
	case Truncated:
		body, _ := p.print(n, false)
		h.Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body[:len(body)/2])
		panic(http.ErrAbortHandler)
	case Garbage:
		w.Write(bytes.Repeat([]byte{0xfe, '<', 0x00, '&', 0x1b, '>', 0xc3}, 1000))
	case Page:
		h.Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!DOCTYPE html><html><head><title>News</title></head><body><p>Please come in</p></body></html>")
	case Bomb:
		h.Set("Content-Encoding", "gzip")
		w.Write(bomb())
	default:
		panic(http.ErrAbortHandler)
	}
}

// drip sends a byte now and then until the client has enough.
func drip(w http.ResponseWriter, r *http.Request) {
	for r.Context().Err() == nil {
		if _, err := w.Write([]byte(" ")); err != nil {
			return
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			return
		}
		select {
		case <-r.Context().Done():
		case <-time.After(time.Second):
		}
	}
}

// bomb is a gigabyte of nothing: a thousand gzip files of a MiB, one after the other, are one.
var bomb = sync.OnceValue(func() []byte { return bytes.Repeat(zipped(make([]byte, 1<<20)), 1<<10) })
