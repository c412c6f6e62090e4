package feeds

import (
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"

	"tensionmonitor/internal/news"
)

// moving is a server with a feed at /new and, for now, redirects to it from /rss.xml. It notes who was asked.
type moving struct {
	mu     sync.Mutex
	status int // of the redirect; 0 is no redirect but the feed
	dead   bool
	asked  []string
}

func (m *moving) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked = append(m.asked, r.URL.Path)
	switch {
	case r.URL.Path == "/rss.xml" && m.status != 0:
		http.Redirect(w, r, "/new", m.status)
	case r.URL.Path == "/new" && m.dead:
		http.NotFound(w, r)
	default:
		io.WriteString(w, stories(1))
	}
}

func TestWhatMovesForGoodIsAskedThere(t *testing.T) {
	both, old, direct := []string{"/rss.xml", "/new"}, []string{"/rss.xml"}, []string{"/new"}
	for name, tt := range map[string]struct {
		status int
		after  time.Duration
		change func(*moving)
		want   [][]string // the requests of the looks from then on
	}{
		"301, seen once":            {301, 0, nil, [][]string{both, both}},
		"301, for two days":         {301, 2 * day, nil, [][]string{both}},
		"301, for three days":       {301, 3 * day, nil, [][]string{direct, direct}},
		"308, for three days":       {308, 3 * day, nil, [][]string{direct}},
		"302, for a year":           {302, 365 * day, nil, [][]string{both}},
		"307, for a year":           {307, 365 * day, nil, [][]string{both}},
		"301 taken back":            {301, 2 * day, func(m *moving) { m.status = 0 }, [][]string{old, old}},
		"301 to what dies":          {301, 3 * day, func(m *moving) { m.dead, m.status = true, 0 }, [][]string{direct, old}},
		"301 that became temporary": {301, 2 * day, func(m *moving) { m.status = 302 }, [][]string{both, both}},
	} {
		t.Run(name, func(t *testing.T) {
			m := &moving{status: tt.status}
			f := serve(t, m.ServeHTTP)
			c := newClient()
			_, v := look(t, c, f, news.Visit{}, noon)
			if tt.change != nil {
				tt.change(m)
			}
			for i, want := range tt.want {
				m.asked = nil
				_, v = c.Look(t.Context(), f, v, noon.Add(tt.after+time.Duration(i)*time.Hour))
				if !slices.Equal(m.asked, want) {
					t.Errorf("look %d asked %q, want %q", i+2, m.asked, want)
				}
			}
			if v.URL != f.URL {
				t.Errorf("the visit is to %q, want the feed's own address", v.URL)
			}
		})
	}
}

func TestOnlyLastingRedirectsInARowAreRemembered(t *testing.T) {
	for name, tt := range map[string]struct {
		way  map[string]int // redirects, from /rss.xml by /a and /b to /c
		want string
	}{
		"all are lasting":      {map[string]int{"/rss.xml": 301, "/a": 308, "/b": 301}, "/c"},
		"the last is not":      {map[string]int{"/rss.xml": 301, "/a": 301, "/b": 302}, "/b"},
		"one in between":       {map[string]int{"/rss.xml": 301, "/a": 302, "/b": 301}, "/a"},
		"the first is not":     {map[string]int{"/rss.xml": 302, "/a": 301, "/b": 301}, ""},
		"it ends with a page":  {map[string]int{"/rss.xml": 301, "/a": 301, "/b": 301, "/c": 200}, ""},
		"no redirect, no move": {map[string]int{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			next := map[string]string{"/rss.xml": "/a", "/a": "/b", "/b": "/c"}
			f := serve(t, func(w http.ResponseWriter, r *http.Request) {
				switch status := tt.way[r.URL.Path]; status {
				case 0:
					io.WriteString(w, stories(1))
				case 200:
					io.WriteString(w, "<html>welcome")
				default:
					http.Redirect(w, r, next[r.URL.Path], status)
				}
			})
			_, v := newClient().Look(t.Context(), f, news.Visit{}, noon)
			if got := strings.TrimPrefix(v.Moved, strings.TrimSuffix(f.URL, "/rss.xml")); got != tt.want {
				t.Errorf("moved to %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAFeedIsAskedAsItWants(t *testing.T) {
	var got http.Header
	f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		io.WriteString(w, stories(1))
	})
	f.Manner = news.Manner{UserAgent: "Mozilla/5.0 (a browser)", Headers: map[string]string{"Authorization": "Bearer secret", "Accept-Language": "az", "Accept": "text/xml"}}
	look(t, newClient(), f, news.Visit{}, noon)
	for name, want := range map[string]string{"User-Agent": "Mozilla/5.0 (a browser)", "Authorization": "Bearer secret", "Accept-Language": "az", "Accept": "text/xml"} {
		if got.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.Get(name), want)
		}
	}
}

// A redirect must not carry the operator's password to another host, however it is given.
func TestAPasswordStaysWithItsHost(t *testing.T) {
	var away, home http.Header
	stranger := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		away = r.Header
		io.WriteString(w, stories(1))
	}))
	defer stranger.Close()
	f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/rss.xml" {
			http.Redirect(w, r, "/own", http.StatusMovedPermanently)
			return
		}
		home = r.Header
		http.Redirect(w, r, stranger.URL, http.StatusMovedPermanently)
	})
	f.Headers = map[string]string{"X-Key": "secret", "Cookie": "secret=1"}
	f.URL = strings.Replace(f.URL, "http://", "http://reader:secret@", 1)
	_, v := look(t, newClient(), f, news.Visit{}, noon)
	if user := "Basic " + base64.StdEncoding.EncodeToString([]byte("reader:secret")); home.Get("Authorization") != user || home.Get("X-Key") != "secret" {
		t.Errorf("its own host got %q", home)
	}
	for range 2 { // led there, and then asked there directly
		if dump := fmt.Sprint(away); strings.Contains(dump, "secret") || away.Get("Authorization") != "" {
			t.Errorf("a stranger got %s", dump)
		}
		_, v = look(t, newClient(), f, v, noon.Add(4*day))
	}
}

