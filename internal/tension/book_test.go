package tension

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

// say changes a report: who did it to whom, where, how many.
func (r Report) say(from, to, place string, number int) Report {
	r.Event.From, r.Event.To, r.Event.Place, r.Event.Number = from, to, place, number
	return r
}

// second makes a report of an event that does not lead its article.
func (r Report) second() Report { r.N = 1; return r }

func (r Report) number(n int) Report { return r.say("AZE", "IRN", "", n) }

func (r Report) place(p string) Report { return r.say("AZE", "IRN", p, 0) }

func (r Report) unclear() Report { return r.say(score.Unknown, score.Unknown, "", 0) }

// arrest is an arrest reported by a house of its own.
func arrest(at float64) Report {
	return report(fmt.Sprint("arrest ", at), "arrest", at, independent(fmt.Sprint("house ", at)))
}

func condemns(at float64) Report {
	r := arrest(at)
	r.Event.Kind = "condemn"
	return r
}

func TestWhatIsOneStory(t *testing.T) {
	for name, tt := range map[string]struct {
		reports []Report
		want    []int // reports by story, in the order in which they began
	}{
		"one act in three languages": {[]Report{
			report("1", "summon", 0, state("AZ", "azertag")), report("2", "summon", 1, state("IR", "irna")), report("3", "summon", 3, independent("reuters"))}, []int{3}},
		"other kinds":         {[]Report{arrest(0), condemns(0)}, []int{1, 1}},
		"the other way round": {[]Report{arrest(0), arrest(1).say("IRN", "AZE", "", 0)}, []int{1, 1}},
		"an arrest without a number joins one with":       {[]Report{arrest(0).number(5), arrest(40)}, []int{2}},
		"and one with a number one without":               {[]Report{arrest(0), arrest(40).number(5)}, []int{2}},
		"but then the story has its number":               {[]Report{arrest(0), arrest(1).number(5), arrest(40).number(9)}, []int{2, 1}},
		"five and nine on different days":                 {[]Report{arrest(0).number(5), arrest(30).number(9)}, []int{1, 1}},
		"five and nine within a day: a count that grows":  {[]Report{arrest(0).number(5), arrest(24).number(9)}, []int{2}},
		"the grown count goes on":                         {[]Report{arrest(0).number(5), arrest(20).number(9), arrest(40).number(9)}, []int{3}},
		"two towns on different days":                     {[]Report{arrest(0).place("baku"), arrest(30).place("ganja")}, []int{1, 1}},
		"two towns on one day":                            {[]Report{arrest(0).place("baku"), arrest(3).place("ganja")}, []int{2}},
		"a second summons next week":                      {[]Report{arrest(0), arrest(24 * 7)}, []int{1, 1}},
		"the window of an incident is 72 h":               {[]Report{arrest(0), arrest(72)}, []int{2}},
		"and not a moment more":                           {[]Report{arrest(0), arrest(72.01)}, []int{1, 1}},
		"it is measured from the founder":                 {[]Report{arrest(0), arrest(50), arrest(100)}, []int{2, 1}},
		"the window of rhetoric is 48 h":                  {[]Report{condemns(0), condemns(48), condemns(49)}, []int{2, 1}},
		"a report that comes late about what was earlier": {[]Report{arrest(50), seen(arrest(0), 60)}, []int{2}},
		"unclear who: joins":                              {[]Report{arrest(0), arrest(1).unclear()}, []int{2}},
		"unclear who: founds, and learns it":              {[]Report{arrest(0).unclear(), arrest(1), arrest(2).say("IRN", "AZE", "", 0)}, []int{2, 1}},
		"an event that does not lead founds nothing":      {[]Report{arrest(0).second()}, nil},
		"but joins":               {[]Report{arrest(0), arrest(1).second()}, []int{2}},
		"not what comes after it": {[]Report{arrest(0).second(), arrest(1)}, []int{1}},
		"without a date in a first look: founds nothing": {[]Report{ageless(arrest(0))}, nil},
		"but joins too": {[]Report{arrest(0), ageless(arrest(1))}, []int{2}},
		"another pair":  {[]Report{other(arrest(0))}, nil},
		"of two that fit, the one with the same number": {[]Report{arrest(0).number(5), arrest(30).number(9), arrest(31).number(5)}, []int{2, 1}},
		"of two that fit, the nearer":                   {[]Report{arrest(0).number(5), arrest(30).number(9), arrest(31)}, []int{1, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []int
			for _, s := range filled(tt.reports...).Stories() {
				got = append(got, len(s.Tellings()))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func seen(r Report, at float64) Report { r.FirstSeen = hours(at); return r }

func ageless(r Report) Report { r.Ageless = true; return r }

func other(r Report) Report { r.Event.Pair = "ARM-AZE"; return r }

func TestUnclearWhoJoinsTheHeavier(t *testing.T) {
	light, heavy := condemns(1), condemns(0).say("IRN", "AZE", "", 0)
	heavy.Event.Intensity = 9
	for _, s := range filled(light, heavy, condemns(2).unclear()).Stories() {
		if want := map[string]int{"AZE": 1, "IRN": 2}[s.From]; len(s.Tellings()) != want {
			t.Errorf("the story from %s has %d reports, want %d", s.From, len(s.Tellings()), want)
		}
	}
}

func TestARoundUpGivesWhatItsLeadingActGives(t *testing.T) {
	var reports, leading []Report
	for _, house := range []string{"reuters", "bbc"} {
		lead := report(house, "arrest", 0, independent(house))
		reports, leading = append(reports, lead), append(leading, lead)
		for n := 1; n < 8; n++ {
			more := lead
			more.N, more.Event.Kind = n, testKinds()[n%len(testKinds())].Name
			more.Event.From = []string{"AZE", "IRN"}[n/len(testKinds())]
			if more.Event.Kind != "arrest" {
				reports = append(reports, more)
			}
		}
	}
	got, want := filled(reports...).Chronicle(Coverage{}).at(1), filled(leading...).Chronicle(Coverage{}).at(1)
	if got != want || want == 0 {
		t.Errorf("index %v, the leading act alone %v", got, want)
	}
}

func TestAStoryShowsWhatItIsMadeOf(t *testing.T) {
	s := filled(arrest(0).unclear(), arrest(1).say("AZE", "IRN", "baku", 5), report("x", "arrest", 2, state("AZ", "apa")),
		report("y", "arrest", 3, state("AZ", "azertag"))).Stories()[0]
	if s.From != "AZE" || s.To != "IRN" || s.Place != "baku" || s.Number != 5 || !s.Began.Equal(hours(0)) || s.Tellings()[0].Article != Digest("arrest 0") {
		t.Errorf("got %+v", s)
	}
	if got, want := s.Voices(hours(9)), []Voice{{"house 0", false}, {"house 1", false}, {"AZ", true}}; !slices.Equal(got, want) {
		t.Errorf("voices %v, want %v", got, want)
	}
	near(t, "strength", s.Strength(hours(9)), 5*(1-.4*.4*.65*.65), 1e-12)
	near(t, "strength after two reports", s.Strength(hours(1.5)), 5*(1-.4*.4), 1e-12)
	if n := len(s.Known(hours(1.5))); n != 2 {
		t.Errorf("%d reports known, want 2", n)
	}
}

func TestOneShrillOutletLiftsItsOwnLayerOnly(t *testing.T) {
	shrill := report("shrill", "attack", 1, independent("tabloid"))
	shrill.Event.Intensity, shrill.Source.Weight = 10, .2
	calm := report("calm", "attack", 0, independent("reuters"))
	s := filled(calm, shrill).Stories()[0]
	near(t, "strength", s.Strength(hours(9)), 5*(1-.4*.8)+5*.2, 1e-12)
}

func TestAStoryInHandDoesNotChange(t *testing.T) {
	b := filled(arrest(0))
	before := b.Stories()
	b.Add(arrest(1))
	if n := len(before[0].Tellings()); n != 1 {
		t.Errorf("the story in hand has %d reports, want 1", n)
	}
	if after := b.Stories()[0]; len(after.Tellings()) != 2 || after.ID != before[0].ID {
		t.Errorf("the new one is %s with %d reports, want %s with 2", after.ID, len(after.Tellings()), before[0].ID)
	}
}

func TestPostponedReportsJoinAsAnyOthers(t *testing.T) {
	reports := []Report{arrest(80), arrest(0), arrest(60), arrest(0), seen(arrest(60), 90), condemns(3)}
	late := filled()
	late.Postpone()
	for _, r := range reports {
		late.Add(r)
	}
	if !slices.Equal(series(late.Chronicle(Coverage{})), series(filled(reports...).Chronicle(Coverage{}))) {
		t.Error("they join otherwise")
	}
	if late.Add(arrest(0)) {
		t.Error("what is known is news again")
	}
}

func TestForgettingIsNeverHavingKnown(t *testing.T) {
	b := filled(arrest(0), arrest(60), arrest(80), arrest(200))
	b.Forget(hours(50))
	if b.Add(arrest(1)) {
		t.Error("the Book learns anew what it was told to forget")
	}
	got, want := series(b.Chronicle(Coverage{})), series(filled(arrest(60), arrest(80), arrest(200)).Chronicle(Coverage{}))
	if !slices.Equal(got, want) {
		t.Error("the Book remembers")
	}
}

func TestSinceIsOneMomentAMonthAndFarEnough(t *testing.T) {
	c := DefaultConstants()
	for _, tt := range []struct{ now, want string }{
		{"2023-08-01T00:00:00Z", "2023-01-01T00:00:00Z"},
		{"2023-08-06T00:00:00Z", "2023-01-01T00:00:00Z"},
		{"2023-08-31T23:59:59Z", "2023-02-01T00:00:00Z"},
	} {
		now, err := time.Parse(time.RFC3339, tt.now)
		if err != nil {
			t.Fatal(err)
		}
		got := c.Since(now)
		if got.Format(time.RFC3339) != tt.want {
			t.Errorf("since at %s: %s, want %s", tt.now, got, tt.want)
		}
		if reach := now.Sub(got); reach < 2*Horizon {
			t.Errorf("since at %s reaches back %v only", tt.now, reach)
		}
	}
}

func TestAReportOfAnArticle(t *testing.T) {
	sawIt := epoch.Add(1234567 * time.Nanosecond)
	for name, tt := range map[string]struct {
		article news.Article
		time    time.Time
		founds  bool
	}{
		"dated":                     {news.Article{Published: epoch.Add(-time.Hour)}, epoch.Add(-time.Hour), true},
		"dated in the future":       {news.Article{Published: epoch.Add(time.Hour)}, epoch.Add(time.Millisecond + 234*time.Microsecond), true},
		"undated":                   {news.Article{}, epoch.Add(time.Millisecond + 234*time.Microsecond), true},
		"undated, in a first look":  {news.Article{FirstLook: true}, epoch.Add(time.Millisecond + 234*time.Microsecond), false},
		"1970, in a first look":     {news.Article{FirstLook: true, Published: time.Unix(0, 0)}, epoch.Add(time.Millisecond + 234*time.Microsecond), false},
		"dated, in a first look":    {news.Article{FirstLook: true, Published: epoch.Add(-time.Hour)}, epoch.Add(-time.Hour), true},
		"in another zone's clothes": {news.Article{Published: epoch.In(time.FixedZone("", 4*3600))}, epoch, true},
	} {
		t.Run(name, func(t *testing.T) {
			tt.article.FirstSeen = sawIt
			r := ReportOf(&tt.article, 0, score.Event{})
			m := newMemory()
			founds := m.keep(&r, new(score.Kind)).founds()
			if r.Time != tt.time || founds != tt.founds {
				t.Errorf("time %s, founds %v; want %s, %v", r.Time, founds, tt.time, tt.founds)
			}
		})
	}
}

func BenchmarkJoin(b *testing.B) {
	for _, n := range []int{1e3, 1e4, 1e5} {
		b.Run(fmt.Sprintf("reports=%d", n), func(b *testing.B) {
			reports := make([]Report, n)
			for i := range reports {
				at := 24 * 180 * float64(i) / float64(n)
				reports[i] = report(fmt.Sprint(i), testKinds()[i%6].Name, at, independent(fmt.Sprint("house ", i%40))).number(i % 97)
			}
			b.ReportAllocs()
			for b.Loop() {
				filled(reports...).Stories()
			}
		})
	}
}
