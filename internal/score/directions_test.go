package score_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

// TestDirections holds who does what to whom in the constructions of testdata/directions, each of them both ways.
func TestDirections(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "directions", "*.txt"))
	if err != nil || len(files) != 5 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		lang := strings.TrimSuffix(filepath.Base(f), ".txt")
		t.Run(lang, func(t *testing.T) { holdDirections(t, f, lang) })
	}
}

func holdDirections(t *testing.T, file, lang string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
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
				title := strings.TrimSpace(line)
				title = fill(fill(title, "a", names[who[0]]), "b", names[who[1]])
				holdDirection(t, news.Article{Title: title, Language: lang}, kind, who)
			}
		}
	}
}

// fill writes a state's forms ("N=Iran") for {a.N} in a pattern; an underscore is a space.
func fill(pattern, who string, forms []string) string {
	for _, form := range forms {
		name, value, _ := strings.Cut(form, "=")
		pattern = strings.ReplaceAll(pattern, "{"+who+"."+name+"}", strings.ReplaceAll(value, "_", " "))
	}
	return pattern
}

func holdDirection(t *testing.T, a news.Article, kind string, who [2]string) {
	t.Helper()
	var r score.Result
	shipped(t).Score(&a, &r)
	got := "nothing"
	if len(r.Events) > 0 {
		got = r.Events[0].Kind + " " + r.Events[0].From + " " + r.Events[0].To
	}
	if want := kind + " " + who[0] + " " + who[1]; got != want {
		t.Errorf("%s: %s, want %s", a.Title, got, want)
	}
}
