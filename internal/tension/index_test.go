package tension

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

// epoch is where hours are counted from in tests.
var epoch = time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)

// hours is a moment, in hours from epoch.
func hours(h float64) time.Time { return epoch.Add(time.Duration(h * float64(time.Hour))) }

// classes are kinds that stand for a side and a half-life class: "+36", "-168".
func classes() (kinds []score.Kind) {
	for _, side := range []struct {
		sign string
		side score.Side
	}{{"+", score.Escalation}, {"-", score.Deescalation}} {
		for h, class := range map[string]string{"36": "rhetoric", "72": "incident", "168": "measure"} {
			kinds = append(kinds, score.Kind{Name: side.sign + h, Side: side.side, HalfLife: class})
		}
	}
	return kinds
}

// tale is what an article tells of a story. A voice that begins with B is a state, others are independent.
type tale struct {
	Voice, Family     string
	Weight, Intensity float64
}

// plot is a story as a test writes it.
type plot struct {
	Side     string // "+" or "-"
	Began    float64
	HalfLife float64 `json:"half_life"`
	Reports  []tale
	Points   float64
}

func (p plot) report(n int) *Report {
	t := p.Reports[n]
	r := &Report{
		Event:   score.Event{Pair: "AZE-IRN", Kind: fmt.Sprint(p.Side, p.HalfLife), From: "AZE", To: "IRN", Intensity: t.Intensity, Confidence: 1},
		Article: fmt.Sprint(p.Began, n), Time: hours(p.Began), FirstSeen: hours(p.Began),
		Source: news.Source{Outlet: t.Family, Family: t.Family, Weight: t.Weight},
	}
	if t.Voice[0] == 'B' {
		r.Source.Bloc = t.Voice
	}
	return r
}

func (b *Book) keep(r *Report) *Telling { return b.memory.keep(r, b.kinds[r.Event.Kind]) }

// tell makes a chronicle of stories that are what the test says, without joining.
func tell(plots ...plot) *Chronicle { return tellWith(DefaultConstants(), plots...) }

func tellWith(constants Constants, plots ...plot) *Chronicle {
	book := NewBook("AZE-IRN", classes(), constants)
	c := book.Chronicle(Coverage{})
	for _, p := range plots {
		s := book.found(book.keep(p.report(0)))
		for n := 1; n < len(p.Reports); n++ {
			s = s.with(book.keep(p.report(n)), book.constants.BlocCap)
		}
		c.Stories = append(c.Stories, s)
	}
	slices.SortStableFunc(c.Stories, func(a, b *Story) int { return a.Began.Compare(b.Began) })
	c.voices = len(book.voices)
	return c
}

func (c *Chronicle) at(h float64) float64 { return c.Value(hours(h), new(Index)) }

// independents are n houses that tell the same.
func independents(n int, weight, intensity float64) (tales []tale) {
	for i := range n {
		name := fmt.Sprint("i", i)
		tales = append(tales, tale{name, name, weight, intensity})
	}
	return tales
}

// bloc is a state's houses that tell the same, one a letter.
func bloc(families string, weight, intensity float64) (tales []tale) {
	for _, f := range families {
		tales = append(tales, tale{"B1", string(f), weight, intensity})
	}
	return tales
}

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s: got %.12g, want %.12g ± %g", what, got, want, within)
	}
}

func summons() plot {
	return plot{"+", 0, 72, append(independents(2, .6, 3), bloc("abc", .35, 3)...), 0}
}

func attack(at float64) plot { return plot{"+", at, 168, independents(12, .6, 10), 0} }

func TestOneAccusationInOneStateOutletReads6_8(t *testing.T) {
	near(t, "index", tell(plot{"+", 0, 36, bloc("a", .35, 2), 0}).at(0), 6.8, .05)
}

func TestASummonsReads24_8AndAHalfLifeLater13_3(t *testing.T) {
	c := tell(summons())
	near(t, "at once", c.at(0), 24.8, .05)
	near(t, "72 h later", c.at(72), 13.3, .05)
}

func TestAnAttackEverybodyReportsReads63_2(t *testing.T) {
	near(t, "index", tell(attack(0)).at(0), 63.2, .05)
}

