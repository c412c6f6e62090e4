package feeds

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tensionmonitor/internal/news"
)

const (
	defaultInterval = 15 * time.Minute
	firstLooks      = 5 * time.Second  // within which the first looks at all feeds happen
	longestFresh    = time.Hour        // the most a server's cache hint delays a look: we watch for news
	longestTransit  = time.Hour        // the longest wait after trouble on the way, which ends without notice
	longestRefusal  = 6 * time.Hour    // … after an answer that says no, which somebody has to change
	longestAsked    = 24 * time.Hour   // the longest wait a server can ask for
	gone            = 24 * time.Hour   // between looks at a feed that says it is gone
	mostDoublings   = 10               // of the wait after failures; keeps the arithmetic from running over
	jitter          = 10               // the wait is longer by up to a tenth, so that feeds drift apart
	longestHint     = 10 * 365 * 86400 // seconds; a larger number in a header is a mistake
)

// Hints are what an answer says about when to ask again. Zero says nothing.
type Hints struct {
	Fresh      time.Duration // for how long the answer is good: Cache-Control's max-age, or Expires
	RetryAfter time.Duration // counts after a 429 and a 503 only
}

// FirstLook is how long after the start a feed is first looked at: within 5 s, spread by its name, and the same
// at each start.
func FirstLook(slug string) time.Duration { return share(firstLooks, slug) }

// Next says when a feed is looked at again after the visit v, which began at now. The interval is the floor: no
// feed is asked more often, whatever it says. Above it
//   - a server's cache hint counts up to an hour, on a 304 too, but only up to half of what the feed's articles
//     reach back, so that none scrolls away unseen;
//   - failures double the wait, to an hour at most for trouble on the way and to six hours for a refusal, and
//     never end it;
//   - Retry-After of a 429 or 503 counts up to a day;
//   - a feed that says it is gone is asked once a day.
//
// A tenth at most is added, by the feed's name, so that feeds that began together drift apart.
func Next(f news.Feed, v news.Visit, h Hints, now time.Time) time.Time {
	interval := f.Interval
	if interval <= 0 {
		interval = defaultInterval
	}
	var wait time.Duration
	switch {
	case v.OK():
		wait = max(interval, patience(v, h, now))
	case v.Status == http.StatusGone:
		wait = max(interval, gone)
	default:
		wait = max(backOff(interval, v), asked(v, h))
	}
	return now.Add(wait + share(wait/jitter, f.Slug, strconv.Itoa(v.Failures)))
}

// patience is how long a good answer stays good.
func patience(v news.Visit, h Hints, now time.Time) time.Duration {
	wait := min(h.Fresh, longestFresh)
	if !v.Oldest.IsZero() {
		wait = min(wait, now.Sub(v.Oldest)/2)
	}
	return wait
}

// backOff doubles the interval with each failure in a row.
func backOff(interval time.Duration, v news.Visit) time.Duration {
	longest := longestRefusal
	switch v.Class {
	case classDNS, classConnect, classTLS, classTimeout, classHTTP5xx:
		longest = longestTransit
	}
	wait := interval << min(max(v.Failures-1, 0), mostDoublings)
	return max(interval, min(wait, longest))
}

// asked is how long the server wants to be left alone.
func asked(v news.Visit, h Hints) time.Duration {
	if v.Status != http.StatusTooManyRequests && v.Status != http.StatusServiceUnavailable {
		return 0
	}
	return min(h.RetryAfter, longestAsked)
}

// share is a part of d, from 0 to just below d, that depends on the names only.
func share(d time.Duration, names ...string) time.Duration {
	sum := sha256.Sum256(fmt.Append(nil, names))
	part := float64(binary.BigEndian.Uint32(sum[:4])) / (1 << 32)
	return time.Duration(part * float64(d))
}

// hintsOf reads the headers of an answer. Dates in them are by the server's clock, so they are compared with the
// server's own date where it gives one.
func hintsOf(h http.Header, now time.Time) Hints {
	clock := now
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		clock = date
	}
	return Hints{Fresh: freshness(h, clock), RetryAfter: until(h.Get("Retry-After"), clock)}
}

// freshness is what Cache-Control says, or else Expires (RFC 9111).
func freshness(h http.Header, clock time.Time) time.Duration {
	for directive := range strings.SplitSeq(strings.Join(h.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.ToLower(strings.TrimSpace(directive)), "=")
		switch name {
		case "no-cache", "no-store":
			return 0
		case "max-age":
			age := until(h.Get("Age"), clock)
			return max(0, until(strings.Trim(value, `"`), clock)-age)
		}
	}
	if expires := h.Get("Expires"); strings.ContainsRune(expires, ':') { // "0" and "-1" mean at once
		return until(expires, clock)
	}
	return 0
}

// until reads a number of seconds or a date as the time from now; 0 for the past and for what is neither.
func until(s string, now time.Time) time.Duration {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseUint(s, 10, 63); err == nil {
		return time.Duration(min(n, longestHint)) * time.Second
	}
	if at, err := http.ParseTime(s); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
