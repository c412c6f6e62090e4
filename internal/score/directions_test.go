package score

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tensionmonitor/internal/news"
)

// TestDirections holds who does what to whom in the constructions of testdata/directions, each of them both ways.
func TestDirections(t *testing.T) {
	l := lexicon(t)
	for _, want := range directions(t) {
		var r Result
		l.Score(&want.Article, &r)
		if got := leading(r.Events); tell(true, got) != tell(true, want.Events[0]) {
			t.Errorf("%s: %s: %s, want %s", want.Lang, want.Article.Title, tell(true, got), tell(true, want.Events[0]))
		}
	}
}

// directions fills the constructions with the names of the two states, both ways.
func directions(t *testing.T) []Label {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "directions", "*.txt"))
	if err != nil || len(files) != 5 {
		t.Fatal(files, err)
	}
	var all []Label
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		lang := strings.TrimSuffix(filepath.Base(f), ".txt")
		names, kind := map[string][]string{}, ""
		for line := range strings.Lines(string(data)) {
			line = strings.TrimSuffix(line, "\n")
			state, forms, _ := strings.Cut(line, " ")
			switch {
			case line == "" || line[0] == '#':
			case len(state) == 3:
				names[state] = strings.Fields(forms)
			case line[0] != ' ':
				kind = strings.TrimSuffix(line, ":")
			default:
				for _, who := range [][2]string{{"IRN", "AZE"}, {"AZE", "IRN"}} {
					title := fill(fill(strings.TrimSpace(line), "a", names[who[0]]), "b", names[who[1]])
					all = append(all, Label{Lang: lang, Article: news.Article{Title: title, Language: lang}, Relevant: true, Events: []Event{{Kind: kind, From: who[0], To: who[1]}}})
				}
			}
		}
	}
	return all
}

// fill writes a state's forms ("N=Iran") for {a.N} in a pattern; an underscore is a space.
func fill(pattern, who string, forms []string) string {
	for _, form := range forms {
		name, value, _ := strings.Cut(form, "=")
		pattern = strings.ReplaceAll(pattern, "{"+who+"."+name+"}", strings.ReplaceAll(value, "_", " "))
	}
	return pattern
}
