package tension

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

// The laws of docs/index.md, each by its number: once over random stories, and where a reader gains by it once
// by example. Law 12 is kept where the lexicon is exported.

const now = 1000.0 // hours

func anyTale(t *rapid.T) tale {
	voice := rapid.SampledFrom([]string{"i1", "i2", "i3", "B1", "B2"}).Draw(t, "voice")
	family := voice
	if voice[0] == 'B' {
		family += rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "house")
	}
	return tale{voice, family, rapid.Float64Range(.05, 1).Draw(t, "weight"), rapid.Float64Range(.5, 10).Draw(t, "intensity")}
}

func anyPlot(t *rapid.T, side string) plot {
	halfLife := rapid.SampledFrom([]float64{36, 72, 168}).Draw(t, "half-life")
	if side == "-" {
		halfLife = max(halfLife, 72)
	}
	began := now - rapid.SampledFrom([]float64{0, .25, 1, 24, 48, 72, 100, 150, 200, 500}).Draw(t, "age")
	return plot{side, began, halfLife, rapid.SliceOfN(rapid.Custom(anyTale), 1, 4).Draw(t, "reports"), 0}
}

func anySide(t *rapid.T) plot {
	return anyPlot(t, rapid.SampledFrom([]string{"+", "+", "-"}).Draw(t, "side"))
}

func anyPlots(t *rapid.T) []plot {
	return rapid.SliceOfN(rapid.Custom(anySide), 0, 12).Draw(t, "stories")
}

// noLower and noHigher leave room for the last bits of a sum.
func noLower(t *rapid.T, what string, got, than float64) {
	if got < than-1e-9 {
		t.Fatalf("%s lowers the index from %v to %v", what, than, got)
	}
}

func noHigher(t *rapid.T, what string, got, than float64) {
	if got > than+1e-9 {
		t.Fatalf("%s raises the index from %v to %v", what, than, got)
	}
}

func TestLaw1NothingKnownIsZeroAndTheRangeIsHeld(t *testing.T) {
	if got := tell().at(now); got != 0 {
		t.Errorf("nothing known reads %v", got)
	}
	var all []plot
	for range 1000 {
		all = append(all, attack(0))
	}
	if got := tell(all...).at(0); got < 99.9 || got >= 100 {
		t.Errorf("a thousand attacks read %v, want almost 100", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		if got := tell(anyPlots(t)...).at(now); !(got >= 0 && got < 100) {
			t.Fatalf("index %v", got)
		}
	})
}

func TestLaw2MoreStoriesMoveTheIndexTheirOwnWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plots := anyPlots(t)
		before := tell(plots...).at(now)
		noLower(t, "an escalation", tell(append(slices.Clone(plots), anyPlot(t, "+"))...).at(now), before)
		noHigher(t, "a de-escalation", tell(append(slices.Clone(plots), anyPlot(t, "-"))...).at(now), before)
	})
}

func TestLaw2AFurtherVoiceAndAHigherIntensityMoveTheIndexTheStorysWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plots := append(anyPlots(t), anySide(t))
		before := tell(plots...).at(now)
		moved := &plots[rapid.IntRange(0, len(plots)-1).Draw(t, "which")]
		old := moved.Reports
		moved.Reports = append(slices.Clone(old), anyTale(t))
		voice := tell(plots...).at(now)
		moved.Reports = slices.Clone(old)
		moved.Reports[0].Intensity += rapid.Float64Range(0, 5).Draw(t, "graver by")
		graver := tell(plots...).at(now)
		if moved.Side == "+" {
			noLower(t, "a further voice", voice, before)
			noLower(t, "a higher intensity", graver, before)
		} else {
			noHigher(t, "a further voice", voice, before)
			noHigher(t, "a stronger gesture", graver, before)
		}
	})
}

