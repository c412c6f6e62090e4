package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTheFilesAreWhatIsWrittenHere(t *testing.T) {
	const dir = "../../deploy/grafana/dashboards"
	var names []string
	for _, b := range builders() {
		name, want, err := render(b)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s differs: run `go run ./dashboards ../deploy/grafana/dashboards` in tools", name)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(names) {
		t.Errorf("%d files are there, %d dashboards are written here", len(files), len(names))
	}
}
