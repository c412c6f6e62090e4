package config

import (
	"bufio"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// Each file in testdata/wrong is wrong in the ways that its comments say: "# fault: " and the message, in the line
// of the fault.
func TestWhatIsWrongIsSaid(t *testing.T) {
	files, err := filepath.Glob("testdata/wrong/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			want := faultsWritten(t, name)
			if filepath.Base(name) == "many.yaml" {
				want = append(faultsWritten(t, "testdata/feeds/wrong.yaml"), want...)
			}
			_, err := Load(name)
			if err == nil {
				t.Fatal("no error")
			}
			if got := err.Error(); got != strings.Join(want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
			}
		})
	}
}

func faultsWritten(t *testing.T, name string) (faults []string) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		for _, message := range strings.Split(lines.Text(), " # fault: ")[1:] {
			faults = append(faults, fmt.Sprintf("%s:%d: %s", name, n, message))
		}
	}
	if lines.Err() != nil || len(faults) == 0 {
		t.Fatalf("%s says no fault: %v", name, lines.Err())
	}
	return faults
}

// A fault hides none in the lexicon: where that is, is told all the same.
func TestWhatIsRightIsReadBesideFaults(t *testing.T) {
	path := write(t, "pairs: [ARM-AZE, nowhere]\nlexicon: {dir: words}\n")
	c, err := Load(path)
	want := filepath.Join(filepath.Dir(path), "words")
	if err == nil || c.LexiconDir != want || !slices.Equal(c.Pairs, []string{"ARM-AZE"}) {
		t.Errorf("got lexicon %q, pairs %v, error %v, want %q, [ARM-AZE] and a fault", c.LexiconDir, c.Pairs, err, want)
	}
}

func TestFilesThatCannotBeUsed(t *testing.T) {
	dir := folder(t, map[string]string{
		"empty.yaml":    "",
		"comments.yaml": "# pairs: [AZE-IRN]\n",
		"huge.yaml":     "# " + strings.Repeat("x", maxFile),
		"latin.yaml":    "pairs: [AZE-IRN]\nstore: {url: \"sqlite:caf\xe9.db\"}\n",
		"list.yaml":     "- AZE-IRN\n",
	})
	for name, want := range map[string]string{
		"none.yaml":     ": no such file or directory",
		".":             ": is a directory",
		"empty.yaml":    ": empty; write {} if nothing is meant",
		"comments.yaml": ": empty; write {} if nothing is meant",
		"huge.yaml":     ": larger than 4 MiB",
		"latin.yaml":    ":2: not UTF-8 text",
		"list.yaml":     ":1: keys with values: pairs, store, feeds_files, feeds, fetch, lexicon, index, dismissed_file, metrics, retention",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, name)
			if _, err := Load(path); err == nil || err.Error() != path+want {
				t.Errorf("got %v, want %s%s", err, path, want)
			}
		})
	}
}

func TestTheShippedFileIsTheDefault(t *testing.T) {
	built, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"the shipped file":        "monitor.yaml",
		"one with no keys":        write(t, "{}"),
		"one with empty sections": write(t, "store:\nfetch:\nlexicon:\nindex:\n  half_life:\n  join:\nmetrics:\nretention:\n"),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Load(path)
			if err != nil || !reflect.DeepEqual(got, built) {
				t.Errorf("%v: got\n%+v\nwant\n%+v", err, got, built)
			}
		})
	}
}