func TestAFeedBehindAProxy(t *testing.T) {
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String()+" "+r.Header.Get("Proxy-Authorization"))
		if r.URL.Path == "/inside" {
			http.Redirect(w, r, "http://169.254.169.254/meta", http.StatusFound)
			return
		}
		io.WriteString(w, stories(1))
	}))
	defer proxy.Close()
	f := desk
	f.URL, f.Proxy = "http://desk.example/rss", strings.Replace(proxy.URL, "http://", "http://me:pass@", 1)
	c := NewClient(Options{}) // the proxy is in a private network, which nobody has to allow: it was named
	if articles, _ := look(t, c, f, news.Visit{}, noon); len(articles) != 1 {
		t.Errorf("got %d articles", len(articles))
	}
	f.URL = "http://desk.example/inside"
	_, v := c.Look(t.Context(), f, news.Visit{}, noon.Add(time.Minute))
	if v.Class != classPrivate || strings.Contains(v.Error, "pass") {
		t.Errorf("got %s: %s", v.Class, v.Error)
	}
	auth := " Basic " + base64.StdEncoding.EncodeToString([]byte("me:pass"))
	if want := []string{"http://desk.example/rss" + auth, "http://desk.example/inside" + auth}; !slices.Equal(asked, want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
}

func TestAProxyThatIsDown(t *testing.T) {
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	f := desk
	f.Proxy = "http://me:pass@" + nobody.Addr().String()
	_, v := newClient().Look(t.Context(), f, news.Visit{}, noon)
	if v.Class != classConnect || !strings.Contains(v.Error, "connection refused") || strings.Contains(v.Error, "pass") {
		t.Errorf("got %s: %s", v.Class, v.Error)
	}
}

func TestAFeedIsReadAsItWants(t *testing.T) {
	baku := time.FixedZone("AZT", 4*hour)
	for date, want := range map[string]string{
		"Wed, 25 Nov 2026 10:00:00":       "06:00", // no zone
		"2026-11-25 10:00":                "06:00",
		"Wed, 25 Nov 2026 10:00:00 GMT":   "06:00", // local time that says it is not
		"Wed, 25 Nov 2026 10:00:00 +0000": "06:00",
		"2026-11-25T10:00:00Z":            "06:00",
		"Wed, 25 Nov 2026 10:00:00 MSK":   "07:00", // another zone is another zone
		"Wed, 25 Nov 2026 10:00:00 +0300": "07:00",
		"1795600800":                      "10:00", // a count of seconds has no zone
	} {
		f := desk
		f.Zone = baku
		got := mustRead(t, f, rssOf("<item><title>A</title><pubDate>"+date+"</pubDate></item>"), "")[0].Published.Format("15:04")
		if got != want {
			t.Errorf("%s is %s UTC, want %s", date, got, want)
		}
	}

	const title = "Посол вызван"
	body, err := charmap.CodePage866.NewEncoder().String(rssOf("<item><title>" + title + "</title></item>"))
	if err != nil {
		t.Fatal(err)
	}
	f := desk
	if got := titles(mustRead(t, f, body, "text/xml; charset=windows-1251")); got == title {
		t.Fatal("the labels are right, so nothing is tried")
	}
	f.Charset = "ibm866"
	if got := titles(mustRead(t, f, body, "text/xml; charset=windows-1251")); got != title {
		t.Errorf("got %q, want %q", got, title)
	}
	if got := titles(mustRead(t, f, rssOf("<item><title>"+title+"</title></item>"), "")); got != title {
		t.Errorf("UTF-8 is read as %q: it wins over any label", got)
	}
}

