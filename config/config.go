// Package config owns everything an operator may change: monitor.yaml, the list of feeds and the lexicon. They are
// built into the program and can be replaced by files, which are read strictly: an unknown key or a value out of its
// limits is a fault, and all faults come at once, with file, line, key, value and limit.
//
// It knows none of the other rooms. What a phrase of the lexicon means is checked by whoever compiles it.
package config

import (
	"net/netip"
	"time"

	"go.yaml.in/yaml/v3"
)

// Config is what monitor.yaml and the lists of feeds say. The file explains each value and gives its default.
type Config struct {
	Pairs         []string // pairs of countries, as ISO 3166 three-letter codes: "AZE-IRN"; at least one
	StoreURL      string   // sqlite:FILE or postgres://…
	Feeds         []Feed   // in the order of the files, then those in monitor.yaml itself; slugs are unique
	Fetch         Fetch
	LexiconDir    string // empty for the lexicon built in; see Lexicon
	Index         Index
	DismissedFile string // the file that lists dismissed stories, or empty; see Dismissed
	PerFeed       string // which metrics each feed has: "auto", "full", "health" or "off"
	Retention     Retention
}

// Fetch is how feeds are asked.
type Fetch struct {
	UserAgent     string
	Timeout       time.Duration   // of one look as a whole
	MaxBody       int64           // of a decoded document, in bytes
	AllowNetworks []netip.Prefix  // private networks that feeds may be in; all others are refused
	Hosts         map[string]Host // hosts that are asked in another way than all others, by name, with or without a port
}

// Host is how much a host is asked.
type Host struct {
	Connections int           // looks at once; 0 is no limit
	Spacing     time.Duration // from the beginning of one look to that of the next
}

// Index is the constants of the formula.
type Index struct {
	Scale         float64 // S: the pressure at which the index is 63
	BlocCap       float64 // what all houses of one state together are worth at most, in (0, 1]
	AloneCap      float64 // what stories of one voice alone weigh together at most
	CoverageFloor float64 // coverage below which the index is not valid, in (0, 1]
	Hold          time.Duration
	HalfLife      map[string]time.Duration // by class: "rhetoric", "incident", "measure"
	Levels        []float64                // where watch, elevated, high and critical begin, ascending
	Join          map[string]time.Duration // by class: for how long after its first event a story takes up further ones
}

// Retention is for how long things are kept.
type Retention struct {
	Articles time.Duration
	Visits   time.Duration
}

// Default is the configuration built into the program. It has no faults in a program that passed its tests.
func Default() (Config, error) { return Load("") }

// Load reads the configuration at path, the feed lists it names included; what it leaves out is as in the one built
// in, and an empty path gives just that. Relative paths in it start at its folder. The error is Faults with all there is
// to complain of; what could be read comes with it, for whoever wants to look for faults in the lexicon too.
func Load(path string) (Config, error) {
	var r reader
	var c Config
	feeds := r.monitor(r.open(file{"monitor.yaml", true}), file{"monitor.yaml", true}, feedList{}, &c)
	if path != "" {
		own := file{path, false}
		feeds = r.monitor(r.open(own), own, feeds, &c)
	}
	c.Feeds = r.feeds(feeds, c.Fetch.AllowNetworks)
	return c, r.faults.err()
}

