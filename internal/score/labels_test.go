package score_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tensionmonitor/internal/score"
)

var update = flag.Bool("update", false, "write the measures into docs/scoring.md")

// labels reads one part of the labelled set.
func labels(t *testing.T, part string) []score.Label {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", part, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatal("no labelled texts in", part, err)
	}
	var all []score.Label
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		l, err := score.ReadLabels(f, data)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, l...)
	}
	return all
}

// TestPublished holds the tables of docs/scoring.md to what the lexicon does.
func TestPublished(t *testing.T) {
	const doc = "../../docs/scoring.md"
	old, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	text, lex := string(old), shipped(t)
	for _, part := range []string{"report", "tune"} {
		var table bytes.Buffer
		if err := score.Evaluate(lex, labels(t, part)).WriteTable(&table); err != nil {
			t.Fatal(err)
		}
		before, rest, ok := strings.Cut(text, "<!-- "+part+" -->\n")
		_, after, ok2 := strings.Cut(rest, "<!-- end -->")
		if !ok || !ok2 {
			t.Fatalf("%s has no place for the table %q", doc, part)
		}
		text = before + "<!-- " + part + " -->\n" + table.String() + "<!-- end -->" + after
	}
	if text == string(old) {
		return
	}
	if !*update {
		t.Fatalf("%s does not say what the lexicon does; run go test ./internal/score -run Published -update\n%s", doc, text)
	}
	if err := os.WriteFile(doc, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestLabelledSet holds what the set promises: its size, every kind in every language, a third of
// texts without an event, and no text twice.
func TestLabelledSet(t *testing.T) {
	seen := map[string]bool{}
	total, kinds := 0, shipped(t).Kinds()
	for _, part := range []string{"tune", "report"} {
		have, none := map[[2]string]bool{}, 0
		all := labels(t, part)
		for _, l := range all {
			if seen[l.ID+part] || seen[l.Article.Title+l.Article.Text] {
				t.Errorf("%s %s is there twice", part, l.ID)
			}
			seen[l.ID+part], seen[l.Article.Title+l.Article.Text] = true, true
			if len(l.Events) == 0 {
				none++
			} else {
				have[[2]string{l.Lang, l.Events[0].Kind}] = true
			}
		}
		for _, lang := range []string{"en", "az", "fa", "ru", "tr"} {
			for _, k := range kinds {
				if !have[[2]string{lang, k.Name}] {
					t.Errorf("%s has no %s led by %s", part, lang, k.Name)
				}
			}
		}
		if 10*none < 3*len(all) {
			t.Errorf("%s: %d of %d texts have no event, want three tenths at least", part, none, len(all))
		}
		total += len(all)
	}
	if total < 900 {
		t.Errorf("%d texts, want 900", total)
	}
}

// TestPartsShareNoEvent holds that nothing is tuned on an event that is reported.
func TestPartsShareNoEvent(t *testing.T) {
	tuned := events(t, "tune")
	for name := range events(t, "report") {
		if tuned[name] {
			t.Errorf("the event %q is in both parts", name)
		}
	}
}

func events(t *testing.T, part string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	files, err := filepath.Glob(filepath.Join("testdata", part, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			if name, ok := strings.CutPrefix(line, "event:"); ok {
				names[strings.TrimSpace(name)] = true
			}
		}
	}
	return names
}
