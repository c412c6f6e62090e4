package feeds

import (
	"fmt"
	"net/http"
	"time"

	"tensionmonitor/internal/news"
)

// Diagnosis is what ails a feed, for whoever looks after the list of feeds.
type Diagnosis struct {
	Name   string // an error class, or "gone", "moved", "empty", "stale", "undated", "future", "one_guid", "new_guids", "gap"
	Says   string // what was seen
	Remedy string // what to do about it
}

const (
	staleAfter = 14 * day // without an article; slower than any house that covers two states day by day
	whenGaps   = gapLasts // a gap counts for as long as it shortens the wait
)

// Diagnose says what ails a feed, the gravest first, by its last visits in order of time; nothing where it is well, was
// never looked at, or is not meant to be. A visit or two tell most of it; that guids change takes a few more.
func Diagnose(f news.Feed, visits []news.Visit, now time.Time) (all []Diagnosis) {
	if len(visits) == 0 || f.Disabled != "" {
		return nil
	}
	v := visits[len(visits)-1]
	if !v.OK() {
		all = append(all, trouble(v))
	}
	found := func(ails bool, name, remedy, says string, args ...any) {
		if ails {
			all = append(all, Diagnosis{name, fmt.Sprintf(says, args...), remedy})
		}
	}
	read := v.Digest != ""
	found(v.Moved != "" && now.Sub(v.MovedSince) >= movedFor, "moved", "write the new address into the list of feeds",
		"it has been at %s since %s", v.Moved, v.MovedSince.Format(time.DateOnly))
	found(read && v.Holds == 0, "empty", "look for another feed of the house; this one answers and has no articles",
		"it holds no articles")
	found(read && !v.Newest.IsZero() && now.Sub(v.Newest) > staleAfter, "stale", "see whether the house still publishes, and where; disable the feed if it does not",
		"its newest article is of %s", v.Newest.Format(time.DateOnly))
	found(!v.Gap.IsZero() && now.Sub(v.Gap) < whenGaps, "gap", "give it a shorter interval; for now it is asked as often as it may be",
		"on %s all it held was new, so articles may have come and gone unseen", v.Gap.UTC().Format(time.DateTime))
	found(v.Ahead > 0, "future", "set the feed's zone: its clock is not where its dates say",
		"%d of its %d articles were dated in the future", v.Ahead, v.Holds)
	found(v.Holds > 0 && v.Oldest.IsZero(), "undated", "none is needed; the time an article was first seen is taken for its date",
		"its articles have no date")
	found(v.OneGuid, "one_guid", "none is needed; its articles are told apart by their links",
		"several of its articles have the same guid")
	known, renamed := guids(visits)
	found(renamed > 1 && 2*renamed > known, "new_guids", "none is needed; its articles are known by their links",
		"%d of %d articles that were known came under another guid", renamed, known)
	return all
}

// guids counts the articles that were known when they were seen again, and those of them that had another guid.
func guids(visits []news.Visit) (known, renamed int) {
	for _, v := range visits {
		known += max(0, v.Items-v.New)
		renamed += v.Renamed
	}
	return known, renamed
}

// trouble is the diagnosis of a look that failed.
func trouble(v news.Visit) Diagnosis {
	d := Diagnosis{Name: v.Class, Says: v.Error, Remedy: remedies[v.Class]}
	if v.Failures > 1 {
		d.Says += fmt.Sprintf(" (%d times in a row)", v.Failures)
	}
	if v.Status == http.StatusGone {
		d.Name, d.Remedy = "gone", "find its new address, or disable it; another address is asked at once"
	}
	return d
}

// remedies say what to do about an error, by its class.
var remedies = map[string]string{
	classDNS:         "check the host's name; if it is right, wait, or see whether this machine can resolve names",
	classConnect:     "wait; if it lasts, see whether another network reaches the host, and set a proxy there",
	classTLS:         "look at the certificate in a browser; some feeds answer under http:// only",
	classTimeout:     "raise fetch.timeout if the server is slow, or set a proxy nearer to it",
	classHTTP4xx:     "find the feed's new address on the site; 401 wants auth",
	classBlocked:     "set the feed's user_agent to one that begins like a browser's, or a proxy in another network; ask the house",
	classRateLimited: "lengthen its interval, or the spacing of its host in fetch.hosts",
	classHTTP5xx:     "wait; it is the server's own mistake",
	classTooLarge:    "raise fetch.max_body if a feed can be that large, or look for a shorter feed of the house",
	classRedirect:    "open the address in a browser, and write down where it ends",
	classPrivate:     "if the feed is meant to be in your own network, add that to fetch.allow_networks",
	classNotAFeed:    "open the address in a browser: look for a link to RSS or Atom in the page, or correct the query",
	classParse:       "none, if it was so once; else tell the house that its feed is broken",
}
