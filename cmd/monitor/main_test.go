package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite"
)

// asDaemon makes the test binary run as the program itself, so that a test can kill it.
const asDaemon = "MONITOR_TEST_ARGS"

func TestMain(m *testing.M) {
	if args := os.Getenv(asDaemon); args != "" {
		os.Args = append(os.Args[:1], strings.Split(args, "\n")...)
		main()
	}
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil { // most of these tests wait for a daemon's first looks
		panic(err)
	}
	os.Exit(m.Run())
}

// patience is how long a test waits for what has to come.
const patience = time.Minute

// newspaper serves feeds of three articles each, one of which is news, and says which feed is asked.
type newspaper struct {
	*httptest.Server
	asked chan string
}

func newNewspaper(t *testing.T, age time.Duration) *newspaper {
	n := &newspaper{asked: make(chan string, 10_000)}
	n.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.asked <- r.URL.Path[1:]
		w.Header().Set("Content-Type", "application/rss+xml")
		date := time.Now().Add(-age).UTC().Format(time.RFC1123Z)
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Gazette</title>`)
		for i, item := range [][2]string{
			{"Azerbaijan summons Iranian ambassador", "Azerbaijani police arrested five people on charges of spying for Iran."},
			{"Rain in the mountains", "It will rain."},
			{"Chess: a draw", "Nobody won."},
		} {
			fmt.Fprintf(w, `<item><title>%s</title><description>%s</description><link>https://example.org%s/%d</link><pubDate>%s</pubDate></item>`,
				item[0], item[1], r.URL.Path, i, date)
		}
		fmt.Fprint(w, `</channel></rss>`)
	}))
	t.Cleanup(n.Close)
	return n
}

// configure writes a configuration with feeds of the newspaper alone, and gives the arguments to run with it.
func (n *newspaper) configure(t *testing.T, feeds int) (args []string, db string) {
	t.Helper()
	dir := t.TempDir()
	db = filepath.Join(dir, "monitor.db")
	var c strings.Builder
	words, err := filepath.Abs(filepath.Join("testdata", "lexicon"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&c, "lexicon: {dir: %q}\n", words)
	fmt.Fprintf(&c, "store: {url: \"sqlite:%s\"}\nfeeds_files: []\nfetch: {allow_networks: [\"127.0.0.0/8\"]}\nfeeds:\n", db)
	for i := range feeds {
		fmt.Fprintf(&c, "  - {slug: gazette-%03d, url: \"%s/gazette-%03d\", outlet: Gazette %d, family: gazette-%d, language: en, weight: 0.6, interval: 15m}\n", i, n.URL, i, i, i)
	}
	file := filepath.Join(dir, "monitor.yaml")
	if err := os.WriteFile(file, []byte(c.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"run", "--config.file", file, "--web.listen-address", "127.0.0.1:0", "--log.format", "json"}, db
}

// address reads a daemon's log up to the line that says where it listens, and the rest behind the test's back.
func address(t *testing.T, log io.Reader) string {
	t.Helper()
	found := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(log)
		for lines.Scan() {
			var line struct{ Address, Level, Msg string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Address != "" {
				found <- line.Address
			}
		}
		close(found)
	}()
	select {
	case a, ok := <-found:
		if !ok {
			t.Fatal("the daemon ended without saying where it listens")
		}
		return "http://" + a
	case <-time.After(patience):
		t.Fatal("the daemon does not say where it listens")
	}
	return ""
}

// scrape reads /metrics: the value of each series by its name and labels, as they are written.
func scrape(t *testing.T, url string) map[string]float64 {
	t.Helper()
	resp, err := http.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	series := make(map[string]float64)
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if at := strings.LastIndexByte(lines.Text(), ' '); at > 0 && lines.Text()[0] != '#' {
			series[lines.Text()[:at]], err = strconv.ParseFloat(lines.Text()[at+1:], 64)
			if err != nil {
				t.Fatalf("%s: %v", lines.Text(), err)
			}
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return series
}

// scrapeUntil scrapes until what it finds is as wanted.
func scrapeUntil(t *testing.T, url, want string, ok func(map[string]float64) bool) map[string]float64 {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); time.Now().Before(end); <-tick.C {
		if series := scrape(t, url); ok(series) {
			return series
		}
	}
	t.Fatalf("no scrape with %s", want)
	return nil
}

const indexSeries = `tension_index{pair="AZE-IRN"}`

// allIn says whether a scrape shows so many feeds of three articles each. Articles are counted a moment before the
// picture with their stories is drawn, and feeds are up in the same picture.
func allIn(feeds int) func(map[string]float64) bool {
	return func(s map[string]float64) bool {
		up := 0.0
		for name, value := range s {
			if strings.HasPrefix(name, "tension_feed_up{") {
				up += value
			}
		}
		return up == float64(feeds) && s["tension_articles_total"] == float64(3*feeds)
	}
}

func eventsOf(kind, from string) string {
	return fmt.Sprintf(`tension_events_total{from="%s",kind="%s",pair="AZE-IRN"}`, from, kind)
}

// start runs the daemon in this process; stop ends it and fails the test if that was not graceful.
func start(t *testing.T, args []string) (url string, stop func()) {
	t.Helper()
	log, w := io.Pipe()
	stop = startIn(t, args, w)
	return address(t, log), stop
}

// startIn is start for who reads the log.
func startIn(t *testing.T, args []string, log io.WriteCloser) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		err := run(ctx, args, strings.NewReader(""), io.Discard, log)
		log.Close()
		done <- err
	}()
	return func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("the daemon ended with %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("the daemon does not stop")
		}
	}
}

