package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// find is the path of a program, or skips the test.
func find(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("not tested, because %s is not installed: that Prometheus takes in a replay", program)
	}
	return path
}

// What a new user does on the first day: a year of history goes into Prometheus, and Prometheus answers.
func TestPrometheusTakesInAReplay(t *testing.T) {
	promtool, prometheus := find(t, "promtool"), find(t, "prometheus")
	dir := t.TempDir()
	series, data, none := filepath.Join(dir, "series.txt"), filepath.Join(dir, "data"), filepath.Join(dir, "prometheus.yml")
	text := replayed(t, strings.Join(week, "\n"), "--format", "openmetrics", "--from", "2023-01-09", "--to", "2023-01-17", "--label", "job=tension-monitor", "--label", `instance=a "quoted\\ 100%`, "-")
	for file, content := range map[string]string{series: text, none: "{}\n"} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.CommandContext(t.Context(), promtool, "tsdb", "create-blocks-from", "openmetrics", series, data).CombinedOutput(); err != nil {
		t.Fatalf("promtool: %v\n%s", err, out)
	}
	server := exec.CommandContext(t.Context(), prometheus, "--config.file="+none, "--storage.tsdb.path="+data, "--web.listen-address=127.0.0.1:0",
		"--storage.tsdb.retention.time=100y")
	log, err := server.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Process.Kill(); _ = server.Wait() }() // it was killed, and says so
	address := listening(t, log)

	at := "2023-01-13T12:00:00Z"
	want := column(t, replayed(t, strings.Join(week, "\n"), "--from", at, "--to", at, "-"), "index")[at]
	if got := ask(t, address, `tension_index{pair="AZE-IRN"}`, at); got != want || want == 0 {
		t.Errorf("Prometheus says %v at %s, the replay %v", got, at, want)
	}
	if got := ask(t, address, `count_over_time(tension_index[7d])`, "2023-01-17T00:00:00Z"); got < 7*24 {
		t.Errorf("Prometheus has %v values of a week, want one an hour", got)
	}
	if got := ask(t, address, `sum(tension_contribution_points{job="tension-monitor", instance="a \"quoted\\\\ 100%", kind="summon"})`, at); got <= 0 {
		t.Errorf("the summons contributes %v", got)
	}
	if got := ask(t, address, `sum(tension_contribution_points) - sum(tension_index)`, at); math.Abs(got) > 1e-9 {
		t.Errorf("contributions and index differ by %v", got)
	}
	if got := ask(t, address, `tension_level_threshold{level="watch", job="tension-monitor"}`, at); got != 20 {
		t.Errorf("the level watch begins at %v", got)
	}
	if got := ask(t, address, `sum(tension_pressure{side="escalation"})`, at); got <= 0 {
		t.Errorf("the pressure is %v", got)
	}
}

var listeningOn = regexp.MustCompile(`(?i)listening on.*?(127\.0\.0\.1:[1-9][0-9]*)`)

// listening reads a server's log up to the line that says where it listens, and the rest behind the test's back.
func listening(t *testing.T, log io.Reader) string {
	t.Helper()
	found, all := make(chan string, 1), new(strings.Builder)
	go func() {
		defer close(found)
		for lines := bufio.NewScanner(log); lines.Scan(); {
			fmt.Fprintln(all, lines.Text())
			if m := listeningOn.FindStringSubmatch(lines.Text()); m != nil {
				found <- m[1]
				_, _ = io.Copy(io.Discard, log)
				return
			}
		}
	}()
	select {
	case address, ok := <-found:
		if !ok {
			t.Fatalf("the server ended without saying where it listens:\n%s", all)
		}
		return address
	case <-time.After(patience):
		t.Fatal("the server does not say where it listens")
	}
	return ""
}

// ask asks Prometheus for a value, until it is ready to answer.
func ask(t *testing.T, address, query, at string) float64 {
	t.Helper()
	var answer struct {
		Data struct{ Result []struct{ Value [2]any } }
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); time.Now().Before(end); <-tick.C {
		resp, err := http.Get("http://" + address + "/api/v1/query?" + url.Values{"query": {query}, "time": {at}}.Encode())
		if err != nil {
			continue
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			continue
		}
		if err := json.Unmarshal(body, &answer); err != nil || len(answer.Data.Result) != 1 {
			t.Fatalf("%s at %s: %v, %s", query, at, err, body)
		}
		v, err := strconv.ParseFloat(fmt.Sprint(answer.Data.Result[0].Value[1]), 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	t.Fatalf("%s: Prometheus does not answer", query)
	return 0
}
