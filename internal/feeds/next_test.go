package feeds

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"tensionmonitor/internal/news"
)

func TestNext(t *testing.T) {
	const quarter = 15 * time.Minute
	good := news.Visit{Status: 200}
	failed := func(class string, status, failures int) news.Visit {
		return news.Visit{Class: class, Status: status, Failures: failures}
	}
	reaching := func(back time.Duration) news.Visit { return news.Visit{Status: 200, Oldest: noon.Add(-back)} }
	for name, tt := range map[string]struct {
		interval time.Duration
		visit    news.Visit
		hints    Hints
		want     time.Duration // at least, and at most a tenth more
	}{
		"a success":                      {quarter, good, Hints{}, quarter},
		"no interval":                    {0, good, Hints{}, defaultInterval},
		"an interval of a second":        {time.Second, good, Hints{}, time.Second},
		"fresh for less":                 {quarter, good, Hints{Fresh: time.Minute}, quarter},
		"fresh for more":                 {quarter, good, Hints{Fresh: 40 * time.Minute}, 40 * time.Minute},
		"fresh for a year":               {quarter, good, Hints{Fresh: 8760 * time.Hour}, time.Hour},
		"fresh, the interval is longer":  {3 * time.Hour, good, Hints{Fresh: 8760 * time.Hour}, 3 * time.Hour},
		"fresh on a 304":                 {quarter, news.Visit{Status: 304}, Hints{Fresh: 40 * time.Minute}, 40 * time.Minute},
		"fresh, but reaching back 1 h":   {quarter, reaching(time.Hour), Hints{Fresh: time.Hour}, 30 * time.Minute},
		"fresh, but reaching back 5 min": {quarter, reaching(5 * time.Minute), Hints{Fresh: time.Hour}, quarter},
		"fresh, reaching back for days":  {quarter, reaching(90 * time.Hour), Hints{Fresh: time.Hour}, time.Hour},
		"a wish after a success":         {quarter, good, Hints{RetryAfter: 5 * time.Hour}, quarter},
		"the first failure":              {quarter, failed(classTimeout, 0, 1), Hints{}, quarter},
		"the second":                     {quarter, failed(classTimeout, 0, 2), Hints{}, 30 * time.Minute},
		"the third":                      {quarter, failed(classTimeout, 0, 3), Hints{}, time.Hour},
		"the hundredth, on the way":      {quarter, failed(classDNS, 0, 100), Hints{}, time.Hour},
		"the hundredth, a server's":      {quarter, failed(classHTTP5xx, 500, 100), Hints{}, time.Hour},
		"the hundredth, a refusal":       {quarter, failed(classBlocked, 403, 100), Hints{}, 6 * time.Hour},
		"the millionth":                  {24 * time.Hour, failed(classBlocked, 403, 1_000_000), Hints{}, 24 * time.Hour},
		"a page again and again":         {quarter, failed(classNotAFeed, 200, 4), Hints{Fresh: 10 * time.Hour}, 2 * time.Hour},
		"gone":                           {quarter, failed(classHTTP4xx, 410, 1), Hints{}, 24 * time.Hour},
		"429 with a wish":                {quarter, failed(classRateLimited, 429, 1), Hints{RetryAfter: 5 * time.Hour}, 5 * time.Hour},
		"503 with a wish":                {quarter, failed(classHTTP5xx, 503, 1), Hints{RetryAfter: 5 * time.Hour}, 5 * time.Hour},
		"503 with a short wish":          {quarter, failed(classHTTP5xx, 503, 2), Hints{RetryAfter: time.Second}, 30 * time.Minute},
		"429 with a wish for ever":       {quarter, failed(classRateLimited, 429, 1), Hints{RetryAfter: 8760 * time.Hour}, 24 * time.Hour},
		"a wish with a 500":              {quarter, failed(classHTTP5xx, 500, 1), Hints{RetryAfter: 5 * time.Hour}, quarter},
	} {
		t.Run(name, func(t *testing.T) {
			f := desk
			f.Interval = tt.interval
			got := Next(f, tt.visit, tt.hints, noon).Sub(noon)
			if got < tt.want || got > tt.want+tt.want/jitter {
				t.Errorf("got %s, want %s to %s", got, tt.want, tt.want+tt.want/jitter)
			}
			if again := Next(f, tt.visit, tt.hints, noon).Sub(noon); again != got {
				t.Errorf("the same visit gave %s, then %s", got, again)
			}
		})
	}
}

