package feeds

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/net/http/httpguts"

	"tensionmonitor/internal/news"
)

const (
	maxHops      = 5
	maxValidator = 1 << 10 // bytes; a longer ETag is a mistake we need not carry

	// A server whose validators are wrong says 304 for ever. After so long the feed is read in full once.
	validatorsLast = 8 * day
	// A redirect that says it is permanent may be a slip of an afternoon. Only one that was there at each look for so
	// long is taken at its word; a temporary one never is.
	movedFor = 3 * day
)

// accepts is what we would like to get, feeds first; many servers send feeds under a wrong type.
const accepts = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"

// ask sends the request and follows redirects.
func (c *Client) ask(ctx context.Context, v *visit) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.start, nil)
	if err != nil {
		return nil, err
	}
	if !web(req.URL) {
		return nil, wrong(classConnect, "scheme %q, want http or https", req.URL.Scheme)
	}
	transport, err := c.proxies.way(c.transport, v.feed.Proxy)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", first(v.feed.UserAgent, c.agent))
	req.Header.Set("Accept", accepts)
	req.Header.Set("Accept-Encoding", codings)
	v.dress(req)
	client := http.Client{Transport: transport, CheckRedirect: v.hop}
	return client.Do(req)
}

// hop decides whether a redirect is followed. Where it leads is checked when it is dialled.
func (v *visit) hop(req *http.Request, via []*http.Request) error {
	if len(via) > maxHops {
		return wrong(classRedirect, "more than %d redirects, the last to %q", maxHops, news.PublicAddress(req.URL.String()))
	}
	if !web(req.URL) {
		return wrong(classRedirect, "a redirect to %q, want http or https", news.PublicAddress(req.URL.String()))
	}
	status := req.Response.StatusCode
	lasting := status == http.StatusMovedPermanently || status == http.StatusPermanentRedirect
	if lasting && len(req.URL.String()) <= maxLink && (len(via) == 1 || v.led == via[len(via)-1].URL.String()) { // all before it were lasting too
		v.led = req.URL.String()
	}
	v.dress(req)
	return nil
}

// dress gives a request what it needs for where it goes: validators, and the feed's own headers.
func (v *visit) dress(req *http.Request) {
	v.condition(req)
	req.Header.Del("Authorization") // which net/http carries along between the ports of a host
	wear(req, v.feed)
}

// wear gives a request a feed's own headers. They may hold a password, so they go to the feed's own host alone, and not
// in the open where the feed is asked in secret.
func wear(req *http.Request, f news.Feed) {
	home, err := url.Parse(f.URL)
	own := err == nil && req.URL.Host == home.Host && (req.URL.Scheme == "https" || home.Scheme == "http")
	if own && home.User != nil {
		password, _ := home.User.Password()
		req.SetBasicAuth(home.User.Username(), password)
	}
	for name, value := range f.Headers {
		if own {
			req.Header.Set(name, value)
		} else {
			req.Header.Del(name)
		}
	}
}

// condition makes a request conditional if it goes to the address the validators came from, whatever the way
// there: an ETag means nothing to another server, and a date there would be answered with a wrong 304.
func (v *visit) condition(req *http.Request) {
	req.Header.Del("If-None-Match")
	req.Header.Del("If-Modified-Since")
	v.asked = (v.ETag != "" || v.LastModified != "") && (req.URL.String() == v.From || v.From == "" && req.Response == nil)
	if !v.asked {
		return
	}
	if v.ETag != "" {
		req.Header.Set("If-None-Match", v.ETag)
	}
	if v.LastModified != "" {
		req.Header.Set("If-Modified-Since", v.LastModified)
	}
}

// validate takes the validators of an answer, and from whom they are. A 304 may bring new ones.
func (v *visit) validate(resp *http.Response) {
	if etag := resp.Header.Get("ETag"); sendable(etag) {
		v.ETag = etag
	}
	if modified := resp.Header.Get("Last-Modified"); sendable(modified) {
		v.LastModified = modified
	}
	v.From = resp.Request.URL.String()
}

// sendable says whether a validator can be stored and sent back as it is. One that cannot would make every
// later look fail.
func sendable(s string) bool {
	return s != "" && len(s) <= maxValidator && utf8.ValidString(s) && httpguts.ValidHeaderFieldValue(s)
}

// settle notes where the feed's address leads for good, after a look that found the feed there.
func (v *visit) settle() {
	switch {
	case v.led == v.Moved, v.led == "" && v.start != v.URL: // as before
	case v.led == "":
		v.Moved, v.MovedSince = "", time.Time{}
	default:
		v.Moved, v.MovedSince = v.led, v.At
	}
}

// proxies are the ways to the net that go through a proxy. Only an operator's word leads to one: it may be in a private
// network, and what it connects to nobody here can check, but for addresses written as such.
type proxies struct {
	mu  sync.Mutex
	all map[string]*http.Transport
}

// way is the transport through a proxy; without one it is direct.
func (p *proxies) way(direct *http.Transport, proxy string) (http.RoundTripper, error) {
	if proxy == "" {
		return direct, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := p.all[proxy]; t != nil {
		return outward{t}, nil
	}
	u, err := url.Parse(proxy)
	if err != nil {
		return nil, wrong(classConnect, "the proxy's address is none")
	}
	t := direct.Clone()
	t.Proxy, t.DialContext = http.ProxyURL(u), (&net.Dialer{Timeout: dialTimeout}).DialContext
	if p.all == nil {
		p.all = make(map[string]*http.Transport)
	}
	p.all[proxy] = t
	return outward{t}, nil
}

// outward is a transport that refuses private addresses before it asks its proxy.
type outward struct{ *http.Transport }

// RoundTrip sends a request, if it does not lead inside.
func (o outward) RoundTrip(req *http.Request) (*http.Response, error) {
	ip, err := netip.ParseAddr(req.URL.Hostname())
	if err == nil && !public(ip.Unmap().WithZone("")) || req.URL.Hostname() == "localhost" {
		return nil, wrong(classPrivate, "%s is not a public address, and a proxy must not be asked for it", req.URL.Hostname())
	}
	return o.Transport.RoundTrip(req)
}

// address names the feed's address in an error, and where it led.
func (v *visit) address(resp *http.Response) string {
	if at := news.PublicAddress(resp.Request.URL.String()); resp.Request.Response != nil || v.start != v.URL {
		return fmt.Sprintf("%q, moved to %q", news.PublicAddress(v.URL), at)
	}
	return fmt.Sprintf("%q", news.PublicAddress(v.URL))
}

// bare takes off what net/http says around an error: method and address, which we say ourselves.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

func web(u *url.URL) bool { return (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" }
