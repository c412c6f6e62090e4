package deploytest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var alertmanagerFile = deploy("alertmanager", "alertmanager.yml")

func TestAlertmanagerLoadsWhatIsShipped(t *testing.T) {
	command(t, tool(t, "amtool"), "check-config", alertmanagerFile)
}

func TestAlertsGoWhereTheyShould(t *testing.T) {
	amtool := tool(t, "amtool")
	for name, tt := range map[string]struct{ labels, receiver string }{
		"a crisis":                  {"alertname=TensionIndexCritical severity=critical pair=AZE-IRN", "page"},
		"tension":                   {"alertname=TensionIndexHigh severity=warning pair=AZE-IRN", "desk"},
		"something to know":         {"alertname=TensionAnomaly severity=info pair=AZE-IRN", "desk"},
		"the monitor":               {"alertname=TensionDown severity=critical", "page"},
		"always firing":             {"alertname=Watchdog severity=info", "nobody"},
		"somebody else's, in doubt": {"alertname=DiskFull", "desk"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"config", "routes", "test", "--config.file", alertmanagerFile, "--verify.receivers=" + tt.receiver}, strings.Fields(tt.labels)...)
			command(t, amtool, args...)
		})
	}
}

// message is what Alertmanager hands to a template: one pair, one alert that fires with a hostile title, and one that is over.
const message = `{"status": "firing", "groupLabels": {"pair": "AZE-IRN"}, "alerts": [
	{"status": "firing", "labels": {"alertname": "TensionIndexHigh", "pair": "AZE-IRN", "severity": "warning"}, "annotations": {
		"summary": "Tension between two countries is high.", "description": "The index of AZE-IRN stands at 64 of 100.", "level": "high",
		"stories": "+44.0 expel by IRN: <!channel> & <https://evil.example|click>\n+20.0 arrest by AZE: Five held\n",
		"runbook_url": "docs/runbooks/TensionIndexHigh.md"}},
	{"status": "resolved", "labels": {"alertname": "TensionRisingFast", "pair": "AZE-IRN", "severity": "warning"}, "annotations": {"summary": "It rises."}}]}`

const wantText = `*Tension between two countries is high.* (warning)
The index of AZE-IRN stands at 64 of 100.
Level: high
What weighs most:
+44.0 expel by IRN: &lt;!channel&gt; &amp; &lt;https://evil.example|click&gt;
+20.0 arrest by AZE: Five held

What to do: docs/runbooks/TensionIndexHigh.md
Over: It rises.
http://localhost:3000/d/tension-pair?var-pair=AZE-IRN`

func TestWhatAMessageSays(t *testing.T) {
	amtool := tool(t, "amtool")
	data := filepath.Join(t.TempDir(), "message.json")
	if err := os.WriteFile(data, []byte(message), 0o600); err != nil {
		t.Fatal(err)
	}
	for template, want := range map[string]string{
		"tension.title": "AZE-IRN: Tension between two countries is high.",
		"tension.link":  "http://localhost:3000/d/tension-pair?var-pair=AZE-IRN",
		"tension.text":  wantText,
	} {
		got := command(t, amtool, "template", "render", "--template.glob="+deploy("alertmanager", "templates", "*.tmpl"),
			"--template.text={{ template \""+template+"\" . }}", "--template.data="+data)
		if strings.TrimSpace(got) != want {
			t.Errorf("%s says\n%s\nwant\n%s", template, got, want)
		}
	}
}

