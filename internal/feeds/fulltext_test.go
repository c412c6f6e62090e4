package feeds

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tensionmonitor/internal/feeds/press"
	"tensionmonitor/internal/news"
)

// site answers by path, notes what it is asked for, and when. Paths it does not know have no page.
type site struct {
	mu    sync.Mutex
	pages map[string]http.HandlerFunc
	asked []string
	at    []time.Time
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked, s.at = append(s.asked, r.URL.RequestURI()), append(s.at, time.Now())
	answer := s.pages[r.URL.Path]
	s.mu.Unlock()
	if answer == nil {
		answer = http.NotFound
	}
	answer(w, r)
}

// saying is an answer of 200 with a text.
func saying(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, text) }
}

// status is an answer of that status, with headers by name and value.
func status(code int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for h := range slices.Chunk(headers, 2) {
			w.Header().Set(h[0], h[1])
		}
		w.WriteHeader(code)
	}
}

// protest is an article of which a feed gives the first paragraph.
func protest(link string) *news.Article {
	return &news.Article{Title: "Baku summons Iranian ambassador over broadcast", Text: told[0], Link: link, FirstSeen: noon}
}

var rest = strings.Join(told[1:], "\n")

// full is the feed of a site that wants full text.
func full(base string) news.Feed {
	f := desk
	f.URL, f.FullText = base+"/rss.xml", true
	return f
}

// outcomes are those of readings, in order.
func outcomes(all []Reading) string {
	var list []string
	for _, r := range all {
		list = append(list, r.Outcome)
	}
	return strings.Join(list, " ")
}

// A feed, its articles and their pages, as in a look: pages are asked for where the feed gives little, and the articles
// are what they were but for Page.
func TestAPageGivesWhatItsFeedLeavesOut(t *testing.T) {
	s := &site{pages: map[string]http.HandlerFunc{}}
	for _, path := range []string{"/short", "/long", "/none"} {
		s.pages[path] = saying(pageOf("Baku summons Iranian ambassador over broadcast", told...))
	}
	f := serve(t, s.ServeHTTP)
	f.FullText = true
	item := func(path, text string) string {
		return `<item><title>Baku summons Iranian ambassador over broadcast</title><link>` + path + `</link><description>` + text + `</description></item>`
	}
	s.pages["/rss.xml"] = saying(strings.Replace(rssOf(item("/short", told[0]), item("/long", strings.Repeat(told[1]+" ", 10)), item("", told[0])), "https://desk.example/", "/", 1))
	c := newClient()
	articles, v := look(t, c, f, news.Visit{}, noon)
	before := slices.Clone(articles)
	all := c.ReadPages(t.Context(), f, v, pointersTo(articles))
	if want := "/rss.xml /robots.txt /short"; strings.Join(s.paths(), " ") != want {
		t.Errorf("asked %q, want %q", s.paths(), want)
	}
	if outcomes(all) != pageRead || all[0].Article != &articles[0] || articles[0].Page != rest {
		t.Errorf("got %+v with %q, want %q", all, articles[0].Page, rest)
	}
	if got, want := articles[0].Whole(), strings.Join(told, "\n"); got != want {
		t.Errorf("the whole is %q, want the feed's words first: %q", got, want)
	}
	for i := range articles {
		if articles[i].Page = ""; fmt.Sprint(articles[i]) != fmt.Sprint(before[i]) {
			t.Errorf("an article was %+v, and is %+v", before[i], articles[i])
		}
	}
	f.FullText = false
	if all := c.ReadPages(t.Context(), f, v, pointersTo(articles)); len(all) != 0 {
		t.Errorf("a feed that does not want it: %+v", all)
	}
}

func pointersTo(articles []news.Article) (all []*news.Article) {
	for i := range articles {
		all = append(all, &articles[i])
	}
	return all
}

