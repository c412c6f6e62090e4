package deploytest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// server is a running Prometheus.
type server struct{ url string }

// startPrometheus runs the shipped configuration and rules on a monitor.
func startPrometheus(t *testing.T, binary, monitor, alertmanager string) server {
	t.Helper()
	dir, address := t.TempDir(), freeAddress(t)
	write(t, filepath.Join(dir, "prometheus.yml"), shorten(t, deploy("prometheus", "prometheus.yml"), "monitor:10061", monitor, "alertmanager:9093", alertmanager))
	for _, rules := range files(t, deploy("prometheus", "rules", "*.yml")) {
		write(t, filepath.Join(dir, "rules", filepath.Base(rules)), shorten(t, rules))
	}
	log := start(t, binary, "--config.file", filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path", filepath.Join(dir, "data"), "--web.listen-address", address)
	go report(t, "prometheus", log)
	return server{"http://" + address}
}

// get asks the API and gives the data of its answer.
func (s server) get(path string, query url.Values, data any) error {
	resp, err := http.Get(s.url + path + "?" + query.Encode())
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var answer struct {
		Status, Error string
		Data          json.RawMessage
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return fmt.Errorf("%s: %w", resp.Status, err)
	}
	if answer.Status != "success" {
		return fmt.Errorf("%s: %s", resp.Status, answer.Error)
	}
	return json.Unmarshal(answer.Data, data)
}

// series is how many series a query finds: now, or over the last minute.
func (s server) series(query string, instant bool) (int, error) {
	path, values := "/api/v1/query", url.Values{"query": {query}}
	if !instant {
		now := time.Now()
		path += "_range"
		values.Set("start", seconds(now.Add(-time.Minute)))
		values.Set("end", seconds(now))
		values.Set("step", "1")
	}
	var data struct {
		ResultType string
		Result     json.RawMessage
	}
	if err := s.get(path, values, &data); err != nil {
		return 0, err
	}
	if data.ResultType == "scalar" {
		return 1, nil
	}
	var result []json.RawMessage
	err := json.Unmarshal(data.Result, &result)
	return len(result), err
}

func seconds(t time.Time) string { return strconv.FormatFloat(float64(t.UnixMilli())/1e3, 'f', 3, 64) }

// wait asks until a query finds something.
func (s server) wait(t *testing.T, query string) {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); <-tick.C {
		var n int
		if n, err = s.series(query, true); n > 0 {
			return
		}
	}
	t.Fatalf("%s finds nothing: %v", query, err)
}

// rulesAreWell fails the test for each rule that Prometheus could not evaluate.
func (s server) rulesAreWell(t *testing.T) {
	t.Helper()
	var data struct {
		Groups []struct {
			Rules []struct{ Name, Health, LastError string }
		}
	}
	if err := s.get("/api/v1/rules", nil, &data); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, group := range data.Groups {
		for _, rule := range group.Rules {
			n++
			if rule.Health != "ok" {
				t.Errorf("%s is %s: %s", rule.Name, rule.Health, rule.LastError)
			}
		}
	}
	if want := len(shippedRules(t)); n != want {
		t.Errorf("Prometheus has %d rules, %d are shipped", n, want)
	}
}