func TestFromAFeedToTheIndex(t *testing.T) {
	t.Parallel() // most of it is waiting for the first looks
	n := newNewspaper(t, time.Hour)
	args, _ := n.configure(t, 1)
	rewrite(t, args[2], "lexicon:", "# here the lexicon is the shipped one:")
	url, stop := start(t, args)
	defer stop()
	series := scrapeUntil(t, url, "three articles and an index", func(s map[string]float64) bool {
		return s["tension_articles_total"] == 3 && s[indexSeries] > 0
	})

	if series[indexSeries] <= 0 {
		t.Errorf("index %v, want above 0", series[indexSeries])
	}
	var points float64
	for name, value := range series {
		if strings.HasPrefix(name, "tension_contribution_points{") {
			points += value
		}
	}
	if math.Abs(points-series[indexSeries]) > 1e-9 {
		t.Errorf("contributions add up to %v, the index is %v", points, series[indexSeries])
	}
	for _, name := range []string{eventsOf("summon", "AZE"), eventsOf("arrest", "AZE"), "tension_articles_relevant_total", `tension_feed_up{feed="gazette-000"}`,
		"tension_coverage_ratio", `tension_index_valid{pair="AZE-IRN"}`, "tension_config_last_reload_successful"} {
		if series[name] != 1 {
			t.Errorf("%s is %v, want 1", name, series[name])
		}
	}
	for _, path := range []string{"/", "/-/healthy", "/-/ready"} {
		resp, err := http.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
}

func TestAnOldItemIsOld(t *testing.T) {
	t.Parallel() // most of it is waiting for the first looks
	n := newNewspaper(t, 400*24*time.Hour)
	args, _ := n.configure(t, 1)
	url, stop := start(t, args)
	defer stop()
	series := scrapeUntil(t, url, "three articles", allIn(1))
	if index, ok := series[indexSeries]; !ok || index >= 1 {
		t.Errorf("index %v, want below 1", index)
	}
	if series[eventsOf("summon", "AZE")] != 1 {
		t.Error("the event itself is not counted")
	}
}

// child runs the daemon in a process of its own.
func child(t *testing.T, args []string) (url string, process *exec.Cmd) {
	t.Helper()
	process = exec.Command(os.Args[0])
	process.Env = append(os.Environ(), asDaemon+"="+strings.Join(args, "\n"))
	log, err := process.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = process.Process.Kill() })
	return address(t, log), process
}

func TestKilledInTheMiddleOfPolling(t *testing.T) {
	t.Parallel() // most of it is waiting for the first looks
	const feeds, articles = 200, 600
	n := newNewspaper(t, time.Hour)
	args, db := n.configure(t, feeds)
	all := func(s map[string]float64) bool { return s[`tension_feeds{state="up"}`] == feeds }

	_, first := child(t, args)
	for range feeds / 3 {
		<-n.asked
	}
	kill(t, first)
	stored := storedFeeds(t, db)
	if len(stored) == 0 || len(stored) == feeds {
		t.Fatalf("%d feeds were stored when the process was killed; that is not the middle", len(stored))
	}
	drain(n.asked)

	url, second := child(t, args)
	before := scrapeUntil(t, url, "all feeds up", all)
	kill(t, second)
	for _, feed := range drain(n.asked) {
		if stored[feed] {
			t.Errorf("%s was asked again before it was due", feed)
		}
	}

	url, third := child(t, args)
	after := scrapeUntil(t, url, "all feeds up", all)
	if math.Abs(after[indexSeries]-before[indexSeries]) > 0.1 { // seconds have passed
		t.Errorf("the index is %v, was %v", after[indexSeries], before[indexSeries])
	}
	if err := third.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := third.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
	if asked := drain(n.asked); len(asked) > 0 {
		t.Errorf("%v were asked though none was due", asked)
	}
	if got := query(t, db, `SELECT count(*) FROM articles`); got[0] != strconv.Itoa(articles) {
		t.Errorf("%s articles, want each of the %d once", got[0], articles)
	}
}

