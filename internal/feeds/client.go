// Package feeds asks feeds politely and reads what they answer: RSS, Atom and JSON Feed become articles, and
// each look leaves a visit that says what came of it and when the next is due. It owns HTTP, character sets,
// dates, plain text and the identity of articles. It knows no score, no index, no store and no queue; all it
// remembers of a feed is the last visit, which it is given.
package feeds

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"
	"unicode/utf8"

	"golang.org/x/net/http/httpguts"

	"tensionmonitor/internal/news"
)

// Options say how a Client asks. The zero value of each is its default.
type Options struct {
	UserAgent     string         // how the client introduces itself; a name without a contact by default
	Timeout       time.Duration  // limit to one look, redirects and body included; 30 s by default
	MaxBody       int64          // limit to a body in bytes, as it is sent and as it is decoded; 15 MiB by default
	AllowNetworks []netip.Prefix // networks that may be asked though they are not part of the public internet
}

const (
	defaultAgent   = "Mozilla/5.0 (compatible; TensionMonitor; news feed reader)"
	defaultTimeout = 30 * time.Second
	defaultMaxBody = 15 << 20

	dialTimeout   = 10 * time.Second
	tlsTimeout    = 10 * time.Second
	headerTimeout = 20 * time.Second // some Iranian servers think for 12 s
	maxHeader     = 64 << 10
	maxHops       = 5
	maxValidator  = 1 << 10 // bytes; a longer ETag is a mistake we need not carry

	// A server whose validators are wrong says 304 for ever. After so long the feed is read in full once.
	validatorsLast = 8 * 24 * time.Hour
)

// accepts is what we would like to get, feeds first; many servers send feeds under a wrong type.
const accepts = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"

// Client looks at feeds. It is safe for concurrent use and starts nothing that has to be stopped.
type Client struct {
	transport *http.Transport
	agent     string
	timeout   time.Duration
	maxBody   int64
}

// NewClient makes a Client. Proxies of the environment are not used: behind one, nobody could check which
// address is really asked.
func NewClient(o Options) *Client {
	dialer := &net.Dialer{Timeout: dialTimeout, Control: guard(o.AllowNetworks).control}
	c := &Client{agent: o.UserAgent, timeout: o.Timeout, maxBody: o.MaxBody, transport: &http.Transport{
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    tlsTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		MaxResponseHeaderBytes: maxHeader,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        15 * time.Second, // shorter than any interval between looks at one feed
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // we decode ourselves, within limits
	}}
	if c.agent == "" {
		c.agent = defaultAgent
	}
	if c.timeout <= 0 {
		c.timeout = defaultTimeout
	}
	if c.maxBody <= 0 {
		c.maxBody = defaultMaxBody
	}
	return c
}

// Look looks at a feed once. last is the visit before, zero for a first look; now is when the look begins. What
// went wrong is in the visit (Class and Error) and never lost; articles may come with it, when a connection
// broke after some of them. An unchanged feed gives no articles and a visit that is OK.
func (c *Client) Look(ctx context.Context, f news.Feed, last news.Visit, now time.Time) ([]news.Article, news.Visit) {
	began := time.Now()
	v := remember(f, last, now)
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	articles, hints, err := c.look(limited, f, &v)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		err = wrong(classTimeout, "fetching %q: not done within %s", v.name(), c.timeout)
	}
	v.Took = time.Since(began)
	v.conclude(err)
	v.Next = Next(f, v.Visit, hints, now)
	return articles, v.Visit
}

// visit is a Visit in the making.
type visit struct {
	news.Visit
	asked bool // with validators, so that a 304 is an answer
}

// remember begins a visit with what the last one knows. An address that was not asked before has no validators.
func remember(f news.Feed, last news.Visit, now time.Time) visit {
	v := visit{Visit: news.Visit{Feed: f.Slug, At: now, URL: f.URL, Newest: last.Newest}}
	if last.URL != f.URL {
		return v
	}
	v.Failures, v.Digest, v.Read, v.Oldest = last.Failures, last.Digest, last.Read, last.Oldest
	if v.Read.IsZero() || now.Sub(v.Read) < validatorsLast {
		v.From, v.ETag, v.LastModified = last.From, last.ETag, last.LastModified
	}
	return v
}