// What the page of an article can be, beside one that has more of it: the article keeps what its feed says.
func TestWhatAPageCanBe(t *testing.T) {
	good := saying(pageOf("Baku summons Iranian ambassador over broadcast", told...))
	to := func(where string) http.HandlerFunc { return status(302, "Location", where) }
	elsewhere := serve(t, good).URL
	byName := strings.Replace(elsewhere, "127.0.0.1", "localhost", 1)
	for name, tt := range map[string]struct {
		page    http.HandlerFunc
		outcome string
		says    string // the end of the error
	}{
		"the article":              {good, pageRead, ""},
		"moved":                    {to("/good"), pageRead, ""},
		"moved to another port":    {to(elsewhere), pageRead, ""},
		"moved to a private place": {to("http://10.0.0.1/"), classPrivate, "10.0.0.1 is not a public address, and no allowed network contains it"},
		"moved to one that is allowed, but not to this feed": {to(byName), classPrivate, "is not a public address, and no allowed network contains it"},
		"moved out of the web":                               {to("file:///etc/passwd"), classRedirect, `it leads to "file:///etc/passwd", want http or https`},
		"moved in circles":                                   {to("/page"), classRedirect, "more than 5 redirects, the last to \"SITE/page\""},
		"moved nowhere":                                      {to("http://[::"), classRedirect, ""},
		"moved without a place":                              {status(302), classRedirect, "status 302, want 200"},
		"moved to a page for those who pay":                  {to("/pay"), paywall, "it says that it is for those who pay"},
		"the front page":                                     {to("/"), noArticle, ""},
		"gone":                                               {status(410), classHTTP4xx, "status 410, want 200"},
		"forbidden":                                          {status(403), classBlocked, "status 403, want 200"},
		"a riddle":                                           {status(403, "Cf-Mitigated", "challenge"), classBlocked, "status 403 and a riddle for people, want a page"},
		"too often":                                          {status(429), classRateLimited, "status 429, want 200"},
		"broken":                                             {status(500), classHTTP5xx, "status 500, want 200"},
		"no content":                                         {status(204), noArticle, "status 204, want 200"},
		"a document": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/pdf")
			io.WriteString(w, "%PDF")
		}, noArticle, `a document of type "application/pdf", want HTML`},
		"a book": {saying("<p>" + strings.Repeat("word ", maxPage/5)), classTooLarge, fmt.Sprintf("a body of more than %d bytes", maxPage)},
		"a bomb": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(gzipped(strings.Repeat("<p>", maxPage)))
		}, classTooLarge, fmt.Sprintf("a body of more than %d bytes", maxPage)},
		"cut off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100000")
			io.WriteString(w, "<p>")
		}, classConnect, "unexpected EOF"},
		"in pieces nobody can read": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, "<html>")
		}, classParse, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := &site{pages: map[string]http.HandlerFunc{"/page": tt.page, "/good": good, "/": saying(pageOf("The Desk", "Snow in the mountains", "Sport")),
				"/pay": saying(`<script>{"isAccessibleForFree":false}</script>`)}}
			f := full(strings.TrimSuffix(serve(t, s.ServeHTTP).URL, "/rss.xml"))
			base := strings.TrimSuffix(f.URL, "/rss.xml")
			a := protest(base + "/page")
			all := newClient().ReadPages(t.Context(), f, news.Visit{}, []*news.Article{a})
			if outcomes(all) != tt.outcome || (a.Page == rest) != (tt.outcome == pageRead) || (all[0].Err == nil) != (tt.outcome == pageRead) || a.Text != told[0] {
				t.Fatalf("got %+v, %q; want %s", all, a.Page, tt.outcome)
			}
			if !slices.Contains(PageOutcomes(), all[0].Outcome) {
				t.Errorf("%q is in no list", all[0].Outcome)
			}
			if err := all[0].Err; err != nil && !strings.HasSuffix(err.Error(), strings.ReplaceAll(tt.says, "SITE", base)) {
				t.Errorf("got %v, want %s", err, tt.says)
			}
		})
	}
}

// A link is a feed's word, and leads into no network of ours, be it allowed to feeds that an operator has named.
func TestALinkLeadsIntoNoPrivateNetwork(t *testing.T) {
	s := &site{}
	base := strings.TrimSuffix(serve(t, s.ServeHTTP).URL, "/rss.xml")
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	f := full("https://desk.example") // where nobody is asked
	for _, link := range []string{base + "/page", "http://localhost:" + u.Port() + "/page", "http://[::ffff:127.0.0.1]:" + u.Port() + "/page", "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data"} {
		a := protest(link)
		if all := newClient().ReadPages(t.Context(), f, news.Visit{}, []*news.Article{a}); outcomes(all) != classPrivate || len(s.paths()) > 0 {
			t.Errorf("%s: %+v, asked %q", link, all, s.paths())
		}
	}
}

