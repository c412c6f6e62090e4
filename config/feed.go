package config

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"go.yaml.in/yaml/v3"
)

// Feed is a feed as configured.
type Feed struct {
	Slug     string // its name in metrics and logs: lower-case letters, digits and hyphens; unique
	URL      string // http or https
	Outlet   string // the name a reader knows; by default the slug
	Family   string // the publishing house; by default the outlet
	Bloc     string // the state the house speaks for ("AZ", "IR", …); empty for an independent
	Language string // "en", "az", …; empty where it is not known
	Tier     int    // 1 wire or public broadcaster, 2 independent, 3 aligned or unclear, 4 state; 0 unknown
	Weight   float64
	Interval time.Duration
	Disabled string // why the feed is not polled; empty for a feed that is
	Note     string // for whoever reads the list

	UserAgent  string            // in place of fetch.user_agent
	Headers    map[string]string // sent to the feed's own host, Authorization included
	Proxy      string            // address of a proxy, with its scheme; empty for none
	Zone       *time.Location    // of the feed's dates; nil where they say it themselves
	Charset    string            // of what is not UTF-8; empty where labels tell it
	Aggregator bool              // its articles are those of other houses
	FullText   bool              // pages of articles are read where it gives little of them
}

// What a feed has that says nothing else.
const (
	defaultWeight   = 0.6 // an independent outlet's, by the shipped list
	defaultInterval = 15 * time.Minute
)

// How often a feed may be asked. Once a minute is what a server of the world can be asked to bear; who has a feed
// on a network of his own is free to do as he likes.
const (
	shortestInterval = time.Minute
	shortestAtHome   = time.Second
	longestInterval  = day
)

// feedList says where feeds are written: in files, and in monitor.yaml itself.
type feedList struct {
	files  []feedFile
	inline place
}

// feedFile is a file of feeds, and the place that names it.
type feedFile struct {
	file
	named place
}

// with puts files, where there is a list of them, in place of those known, and so with feeds written out.
func (l feedList) with(files []feedFile, inline place) feedList {
	if files != nil {
		l.files = files
	}
	if inline.node != nil {
		l.inline = inline
	}
	return l
}

// feedFiles reads the names of feed files; nil says that there is no list of them.
func (r *reader) feedFiles(p place, from file) []feedFile {
	entries, written := r.list(p)
	if !written {
		return nil
	}
	files := make([]feedFile, 0, len(entries))
	seen := map[string]bool{}
	for _, entry := range entries {
		var name string
		read(r, entry, &name, text(1000))
		f := feedFile{from.beside(name), entry}
		switch {
		case name == "": // a fault already
		case seen[f.name]:
			r.fault(entry, "given before in this list")
		default:
			files = append(files, f)
			seen[f.name] = true
		}
	}
	return files
}

// feeds reads all feeds, those of the files first.
func (r *reader) feeds(l feedList, home []netip.Prefix) []Feed {
	var feeds []Feed
	taken := map[string]place{}
	add := func(p place) {
		entries, _ := r.list(p)
		for _, entry := range entries {
			if f, ok := r.feed(entry, home, taken); ok {
				feeds = append(feeds, f)
			}
		}
	}
	for _, f := range l.files {
		add(r.section(r.openNamed(f), "feeds")["feeds"])
	}
	add(l.inline)
	return feeds
}

// openNamed opens a feed file. That it cannot be read is a fault of the place that names it.
func (r *reader) openNamed(f feedFile) place {
	data, err := f.read()
	if err != nil {
		r.fault(f.named, fmt.Sprintf("a file of feeds; reading %q: %v", f.name, err))
		return place{file: f.name}
	}
	return r.top(f.name, data)
}

var (
	slugOf     = pattern(`[a-z0-9]+(-[a-z0-9]+)*`, "lower-case letters and digits, in words with single hyphens between them")
	blocOf     = pattern(`[A-Z][A-Z0-9-]{0,15}`, `a state in up to 16 capital letters, such as AZ, or "" for an independent`)
	languageOf = pattern(`[a-z]{2,3}(-[A-Za-z0-9]{2,8})*`, "a language code such as en, az, fa")
)

