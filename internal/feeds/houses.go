package feeds

import (
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"

	"tensionmonitor/internal/news"
)

// An aggregator publishes nothing: whatever comes through it is another house's, and must not become a voice of
// the aggregator's, nor make a state's agency an independent. So an article of an aggregator has the publisher it
// names as its source, with what the list of feeds says of that house; one that is in no list speaks for itself, with
// the aggregator's weight; and those that name nobody are one voice together.

// nobody is the house of articles of which nobody knows who published them.
const nobody = "unknown"

// Houses are the publishers behind a list of feeds, by the domain of their feeds. The first of a domain counts, and
// aggregators do not.
func Houses(list []news.Feed) map[string]news.Source {
	houses := make(map[string]news.Source)
	for _, f := range list {
		domain := domainOf(f.URL)
		if _, known := houses[domain]; known || domain == "" || f.Aggregator {
			continue
		}
		houses[domain] = f.Source
	}
	return houses
}

// publisher is who published an article that an aggregator carries: the source it names, or whose page it links to.
func publisher(f news.Feed, houses map[string]news.Source, e entry, link *url.URL) news.Source {
	domain := domainOf(e.sourceURL)
	if domain == "" && link != nil {
		domain = domainOf(link.String())
	}
	if domain == domainOf(f.URL) { // it links to itself
		domain = ""
	}
	if house, known := houses[domain]; known {
		return house
	}
	name := first(e.source, domain, nobody)
	return news.Source{Outlet: cutRunes(name, maxOutlet), Family: first(domain, strings.ToLower(cutRunes(name, maxOutlet))), Weight: f.Weight}
}

// maxOutlet is the most runes of a publisher's name that are kept.
const maxOutlet = 80

// domainOf is the part of an address that its owner registered: "irna.ir" of "https://en.irna.ir/rss".
func domainOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	host := strings.ToLower(u.Hostname())
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return domain
	}
	return host
}
