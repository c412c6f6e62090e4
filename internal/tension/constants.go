// Package tension owns the index: how reports join into stories, what a story weighs at a moment, and how
// tense that makes a pair of countries. It is the whole formula and nothing else: it knows neither clock nor
// store nor network, "now" is an argument, and the same reports give the same numbers to the bit, whatever
// the order they came in.
package tension

import (
	"math"
	"time"
)

// Constants are what an operator may change about the formula; the section index of monitor.yaml.
type Constants struct {
	Scale         float64       // S > 0: a pressure of S reads 63.2
	BlocCap       float64       // what all houses of one state together can be worth at most, in (0, 1)
	AloneCap      float64       // the pressure stories told by one voice only can reach together, > 0
	CoverageFloor float64       // below this share of the feeds' weight the index is not valid, in (0, 1]
	Hold          time.Duration // for how long at most what nobody could see has not passed
	HalfLife      Spans         // after which a story weighs half; a de-escalation's is never below 72 h
	Join          Spans         // how far from its founder, before or after, an event still joins a story
	Levels        [4]float64    // where watch, elevated, high and critical begin, ascending, in (0, 100)
}

// Spans are lengths of time by half-life class of kind.
type Spans struct{ Rhetoric, Incident, Measure time.Duration }

// DefaultConstants are those of the shipped monitor.yaml; docs/index.md gives the reason for each.
func DefaultConstants() Constants {
	const h = time.Hour
	return Constants{
		Scale: 10, BlocCap: 0.7, AloneCap: 9, CoverageFloor: 0.5, Hold: 72 * h,
		HalfLife: Spans{Rhetoric: 36 * h, Incident: 72 * h, Measure: 168 * h},
		Join:     Spans{Rhetoric: 48 * h, Incident: 72 * h, Measure: 120 * h},
		Levels:   [4]float64{20, 40, 60, 80},
	}
}

const (
	// Horizon is the age at which a story stops counting. At the default half-lives the gravest story then
	// weighs less than 0.002 (a point is 0.1), and what it had to be eased by is younger: the step is
	// downward and below 0.02 points.
	Horizon = 90 * day

	// slowestPeace is the shortest half-life of a de-escalation: a reopened embassy is no passing remark.
	slowestPeace = 72 * time.Hour

	// apart is the distance from which a different place or number means a different event.
	apart = 24 * time.Hour

	day = 24 * time.Hour
)

// Since is the moment before which nothing is needed to know the index, level and z-score at now: the
// first of a month, so that it is the same for every process, and moves twelve times a year. A Book that
// forgot what is older, and one that never read it, agree to the bit.
func (c Constants) Since(now time.Time) time.Time {
	reach := Horizon + (zDays+2)*day + max(c.Join.Rhetoric, c.Join.Incident, c.Join.Measure)
	y, m, _ := now.Add(-reach).UTC().Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
}

// of is the span of a class; the lexicon admits no fourth.
func (s Spans) of(class string) time.Duration {
	switch class {
	case "rhetoric":
		return s.Rhetoric
	case "measure":
		return s.Measure
	}
	return s.Incident
}

// value is the index a pressure reads as. It stays below 100 where the exponential no longer can.
func (c Constants) value(pressure float64) float64 {
	return min(-100*math.Expm1(-pressure/c.Scale), math.Nextafter(100, 0))
}