func TestLaw3WhatAnArticleSaidBeforeChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reports := anyReports(t)
		book := filled(reports...)
		before := series(book.Chronicle(Coverage{}))
		for range 10 {
			again := rapid.SampledFrom(reports).Draw(t, "again")
			again.FirstSeen = again.FirstSeen.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "later")) * time.Hour)
			again.Title, again.Time = "Updated: "+again.Title, again.FirstSeen
			if book.Add(again) {
				t.Fatal("the Book takes it for news")
			}
		}
		same(t, series(book.Chronicle(Coverage{})), before)
	})
}

func TestLaw4AReprintSpeaksWithItsPrintersVoice(t *testing.T) {
	reuters := report("r1", "summon", 0, independent("reuters"))
	printed, reprinted := report("a1", "summon", 1, state("AZ", "azertag")), report("a1", "summon", 1, state("AZ", "azertag"))
	reprinted.Title = "Reuters: Baku summons envoy"
	own, quoted := filled(reuters, printed), filled(reuters, reprinted)
	if a, b := own.Chronicle(Coverage{}).at(5), quoted.Chronicle(Coverage{}).at(5); a != b {
		t.Errorf("quoting reads %v, its own words %v", b, a)
	}
	once := filled(reuters).Chronicle(Coverage{}).at(5)
	again := filled(reuters, report("r2", "summon", 2, independent("reuters"))).Chronicle(Coverage{}).at(5)
	if again != once {
		t.Errorf("the same house again reads %v, once %v", again, once)
	}
}

func TestLaw4HalfABlocQuotingReutersIsStillABloc(t *testing.T) {
	c := tell(inventions(bloc("abcdefgh", .45, 10))...)
	if got := c.at(60); got >= 60 {
		t.Errorf("index %v, want below 60", got)
	}
}

func TestLaw5OneVoiceAloneNeverReaches60(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plots := rapid.SliceOfN(rapid.Custom(anySide), 1, 80).Draw(t, "stories")
		for i := range plots {
			for k := range plots[i].Reports {
				plots[i].Reports[k].Voice = "B1"
			}
		}
		if got := tell(plots...).at(now); got >= 60 {
			t.Fatalf("index %v", got)
		}
	})
}

func TestLaw6HalfLivesAreExact(t *testing.T) {
	for _, h := range []float64{36, 72, 168} {
		c := tell(plot{"+", 0, h, independents(3, .6, 5), 0})
		var x Index
		c.Index(hours(0), &x)
		fresh := x.Escalation
		for n := range 5 {
			c.Index(hours(float64(n)*h), &x)
			if want := fresh / float64(int(1)<<n); x.Escalation != want {
				t.Errorf("after %d half-lives of %v h the pressure is %v, want %v", n, h, x.Escalation, want)
			}
		}
	}
}

func TestLaw6PeaceDoesNotPassFasterThan72Hours(t *testing.T) {
	r := report("a", "praise", 0, independent("reuters"))
	c := filled(r).Chronicle(Coverage{})
	var x Index
	c.Index(hours(0), &x)
	fresh := x.Deescalation
	c.Index(hours(72), &x)
	near(t, "a kind word after 72 h", x.Deescalation, fresh/2, 1e-12)
}

func TestLaw7WithNothingSeenTheIndexHoldsFor72HoursAndSaysSo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := tell(anyPlots(t)...)
		c.Coverage = Seen([]Change{{hours(0), 1}, {hours(now), 0}}, .5)
		var x Index
		c.Index(hours(now), &x)
		before := x.Value
		for _, h := range []float64{1, 30, 72} {
			c.Index(hours(now+h), &x)
			if math.Abs(x.Value-before) > 1e-9 {
				t.Fatalf("after %v h: %v, want %v", h, x.Value, before)
			}
			if x.Valid {
				t.Fatal("the index calls itself valid")
			}
		}
		c.Index(hours(now+72+36), &x)
		if before > 0 && !(x.Value < before) {
			t.Fatalf("after 108 h: %v, want below %v", x.Value, before)
		}
	})
}

