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
	good := func(change func(*news.Visit)) news.Visit {
		v := news.Visit{Status: 200, Newest: noon.Add(-time.Hour)}
		change(&v)
		return v
	}
	fresh := func(d time.Duration) news.Visit { return good(func(v *news.Visit) { v.Fresh = d }) }
	wish := func(class string, status, failures int, d time.Duration) news.Visit {
		return news.Visit{Class: class, Status: status, Failures: failures, RetryAfter: d}
	}
	failed := func(class string, status, failures int) news.Visit { return wish(class, status, failures, 0) }
	for name, tt := range map[string]struct {
		interval time.Duration
		visit    news.Visit
		want     time.Duration // at least, and at most a tenth more
		why      string
	}{
		"a success":                        {quarter, good(func(*news.Visit) {}), quarter, "its interval"},
		"no interval":                      {0, good(func(*news.Visit) {}), defaultInterval, "its interval"},
		"fresh for less":                   {quarter, fresh(time.Minute), quarter, "its interval"},
		"fresh for more":                   {quarter, fresh(40 * time.Minute), 40 * time.Minute, "its server says it is fresh for 40m0s"},
		"fresh for a year":                 {quarter, fresh(8760 * time.Hour), time.Hour, "its server says it is fresh for 8760h0m0s"},
		"fresh, the interval is long":      {12 * time.Hour, fresh(8760 * time.Hour), 24 * time.Hour, "its server says it is fresh for 8760h0m0s"},
		"fresh on a 304":                   {quarter, news.Visit{Status: 304, Fresh: 40 * time.Minute}, 40 * time.Minute, "its server says it is fresh for 40m0s"},
		"a period of its own":              {quarter, good(func(v *news.Visit) { v.Period = 30 * time.Minute }), 30 * time.Minute, "it says it is good for 30m0s"},
		"the longer of two":                {quarter, good(func(v *news.Visit) { v.Fresh, v.Period = 40*time.Minute, 30*time.Minute }), 40 * time.Minute, "its server says it is fresh for 40m0s"},
		"silent for a day":                 {quarter, good(func(v *news.Visit) { v.Newest = noon.Add(-24 * time.Hour) }), quarter, "its interval"},
		"silent for two":                   {quarter, good(func(v *news.Visit) { v.Newest = noon.Add(-50 * time.Hour) }), 30 * time.Minute, "it has been silent for a hundred times 30m0s"},
		"silent for a year":                {quarter, good(func(v *news.Visit) { v.Newest = noon.AddDate(-1, 0, 0) }), time.Hour, "it has been silent for a hundred times 87h36m0s"},
		"deep":                             {quarter, good(func(v *news.Visit) { v.Turnover = 5 * time.Hour }), quarter, "its interval"},
		"shallow":                          {quarter, good(func(v *news.Visit) { v.Turnover = 12 * time.Minute }), 12 * time.Minute, "half of what it holds can be replaced in 12m0s"},
		"shallower than we may ask":        {quarter, good(func(v *news.Visit) { v.Turnover = time.Minute }), 5 * time.Minute, "half of what it holds can be replaced in 1m0s"},
		"fresh, but shallow":               {quarter, good(func(v *news.Visit) { v.Turnover, v.Fresh = 20*time.Minute, time.Hour }), 20 * time.Minute, "half of what it holds can be replaced in 20m0s"},
		"after a gap":                      {quarter, good(func(v *news.Visit) { v.Gap, v.Fresh = noon.Add(-6*day), time.Hour }), 5 * time.Minute, "it had a gap on 2026-11-19 12:00:00"},
		"a week after a gap":               {quarter, good(func(v *news.Visit) { v.Gap = noon.Add(-7 * day) }), quarter, "its interval"},
		"a gap, asked each minute":         {time.Minute, good(func(v *news.Visit) { v.Gap = noon.Add(-day) }), time.Minute, "its interval"},
		"a server of our own":              {time.Second, good(func(v *news.Visit) { v.Gap, v.Fresh = noon, time.Hour }), time.Second, "its interval"},
		"a wish after a success":           {quarter, good(func(v *news.Visit) { v.RetryAfter = 5 * time.Hour }), quarter, "its interval"},
		"it rests at this hour":            {quarter, good(func(v *news.Visit) { v.RestHours = 1 << 12 }), time.Hour, "it rests, as it says"},
		"it rests today":                   {quarter, good(func(v *news.Visit) { v.RestDays = 1 << time.Wednesday }), time.Hour, "it rests, as it says"},
		"it rests always":                  {quarter, good(func(v *news.Visit) { v.RestDays = 127 }), time.Hour, "it rests, as it says"},
		"it rests, but is shallow":         {quarter, good(func(v *news.Visit) { v.RestDays, v.Turnover = 127, 30*time.Minute }), 30 * time.Minute, "it rests, as it says"},
		"it rests at another hour":         {quarter, good(func(v *news.Visit) { v.RestHours = 1 << 13 }), quarter, "its interval"},
		"the first failure":                {quarter, failed(classTimeout, 0, 1), quarter, "failures in a row: 1"},
		"the second":                       {quarter, failed(classTimeout, 0, 2), 30 * time.Minute, "failures in a row: 2"},
		"the third":                        {quarter, failed(classTimeout, 0, 3), time.Hour, "failures in a row: 3"},
		"the hundredth, on the way":        {quarter, failed(classDNS, 0, 100), time.Hour, "failures in a row: 100"},
		"the hundredth, a server's":        {quarter, failed(classHTTP5xx, 500, 100), time.Hour, "failures in a row: 100"},
		"the hundredth, a refusal":         {quarter, failed(classBlocked, 403, 100), 6 * time.Hour, "failures in a row: 100"},
		"the millionth":                    {24 * time.Hour, failed(classBlocked, 403, 1_000_000), 24 * time.Hour, "failures in a row: 1000000"},
		"a page again and again":           {quarter, failed(classNotAFeed, 200, 4), 2 * time.Hour, "failures in a row: 4"},
		"gone":                             {quarter, failed(classHTTP4xx, 410, 1), 24 * time.Hour, "it says it is gone, and is asked once more"},
		"gone, as it said":                 {quarter, failed(classHTTP4xx, 410, 2), 30 * 24 * time.Hour, "it is gone, and polled no more; one look a month would find that it was a mistake"},
		"429 with a wish":                  {quarter, wish(classRateLimited, 429, 1, 5*time.Hour), 5 * time.Hour, "its server asks to be left alone for 5h0m0s"},
		"503 with a wish":                  {quarter, wish(classHTTP5xx, 503, 1, 5*time.Hour), 5 * time.Hour, "its server asks to be left alone for 5h0m0s"},
		"503 with a short wish":            {quarter, wish(classHTTP5xx, 503, 2, time.Second), 30 * time.Minute, "failures in a row: 2"},
		"429 with a wish for ever":         {quarter, wish(classRateLimited, 429, 1, 8760*time.Hour), 24 * time.Hour, "its server asks to be left alone for 24h0m0s"},
		"a wish with a 500":                {quarter, wish(classHTTP5xx, 500, 1, 5*time.Hour), quarter, "failures in a row: 1"},
		"a failure in an hour it rests at": {quarter, news.Visit{Class: classDNS, Failures: 1, Habit: news.Habit{RestDays: 127}}, quarter, "failures in a row: 1"},
	} {
		t.Run(name, func(t *testing.T) {
			f := desk
			f.Interval = tt.interval
			next, why := Next(f, tt.visit, noon)
			if got := next.Sub(noon); got < tt.want || got > tt.want+tt.want/jitter || why != tt.why {
				t.Errorf("got %s: %s\nwant %s to %s: %s", got, why, tt.want, tt.want+tt.want/jitter, tt.why)
			}
			if again, _ := Next(f, tt.visit, noon); !again.Equal(next) {
				t.Errorf("the same visit gave %s, then %s", next, again)
			}
		})
	}
}

