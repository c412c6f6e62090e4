package config

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
)

// hidden stands for a secret.
const hidden = "xxxxx"

// Show writes what is in force, in the form of monitor.yaml, with the secrets hidden: passwords in
// addresses, and what the headers of feeds say.
func (c Config) Show() ([]byte, error) {
	type shownFeed struct {
		Slug       string            `yaml:"slug"`
		URL        string            `yaml:"url"`
		Outlet     string            `yaml:"outlet"`
		Family     string            `yaml:"family"`
		Bloc       string            `yaml:"bloc"`
		Language   string            `yaml:"language"`
		Tier       int               `yaml:"tier"`
		Weight     float64           `yaml:"weight"`
		Interval   string            `yaml:"interval"`
		Disabled   string            `yaml:"disabled,omitempty"`
		UserAgent  string            `yaml:"user_agent,omitempty"`
		Headers    map[string]string `yaml:"headers,omitempty"`
		Proxy      string            `yaml:"proxy,omitempty"`
		Charset    string            `yaml:"charset,omitempty"`
		Aggregator bool              `yaml:"aggregator,omitempty"`
		FullText   bool              `yaml:"full_text,omitempty"`
	}
	feeds := make([]shownFeed, 0, len(c.Feeds))
	for _, f := range c.Feeds {
		headers := map[string]string{}
		for name := range f.Headers {
			headers[name] = hidden
		}
		feeds = append(feeds, shownFeed{f.Slug, masked(f.URL), f.Outlet, f.Family, f.Bloc, f.Language, f.Tier, f.Weight, spell(f.Interval),
			f.Disabled, f.UserAgent, headers, masked(f.Proxy), f.Charset, f.Aggregator, f.FullText})
	}
	networks := make([]string, 0, len(c.Fetch.AllowNetworks))
	for _, n := range c.Fetch.AllowNetworks {
		networks = append(networks, n.String())
	}
	hosts := map[string]any{}
	for name, h := range c.Fetch.Hosts {
		hosts[name] = map[string]any{"connections": h.Connections, "spacing": spell(h.Spacing)}
	}
	i := c.Index
	return yaml.Marshal(ordered{
		{"pairs", c.Pairs},
		{"store", ordered{{"url", masked(c.StoreURL)}}},
		{"fetch", ordered{{"user_agent", c.Fetch.UserAgent}, {"timeout", spell(c.Fetch.Timeout)}, {"max_body", fmt.Sprintf("%dB", c.Fetch.MaxBody)}, {"allow_networks", networks}, {"hosts", hosts}}},
		{"lexicon", ordered{{"dir", c.LexiconDir}}},
		{"index", ordered{{"scale", i.Scale}, {"bloc_cap", i.BlocCap}, {"alone_cap", i.AloneCap}, {"coverage_floor", i.CoverageFloor}, {"hold", spell(i.Hold)},
			{"half_life", spelled(i.HalfLife)}, {"levels", i.Levels}, {"join", spelled(i.Join)}}},
		{"dismissed_file", c.DismissedFile},
		{"metrics", ordered{{"per_feed", c.PerFeed}}},
		{"retention", ordered{{"articles", spell(c.Retention.Articles)}, {"visits", spell(c.Retention.Visits)}}},
		{"feeds", feeds},
	})
}

// ordered is a mapping that keeps its order.
type ordered []struct {
	key   string
	value any
}

// MarshalYAML makes a mapping of the pairs, in their order.
func (o ordered) MarshalYAML() (any, error) {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, p := range o {
		var value yaml.Node
		if err := value.Encode(p.value); err != nil {
			return nil, err
		}
		n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: p.key}, &value)
	}
	return n, nil
}

// spelled writes durations by their class, as they are configured.
func spelled(by map[string]time.Duration) ordered {
	var o ordered
	for _, class := range slices.Sorted(maps.Keys(by)) {
		o = append(o, struct {
			key   string
			value any
		}{class, spell(by[class])})
	}
	return o
}
