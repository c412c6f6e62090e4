// Package news owns what was published: feeds, the articles they carry, and what a look at a feed gave.
// It knows no clock, disk, network, log or metric.
package news

import (
	"net/url"
	"time"
)

// Source is who speaks in an article. Stories count sources as voices.
type Source struct {
	Outlet string  // the name a reader knows, "Report"
	Family string  // the publishing house; all feeds of one house are one family
	Bloc   string  // the state the house speaks for ("AZ", "IR", …); empty for an independent
	Weight float64 // what its word alone is worth, in (0, 1]
}

// Feed is one address at which a source publishes articles.
type Feed struct {
	Slug     string // the feed's name in metrics and logs: lower-case letters, digits, hyphens
	URL      string
	Language string // "en", "az", "fa", "ru", "tr", …: a prior for the scorer, not a verdict
	Tier     int    // 1 wire or public broadcaster, 2 independent, 3 aligned or unclear, 4 state; 0 unknown
	Interval time.Duration
	Disabled string // why the feed is not polled; empty for a feed that is
	Source
	Manner
}

// Manner is how a feed wants to be asked and read, where that is not as with all others. Zero values are as with all.
type Manner struct {
	UserAgent  string
	Headers    map[string]string // sent to the feed's own host only; a password is one of them ("Authorization")
	Proxy      string            // http, https or socks5 address of the proxy that is asked in place of the host
	Zone       *time.Location    // where the feed's clock is, if its dates do not say, or say UTC and mean another
	Charset    string            // the character set of what is not UTF-8, whatever its labels say
	Aggregator bool              // the feed publishes nothing of its own: each article is its publisher's
	FullText   bool              // what the feed gives of an article is short: its page has the rest
}

// Article is one text a source published. Its first version stands: later edits do not change it.
type Article struct {
	ID        string    // identity over polls and restarts: the first of Keys
	Keys      []string  // every name the article is known by, the most trusted first: link, guid, text
	Feed      string    // slug of the feed it was first seen in
	Title     string    // plain text
	Text      string    // what the feed has under the title: plain text; paragraphs are separated by newlines
	Page      string    // what the article's page has beyond that, in the same form; empty where it was not read
	Link      string    // absolute, or empty
	Language  string    // the feed's, as a prior
	Published time.Time // as the source dates it; zero where it does not
	FirstSeen time.Time
	FirstLook bool // it came with the first look at its feed, so an undated one may be old
	Source
}

// Whole is all there is to read under the title. The feed's words come first: they are its editor's lead.
func (a Article) Whole() string {
	if a.Text == "" || a.Page == "" {
		return a.Text + a.Page
	}
	return a.Text + "\n" + a.Page
}

// earliestDate is the date before which a source's clock is taken for broken (1970 and its kin).
var earliestDate = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Dated says whether the article's own date can be believed to be a date at all.
func (a Article) Dated() bool { return !a.Published.Before(earliestDate) }

// Time is when the article's news happened, as far as one can tell: its date, never later than it was
// first seen; without a believable date, when it was first seen.
func (a Article) Time() time.Time {
	if a.Dated() && a.Published.Before(a.FirstSeen) {
		return a.Published
	}
	return a.FirstSeen
}

// Visit is one look at a feed: what came of it, and what the next look has to know. The last visit of
// a feed is all the memory the poller has of it.
type Visit struct {
	Feed         string
	At           time.Time     // when the look began
	Took         time.Duration // how long it lasted
	URL          string        // the address that was asked; a change of it drops the validators
	Status       int           // HTTP status; 0 where there was none
	Bytes        int64         // decoded size of the body
	Items        int           // articles in the document
	New          int           // of these, not known before; the store counts
	Class        string        // error class ("dns", "timeout", "not_a_feed", …); empty for a success
	Error        string        // the error as a reader wants it
	Failures     int           // failures in a row, this look included
	ETag         string        // validators as the server sent them
	LastModified string
	From         string        // the address that sent them, after redirects; they go to no other
	Digest       string        // of the last body read to its end; empty until the feed was read once
	Read         time.Time     // when the feed was last read in full, or found to be that body again
	Newest       time.Time     // date of the newest article ever seen in the feed
	Oldest       time.Time     // date of the oldest article of the last body read: how far the feed reaches back
	Edited       int           // known articles that came with another title or text; the store counts
	Renamed      int           // known articles that came with a guid nobody knew; the store counts
	Pages        int           // pages that were read for new articles
	Moved        string        // where the address leads for good (301, 308)
	MovedSince   time.Time     // since when each answer has said so
	Fresh        time.Duration // for how long the server says its answer is good
	RetryAfter   time.Duration // for how long the server wants to be left alone
	Gap          time.Time     // when the feed last had a gap: all it held was new, so that more may have come and gone
	Habit
	Next time.Time // the feed is not asked again before this
	Why  string    // what decided when that is
}

// Habit is what the last body of a feed showed of how the feed is kept. It stays until the next body.
type Habit struct {
	Holds     int           // articles in it
	Turnover  time.Duration // the shortest time in which half of them appeared; 0 where their dates do not tell
	Period    time.Duration // how long it asks to be kept: RSS's ttl, or the period of the syndication module
	RestHours uint32        // hours of the day, UTC, in which it is not worth a look: bit 0 is midnight to one
	RestDays  uint8         // days of the week, UTC: bit 0 is Sunday
	Ahead     int           // articles dated in the future
	OneGuid   bool          // several articles share a guid
}

// OK says whether the look succeeded; an unchanged feed is a success.
func (v Visit) OK() bool { return v.Class == "" }

// PublicAddress is an address as logs and pages that others read may show it: without user and password, and without
// what its query says, since many feeds take a key there.
func PublicAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "an address that is none"
	}
	if u.User = nil; u.RawQuery != "" {
		u.RawQuery = "…"
	}
	return u.String()
}
