package feeds

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"tensionmonitor/internal/news"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("::1/128")}

// serve runs a server for a test, and gives the feed at its address.
func serve(t *testing.T, answer http.HandlerFunc) news.Feed {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	f := desk
	f.URL = server.URL + "/rss.xml"
	return f
}

func newClient() *Client {
	return NewClient(Options{AllowNetworks: loopback, Timeout: 20 * time.Second})
}

// look looks once and fails the test if the look does.
func look(t *testing.T, c *Client, f news.Feed, last news.Visit, now time.Time) ([]news.Article, news.Visit) {
	t.Helper()
	articles, v := c.Look(t.Context(), f, last, now)
	if !v.OK() {
		t.Fatalf("the look failed: %s: %s", v.Class, v.Error)
	}
	return articles, v
}

func TestALookAtAFeed(t *testing.T) {
	var asked http.Header
	f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r.Header
		w.Header().Set("ETag", `W/"one"`)
		w.Header().Set("Last-Modified", "last Tuesday")
		io.WriteString(w, stories(3))
	})
	articles, v := look(t, NewClient(Options{UserAgent: "desk/1 (+https://desk.example)", AllowNetworks: loopback}), f, news.Visit{}, noon)
	if len(articles) != 3 || !articles[0].FirstLook || !articles[0].FirstSeen.Equal(noon) {
		t.Errorf("got %+v, want three articles of a first look at noon", articles)
	}
	if got := asked.Get("User-Agent"); got != "desk/1 (+https://desk.example)" {
		t.Errorf("User-Agent %q", got)
	}
	want := news.Visit{Feed: "desk", At: noon, Took: v.Took, URL: f.URL, Status: 200, Bytes: int64(len(stories(3))), Items: 3,
		ETag: `W/"one"`, LastModified: "last Tuesday", From: f.URL, Digest: digestOf([]byte(stories(3))), Read: noon,
		Newest: time.Date(2026, 11, 25, 3, 0, 0, 0, time.UTC), Oldest: time.Date(2026, 11, 25, 1, 0, 0, 0, time.UTC), Habit: news.Habit{Holds: 3},
		Next: v.Next, Why: "its interval"}
	if v != want {
		t.Errorf("got\n%+v, want\n%+v", v, want)
	}
	if v.Took <= 0 || v.Next.Before(noon.Add(f.Interval)) {
		t.Errorf("took %s, next %s", v.Took, v.Next)
	}
}

func TestAnUnchangedFeedIsNotReadAgain(t *testing.T) {
	etag := func(value string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", value)
			if value != "" && r.Header.Get("If-None-Match") == value {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			io.WriteString(w, stories(2))
		}
	}
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		status int
	}{
		"an ETag":      {etag(`"two stories"`), 304},
		"a weak one":   {etag(`W/"it's, odd"`), 304},
		"an empty one": {etag(""), 200},
		"a date of the server's making": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Last-Modified", "yesterday, at tea")
			if r.Header.Get("If-Modified-Since") == "yesterday, at tea" {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			io.WriteString(w, stories(2))
		}, 304},
		"the same body": {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, stories(2)) }, 200},
	} {
		t.Run(name, func(t *testing.T) {
			f, c := serve(t, tt.answer), newClient()
			articles, first := look(t, c, f, news.Visit{}, noon)
			if len(articles) != 2 {
				t.Fatalf("got %d articles, want 2", len(articles))
			}
			last := first
			for n := range 3 {
				articles, v := look(t, c, f, last, last.Next)
				if len(articles) != 0 || v.Items != 0 || v.Status != tt.status {
					t.Errorf("look %d: %d articles, status %d, want none and %d", n+2, len(articles), v.Status, tt.status)
				}
				if v.Digest != first.Digest || v.Newest != first.Newest || v.Oldest != first.Oldest || v.ETag != first.ETag {
					t.Errorf("look %d forgot something: %+v", n+2, v)
				}
				last = v
			}
		})
	}
}

