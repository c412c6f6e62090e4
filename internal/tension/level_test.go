package tension

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// staircase is an index that is value v from its hour on.
func staircase(steps ...[2]float64) func(time.Time) float64 {
	return func(t time.Time) (v float64) {
		for _, s := range steps {
			if !t.Before(hours(s[0])) {
				v = s[1]
			}
		}
		return v
	}
}

func TestLevels(t *testing.T) {
	const minute = 1. / 60
	for name, tt := range map[string]struct {
		index func(time.Time) float64
		at    float64
		want  Level
	}{
		"nothing":                             {staircase(), 10, Calm},
		"one point above":                     {staircase([2]float64{10, 45}), 10, Calm},
		"still one, four minutes later":       {staircase([2]float64{10, 45}), 10 + 4*minute, Calm},
		"two points above":                    {staircase([2]float64{10, 45}), 10 + 5*minute, Elevated},
		"just at a threshold":                 {staircase([2]float64{10, 60}), 11, High},
		"above the highest":                   {staircase([2]float64{10, 99}), 11, Critical},
		"a spike between two points":          {staircase([2]float64{10.01, 99}, [2]float64{10.02, 0}), 11, Calm},
		"a little below holds":                {staircase([2]float64{10, 45}, [2]float64{11, 36}), 100, Elevated},
		"just 5 below holds":                  {staircase([2]float64{10, 45}, [2]float64{11, 35}), 100, Elevated},
		"more than 5 below holds, for a time": {staircase([2]float64{10, 45}, [2]float64{11, 34.9}), 12 + 59*minute, Elevated},
		"but not for 2 h":                     {staircase([2]float64{10, 45}, [2]float64{11, 34.9}), 13, Watch},
		"a touch of calm does not lower":      {staircase([2]float64{10, 45}, [2]float64{11, 1}, [2]float64{12.5, 36}, [2]float64{12.6, 1}), 14, Elevated},
		"a fall by two levels":                {staircase([2]float64{10, 85}, [2]float64{11, 1}), 13, Calm},
		"a threshold not reached for 14 days": {staircase([2]float64{10, 45}, [2]float64{11, 36}), 11 + 14*24, Watch},
	} {
		t.Run(name, func(t *testing.T) {
			if got := LevelAt(hours(tt.at), DefaultConstants().Levels, tt.index); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// folded is the level by a fold from the past, the way the rule is told.
func folded(now time.Time, thresholds [4]float64, value func(time.Time) float64) Level {
	level := Calm
	var above, below [4]int
	end := now.Truncate(5 * time.Minute)
	for t := end.Add(-14*day + 5*time.Minute); !t.After(end); t = t.Add(5 * time.Minute) {
		v := value(t)
		for i, threshold := range thresholds {
			above[i], below[i] = inRow(above[i], v >= threshold), inRow(below[i], v < threshold-5)
			if above[i] >= 2 {
				level = max(level, Level(i+1))
			}
			if below[i] >= 25 {
				level = min(level, Level(i))
			}
		}
	}
	return level
}

func TestLevelIsAFoldOverThePast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at, steps := 0.0, [][2]float64{}
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			at += rapid.SampledFrom([]float64{.05, .1, .5, 1.9, 2.1, 30}).Draw(t, "hours")
			steps = append(steps, [2]float64{at, rapid.Float64Range(0, 99).Draw(t, "index")})
		}
		index, now := staircase(steps...), hours(at+rapid.Float64Range(0, 3).Draw(t, "then"))
		if got, want := LevelAt(now, DefaultConstants().Levels, index), folded(now, DefaultConstants().Levels, index); got != want {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestLevelOfAChronicle(t *testing.T) {
	c := tell(attack(0))
	for h, want := range map[float64]Level{.01: Calm, .1: High, 24: High, 24 * 30: Calm} {
		if got := c.Level(hours(h), new(Index)); got != want {
			t.Errorf("after %v h: %v, want %v", h, got, want)
		}
	}
}

func TestZScore(t *testing.T) {
	for name, tt := range map[string]struct {
		daily []float64
		now   float64
		want  float64
		ok    bool
	}{
		"too few days":                     {make([]float64, 29), 5, 0, false},
		"a quiet quarter":                  {make([]float64, 90), 5, 10, true},
		"a mean deviation":                 {append(slices.Repeat([]float64{1}, 15), slices.Repeat([]float64{3}, 15)...), 2 + 1.4826, 1, true},
		"one great day moves it nowhere":   {append(slices.Repeat([]float64{2}, 40), 1000), 2, 0, true},
		"quieter than usual is below zero": {slices.Repeat([]float64{4}, 30), 1, -6, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := ZScore(tt.daily, tt.now)
			if ok != tt.ok {
				t.Errorf("there is one: %v, want %v", ok, tt.ok)
			}
			near(t, "z", got, tt.want, 1e-12)
		})
	}
}

func TestZScoreComparesWith90DaysBeforeYesterday(t *testing.T) {
	const today = 24 * 200
	for name, tt := range map[string]struct {
		seenFrom float64 // hours since when there is coverage
		ok       bool
	}{
		"30 days known":  {today - 31*24, true},
		"29 days known":  {today - 31*24 + 1, false},
		"an old monitor": {0, true},
	} {
		t.Run(name, func(t *testing.T) {
			c := tell(plot{"+", today + 1, 168, independents(12, .6, 10), 0})
			c.Coverage = Seen([]Change{{hours(tt.seenFrom), 1}}, .5)
			z, ok := c.ZScore(hours(today+1), new(Index))
			if ok != tt.ok || ok && z < 15 {
				t.Errorf("z %v, %v; want it to be there: %v", z, ok, tt.ok)
			}
		})
	}
	yesterday := tell(plot{"+", today - 24, 168, independents(12, .6, 10), 0})
	if z, _ := yesterday.ZScore(hours(today+1), new(Index)); z < 15 {
		t.Errorf("yesterday's blow hides in its own comparison: z %v", z)
	}
}

func TestAttention(t *testing.T) {
	near(t, "a quarter", Attention(2, 8), .25, 0)
	near(t, "nothing published", Attention(0, 0), 0, 0)
}

func TestCoverage(t *testing.T) {
	c := Seen([]Change{{hours(20), .25}, {hours(10), 1}, {hours(30), 0}, {hours(40), .8}}, .5)
	for _, tt := range []struct{ at, ratio, unseen float64 }{
		{0, 0, -10}, {10, 1, 0}, {15, 1, 0}, {20, .25, 0}, {30, 0, 5}, {32, 0, 7}, {40, .8, 15}, {99, .8, 15},
	} {
		near(t, fmt.Sprint("coverage at ", tt.at), c.At(hours(tt.at)), tt.ratio, 0)
		ns := hours(tt.at).UnixNano()
		near(t, fmt.Sprint("unseen until ", tt.at), float64(c.unseenAt(c.spell(ns), ns))/float64(time.Hour), tt.unseen, 1e-9)
	}
	if got := (Coverage{}).At(hours(5)); got != 1 {
		t.Errorf("an archive's coverage is %v, want 1", got)
	}
}

func TestHalfCoverageIsAsGoodAsTheFloor(t *testing.T) {
	c := tell(attack(0))
	want := c.at(100)
	c.Coverage = Seen([]Change{{hours(-1), .5}}, .5)
	near(t, "at the floor", c.at(100), want, 0)
	var x Index
	if c.Index(hours(1), &x); !x.Valid || x.Coverage != .5 {
		t.Errorf("valid %v at coverage %v", x.Valid, x.Coverage)
	}
	c.Coverage = Seen([]Change{{hours(-1), .25}}, .5)
	near(t, "at half the floor, half the time passes", c.at(100), tell(attack(0)).at(50), 1e-9)
}
