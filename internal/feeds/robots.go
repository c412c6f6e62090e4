package feeds

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"tensionmonitor/internal/news"
)

// Feeds are published to be fetched by programs; pages are not, so a host's robots.txt (RFC 9309) decides whether they
// are asked for. It is read by code of our own: the libraries that were to be had compile each pattern to a regular
// expression, which half a megabyte of them makes dear, and know neither that a pattern begins where the path does nor
// that of two equally long ones the one that allows counts.

const (
	maxRobots      = 500 << 10 // bytes of a robots.txt that count; the least RFC 9309 asks a reader to manage
	robotsLast     = day       // how long one may be kept, by the same
	robotsAgain    = time.Hour // until one that was not to be had is asked for again
	robotsTimeout  = 15 * time.Second
	mostRobots     = 1000    // hosts whose rules are kept
	mostRobotsKept = 4 << 20 // bytes of all their patterns
	ourProduct     = "TensionMonitor"
)

// rules are what a host's robots.txt says to us.
type rules struct {
	list   []rule
	delay  time.Duration // between two pages: Crawl-delay, which is no part of the RFC
	closed error         // why nothing may be asked, where nobody could tell what the rules are
}

// rule allows or forbids the paths that its pattern matches. In a pattern "*" is anything, and "$" at the end the end.
type rule struct {
	pattern string
	allow   bool
}

// readRobots gives the rules for a product: those of the groups that name it, or else of those for everybody.
func readRobots(text []byte, product string) rules {
	var ours, all rules
	var us, everybody, named, begun bool // whom the group is for; whether any named us; whether its rules have begun
	for field, value := range robotsLines(text) {
		if field == "user-agent" {
			if begun {
				us, everybody, begun = false, false, false
			}
			us, everybody = us || strings.EqualFold(productToken.FindString(value), product), everybody || value == "*"
			named = named || us
			continue
		}
		begun = begun || field == "allow" || field == "disallow" || field == "crawl-delay"
		if us {
			ours.add(field, value)
		}
		if everybody {
			all.add(field, value)
		}
	}
	if named {
		return ours
	}
	return all
}

// robotsLines goes through the lines that say something.
func robotsLines(text []byte) iter.Seq2[string, string] {
	return func(yield func(field, value string) bool) {
		text = bytes.ReplaceAll(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), []byte("\r"), []byte("\n"))
		for line := range bytes.Lines(text) {
			line, _, _ = bytes.Cut(line, []byte("#"))
			field, value, said := strings.Cut(string(line), ":")
			if said && !yield(strings.ToLower(strings.TrimSpace(field)), strings.TrimSpace(value)) {
				return
			}
		}
	}
}

func (r *rules) add(field, value string) {
	switch {
	case value == "":
	case field == "allow" || field == "disallow":
		if value[0] != '/' && value[0] != '*' {
			value = "/" + value
		}
		r.list = append(r.list, rule{plainPath(value), field == "allow"})
	case field == "crawl-delay":
		if s, err := strconv.ParseFloat(value, 64); err == nil && s > 0 {
			r.delay = time.Duration(min(s, day.Seconds()) * float64(time.Second))
		}
	}
}

// allow says whether a page may be asked for: the longest pattern that matches decides, and of two the one that allows.
func (r *rules) allow(u *url.URL) bool {
	path := plainPath(u.RequestURI())
	longest := rule{allow: true}
	for _, next := range r.list {
		better := len(next.pattern) > len(longest.pattern) || len(next.pattern) == len(longest.pattern) && next.allow
		if better && next.matches(path) {
			longest = next
		}
	}
	return longest.allow
}

// matches needs no more steps than pattern and path have letters: what "*" stands for is taken as short as can be.
func (r rule) matches(path string) bool {
	pattern, whole := strings.CutSuffix(r.pattern, "$")
	head, rest, wild := strings.Cut(pattern, "*")
	path, ok := strings.CutPrefix(path, head)
	for ok && wild {
		head, rest, wild = strings.Cut(rest, "*")
		if whole && !wild {
			return strings.HasSuffix(path, head)
		}
		_, path, ok = strings.Cut(path, head)
	}
	return ok && (!whole || path == "")
}

