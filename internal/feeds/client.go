// Package feeds asks feeds politely and reads what they answer: RSS, Atom and JSON Feed become articles, and
// each look leaves a visit that says what came of it and when the next is due. It owns HTTP, character sets,
// dates, plain text and the identity of articles. It knows no score, no index, no store and no queue; all it
// remembers of a feed is the last visit, which it is given.
package feeds

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"time"

	"tensionmonitor/internal/news"
)

// Options say how a Client asks. The zero value of each is its default.
type Options struct {
	UserAgent     string         // how the client introduces itself; a name without a contact by default
	Timeout       time.Duration  // limit to one look, redirects and body included; 30 s by default
	MaxBody       int64          // limit to a body in bytes, as it is sent and as it is decoded; 15 MiB by default
	AllowNetworks []netip.Prefix // networks that may be asked though they are not part of the public internet

	// Dial reaches a host. By default that is the net, and only what is public there or in AllowNetworks.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Hosts with manners of their own, by name, with or without its port. All others get two connections and a second
	// between looks; those in AllowNetworks get none.
	Hosts map[string]Manners
	// Houses are the publishers that are known, by domain, for the articles of aggregators; see Houses.
	Houses map[string]news.Source
}

const (
	defaultAgent   = "Mozilla/5.0 (compatible; TensionMonitor; news feed reader)"
	defaultTimeout = 30 * time.Second
	defaultMaxBody = 15 << 20

	dialTimeout   = 10 * time.Second
	tlsTimeout    = 10 * time.Second
	headerTimeout = 20 * time.Second // some Iranian servers think for 12 s
	maxHeader     = 64 << 10
)

// Client looks at feeds. It is safe for concurrent use and starts nothing that has to be stopped.
type Client struct {
	transport *http.Transport
	public    *http.Transport // the same, without the networks that are allowed: the way to what only a feed names
	proxies   proxies
	robots    robots
	hosts     hosts
	houses    map[string]news.Source
	reading   chan struct{} // has room for those that read: more at once would not be faster, but hold more memory
	agent     string
	timeout   time.Duration
	maxBody   int64
}

// NewClient makes a Client. Proxies of the environment are not used: behind one, nobody could check which
// address is really asked.
func NewClient(o Options) *Client {
	return &Client{
		agent: cmp.Or(o.UserAgent, defaultAgent), timeout: cmp.Or(o.Timeout, defaultTimeout), maxBody: cmp.Or(o.MaxBody, defaultMaxBody),
		hosts: hosts{named: o.Hosts, home: o.AllowNetworks, all: make(map[string]*host)}, houses: o.Houses,
		reading: make(chan struct{}, runtime.GOMAXPROCS(0)), transport: newTransport(o.Dial, o.AllowNetworks), public: newTransport(o.Dial, nil),
	}
}

// newTransport makes a way to the net, by default through a dialer that reaches what is public and what is allowed.
func newTransport(dial func(context.Context, string, string) (net.Conn, error), allowed guard) *http.Transport {
	if dial == nil {
		dial = (&net.Dialer{Timeout: dialTimeout, Control: allowed.control}).DialContext
	}
	return &http.Transport{
		DialContext:            dial,
		TLSHandshakeTimeout:    tlsTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		MaxResponseHeaderBytes: maxHeader,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        15 * time.Second, // shorter than any interval between looks at one feed
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // we decode ourselves, within limits
	}
}

// Look looks at a feed once. last is the visit before, zero for a first look; now is when the look begins. What
// went wrong is in the visit (Class and Error) and never lost; articles may come with it, when a connection
// broke after some of them. An unchanged feed gives no articles and a visit that is OK.
//
// Where the feed's host is being asked enough already, nothing is: the visit is no visit, has no At, and only says when
// to come back.
func (c *Client) Look(ctx context.Context, f news.Feed, last news.Visit, now time.Time) ([]news.Article, news.Visit) {
	began := time.Now()
	v := remember(f, last, now)
	leave, turn := c.hosts.enter(v.start, f.Slug, now)
	if leave == nil {
		return nil, news.Visit{Feed: f.Slug, Next: turn, Why: "its host has others to answer"}
	}
	defer leave()
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	articles, err := c.look(limited, &v)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		err = wrong(classTimeout, "fetching %q: not done within %s", news.PublicAddress(v.URL), c.timeout)
	}
	v.Took = time.Since(began)
	v.conclude(err)
	if wish := asked(v.Visit); wish > 0 {
		c.hosts.rest(v.start, now.Add(wish))
	}
	v.Next, v.Why = Next(f, v.Visit, now)
	return articles, v.Visit
}

