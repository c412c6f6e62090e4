package score

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"tensionmonitor/internal/news"
)

// meaningScripts are what the words of languages are written in; Latin where it is not said.
var meaningScripts = map[string]string{
	"ar": `\p{Arabic}`, "fa": `\p{Arabic}\p{M}\x{200c}`, "ru": `\p{Cyrillic}`, "uk": `\p{Cyrillic}`, "el": `\p{Greek}`, "hy": `\p{Armenian}`, "ka": `\p{Georgian}`, "he": `\p{Hebrew}`, "bg": `\p{Cyrillic}`, "zh": `\p{Han}`, "ja": `\p{Han}\p{Hiragana}\p{Katakana}ー`,
}

// meaning is a line of the tables of testdata/meanings: its words, by language.
type meaning struct {
	name  string
	words map[string][]string
}

// thesaurus reads the tables, which have the same names in the same order.
func thesaurus() (all []meaning, err error) {
	files, err := filepath.Glob("testdata/meanings/*.tsv")
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		lang, n, first := strings.TrimSuffix(filepath.Base(f), ".tsv"), 0, len(all) == 0
		for line := range strings.Lines(string(data)) {
			name, words, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			if first {
				all = append(all, meaning{name, map[string][]string{}})
			}
			if !ok || n == len(all) || all[n].name != name {
				return nil, fmt.Errorf("%s:%d: %q is no name, tab and words, or not the name the other languages have there", f, n+1, line)
			}
			if words != "" {
				all[n].words[lang] = strings.Split(words, ", ")
			}
			n++
		}
		if n < len(all) {
			return nil, fmt.Errorf("%s ends at line %d; other languages have %d", f, n, len(all))
		}
	}
	return all, err
}

// TestMeanings holds the tables to their form.
func TestMeanings(t *testing.T) {
	all, err := thesaurus()
	if err != nil {
		t.Fatal(err)
	}
	if has := lexicon(t).Languages(); !slices.Equal(has, slices.Sorted(slices.Values(spoken))) {
		t.Errorf("the lexicon has phrases in %v, learned is %v", has, spoken)
	}
	names := map[string]bool{}
	for _, m := range all {
		if m.name == "" || names[m.name] {
			t.Errorf("the name %q is empty or there twice", m.name)
		}
		names[m.name] = true
		for lang, words := range m.words {
			script := cmp.Or(meaningScripts[lang], `\p{Latin}\p{M}`)
			form := regexp.MustCompile(`^[` + script + `]+\*?$`)
			for k, w := range words {
				stem, is := strings.CutSuffix(w, "*")
				if letters := utf8.RuneCountInString(stem); !form.MatchString(w) || letters > longestWord || is && letters < shortestStem {
					t.Errorf("%s: %s: %q is no word or stem of it", lang, m.name, w)
				}
				if slices.Contains(words[:k], w) {
					t.Errorf("%s: %s: %q is there twice", lang, m.name, w)
				}
			}
		}
	}
}

// TestMeaningOf holds that a word means what it does as a whole, or else by its longest stem, however it is written.
func TestMeaningOf(t *testing.T) {
	all, err := thesaurus()
	if err != nil {
		t.Fatal(err)
	}
	l := lexicon(t)
	m, _, _ := readMeanings(meaningsFile())
	for word, want := range map[string]string{
		"en Envoys": "envoy", "ru посланника": "envoy", "fa سفیرش": "ambassador", "az SƏFİRİNİ": "ambassador", "tr Büyükelçisi": "ambassador", "en zorbs": "", "en on": "about-regarding", "tr on": "early",
		"zh 召见大使": "summon", "ja 呼び出した": "summon",
	} {
		s := &scratch{}
		lang, word, _ := strings.Cut(word, " ")
		s.read(l, &news.Article{Title: word})
		var got []string
		m.of(m.find(&s.fields[0], 0, hash(lang)), func(m uint32) { got = append(got, all[m-wordMeanings].name) })
		if strings.Join(got, " ") != want {
			t.Errorf("%s means %q, want %q", word, got, want)
		}
	}
}

// TestLanguageOfForeigners holds that a foreign name does not make a text foreign, and that a feed's word decides between neighbours.
func TestLanguageOfForeigners(t *testing.T) {
	l := lexicon(t)
	text := "Les artificiers du service de sécurité ont désamorcé samedi, devant la synagogue de Qırmızı Qəsəbə, une bombe de sept kilos. Bakou accuse Téhéran d'avoir payé les deux hommes qui ont loué la voiture."
	for lang, want := range map[string]string{"": "fr", "fr": "fr", "fr-CH": "fr", "az": "az", "az-Latn-AZ": "az"} {
		var r Result
		if l.Score(&news.Article{Title: "Une voiture, un parking, sept kilos", Text: text, Language: lang}, &r); r.Lang != want {
			t.Errorf("by a feed in %q: %q, want %q", lang, r.Lang, want)
		}
	}
	var r Result
	if l.Score(&news.Article{Title: "Bakú e Teerão, Irã", Language: "pt"}, &r); r.Lang != "pt" {
		t.Errorf("by a feed in Portuguese: %q", r.Lang)
	}
}

// TestForeign holds what is told of texts in languages without phrases: by what their words mean, or, where these are not known,
// no more than that they are about the two.
func TestForeign(t *testing.T) {
	l := lexicon(t)
	for title, want := range map[string]string{
		"Bakú expulsa a dos diplomáticos iraníes":                                                 "es expel AZE>IRN",
		"Aserbaidschan und Iran unterzeichnen Abkommen über den Transit":                          "de agree both>both",
		"أذربيجان تطرد أربعة دبلوماسيين إيرانيين":                                                 "ar expel AZE>IRN",
		"Ադրբեջանը Իրանի չորս դիվանագետի արտաքսել է":                                              "hy expel AZE>IRN",
		"Azerbejdżan wydalił dwóch irańskich dyplomatów":                                          "pl expel AZE>IRN",
		"伊朗召见阿塞拜疆大使":                                                                              "zh summon IRN>AZE",
		"アゼルバイジャン外務省、イラン大使を呼び出し抗議":                                                                "ja summon AZE>IRN",
		"Азербайджанското външно министерство привика иранския посланик":                          "bg summon AZE>IRN",
		"Azerbajdzsán kiutasított négy iráni diplomatát":                                          "", // Hungarian
		"Azerbaïdjan et Iran : pourquoi les relations se tendent, l'analyse de notre spécialiste": "fr",
	} {
		var r Result
		l.Score(&news.Article{Title: title}, &r)
		got := r.Lang
		if len(r.Events) > 0 {
			got += " " + r.Events[0].Kind + " " + r.Events[0].From + ">" + r.Events[0].To
		}
		if got != want || !r.Relevant {
			t.Errorf("%s: %q, relevant %v; want %q, relevant", title, got, r.Relevant, want)
		}
	}
}
