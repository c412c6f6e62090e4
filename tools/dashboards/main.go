// Command dashboards writes the Grafana dashboards into deploy/grafana/dashboards. What they show is here, typed by Grafana's
// own schema; a test holds the files to it. It knows no Grafana server.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: dashboards FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "dashboards:", err)
		os.Exit(1)
	}
}

// builders are the dashboards, in the order a reader goes through them.
func builders() []*dashboard.DashboardBuilder {
	return []*dashboard.DashboardBuilder{overview(), pair(), feeds(), daemon()}
}

func write(dir string) error {
	for _, b := range builders() {
		name, text, err := render(b)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// render is a dashboard as the file that Grafana's provisioning reads.
func render(b *dashboard.DashboardBuilder) (name string, text []byte, err error) {
	d, err := b.Build()
	if err != nil {
		return "", nil, err
	}
	for i := range d.Panels { // unique in a dashboard; links to a panel use it
		id := uint32(i + 1)
		d.Panels[i].Panel.Id = &id
	}
	text, err = json.MarshalIndent(d, "", "  ")
	return *d.Uid + ".json", append(text, '\n'), err
}
