package feeds

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestRobotsSayWhatMayBeRead(t *testing.T) {
	for name, tt := range map[string]struct {
		robots   string
		path     string
		may      bool
		crawling time.Duration
	}{
		"nothing":                               {"", "/a", true, 0},
		"a page in its place":                   {"<html><title>Not found</title></html>", "/a", true, 0},
		"nobody":                                {"User-agent: *\nDisallow: /", "/a", false, 0},
		"nobody, by Windows":                    {"\xef\xbb\xbfUser-Agent: *\r\nDisallow: / # go away\r\n", "/a", false, 0},
		"nobody, by an old Mac":                 {"user-agent:*\rdisallow:/\r", "/a", false, 0},
		"everybody":                             {"User-agent: *\nDisallow:", "/a", true, 0},
		"others":                                {"User-agent: OtherBot\nDisallow: /", "/a", true, 0},
		"us":                                    {"User-agent: tensionmonitor\nDisallow: /", "/a", false, 0},
		"us, with a version":                    {"User-agent: TensionMonitor/2.0\nDisallow: /", "/a", false, 0},
		"who has half our name":                 {"User-agent: Tension\nDisallow: /", "/a", true, 0},
		"us in spite of all":                    {"User-agent: *\nDisallow: /\n\nUser-agent: TensionMonitor\nDisallow: /private", "/a", true, 0},
		"us, where the others come last":        {"User-agent: TensionMonitor\nAllow: /\n\nUser-agent: *\nDisallow: /", "/a", true, 0},
		"us among others":                       {"User-agent: a\nUser-agent: TensionMonitor\nUser-agent: b\nDisallow: /", "/a", false, 0},
		"us in two groups":                      {"User-agent: TensionMonitor\nDisallow: /a\nUser-agent: x\nDisallow: /\nUser-agent: TensionMonitor\nDisallow: /b", "/b", false, 0},
		"us by no rule":                         {"User-agent: TensionMonitor\nUser-agent: x\nDisallow:\nUser-agent: *\nDisallow: /", "/a", true, 0},
		"what was said to nobody":               {"Disallow: /\nUser-agent: x\nDisallow: /", "/a", true, 0},
		"a sitemap between names":               {"User-agent: TensionMonitor\nSitemap: http://a.example/s.xml\nUser-agent: x\nDisallow: /", "/a", false, 0},
		"a folder":                              {"User-agent: *\nDisallow: /news/", "/news/1", false, 0},
		"beside a folder":                       {"User-agent: *\nDisallow: /news/", "/news", true, 0},
		"a folder without a slash":              {"User-agent: *\nDisallow: news", "/news/1", false, 0},
		"the longest decides":                   {"User-agent: *\nDisallow: /news\nAllow: /news/open", "/news/open/1", true, 0},
		"the longest decides, in any order":     {"User-agent: *\nAllow: /news/open\nDisallow: /news", "/news/shut", false, 0},
		"of two equally long the one that lets": {"User-agent: *\nDisallow: /news\nAllow: /news", "/news", true, 0},
		"anything":                              {"User-agent: *\nDisallow: /*/print", "/news/1/print", false, 0},
		"anything, but not the beginning":       {"User-agent: *\nDisallow: /news*print", "/old/news/print", true, 0},
		"nothing is anything":                   {"User-agent: *\nDisallow: /a*b", "/ab", false, 0},
		"an ending":                             {"User-agent: *\nDisallow: /*.php$", "/index.php", false, 0},
		"not the ending":                        {"User-agent: *\nDisallow: /*.php$", "/index.php?a", true, 0},
		"an ending that begins, too":            {"User-agent: *\nDisallow: /ab*ba$", "/aba", true, 0},
		"just the front page":                   {"User-agent: *\nDisallow: /$", "/a", true, 0},
		"the front page":                        {"User-agent: *\nDisallow: /$", "", false, 0},
		"a query":                               {"User-agent: *\nDisallow: /*?id=", "/a?id=1", false, 0},
		"letters, and their octets":             {"User-agent: *\nDisallow: /xəbər", "/x%c9%99b%C9%99r/1", false, 0},
		"octets that are letters":               {"User-agent: *\nDisallow: /%6e%65ws", "/news", false, 0},
		"octets that are not":                   {"User-agent: *\nDisallow: /a%2Fb", "/a/b", true, 0},
		"a star that is one":                    {"User-agent: *\nDisallow: /a%2Ab", "/axb", true, 0},
		"in its own time":                       {"User-agent: *\nCrawl-delay: 2.5", "/a", true, 2500 * time.Millisecond},
		"once a day":                            {"User-agent: *\nCrawl-delay: 1e300", "/a", true, 24 * time.Hour},
		"in no time":                            {"User-agent: *\nCrawl-delay: soon\nCrawl-delay: NaN\nCrawl-delay: -3", "/a", true, 0},
		"made to be dear":                       {"User-agent: *\nDisallow: /" + strings.Repeat("a*", 100_000) + "b", "/" + strings.Repeat("a", 1900), true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := readRobots([]byte(tt.robots), ourProduct)
			u, err := url.Parse("https://desk.example" + tt.path)
			if err != nil {
				t.Fatal(err)
			}
			if r.allow(u) != tt.may || r.delay != tt.crawling {
				t.Errorf("may %v, every %s; want %v, %s", r.allow(u), r.delay, tt.may, tt.crawling)
			}
		})
	}
}

func TestTheNameRobotsKnowUsBy(t *testing.T) {
	for agent, want := range map[string]string{
		defaultAgent: "TensionMonitor",
		"Mozilla/5.0 (compatible; TensionMonitor/1.2; +https://desk.example)": "TensionMonitor",
		"OurDesk/1.0 (+https://desk.example)":                                 "OurDesk",
		"Mozilla/5.0 (compatible; Our_Desk-Bot; news)":                        "Our_Desk-Bot",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36":                  "TensionMonitor",
		"": "TensionMonitor",
	} {
		if got := productOf(agent); got != want {
			t.Errorf("%q: %q, want %q", agent, got, want)
		}
	}
}

func TestRobotsAreForgottenBeforeTheyAreTooMany(t *testing.T) {
	var r robots
	for i := range 3 * mostRobots {
		r.of(&url.URL{Scheme: "https", Host: strconv.Itoa(i) + ".example", Path: "/"}, "us")
		r.keep(i)
	}
	if len(r.all) > mostRobots || r.kept > mostRobotsKept+3*mostRobots {
		t.Errorf("%d hosts and %d bytes are kept", len(r.all), r.kept)
	}
}