func TestEveryArticleTenTimesOverIsTheSameNumber(t *testing.T) {
	once, often := summons(), summons()
	for range 9 {
		often.Reports = append(often.Reports, once.Reports...)
	}
	if got, want := tell(often).at(5), tell(once).at(5); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func inventions(reports []tale) (plots []plot) {
	for k := range 120 {
		plots = append(plots, plot{"+", float64(k) * .5, 72, reports, 0})
	}
	return plots
}

func TestInventedStoriesOfOneOutletStayNear34(t *testing.T) {
	near(t, "index", tell(inventions(bloc("a", .35, 6))...).at(60), 34, .5)
}

func TestInventedStoriesOfAWholeBlocStayBelow60(t *testing.T) {
	near(t, "index", tell(inventions(bloc("abcdefgh", .35, 6))...).at(60), 56.5, .5)
}

func TestAnAttackAfterAWeekOfTalksReads63AndNot39(t *testing.T) {
	plots := []plot{attack(168)}
	for k := range 7 {
		plots = append(plots, plot{"-", float64(k) * 24, 72, independents(2, .6, 2), 0})
	}
	near(t, "index", tell(plots...).at(168), 63.2, .05)
	for k := 7; k < 11; k++ {
		plots = append(plots, plot{"-", float64(k) * 24, 72, independents(2, .6, 2), 0})
	}
	near(t, "after three days of talks that followed", tell(plots...).at(240), 46.1, .05)
}

func TestAnAttackOf60DaysAgoReadsBelow1(t *testing.T) {
	c := tell(attack(0))
	c.Coverage = Seen([]Change{{hours(60 * 24), 1}}, .5) // the feed is new: nobody looked before
	if got := c.at(60 * 24); got <= 0 || got >= 1 {
		t.Errorf("got %v, want little and below 1", got)
	}
}

func TestAStoryStopsCountingAtTheHorizon(t *testing.T) {
	c := tell(attack(0))
	const end = 90 * 24
	if got := c.at(end - 1); got <= 0 || got > .02 {
		t.Errorf("an hour before the horizon: got %v, want at most 0.02", got)
	}
	if got := c.at(end); got != 0 {
		t.Errorf("at the horizon: got %v, want 0", got)
	}
}

func TestABlackoutAfterAPeakHoldsTheIndex(t *testing.T) {
	c := tell(summons(), attack(10))
	c.Coverage = Seen([]Change{{hours(-100), 1}, {hours(10.5), 0}, {hours(82.5), 1}}, .5)
	peak := c.at(10.5)
	for _, h := range []float64{24, 48, 82.5} {
		near(t, fmt.Sprint("at ", h), c.at(h), peak, 1)
	}
	near(t, "a measure's half-life after the blackout", c.at(82.5+168), tell(summons(), attack(10)).at(10.5+168), .1)
}

func TestGoldenNumbers(t *testing.T) {
	for n, tt := range golden(t) {
		var x Index
		tell(tt.Stories...).Index(hours(tt.At), &x)
		near(t, fmt.Sprint("case ", n, ", index"), x.Value, tt.Index, 1e-9)
		near(t, fmt.Sprint("case ", n, ", pressure"), x.Escalation, tt.Pressure, 1e-9)
		for i, w := range x.Stories {
			near(t, fmt.Sprint("case ", n, ", points of story ", i), w.Points, tt.Stories[i].Points, 1e-9)
		}
	}
}

type goldenCase struct {
	At, Index, Pressure float64
	Stories             []plot
}

func golden(t *testing.T) []goldenCase {
	t.Helper()
	text, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []goldenCase }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) == 0 {
		t.Fatal("no cases")
	}
	return file.Cases
}

func TestEasingsSayWhatEasedWhat(t *testing.T) {
	c := tell(attack(0), plot{"-", 24, 168, independents(3, .6, 6), 0}, plot{"-", 25, 72, independents(1, .6, 2), 0}, summons())
	var x Index
	c.Index(hours(30), &x)
	took := make(map[*Story]float64)
	for i := range x.Stories {
		for _, e := range x.Easings(i) {
			took[e.By] += e.Points
		}
	}
	if len(took) != 2 {
		t.Fatalf("%d stories eased, want 2", len(took))
	}
	for _, w := range x.Stories {
		if w.Story.Side == score.Deescalation {
			near(t, "what it took", took[w.Story], -w.Points, 1e-12)
		}
	}
}

func TestTopIsTheStoriesThatMoveMost(t *testing.T) {
	c := tell(plot{"+", 0, 36, bloc("a", .35, 2), 0}, attack(1), plot{"-", 2, 168, independents(3, .6, 6), 0}, summons())
	var x Index
	c.Index(hours(3), &x)
	var kinds []string
	for _, w := range x.Top(3) {
		kinds = append(kinds, w.Story.Kind)
	}
	if want := []string{"+168", "-168", "+72"}; !slices.Equal(kinds, want) {
		t.Errorf("got %v, want %v", kinds, want)
	}
}

func TestEvaluatingTakesNoMemory(t *testing.T) {
	c := many(1000)
	var x Index
	now := hours(24 * 45)
	c.Index(now, &x)
	if n := testing.AllocsPerRun(10, func() { c.Index(now, &x) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

// many is a chronicle of n stories in 45 days: a third eases, a third is told by one voice of fifty.
func many(n int) *Chronicle {
	var plots []plot
	for i := range n {
		p := plot{"+", 24 * 45 * float64(i) / float64(n), []float64{36, 72, 168}[i%3], independents(2, .6, 3), 0}
		switch i % 3 {
		case 1:
			p.Side, p.HalfLife = "-", 72
		case 2:
			name := fmt.Sprint("i", i%50)
			p.Reports = []tale{{name, name, .6, 5}}
		}
		plots = append(plots, p)
	}
	return tell(plots...)
}

func BenchmarkIndex(b *testing.B) {
	for _, n := range []int{1e3, 1e4, 1e5, 1e6} {
		b.Run(fmt.Sprintf("stories=%d", n), func(b *testing.B) {
			c := many(n)
			var changes []Change
			for h := range 24 * 45 {
				changes = append(changes, Change{hours(float64(h)), .4 + float64(h%7)/10})
			}
			c.Coverage = Seen(changes, c.Constants.CoverageFloor)
			var x Index
			now := hours(24 * 45)
			c.Index(now, &x)
			b.ReportAllocs()
			for b.Loop() {
				c.Index(now, &x)
			}
		})
	}
}
