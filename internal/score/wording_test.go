package score

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"tensionmonitor/config"
	"tensionmonitor/internal/news"
)

var train = flag.Bool("train", false, "learn wording.bin from the tuned texts")

// lesson is a text with what a reader finds in it; kind is empty where nothing happened, from where that is not said.
type lesson struct {
	article  news.Article
	kind     string
	from, to string
	line     bool // of testdata/wording, which no phrase was written for
	judged   bool // a reader said whether it is about the pair
	relevant bool
	foreign  bool   // heard as if it were in a language without phrases
	writer   string // whose texts it is among
}

// kindIn gives the index of the kind a text that s has read tells of; what others do is nothing in a text that names the pair.
func (x *lesson) kindIn(l *Lexicon, s *scratch, kinds []string) int {
	k, p := slices.Index(kinds, x.kind), &l.pairs[0]
	parties := []string{l.states[p.a], l.states[p.b], Both}
	if x.from != "" && s.pairNamed(l) && !(slices.Contains(parties, x.from) && (l.kindData[k].third || slices.Contains(parties, x.to))) {
		return slices.Index(kinds, "")
	}
	return k
}

// relevance gives 1 where the text is about the pair, 0 where it is not, as where its event is no kind of the pair's.
func (x *lesson) relevance(kind string) int {
	if x.relevant && x.kind == kind {
		return 1
	}
	return 0
}

// lessons reads the tuned texts and the sentences that serve only for this.
func lessons(t *testing.T) []lesson {
	t.Helper()
	var all []lesson
	take := func(labels []Label, as lesson) {
		for _, l := range labels {
			e := leading(l.Events)
			if e.Kind == "none" {
				e.Kind = ""
			}
			x := as
			x.writer = l.ID[:max(0, strings.LastIndexByte(l.ID, '-'))]
			x.article, x.kind, x.from, x.to, x.relevant = l.Article, e.Kind, e.From, e.To, l.Relevant
			all = append(all, x)
		}
	}
	take(labels(t, "tune/*.txtar"), lesson{judged: true})
	take(labels(t, "wording/??.jsonl"), lesson{line: true})
	take(labels(t, "wording/??-*.jsonl"), lesson{line: true, judged: true})
	take(labels(t, "wording/general*.jsonl"), lesson{line: true})
	take(labels(t, "general.jsonl"), lesson{})
	take(directions(t), lesson{})
	return all
}

// strayWords is up to about how many words a stray text has.
const strayWords = 60

