package feeds

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tensionmonitor/internal/news"
)

const (
	// An article of which the feed gives less has more on its page. An excerpt as most software makes it, of 55 words, has
	// up to 500 letters in Azerbaijani and Russian; who writes more than that has told who did what to whom.
	shortText = 600 // runes

	mostPages = 10      // a look; with a second between them they fit into it
	maxPage   = 2 << 20 // bytes of a page, as it is sent and as it is decoded; most have 50 to 500 KB
)

// What can come of an article's page, beside the classes of what can go wrong with a look.
const (
	pageRead  = "read"       // the article has its text
	noArticle = "no_article" // there is nothing on it that the feed has not said, or it is the page of something else
	paywall   = "paywall"    // it says that it is for those who pay
	forbade   = "robots"     // its host wants it read by people only, or cannot say whether it does
	leftOut   = "left_out"   // it was not asked for: there were too many, or its host wants to be left alone
)

// PageOutcomes lists every outcome a Reading can have, so that metrics can begin at 0.
func PageOutcomes() []string {
	wrong := slices.DeleteFunc(Classes(), func(class string) bool { return class == classNotAFeed })
	return append([]string{pageRead, noArticle, paywall, forbade, leftOut}, wrong...)
}

// Reading is what came of the page of an article.
type Reading struct {
	Article *news.Article
	Outcome string // one of PageOutcomes
	Err     error  // why the article has nothing from its page; nil where it has
}

// ReadPages reads the pages of new articles, those of a look v at a feed that wants full text, where the feed gives of
// them is short, and puts into Article.Page what they say beyond the feed. Pages are asked for as feeds are, and as their
// hosts' robots.txt allows. It takes no longer than what the look has left of its time, and asks for ten pages at most,
// those of the newest articles. An article without one is as good as before.
func (c *Client) ReadPages(ctx context.Context, f news.Feed, v news.Visit, articles []*news.Article) (all []Reading) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout-v.Took)
	defer cancel()
	tired := make(map[string]bool) // hosts that did not answer, or would rather not
	for i, a := range brief(f, articles) {
		host := hostOf(a.Link)
		var err error
		switch {
		case i >= mostPages:
			err = wrong(leftOut, "%d pages are enough for a look", mostPages)
		case tired[host]:
			err = wrong(leftOut, "its host has just failed")
		default:
			err = c.readPage(ctx, f, a)
		}
		r := Reading{a, outcomeOf(err), err}
		tired[host] = tired[host] || tiring[r.Outcome]
		all = append(all, r)
	}
	return all
}

// brief are the articles of which a feed gives little, the newest first.
func brief(f news.Feed, articles []*news.Article) []*news.Article {
	if !f.FullText {
		return nil
	}
	all := slices.DeleteFunc(slices.Clone(articles), func(a *news.Article) bool {
		return a.Link == "" || utf8.RuneCountInString(a.Text) >= shortText
	})
	slices.SortStableFunc(all, func(a, b *news.Article) int { return b.Time().Compare(a.Time()) })
	return all
}

// tiring are the outcomes after which a host is not asked for further pages in a look.
var tiring = map[string]bool{classDNS: true, classConnect: true, classTLS: true, classTimeout: true, classPrivate: true,
	classBlocked: true, classRateLimited: true, classHTTP5xx: true, leftOut: true}

func outcomeOf(err error) string {
	if err == nil {
		return pageRead
	}
	if class := classOf(err); class != classNotAFeed {
		return class
	}
	return noArticle
}

func hostOf(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	return u.Host
}

// readPage gives an article what its page says beyond the feed.
func (c *Client) readPage(ctx context.Context, f news.Feed, a *news.Article) (err error) {
	buf := buffers.get()
	defer buffers.put(buf)
	p := page{link: a.Link}
	if err = c.fetchPage(ctx, f, &p, buf); err == nil {
		c.reading <- struct{}{}
		a.Page, err = p.text(a, buf.Bytes())
		<-c.reading
	}
	if err != nil {
		return fmt.Errorf("reading the page %q: %w", a.Link, err)
	}
	return nil
}

// page is the page of an article.
type page struct {
	link        string
	at          *url.URL // where the link led in the end
	contentType string
}

