package tension

import "time"

// Level is a word for the index, slow enough to page by.
type Level int

// The levels, each with its own threshold but the first.
const (
	Calm Level = iota
	Watch
	Elevated
	High
	Critical
)

// LevelNames are the levels' names, by level.
func LevelNames() [5]string { return [5]string{"calm", "watch", "elevated", "high", "critical"} }

func (l Level) String() string { return LevelNames()[l] }

const (
	levelGrid   = 5 * time.Minute
	levelUp     = 2        // points at or above the threshold, one after the other, that lift the level
	levelDown   = 24 + 1   // points, spanning 2 h, that must all be below to lower it
	levelSlack  = 5        // index points below the threshold at which a level is given up
	levelMemory = 14 * day // a threshold not reached for so long is no longer held
)

// Level is the level at a moment: what a fold over the points of a 5-minute UTC grid gives; x is memory to
// work in. Two points at or above a threshold lift the level, 2 h of points more than 5 below it lower
// it, and whatever lies between leaves it as it is.
func (c *Chronicle) Level(now time.Time, x *Index) Level {
	return LevelAt(now, c.Constants.Levels, func(t time.Time) float64 { return c.Value(t, x) })
}

// LevelAt is the level at a moment, given the index at any. It asks for as few points as it can, backwards
// from now: each threshold was last passed for good either upwards or downwards, and until that is known
// nothing older matters. So it needs no state and no start.
func LevelAt(now time.Time, thresholds [4]float64, value func(time.Time) float64) (level Level) {
	var above, below [4]int // points in a row, so far
	var decided [4]bool
	open := len(thresholds)
	end := now.Truncate(levelGrid)
	for t := end; open > 0 && end.Sub(t) < levelMemory; t = t.Add(-levelGrid) {
		v := value(t)
		for i, threshold := range thresholds {
			above[i] = inRow(above[i], v >= threshold)
			below[i] = inRow(below[i], v < threshold-levelSlack)
			if decided[i] || above[i] < levelUp && below[i] < levelDown {
				continue
			}
			decided[i] = true
			open--
			if above[i] == levelUp {
				level++
			}
		}
	}
	return level
}

func inRow(n int, again bool) int {
	if again {
		return n + 1
	}
	return 0
}
