package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// folder writes files into a new folder.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLexiconGivesTheWayToEachValue(t *testing.T) {
	dir := folder(t, map[string]string{
		"lexicon.yaml": "version: \"1\"\n",
		"en.yaml":      "b: 2\n",
		"en/a.yaml": `phrases:
  summon:
    active:
      - summon* .. <envoy>
      # an afterthought
      - {phrase: "called in", intensity: 8}
  weak: []
`,
		"en/README.md": "not read",
	})
	got, err := Lexicon(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []Row{
		{"en.yaml", 1, []string{"b"}, "2"},
		{"en/a.yaml", 4, []string{"phrases", "summon", "active", "0"}, "summon* .. <envoy>"},
		{"en/a.yaml", 6, []string{"phrases", "summon", "active", "1", "phrase"}, "called in"},
		{"en/a.yaml", 6, []string{"phrases", "summon", "active", "1", "intensity"}, "8"},
		{"lexicon.yaml", 1, []string{"version"}, "1"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// Kubernetes mounts a folder as links into a hidden one; each file is to be read once.
func TestLexiconFollowsTheLinksOfAMountedFolder(t *testing.T) {
	dir := folder(t, map[string]string{"..2026/en/a.yaml": "a: 1\n", "..2026/lexicon.yaml": "b: 2\n"})
	for link, to := range map[string]string{"..data": "..2026", "en": "..data/en", "lexicon.yaml": "..data/lexicon.yaml"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Skip(err)
		}
	}
	got, err := Lexicon(dir)
	want := []Row{{"en/a.yaml", 1, []string{"a"}, "1"}, {"lexicon.yaml", 1, []string{"b"}, "2"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestLexiconFaultsComeAllAtOnce(t *testing.T) {
	dir := folder(t, map[string]string{
		"az/a.yaml": "phrases:\n  warn: [a, b\n  accuse: [c]\n",
		"en/a.yaml": "phrases:\n  warn: [x]\n  warn: [y]\nsets: &s [z]\nmore: *s\nplaces:\nnumber: !!int 3\n",
		"fa/a.yaml": "# nothing yet\n",
		"ru/a.yaml": "a: \xff\n",
		"tr/a.yaml": "a: 1\nb:\n  - x\n c: y\nd: z\n",
	})
	_, err := Lexicon(dir)
	want := `az/a.yaml:2: not YAML: did not find expected ',' or ']'
en/a.yaml:3: phrases.warn: value "[…]": given before, in line 2
en/a.yaml:4: sets: value "[…]": anchors (&name) and aliases (*name) are not understood here; write the value out
en/a.yaml:5: more: value "*s": anchors (&name) and aliases (*name) are not understood here; write the value out
en/a.yaml:6: places: value "": nothing is written here; give a value, [] for an empty list, or take the key away
en/a.yaml:7: number: value "3": tags (!!int) are not understood here; leave it out
fa/a.yaml: empty; write {} if nothing is meant
ru/a.yaml:1: not UTF-8 text
tr/a.yaml:4: not YAML: did not find expected key`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestLexiconFolderThatCannotBeRead(t *testing.T) {
	round := folder(t, map[string]string{"a.yaml": "a: 1\n"})
	if err := os.Symlink(".", filepath.Join(round, "again")); err != nil {
		t.Skip(err)
	}
	for name, tt := range map[string]struct{ dir, want string }{
		"no folder":         {filepath.Join(t.TempDir(), "none"), "no such file or directory"},
		"nothing in it":     {t.TempDir(), "no .yaml file there"},
		"links that circle": {round, "folders more than 8 deep"},
		"another ending":    {folder(t, map[string]string{"a.yml": "a: 1\n"}), `"a.yml": the name of a lexicon file ends in .yaml`},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := Lexicon(tt.dir)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), tt.dir) || rows != nil {
				t.Errorf("got %d rows, %v, want %q about %s", len(rows), err, tt.want, tt.dir)
			}
		})
	}
}

// BenchmarkLexicon reads 5,000 phrases in the five languages, in files as they are shipped.
func BenchmarkLexicon(b *testing.B) {
	files := map[string]string{}
	size := 0
	for _, lang := range []string{"az", "en", "fa", "ru", "tr"} {
		for _, name := range []string{"escalation", "deescalation"} {
			var text strings.Builder
			text.WriteString("phrases:\n")
			for kind := range 20 {
				fmt.Fprintf(&text, "  kind%d:\n    active:\n", kind)
				for i := range 25 {
					fmt.Fprintf(&text, "      - \"(summon*|çağır*) .. səfir%d <envoy> .. nota %d\"\n", i, kind)
				}
			}
			files[lang+"/"+name+".yaml"] = text.String()
			size += text.Len()
		}
	}
	dir := folder(b, files)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		rows, err := Lexicon(dir)
		if err != nil || len(rows) != 5000 {
			b.Fatal(len(rows), err)
		}
	}
}
