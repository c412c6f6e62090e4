package tension

import (
	"math"
	"slices"
	"time"
)

const (
	zDays     = 90     // how many days a pair is compared with
	zFewest   = 30     // how many of them it takes to say anything
	zSlack    = 0.5    // the least spread taken for granted, in pressure: in a quiet year a mere remark is no anomaly
	normalMAD = 1.4826 // makes the median absolute deviation of a normal distribution its standard deviation
)

// ZScore is how unusual the pressure at a moment is for the pair: against its pressure at 00:00 UTC on each of
// the 90 days before yesterday, as known then. Days on which the index was not valid are left out, and below
// 30 days there is no z-score. x is memory to work in.
func (c *Chronicle) ZScore(now time.Time, x *Index) (z float64, ok bool) {
	daily := make([]float64, 0, zDays)
	today := now.UTC().Truncate(day)
	for d := 2; d < 2+zDays; d++ {
		if t := today.Add(-time.Duration(d) * day); c.Coverage.At(t) >= c.Constants.CoverageFloor {
			daily = append(daily, c.pressure(t, x))
		}
	}
	return ZScore(daily, c.pressure(now, x))
}

// ZScore is the distance of a pressure from the median of daily ones, in robust standard deviations. It sorts
// daily. There is none below 30 values.
func ZScore(daily []float64, pressure float64) (z float64, ok bool) {
	if len(daily) < zFewest {
		return 0, false
	}
	middle := median(daily)
	off := make([]float64, len(daily))
	for i, v := range daily {
		off[i] = math.Abs(v - middle)
	}
	return (pressure - middle) / max(normalMAD*median(off), zSlack), true
}

// median sorts values and takes the middle, or the mean of the two there.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// Attention is the share of articles that tell of escalation among all that the pair's live sources published
// in a day, 0 to 1; 0 where they published nothing.
func Attention(escalation, all int) float64 {
	if all == 0 {
		return 0
	}
	return float64(escalation) / float64(all)
}
