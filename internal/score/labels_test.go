package score

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tensionmonitor/internal/news"
)

var update = flag.Bool("update", false, "write the measures into docs/scoring.md")

// labels reads the files of a part of the labelled set.
func labels(t *testing.T, part string) []Label {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", part))
	if err != nil || len(files) == 0 {
		t.Fatal("no labelled texts in", part, err)
	}
	var all []Label
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		l, err := ReadLabels(f, data)
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
	text, lex := string(old), lexicon(t)
	for _, part := range []string{"feed", "report", "foreign", "page", "twin", "tune"} {
		var table bytes.Buffer
		if err := Evaluate(lex, labels(t, part+"/*")).WriteTable(&table); err != nil {
			t.Fatal(err)
		}
		text = put(t, text, part, table.String())
	}
	for _, part := range []string{"general-report", "general"} {
		text = put(t, text, part, general(t, lex, part))
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

// put replaces the table of a name in a text.
func put(t *testing.T, text, name, table string) string {
	t.Helper()
	before, rest, ok := strings.Cut(text, "<!-- "+name+" -->\n")
	_, after, ok2 := strings.Cut(rest, "<!-- end -->")
	if !ok || !ok2 {
		t.Fatalf("there is no place for the table %q", name)
	}
	return before + "<!-- " + name + " -->\n" + table + "<!-- end -->" + after
}

// general measures the sentences about any two states: is the leading mention's kind right, and its root in PLOVER?
func general(t *testing.T, lex *Lexicon, part string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", part+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	root := map[string]string{}
	for _, k := range lex.Kinds() {
		root[k.Name] = k.Plover
	}
	sentences, right := 0, 0
	hit, said, meant := map[string]float64{}, map[string]float64{}, map[string]float64{}
	for line := range bytes.Lines(data) {
		var s struct{ Title, Kind string }
		if err := json.Unmarshal(line, &s); err != nil || root[s.Kind] == "" {
			t.Fatalf("%s: %v", line, err)
		}
		got := leadingMention(lex, s.Title)
		if sentences++; got == s.Kind {
			right++
		}
		meant[root[s.Kind]]++
		said[root[got]]++
		if root[got] == root[s.Kind] {
			hit[root[got]]++
		}
	}
	f1 := 0.0
	for r, n := range meant {
		f1 += 2 * hit[r] / (n + said[r]) / float64(len(meant))
	}
	return fmt.Sprintf("| sentences | kind | roots | macro-F1 of the roots |\n|---|---|---|---|\n| %d | %.3f | %d | %.3f |\n",
		sentences, float64(right)/float64(sentences), len(meant), f1)
}

// leadingMention gives the kind of a title's first mention, whoever the actors are, or nothing.
func leadingMention(lex *Lexicon, title string) string {
	var r Result
	lex.Explain(&news.Article{Title: title}, &r)
	if len(r.Mentions) == 0 {
		return ""
	}
	return r.Mentions[0].Kind
}

// TestLabelledSet holds what the set promises: its size, every kind in every language, a third of
// texts without an event, and no text twice.
func TestLabelledSet(t *testing.T) {
	seen := map[string]bool{}
	total, kinds := 0, lexicon(t).Kinds()
	for _, part := range []string{"tune", "report", "feed"} {
		have, none := map[[2]string]bool{}, 0
		all := labels(t, part+"/*.txtar")
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
		total += len(all)
		if part == "feed" {
			continue // what a feed brings has its own mix
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
	}
	if total < 900 {
		t.Errorf("%d texts, want 900", total)
	}
}

// TestPartsShareNoEvent holds that nothing is tuned on an event or learned from a title that is reported.
func TestPartsShareNoEvent(t *testing.T) {
	learned := map[string]bool{}
	for _, l := range labels(t, "wording/*.jsonl") {
		learned[l.Article.Title] = true
	}
	for _, l := range slices.Concat(labels(t, "report/*"), labels(t, "feed/*"), labels(t, "foreign/*"), labels(t, "page/*"), labels(t, "twin/*")) {
		if learned[l.Article.Title] {
			t.Errorf("the title of %s is learned from", l.ID)
		}
	}
	tuned := events(t, "tune")
	for _, part := range []string{"report", "feed"} {
		for name := range events(t, part) {
			if tuned[name] {
				t.Errorf("the event %q is in %s and in the tuned part", name, part)
			}
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
