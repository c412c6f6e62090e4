package deploytest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
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