// Which alert stands for which, as the running Alertmanager sees it.
func TestTheGraverAlertStandsForTheMilder(t *testing.T) {
	address := startAlertmanager(t, tool(t, "alertmanager", "prometheus-alertmanager"), newChat(t).URL)
	cases := []struct {
		source, target string // "NAME severity", with a pair where it is about one
		pair, stands   bool
	}{
		{"TensionIndexCritical critical", "TensionIndexHigh warning", true, true},
		{"TensionIndexCritical critical", "TensionRisingFast warning", true, true},
		{"TensionIndexCritical critical", "TensionAnomaly info", true, true},
		{"TensionIndexHigh warning", "TensionAnomaly info", true, true},
		{"TensionIndexHigh warning", "TensionRisingFast warning", true, false},
		{"TensionAnomaly info", "TensionIndexHigh warning", true, false},
		{"Another critical", "Another warning", true, true},
		{"Another critical", "Another info", true, true},
		{"Another warning", "Another info", true, true},
		{"Another critical", "Different warning", true, false},
		{"TensionDown critical", "TensionIndexInvalid critical", false, true},
		{"TensionDown critical", "TensionFeedFailing info", false, true},
		{"TensionDown critical", "Watchdog info", false, false},
		{"TensionIndexInvalid critical", "TensionCoverageLow warning", false, true},
		{"TensionIndexInvalid critical", "TensionManyFeedsFailing warning", false, true},
		{"TensionIndexInvalid critical", "TensionFeedFailing info", false, true},
		{"TensionIndexInvalid critical", "TensionStoreErrors warning", false, false},
		{"TensionManyFeedsFailing warning", "TensionFeedFailing info", false, true},
		{"TensionManyFeedsFailing warning", "TensionFeedStale info", false, false},
	}
	var sent []alert
	for i, c := range cases {
		sent = append(sent, newAlert(c.source, i, c.pair), newAlert(c.target, i, c.pair))
		// The same in another job, or of another pair, stands for nothing here.
		sent = append(sent, newAlert(c.source, i+len(cases), c.pair))
	}
	got := inhibited(t, "http://"+address+"/api/v2/alerts", sent, true)
	for i, c := range cases {
		if key := newAlert(c.target, i, c.pair).key(); got[key] != c.stands {
			t.Errorf("%s stands for %s: %t, want %t", c.source, c.target, got[key], c.stands)
		}
	}
}

// alert is Alertmanager's form of one, as it takes and gives it.
type alert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	Status      struct {
		InhibitedBy []string `json:"inhibitedBy"`
	} `json:"status,omitzero"`
}

func newAlert(name string, world int, pair bool) alert {
	name, severity, _ := strings.Cut(name, " ")
	a := alert{Labels: map[string]string{"alertname": name, "severity": severity, "job": fmt.Sprint("job ", world)}}
	if pair {
		a.Labels["pair"] = fmt.Sprint("pair ", world)
	}
	return a
}

func (a alert) key() string { return fmt.Sprint(a.Labels) }

// inhibited sends alerts until Alertmanager shows all of them, and tells which stand back. It works that out beside
// taking them, so the answer counts when it is the same twice and, where some have to, at least one does.
func inhibited(t *testing.T, url string, sent []alert, some bool) map[string]bool {
	t.Helper()
	body, err := json.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	var found, before map[string]bool
	for end := time.Now().Add(patience); time.Now().Before(end); <-tick.C {
		var resp *http.Response
		if resp, err = http.Post(url, "application/json", bytes.NewReader(body)); err != nil { // not yet up
			continue
		}
		resp.Body.Close()
		before, found = found, shown(t, url)
		any := slices.Contains(slices.Collect(maps.Values(found)), true)
		if any == some && len(found) >= distinct(sent) && maps.Equal(found, before) {
			return found
		}
	}
	t.Fatalf("Alertmanager does not settle on %d alerts: %v, %v", len(sent), found, err)
	return nil
}

// shown gives the alerts Alertmanager has, and whether each stands back.
func shown(t *testing.T, url string) map[string]bool {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var alerts []alert
	if err := json.NewDecoder(resp.Body).Decode(&alerts); err != nil {
		t.Fatal(err)
	}
	found := make(map[string]bool)
	for _, a := range alerts {
		found[a.key()] = len(a.Status.InhibitedBy) > 0
	}
	return found
}

// distinct counts alerts of different labels.
func distinct(alerts []alert) int {
	keys := make(map[string]bool)
	for _, a := range alerts {
		keys[a.key()] = true
	}
	return len(keys)
}

func TestEachReceiverIsTold(t *testing.T) {
	chat := newChat(t)
	address := startAlertmanager(t, tool(t, "alertmanager", "prometheus-alertmanager"), chat.URL)
	for severity, receiver := range map[string]string{"critical": "page_url", "warning": "desk_url"} {
		a := newAlert("Another "+severity, len(receiver), true)
		a.Labels["pair"] = severity
		a.Annotations = map[string]string{"summary": "Something happened."}
		inhibited(t, "http://"+address+"/api/v2/alerts", []alert{a}, false)
		title := severity + ": Something happened.\n"
		chat.wait(t, "To: /"+receiver+"\n"+title+"Fallback: "+title+"Link: http://localhost:3000/d/tension-pair?var-pair="+severity+"\n*Something happened.* ("+severity+")\n")
	}
}