// conclude notes how the look ended. An error may quote what a server sent, so it is made fit to store.
func (v *visit) conclude(err error) {
	if err == nil {
		v.Failures = 0
		return
	}
	v.Failures++
	v.Class, v.Error = classOf(err), cutRunes(oneLine(err.Error()), maxError)
}

// look asks and reads. Everything it learns goes into the visit.
func (c *Client) look(ctx context.Context, f news.Feed, v *visit) ([]news.Article, Hints, error) {
	resp, err := c.ask(ctx, v)
	if err != nil {
		return nil, Hints{}, fmt.Errorf("fetching %q: %w", v.name(), bare(err))
	}
	defer resp.Body.Close()
	v.Status = resp.StatusCode
	hints := hintsOf(resp.Header, v.At)
	if resp.StatusCode == http.StatusNotModified && v.asked {
		v.validate(resp)
		return nil, hints, nil
	}
	if err := statusFault(resp); err != nil {
		return nil, hints, fmt.Errorf("fetching %s: %w", v.address(resp), err)
	}
	articles, err := c.take(f, v, resp)
	if err != nil {
		err = fmt.Errorf("fetching %s: %w", v.address(resp), err)
	}
	return articles, hints, err
}

// take reads the body. Validators and digest are kept only for a body that was read to its end: otherwise the
// next 304 would hide what was never seen.
func (c *Client) take(f news.Feed, v *visit, resp *http.Response) ([]news.Article, error) {
	buf := buffers.get()
	defer buffers.put(buf)
	broken := c.receive(buf, resp)
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
	f.URL = resp.Request.URL.String()
	doc, err := read(f, buf.Bytes(), resp.Header.Get("Content-Type"), v.At)
	if broken != nil {
		err = broken
	}
	first := v.Digest == ""
	for i := range doc.articles {
		doc.articles[i].FirstLook = first
	}
	v.see(doc.articles)
	if err == nil {
		v.Digest, v.Read = digest, v.At
		v.ETag, v.LastModified, v.From = "", "", ""
		if !doc.damaged {
			v.validate(resp)
		}
	}
	return doc.articles, err
}

// see notes how many articles there are and how far back they reach.
func (v *visit) see(articles []news.Article) {
	v.Items = len(articles)
	oldest := time.Time{}
	for _, a := range articles {
		if !a.Dated() {
			continue
		}
		at := a.Time()
		if at.After(v.Newest) {
			v.Newest = at
		}
		if oldest.IsZero() || at.Before(oldest) {
			oldest = at
		}
	}
	if v.Items > 0 {
		v.Oldest = oldest
	}
}

// ask sends the request and follows redirects.
func (c *Client) ask(ctx context.Context, v *visit) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.URL, nil)
	if err != nil {
		return nil, err
	}
	if !web(req.URL) {
		return nil, wrong(classConnect, "scheme %q, want http or https", req.URL.Scheme)
	}
	req.Header.Set("User-Agent", c.agent)
	req.Header.Set("Accept", accepts)
	req.Header.Set("Accept-Encoding", codings)
	v.condition(req)
	client := http.Client{Transport: c.transport, CheckRedirect: v.hop}
	return client.Do(req)
}

// hop decides whether a redirect is followed. Where it leads is checked when it is dialled.
func (v *visit) hop(req *http.Request, via []*http.Request) error {
	if len(via) > maxHops {
		return wrong(classRedirect, "more than %d redirects, the last to %q", maxHops, req.URL.Redacted())
	}
	if !web(req.URL) {
		return wrong(classRedirect, "a redirect to %q, want http or https", req.URL.Redacted())
	}
	v.condition(req)
	return nil
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

// address names the feed's address in an error, and where it led.
func (v *visit) address(resp *http.Response) string {
	if at := resp.Request.URL.Redacted(); resp.Request.Response != nil {
		return fmt.Sprintf("%q, moved to %q", v.name(), at)
	}
	return fmt.Sprintf("%q", v.name())
}

// name is the feed's address without the password it may have.
func (v *visit) name() string {
	if u, err := url.Parse(v.URL); err == nil {
		return u.Redacted()
	}
	return v.URL
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

func digestOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}