// size is what the rules take to keep.
func (r *rules) size() (n int) {
	for _, next := range r.list {
		n += len(next.pattern) + 24
	}
	return n
}

// plainPath is a path, or a pattern, in the form in which equal ones are equal: octets outside ASCII are escaped, and
// letters that need not be are not.
func plainPath(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) {
			if octet, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				i += 2
				if c = byte(octet); !strings.ContainsRune(alphanumeric+"-._~", rune(c)) {
					fmt.Fprintf(&b, "%%%02X", c)
					continue
				}
			}
		}
		if c >= 0x80 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

var (
	compatible   = regexp.MustCompile(`^Mozilla/[0-9.]+ \(compatible; `)
	productToken = regexp.MustCompile(`^[A-Za-z_-]+`)
)

// productOf is the name in a User-Agent by which robots.txt may call us: a webmaster knows us from his log only. One that
// says it is a browser is ours.
func productOf(agent string) string {
	name := productToken.FindString(agent[len(compatible.FindString(agent)):])
	if name == "" || name == "Mozilla" {
		return ourProduct
	}
	return name
}

// robots remembers the rules of hosts.
type robots struct {
	mu   sync.Mutex // guards the rest
	all  map[string]*notice
	kept int // bytes of all patterns
}

// notice is what is known of the robots.txt of a host, to one product.
type notice struct {
	reading chan struct{} // has room for one: who has the rules read. He alone touches what follows
	rules   *rules        // nil where nobody has read them yet
	until   time.Time     // when they are to be read again
}

// of is the notice of a host. Where there are too many all are forgotten; their hosts are asked once more.
func (r *robots) of(u *url.URL, product string) *notice {
	r.mu.Lock()
	defer r.mu.Unlock()
	name := u.Scheme + "://" + strings.ToLower(u.Host) + " " + product
	if r.all[name] == nil {
		if r.all == nil || len(r.all) >= mostRobots || r.kept > mostRobotsKept {
			r.all, r.kept = make(map[string]*notice), 0
		}
		r.all[name] = &notice{reading: make(chan struct{}, 1)}
	}
	return r.all[name]
}

func (r *robots) keep(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept += n
}

// robotsOf gives the rules of a host, from its robots.txt where it was not read today. One that cannot be had forbids
// everything, unless it was read before.
func (c *Client) robotsOf(ctx context.Context, f news.Feed, u *url.URL) (*rules, error) {
	product := productOf(first(f.UserAgent, c.agent))
	n := c.robots.of(u, product)
	select {
	case n.reading <- struct{}{}:
		defer func() { <-n.reading }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	now := time.Now()
	if now.Before(n.until) {
		return n.rules, nil
	}
	fresh, err := c.fetchRobots(ctx, f, u, product)
	switch {
	case ctx.Err() != nil: // there was no time: that says nothing about the host
		return nil, ctx.Err()
	case err == nil:
		n.rules, n.until = fresh, now.Add(robotsLast)
		c.robots.keep(fresh.size())
	default:
		n.until = now.Add(robotsAgain)
		if n.rules == nil || n.rules.closed != nil {
			n.rules = &rules{closed: err}
		}
	}
	return n.rules, nil
}

// fetchRobots reads the robots.txt of a host. That there is none, or that we may not see it, allows everything.
func (c *Client) fetchRobots(ctx context.Context, f news.Feed, u *url.URL, product string) (*rules, error) {
	ctx, cancel := context.WithTimeout(ctx, robotsTimeout)
	defer cancel()
	file := &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/robots.txt"}
	resp, err := c.follow(ctx, f, file, "text/plain", nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	code := resp.StatusCode
	switch {
	case code == http.StatusTooManyRequests || code >= 500 || code < 200 || code >= 300 && code < 400:
		return nil, wrong(forbade, "status %d, want 200 or 404", code)
	case code >= 400:
		return &rules{}, nil
	}
	buf := buffers.get()
	defer buffers.put(buf)
	err = unpack(buf, resp, maxRobots)
	text := buf.Bytes()
	switch {
	case err == nil:
	case classOf(err) == classTooLarge: // what is beyond the limit does not count, nor half a line
		text = text[:bytes.LastIndexByte(text, '\n')+1]
	default:
		return nil, err
	}
	r := readRobots(text, product)
	return &r, nil
}
