// Package deploytest holds what is in deploy to the programs it is for: each file is loaded by the real thing, and the whole chain
// from a feed to a message runs. It has tests only.
package deploytest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// repository is the folder of the project, seen from here.
const repository = "../.."

func deploy(elements ...string) string {
	return filepath.Join(append([]string{repository, "deploy"}, elements...)...)
}

// tool is the path of a program by any of its names. Without it a test is skipped; in CI, which installs all of them, it fails.
func tool(t *testing.T, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not installed; deploy/ci.sh installs it", names[0])
	}
	t.Skipf("%s is not installed", names[0])
	return ""
}

// command runs a program and gives what it says; it must succeed.
func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", filepath.Base(name), args, err, out)
	}
	return string(out)
}

// files are the files that match a pattern; there have to be some.
func files(t *testing.T, pattern string) []string {
	t.Helper()
	list, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		t.Fatalf("no file is like %s", pattern)
	}
	return list
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
