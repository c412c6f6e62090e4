package feeds

import (
	"context"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"tensionmonitor/internal/news"
)

// Manners are how much a host is asked.
type Manners struct {
	Connections int           // looks at once; 0 is no limit
	Spacing     time.Duration // from the beginning of one look to that of the next; 0 is none
}

// goodManners are those towards a host of which nothing else is said.
var goodManners = Manners{Connections: 2, Spacing: time.Second}

// hosts keeps our manners: no host has more looks at once than it bears, nor faster than it bears, and one that asks
// to be left alone is left alone by all its feeds. A look that has to wait holds nobody up: it is told when to come
// back. Hosts in the operator's own networks get manners only if they are named.
type hosts struct {
	named map[string]Manners // by host, with or without its port
	home  guard

	mu   sync.Mutex // guards the rest
	all  map[string]*host
	most int // of them, before those at rest are forgotten
}

// host is what we know of one.
type host struct {
	Manners
	looks int                  // going on
	last  time.Time            // when the latest of them began
	free  time.Time            // the first moment that nobody has booked
	rests time.Time            // until when it wants to be left alone
	turns map[string]time.Time // what feeds that have to wait have booked
	pages time.Time            // the first moment at which it bears to be asked for a page
}

// enter begins a look at a feed of a host. Where it is not the feed's turn, leave is nil and turn says when it is.
func (h *hosts) enter(address, slug string, now time.Time) (leave func(), turn time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at := h.of(address)
	if at == nil {
		return func() {}, now
	}
	turn, booked := at.turns[slug]
	if !booked {
		turn = latest(now, at.free, at.rests)
		at.free = turn.Add(at.Spacing)
	}
	turn = latest(turn, at.last.Add(at.Spacing), at.rests)
	if at.Connections > 0 && at.looks >= at.Connections {
		turn = latest(turn, now.Add(max(at.Spacing, time.Second)))
	}
	if turn.After(now) {
		at.turns[slug] = turn
		return nil, turn
	}
	delete(at.turns, slug)
	at.looks, at.last = at.looks+1, now
	return func() { h.leave(at) }, now
}

// await begins to ask a host for a page, and waits until it may. An article has no other look, so nothing is booked: a page
// comes after all looks that are. Where it may not begin before ctx ends, it fails at once.
func (h *hosts) await(ctx context.Context, address string) (leave func(), err error) {
	for {
		now := time.Now()
		leave, turn := h.admit(address, now)
		if leave != nil {
			return leave, nil
		}
		if end, limited := ctx.Deadline(); limited && turn.After(end) {
			return nil, wrong(leftOut, "its host is not to be asked for another %s, longer than the look may take", turn.Sub(now).Round(time.Second))
		}
		wait := time.NewTimer(turn.Sub(now))
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return nil, ctx.Err()
		}
	}
}

// admit begins to ask a host for a page. Where it may not, leave is nil and turn says when it may, as far as one knows.
func (h *hosts) admit(address string, now time.Time) (leave func(), turn time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget(now)
	at := h.of(address)
	if at == nil {
		return func() {}, now
	}
	turn = latest(now, at.free, at.last.Add(at.Spacing), at.rests, at.pages)
	if at.Connections > 0 && at.looks >= at.Connections {
		turn = latest(turn, now.Add(max(at.Spacing, time.Second)))
	}
	if turn.After(now) {
		return nil, turn
	}
	at.looks, at.last, at.free = at.looks+1, now, now.Add(at.Spacing)
	return func() { h.leave(at) }, now
}

// space keeps further pages of a host apart from one that is asked for now.
func (h *hosts) space(address string, next time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if at := h.of(address); at != nil {
		at.pages = latest(at.pages, next)
	}
}

// fewHosts are so few that it is not worth forgetting some.
const fewHosts = 1000

// forget forgets hosts of which nothing has to be known: links lead to more of them than there are feeds, and whoever
// writes a feed decides to how many.
func (h *hosts) forget(now time.Time) {
	if len(h.all) < max(h.most, fewHosts) {
		return
	}
	for name, at := range h.all {
		if at.looks == 0 && len(at.turns) == 0 && !latest(at.free, at.last.Add(at.Spacing), at.rests, at.pages).After(now) {
			delete(h.all, name)
		}
	}
	h.most = 2 * len(h.all)
}

func (h *hosts) leave(at *host) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at.looks--
}

// rest leaves a host alone for a while. Who has booked books anew, one after the other.
func (h *hosts) rest(address string, until time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if at := h.of(address); at != nil && until.After(at.rests) {
		at.rests, at.free = until, latest(at.free, until)
		clear(at.turns)
	}
}

// of is the host of an address; nil for one that needs no manners.
func (h *hosts) of(address string) *host {
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	name := strings.ToLower(u.Host)
	if at := h.all[name]; at != nil {
		return at
	}
	manners, named := h.named[name]
	if !named {
		manners, named = h.named[strings.ToLower(u.Hostname())]
	}
	if !named && h.athome(u.Hostname()) {
		return nil
	}
	if !named {
		manners = goodManners
	}
	at := &host{Manners: manners, turns: make(map[string]time.Time)}
	h.all[name] = at
	return at
}

// athome says whether a host is in the operator's own networks.
func (h *hosts) athome(name string) bool {
	if name == "localhost" {
		name = "127.0.0.1"
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && within(h.home, ip.Unmap().WithZone(""))
}

// Recall reminds a new Client of hosts that asked to be left alone before it was made: last are the last visits.
func (c *Client) Recall(last map[string]news.Visit) {
	for _, v := range last {
		if wish := asked(v); wish > 0 {
			c.hosts.rest(v.URL, v.At.Add(wish))
		}
	}
}

func latest(first time.Time, others ...time.Time) time.Time {
	for _, t := range others {
		if t.After(first) {
			first = t
		}
	}
	return first
}
