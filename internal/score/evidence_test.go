package score

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// parts is how many parts the lines fall into; each is judged by a wording learned from the others.
const parts = 5

// trial is a line as the wording hears it, with what the phrases told of it.
type trial struct {
	heard  []float64 // by answer
	told   [][2]int  // answer and what was told of it
	answer int
}

// TestOdds prints, with -train, the section wording of lexicon.yaml as it fits the lines of testdata/wording best, and how
// many of them are read rightly by it.
func TestOdds(t *testing.T) {
	if !*train {
		t.Skip("odds are fitted with -train only")
	}
	l, all := lexicon(t), lessons(t)
	var kinds, doers []trial
	for part := range parts {
		var others, own []lesson
		for i, x := range all {
			if x.line && i%parts == part {
				own = append(own, x)
			} else {
				others = append(others, x)
			}
		}
		l.evidence = evidence{trust: 1}
		l.wording, _ = openWording(string(learn(l, others).file(make([]byte, wordingHash))))
		l.evidence = evidence{} // the phrases alone
		for i := range own {
			kinds, doers = l.try(&own[i], kinds, doers)
		}
	}
	fitted := fit(slices.Concat(kinds, doers))
	fmt.Printf("wording:\n  trust: %.2f\n", fitted.trust)
	for i, name := range toldNames {
		fmt.Printf("  %s: %.2g\n", name, math.Exp(fitted.told[i]))
	}
	fmt.Printf("kinds %.3f of %d, doers %.3f of %d\n", fitted.right(kinds), len(kinds), fitted.right(doers), len(doers))
}

// try adds the trials a line makes, one of its kind and one of who did it; none where it does not name a pair.
func (l *Lexicon) try(x *lesson, kinds, doers []trial) ([]trial, []trial) {
	s, r, p := &scratch{}, Result{}, &l.pairs[0]
	s.read(l, &x.article)
	s.findActors(l, &x.article)
	s.findRules(l)
	s.judge(l, &r)
	parties := []string{l.states[p.a], l.states[p.b], Both}
	answer := x.kindIn(l, s, l.wording.kinds)
	if !s.pairNamed(l) || x.kind != "" && x.from == "" || len(r.Events) > 0 && !s.hears(&r.Events[0]) {
		return kinds, doers
	}
	k := trial{answer: answer}
	s.hear(l)
	k.heard = slices.Clone(s.heard)
	s.recall(l, &r, func(kind, told int) { k.told = append(k.told, [2]int{kind, told}) })
	kinds = append(kinds, k)
	if l.wording.kinds[answer] == "" || !l.kinds[answer].Directed || l.kindData[answer].third {
		return kinds, doers
	}
	sums := s.hearDoer(l, p, answer)
	d := trial{answer: slices.Index(parties, x.from), heard: sums[:]}
	if i := slices.IndexFunc(r.Events, func(e Event) bool { return e.Kind == x.kind }); i >= 0 {
		if told := slices.Index(parties, r.Events[i].From); told >= 0 {
			d.told = [][2]int{{told, toldDoer}}
		}
	}
	return kinds, append(doers, d)
}

// chances gives how likely each answer is.
func (e *evidence) chances(t *trial) []float64 {
	sums := make([]float64, len(t.heard))
	for k := range sums {
		sums[k] = e.trust * t.heard[k]
	}
	for _, x := range t.told {
		sums[x[0]] += e.told[x[1]]
	}
	softmax(sums)
	return sums
}

// fit finds the evidence under which the answers are likeliest.
func fit(trials []trial) evidence {
	e, squares := evidence{trust: 1}, [allTold + 1]float64{}
	step := func(w *float64, i int, slope float64) {
		squares[i] += slope * slope
		*w -= slope / math.Sqrt(squares[i]+1e-9)
	}
	for range 300 {
		var slopes [allTold + 1]float64
		for i := range trials {
			t := &trials[i]
			off := e.chances(t)
			off[t.answer]--
			for k, o := range off {
				slopes[allTold] += o * t.heard[k]
			}
			for _, x := range t.told {
				slopes[x[1]] += off[x[0]]
			}
		}
		for i := range e.told {
			step(&e.told[i], i, slopes[i])
		}
		step(&e.trust, allTold, slopes[allTold])
	}
	return e
}

// right gives the share of trials whose likeliest answer is the right one.
func (e *evidence) right(trials []trial) float64 {
	n := 0
	for i := range trials {
		if c := e.chances(&trials[i]); c[trials[i].answer] == slices.Max(c) {
			n++
		}
	}
	return float64(n) / float64(max(1, len(trials)))
}