func kill(t *testing.T, process *exec.Cmd) {
	t.Helper()
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = process.Wait() // it was killed, and says so
}

func drain(c chan string) (all []string) {
	for {
		select {
		case s := <-c:
			all = append(all, s)
		default:
			return all
		}
	}
}

func storedFeeds(t *testing.T, db string) map[string]bool {
	t.Helper()
	stored := make(map[string]bool)
	for _, feed := range query(t, db, `SELECT feed FROM visits`) {
		stored[feed] = true
	}
	return stored
}

func query(t *testing.T, db, text string) (all []string) {
	t.Helper()
	conn, err := sql.Open("sqlite", db)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	rows, err := conn.QueryContext(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAPortInUseIsAnErrorOfTheStart(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	args, db := newNewspaper(t, 0).configure(t, 1)
	args[4] = l.Addr().String()
	err = run(t.Context(), args, strings.NewReader(""), io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "address already in use") || !strings.Contains(err.Error(), l.Addr().String()) {
		t.Errorf("got %v, want the address and that it is in use", err)
	}
	if _, err := os.Stat(db); !os.IsNotExist(err) {
		t.Error("a store was made all the same")
	}
}

func TestMistakesInTheArguments(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		code int
		says string
	}{
		"a command there is not": {[]string{"predict"}, 2, `there is no command "predict"`},
		"a flag there is not":    {[]string{"run", "--speed"}, 2, "speed"},
		"one argument too many":  {[]string{"run", "now"}, 2, `"now" is one argument too many`},
		"help":                   {[]string{"run", "--help"}, 0, "--web.listen-address"},
		"no such configuration":  {[]string{"run", "--config.file", "none.yaml"}, 1, "none.yaml"},
		"no such level":          {[]string{"run", "--log.level", "loud"}, 1, "--log.level"},
		"no such format":         {[]string{"run", "--log.format", "runes"}, 1, "want console or json"},
		"no such web file":       {[]string{"run", "--web.config.file", "none.yaml"}, 1, `--web.config.file "none.yaml"`},
		"no such text":           {[]string{"score", "none.txt"}, 1, "none.txt: no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			var stderr bytes.Buffer
			err := run(t.Context(), tt.args, strings.NewReader(""), io.Discard, &stderr)
			if code := exitCode(err, &stderr); code != tt.code || !strings.Contains(stderr.String(), tt.says) {
				t.Errorf("exit %d and %q, want %d and %q", code, stderr.String(), tt.code, tt.says)
			}
		})
	}
}

func TestCheckPrintsAllFaults(t *testing.T) {
	file := filepath.Join(t.TempDir(), "wrong.yaml")
	if err := os.WriteFile(file, []byte("pair: [AZE-IRN]\nindex: {scale: -1}\nfetch: {timeout: soon}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err := run(t.Context(), []string{"check", "--config.file", file}, nil, &out, &out)
	if code := exitCode(err, &out); code != 1 {
		t.Errorf("exit %d, want 1", code)
	}
	for _, want := range []string{"wrong.yaml:1", "pair", "wrong.yaml:2", "index.scale", "-1", "wrong.yaml:3", "fetch.timeout", "soon"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	out.Reset()
	if err := run(t.Context(), []string{"check"}, nil, &out, &out); err != nil || !strings.Contains(out.String(), "all is well") {
		t.Errorf("what is shipped: %v, %s", err, out.String())
	}
}

// change changes the store of a daemon that was configured by a newspaper.
func change(t *testing.T, args []string, statement string) {
	t.Helper()
	conn, err := sql.Open("sqlite", filepath.Join(filepath.Dir(args[2]), "monitor.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