func TestValidatorsGoWhereTheyCameFrom(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(f *news.Feed, last *news.Visit) time.Time
		want   []string // the If-None-Match of each request of the second look, by path
	}{
		"the same address":         {func(_ *news.Feed, last *news.Visit) time.Time { return last.Next }, []string{`/rss.xml "a"`}},
		"another address":          {func(f *news.Feed, last *news.Visit) time.Time { f.URL += "?x"; return last.Next }, []string{"/rss.xml "}},
		"after eight days of 304":  {func(_ *news.Feed, last *news.Visit) time.Time { return noon.Add(8 * 24 * time.Hour) }, []string{"/rss.xml "}},
		"just before":              {func(_ *news.Feed, last *news.Visit) time.Time { return noon.Add(8*24*time.Hour - 1) }, []string{`/rss.xml "a"`}},
		"it moved meanwhile":       {func(f *news.Feed, last *news.Visit) time.Time { redirect(f, last); return last.Next }, []string{"/moved ", `/rss.xml "a"`}},
		"the store forgot whence":  {func(_ *news.Feed, last *news.Visit) time.Time { last.From = ""; return last.Next }, []string{`/rss.xml "a"`}},
		"they came from elsewhere": {func(_ *news.Feed, last *news.Visit) time.Time { last.From = "http://cdn.example/"; return last.Next }, []string{"/rss.xml "}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			f := serve(t, func(w http.ResponseWriter, r *http.Request) {
				got = append(got, r.URL.Path+" "+r.Header.Get("If-None-Match"))
				if r.URL.Path == "/moved" {
					http.Redirect(w, r, "/rss.xml", http.StatusFound)
					return
				}
				w.Header().Set("ETag", `"a"`)
				io.WriteString(w, stories(1))
			})
			c := newClient()
			_, last := look(t, c, f, news.Visit{}, noon)
			now := tt.change(&f, &last)
			got = nil
			look(t, c, f, last, now)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// redirect lets a feed be configured at an address that leads to where the validators came from.
func redirect(f *news.Feed, last *news.Visit) {
	f.URL = strings.Replace(f.URL, "/rss.xml", "/moved", 1)
	last.URL = f.URL
}

func TestA304MayBringNewValidators(t *testing.T) {
	f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"b"`)
		w.WriteHeader(http.StatusNotModified)
	})
	last := news.Visit{URL: f.URL, From: f.URL, ETag: `"a"`, LastModified: "then", Digest: "x", Read: noon}
	_, v := look(t, newClient(), f, last, noon.Add(time.Hour))
	if v.ETag != `"b"` || v.LastModified != "then" || !v.Read.Equal(noon) {
		t.Errorf("got %+v", v)
	}
}

func TestValidatorsThatCannotBeSentAreNotKept(t *testing.T) {
	for name, etag := range map[string]string{"too long": strings.Repeat("x", maxValidator+1), "no text": "\"\xff\""} {
		t.Run(name, func(t *testing.T) {
			f := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("ETag", etag)
				io.WriteString(w, stories(1))
			})
			if _, v := look(t, newClient(), f, news.Visit{}, noon); v.ETag != "" {
				t.Errorf("kept %q", v.ETag)
			}
		})
	}
}

func TestOnlyTheFirstReadingIsAFirstLook(t *testing.T) {
	var body atomic.Value
	body.Store("<html>out of order</html>")
	f, c := serve(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body.Load().(string)) }), newClient()
	_, failed := c.Look(t.Context(), f, news.Visit{}, noon)
	if failed.OK() {
		t.Fatal("a page was taken for a feed")
	}
	body.Store(stories(1))
	articles, first := look(t, c, f, failed, noon)
	if len(articles) != 1 || !articles[0].FirstLook {
		t.Errorf("after a failure: got %+v, want a first look", articles)
	}
	body.Store("")
	_, failed = c.Look(t.Context(), f, first, noon)
	body.Store(stories(2))
	articles, _ = look(t, c, f, failed, noon)
	if len(articles) != 2 || articles[0].FirstLook {
		t.Errorf("after a success and a failure: got %+v, want no first look", articles)
	}
}

func TestCodings(t *testing.T) {
	for name, write := range map[string]func(io.Writer) io.WriteCloser{
		"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"br":   func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) },
		"zstd": func(w io.Writer) io.WriteCloser {
			z, err := zstd.NewWriter(w)
			if err != nil {
				t.Fatal(err)
			}
			return z
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if !strings.Contains(r.Header.Get("Accept-Encoding"), name) {
					t.Errorf("Accept-Encoding %q", r.Header.Get("Accept-Encoding"))
				}
				w.Header().Set("Content-Encoding", name)
				z := write(w)
				io.WriteString(z, stories(40))
				z.Close()
			})
			articles, v := look(t, newClient(), f, news.Visit{}, noon)
			if len(articles) != 40 || v.Bytes != int64(len(stories(40))) {
				t.Errorf("got %d articles from %d bytes", len(articles), v.Bytes)
			}
		})
	}
}

// bomb is a gigabyte of nothing, compressed: a thousand gzip files of a MiB, one after the other, are one.
func bomb() []byte {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	z.Write(make([]byte, 1<<20))
	z.Close()
	return bytes.Repeat(buf.Bytes(), 1<<10)
}

func TestABombCostsLittle(t *testing.T) {
	body := bomb()
	f := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(body)
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, v := newClient().Look(t.Context(), f, news.Visit{}, noon)
	runtime.ReadMemStats(&after)
	if want := fmt.Sprintf("fetching %q: a body of more than %d bytes", f.URL, defaultMaxBody); v.Class != classTooLarge || v.Error != want {
		t.Errorf("got %s: %s", v.Class, v.Error)
	}
	if cost := after.TotalAlloc - before.TotalAlloc; cost > 75<<20 {
		t.Errorf("it cost %d MiB", cost>>20)
	}
}

func TestTroubleHasAClassAndAText(t *testing.T) {
	say := func(status int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
		}
	}
	body := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, s) }
	}
	for name, tt := range map[string]struct {
		answer      http.HandlerFunc
		class, text string // URL stands for the feed's address
	}{
		"404":                  {say(404), classHTTP4xx, `fetching URL: status 404, want 200`},
		"401":                  {say(401), classHTTP4xx, `fetching URL: status 401, want 200`},
		"410":                  {say(410), classHTTP4xx, `fetching URL: status 410, the feed is gone for good, want 200; it is asked once a day in case it is not`},
		"403":                  {say(403), classBlocked, `fetching URL: status 403, want 200`},
		"451":                  {say(451), classBlocked, `fetching URL: status 451, want 200`},
		"Cloudflare":           {say(503, "Cf-Mitigated", "challenge"), classBlocked, `fetching URL: status 503 and a riddle for people, want a feed`},
		"Amazon":               {say(202, "X-Amzn-Waf-Action", "challenge"), classBlocked, `fetching URL: status 202 and a riddle for people, want a feed`},
		"429":                  {say(429), classRateLimited, `fetching URL: status 429, want 200`},
		"500":                  {say(500), classHTTP5xx, `fetching URL: status 500, want 200`},
		"503":                  {say(503), classHTTP5xx, `fetching URL: status 503, want 200`},
		"204":                  {say(204), classNotAFeed, `fetching URL: status 204, want 200`},
		"304 unasked":          {say(304), classRedirect, `fetching URL: status 304, want 200`},
		"301 to nowhere":       {say(301), classRedirect, `fetching URL: status 301, want 200`},
		"a circle":             {say(302, "Location", "/rss.xml"), classRedirect, `fetching URL: more than 5 redirects, the last to URL`},
		"another protocol":     {say(302, "Location", "ftp://desk.example/rss"), classRedirect, `fetching URL: a redirect to "ftp://desk.example/rss", want http or https`},
		"into the network":     {say(302, "Location", "http://127.0.0.2:9/rss"), classPrivate, `fetching URL: dial tcp 127.0.0.2:9: 127.0.0.2 is not a public address, and no allowed network contains it`},
		"into the network, v6": {say(302, "Location", "http://[::ffff:169.254.169.254]/meta"), classPrivate, `fetching URL: dial tcp 169.254.169.254:80: 169.254.169.254 is not a public address, and no allowed network contains it`},
		"a page":               {body("<html><body>Sorry"), classNotAFeed, `fetching URL: an HTML page, want a feed; it begins "Sorry"`},
		"nothing":              {body(""), classNotAFeed, `fetching URL: the body is empty, want a feed`},
		"nothing, compressed":  {say(200, "Content-Encoding", "gzip"), classNotAFeed, `fetching URL: the body is empty, want a feed`},
		"an unknown coding":    {say(200, "Content-Encoding", "rot13"), classParse, `fetching URL: content coding "rot13", want one of gzip, br, zstd`},
		"a coding that is not": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, stories(1))
		}, classParse, `fetching URL: decoding the body from "gzip": gzip: invalid header`},
		"too large, as it says": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "52428800")
		}, classTooLarge, `fetching URL: a body of 52428800 bytes, want at most 15728640`},
		"too large, without saying": {func(w http.ResponseWriter, _ *http.Request) {
			for range 40 {
				w.Write(bytes.Repeat([]byte("<item/>"), 1<<16))
			}
		}, classTooLarge, `fetching URL: a body of more than 15728640 bytes`},
		"not HTTP": {func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			io.WriteString(conn, "mail\r\n")
			conn.Close()
		}, classConnect, `fetching URL: net/http: HTTP/1.x transport connection broken: malformed HTTP response "mail"`},
	} {
		t.Run(name, func(t *testing.T) {
			f := serve(t, tt.answer)
			last := news.Visit{URL: f.URL, Failures: 2, Digest: "before", Newest: noon.Add(-time.Hour)}
			articles, v := newClient().Look(t.Context(), f, last, noon)
			want := strings.ReplaceAll(tt.text, "URL", fmt.Sprintf("%q", f.URL))
			if v.Class != tt.class || v.Error != want {
				t.Errorf("got %s: %s\nwant %s: %s", v.Class, v.Error, tt.class, want)
			}
			if len(articles) != 0 || v.Failures != 3 || v.Digest != "before" || v.Newest != last.Newest {
				t.Errorf("the memory of the feed: %+v", v)
			}
			if !slices.Contains(Classes(), v.Class) {
				t.Errorf("class %q is not in the list", v.Class)
			}
		})
	}
}

func TestWhereARedirectLedIsInTheError(t *testing.T) {
	f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/new" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		http.Redirect(w, r, "/new", http.StatusMovedPermanently)
	})
	_, v := newClient().Look(t.Context(), f, news.Visit{}, noon)
	want := fmt.Sprintf("fetching %q, moved to %q: status 404, want 200", f.URL, strings.Replace(f.URL, "rss.xml", "new", 1))
	if v.Error != want {
		t.Errorf("got %s, want %s", v.Error, want)
	}
}

func TestTroubleOnTheWay(t *testing.T) {
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + nobody.Addr().String()
	nobody.Close()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	plainly := serve(t, http.NotFound)
	for name, tt := range map[string]struct{ url, class, says string }{
		"a name that is none":           {"http://desk.invalid/rss", classDNS, "lookup desk.invalid"},
		"nobody listens":                {closed, classConnect, "connection refused"},
		"a certificate nobody knows":    {secure.URL, classTLS, "certificate"},
		"https where there is none":     {strings.Replace(plainly.URL, "http:", "https:", 1), classTLS, "server gave HTTP response"},
		"a file":                        {"file:///etc/passwd", classConnect, `scheme "file", want http or https`},
		"no address":                    {"http://desk.example:port/", classConnect, "invalid port"},
		"a password is not for the log": {"http://reader:secret@desk.invalid/rss", classDNS, `fetching "http://desk.invalid/rss"`},
		"nor is a key":                  {"http://desk.invalid/rss?key=secret", classDNS, `fetching "http://desk.invalid/rss?…"`},
	} {
		t.Run(name, func(t *testing.T) {
			f := desk
			f.URL = tt.url
			_, v := newClient().Look(t.Context(), f, news.Visit{}, noon)
			if v.Class != tt.class || !strings.Contains(v.Error, tt.says) || strings.Contains(v.Error, "secret") {
				t.Errorf("got %s: %s, want %s: …%s…", v.Class, v.Error, tt.class, tt.says)
			}
		})
	}
}

func TestLoopbackIsRefusedUnlessAllowed(t *testing.T) {
	f := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the server was asked") })
	t.Setenv("HTTP_PROXY", f.URL) // must not be used
	_, v := NewClient(Options{}).Look(t.Context(), f, news.Visit{}, noon)
	if v.Class != classPrivate {
		t.Errorf("got %s: %s", v.Class, v.Error)
	}
}

func TestAConnectionThatBreaksCostsNoWholeArticle(t *testing.T) {
	f := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100000")
		w.Header().Set("ETag", `"whole"`)
		io.WriteString(w, strings.TrimSuffix(stories(2), "</channel></rss>")+"<item><title>Hal")
	})
	articles, v := newClient().Look(t.Context(), f, news.Visit{}, noon)
	if got := titles(articles); got != "Story 1, Story 2" {
		t.Errorf("got %q", got)
	}
	if v.Class != classConnect || !strings.HasSuffix(v.Error, "unexpected EOF") || v.ETag != "" || v.Digest != "" || v.Items != 2 {
		t.Errorf("got %+v, want a failure that does not take the body for read", v)
	}
}

func TestADamagedFeedIsNotTakenForItsServersVersion(t *testing.T) {
	f := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"whole"`)
		io.WriteString(w, stories(2)[:len(stories(2))-60])
	})
	articles, v := look(t, newClient(), f, news.Visit{}, noon)
	if len(articles) != 1 || v.ETag != "" || v.Digest == "" {
		t.Errorf("got %s, %+v", titles(articles), v)
	}
}

func TestHintsReachTheNextLook(t *testing.T) {
	f := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7200")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	_, v := newClient().Look(t.Context(), f, news.Visit{}, noon)
	if wait := v.Next.Sub(noon); wait < 2*time.Hour || wait > 2*time.Hour+12*time.Minute {
		t.Errorf("the next look is %s later, want two hours", wait)
	}
}

func BenchmarkUnchanged(b *testing.B) {
	for name, etag := range map[string]string{"304": `"a"`, "body": ""} {
		b.Run(name, func(b *testing.B) {
			body := stories(50)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if etag != "" && r.Header.Get("If-None-Match") == etag {
					w.WriteHeader(http.StatusNotModified)
					return
				}
				w.Header().Set("ETag", etag)
				io.WriteString(w, body)
			}))
			defer server.Close()
			f, c := desk, newClient()
			f.URL = server.URL
			_, last := c.Look(b.Context(), f, news.Visit{}, noon)
			b.ReportAllocs()
			for b.Loop() {
				if articles, v := c.Look(b.Context(), f, last, noon); len(articles) > 0 || !v.OK() {
					b.Fatal(v)
				}
			}
		})
	}
}
