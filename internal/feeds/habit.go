package feeds

import (
	"slices"
	"strconv"
	"strings"
	"time"

	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"

	"tensionmonitor/internal/news"
)

const (
	longestPeriod = 366 * day       // the longest period the syndication module has a word for
	fewest        = 4               // articles whose dates show a rhythm
	clocksDiffer  = 5 * time.Minute // by which a source's clock may be ahead of ours without being wrong
)

// observe completes what a feed says of how it is kept with what its articles show.
func (d *document) observe(said news.Habit, now time.Time) {
	d.habit = said
	d.habit.Holds = len(d.articles)
	for _, a := range d.articles {
		if a.Published.After(now.Add(clocksDiffer)) {
			d.habit.Ahead++
		}
		if a.Dated() {
			d.dates = append(d.dates, a.Time())
		}
	}
	slices.SortFunc(d.dates, time.Time.Compare)
	d.habit.Turnover = turnover(d.dates)
}

// turnover is the shortest time in which half of some articles appeared, by their dates in order; 0 where too few
// have one, or where they are the dates of something else and all the same.
func turnover(dates []time.Time) time.Duration {
	half := len(dates) / 2
	if len(dates) < fewest {
		return 0
	}
	shortest := dates[half].Sub(dates[0])
	for i := range len(dates) - half {
		shortest = min(shortest, dates[i+half].Sub(dates[i]))
	}
	return shortest
}

// habitOfRSS is what an RSS document says of when it is worth a look. Hours are UTC; some write 24 for midnight.
func habitOfRSS(feed *rss.Feed) (h news.Habit) {
	h.Period = max(minutes(feed.TTL), period(feed.Extensions))
	for _, s := range feed.SkipHours {
		if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil && n >= 0 && n <= 24 {
			h.RestHours |= 1 << (n % 24)
		}
	}
	for _, s := range feed.SkipDays {
		for d := time.Sunday; d <= time.Saturday; d++ {
			if strings.EqualFold(strings.TrimSpace(s), d.String()) {
				h.RestDays |= 1 << d
			}
		}
	}
	return h
}

func minutes(s string) time.Duration {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 0 {
		return 0
	}
	return min(time.Duration(min(n, int(longestPeriod/time.Minute)))*time.Minute, longestPeriod)
}

// period is what the syndication module of RSS says: so many updates in a period.
func period(x ext.Extensions) time.Duration {
	periods := map[string]time.Duration{"hourly": time.Hour, "daily": day, "weekly": 7 * day, "monthly": 30 * day, "yearly": longestPeriod}
	length, frequency := periods[strings.ToLower(extension(x, "sy", "updatePeriod"))], 1
	if n, err := strconv.Atoi(extension(x, "sy", "updateFrequency")); err == nil && n > 0 {
		frequency = n
	}
	return length / time.Duration(frequency)
}
