package deploytest

import (
	"regexp"
	"strings"
	"testing"
)

// mostExposure is ten times what systemd may find the unit exposed to, of 100. Debian's own unit for Prometheus has 40.
const mostExposure = "15"

func TestTheUnitIsHardened(t *testing.T) {
	out := command(t, tool(t, "systemd-analyze"), "security", "--offline=true", "--threshold="+mostExposure, deploy("systemd", "tension-monitor.service"))
	if !strings.Contains(out, "Overall exposure level for tension-monitor.service") {
		t.Errorf("systemd did not read the unit: %s", out)
	}
}

func TestSystemdKnowsEachLineOfTheUnit(t *testing.T) {
	unit := t.TempDir() + "/tension-monitor.service"
	// The program is not installed where the unit expects it.
	text := strings.Replace(read(t, deploy("systemd", "tension-monitor.service")), "ExecStart=/usr/bin/monitor", "ExecStart=/bin/true", 1)
	write(t, unit, text)
	if out := command(t, tool(t, "systemd-analyze"), "verify", "--man=no", unit); strings.TrimSpace(out) != "" {
		t.Errorf("systemd says %s", out)
	}
	for _, flag := range regexp.MustCompile(`--[a-z.-]+`).FindAllString(text, -1) {
		if !strings.Contains(read(t, repository+"/cmd/monitor/daemon.go"), `"`+strings.TrimPrefix(flag, "--")+`"`) {
			t.Errorf("the daemon has no flag %s", flag)
		}
	}
}