func TestWhatIsAGap(t *testing.T) {
	last := news.Visit{URL: desk.URL, Digest: "d", Newest: noon.Add(-2 * time.Hour), Gap: noon.Add(-30 * day)}
	full := news.Visit{URL: desk.URL, At: noon, Status: 200, Items: 3, New: 3, Oldest: noon.Add(-time.Hour), Newest: noon, Gap: last.Gap}
	for name, tt := range map[string]struct {
		change func(last, v *news.Visit)
		want   bool
	}{
		"all are new, and later than all before": {func(_, _ *news.Visit) {}, true},
		"one was known":                          {func(_, v *news.Visit) { v.New = 2 }, false},
		"they reach back to what was seen":       {func(_, v *news.Visit) { v.Oldest = noon.Add(-3 * time.Hour) }, false},
		"they have no dates":                     {func(_, v *news.Visit) { v.Oldest = time.Time{} }, true},
		"an empty feed":                          {func(_, v *news.Visit) { v.Items, v.New = 0, 0 }, false},
		"the first look":                         {func(last, _ *news.Visit) { *last = news.Visit{} }, false},
		"another address":                        {func(last, _ *news.Visit) { last.URL += "?x" }, false},
		"a failure":                              {func(_, v *news.Visit) { v.Class = classConnect }, false},
	} {
		t.Run(name, func(t *testing.T) {
			before, v := last, full
			tt.change(&before, &v)
			v = Settle(desk, before, v)
			if got := v.Gap.Equal(noon); got != tt.want {
				t.Errorf("a gap: %v, want %v", got, tt.want)
			}
			if soon := v.Next.Before(noon.Add(desk.Interval)); soon != tt.want {
				t.Errorf("the next look is at %s: %s", v.Next, v.Why)
			}
		})
	}
}

