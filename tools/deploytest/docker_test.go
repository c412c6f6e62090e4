package deploytest

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// compose is the part of a compose file that this project uses.
type compose struct {
	Name     string             `yaml:"name"`
	Services map[string]service `yaml:"services"`
	Volumes  map[string]any     `yaml:"volumes"`
}

type service struct {
	Image       string            `yaml:"image"`
	Command     []string          `yaml:"command"`
	Environment map[string]string `yaml:"environment"`
	Volumes     []string          `yaml:"volumes"`
	Ports       []string          `yaml:"ports"`
	DependsOn   []string          `yaml:"depends_on"`
	Restart     string            `yaml:"restart"`
	ReadOnly    bool              `yaml:"read_only"`
	CapDrop     []string          `yaml:"cap_drop"`
	SecurityOpt []string          `yaml:"security_opt"`
}

func readCompose(t *testing.T) (c compose) {
	t.Helper()
	d := yaml.NewDecoder(strings.NewReader(read(t, deploy("docker", "compose.yaml"))))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestComposeMountsWhatExists(t *testing.T) {
	c := readCompose(t)
	for name, s := range c.Services {
		inside := make(map[string]string) // what is mounted where
		for _, v := range s.Volumes {
			from, to, _ := strings.Cut(v, ":")
			to, _, _ = strings.Cut(to, ":")
			if !strings.HasPrefix(from, ".") {
				if _, declared := c.Volumes[from]; !declared {
					t.Errorf("%s: volume %s is not declared", name, from)
				}
				continue
			}
			inside[to] = deploy("docker", from)
			if _, err := os.Stat(inside[to]); err != nil {
				t.Errorf("%s mounts what does not exist: %v", name, err)
			}
		}
		for _, path := range pathsNamed(s) {
			if !isMounted(path, inside) {
				t.Errorf("%s names %s, which is not mounted", name, path)
			}
		}
		for _, other := range s.DependsOn {
			if _, ok := c.Services[other]; !ok {
				t.Errorf("%s depends on %s, which is no service", name, other)
			}
		}
		for _, port := range s.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s opens %s to everybody", name, port)
			}
		}
	}
}

// pathsNamed are the files below /etc that a service is told to read.
func pathsNamed(s service) (paths []string) {
	for _, arg := range s.Command {
		if _, path, ok := strings.Cut(arg, "=/etc/"); ok {
			paths = append(paths, "/etc/"+path)
		}
	}
	for _, value := range s.Environment {
		if strings.HasPrefix(value, "/etc/") {
			paths = append(paths, value)
		}
	}
	return paths
}

func isMounted(path string, inside map[string]string) bool {
	for to, from := range inside {
		if rest, ok := strings.CutPrefix(path, to); ok {
			if _, err := os.Stat(filepath.Join(from, rest)); err == nil {
				return true
			}
		}
	}
	return false
}

// What each file says of the others' addresses and folders.
func TestTheServicesFindEachOther(t *testing.T) {
	c := readCompose(t)
	for file, names := range map[string][]string{
		"prometheus/prometheus.yml":                        {"monitor:10061", "alertmanager:9093", "job_name: tension-monitor"},
		"prometheus/rules/monitor.yml":                     {`job="tension-monitor"`},
		"grafana/provisioning/datasources/prometheus.yaml": {"http://prometheus:9090"},
		"grafana/provisioning/dashboards/tension.yaml":     {"path: /etc/grafana/dashboards"},
		"docker/compose.yaml":                              {"../grafana/dashboards:/etc/grafana/dashboards:ro", "../alertmanager:/etc/alertmanager:ro"},
		"alertmanager/alertmanager.yml":                    {"/etc/alertmanager/secrets/page_url", "/etc/alertmanager/secrets/desk_url"},
		"docker/Dockerfile":                                {"EXPOSE 10061"},
	} {
		text := read(t, deploy(filepath.FromSlash(file)))
		for _, name := range names {
			if !strings.Contains(text, name) {
				t.Errorf("%s does not say %s", file, name)
			}
			if host, port, ok := strings.Cut(strings.TrimPrefix(name, "http://"), ":"); ok && strings.Trim(port, "0123456789") == "" && c.Services[host].Image == "" {
				t.Errorf("%s names %s, which is no service", file, host)
			}
		}
	}
}