// fetchPage asks for a page and takes it into buf. Each host on the way there has its say.
func (c *Client) fetchPage(ctx context.Context, f news.Feed, p *page, buf *bytes.Buffer) error {
	start, err := url.Parse(p.link)
	if err != nil {
		return wrong(classConnect, "the link is none")
	}
	host, leave := "", func() {}
	defer func() { leave() }()
	resp, err := c.follow(ctx, f, start, "text/html, application/xhtml+xml;q=0.9", func(u *url.URL) error {
		if u.Host != host {
			leave()
			next, err := c.hosts.await(ctx, u.String())
			if err != nil {
				leave = func() {}
				return err
			}
			host, leave = u.Host, next
		}
		return c.permit(ctx, f, u)
	})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := pageFault(resp); err != nil {
		return err
	}
	p.at, p.contentType = resp.Request.URL, resp.Header.Get("Content-Type")
	return receive(buf, resp, min(maxPage, c.maxBody))
}

// permit says whether a host allows a page to be read by a program, and keeps the next one as far away as it wants.
func (c *Client) permit(ctx context.Context, f news.Feed, u *url.URL) error {
	rules, err := c.robotsOf(ctx, f, u)
	if err != nil {
		return err
	}
	if rules.closed != nil {
		return fmt.Errorf("the robots.txt of %q is not to be had: %w", u.Host, rules.closed)
	}
	if !rules.allow(u) {
		return wrong(forbade, "the robots.txt of %q forbids it", u.Host)
	}
	if rules.delay > 0 {
		c.hosts.space(u.String(), time.Now().Add(rules.delay))
	}
	return nil
}

// pageFault says why an answer is no page.
func pageFault(resp *http.Response) error {
	code := resp.StatusCode
	if challenged(resp.Header) {
		return wrong(classBlocked, "status %d and a riddle for people, want a page", code)
	}
	if code != http.StatusOK && code != http.StatusNonAuthoritativeInfo {
		return wrong(statusClass(code), "status %d, want 200", code)
	}
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err == nil && kind != "text/html" && kind != "application/xhtml+xml" {
		return wrong(noArticle, "a document of type %q, want HTML", kind)
	}
	return nil
}

// follow asks for an address and goes where it leads. may, unless it is nil, decides at each hop whether it is asked.
func (c *Client) follow(ctx context.Context, f news.Feed, u *url.URL, types string, may func(*url.URL) error) (*http.Response, error) {
	for range 1 + maxHops {
		if !web(u) {
			return nil, wrong(classRedirect, "it leads to %q, want http or https", news.PublicAddress(u.String()))
		}
		u.User, u.Fragment = nil, ""
		if may != nil {
			if err := may(u); err != nil {
				return nil, err
			}
		}
		resp, err := c.get(ctx, f, u, types)
		if err != nil {
			return nil, err
		}
		next, err := resp.Location()
		if resp.StatusCode/100 != 3 || errors.Is(err, http.ErrNoLocation) {
			return resp, nil
		}
		resp.Body.Close()
		if err != nil {
			return nil, wrong(classRedirect, "it leads nowhere: %v", err)
		}
		u = next
	}
	return nil, wrong(classRedirect, "more than %d redirects, the last to %q", maxHops, news.PublicAddress(u.String()))
}

// get asks for an address once, on behalf of a feed. A host that wants to be left alone is, from then on.
func (c *Client) get(ctx context.Context, f news.Feed, u *url.URL, types string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", first(f.UserAgent, c.agent))
	req.Header.Set("Accept", types)
	req.Header.Set("Accept-Encoding", codings)
	wear(req, f)
	way, err := c.wayTo(f, u)
	if err != nil {
		return nil, err
	}
	resp, err := way.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	answer := visit{Visit: news.Visit{At: now, Status: resp.StatusCode}}
	if answer.heed(resp.Header); asked(answer.Visit) > 0 {
		c.hosts.rest(u.String(), now.Add(asked(answer.Visit)))
	}
	return resp, nil
}

// wayTo is the way to a page of a feed. What the operator allows beyond the public internet is for the feeds he names: a
// feed's links lead there on its own host only, or else any feed could have pages of the inside read.
func (c *Client) wayTo(f news.Feed, u *url.URL) (http.RoundTripper, error) {
	home, err := url.Parse(f.URL)
	if err == nil && strings.EqualFold(home.Hostname(), u.Hostname()) {
		return c.proxies.way(c.transport, f.Proxy)
	}
	return c.proxies.way(c.public, f.Proxy)
}
