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
	day             = 24 * time.Hour
	defaultInterval = 15 * time.Minute
	busiest         = time.Minute      // the most often a server of the world can be asked to bear us
	firstLooks      = 5 * time.Second  // within which the first looks at all feeds happen
	silences        = 100              // a silent feed is asked after a hundredth of its silence: what it says then is known that soon
	gapLasts        = 7 * day          // for which a feed that had a gap is asked as often as it may be: a week has all its rhythms
	longestTransit  = time.Hour        // the longest wait after trouble on the way, which ends without notice
	longestRefusal  = 6 * time.Hour    // … after an answer that says no, which somebody has to change
	longestAsked    = day              // the longest wait a server can ask for
	goneOnce        = day              // until a feed that says it is gone is asked whether it means it
	goneForGood     = 30 * day         // between looks at one that does: they only find a mistake of its server
	mostDoublings   = 10               // of the wait after failures; keeps the arithmetic from running over
	jitter          = 10               // the wait is longer by up to a tenth, so that feeds drift apart
	longestHint     = 10 * 365 * 86400 // seconds; a larger number in a header is a mistake
)

// FirstLook is how long after the start a feed is first looked at: within 5 s, spread by its name, and the same
// at each start.
func FirstLook(slug string) time.Duration { return share(firstLooks, slug) }

// Settle completes a visit with what follows from the articles that were new, which only the store knows: whether
// there was a gap, and when the next look is.
func Settle(f news.Feed, last, v news.Visit) news.Visit {
	if gap(last, v) {
		v.Gap = v.At
	}
	v.Next, v.Why = Next(f, v, v.At)
	return v
}

// gap says whether articles may have come and gone since the last look: all there are now are new, and dated later
// than any seen before, where they have dates.
func gap(last, v news.Visit) bool {
	read := last.Digest != "" && last.URL == v.URL
	later := v.Oldest.IsZero() || last.Newest.IsZero() || v.Oldest.After(last.Newest)
	return read && v.OK() && v.Items > 0 && v.New == v.Items && later
}

// Next says when a feed is looked at again after the visit v, which began at now, and why then. The interval is how
// often it is usually asked; what is known of the feed moves that between a third of the interval, but not below a
// minute, and four times as long, but not above a day. An interval below a minute, which only a server of the
// operator's own can have, is kept to the letter. After a success
//   - a server's cache hint, RSS's ttl and the syndication module's period lengthen the wait, on a 304 too, and so
//     does a hundredth of the feed's silence;
//   - the feed's depth bounds it, so that at its busiest only half of what it holds is replaced between two looks;
//   - a gap shortens it as far as it goes, for a week;
//   - hours and days in which the feed rests are waited for.
//
// After a failure
//   - the wait doubles, to an hour at most for trouble on the way and to six hours for a refusal, and never ends;
//   - Retry-After of a 429 or 503 counts up to a day;
//   - a feed that says twice it is gone is not polled any more; one look a month would find that it was a mistake.
//
// A tenth at most is added, by the feed's name, so that feeds that began together drift apart.
func Next(f news.Feed, v news.Visit, now time.Time) (time.Time, string) {
	b := boundsOf(f.Interval)
	var w wait
	switch {
	case v.OK():
		w = content(b, v, now)
	case v.Status == http.StatusGone && v.Failures < 2:
		w = wait{max(b.usual, goneOnce), "it says it is gone, and is asked once more"}
	case v.Status == http.StatusGone:
		w = wait{goneForGood, "it is gone, and polled no more; one look a month would find that it was a mistake"}
	default:
		w = refused(b, v)
	}
	at := now.Add(w.long + share(w.long/jitter, f.Slug, strconv.Itoa(v.Failures)))
	if !v.OK() || !rests(v.Habit, at) {
		return at, w.why
	}
	return awake(v.Habit, at, now.Add(deep(b, v))), "it rests, as it says"
}

// bounds are how long a wait between two good looks may be.
type bounds struct{ least, usual, most time.Duration }

func boundsOf(interval time.Duration) bounds {
	switch {
	case interval <= 0:
		interval = defaultInterval
	case interval < busiest:
		return bounds{interval, interval, interval}
	}
	return bounds{max(interval/3, busiest), interval, max(interval, min(4*interval, day))}
}

// wait is for how long a feed is left alone, and why.
type wait struct {
	long time.Duration
	why  string
}

// content is the wait after a good answer.
func content(b bounds, v news.Visit, now time.Time) wait {
	w := wait{b.usual, "its interval"}
	longer := func(d time.Duration, why string) {
		if d > w.long && w.long < b.most {
			w = wait{min(d, b.most), fmt.Sprintf("%s %s", why, d.Round(time.Second))}
		}
	}
	longer(v.Fresh, "its server says it is fresh for")
	longer(v.Period, "it says it is good for")
	if !v.Newest.IsZero() {
		longer(now.Sub(v.Newest)/silences, "it has been silent for a hundred times")
	}
	if v.Turnover > 0 && v.Turnover < w.long {
		w = wait{max(v.Turnover, b.least), fmt.Sprintf("half of what it holds can be replaced in %s", v.Turnover.Round(time.Second))}
	}
	if !v.Gap.IsZero() && now.Sub(v.Gap) < gapLasts && b.least < w.long {
		w = wait{b.least, "it had a gap on " + v.Gap.UTC().Format(time.DateTime)}
	}
	return w
}

// deep is the longest wait that a feed's depth allows.
func deep(b bounds, v news.Visit) time.Duration {
	if v.Turnover == 0 {
		return b.most
	}
	return min(b.most, max(b.least, v.Turnover))
}

// refused is the wait after a failure.
func refused(b bounds, v news.Visit) wait {
	w := wait{backOff(b.usual, v), fmt.Sprintf("failures in a row: %d", v.Failures)}
	if wish := asked(v); wish > w.long {
		w = wait{wish, fmt.Sprintf("its server asks to be left alone for %s", wish)}
	}
	return w
}

// rests says whether a feed says of itself that it is not worth a look at a moment.
func rests(h news.Habit, at time.Time) bool {
	at = at.UTC()
	return h.RestHours>>at.Hour()&1 == 1 || h.RestDays>>at.Weekday()&1 == 1
}

// awake is when a feed that rests at a moment ends to, at latest the given time.
func awake(h news.Habit, at, latest time.Time) time.Time {
	for rests(h, at) && at.Before(latest) {
		at = at.UTC().Truncate(time.Hour).Add(time.Hour)
	}
	if at.After(latest) {
		return latest
	}
	return at
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
func asked(v news.Visit) time.Duration {
	if v.Status != http.StatusTooManyRequests && v.Status != http.StatusServiceUnavailable {
		return 0
	}
	return min(v.RetryAfter, longestAsked)
}

// share is a part of d, from 0 to just below d, that depends on the names only.
func share(d time.Duration, names ...string) time.Duration {
	sum := sha256.Sum256(fmt.Append(nil, names))
	part := float64(binary.BigEndian.Uint32(sum[:4])) / (1 << 32)
	return time.Duration(part * float64(d))
}

// heed notes what the headers of an answer say about when to ask again. Dates in them are by the server's clock, so
// they are compared with the server's own date where it gives one.
func (v *visit) heed(h http.Header) {
	clock := v.At
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		clock = date
	}
	v.Fresh, v.RetryAfter = freshness(h, clock), until(h.Get("Retry-After"), clock)
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