// provider is Grafana's form of a file in provisioning, of either kind.
type provider struct {
	APIVersion  int `yaml:"apiVersion"`
	Datasources []struct {
		Name, UID, Type, Access, URL string
		IsDefault                    bool `yaml:"isDefault"`
		JSONData                     struct {
			TimeInterval string `yaml:"timeInterval"`
			Exemplars    []struct {
				Name, URL string
				Label     string `yaml:"urlDisplayLabel"`
			} `yaml:"exemplarTraceIdDestinations"`
		} `yaml:"jsonData"`
	} `yaml:"datasources"`
	Providers []struct {
		Name, Folder, Type string
		AllowUIUpdates     bool              `yaml:"allowUiUpdates"`
		Options            map[string]string `yaml:"options"`
	} `yaml:"providers"`
}

func TestGrafanaIsProvisioned(t *testing.T) {
	for _, file := range files(t, deploy("grafana", "provisioning", "*", "*.yaml")) {
		d := yaml.NewDecoder(strings.NewReader(read(t, file)))
		d.KnownFields(true)
		var p provider
		if err := d.Decode(&p); err != nil || p.APIVersion != 1 || len(p.Datasources)+len(p.Providers) == 0 {
			t.Errorf("%s: %v, or it provides nothing", file, err)
		}
		for _, source := range p.Datasources {
			if source.Type != "prometheus" || !strings.Contains(read(t, deploy("prometheus", "prometheus.yml")), "scrape_interval: "+source.JSONData.TimeInterval+"\n") {
				t.Errorf("%s: no Prometheus, or its timeInterval is not the scrape_interval", file)
			}
			if e := source.JSONData.Exemplars; len(e) != 1 || e[0].Name != "poll" || !strings.HasSuffix(e[0].URL, "/polls?poll=$${__value.raw}") {
				t.Errorf("%s: exemplars lead by %v, want to the monitor's page of polls", file, e)
			}
		}
	}
}

// The image is built by the shipped script, checks its own configuration, and serves as the user it says.
func TestTheImageRuns(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("building an image without docker needs root")
	}
	buildah := tool(t, "buildah")
	storage := []string{"--storage-driver", "vfs", "--root", t.TempDir(), "--runroot", t.TempDir()}
	build := exec.CommandContext(t.Context(), deploy("docker", "build.sh"), "localhost/tension-monitor")
	build.Env = append(os.Environ(), "BUILDER="+buildah+" "+strings.Join(storage, " ")+" bud --format docker --isolation chroot")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the image: %v\n%s", err, out)
	}
	with := func(args ...string) []string { return append(slices.Clone(storage), args...) }
	container := strings.TrimSpace(command(t, buildah, with("from", "--pull-never", "localhost/tension-monitor")...))
	if user := command(t, buildah, with("inspect", "--format", "{{.OCIv1.Config.User}} {{.Docker.Config.Healthcheck.Test}}", container)...); strings.TrimSpace(user) != "65532:65532 [CMD /usr/bin/monitor health]" {
		t.Errorf("the image's user and health check are %s", user)
	}
	inside := func(args ...string) []string {
		return with(append([]string{"run", "--isolation", "chroot"}, args...)...)
	}
	command(t, buildah, inside(container, "/usr/bin/monitor", "check")...)

	config := t.TempDir()
	if err := os.Chmod(config, 0o755); err != nil { // for the image's user
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(config, "monitor.yaml"), []byte("feeds_files: []\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	start(t, buildah, inside("-v", config+":/config:ro", container, "/usr/bin/monitor", "run", "--config.file=/config/monitor.yaml", "--web.listen-address="+address)...)
	waitForReady(t, "http://"+address+"/-/ready")
	command(t, buildah, inside(container, "/usr/bin/monitor", "health", "--url=http://"+address+"/-/healthy")...)
}

func waitForReady(t *testing.T, url string) {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); time.Now().Before(end); <-tick.C {
		if resp, err := http.Get(url); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
	}
	t.Fatalf("%s does not become ready", url)
}
