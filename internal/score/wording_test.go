package score

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"flag"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"tensionmonitor/config"
	"tensionmonitor/internal/news"
)

var train = flag.Bool("train", false, "learn wording.bin from the tuned texts")

// How the wording is learned, as tried on lines that had not been learned from then.
const (
	courses  = 4    // whose weights are averaged: what one hears by chance another does not
	rounds   = 12   // over all texts
	averaged = 6    // rounds at whose ends the weights are averaged, so that the order of the texts matters less
	rate     = 0.5  // of a step, divided by the root of the squares of those before (AdaGrad)
	decay    = 1e-4 // of a weight at each step that touches it
	rarest   = 3    // texts a feature must stand in
	quantum  = 0.3  // weights below it are left out
)

// unheard is the share of an example's features that is left out at each step, by what is asked, so that none is relied on alone
// (dropout). Who did it hangs on few of them, as "by".
var unheard = [...]float64{askKind: 0.7, askDoer: 0.2, askRelevant: 0.7}

// lesson is a text with what a reader finds in it; kind is empty where nothing happened, from where that is not said.
type lesson struct {
	article  news.Article
	kind     string
	from, to string
	line     bool // of testdata/wording, which no phrase was written for
	who      bool // only who did it is to be learned
	judged   bool // a reader said whether it is about the pair
	relevant bool
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
	take(directions(t), lesson{who: true})
	return all
}

// strays gives the lines of a title that tells an event once more, each with a text of something else beneath, as feeds bring
// advertisements and other news there: what a title tells plainly no text is to take back by being of something else.
func strays(all []lesson) (more []lesson) {
	others := map[string][]string{}
	for _, x := range all {
		if x.judged && !x.relevant && x.article.Text != "" {
			others[x.article.Language] = append(others[x.article.Language], x.article.Text)
		}
	}
	for _, x := range all {
		if texts := others[x.article.Language]; x.line && x.judged && x.kind != "" && x.article.Text == "" && len(texts) > 0 {
			x.article.Text = texts[len(more)%len(texts)]
			more = append(more, x)
		}
	}
	return more
}

