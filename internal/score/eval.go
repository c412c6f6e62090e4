package score

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"golang.org/x/tools/txtar"

	"tensionmonitor/internal/news"
)

// Label is a text with what a reader finds in it.
type Label struct {
	ID       string
	Lang     string
	Article  news.Article
	Relevant bool
	Events   []Event   // kind, direction and intensity, the leading event first
	Dropped  []Mention // kinds the text names though they did not happen, with the reason
}

// ReadLabels reads labelled texts: a txtar archive of NAME.in and NAME.out files, or JSON Lines with
// the keys id, title, text, lang, relevant, kind, from, to and intensity. The name is for errors.
func ReadLabels(name string, data []byte) ([]Label, error) {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return readJSONLabels(name, data)
	}
	return readTxtarLabels(name, data)
}

func readJSONLabels(name string, data []byte) ([]Label, error) {
	var labels []Label
	for i, line := range bytes.Split(data, []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var j struct {
			ID, Title, Text, Lang, Kind, From, To string
			Relevant                              bool
			Intensity                             float64
		}
		if err := json.Unmarshal(line, &j); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
		}
		l := Label{ID: j.ID, Lang: j.Lang, Article: news.Article{Title: j.Title, Text: j.Text, Language: j.Lang}, Relevant: j.Relevant}
		if j.Kind != "" && j.Kind != "none" {
			l.Relevant = true
			l.Events = []Event{{Kind: j.Kind, From: j.From, To: j.To, Intensity: j.Intensity}}
		}
		labels = append(labels, l)
	}
	return labels, nil
}

func readTxtarLabels(name string, data []byte) ([]Label, error) {
	var labels []Label
	archive := txtar.Parse(data)
	for i := 0; i < len(archive.Files); i += 2 {
		in := archive.Files[i]
		id, ok := strings.CutSuffix(in.Name, ".in")
		if !ok || i+1 == len(archive.Files) || archive.Files[i+1].Name != id+".out" {
			return nil, fmt.Errorf("%s: %q stands where NAME.in and then NAME.out should", name, in.Name)
		}
		lang, _, _ := strings.Cut(id, "-")
		l := Label{ID: id, Lang: lang, Article: TextArticle(string(in.Data))}
		if err := l.readOut(string(archive.Files[i+1].Data)); err != nil {
			return nil, fmt.Errorf("%s: %s.out: %w", name, id, err)
		}
		labels = append(labels, l)
	}
	return labels, nil
}

// TextArticle makes an article of plain text: its first paragraph is the title.
func TextArticle(text string) news.Article {
	title, rest, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")), "\n\n")
	return news.Article{Title: strings.Join(strings.Fields(title), " "), Text: strings.TrimSpace(rest)}
}

// readOut reads what a reader found: lines "kind from to intensity", "drop kind reason", "relevant"
// or "irrelevant"; "event: name" says which real event a text is about and is passed over.
func (l *Label) readOut(out string) error {
	l.Relevant = true
	for line := range strings.Lines(out) {
		w := strings.Fields(line)
		switch {
		case len(w) == 0 || w[0] == "event:":
		case w[0] == "relevant":
		case w[0] == "irrelevant":
			l.Relevant = false
		case w[0] == "drop" && len(w) >= 3:
			l.Dropped = append(l.Dropped, Mention{Kind: w[1], Dropped: strings.Join(w[2:], " ")})
		case len(w) == 4:
			v, err := strconv.ParseFloat(w[3], 64)
			if err != nil {
				return fmt.Errorf("%q: the intensity is no number", line)
			}
			l.Events = append(l.Events, Event{Kind: w[0], From: w[1], To: w[2], Intensity: v})
		default:
			return fmt.Errorf("%q: neither an event (kind from to intensity) nor drop, relevant or irrelevant", strings.TrimSpace(line))
		}
	}
	return nil
}

// Tally counts how often something was said rightly.
type Tally struct{ TruePositive, FalsePositive, FalseNegative int }

// Precision, Recall and F1 lie in [0, 1]; all are 1 where there was nothing to find and nothing was found.
func (t Tally) Precision() float64 { return share(t.TruePositive, t.TruePositive+t.FalsePositive) }

// Recall is the share of what was there that was found.
func (t Tally) Recall() float64 { return share(t.TruePositive, t.TruePositive+t.FalseNegative) }

// F1 is the harmonic mean of precision and recall.
func (t Tally) F1() float64 {
	return share(2*t.TruePositive, 2*t.TruePositive+t.FalsePositive+t.FalseNegative)
}

func (t *Tally) count(want, got bool) {
	switch {
	case want && got:
		t.TruePositive++
	case got:
		t.FalsePositive++
	case want:
		t.FalseNegative++
	}
}

func share(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}

// Ratio is a number of right answers among all.
type Ratio struct{ Right, All int }

// Share lies in [0, 1].
func (r Ratio) Share() float64 { return share(r.Right, r.All) }

func (r *Ratio) count(right bool) {
	r.All++
	if right {
		r.Right++
	}
}

// Measures is how well a lexicon reads a set of labelled texts.
type Measures struct {
	Texts     int
	Relevance Tally
	Kind      Ratio // leading event's kind, among texts that have one
	Polarity  Ratio // escalation, de-escalation or none, among all texts
	Direction Ratio // from and to of the leading event, among texts whose leading kind is directed
	intensity [][2]float64
}

// Correlation is Pearson's, between the score and a reader's rating, over all texts; 0 where either
// does not vary.
func (m Measures) Correlation() float64 {
	var sx, sy, sxx, syy, sxy float64
	n := float64(len(m.intensity))
	for _, p := range m.intensity {
		sx, sy = sx+p[0], sy+p[1]
		sxx, syy, sxy = sxx+p[0]*p[0], syy+p[1]*p[1], sxy+p[0]*p[1]
	}
	d := math.Sqrt((n*sxx - sx*sx) * (n*syy - sy*sy))
	if d == 0 {
		return 0
	}
	return (n*sxy - sx*sy) / d
}