// paper is a simulated feed: articles appear by a rhythm of the day and the week, and it holds the last few.
type paper struct {
	holds int
	out   []time.Time // when each article appeared
}

// appear lets articles appear until now: one in a quarter of an hour by day, a few at night, none on Sunday mornings,
// and at noon of the first three days of a month, when something happens, one every other minute for an hour.
func (p *paper) appear(until time.Time) {
	for {
		at := noon
		if n := len(p.out); n > 0 {
			at = p.out[n-1]
		}
		step := 15 * time.Minute
		switch {
		case at.Day() <= 3 && at.Hour() == 12:
			step = 2 * time.Minute
		case at.Weekday() == time.Sunday && at.Hour() < 10:
			step = 10 * time.Hour
		case at.Hour() < 6:
			step = 2 * time.Hour
		}
		if at = at.Add(step); at.After(until) {
			return
		}
		p.out = append(p.out, at)
	}
}

// look looks at a paper, of whose articles seen were; it says how many are lost.
func (p *paper) look(last news.Visit, seen int, now time.Time) (v news.Visit, lost int) {
	p.appear(now)
	v = last
	first := max(0, len(p.out)-p.holds)
	v.At, v.Status, v.Items, v.New = now, 200, len(p.out)-first, len(p.out)-max(first, seen)
	if held := p.out[first:]; len(held) > 0 {
		v.URL, v.Digest, v.Oldest, v.Newest, v.Turnover = desk.URL, "read", held[0], held[len(held)-1], turnover(held)
	}
	return v, max(0, first-seen)
}

// A year of a paper that holds 30 articles and whose server says that each answer is good for a day. When the busiest
// hour of a month comes for the first time, articles are lost, and it is known; on the days after, none are.
func TestAYearOfAShallowFeed(t *testing.T) {
	p := &paper{holds: 30}
	f := desk
	f.Interval = time.Hour
	var v news.Visit
	looks, gaps, lost, seen := 0, 0, 0, 0
	for now := noon; now.Before(noon.AddDate(1, 0, 0)); looks++ {
		var missed int
		last := v
		v, missed = p.look(last, seen, now)
		v.Fresh = day
		if v = Settle(f, last, v); v.Gap.Equal(now) {
			gaps++
		} else if missed > 0 {
			t.Fatalf("%d articles are lost before %s, and nobody knows", missed, now)
		}
		if missed > 0 && now.Day() != 1 {
			t.Errorf("%d articles are lost on %s, after a gap", missed, now)
		}
		lost, seen = lost+missed, len(p.out)
		if wait := v.Next.Sub(now); wait < 20*time.Minute || wait > 4*time.Hour+24*time.Minute {
			t.Fatalf("asked again after %s: %s", wait, v.Why)
		}
		now = v.Next
	}
	t.Logf("%d looks, %d gaps, %d of %d articles lost", looks, gaps, lost, len(p.out))
	if gaps > 12 || lost*100 > len(p.out) {
		t.Errorf("%d gaps, %d of %d articles lost, want at most one gap a month and 1%%", gaps, lost, len(p.out))
	}
	if most := 365 * 24; looks > most {
		t.Errorf("%d looks, want at most the %d of its interval", looks, most)
	}
}

