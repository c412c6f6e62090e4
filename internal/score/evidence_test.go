package score

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
)

// parts is how many parts the lines fall into, by writer; each is judged by a wording learned from the others.
const parts = 5

// trial is a line as the wording hears it, with what the phrases told of it.
type trial struct {
	heard  []float64 // by answer
	told   [][2]int  // answer and what was told of it
	sides  []int     // of the answers, which are chosen from by side first
	answer int
}

// TestOdds prints, with -train, the section wording of lexicon.yaml as it fits the lines of testdata/wording best, and how
// many of them are read rightly by it, each by a wording that has not learned from its writer.
func TestOdds(t *testing.T) {
	if !*train {
		t.Skip("odds are fitted with -train only")
	}
	all := lessons(t)
	var writers []string
	for _, x := range all {
		if x.line && !slices.Contains(writers, x.writer) {
			writers = append(writers, x.writer)
		}
	}
	var heard [parts]struct{ kinds, doers, relevant []trial }
	var learning sync.WaitGroup
	for part := range parts {
		l := lexicon(t)
		learning.Go(func() {
			var others, own []lesson
			for _, x := range all {
				if x.line && slices.Index(writers, x.writer)%parts == part {
					own = append(own, x)
				} else {
					others = append(others, x)
				}
			}
			l.listenTo(taught(l, others))
			h := &heard[part]
			for i := range own {
				k, d, about := l.try(&own[i])
				h.kinds, h.doers, h.relevant = append(h.kinds, k...), append(h.doers, d...), append(h.relevant, about...)
			}
		})
	}
	learning.Wait()
	var kinds, doers, relevant []trial
	for _, h := range heard {
		kinds, doers, relevant = append(kinds, h.kinds...), append(doers, h.doers...), append(relevant, h.relevant...)
	}
	fitted, about := fit(slices.Concat(kinds, doers)), fit(relevant)
	fitted.print("wording", toldNames[:])
	about.print("relevance", standNames[:])
	fmt.Printf("kinds %.3f of %d, doers %.3f of %d, relevance %.3f of %d\n", fitted.right(kinds), len(kinds), fitted.right(doers), len(doers), about.right(relevant), len(relevant))
}

// print writes a section of lexicon.yaml.
func (e *evidence) print(section string, names []string) {
	fmt.Printf("%s:\n  trust: %.2f\n", section, e.trust)
	for i, name := range names {
		fmt.Printf("  %s: %.2g\n", name, math.Exp(e.odds[i]))
	}
}

// try makes trials of a line: of its kind, of who did it, and of whether it is about the pair; none where it does not name one.
func (l *Lexicon) try(x *lesson) (kinds, doers, relevant []trial) {
	s, r, p := &scratch{}, Result{}, &l.pairs[0]
	s.readLesson(l, x, &r)
	parties := []string{l.states[p.a], l.states[p.b], Both}
	answer := x.kindIn(l, s, l.wording.kinds)
	if !s.pairNamed(l) || !x.foreign && !s.tongue.speaks() {
		return nil, nil, nil // phrases tell nothing
	}
	s.hear(l)
	if nothing := l.wording.kinds[answer] == ""; x.judged && (nothing || len(r.Events) == 0) {
		relevant = []trial{{sides: []int{0, 1}, heard: []float64{0, s.relevance}, told: [][2]int{{1, s.standing(*p)}}, answer: x.relevance(l.wording.kinds[answer])}}
	}
	if x.kind != "" && x.from == "" {
		return nil, nil, relevant
	}
	k := trial{answer: answer, sides: l.heardSides, heard: slices.Clone(s.heard)}
	for _, t := range s.told {
		k.told = append(k.told, [2]int{slices.Index(l.wording.kinds, t.kind), t.how})
	}
	kinds = []trial{k}
	if l.wording.kinds[answer] == "" || !l.kinds[answer].Directed || l.kindData[answer].third {
		return kinds, nil, relevant
	}
	sums := s.hearDoer(l, p, answer)
	d := trial{sides: []int{0, 1, 2}, answer: slices.Index(parties, x.from), heard: sums[:]}
	if i := slices.IndexFunc(r.Events, func(e Event) bool { return e.Kind == x.kind }); i >= 0 {
		if told := slices.Index(parties, r.Events[i].From); told >= 0 {
			d.told = [][2]int{{told, toldDoer}}
		}
	}
	return kinds, []trial{d}, relevant
}

// weigh gives how likely each answer is, as logarithms up to a common term.
func (e *evidence) weigh(t *trial) []float64 {
	sums := make([]float64, len(t.heard))
	for k := range sums {
		sums[k] = e.trust * t.heard[k]
	}
	for _, x := range t.told {
		sums[x[0]] += e.odds[x[1]]
	}
	return sums
}

// fit finds the evidence under which the answers are likeliest.
func fit(trials []trial) evidence {
	e := evidence{trust: 1}
	var squares [len(e.odds) + 1]float64
	step := func(w *float64, i int, slope float64) {
		squares[i] += slope * slope
		*w -= slope / math.Sqrt(squares[i]+1e-9)
	}
	for range 300 {
		var slopes [len(e.odds) + 1]float64
		for i := range trials {
			t := &trials[i]
			off := e.weigh(t)
			softmax(off)
			off[t.answer]--
			for k, o := range off {
				slopes[len(e.odds)] += o * t.heard[k]
			}
			for _, x := range t.told {
				slopes[x[1]] += off[x[0]]
			}
		}
		for i := range e.odds {
			step(&e.odds[i], i, slopes[i])
		}
		step(&e.trust, len(e.odds), slopes[len(e.odds)])
	}
	return e
}

// right gives the share of trials whose answer is the right one.
func (e *evidence) right(trials []trial) float64 {
	n := 0
	for i := range trials {
		if got, _ := likeliest(e.weigh(&trials[i]), trials[i].sides); got == trials[i].answer {
			n++
		}
	}
	return float64(n) / float64(max(1, len(trials)))
}
