//go:build unix

package monitor

import (
	"bufio"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	command "os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"
	_ "modernc.org/sqlite"

	load "tensionmonitor/internal/feeds/press"
	"tensionmonitor/internal/news"
	"tensionmonitor/internal/store"
)

// pressEnv makes of the test binary a press in a process of its own, so that what it costs is not counted.
const pressEnv = "MONITOR_TEST_PRESS"

func TestMain(m *testing.M) {
	if options := os.Getenv(pressEnv); options != "" {
		if err := servePress(options); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// servePress serves until its standard input ends.
func servePress(options string) error {
	var o load.Options
	if err := json.Unmarshal([]byte(options), &o); err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + l.Addr().String())
	server := &http.Server{Handler: load.New(o)}
	go func() {
		io.Copy(io.Discard, os.Stdin)
		server.Close()
	}()
	if err := server.Serve(l); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// startPress starts a press and gives its address.
func startPress(tb testing.TB, o load.Options) string {
	tb.Helper()
	options, err := json.Marshal(o)
	if err != nil {
		tb.Fatal(err)
	}
	cmd := command.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), pressEnv+"="+string(options)), os.Stderr
	stop, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		stop.Close()
		cmd.Wait()
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		tb.Fatal(err)
	}
	return strings.TrimSpace(address)
}

// papers are the feeds of a press.
func papers(base string, n int) (list []news.Feed) {
	for i := range n {
		slug := fmt.Sprintf("paper-%04d", i)
		list = append(list, news.Feed{Slug: slug, URL: base + "/feed/" + strconv.Itoa(i), Language: "en", Interval: 15 * time.Minute,
			Source: news.Source{Outlet: slug, Family: slug, Weight: 0.6}})
	}
	return list
}

// BenchmarkPolls is a round of looks at 2,000 feeds of 50 articles of 1.4 KB: everything the daemon does, its job queue
// included, and beside it a bare loop of gofeed and SQLite that keeps the manners of nobody. What it costs is told in
// CPU seconds for 1,000 feeds, the press not counted, and in the most memory there was.
func BenchmarkPolls(b *testing.B) {
	const many = 2000
	o := load.Options{Feeds: many, Items: 50, Text: 1400, Gzip: true, Began: time.Now().Add(-25 * time.Hour), Step: 30 * time.Minute}
	etags := o
	etags.Validators = true
	for _, c := range []struct {
		name string
		o    load.Options
		cold bool
	}{{"cold", etags, true}, {"304", etags, false}, {"same", o, false}} {
		b.Run(c.name+"/ours", func(b *testing.B) { benchmarkOurs(b, startPress(b, c.o), many, c.cold) })
		b.Run(c.name+"/bare", func(b *testing.B) { benchmarkBare(b, startPress(b, c.o), many, c.cold) })
	}
}

func benchmarkOurs(b *testing.B, base string, many int, cold bool) {
	list := papers(base, many)
	var spent cost
	for b.Loop() {
		s := newStore(b)
		m, reg := newMonitor(b, s, list...)
		spent.measure(cold, func() { runUntil(b, m, reg, s, many) })
		if !cold {
			mustRun(b, s.Jobs(), `UPDATE visits SET next = 0`)
			mustRun(b, s.Jobs(), `UPDATE river_job SET scheduled_at = datetime('now', '-1 second', 'subsec'), state = 'available'`)
			m, reg = newMonitor(b, s, list...)
			spent.measure(true, func() { runUntil(b, m, reg, s, 2*many) })
		}
		s.Close()
	}
	spent.report(b, many)
}

// runUntil runs a monitor until there are so many visits. It is scraped every few seconds, as Prometheus does.
func runUntil(b *testing.B, m *Monitor, reg *prometheus.Registry, s *store.Store, visits int) {
	ctx, stop := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	for n, begun := 0, time.Now(); n < visits; time.Sleep(5 * time.Second) {
		if err := s.Jobs().QueryRowContext(ctx, `SELECT count(*) FROM visits`).Scan(&n); err != nil || time.Since(begun) > 5*time.Minute {
			b.Fatalf("%d of %d visits, %v", n, visits, err)
		}
		if _, err := reg.Gather(); err != nil {
			b.Fatal(err)
		}
	}
	stop()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}

// benchmarkBare is what a small script would do: fetch, parse, and insert what is not there.
func benchmarkBare(b *testing.B, base string, many int, cold bool) {
	list := papers(base, many)
	var spent cost
	for b.Loop() {
		db := bareStore(b)
		etags := make([]string, many)
		spent.measure(cold, func() { bareRound(b, db, list, etags) })
		if !cold {
			spent.measure(true, func() { bareRound(b, db, list, etags) })
		}
		db.Close()
	}
	spent.report(b, many)
}

func bareStore(b *testing.B) *sql.DB {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)")
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	mustRun(b, db, `CREATE TABLE items (guid text PRIMARY KEY, feed text, title text, text text, link text, published text)`)
	return db
}

func bareRound(b *testing.B, db *sql.DB, list []news.Feed, etags []string) {
	var group errgroup.Group
	group.SetLimit(workers)
	for i, f := range list {
		group.Go(func() error { return bareLook(b.Context(), db, f, &etags[i]) })
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
}

func bareLook(ctx context.Context, db *sql.DB, f news.Feed, etag *string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept-Encoding", "gzip")
	req.Header.Set("If-None-Match", *etag)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotModified {
		return nil
	}
	*etag = resp.Header.Get("ETag")
	body, err := gzip.NewReader(resp.Body)
	if err != nil {
		return err
	}
	feed, err := gofeed.NewParser().Parse(body)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, it := range feed.Items {
		if _, err := tx.ExecContext(ctx, `INSERT INTO items VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
			it.GUID, f.Slug, it.Title, it.Description, it.Link, it.Published); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func mustRun(tb testing.TB, db *sql.DB, query string) {
	tb.Helper()
	if _, err := db.ExecContext(tb.Context(), query); err != nil {
		tb.Fatal(err)
	}
}

// cost adds up what rounds cost this process.
type cost struct {
	rounds int
	cpu    time.Duration
	peak   int64 // bytes
}

// measure runs a round, and counts it if it is meant to be.
func (c *cost) measure(counts bool, round func()) {
	debug.FreeOSMemory()                                  // what rounds before have left is none of this one's
	os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // begins the peak anew; where there is none, it is that of the process
	before := cpu()
	round()
	if !counts {
		return
	}
	c.rounds++
	c.cpu += cpu() - before
	c.peak = max(c.peak, peak())
}

func (c *cost) report(b *testing.B, many int) {
	b.ReportMetric(c.cpu.Seconds()/float64(c.rounds)/float64(many)*1000, "CPU-s/1000feeds")
	b.ReportMetric(float64(c.peak)/(1<<20), "peak-MiB")
}

// cpu is what this process has used, in user and kernel mode.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peak is the most memory the process had at once, as Linux tells it; 0 elsewhere.
func peak() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	n, _ := strconv.ParseInt(strings.Fields(rest + " 0")[0], 10, 64)
	return n << 10
}