// A year with a server that fails half of the time, ten days in a row: the feed is never given up, and never asked
// more often than it may be.
func TestAYearOfLooks(t *testing.T) {
	var v news.Visit
	looks, longest := 0, time.Duration(0)
	for now := noon; now.Before(noon.AddDate(1, 0, 0)); looks++ {
		if now.YearDay()/10%2 == 0 {
			v.Class, v.Status, v.Failures = classHTTP5xx, 500, v.Failures+1
		} else {
			v.Class, v.Status, v.Failures = "", 200, 0
		}
		next := Next(desk, v, Hints{}, now)
		wait := next.Sub(now)
		if wait < desk.Interval {
			t.Fatalf("asked again after %s", wait)
		}
		longest, now = max(longest, wait), next
	}
	if longest < time.Hour || longest > 66*time.Minute {
		t.Errorf("the longest wait was %s, want an hour", longest)
	}
	if looks < 10_000 {
		t.Errorf("%d looks in a year", looks)
	}
}

func TestFirstLooksAreSpread(t *testing.T) {
	const feeds, parts = 2000, 10
	var count [parts]int
	for i := range feeds {
		slug := fmt.Sprintf("feed-%d", i)
		at := FirstLook(slug)
		if at < 0 || at >= 5*time.Second {
			t.Fatalf("%s is first looked at after %s", slug, at)
		}
		if at != FirstLook(slug) {
			t.Fatalf("%s is not looked at at the same time twice", slug)
		}
		count[at*parts/(5*time.Second)]++
	}
	for i, n := range count {
		if n < feeds/parts/2 || n > feeds/parts*2 {
			t.Errorf("%d of %d first looks in tenth %d", n, feeds, i)
		}
	}
}

func TestHints(t *testing.T) {
	const serverNoon = "Wed, 25 Nov 2026 12:00:00 GMT"
	for name, tt := range map[string]struct {
		header map[string]string
		want   Hints
	}{
		"none":                             {nil, Hints{}},
		"max-age":                          {map[string]string{"Cache-Control": "public, max-age=600"}, Hints{Fresh: 10 * time.Minute}},
		"max-age in other letters":         {map[string]string{"Cache-Control": `Max-Age="600"`}, Hints{Fresh: 10 * time.Minute}},
		"max-age, half of it over":         {map[string]string{"Cache-Control": "max-age=600", "Age": "300"}, Hints{Fresh: 5 * time.Minute}},
		"max-age, all of it over":          {map[string]string{"Cache-Control": "max-age=600", "Age": "700"}, Hints{}},
		"max-age that must not be used":    {map[string]string{"Cache-Control": "no-cache, max-age=600"}, Hints{}},
		"max-age that is no number":        {map[string]string{"Cache-Control": "max-age=soon"}, Hints{}},
		"max-age beyond all numbers":       {map[string]string{"Cache-Control": "max-age=9223372036854775807"}, Hints{Fresh: longestHint * time.Second}},
		"Expires":                          {map[string]string{"Expires": "Wed, 25 Nov 2026 12:10:00 GMT"}, Hints{Fresh: 10 * time.Minute}},
		"Expires by the server's clock":    {map[string]string{"Expires": serverNoon, "Date": "Wed, 25 Nov 2026 11:50:00 GMT"}, Hints{Fresh: 10 * time.Minute}},
		"Expires at once":                  {map[string]string{"Expires": "0"}, Hints{}},
		"Expires in the past":              {map[string]string{"Expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, Hints{}},
		"max-age comes before Expires":     {map[string]string{"Expires": "Wed, 25 Nov 2026 13:00:00 GMT", "Cache-Control": "max-age=60"}, Hints{Fresh: time.Minute}},
		"Retry-After in seconds":           {map[string]string{"Retry-After": "120"}, Hints{RetryAfter: 2 * time.Minute}},
		"Retry-After as a date":            {map[string]string{"Retry-After": "Wed, 25 Nov 2026 13:00:00 GMT"}, Hints{RetryAfter: time.Hour}},
		"Retry-After in the past":          {map[string]string{"Retry-After": "Wed, 25 Nov 2026 11:00:00 GMT"}, Hints{}},
		"Retry-After that says -1":         {map[string]string{"Retry-After": "-1"}, Hints{}},
		"a date by a clock that is behind": {map[string]string{"Retry-After": serverNoon, "Date": "Wed, 25 Nov 2026 11:00:00 GMT"}, Hints{RetryAfter: time.Hour}},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			for k, v := range tt.header {
				h.Set(k, v)
			}
			if got := hintsOf(h, noon); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}