// visit is a Visit in the making.
type visit struct {
	news.Visit
	feed  news.Feed
	start string // the address that is asked: the feed's, or where that has led for days
	led   string // where lasting redirects led from there; empty where there were none
	asked bool   // with validators, so that a 304 is an answer
}

// remember begins a visit with what the last one knows. An address that was not asked before has no validators.
func remember(f news.Feed, last news.Visit, now time.Time) visit {
	v := visit{Visit: news.Visit{Feed: f.Slug, At: now, URL: f.URL, Newest: last.Newest}, feed: f, start: f.URL}
	if last.URL != f.URL {
		return v
	}
	v.Failures, v.Digest, v.Read, v.Oldest, v.Gap, v.Habit = last.Failures, last.Digest, last.Read, last.Oldest, last.Gap, last.Habit
	v.Moved, v.MovedSince = last.Moved, last.MovedSince
	if v.Moved != "" && now.Sub(v.MovedSince) >= movedFor {
		v.start = v.Moved
	}
	if v.Read.IsZero() || now.Sub(v.Read) < validatorsLast {
		v.From, v.ETag, v.LastModified = last.From, last.ETag, last.LastModified
	}
	return v
}

// conclude notes how the look ended. An error may quote what a server sent, so it is made fit to store.
func (v *visit) conclude(err error) {
	if err == nil {
		v.Failures = 0
		v.settle()
		return
	}
	v.Failures++
	v.Class, v.Error = classOf(err), cutRunes(oneLine(err.Error()), maxError)
	if v.start != v.URL { // perhaps it has moved again, and the feed's own address knows where to
		v.Moved, v.MovedSince = "", time.Time{}
	}
}

// look asks and reads. Everything it learns goes into the visit.
func (c *Client) look(ctx context.Context, v *visit) ([]news.Article, error) {
	resp, err := c.ask(ctx, v)
	if err != nil {
		return nil, fmt.Errorf("fetching %q: %w", news.PublicAddress(v.URL), bare(err))
	}
	defer resp.Body.Close()
	v.Status = resp.StatusCode
	v.heed(resp.Header)
	if resp.StatusCode == http.StatusNotModified && v.asked {
		v.validate(resp)
		return nil, nil
	}
	if err := statusFault(resp); err != nil {
		return nil, fmt.Errorf("fetching %s: %w", v.address(resp), err)
	}
	articles, err := c.take(v, resp)
	if err != nil {
		err = fmt.Errorf("fetching %s: %w", v.address(resp), err)
	}
	return articles, err
}

// take reads the body. Validators and digest are kept only for a body that was read to its end: otherwise the
// next 304 would hide what was never seen.
func (c *Client) take(v *visit, resp *http.Response) ([]news.Article, error) {
	buf := buffers.get()
	defer buffers.put(buf)
	broken := receive(buf, resp, c.maxBody)
	v.Bytes = int64(buf.Len())
	if broken != nil && (buf.Len() == 0 || classOf(broken) == classTooLarge) {
		return nil, broken
	}
	digest := digestOf(buf.Bytes())
	if broken == nil && digest == v.Digest {
		v.Read = v.At
		v.validate(resp)
		return nil, nil
	}
	f := v.feed
	f.URL = resp.Request.URL.String()
	doc, err := c.read(f, buf.Bytes(), resp.Header.Get("Content-Type"), v.At)
	if broken != nil {
		err = broken
	}
	first := v.Digest == ""
	for i := range doc.articles {
		doc.articles[i].FirstLook = first
	}
	v.see(doc)
	if err == nil {
		v.Digest, v.Read = digest, v.At
		v.ETag, v.LastModified, v.From = "", "", ""
		if !doc.damaged {
			v.validate(resp)
		}
	}
	return doc.articles, err
}

// read reads a body, when it is its turn.
func (c *Client) read(f news.Feed, body []byte, contentType string, now time.Time) (document, error) {
	c.reading <- struct{}{}
	defer func() { <-c.reading }()
	return read(f, c.houses, body, contentType, now)
}

// see notes how many articles there are, how far back they reach, and how the feed is kept.
func (v *visit) see(doc document) {
	if v.Items = len(doc.articles); v.Items == 0 && len(doc.dates) == 0 && doc.damaged {
		return
	}
	v.Habit = doc.habit
	v.Oldest = time.Time{}
	if len(doc.dates) > 0 {
		v.Oldest = doc.dates[0]
		v.Newest = latest(v.Newest, doc.dates[len(doc.dates)-1])
	}
}

func digestOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}