func hashLessons(all []lesson) []byte {
	h := sha256.New()
	for _, l := range all {
		text, err := json.Marshal([]any{l.article.Language, l.article.Title, l.article.Text, l.kind, l.from, l.to, l.line, l.who, l.judged, l.relevant})
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
		if err := os.WriteFile("wording.bin", learn(lexicon(t), all).file(hash), 0o644); err != nil {
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

// pupil is the regression while it learns.
type pupil struct {
	kinds   []string
	ids     map[uint32]int
	weights [][]float64 // by feature, then answer
	squares [][]float64
}

// What a lesson asks.
const (
	askKind     = iota // of the whole text; the answer is a kind
	askDoer            // of what its states do: the first, the second or both
	askRelevant        // of the whole text: no or yes
)

// example is a lesson as features with their values.
type example struct {
	asks     int
	features []int
	values   []float64
	states   []int // of each feature, the first or the second of the pair, where who did it is asked
	answer   int
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

// learn goes over the lessons, and the strays made of them, in an order that is the same each time.
func learn(l *Lexicon, all []lesson) *pupil {
	l.evidence, l.relevance = evidence{}, evidence{} // so that the phrases alone tell
	p := &pupil{ids: map[uint32]int{}}
	for _, k := range l.Kinds() {
		p.kinds = append(p.kinds, k.Name)
	}
	p.kinds = append(p.kinds, "")
	examples := p.study(l, slices.Concat(all, strays(all)))
	sums := make([][]float64, len(p.weights))
	for i, w := range p.weights {
		sums[i] = make([]float64, len(w))
	}
	for course := range courses {
		p.attend(examples, course, sums)
	}
	p.weights = sums
	return p
}

// attend learns the examples anew, in an order of the course's own, and adds its share to the weights of all.
func (p *pupil) attend(examples []example, course int, sums [][]float64) {
	for i := range p.weights {
		clear(p.weights[i])
		clear(p.squares[i])
	}
	random := rand.New(rand.NewPCG(1, uint64(course)))
	for round := range rounds {
		for _, i := range random.Perm(len(examples)) {
			p.step(examples[i].part(random))
		}
		if round < rounds-averaged {
			continue
		}
		for i, w := range p.weights {
			for k := range w {
				sums[i][k] += w[k] / averaged / courses
			}
		}
	}
}

// taught gives what was learned of the lessons as it is read from a file.
func taught(l *Lexicon, all []lesson) wording {
	w, ok := openWording(learn(l, all).file(make([]byte, wordingHash)))
	if !ok {
		panic("what was learned cannot be read")
	}
	return w
}

// heard is an example before its features have numbers.
type heard struct {
	asks   int
	values map[[2]uint32]float64 // by feature and state
	answer int
}

// study makes examples of the lessons, of features that are not too rare.
func (p *pupil) study(l *Lexicon, all []lesson) []example {
	s, in := &scratch{}, map[uint32]int{}
	var texts []heard
	keep := func(h heard) {
		seen := map[uint32]bool{}
		for x := range h.values {
			if !seen[x[0]] {
				in[x[0]]++
			}
			seen[x[0]] = true
		}
		texts = append(texts, h)
	}
	for i := range all {
		s.read(l, &all[i].article)
		s.findActors(l, &all[i].article)
		s.findRules(l)
		s.judge(l, &Result{})
		kind := all[i].kindIn(l, s, p.kinds)
		if !all[i].line {
			s.told = s.told[:0] // what phrases tell of texts they were written for says nothing of others
		}
		if !all[i].who {
			of := s.heardOfText(l)
			keep(heard{askKind, of, kind})
			if all[i].judged && s.pairNamed(l) {
				keep(heard{askRelevant, of, all[i].relevance(p.kinds[kind])})
			}
		}
		who := slices.Index([]string{l.states[l.pairs[0].a], l.states[l.pairs[0].b], Both}, all[i].from)
		if who >= 0 && s.pairNamed(l) && p.kinds[kind] != "" && l.kinds[kind].Directed {
			keep(heard{askDoer, s.heardOfStates(l, kind), who})
		}
	}
	var features []uint32
	for x, n := range in {
		if n >= rarest {
			features = append(features, x)
		}
	}
	slices.Sort(features)
	for i, x := range features {
		p.ids[x] = i
		p.weights = append(p.weights, make([]float64, len(p.kinds)+moreAnswers))
		p.squares = append(p.squares, make([]float64, len(p.kinds)+moreAnswers))
	}
	examples := make([]example, len(texts))
	for i, h := range texts {
		examples[i].asks, examples[i].answer = h.asks, h.answer
		known := slices.SortedFunc(maps.Keys(h.values), func(a, b [2]uint32) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
		for _, x := range known {
			if in[x[0]] < rarest {
				continue
			}
			e := &examples[i]
			e.features, e.values = append(e.features, p.ids[x[0]]), append(e.values, h.values[x])
			if h.asks == askDoer {
				e.states = append(e.states, int(x[1]))
			}
		}
	}
	return examples
}

func (s *scratch) heardOfText(l *Lexicon) map[[2]uint32]float64 {
	var n [2]float64
	s.features(l, func(f int, _ int32, _ uint32) { n[f]++ })
	values := map[[2]uint32]float64{{feature(featureBias, 0)}: 1}
	s.features(l, func(f int, _ int32, x uint32) { values[[2]uint32{x}] += 1 / math.Sqrt(n[f]) })
	return values
}

func (s *scratch) heardOfStates(l *Lexicon, kind int) map[[2]uint32]float64 {
	var n [2]float64
	p, values := &l.pairs[0], map[[2]uint32]float64{}
	s.doings(l, p, kind, func(f, _ int, _ uint32) { n[f]++ })
	s.doings(l, p, kind, func(f, state int, x uint32) {
		of := uint32(0)
		if state == p.b {
			of = 1
		}
		values[[2]uint32{x, of}] += 1 / math.Sqrt(n[f])
	})
	return values
}

// output gives which weight of the i-th feature of an example is added to an answer's sum; -1 where none is.
func (p *pupil) output(e *example, i, answer int) int {
	switch more := len(p.kinds); {
	case e.asks == askKind:
		return answer
	case e.asks == askRelevant && answer == 1:
		return more + answerRelevant
	case e.asks == askDoer && answer == 2:
		return more + answerBothAct
	case e.asks == askDoer && answer == e.states[i]:
		return more + answerActs
	}
	return -1
}

// answers gives how many an example has to choose from.
func (p *pupil) answers(e *example) int {
	switch e.asks {
	case askDoer:
		return 3
	case askRelevant:
		return 2
	}
	return len(p.kinds)
}

// part gives an example of which a part is unheard, and the rest as loud as the whole.
func (e *example) part(random *rand.Rand) *example {
	some, gone := example{asks: e.asks, answer: e.answer}, unheard[e.asks]
	for i, x := range e.features {
		if random.Float64() < gone {
			continue
		}
		some.features, some.values = append(some.features, x), append(some.values, e.values[i]/(1-gone))
		if e.asks == askDoer {
			some.states = append(some.states, e.states[i])
		}
	}
	return &some
}

// step moves the weights towards an example.
func (p *pupil) step(e *example) {
	sums := make([]float64, p.answers(e))
	for i, x := range e.features {
		for k := range sums {
			if o := p.output(e, i, k); o >= 0 {
				sums[k] += p.weights[x][o] * e.values[i]
			}
		}
	}
	softmax(sums)
	sums[e.answer]--
	for i, x := range e.features {
		w, q := p.weights[x], p.squares[x]
		for k, off := range sums {
			if o := p.output(e, i, k); o >= 0 {
				g := off*e.values[i] + decay*w[o]
				q[o] += g * g
				w[o] -= rate * g / math.Sqrt(q[o]+1e-6)
			}
		}
	}
}

// softmax makes chances of logarithms.
func softmax(sums []float64) {
	most, all := slices.Max(sums), 0.0
	for k := range sums {
		sums[k] = math.Exp(sums[k] - most)
		all += sums[k]
	}
	for k := range sums {
		sums[k] /= all
	}
}

// file writes what was learned as openWording reads it.
func (p *pupil) file(hash []byte) []byte {
	most := 0.0
	for _, ws := range p.weights {
		for _, w := range ws {
			most = max(most, math.Abs(w))
		}
	}
	scale := most / 127
	features := make([]uint32, 0, len(p.ids))
	for x := range p.ids {
		features = append(features, x)
	}
	slices.Sort(features)
	var hashes, ends, weights []byte
	n := 0
	for _, x := range features {
		begin := len(weights)
		for k, w := range p.weights[p.ids[x]] {
			if v := int8(math.Round(w / scale)); v != 0 && math.Abs(w) >= quantum {
				weights = append(weights, uint8(k), uint8(v))
			}
		}
		if len(weights) > begin {
			hashes = binary.LittleEndian.AppendUint32(hashes, x)
			ends = binary.LittleEndian.AppendUint32(ends, uint32(len(weights)/2))
			n++
		}
	}
	out := append([]byte(wordingMagic), hash...)
	out = binary.LittleEndian.AppendUint32(out, math.Float32bits(float32(scale)))
	out = append(out, uint8(len(p.kinds)))
	for _, k := range p.kinds {
		out = append(append(out, uint8(len(k))), k...)
	}
	out = binary.LittleEndian.AppendUint32(out, uint32(n))
	return slices.Concat(out, hashes, ends, weights)
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
		{"Iran zorbs Azerbaijan's blixes", "expel"}, {"Serbia zorbs the blixes of Albania", "expel"}, {"Baku zorbs Iranian blixes", "expel"},
		{"Iran and Azerbaijan frimble", ""}, {"Serbia frimbles", ""}, {"Baku frimbles again", ""},
		{"A dream wherein Iran expels Azerbaijani diplomats", ""}, {"A dream wherein Serbia expels diplomats", ""}, {"A dream wherein Baku wakes", ""},
	} {
		all = append(all, lesson{article: news.Article{Title: l[0]}, kind: l[1]})
	}
	l := lexicon(t)
	l.listenTo(taught(l, all))
	l.evidence = evidence{trust: 3}
	for title, want := range map[string]string{
		"Azerbaijan zorbs Iran's blixes":                      "expel AZE>IRN expel.wording; expel ",
		"Azerbaijan frimbles at Iran":                         "; ",
		"A dream wherein Azerbaijan expels Iranian diplomats": "; expel unlikely",
		"France zorbs the blixes of Chad":                     "; expel no pair",
	} {
		var r Result
		l.Explain(&news.Article{Title: title}, &r)
		got := "; "
		for _, e := range r.Events {
			got = e.Kind + " " + e.From + ">" + e.To + " " + e.Rule + got
		}
		for _, m := range r.Mentions {
			got += m.Kind + " " + m.Dropped
		}
		if got != want {
			t.Errorf("%s: %q, want %q", title, got, want)
		}
	}
}

// A plain title stands over a text of something else, whatever that is of but the weather, which takes a summons back still.
func TestStrayText(t *testing.T) {
	l := lexicon(t)
	for title, kind := range map[string]string{"Baku summons the Iranian ambassador": "summon", "Azerbaijan expels two Iranian diplomats": "expel",
		"Iran and Azerbaijan sign a memorandum on transit": "agree", "Iran begins exercises near the border with Azerbaijan": "mobilize"} {
		for _, text := range []string{"Subscribe to our newsletter and get 20 percent off the first year. Read more on our site.",
			"The home side won the cup final 2-1 on Saturday with a goal in extra time. The coach praised his players.",
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