// A year with a server that fails half of the time, ten days in a row: the feed is never given up, and never asked
// more often than it may be.
func TestAYearOfLooks(t *testing.T) {
	var v news.Visit
	looks, longest := 0, time.Duration(0)
	for now := noon; now.Before(noon.AddDate(1, 0, 0)); looks++ {
		v.Newest = now
		if now.YearDay()/10%2 == 0 {
			v.Class, v.Status, v.Failures = classHTTP5xx, 500, v.Failures+1
		} else {
			v.Class, v.Status, v.Failures = "", 200, 0
		}
		next, _ := Next(desk, v, now)
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

// hints are what the headers of an answer say.
type hints struct{ Fresh, RetryAfter time.Duration }

func TestHints(t *testing.T) {
	const serverNoon = "Wed, 25 Nov 2026 12:00:00 GMT"
	for name, tt := range map[string]struct {
		header map[string]string
		want   hints
	}{
		"none":                             {nil, hints{}},
		"max-age":                          {map[string]string{"Cache-Control": "public, max-age=600"}, hints{Fresh: 10 * time.Minute}},
		"max-age in other letters":         {map[string]string{"Cache-Control": `Max-Age="600"`}, hints{Fresh: 10 * time.Minute}},
		"max-age, half of it over":         {map[string]string{"Cache-Control": "max-age=600", "Age": "300"}, hints{Fresh: 5 * time.Minute}},
		"max-age, all of it over":          {map[string]string{"Cache-Control": "max-age=600", "Age": "700"}, hints{}},
		"max-age that must not be used":    {map[string]string{"Cache-Control": "no-cache, max-age=600"}, hints{}},
		"max-age that is no number":        {map[string]string{"Cache-Control": "max-age=soon"}, hints{}},
		"max-age beyond all numbers":       {map[string]string{"Cache-Control": "max-age=9223372036854775807"}, hints{Fresh: longestHint * time.Second}},
		"Expires":                          {map[string]string{"Expires": "Wed, 25 Nov 2026 12:10:00 GMT"}, hints{Fresh: 10 * time.Minute}},
		"Expires by the server's clock":    {map[string]string{"Expires": serverNoon, "Date": "Wed, 25 Nov 2026 11:50:00 GMT"}, hints{Fresh: 10 * time.Minute}},
		"Expires at once":                  {map[string]string{"Expires": "0"}, hints{}},
		"Expires in the past":              {map[string]string{"Expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, hints{}},
		"max-age comes before Expires":     {map[string]string{"Expires": "Wed, 25 Nov 2026 13:00:00 GMT", "Cache-Control": "max-age=60"}, hints{Fresh: time.Minute}},
		"Retry-After in seconds":           {map[string]string{"Retry-After": "120"}, hints{RetryAfter: 2 * time.Minute}},
		"Retry-After as a date":            {map[string]string{"Retry-After": "Wed, 25 Nov 2026 13:00:00 GMT"}, hints{RetryAfter: time.Hour}},
		"Retry-After in the past":          {map[string]string{"Retry-After": "Wed, 25 Nov 2026 11:00:00 GMT"}, hints{}},
		"Retry-After that says -1":         {map[string]string{"Retry-After": "-1"}, hints{}},
		"a date by a clock that is behind": {map[string]string{"Retry-After": serverNoon, "Date": "Wed, 25 Nov 2026 11:00:00 GMT"}, hints{RetryAfter: time.Hour}},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			for k, v := range tt.header {
				h.Set(k, v)
			}
			v := visit{Visit: news.Visit{At: noon}}
			v.heed(h)
			if got := (hints{v.Fresh, v.RetryAfter}); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}