// monitor reads a monitor.yaml over what is known already. The feeds it names are read later, when it is known which
// files count and what networks are allowed.
func (r *reader) monitor(top place, f file, feeds feedList, c *Config) feedList {
	in := r.section(top, "pairs", "store", "feeds_files", "feeds", "fetch", "lexicon", "index", "dismissed_file", "metrics", "retention")
	readList(r, in["pairs"], &c.Pairs, pair)
	if p := in["pairs"]; p.node != nil && p.node.Kind == yaml.SequenceNode && len(p.node.Content) == 0 {
		r.fault(p, "a list of at least one pair, such as [AZE-IRN]")
	}
	store := r.section(in["store"], "url")
	read(r, store["url"], &c.StoreURL, storeAddress)
	r.fetch(in["fetch"], &c.Fetch)
	lexicon := r.section(in["lexicon"], "dir")
	read(r, lexicon["dir"], &c.LexiconDir, orEmpty(func(s string) (string, error) { return f.beside(s).name, nil }))
	r.index(in["index"], &c.Index)
	read(r, in["dismissed_file"], &c.DismissedFile, orEmpty(func(s string) (string, error) { return f.beside(s).name, nil }))
	metrics := r.section(in["metrics"], "per_feed")
	read(r, metrics["per_feed"], &c.PerFeed, oneOf("auto", "full", "health", "off"))
	kept := r.section(in["retention"], "articles", "visits")
	read(r, kept["articles"], &c.Retention.Articles, duration(day, 100*year))
	read(r, kept["visits"], &c.Retention.Visits, duration(day, 100*year))
	return feeds.with(r.feedFiles(in["feeds_files"], f), in["feeds"])
}

func (r *reader) fetch(p place, c *Fetch) {
	in := r.section(p, "user_agent", "timeout", "max_body", "allow_networks", "hosts")
	read(r, in["user_agent"], &c.UserAgent, userAgent)
	read(r, in["timeout"], &c.Timeout, duration(time.Second, 10*time.Minute))
	read(r, in["max_body"], &c.MaxBody, size(1<<10, 1<<30))
	readList(r, in["allow_networks"], &c.AllowNetworks, network)
	r.hosts(in["hosts"], &c.Hosts)
}

// hosts reads how hosts are asked, in place of those known.
func (r *reader) hosts(p place, into *map[string]Host) {
	entries := r.entries(p)
	if p.node == nil || p.node.Kind != yaml.MappingNode {
		return
	}
	hosts := make(map[string]Host, len(entries))
	for _, entry := range entries {
		h := Host{Connections: 2, Spacing: time.Second}
		in := r.section(entry.place, "connections", "spacing")
		read(r, in["connections"], &h.Connections, whole(0, 1000))
		read(r, in["spacing"], &h.Spacing, duration(0, time.Hour))
		name, err := hostName(entry.name)
		if err != nil {
			r.fault(entry.place, "the name must be "+err.Error())
		}
		hosts[name] = h
	}
	*into = hosts
}

func (r *reader) index(p place, c *Index) {
	in := r.section(p, "scale", "bloc_cap", "alone_cap", "coverage_floor", "hold", "half_life", "levels", "join")
	read(r, in["scale"], &c.Scale, above(0, 1000))
	read(r, in["bloc_cap"], &c.BlocCap, above(0, 1))
	read(r, in["alone_cap"], &c.AloneCap, above(0, 1000))
	read(r, in["coverage_floor"], &c.CoverageFloor, above(0, 1))
	read(r, in["hold"], &c.Hold, duration(0, 30*day))
	c.HalfLife = r.classes(in["half_life"], c.HalfLife, duration(time.Hour, year))
	r.levels(in["levels"], &c.Levels)
	c.Join = r.classes(in["join"], c.Join, duration(time.Hour, 30*day))
}

// classes reads durations by half-life class over those known already.
func (r *reader) classes(p place, known map[string]time.Duration, parse func(string) (time.Duration, error)) map[string]time.Duration {
	classes := []string{"rhetoric", "incident", "measure"}
	in := r.section(p, classes...)
	by := map[string]time.Duration{}
	for _, class := range classes {
		d := known[class]
		read(r, in[class], &d, parse)
		by[class] = d
	}
	return by
}

// levels reads where the levels above calm begin.
func (r *reader) levels(p place, into *[]float64) {
	entries, written := r.list(p)
	if !written {
		return
	}
	levels := make([]float64, len(entries))
	before := len(r.faults)
	for i, entry := range entries {
		read(r, entry, &levels[i], above(0, 99.9))
		if i > 0 && len(r.faults) == before && levels[i] <= levels[i-1] {
			r.fault(entry, "more than the level before it")
		}
	}
	if len(levels) != 4 {
		r.fault(p, "four numbers: where watch, elevated, high and critical begin")
	}
	*into = levels
}