// Evaluation is what Evaluate found.
type Evaluation struct {
	All       Measures
	Langs     map[string]*Measures
	Kinds     map[string]*Tally // leading event, "none" included
	Confused  map[[2]string]int // wanted and got kind of the leading event
	Wrong     []Mistake
	KindOrder []string
}

// Mistake is a text that was read otherwise than a reader reads it.
type Mistake struct {
	Label     Label
	Want, Got string
	Mentions  []Mention
}

// Evaluate scores labelled texts and compares.
func Evaluate(lex *Lexicon, labels []Label) *Evaluation {
	ev := &Evaluation{Langs: map[string]*Measures{}, Kinds: map[string]*Tally{}, Confused: map[[2]string]int{}}
	byName := map[string]Kind{}
	for _, k := range append(lex.Kinds(), Kind{Name: "none"}) {
		byName[k.Name] = k
		ev.Kinds[k.Name] = &Tally{}
		ev.KindOrder = append(ev.KindOrder, k.Name)
	}
	for _, l := range labels {
		var r Result
		lex.Explain(&l.Article, &r)
		if ev.Langs[l.Lang] == nil {
			ev.Langs[l.Lang] = &Measures{}
		}
		want, got := leading(l.Events), leading(r.Events)
		for _, m := range []*Measures{&ev.All, ev.Langs[l.Lang]} {
			m.count(l, r, byName, want, got)
		}
		for name, t := range ev.Kinds {
			t.count(want.Kind == name, got.Kind == name)
		}
		if want.Kind != got.Kind {
			ev.Confused[[2]string{want.Kind, got.Kind}]++
		}
		if w, g := tell(l.Relevant, want), tell(r.Relevant, got); w != g {
			ev.Wrong = append(ev.Wrong, Mistake{l, w, g, slices.Clone(r.Mentions)})
		}
	}
	return ev
}

func leading(events []Event) Event {
	if len(events) == 0 {
		return Event{Kind: "none"}
	}
	return events[0]
}

func tell(relevant bool, e Event) string {
	switch {
	case e.Kind != "none":
		return e.Kind + " " + e.From + ">" + e.To
	case relevant:
		return "relevant"
	}
	return "irrelevant"
}

func (m *Measures) count(l Label, r Result, kinds map[string]Kind, want, got Event) {
	m.Texts++
	m.Relevance.count(l.Relevant, r.Relevant)
	m.Polarity.count(kinds[want.Kind].Side == kinds[got.Kind].Side)
	m.intensity = append(m.intensity, [2]float64{want.Intensity, got.Intensity})
	if want.Kind == "none" {
		return
	}
	m.Kind.count(want.Kind == got.Kind)
	if kinds[want.Kind].Directed {
		m.Direction.count(want.From == got.From && want.To == got.To)
	}
}

// Write prints the evaluation as a reader wants it: the sums, the kinds, the confusions, and every
// text that went wrong.
func (ev *Evaluation) Write(w io.Writer) error {
	if err := ev.WriteTable(w); err != nil {
		return err
	}
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintf(tw, "\nkind\ttexts\tprecision\trecall\tF1\n")
	for _, k := range ev.KindOrder {
		t := ev.Kinds[k]
		fmt.Fprintf(tw, "%s\t%d\t%.3f\t%.3f\t%.3f\n", k, t.TruePositive+t.FalseNegative, t.Precision(), t.Recall(), t.F1())
	}
	fmt.Fprintf(tw, "\nwanted\tgot\ttimes\n")
	confused := make([][2]string, 0, len(ev.Confused))
	for c := range ev.Confused {
		confused = append(confused, c)
	}
	slices.SortFunc(confused, func(a, b [2]string) int {
		if d := ev.Confused[b] - ev.Confused[a]; d != 0 {
			return d
		}
		return strings.Compare(a[0]+" "+a[1], b[0]+" "+b[1])
	})
	for _, c := range confused {
		fmt.Fprintf(tw, "%s\t%s\t%d\n", c[0], c[1], ev.Confused[c])
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	for _, m := range ev.Wrong {
		if _, err := fmt.Fprintf(w, "\n%s: want %s, got %s\n  %s\n", m.Label.ID, m.Want, m.Got, m.Label.Article.Title); err != nil {
			return err
		}
		for _, n := range m.Mentions {
			fmt.Fprintf(w, "  %s %q (%s) %s\n", n.Kind, n.Text, n.Rule, n.Dropped)
		}
	}
	return nil
}

// WriteTable prints the measures by language as a Markdown table.
func (ev *Evaluation) WriteTable(w io.Writer) error {
	var b strings.Builder
	b.WriteString("| language | texts | relevance F1 | kind | polarity | direction | intensity r |\n|---|---|---|---|---|---|---|\n")
	row := func(name string, m Measures) {
		fmt.Fprintf(&b, "| %s | %d | %.3f | %.3f | %.3f | %.3f | %.3f |\n", name, m.Texts, m.Relevance.F1(), m.Kind.Share(), m.Polarity.Share(), m.Direction.Share(), m.Correlation())
	}
	langs := make([]string, 0, len(ev.Langs))
	for l := range ev.Langs {
		langs = append(langs, l)
	}
	slices.Sort(langs)
	for _, l := range langs {
		row(l, *ev.Langs[l])
	}
	row("all", ev.All)
	_, err := io.WriteString(w, b.String())
	return err
}