func TestLaw8PointsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var x Index
		tell(anyPlots(t)...).Index(hours(now), &x)
		kinds, stories := 0.0, 0.0
		for _, p := range x.Kinds() {
			kinds += p
		}
		for _, w := range x.Stories {
			stories += w.Points
		}
		if math.Abs(kinds-x.Value) > 1e-9 || math.Abs(stories-x.Value) > 1e-9 {
			t.Fatalf("index %v, points by story %v, by kind %v", x.Value, stories, kinds)
		}
	})
}

func TestLaw9AnyOrderOfArrivalGivesTheSameSeries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reports := anyReports(t)
		slices.SortFunc(reports, func(a, b Report) int { return a.FirstSeen.Compare(b.FirstSeen) })
		want := series(filled(reports...).Chronicle(Coverage{}))
		same(t, series(filled(rapid.Permutation(reports).Draw(t, "arrival")...).Chronicle(Coverage{})), want)
	})
}

func TestLaw9ReplayShowsWhatWasShownThen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reports := anyReports(t)
		later := filled(reports...).Chronicle(Coverage{})
		for _, at := range moments() {
			then := NewBook("AZE-IRN", testKinds(), DefaultConstants())
			for _, r := range reports {
				if !r.FirstSeen.After(at) {
					then.Add(r)
				}
			}
			var live, replayed Index
			then.Chronicle(Coverage{}).Index(at, &live)
			later.Index(at, &replayed)
			if live.Value != replayed.Value || len(live.Stories) != len(replayed.Stories) {
				t.Fatalf("at %s the index was %v of %d stories and is replayed as %v of %d", at, live.Value, len(live.Stories), replayed.Value, len(replayed.Stories))
			}
		}
	})
}

func TestLaw10ARestartedProcessKnowsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := DefaultConstants()
		years := rapid.Float64Range(0, 2).Draw(t, "years")
		at := epoch.Add(time.Duration(years*365*24) * time.Hour)
		var old, young []Report
		for i, r := range anyReports(t) {
			back := time.Duration(rapid.IntRange(0, 500).Draw(t, "days back")) * day
			r.Time, r.FirstSeen, r.Article = at.Add(r.Time.Sub(hours(now))-back), at.Add(r.FirstSeen.Sub(hours(now))-back), fmt.Sprint("a", i)
			old = append(old, r)
			if !r.Time.Before(c.Since(at)) {
				young = append(young, r)
			}
		}
		ran, restarted := filled(old...), filled(young...)
		ran.Forget(c.Since(at.AddDate(0, -2, 0)))
		ran.Forget(c.Since(at))
		a, b := ran.Chronicle(Coverage{}), restarted.Chronicle(Coverage{})
		if va, vb := a.Value(at, new(Index)), b.Value(at, new(Index)); va != vb {
			t.Fatalf("index %v, after the restart %v", va, vb)
		}
		za, _ := a.ZScore(at, new(Index))
		zb, _ := b.ZScore(at, new(Index))
		if za != zb || a.Level(at, new(Index)) != b.Level(at, new(Index)) {
			t.Fatalf("z %v, after the restart %v", za, zb)
		}
	})
}

func TestLaw11WithoutANewArticleTheIndexNeverRises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := tell(anyPlots(t)...)
		var changes []Change
		for h := range rapid.IntRange(0, 20).Draw(t, "changes") {
			changes = append(changes, Change{hours(now - 100 + float64(h)*20), rapid.Float64Range(0, 1).Draw(t, "coverage")})
		}
		c.Coverage = Seen(changes, .5)
		last, at := c.at(now), now
		for range 20 {
			at += rapid.Float64Range(0, 200).Draw(t, "hours")
			next := c.at(at)
			noHigher(t, fmt.Sprint("time until ", at), next, last)
			last = next
		}
	})
}

