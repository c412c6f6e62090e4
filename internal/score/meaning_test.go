package score

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tensionmonitor/internal/news"
)

const meaningsName = "testdata/wording/meanings.tsv"

// meaningLanguages are the columns of the table, with what their words are written in.
var meaningLanguages = [...]*regexp.Regexp{
	regexp.MustCompile(`^\p{Latin}+\*?$`), regexp.MustCompile(`^\p{Latin}+\*?$`), regexp.MustCompile(`^[\p{Arabic}\p{M}\x{200c}]+\*?$`),
	regexp.MustCompile(`^\p{Cyrillic}+\*?$`), regexp.MustCompile(`^\p{Latin}+\*?$`),
}

// meaning is a line of the table.
type meaning struct {
	name  string
	words [len(meaningLanguages)][]string
}

// meant reads the table; a line without all its columns is read as far as it goes, and is a fault of TestMeanings.
func meant() (all []meaning) {
	data, err := os.ReadFile(meaningsName)
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		m := meaning{name: columns[0]}
		for i := range min(len(columns)-1, len(m.words)) {
			if columns[i+1] != "" {
				m.words[i] = strings.Split(columns[i+1], ", ")
			}
		}
		all = append(all, m)
	}
	return all
}

// TestMeanings holds the table to its form.
func TestMeanings(t *testing.T) {
	names := map[string]bool{}
	for _, m := range meant() {
		if m.name == "" || names[m.name] {
			t.Errorf("%s: the name %q is empty or there twice", meaningsName, m.name)
		}
		names[m.name] = true
		if len(slices.Concat(m.words[:]...)) == 0 {
			t.Errorf("%s: %s has no words", meaningsName, m.name)
		}
		for i, words := range m.words {
			for k, w := range words {
				if stem, is := strings.CutSuffix(w, "*"); !meaningLanguages[i].MatchString(w) || is && len([]rune(stem)) < shortestStem {
					t.Errorf("%s: %s: %q is no word or stem of its column", meaningsName, m.name, w)
				}
				if slices.Contains(words[:k], w) {
					t.Errorf("%s: %s: %q is there twice", meaningsName, m.name, w)
				}
			}
		}
	}
}

// TestMeaningOf holds that a word means what it does as a whole, or else by its longest stem, however it is written.
func TestMeaningOf(t *testing.T) {
	l, m, all := lexicon(t), meanings{}, meant()
	m, _, _ = readMeanings(thesaurus())
	for word, want := range map[string]string{
		"Envoys": "envoy", "посланника": "envoy", "سفیرش": "ambassador", "SƏFİRİNİ": "ambassador", "Büyükelçisi": "ambassador", "zorbs": "",
	} {
		s := &scratch{}
		s.read(l, &news.Article{Title: word})
		var got []string
		m.of(&s.fields[0], 0, func(m uint32) { got = append(got, all[m].name) })
		if strings.Join(got, " ") != want {
			t.Errorf("%s means %q, want %q", word, got, want)
		}
	}
}