func TestAFeedSaysWhenItIsWorthALook(t *testing.T) {
	sy := ` xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"`
	rest := "<skipHours><hour>0</hour><hour>24</hour><hour>7</hour><hour>25</hour><hour>x</hour></skipHours><skipDays><day>sunday</day><day>Saturday</day><day>Funday</day></skipDays>"
	for name, tt := range map[string]struct {
		space, channel string
		want           news.Habit
	}{
		"nothing":                {"", "", news.Habit{}},
		"ttl":                    {"", "<ttl>90</ttl>", news.Habit{Period: 90 * time.Minute}},
		"ttl that is none":       {"", "<ttl>soon</ttl>", news.Habit{}},
		"ttl beyond all numbers": {"", "<ttl>9000000000000</ttl>", news.Habit{Period: longestPeriod}},
		"daily":                  {sy, "<sy:updatePeriod>daily</sy:updatePeriod>", news.Habit{Period: day}},
		"twice an hour":          {sy, "<sy:updatePeriod> hourly </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", news.Habit{Period: 30 * time.Minute}},
		"never an hour":          {sy, "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", news.Habit{Period: time.Hour}},
		"the longer of two":      {sy, "<ttl>30</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", news.Habit{Period: time.Hour}},
		"it rests":               {"", rest, news.Habit{RestHours: 1 | 1<<7, RestDays: 1 | 1<<6}},
	} {
		t.Run(name, func(t *testing.T) {
			body := strings.Replace(strings.Replace(stories(3), "<channel>", "<channel>"+tt.channel, 1), `<rss `, "<rss"+tt.space+" ", 1)
			f := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("ETag", `"a"`)
				if r.Header.Get("If-None-Match") != "" {
					w.WriteHeader(http.StatusNotModified)
					return
				}
				io.WriteString(w, body)
			})
			tt.want.Holds = 3
			c := newClient()
			_, v := look(t, c, f, news.Visit{}, noon)
			if v.Habit != tt.want {
				t.Errorf("got %+v, want %+v", v.Habit, tt.want)
			}
			if _, again := look(t, c, f, v, noon.Add(time.Hour)); again.Status != 304 || again.Habit != tt.want {
				t.Errorf("a 304 forgot: %+v", again.Habit)
			}
		})
	}
}

func TestWhatTheArticlesShow(t *testing.T) {
	at := func(minutes ...int) string {
		var items []string
		for i, m := range minutes {
			items = append(items, fmt.Sprintf("<item><title>A %d</title><guid>g-%03d</guid><pubDate>%s</pubDate></item>", i, i, noon.Add(time.Duration(m)*time.Minute).Format(time.RFC1123Z)))
		}
		return rssOf(items...)
	}
	for name, tt := range map[string]struct {
		body string
		want news.Habit
	}{
		"none":                     {rssOf(), news.Habit{}},
		"too few to tell":          {at(-30, -20, -10), news.Habit{Holds: 3}},
		"a steady rhythm":          {at(-50, -40, -30, -20, -10, 0), news.Habit{Holds: 6, Turnover: 30 * time.Minute}},
		"a busy hour":              {at(-600, -500, -12, -10, -8, -6), news.Habit{Holds: 6, Turnover: 6 * time.Minute}},
		"the time it was made":     {at(-5, -5, -5, -5), news.Habit{Holds: 4}},
		"a clock in another zone":  {at(180, 240, -10), news.Habit{Holds: 3, Ahead: 2}},
		"a clock that is fast":     {at(4, -10), news.Habit{Holds: 2}},
		"one guid for all":         {rssOf(item("A", "", "same"), item("B", "", "same")), news.Habit{Holds: 2, OneGuid: true}},
		"one article and its guid": {rssOf(item("A", "", "same")), news.Habit{Holds: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := read(desk, nil, []byte(tt.body), "", noon)
			if err != nil || doc.habit != tt.want {
				t.Errorf("got %+v, %v, want %+v", doc.habit, err, tt.want)
			}
		})
	}
}