func TestRobotsDecideWhetherAPageIsAskedFor(t *testing.T) {
	deny := "User-agent: *\nDisallow: /\n"
	hops := func(n int) map[string]http.HandlerFunc { // robots.txt after n redirects, which denies
		pages := map[string]http.HandlerFunc{"/robots.txt": status(301, "Location", "/hop/1"), fmt.Sprintf("/hop/%d", n): saying(deny)}
		for i := 1; i < n; i++ {
			pages[fmt.Sprintf("/hop/%d", i)] = status(302, "Location", fmt.Sprintf("/hop/%d", i+1))
		}
		return pages
	}
	robots := func(answer http.HandlerFunc) map[string]http.HandlerFunc {
		return map[string]http.HandlerFunc{"/robots.txt": answer}
	}
	for name, tt := range map[string]struct {
		pages   map[string]http.HandlerFunc
		outcome string
		says    string
	}{
		"none":                    {robots(status(404)), pageRead, ""},
		"one we may not see":      {robots(status(403)), pageRead, ""},
		"an empty one":            {robots(saying("")), pageRead, ""},
		"one that allows":         {robots(saying("User-agent: *\nDisallow: /admin")), pageRead, ""},
		"one that denies":         {robots(saying(deny)), forbade, `the robots.txt of "HOST" forbids it`},
		"one that denies others":  {robots(saying("User-agent: OtherBot\nDisallow: /")), pageRead, ""},
		"one that denies us":      {robots(saying("User-agent: TensionMonitor\nDisallow: /*ge$")), forbade, `the robots.txt of "HOST" forbids it`},
		"a server that fails":     {robots(status(503)), forbade, `the robots.txt of "HOST" is not to be had: status 503, want 200 or 404`},
		"a server that is busy":   {robots(status(429)), forbade, `the robots.txt of "HOST" is not to be had: status 429, want 200 or 404`},
		"a server that hangs up":  {robots(func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }), classConnect, `the robots.txt of "HOST" is not to be had: EOF`},
		"one that has moved":      {hops(1), forbade, `the robots.txt of "HOST" forbids it`},
		"one five redirects away": {hops(5), forbade, `the robots.txt of "HOST" forbids it`},
		"one six redirects away":  {hops(6), classRedirect, `the robots.txt of "HOST" is not to be had: more than 5 redirects, the last to "http://HOST/hop/6"`},
		"one in private":          {robots(status(301, "Location", "http://10.0.0.1/robots.txt")), classPrivate, "10.0.0.1 is not a public address, and no allowed network contains it"},
		"one of a book's size":    {robots(saying(strings.Repeat("# nothing\n", maxRobots/10) + deny)), pageRead, ""},
		"one that ends in time":   {robots(saying(strings.Repeat("# nothing\n", maxRobots/10-10) + deny + strings.Repeat("Allow: /\n", 100_000))), pageRead, ""},
		"one that denies in time": {robots(saying(strings.Repeat("# nothing\n", maxRobots/10-10) + deny + strings.Repeat("# nothing\n", 100_000))), forbade, `the robots.txt of "HOST" forbids it`},
		"one in gzip": {robots(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(gzipped(deny))
		}), forbade, `the robots.txt of "HOST" forbids it`},
	} {
		t.Run(name, func(t *testing.T) {
			s := &site{pages: tt.pages}
			s.pages["/page"] = saying(pageOf("Baku summons Iranian ambassador over broadcast", told...))
			f := full(strings.TrimSuffix(serve(t, s.ServeHTTP).URL, "/rss.xml"))
			host := strings.TrimSuffix(strings.TrimPrefix(f.URL, "http://"), "/rss.xml")
			all := newClient().ReadPages(t.Context(), f, news.Visit{}, []*news.Article{protest("http://" + host + "/page")})
			if outcomes(all) != tt.outcome || slices.Contains(s.paths(), "/page") != (tt.outcome == pageRead) {
				t.Fatalf("got %+v, asked %q; want %s", all, s.paths(), tt.outcome)
			}
			if err := all[0].Err; err != nil && !strings.HasSuffix(err.Error(), strings.ReplaceAll(tt.says, "HOST", host)) {
				t.Errorf("got %v, want %s", err, tt.says)
			}
		})
	}
}

// inBubble serves a site under every name, where waiting takes no time.
func inBubble(t *testing.T, s *site, do func(t *testing.T, c *Client, f news.Feed)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		line := press.NewLine()
		server := &http.Server{Handler: s}
		go server.Serve(line)
		c := NewClient(Options{Dial: line.Dial})
		do(t, c, full("http://desk.example"))
		c.transport.CloseIdleConnections()
		c.public.CloseIdleConnections()
		server.Close()
		synctest.Wait()
	})
}

