package tension

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tensionmonitor/config"
	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

// chronology reads testdata/chronology.tsv as the newspapers would have told it: each event in its number of
// reports, and at least two, by independent houses of weight .6, at noon.
func chronology(t *testing.T) (kinds []score.Kind, reports []Report) {
	t.Helper()
	kinds = shippedKinds(t)
	intensity := make(map[string]float64)
	for _, k := range kinds {
		intensity[k.Name] = k.Intensity
	}
	text, err := os.ReadFile("testdata/chronology.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for n, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "date\t") {
			continue
		}
		f := strings.Split(line, "\t")
		at, err := time.Parse(time.DateOnly, f[0])
		if err != nil {
			t.Fatalf("line %d: %v", n+1, err)
		}
		houses, err := strconv.Atoi(f[4])
		if err != nil || intensity[f[1]] == 0 {
			t.Fatalf("line %d: kind %q, reports %v", n+1, f[1], err)
		}
		for house := range max(2, houses) {
			name := fmt.Sprint("house ", house)
			reports = append(reports, Report{
				Event:   score.Event{Pair: "AZE-IRN", Kind: f[1], From: f[2], To: f[3], Intensity: intensity[f[1]], Confidence: 1},
				Article: fmt.Sprintf("line %d, %s", n+1, name), Title: f[5], Source: news.Source{Outlet: name, Family: name, Weight: .6},
				Time: at.Add(12 * time.Hour), FirstSeen: at.Add(12 * time.Hour),
			})
		}
	}
	return kinds, reports
}

func shippedKinds(t *testing.T) []score.Kind {
	t.Helper()
	rows, err := config.Lexicon("")
	if err != nil {
		t.Fatal(err)
	}
	ours := make([]score.Row, len(rows))
	for i, r := range rows {
		ours[i] = score.Row(r)
	}
	lexicon, err := score.Compile(ours, []string{"AZE-IRN"})
	if err != nil {
		t.Fatal(err)
	}
	return lexicon.Kinds()
}

// month is the most a month reached.
type month struct {
	index float64
	level Level
}

// months replays the chronology hour by hour.
func months(t *testing.T, kinds []score.Kind, reports []Report, c Constants) map[string]month {
	t.Helper()
	r := Replay{Book: func() *Book { return NewBook("AZE-IRN", kinds, c) }, Step: time.Hour,
		From: time.Date(2011, 12, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC).Add(-time.Hour)}
	all := make(map[string]month)
	err := r.Run(reports, func(x *Index, l Level) error {
		name := x.At.Format("2006-01")
		all[name] = month{max(all[name].index, x.Value), max(all[name].level, l)}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// theEight are the months an index of these years has to show, and how high.
var theEight = []struct {
	month string
	least Level
}{{"2012-05", Elevated}, {"2021-09", Elevated}, {"2022-11", Elevated}, {"2023-01", High}, {"2023-02", Elevated}, {"2023-04", High}, {"2023-05", Elevated}, {"2026-03", High}}

func TestTheChronologyReadsAsItWasLived(t *testing.T) {
	if underRace {
		t.Skip("slow under the race detector, and of one goroutine: .ci/run runs it without")
	}
	kinds, reports := chronology(t)
	all := months(t, kinds, reports, DefaultConstants())
	highest := slices.SortedFunc(maps.Keys(all), func(a, b string) int { return -cmp.Compare(all[a].index, all[b].index) })[:8]
	slices.Sort(highest)
	var want []string
	for _, e := range theEight {
		want = append(want, e.month)
		if all[e.month].level < e.least {
			t.Errorf("%s reaches the level %v, want %v", e.month, all[e.month].level, e.least)
		}
	}
	if !slices.Equal(highest, want) {
		t.Errorf("the eight highest months are %v, want %v", highest, want)
	}
	for name, m := range all {
		if m.level >= High && !slices.Contains(highest, name) {
			t.Errorf("%s reaches the level %v", name, m.level)
		}
	}
	for _, calm := range []string{"2024-07", "2024-11"} { // an embassy reopened, joint exercises
		if all[calm].index != 0 {
			t.Errorf("%s reaches %v, want 0", calm, all[calm].index)
		}
	}
}

// variant is one constant halved or doubled.
type variant struct {
	name      string
	constants Constants
}

func variants() (list []variant) {
	for _, v := range []struct {
		name   string
		change func(*Constants, float64)
	}{
		{"scale", func(c *Constants, f float64) { c.Scale *= f }},
		{"half_life", func(c *Constants, f float64) {
			for _, h := range []*time.Duration{&c.HalfLife.Rhetoric, &c.HalfLife.Incident, &c.HalfLife.Measure} {
				*h = time.Duration(float64(*h) * f)
			}
		}},
		{"alone_cap", func(c *Constants, f float64) { c.AloneCap *= f }},
		{"bloc_cap", func(c *Constants, f float64) { c.BlocCap = min(1, c.BlocCap*f) }},
	} {
		for word, factor := range map[string]float64{" halved": .5, " doubled": 2} {
			c := DefaultConstants()
			v.change(&c, factor)
			list = append(list, variant{v.name + word, c})
		}
	}
	slices.SortFunc(list, func(a, b variant) int { return cmp.Compare(a.name, b.name) })
	return append([]variant{{"as shipped", DefaultConstants()}}, list...)
}

// sensitivity is the table of docs/index.md: the highest level of each of the eight months, in how many other
// months it changes, and three of the examples; bold is what a change of a constant changes.
func sensitivity(t *testing.T) string {
	kinds, reports := chronology(t)
	var b, shipped = new(strings.Builder), []string(nil)
	b.WriteString("| |")
	for _, e := range theEight {
		fmt.Fprintf(b, " %s |", e.month)
	}
	fmt.Fprintf(b, " other months | a summons | one outlet invents | a bloc invents |\n|%s\n", strings.Repeat("---|", len(theEight)+5))
	base := months(t, kinds, reports, DefaultConstants())
	all := make([]map[string]month, len(variants()))
	var years sync.WaitGroup // each variant is fifteen years of its own
	for i, v := range variants() {
		years.Go(func() { all[i] = months(t, kinds, reports, v.constants) })
	}
	years.Wait()
	for i, v := range variants() {
		cells := v.cells(all[i], base)
		if shipped == nil {
			shipped = cells
		}
		fmt.Fprintf(b, "| %s |", v.name)
		for i, cell := range cells {
			if cell != shipped[i] {
				cell = "**" + cell + "**"
			}
			fmt.Fprintf(b, " %s |", cell)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func (v variant) cells(all, base map[string]month) (cells []string) {
	others := 0
	for name, m := range all {
		if m.level != base[name].level {
			others++
		}
	}
	for _, e := range theEight {
		cells = append(cells, all[e.month].level.String())
		if all[e.month].level != base[e.month].level {
			others--
		}
	}
	cells = append(cells, fmt.Sprint(others))
	cells = append(cells, fmt.Sprintf("%.1f", tellWith(v.constants, summons()).at(0)))
	for _, families := range []string{"a", "abcdefgh"} {
		cells = append(cells, fmt.Sprintf("%.1f", tellWith(v.constants, inventions(bloc(families, .35, 6))...).at(60)))
	}
	return cells
}
