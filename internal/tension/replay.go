package tension

import (
	"slices"
	"time"
)

// Replay is the index of a pair over time: what the daemon told then, or would have told. At each moment only
// the reports first seen by then count, and only those the daemon still remembered.
type Replay struct {
	Book      func() *Book  // makes an empty book on the pair
	Coverage  Coverage      // zero for an archive
	From, To  time.Time     // both are told
	Step      time.Duration // above 0
	Dismissed Dismissals
}

// Moments is how many moments a replay tells of.
func (r *Replay) Moments() int {
	if r.To.Before(r.From) {
		return 0
	}
	return int(r.To.Sub(r.From)/r.Step) + 1
}

// Run tells index and level from moment to moment. The order of the reports does not matter, and they stay as
// they are. The Index is the replay's own and changes with the next moment. It ends with tell's first error.
func (r *Replay) Run(reports []Report, tell func(*Index, Level) error) error {
	inTime := slices.Clone(reports)
	slices.SortStableFunc(inTime, func(a, b Report) int { return a.FirstSeen.Compare(b.FirstSeen) })
	book := r.Book()
	var x Index
	for t := r.From; !t.After(r.To); {
		since := book.constants.Since(t)
		last := r.lastOf(since, t, book.constants)
		book.Forget(since)
		for len(inTime) > 0 && !inTime[0].FirstSeen.After(last) {
			book.Add(inTime[0])
			inTime = inTime[1:]
		}
		c := book.Chronicle(r.Coverage).Without(r.Dismissed)
		climb := newClimb(c.Constants.Levels, t)
		for ; !t.After(last); t = t.Add(r.Step) {
			c.Index(t, &x)
			if err := tell(&x, climb.to(t, func(u time.Time) float64 { return c.Value(u, &climb.work) })); err != nil {
				return err
			}
		}
	}
	return nil
}

// lastOf is the last moment from t on at which the daemon remembers what happened since the same month.
func (r *Replay) lastOf(since, t time.Time, c Constants) time.Time {
	for {
		next := t.Add(r.Step)
		if next.After(r.To) || !c.Since(next).Equal(since) {
			return t
		}
		t = next
	}
}

// climb is a level that goes forward in time: what LevelAt finds looking back, for the price of one look.
type climb struct {
	thresholds   [4]float64
	next         time.Time // the point of the grid to look at next
	n            int       // points so far
	above, below [4]int    // points in a row
	up, down     [4]int    // where the latest rows that lift and lower the level began, counted from 1; 0: none
	work         Index
}

// newClimb begins as far before t as a level remembers.
func newClimb(thresholds [4]float64, t time.Time) *climb {
	return &climb{thresholds: thresholds, next: t.Truncate(levelGrid).Add(levelGrid - levelMemory)}
}

// to goes on to a moment, which is not before the last, and gives its level.
func (c *climb) to(now time.Time, value func(time.Time) float64) (level Level) {
	for ; !c.next.After(now); c.next = c.next.Add(levelGrid) {
		c.step(value(c.next))
	}
	const memory = int(levelMemory / levelGrid)
	for i := range c.thresholds {
		if c.up[i] > c.down[i] && c.up[i] > c.n-memory {
			level++
		}
	}
	return level
}

func (c *climb) step(v float64) {
	c.n++
	for i, threshold := range c.thresholds {
		c.above[i] = inRow(c.above[i], v >= threshold)
		c.below[i] = inRow(c.below[i], v < threshold-levelSlack)
		if c.above[i] >= levelUp {
			c.up[i] = c.n - levelUp + 1
		}
		if c.below[i] >= levelDown {
			c.down[i] = c.n - levelDown + 1
		}
	}
}
