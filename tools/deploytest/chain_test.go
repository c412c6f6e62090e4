package deploytest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for what has to come.
const patience = 45 * time.Second

// The whole chain: a summons and arrests arrive in feeds, the shipped rule fires, a chat gets the shipped message, an embassy is
// reopened, and the chat hears that it is over. Then all queries of all dashboards are asked.
func TestFromAFeedToAMessage(t *testing.T) {
	prometheus, alertmanager := tool(t, "prometheus"), tool(t, "alertmanager", "prometheus-alertmanager")
	paper, chat := newPaper(t), newChat(t)
	monitor := startMonitor(t, paper.URL)
	manager := startAlertmanager(t, alertmanager, chat.URL)
	p := startPrometheus(t, prometheus, monitor, manager)
	p.wait(t, `tension_feeds{state="up"} == 3 and ignoring (state) tension_coverage_ratio == 1`)
	p.wait(t, `pair:tension_index:max_valid == 0`)
	if chat.heard() {
		t.Fatalf("there is a message although nothing has happened: %v", <-chat.messages)
	}

	paper.print("Azerbaijan summons Iranian ambassador & protests", 2*time.Hour)
	paper.print("Azerbaijan arrests five people spying for Iran", time.Hour)
	chat.wait(t, "To: /desk_url\nAZE-IRN: Tension between two countries is high.\n", "Level: high\n", "What weighs most:\n",
		" summon by AZE: Azerbaijan summons Iranian ambassador &amp; protests\n", " arrest by AZE: Azerbaijan arrests five people spying for Iran\n",
		"What to do: docs/runbooks/TensionIndexHigh.md", "/d/tension-pair?var-pair=AZE-IRN")
	p.wait(t, `increase(tension_poll_failures_total[10s]) > 0`) // the paper that is gone is asked ever more rarely
	askDashboards(t, p)
	p.rulesAreWell(t)
	checkMetrics(t, monitor)

	paper.print("Iran reopens its embassy in Baku", 0)
	chat.wait(t, "Over: AZE-IRN: Tension between two countries is high.")
}

// checkMetrics holds what a monitor exports to Prometheus's own linter.
func checkMetrics(t *testing.T, monitor string) {
	t.Helper()
	resp, err := http.Get("http://" + monitor + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	check := exec.CommandContext(t.Context(), tool(t, "promtool"), "check", "metrics")
	check.Stdin = resp.Body
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}

// paper is three newspapers that print the same, and a fourth that is gone.
type paper struct {
	*httptest.Server
	mu    sync.Mutex
	items []string
}

func newPaper(t *testing.T) *paper {
	p := new(paper)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone" {
			http.NotFound(w, r)
			return
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprintf(w, `<rss version="2.0"><channel><title>Paper</title>%s</channel></rss>`,
			strings.ReplaceAll(strings.Join(p.items, ""), "https://example.org/", "https://example.org"+r.URL.Path+"/"))
	}))
	t.Cleanup(p.Close)
	p.print("Chess: a draw", 3*time.Hour)
	return p
}

func (p *paper) print(title string, age time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.items = append(p.items, fmt.Sprintf(`<item><title>%s</title><link>https://example.org/%d</link><pubDate>%s</pubDate></item>`,
		html.EscapeString(title), len(p.items), time.Now().Add(-age).UTC().Format(time.RFC1123Z)))
}

// chat is a web hook as Slack has it.
type chat struct {
	*httptest.Server
	messages chan string
}

func newChat(t *testing.T) *chat {
	c := &chat{messages: make(chan string, 100)}
	c.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var m struct {
			Attachments []struct {
				Title, Fallback, Text string
				Link                  string `json:"title_link"`
			}
		}
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil || len(m.Attachments) != 1 {
			t.Errorf("the chat got what is no message: %v, %v", m, err)
			return
		}
		a := m.Attachments[0]
		c.messages <- strings.Join([]string{"To: " + r.URL.Path, a.Title, "Fallback: " + a.Fallback, "Link: " + a.Link, a.Text}, "\n")
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *chat) heard() bool { return len(c.messages) > 0 }

// wait passes over messages until one says all of it.
func (c *chat) wait(t *testing.T, parts ...string) {
	t.Helper()
	deadline := time.After(patience)
	var last string
	for {
		select {
		case last = <-c.messages:
			if containsAll(last, parts) {
				return
			}
		case <-deadline:
			t.Fatalf("no message says %q; the last was\n%s", parts, last)
		}
	}
}

func containsAll(text string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}

