package deploytest

import (
	"bufio"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
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

// units writes the units as they are installed, with a program in the place of the monitor, which is not.
func units(t *testing.T, names ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range names {
		text := strings.Replace(read(t, deploy("systemd", filepath.FromSlash(name))), "ExecStart=/usr/bin/monitor", "ExecStart=/bin/true", 1)
		write(t, filepath.Join(dir, filepath.FromSlash(name)), text)
		for _, flag := range regexp.MustCompile(`--[a-z.-]+`).FindAllString(text, -1) {
			if !strings.Contains(read(t, repository+"/cmd/monitor/daemon.go"), `"`+strings.TrimPrefix(flag, "--")+`"`) {
				t.Errorf("%s: the daemon has no flag %s", name, flag)
			}
		}
	}
	return dir
}

func TestSystemdKnowsEachLineOfTheUnits(t *testing.T) {
	const service, socket, dropIn = "tension-monitor.service", "tension-monitor.socket", "tension-monitor.service.d/socket.conf"
	for _, names := range [][]string{{service}, {service, socket, dropIn}} {
		dir := units(t, names...)
		args := []string{"verify", "--man=no", filepath.Join(dir, service)}
		if len(names) > 1 {
			args = append(args, filepath.Join(dir, socket))
		}
		if out := command(t, tool(t, "systemd-analyze"), args...); strings.TrimSpace(out) != "" {
			t.Errorf("of %v systemd says %s", names, out)
		}
	}
}

// The drop-in's command is run by systemd's own program with a socket, as the socket unit would: the first who asks starts it.
func TestTheFirstScrapeStartsTheMonitor(t *testing.T) {
	activate := tool(t, "systemd-socket-activate")
	text := read(t, deploy("systemd", "tension-monitor.service.d", "socket.conf"))
	run := regexp.MustCompile(`(?m)^ExecStart=/usr/bin/monitor (.+) \$FLAGS$`).FindStringSubmatch(text)
	if run == nil {
		t.Fatalf("the drop-in starts no monitor: %s", text)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "monitor.yaml"), "feeds_files: []\nfeeds: [{slug: none, url: \"http://127.0.0.1:1/\"}]\nstore: {url: \"sqlite:"+filepath.Join(dir, "monitor.db")+"\"}\n")
	address := freeAddress(t)
	log := start(t, activate, slices.Concat([]string{"--listen=" + address, buildMonitor(t, dir)}, strings.Fields(run[1]),
		[]string{"--log.format=json", "--config.file=" + filepath.Join(dir, "monitor.yaml")})...)
	for lines := bufio.NewScanner(log); lines.Scan() && !strings.Contains(lines.Text(), "Listening on"); {
	}
	resp, err := http.Get("http://" + address + "/-/healthy")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("the monitor answers %s", resp.Status)
	}
	go report(t, "monitor", log)
}