// paths are what the site was asked for.
func (s *site) paths() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// seconds is when a site was asked for pages since began.
func (s *site) seconds(began time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for i, path := range s.asked {
		all = append(all, fmt.Sprintf("%s %v", path, s.at[i].Sub(began).Seconds()))
	}
	return strings.Join(all, ", ")
}

func TestPagesAreAskedForWithManners(t *testing.T) {
	good := saying(pageOf("Baku summons Iranian ambassador over broadcast", told...))
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for name, tt := range map[string]struct {
		robots, first http.HandlerFunc
		want          string // what is asked, and how many seconds after the look at the feed began
		outcomes      string
	}{
		"one a second":                {nil, good, "/robots.txt 1, /1 1, /2 2, /3 3", "read read read"},
		"one in ten seconds":          {saying("User-agent: *\nCrawl-delay: 10"), good, "/robots.txt 1, /1 1, /2 11, /3 21", "read read read"},
		"one in a minute":             {saying("User-agent: *\nCrawl-delay: 60"), good, "/robots.txt 1, /1 1", "read left_out left_out"},
		"moved on its host":           {saying("User-agent: *\nCrawl-delay: 12"), status(301, "Location", "/3"), "/robots.txt 1, /1 1, /3 1, /2 13, /3 25", "read read read"},
		"one that wants to be alone":  {nil, status(503, "Retry-After", "60"), "/robots.txt 1, /1 1", "http_5xx left_out left_out"},
		"its robots.txt wants it":     {status(429, "Retry-After", "60"), good, "/robots.txt 1", "robots left_out left_out"},
		"one that does not answer":    {nil, hang, "/robots.txt 1, /1 1", "timeout left_out left_out"},
		"robots.txt gives no answer":  {hang, good, "/robots.txt 1", "timeout left_out left_out"},
		"one that is not there":       {nil, nil, "/robots.txt 1, /1 1, /2 2, /3 3", "http_4xx read read"},
		"one that is, but not for us": {nil, status(403), "/robots.txt 1, /1 1", "blocked left_out left_out"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &site{pages: map[string]http.HandlerFunc{"/rss.xml": saying(stories(1)), "/robots.txt": tt.robots, "/1": tt.first, "/2": good, "/3": good}}
			inBubble(t, s, func(t *testing.T, c *Client, f news.Feed) {
				began := time.Now()
				_, v := look(t, c, f, news.Visit{}, began)
				var articles []*news.Article
				for i := range 3 {
					articles = append(articles, protest(fmt.Sprintf("http://desk.example/%d", i+1)))
				}
				all := c.ReadPages(t.Context(), f, v, articles)
				if got := s.seconds(began); got != "/rss.xml 0, "+tt.want || outcomes(all) != tt.outcomes {
					t.Errorf("asked %s: %+v\nwant %s: %s", got, all, tt.want, tt.outcomes)
				}
				if took := time.Since(began); took > defaultTimeout {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

// A host that asked to be left alone is asked neither for its feeds nor for pages.
func TestAHostIsLeftAloneByFeedsAndPages(t *testing.T) {
	s := &site{pages: map[string]http.HandlerFunc{"/rss.xml": status(429, "Retry-After", "3600"), "/1": status(503, "Retry-After", "3600")}}
	inBubble(t, s, func(t *testing.T, c *Client, f news.Feed) {
		began := time.Now()
		c.Look(t.Context(), f, news.Visit{}, began)
		if all := c.ReadPages(t.Context(), f, news.Visit{}, []*news.Article{protest("http://desk.example/1")}); outcomes(all) != leftOut || s.seconds(began) != "/rss.xml 0" {
			t.Errorf("after the feed's word: %+v, asked %s", all, s.seconds(began))
		}
		time.Sleep(time.Hour)
		if all := c.ReadPages(t.Context(), f, news.Visit{}, []*news.Article{protest("http://desk.example/1")}); outcomes(all) != classHTTP5xx {
			t.Errorf("after an hour: %+v", all)
		}
		if _, v := c.Look(t.Context(), f, news.Visit{}, time.Now().Add(time.Minute)); !v.At.IsZero() {
			t.Errorf("after the page's word: %+v", v)
		}
	})
}

func TestRobotsAreAskedForOnceADay(t *testing.T) {
	answer := saying("")
	s := &site{pages: map[string]http.HandlerFunc{"/1": saying(pageOf("Baku summons Iranian ambassador over broadcast", told...))}}
	s.pages["/robots.txt"] = func(w http.ResponseWriter, r *http.Request) { answer(w, r) }
	inBubble(t, s, func(t *testing.T, c *Client, f news.Feed) {
		for _, step := range []struct {
			after  time.Duration
			robots http.HandlerFunc
			want   string
			asked  int // for robots.txt, by then
		}{
			{0, status(500), forbade, 1},
			{30 * time.Minute, saying(""), forbade, 1},
			{31 * time.Minute, saying(""), pageRead, 2},
			{23 * time.Hour, saying("User-agent: *\nDisallow: /"), pageRead, 2},
			{2 * time.Hour, status(500), pageRead, 3}, // as it was when it could be had
			{59 * time.Minute, saying("User-agent: *\nDisallow: /"), pageRead, 3},
			{2 * time.Minute, saying("User-agent: *\nDisallow: /"), forbade, 4},
			{23 * time.Hour, status(404), forbade, 4},
			{2 * time.Hour, status(404), pageRead, 5},
		} {
			time.Sleep(step.after)
			answer = step.robots
			all := c.ReadPages(t.Context(), f, news.Visit{}, []*news.Article{protest("http://desk.example/1")})
			if asked := strings.Count(strings.Join(s.paths(), " "), "/robots.txt"); outcomes(all) != step.want || asked != step.asked {
				t.Errorf("after another %s: %+v, asked %d times; want %s, %d", step.after, all, asked, step.want, step.asked)
			}
		}
	})
}

// Many look at once; a host's robots.txt is asked for by one of them.
func TestOneAsksForRobotsForAll(t *testing.T) {
	s := &site{pages: map[string]http.HandlerFunc{"/1": saying(pageOf("Baku summons Iranian ambassador over broadcast", told...))}}
	s.pages["/robots.txt"] = func(w http.ResponseWriter, r *http.Request) { time.Sleep(5 * time.Second); http.NotFound(w, r) }
	inBubble(t, s, func(t *testing.T, c *Client, f news.Feed) {
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				if got := c.ReadPages(t.Context(), f, news.Visit{}, []*news.Article{protest("http://desk.example/1")}); outcomes(got) != pageRead {
					t.Errorf("got %+v", got)
				}
			})
		}
		all.Wait()
		if n := strings.Count(strings.Join(s.paths(), " "), "/robots.txt"); n != 1 {
			t.Errorf("%d asked for robots.txt, want one", n)
		}
	})
}

func TestTheNewestTenAreRead(t *testing.T) {
	s := &site{pages: map[string]http.HandlerFunc{}}
	inBubble(t, s, func(t *testing.T, c *Client, f news.Feed) {
		var articles []*news.Article
		for i := range 15 {
			a := protest(fmt.Sprintf("http://desk.example/%d", i))
			a.Published = noon.Add(time.Duration(i-20) * time.Hour)
			articles = append(articles, a)
		}
		all := c.ReadPages(t.Context(), f, news.Visit{}, articles)
		if got := strings.Join(s.paths(), " "); got != "/robots.txt /14 /13 /12 /11 /10 /9 /8 /7 /6 /5" || len(all) != 15 || all[10].Outcome != leftOut {
			t.Errorf("asked %s: %s", got, outcomes(all))
		}
		v := news.Visit{Took: defaultTimeout - 4*time.Second}
		if all := c.ReadPages(t.Context(), f, v, articles); strings.Count(outcomes(all), leftOut) < 10 {
			t.Errorf("in four seconds: %s", outcomes(all))
		}
	})
}

// Links lead to any number of hosts. Those of which nothing has to be known are forgotten.
func TestHostsAtRestAreForgotten(t *testing.T) {
	h := hosts{all: make(map[string]*host)}
	h.rest("https://tired.example/", noon.Add(48*time.Hour))
	busy, _ := h.enter("https://busy.example/", "desk", noon)
	for i := range 10 * fewHosts {
		leave, _ := h.admit(fmt.Sprintf("https://%d.example/", i), noon.Add(time.Duration(i)*time.Second))
		leave()
	}
	if len(h.all) > 2*fewHosts {
		t.Errorf("%d hosts are remembered", len(h.all))
	}
	if leave, _ := h.admit("https://tired.example/", noon.Add(24*time.Hour)); leave != nil {
		t.Error("a host that wants to be left alone is forgotten")
	}
	busy()
	if at := h.all["busy.example"]; at == nil || at.looks != 0 {
		t.Errorf("a host that is being asked is forgotten: %+v", at)
	}
}

func gzipped(text string) []byte {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	io.WriteString(z, text)
	z.Close()
	return buf.Bytes()
}
