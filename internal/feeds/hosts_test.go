package feeds

import (
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"tensionmonitor/internal/news"
)

// The manners of a host are told by the moments at which looks at it begin. Each feed asks at noon, and again
// whenever it was told to come back.
func TestAHostIsAskedWithManners(t *testing.T) {
	named := map[string]Manners{"slow.example": {Connections: 1, Spacing: 5 * time.Second}, "free.example": {}, "127.0.0.1:8099": {Spacing: time.Minute}}
	for name, tt := range map[string]struct {
		address string
		feeds   int
		want    time.Duration // from the first look to the last
	}{
		"one feed":                                  {"https://desk.example/rss", 1, 0},
		"ten of one host":                           {"https://desk.example/rss", 10, 9 * time.Second},
		"a host that is named":                      {"https://slow.example/rss", 10, 45 * time.Second},
		"a host that is named, with a port":         {"https://SLOW.example:8443/rss", 10, 45 * time.Second},
		"a host that bears all":                     {"https://free.example/rss", 10, 0},
		"our own network":                           {"http://127.0.0.1:8080/rss", 10, 0},
		"our own network, by name":                  {"http://localhost:8080/rss", 10, 0},
		"our own network, where it is asked to be":  {"http://127.0.0.1:8099/rss", 3, 2 * time.Minute},
		"an address that is not our own, but looks": {"http://10.0.0.1/rss", 3, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			h := hosts{named: named, home: loopback, all: make(map[string]*host)}
			var begun []time.Time
			due := make(map[string]time.Time)
			for i := range tt.feeds {
				due[fmt.Sprintf("feed-%d", i)] = noon
			}
			for now := noon; len(due) > 0; now = now.Add(time.Second) {
				for slug, at := range due {
					if at.After(now) {
						continue
					}
					leave, turn := h.enter(tt.address, slug, now)
					if leave == nil {
						due[slug] = turn
						continue
					}
					leave()
					begun = append(begun, now)
					delete(due, slug)
				}
			}
			if got := begun[len(begun)-1].Sub(begun[0]); got != tt.want {
				t.Errorf("%d looks within %s, want %s", tt.feeds, got, tt.want)
			}
		})
	}
}

func TestAHostHasNoMoreLooksAtOnceThanItBears(t *testing.T) {
	h := hosts{all: make(map[string]*host)}
	now := noon
	var going []func()
	for i := range 2 {
		leave, _ := h.enter("https://desk.example/", fmt.Sprint(i), now)
		if leave == nil {
			t.Fatalf("look %d may not begin", i+1)
		}
		going = append(going, leave)
		now = now.Add(time.Second)
	}
	if leave, turn := h.enter("https://desk.example/", "third", now); leave != nil || !turn.After(now) {
		t.Fatalf("a third look may begin, or come back at %s", turn)
	}
	going[0]()
	if leave, _ := h.enter("https://desk.example/", "third", now.Add(time.Second)); leave == nil {
		t.Error("the third look may not begin, though the first has ended")
	}
}

// nearby is a client that shows manners to local servers too.
func nearby(f news.Feed) *Client {
	host := strings.TrimSuffix(strings.TrimPrefix(f.URL, "http://"), "/rss.xml")
	return NewClient(Options{AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Hosts: map[string]Manners{host: {}}})
}

func TestAHostThatAsksIsLeftAloneByAllItsFeeds(t *testing.T) {
	for name, tt := range map[string]struct {
		status     int
		retryAfter string
		waits      time.Duration // of another feed of the host
	}{
		"429, in seconds": {429, "7200", 2 * time.Hour},
		"503, in seconds": {503, "7200", 2 * time.Hour},
		"429, as a date":  {429, time.Now().UTC().Add(2*time.Hour + time.Second).Format(http.TimeFormat), 2 * time.Hour},
		"for a year":      {503, "31536000", 24 * time.Hour},
		"429 as such":     {429, "", 0},
		"500":             {500, "7200", 0},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			f := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				asked++
				w.Header().Set("Retry-After", tt.retryAfter)
				w.WriteHeader(tt.status)
			})
			sister := f
			sister.Slug = "sister"
			c, now := nearby(f), time.Now()
			_, first := c.Look(t.Context(), f, news.Visit{}, now)
			_, v := c.Look(t.Context(), sister, news.Visit{}, now.Add(time.Second))
			waits := time.Duration(0)
			if v.At.IsZero() {
				waits = v.Next.Sub(now)
			}
			if waits < tt.waits || waits > tt.waits+2*time.Second || (tt.waits > 0) != (asked == 1) {
				t.Errorf("the other feed waits for %s, want %s; %d requests", waits, tt.waits, asked)
			}
			again := nearby(f) // the program was restarted
			again.Recall(map[string]news.Visit{f.Slug: first})
			_, v = again.Look(t.Context(), sister, news.Visit{}, now.Add(time.Second))
			if v.At.IsZero() != (tt.waits > 0) {
				t.Errorf("after a restart: %+v", v)
			}
		})
	}
}

// A query to GDELT that is wrong, or comes too soon, is answered with status 200 and a sentence.
func TestASentenceIsNotNoNews(t *testing.T) {
	for sentence, class := range map[string]string{
		"The specified phrase is too short.\n":                                           classNotAFeed,
		"Your query was too short or too long.":                                          classNotAFeed,
		"Please limit requests to one every 5 seconds or contact us for larger queries.": classRateLimited,
	} {
		f := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, sentence)
		})
		_, v := newClient().Look(t.Context(), f, news.Visit{}, noon)
		if want := fmt.Sprintf("fetching %q: a text, want a feed; it begins %q", f.URL, strings.TrimSpace(sentence)); v.Class != class || v.Error != want {
			t.Errorf("got %s: %s\nwant %s: %s", v.Class, v.Error, class, want)
		}
	}
}