// startMonitor builds and runs the daemon on the papers, and gives its address. The level "high" begins where a summons and arrests
// lie above it, and below it once an embassy was reopened.
func startMonitor(t *testing.T, papers string) string {
	t.Helper()
	dir := t.TempDir()
	binary := buildMonitor(t, dir)
	c := "feeds_files: []\nfetch: {allow_networks: [\"127.0.0.0/8\"]}\nindex: {levels: [15, 30, 48, 80]}\nstore: {url: \"sqlite:" + filepath.Join(dir, "monitor.db") + "\"}\nfeeds:\n"
	for slug, bloc := range map[string]string{"morning": "", "noon": "", "evening": "AZ", "gone": ""} {
		c += fmt.Sprintf("  - {slug: %s, url: \"%s/%s\", family: %s, bloc: %q, language: en, weight: 0.6, interval: 1s}\n", slug, papers, slug, slug, bloc)
	}
	file := filepath.Join(dir, "monitor.yaml")
	write(t, file, c)
	log := start(t, binary, "run", "--config.file", file, "--web.listen-address", "127.0.0.1:0", "--log.format", "json")
	return listens(t, log)
}

// buildMonitor builds the daemon into a folder.
func buildMonitor(t *testing.T, dir string) (binary string) {
	t.Helper()
	binary = filepath.Join(dir, "monitor")
	command(t, "go", "build", "-C", repository, "-o", binary, "./cmd/monitor")
	return binary
}

// listens reads a daemon's log up to the line that says where it listens, and the rest behind the test's back.
func listens(t *testing.T, log io.Reader) string {
	t.Helper()
	found := make(chan string, 1)
	go func() {
		defer close(found)
		lines := bufio.NewScanner(log)
		for lines.Scan() {
			var line struct{ Address string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Address != "" {
				found <- line.Address
			}
		}
	}()
	select {
	case address, ok := <-found:
		if !ok {
			t.Fatal("the daemon ended without saying where it listens")
		}
		return address
	case <-time.After(patience):
		t.Fatal("the daemon does not say where it listens")
	}
	return ""
}

// start runs a program until the test ends, and gives what it logs.
func start(t *testing.T, name string, args ...string) io.Reader {
	t.Helper()
	process := exec.Command(name, args...)
	log, err := process.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = process.Process.Signal(syscall.SIGTERM)
		_ = process.Wait()
	})
	return log
}

// freeAddress is an address where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// waits are the times that the shipped files wait; everything else in them stays as it is.
var waits = regexp.MustCompile(`(?m)\b(for|keep_firing_for|group_wait|group_interval|scrape_interval|evaluation_interval): \w+$`)

// shorten makes a shipped file wait for a second where it waits, and puts addresses of this test in place of its own.
func shorten(t *testing.T, file string, addresses ...string) string {
	t.Helper()
	text := waits.ReplaceAllString(read(t, file), "$1: 1s")
	for i := 0; i < len(addresses); i += 2 {
		if !strings.Contains(text, addresses[i]) {
			t.Fatalf("%s does not name %s", file, addresses[i])
		}
		text = strings.ReplaceAll(text, addresses[i], addresses[i+1])
	}
	return text
}

// startAlertmanager runs the shipped configuration with messages to the chat, and gives its address.
func startAlertmanager(t *testing.T, binary, chat string) string {
	t.Helper()
	dir, address := t.TempDir(), freeAddress(t)
	write(t, filepath.Join(dir, "alertmanager.yml"), shorten(t, alertmanagerFile, "/etc/alertmanager/", dir+"/"))
	for _, template := range files(t, deploy("alertmanager", "templates", "*.tmpl")) {
		write(t, filepath.Join(dir, "templates", filepath.Base(template)), read(t, template))
	}
	for _, secret := range []string{"page_url", "desk_url"} {
		write(t, filepath.Join(dir, "secrets", secret), chat+"/"+secret)
	}
	log := start(t, binary, "--config.file", filepath.Join(dir, "alertmanager.yml"), "--storage.path", filepath.Join(dir, "data"),
		"--web.listen-address", address, "--cluster.listen-address=")
	go report(t, "alertmanager", log)
	return address
}

// report shows the first error of a program in the test's log, to be read if the test fails.
func report(t *testing.T, name string, log io.Reader) {
	lines, told := bufio.NewScanner(log), false
	for lines.Scan() {
		if !told && strings.Contains(lines.Text(), "level=error") && t.Context().Err() == nil {
			t.Logf("%s: %s", name, lines.Text())
			told = true
		}
	}
}