// The values of the design, so that a slip in the shipped file does not become the default unseen.
func TestDefaultValues(t *testing.T) {
	got, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	got.Feeds, got.Fetch.UserAgent = nil, ""
	h := time.Hour
	want := Config{
		Pairs:    []string{"AZE-IRN"},
		StoreURL: "sqlite:monitor.db",
		Fetch: Fetch{Timeout: 30 * time.Second, MaxBody: 15 << 20, AllowNetworks: []netip.Prefix{},
			Hosts: map[string]Host{"api.gdeltproject.org": {Connections: 1, Spacing: 5 * time.Second}}},
		Index: Index{
			Scale: 10, BlocCap: 0.7, AloneCap: 9, CoverageFloor: 0.5, Hold: 72 * h, Levels: []float64{20, 40, 60, 80},
			HalfLife: map[string]time.Duration{"rhetoric": 36 * h, "incident": 72 * h, "measure": 168 * h},
			Join:     map[string]time.Duration{"rhetoric": 48 * h, "incident": 72 * h, "measure": 120 * h},
		},
		PerFeed:   "auto",
		Retention: Retention{Articles: 2 * 365 * 24 * h, Visits: 30 * 24 * h},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

// Every key is given another value than its default, so that one that is read into the wrong place shows.
func TestEveryKeyIsRead(t *testing.T) {
	dir := folder(t, map[string]string{
		"etc/monitor.yaml": `
pairs: [ARM-AZE, AZE-IRN]
store: {url: "postgres://monitor:secret@db.example/tension"}
feeds_files: [lists/more.yaml]
feeds:
  - {slug: seed, url: "http://127.0.0.1:8099/feed.xml", outlet: Seed Daily, family: seed-house, bloc: IR, language: en, tier: 3, weight: 0.4, interval: 1h30m, disabled: "on leave", note: "a note"}
  - {slug: bare, url: "https://bare.example/"}
  - {slug: odd, url: "https://odd.example/", user_agent: "Mozilla/5.0", headers: {accept-language: az}, auth: {user: me, password: "pass:word"},
     proxy: "http://proxy.example:3128", zone: "+04:00", charset: windows-1251, aggregator: true, full_text: true}
  - {slug: key, url: "https://key.example/", auth: {token_file: token.txt}, zone: Asia/Baku}
fetch:
  user_agent: "desk/1 (+mailto:desk@example.org)"
  timeout: 20s
  max_body: 512KiB
  allow_networks: ["127.0.0.1/8", "fd00::/8"]
  hosts: {"desk.example:8443": {connections: 0, spacing: 2m}, api.example: {spacing: 0s}, usual.example: {}}
lexicon: {dir: words}
index: {scale: 12, bloc_cap: 0.5, alone_cap: 8, coverage_floor: 0.4, hold: 0s, half_life: {rhetoric: 1d, measure: 1w1d}, levels: [10, 30.5, 50, 70], join: {incident: 4d}}
metrics: {per_feed: off}
retention: {articles: 1y30d, visits: 2w}
`,
		"etc/token.txt":       "t-o-k-e-n\n",
		"etc/lists/more.yaml": "feeds:\n  - {slug: first, url: \"https://first.example/\", bloc: \"\"}\n",
	})
	got, err := Load(filepath.Join(dir, "etc", "monitor.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	baku, err := time.LoadLocation("Asia/Baku")
	if err != nil {
		t.Fatal(err)
	}
	h := time.Hour
	want := Config{
		Pairs:    []string{"ARM-AZE", "AZE-IRN"},
		StoreURL: "postgres://monitor:secret@db.example/tension",
		Feeds: []Feed{
			{Slug: "first", URL: "https://first.example/", Outlet: "first", Family: "first", Weight: 0.6, Interval: 15 * time.Minute},
			{Slug: "seed", URL: "http://127.0.0.1:8099/feed.xml", Outlet: "Seed Daily", Family: "seed-house", Bloc: "IR", Language: "en", Tier: 3,
				Weight: 0.4, Interval: 90 * time.Minute, Disabled: "on leave", Note: "a note"},
			{Slug: "bare", URL: "https://bare.example/", Outlet: "bare", Family: "bare", Weight: 0.6, Interval: 15 * time.Minute},
			{Slug: "odd", URL: "https://odd.example/", Outlet: "odd", Family: "odd", Weight: 0.6, Interval: 15 * time.Minute, UserAgent: "Mozilla/5.0",
				Headers: map[string]string{"Accept-Language": "az", "Authorization": "Basic bWU6cGFzczp3b3Jk"}, Proxy: "http://proxy.example:3128",
				Zone: time.FixedZone("+04:00", 4*3600), Charset: "windows-1251", Aggregator: true, FullText: true},
			{Slug: "key", URL: "https://key.example/", Outlet: "key", Family: "key", Weight: 0.6, Interval: 15 * time.Minute,
				Headers: map[string]string{"Authorization": "Bearer t-o-k-e-n"}, Zone: baku},
		},
		Fetch: Fetch{
			UserAgent: "desk/1 (+mailto:desk@example.org)", Timeout: 20 * time.Second, MaxBody: 512 << 10,
			AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("fd00::/8")},
			Hosts:         map[string]Host{"desk.example:8443": {Spacing: 2 * time.Minute}, "api.example": {Connections: 2}, "usual.example": {Connections: 2, Spacing: time.Second}},
		},
		LexiconDir: filepath.Join(dir, "etc", "words"),
		Index: Index{
			Scale: 12, BlocCap: 0.5, AloneCap: 8, CoverageFloor: 0.4, Levels: []float64{10, 30.5, 50, 70},
			HalfLife: map[string]time.Duration{"rhetoric": 24 * h, "incident": 72 * h, "measure": 192 * h},
			Join:     map[string]time.Duration{"rhetoric": 48 * h, "incident": 96 * h, "measure": 120 * h},
		},
		PerFeed:   "off",
		Retention: Retention{Articles: 395 * 24 * h, Visits: 14 * 24 * h},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func TestWhichFeedsThereAre(t *testing.T) {
	built, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	own := "feeds: [{slug: mine, url: \"http://a.example/\"}]\n"
	for name, tt := range map[string]struct {
		text string
		want int
	}{
		"no list named: the one built in":  {"{}", len(built.Feeds)},
		"a feed beside the one built in":   {own, len(built.Feeds) + 1},
		"no list at all":                   {"feeds_files: []\n", 0},
		"a feed in place of the built in":  {"feeds_files: []\n" + own, 1},
		"a feed that is given as disabled": {"feeds_files: []\nfeeds: [{slug: a, url: \"http://a.example/\", disabled: gone}]\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Load(write(t, tt.text))
			if err != nil || len(c.Feeds) != tt.want {
				t.Errorf("%d feeds, %v, want %d", len(c.Feeds), err, tt.want)
			}
		})
	}
}

func TestShippedFeeds(t *testing.T) {
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	slugs, addresses, enabled := map[string]bool{}, map[string]bool{}, map[string]int{}
	blocs := map[string]string{}
	weights := []float64{0, 0.7, 0.6, 0.45, 0.35}
	for _, f := range c.Feeds {
		u, err := url.Parse(f.URL)
		if err != nil {
			t.Fatal(err)
		}
		if search := u.Host == "news.google.com" || u.Host == "api.gdeltproject.org"; search != f.Aggregator || search && f.Disabled == "" {
			t.Errorf("%s: aggregator %v, disabled %q", f.Slug, f.Aggregator, f.Disabled)
		}
		if slugs[f.Slug] || addresses[f.URL] {
			t.Errorf("%s: slug or address twice", f.Slug)
		}
		slugs[f.Slug], addresses[f.URL] = true, true
		if f.Tier == 0 || f.Weight != weights[f.Tier] || f.Language == "" || f.Outlet == f.Slug {
			t.Errorf("%s: tier %d, weight %v, language %q, outlet %q", f.Slug, f.Tier, f.Weight, f.Language, f.Outlet)
		}
		if bloc, known := blocs[f.Family]; known && bloc != f.Bloc {
			t.Errorf("%s: the house %s speaks for %q and for %q", f.Slug, f.Family, bloc, f.Bloc)
		}
		blocs[f.Family] = f.Bloc
		if f.Disabled == "" {
			enabled[f.Bloc]++
		}
	}
	for _, bloc := range []string{"", "AZ", "IR"} {
		if enabled[bloc] < 10 {
			t.Errorf("bloc %q has %d enabled feeds, want at least 10: %v", bloc, enabled[bloc], enabled)
		}
	}
}

// What monitor.yaml says in its comments about a feed's defaults is what the code does.
func TestCommentsTellTheTruthAboutFeeds(t *testing.T) {
	text, err := os.ReadFile("monitor.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		fmt.Sprintf("above 0 and at most 1; %v if left out", defaultWeight),
		fmt.Sprintf("%s to 24h; %s if left out. From %s for a host in fetch.allow_networks", spell(shortestInterval), spell(defaultInterval), spell(shortestAtHome)),
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("monitor.yaml does not say %q", want)
		}
	}
	keys := regexp.MustCompile(`(?m)^#   ([a-z_]+) `).FindAllStringSubmatch(string(text), -1)
	var got []string
	for _, k := range keys {
		got = append(got, k[1])
	}
	if want := []string{"slug", "url", "outlet", "family", "bloc", "language", "tier", "weight", "interval", "disabled", "note",
		"user_agent", "headers", "auth", "proxy", "zone", "charset", "aggregator", "full_text"}; !slices.Equal(got, want) {
		t.Errorf("monitor.yaml explains %v, want %v", got, want)
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"15m": 15 * time.Minute, "1h30m": 90 * time.Minute, "0": 0, "0s": 0, "36h": 36 * time.Hour, "1.5h": 90 * time.Minute,
		"30d": 30 * day, "2w": 14 * day, "2y": 730 * day, "1y2w3d4h": 382*day + 4*time.Hour, "250y": 250 * year,
	} {
		if got, err := parseDuration(text); err != nil || got != want {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "5", "d", "1.5d", "1d2y", "-1h", "1d-1h", "+1h", "1D", "1 d", "1mo", "300y", "292y9999999h", "99999999999d"} {
		if got, err := parseDuration(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		}
	}
}

func TestSizes(t *testing.T) {
	read := size(1, 1<<40)
	for text, want := range map[string]int64{"1B": 1, "2KiB": 2048, "15MiB": 15 << 20, "15 MiB": 15 << 20, "1GiB": 1 << 30} {
		if got, err := read(text); err != nil || got != want {
			t.Errorf("%q: got %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "15", "15MB", "1.5MiB", "-1B", "0B", "15mib", "999999999999999GiB"} {
		if got, err := read(text); err == nil {
			t.Errorf("%q: got %d, want an error", text, got)
		}
	}
}

func TestPasswordsAreMasked(t *testing.T) {
	for text, want := range map[string]string{
		"postgres://u:p@h/d":      "postgres://u:xxxxx@h/d",
		"postgres://u:p@ss/w@h/d": "postgres://u:xxxxx@h/d",
		"http://t@h/":             "http://xxxxx@h/",
		"http://h/@u":             "http://h/@u",
		"http://h:80/a":           "http://h:80/a",
		"a@b":                     "a@b",
		"postgres://h/d?user=u&password=p&sslmode=disable": "postgres://h/d?user=u&password=xxxxx&sslmode=disable",
		"https://h/rss?api_key=k&q=iran":                   "https://h/rss?api_key=xxxxx&q=iran",
		"https://h/rss?q=a&Access_Token=t#top":             "https://h/rss?q=a&Access_Token=xxxxx#top",
		"https://h/rss?keyword=baku&author=me&topic=key":   "https://h/rss?keyword=baku&author=me&topic=key",
	} {
		if got := masked(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// write puts a text into a file of its own.
func write(t *testing.T, text string) string {
	t.Helper()
	return filepath.Join(folder(t, map[string]string{"monitor.yaml": text}), "monitor.yaml")
}