func TestLaw13ReconciliationBeforeABlowDoesNotSoftenIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		blow := plot{"+", now, 168, rapid.SliceOfN(rapid.Custom(anyTale), 1, 5).Draw(t, "blow"), 0}
		plots := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) plot { return anyPlot(t, "-") }), 0, 20).Draw(t, "peace")
		if got, want := tell(append(plots, blow)...).at(now), tell(blow).at(now); got != want {
			t.Fatalf("after talks the blow reads %v, without %v", got, want)
		}
	})
}

// Reports, for laws about joining.

// testKinds are a few kinds in a reader's words.
func testKinds() []score.Kind {
	return []score.Kind{
		{Name: "condemn", Side: score.Escalation, HalfLife: "rhetoric", Directed: true},
		{Name: "summon", Side: score.Escalation, HalfLife: "incident", Directed: true},
		{Name: "arrest", Side: score.Escalation, HalfLife: "incident", Directed: true},
		{Name: "attack", Side: score.Escalation, HalfLife: "measure", Directed: true},
		{Name: "talk", Side: score.Deescalation, HalfLife: "incident"},
		{Name: "praise", Side: score.Deescalation, HalfLife: "rhetoric", Directed: true},
	}
}

func independent(family string) news.Source {
	return news.Source{Outlet: family, Family: family, Weight: .6}
}

func state(bloc, family string) news.Source {
	return news.Source{Outlet: family, Family: family, Bloc: bloc, Weight: .35}
}

// report is the leading event of an article, AZE to IRN, intensity 5, seen when it happened.
func report(article, kind string, at float64, from news.Source) Report {
	return Report{
		Event:   score.Event{Pair: "AZE-IRN", Kind: kind, From: "AZE", To: "IRN", Intensity: 5, Confidence: 1},
		Article: article, Title: article, Source: from, Time: hours(at), FirstSeen: hours(at),
	}
}

func filled(reports ...Report) *Book {
	b := NewBook("AZE-IRN", testKinds(), DefaultConstants())
	for _, r := range reports {
		b.Add(r)
	}
	return b
}

func anyReports(t *rapid.T) (reports []Report) {
	for i := range rapid.IntRange(1, 25).Draw(t, "events") {
		source := rapid.SampledFrom([]news.Source{
			independent("reuters"), independent("bbc"), independent("turan"), state("AZ", "azertag"), state("AZ", "apa"), state("IR", "irna"),
		}).Draw(t, "source")
		r := report(fmt.Sprint("a", i), rapid.SampledFrom(testKinds()).Draw(t, "kind").Name, now-rapid.Float64Range(0, 200).Draw(t, "age"), source)
		r.FirstSeen = r.Time.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 1, 5, 40}).Draw(t, "late")) * time.Hour)
		r.N = rapid.SampledFrom([]int{0, 0, 1}).Draw(t, "place in article")
		d := rapid.SampledFrom([][2]string{{"AZE", "IRN"}, {"IRN", "AZE"}, {"unknown", "unknown"}}).Draw(t, "direction")
		r.Event.From, r.Event.To = d[0], d[1]
		r.Event.Intensity = rapid.Float64Range(.5, 10).Draw(t, "intensity")
		r.Event.Place = rapid.SampledFrom([]string{"", "", "baku", "tabriz"}).Draw(t, "place")
		r.Event.Number = rapid.SampledFrom([]int{0, 0, 5, 9}).Draw(t, "number")
		reports = append(reports, r)
	}
	return reports
}

// moments are when the index is looked at.
func moments() (all []time.Time) {
	for h := now - 210; h < now+50; h += 13 {
		all = append(all, hours(h))
	}
	return all
}

// series is the index over time, and which stories made it.
func series(c *Chronicle) (out []string) {
	var x Index
	for _, at := range moments() {
		c.Index(at, &x)
		line := fmt.Sprintf("%s %x", at, x.Value)
		for _, w := range x.Stories {
			line += fmt.Sprintf(" %s:%x", w.Story.ID, w.Points)
		}
		out = append(out, line)
	}
	return out
}

func same(t *rapid.T, got, want []string) {
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got  %s\nwant %s", got[i], want[i])
		}
	}
}