// feed reads one feed; ok is false for what is none at all.
func (r *reader) feed(p place, home []netip.Prefix, taken map[string]place) (f Feed, ok bool) {
	if p.node.Kind != yaml.MappingNode {
		r.fault(p, "a feed, as keys with values: at least slug and url")
		return f, false
	}
	in := r.section(p, "slug", "url", "outlet", "family", "bloc", "language", "tier", "weight", "interval", "disabled", "note",
		"user_agent", "headers", "auth", "proxy", "zone", "charset", "aggregator", "full_text")
	f = Feed{Weight: defaultWeight, Interval: defaultInterval}
	r.slug(p, in["slug"], &f.Slug, taken)
	r.needed(p, in["url"], "url")
	read(r, in["url"], &f.URL, webAddress)
	f.Outlet = f.Slug
	read(r, in["outlet"], &f.Outlet, text(80))
	f.Family = f.Outlet
	read(r, in["family"], &f.Family, text(80))
	read(r, in["bloc"], &f.Bloc, orEmpty(blocOf))
	read(r, in["language"], &f.Language, orEmpty(languageOf))
	read(r, in["tier"], &f.Tier, whole(0, 4))
	read(r, in["weight"], &f.Weight, above(0, 1))
	read(r, in["interval"], &f.Interval, duration(shortestFor(f.URL, home), longestInterval))
	read(r, in["disabled"], &f.Disabled, orEmpty(text(300)))
	read(r, in["note"], &f.Note, orEmpty(text(300)))
	r.manner(in, &f)
	return f, true
}

// manner reads how a feed wants to be asked and read, where that is not as all others.
func (r *reader) manner(in map[string]place, f *Feed) {
	read(r, in["user_agent"], &f.UserAgent, orEmpty(userAgent))
	read(r, in["proxy"], &f.Proxy, orEmpty(proxyAddress))
	read(r, in["zone"], &f.Zone, zone)
	read(r, in["charset"], &f.Charset, orEmpty(characterSet))
	read(r, in["aggregator"], &f.Aggregator, yesOrNo)
	read(r, in["full_text"], &f.FullText, yesOrNo)
	headers := in["headers"]
	headers.secret = true
	for _, h := range r.entries(headers) {
		var value string
		read(r, h.place, &value, headerValue)
		if err := headerName(h.name); err != nil {
			r.fault(h.place, err.Error())
		}
		f.header(h.name, value)
	}
	r.auth(in["auth"], f)
}

// auth reads what a feed wants before it answers: a user with a password, or a token. Either may be in a file, for who
// keeps his configuration where others can read it.
func (r *reader) auth(p place, f *Feed) {
	p.secret = true
	before := len(r.faults)
	in := r.section(p, "user", "password", "password_file", "token", "token_file")
	var user, password, token string
	read(r, in["user"], &user, text(200))
	read(r, in["password"], &password, text(1000))
	read(r, in["password_file"], &password, secretBeside(p.file))
	read(r, in["token"], &token, text(4000))
	read(r, in["token_file"], &token, secretBeside(p.file))
	switch {
	case len(in) == 0 || len(r.faults) > before:
	case (user != "") == (token != ""):
		r.fault(p, "a user with a password, or a token")
	case user != "":
		f.header("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
	default:
		f.header("Authorization", "Bearer "+token)
	}
}

func (f *Feed) header(name, value string) {
	if f.Headers == nil {
		f.Headers = make(map[string]string)
	}
	f.Headers[http.CanonicalHeaderKey(name)] = value
}

// slug reads a feed's name, which no other feed may have.
func (r *reader) slug(feed, p place, into *string, taken map[string]place) {
	r.needed(feed, p, "slug")
	read(r, p, into, func(s string) (string, error) {
		if len(s) > 64 {
			return "", fmt.Errorf("at most 64 letters")
		}
		if first, ok := taken[s]; ok {
			return "", fmt.Errorf("unique; %s:%d has it already", first.file, first.node.Line)
		}
		return slugOf(s)
	})
	if *into != "" {
		taken[*into] = p
	}
}

func (r *reader) needed(of, p place, key string) {
	if p.node == nil {
		f := of.at(key, nil).fault("needed, and not there")
		f.Line = of.node.Line
		r.faults = append(r.faults, f)
	}
}

// shortestFor is how often a feed may be asked at most, which depends on whether its host is in one of the operator's
// own networks.
func shortestFor(address string, home []netip.Prefix) time.Duration {
	u, err := url.Parse(address)
	if err != nil {
		return shortestInterval
	}
	host := u.Hostname()
	if host == "localhost" {
		host = "127.0.0.1"
	}
	addr, err := netip.ParseAddr(host)
	for _, network := range home {
		if err == nil && network.Contains(addr.Unmap()) {
			return shortestAtHome
		}
	}
	return shortestInterval
}
