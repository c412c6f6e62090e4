// Package tensionmonitor_test holds the table of rooms: who may import whom.
package tensionmonitor_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const module = "tensionmonitor/"

// rooms says which of our packages each of our packages may import. A new arrow is a line somebody reviews.
var rooms = map[string][]string{
	"cmd/monitor":          {"config", "internal/news", "internal/feeds", "internal/score", "internal/tension", "internal/store", "internal/monitor", "internal/web"},
	"config":               {},
	"internal/news":        {},
	"internal/feeds":       {"internal/news"},
	"internal/feeds/press": {},
	"internal/score":       {"internal/news"},
	"internal/tension":     {"internal/news", "internal/score"},
	"internal/store":       {"internal/news", "internal/score"},
	"internal/monitor":     {"internal/news", "internal/feeds", "internal/score", "internal/store", "internal/tension"},
	"internal/web":         {"internal/news", "internal/score", "internal/tension", "internal/monitor"},
}

// strangers are the imports from outside, by prefix, that a room must do without.
var strangers = map[string][]string{
	"internal/news":    {"net/http", "os", "log", "database/sql", "go.uber.org", "github.com"},
	"internal/score":   {"net/http", "os", "log", "database/sql", "go.uber.org", "github.com"},
	"internal/tension": {"net/http", "os", "log", "database/sql", "go.uber.org", "github.com"},
	"internal/store":   {"net/http", "github.com/prometheus", "github.com/mmcdole"},
	"internal/feeds":   {"database/sql", "github.com/prometheus"},
	"internal/monitor": {"flag", "go.yaml.in", "modernc.org"},
	"internal/web":     {"database/sql", "github.com/mmcdole"},
}

func TestRoomsImportWhatTheyMay(t *testing.T) {
	for _, fault := range wrongImports(t, os.DirFS(".")) {
		t.Error(fault)
	}
}

func TestAPlantedImportIsFound(t *testing.T) {
	for name, tt := range map[string]struct{ file, imports, want string }{
		"an arrow nobody drew": {"internal/news/x.go", module + "internal/score", "internal/news/x.go imports internal/score"},
		"upwards":              {"internal/store/x.go", module + "internal/monitor", "internal/store/x.go imports internal/monitor"},
		"a stranger":           {"internal/tension/x.go", "net/http", "internal/tension/x.go imports net/http"},
		"a room nobody knows":  {"internal/utils/x.go", "fmt", "internal/utils is not in the table"},
		"a room inside a room": {"internal/feeds/deep/x.go", "fmt", "internal/feeds/deep is not in the table"},
		"one that is allowed":  {"internal/store/x.go", module + "internal/score", ""},
		"a test may":           {"internal/news/x_test.go", module + "internal/score", ""},
	} {
		t.Run(name, func(t *testing.T) {
			src := "package x\n\nimport _ " + strconv.Quote(tt.imports) + "\n"
			got := strings.Join(wrongImports(t, fstest.MapFS{tt.file: {Data: []byte(src)}}), "; ")
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// wrongImports lists what the sources of a module import against the table.
func wrongImports(t *testing.T, tree fs.FS) (faults []string) {
	t.Helper()
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (otherModule(tree, name) || d.Name() == "testdata" || len(d.Name()) > 1 && d.Name()[0] == '.') {
			return fs.SkipDir
		}
		if d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		found, err := faultsOf(tree, name)
		faults = append(faults, found...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return faults
}

func otherModule(tree fs.FS, dir string) bool {
	_, err := fs.Stat(tree, path.Join(dir, "go.mod"))
	return err == nil && dir != "."
}

func faultsOf(tree fs.FS, name string) (faults []string, err error) {
	src, err := fs.ReadFile(tree, name)
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	room := path.Dir(name)
	allowed, known := rooms[room]
	if !known {
		return []string{room + " is not in the table"}, nil
	}
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		ours, isOurs := strings.CutPrefix(imported, module)
		stranger := slices.ContainsFunc(strangers[room], func(s string) bool { return imported == s || strings.HasPrefix(imported, s+"/") })
		if stranger || isOurs && !slices.Contains(allowed, ours) {
			faults = append(faults, fmt.Sprintf("%s imports %s", name, ours))
		}
	}
	return faults, nil
}
