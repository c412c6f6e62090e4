package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tensionmonitor/internal/news"
)

// call runs the program to its end and gives what it wrote.
func call(t *testing.T, stdin string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	err = run(t.Context(), args, strings.NewReader(stdin), &out, &errs)
	return out.String(), errs.String(), err
}

func TestFeedsSayWhatAilsThem(t *testing.T) {
	now := time.Now()
	list := []news.Feed{{Slug: "well"}, {Slug: "sick"}, {Slug: "new"}, {Slug: "off", Disabled: "it is dead"}}
	well := news.Visit{Feed: "well", At: now.Add(-time.Minute), Next: now.Add(14 * time.Minute), Status: 200, Newest: now.Add(-time.Hour), Oldest: now.Add(-8 * time.Hour), Habit: news.Habit{Holds: 30}}
	sick := news.Visit{Feed: "sick", At: now, Next: now.Add(time.Hour), Class: "blocked", Error: "status 403, want 200", Failures: 3}
	all := healths(list, map[string]news.Visit{"well": well, "sick": sick}, []news.Visit{sick, well}, now)
	var out bytes.Buffer
	colours{}.feedTable(&out, all, now)
	for _, want := range []string{"sick  failing", "blocked: status 403, want 200 (3 times in a row)", "→ set the feed's user_agent", "well  up", "30/7h", "new   pending",
		"1 up, 1 failing, 1 not looked at yet, 1 disabled"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if strings.Index(out.String(), "sick") > strings.Index(out.String(), "well") {
		t.Errorf("the feed that ails does not come first:\n%s", out.String())
	}
}

func TestFeedsTest(t *testing.T) {
	n := newNewspaper(t, time.Hour)
	args, _ := n.configure(t, 1)
	out, _, err := call(t, "", "feeds", "test", args[1], args[2], n.URL+"/gazette-000")
	if err != nil || !strings.Contains(out, "status 200") || !strings.Contains(out, "Azerbaijan summons Iranian ambassador") {
		t.Errorf("%v\n%s", err, out)
	}
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html><body>Hello</body></html>")) }))
	defer page.Close()
	out, _, err = call(t, "", "feeds", "test", args[1], args[2], page.URL)
	if err == nil || !strings.Contains(out, "not_a_feed") || !strings.Contains(out, "→ open the address in a browser") {
		t.Errorf("a page that is no feed: %v\n%s", err, out)
	}
}

// The page says what the feed leaves out, and whether it may be read.
func TestFeedsTestReadsPages(t *testing.T) {
	const lead, body = "News of the day.", "<p>Azerbaijan summoned the Iranian ambassador on Monday.</p>"
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/rss.xml":
			io.WriteString(w, `<rss version="2.0"><channel><title>Gazette</title><item><title>What happened in Baku today</title><link>/1</link><description>`+lead+`</description></item>`+
				`<item><title>What happened in Tehran today</title><link>/secret</link><description>`+lead+`</description></item></channel></rss>`)
		case "/robots.txt":
			io.WriteString(w, "User-agent: *\nDisallow: /secret")
		case "/1":
			io.WriteString(w, "<html><body><article><h1>What happened in Baku today</h1><p>"+lead+"</p>"+body+strings.Repeat("<p>Nothing else of note has happened there, as far as we know.</p>", 5)+"</article></body></html>")
		}
	}))
	defer site.Close()
	args, _ := newNewspaper(t, time.Hour).configure(t, 1)
	out, _, err := call(t, "", "feeds", "test", args[1], args[2], site.URL+"/rss.xml")
	if err != nil || strings.Contains(out, "pages") || strings.Contains(out, "summon") {
		t.Errorf("as the feed is: %v\n%s", err, out)
	}
	out, _, err = call(t, "", "feeds", "test", "--full-text", args[1], args[2], site.URL+"/rss.xml")
	for _, want := range []string{"  pages      1 read\n", "  pages      1 robots: reading the page \"" + site.URL + "/secret\": the robots.txt of", "in the text"} {
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("with pages: %v, want %q\n%s", err, want, out)
		}
	}
}

func TestFeedsAsJSONAndOPML(t *testing.T) {
	n := newNewspaper(t, time.Hour)
	args, _ := n.configure(t, 2)
	out, _, err := call(t, "", "feeds", "--json", args[1], args[2])
	var h feedHealth
	if err != nil || json.Unmarshal([]byte(strings.SplitN(out, "\n", 2)[0]), &h) != nil || h.Feed != "gazette-000" || h.State != "pending" {
		t.Errorf("%v\n%s", err, out)
	}
	opml, _, err := call(t, "", "feeds", "--opml", args[1], args[2])
	if err != nil {
		t.Fatal(err)
	}
	out, _, err = call(t, opml, "feeds", "import", "-")
	if err != nil || !strings.Contains(out, "url: "+n.URL+"/gazette-001") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestHealth(t *testing.T) {
	up := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer up.Close()
	down := httptest.NewServer(http.NotFoundHandler())
	defer down.Close()
	if _, _, err := call(t, "", "health", "--url", up.URL); err != nil {
		t.Error(err)
	}
	if _, _, err := call(t, "", "health", "--url", down.URL); err == nil || !strings.Contains(err.Error(), "status 404, want 200") {
		t.Errorf("got %v", err)
	}
}