// strays gives the lines that are a title alone twice more, with a text of something else beneath, as feeds bring advertisements
// and other news there, and with the words of one in no order: what a title tells plainly no text is to take back by being of
// something else.
func strays(all []lesson) (more []lesson) {
	others := map[string][]string{}
	for _, x := range all {
		if x.judged && !x.relevant && x.article.Text != "" {
			others[x.article.Language] = append(others[x.article.Language], x.article.Text)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, x := range all {
		texts := others[x.article.Language]
		if !x.line || !x.judged || !x.relevant || x.article.Text != "" || len(texts) == 0 {
			continue
		}
		words := strings.Fields(texts[random.IntN(len(texts))])
		x.article.Text = strings.Join(words[:min(len(words), 5+random.IntN(strayWords))], " ")
		more = append(more, x)
		words = strings.Fields(texts[random.IntN(len(texts))])
		random.Shuffle(len(words), func(i, k int) { words[i], words[k] = words[k], words[i] })
		x.article.Text = strings.Join(words, " ")
		more = append(more, x)
	}
	return more
}

// foreign gives the lines once more as if they were in a language without phrases, so that what words mean is learned to be enough.
func foreign(all []lesson) (more []lesson) {
	for _, x := range all {
		if x.line && slices.Contains(spoken, x.article.Language) {
			x.foreign = true
			more = append(more, x)
		}
	}
	return more
}

func hashLessons(all []lesson) []byte {
	h := sha256.New()
	h.Write(meaningsFile())
	for _, l := range all {
		text, err := json.Marshal([]any{l.article.Language, l.article.Title, l.article.Text, l.kind, l.from, l.to, l.line, l.judged, l.relevant})
		if err != nil {
			panic(err)
		}
		h.Write(text)
	}
	return h.Sum(nil)
}

// TestWordingLearned holds wording.bin to the texts it is learned from; with -train it learns anew.
func TestWordingLearned(t *testing.T) {
	all := lessons(t)
	hash := hashLessons(all)
	if *train {
		if err := os.WriteFile("wording.bin", learn(lexicon(t), all, hash), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if _, ok := openWording(wordingFile); !ok {
		t.Fatal("wording.bin is damaged; run go test ./internal/score -run WordingLearned -train")
	}
	if !bytes.Equal(hash, wordingFile[len(wordingMagic):][:wordingHash]) {
		t.Error("wording.bin was not learned from the texts as they are now; run go test ./internal/score -run WordingLearned -train")
	}
}

// lexicon compiles what is shipped.
func lexicon(t testing.TB) *Lexicon {
	t.Helper()
	read, err := config.Lexicon("")
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]Row, len(read))
	for i, r := range read {
		rows[i] = Row(r)
	}
	l, err := Compile(rows, []string{"AZE-IRN"})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestDamagedWording holds that a part of the file is not taken for the whole.
func TestDamagedWording(t *testing.T) {
	for _, n := range []int{0, 1, 4, 36, 40, 41, 45, 60, 300, 400, 1000, len(wordingFile) - 1} {
		if _, ok := openWording(wordingFile[:n]); ok {
			t.Errorf("%d bytes of it are taken for the whole", n)
		}
	}
}

// TestWording teaches words no phrase has, and holds what is made of them.
func TestWording(t *testing.T) {
	var all []lesson
	for _, l := range [][2]string{
		{"Iran zorbs Azerbaijan's blixes", "expel"}, {"Serbia zorbs blixes of Albania", "expel"}, {"Baku zorbs Iranian blixes", "expel"},
		{"Iran and Azerbaijan frimble", ""}, {"Serbia frimbles", ""}, {"Baku frimbles again", ""},
		{"A dream wherein Iran expels Azerbaijani diplomats", ""}, {"A dream wherein Serbia expels diplomats", ""}, {"A dream wherein Baku wakes", ""},
	} {
		all = append(all, slices.Repeat([]lesson{{article: news.Article{Title: l[0]}, kind: l[1]}}, 30)...)
	}
	l := lexicon(t)
	l.listenTo(taught(l, all))
	l.evidence = evidence{trust: 3}
	for title, want := range map[string]string{
		"Azerbaijan zorbs Iran's blixes":                      "expel AZE>IRN expel.wording; expel (Azerbaijan zorbs Iran's blixes) ",
		"Azerbaijan frimbles at Iran":                         "; ",
		"A dream wherein Azerbaijan expels Iranian diplomats": "; expel (expels Iranian diplomats) unlikely",
		"France zorbs the blixes of Chad":                     "; expel (zorbs) no pair",
	} {
		var r Result
		l.Explain(&news.Article{Title: title}, &r)
		got := "; "
		for _, e := range r.Events {
			got = e.Kind + " " + e.From + ">" + e.To + " " + e.Rule + got
		}
		for _, m := range r.Mentions {
			got += m.Kind + " (" + m.Text + ") " + m.Dropped
		}
		if got != want {
			t.Errorf("%s: %q, want %q", title, got, want)
		}
	}
}

// A plain title stands over a text of something else, whatever that is of.
func TestStrayText(t *testing.T) {
	l := lexicon(t)
	for title, kind := range map[string]string{"Baku summons the Iranian ambassador": "summon", "Azerbaijan expels two Iranian diplomats": "expel",
		"Iran and Azerbaijan sign a memorandum on transit": "agree", "Iran begins exercises near the border with Azerbaijan": "mobilize"} {
		for _, text := range []string{"Subscribe to our newsletter and get 20 percent off the first year. Read more on our site.",
			"The home side won the cup final 2-1 on Saturday with a goal in extra time. The coach praised his players.",
			"Sunny spells are expected on Sunday with light winds from the south. Temperatures will reach 24 degrees.",
			"Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt.",
			"Shares of the largest banks rose on Tuesday after the central bank kept rates unchanged."} {
			var r Result
			l.Score(&news.Article{Title: title, Text: text}, &r)
			if e := leading(r.Events); e.Kind != kind {
				t.Errorf("%s (%.20s…): %q, want %q", title, text, e.Kind, kind)
			}
		}
	}
}

// TestAllies holds with whom a state deepens its ties where the text does not say it by a phrase.
func TestAllies(t *testing.T) {
	l := lexicon(t)
	k := &l.kindData[slices.IndexFunc(l.kinds, func(k Kind) bool { return k.Name == "align" })]
	for title, want := range map[string]string{
		"Baku and Ankara set up a joint command": "AZE>TUR",
		"Moscow and Tehran share a naval base":   "IRN>RUS",
		"Iran fumes as Baku hosts Israeli radar": "AZE>ISR",
		"Tehran and Baku":                        "AZE>IRN",
		"Berlin and Baku":                        "AZE>IRN",
	} {
		s := &scratch{}
		s.read(l, &news.Article{Title: title})
		s.findActors(l, &news.Article{Title: title})
		if who := s.guess(l, &l.pairs[0], k, true); who.from+">"+who.to != want {
			t.Errorf("%s: %s>%s, want %s", title, who.from, who.to, want)
		}
	}
}
