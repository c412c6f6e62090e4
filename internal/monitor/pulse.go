package monitor

import (
	"maps"
	"sync"
	"time"

	"tensionmonitor/internal/tension"
)

// pulse evaluates a pair for scrapes. The index falls from moment to moment; level and z-score look back over
// days or months, so they are reckoned anew only with something to tell or after an interval.
type pulse struct {
	mu    sync.Mutex // scrapes may come together
	index tension.Index
	level tension.Level
	z     float64
	hasZ  bool // false with too few days to compare with

	work      tension.Index // memory to reckon in
	told      *tension.Chronicle
	dismissed tension.Dismissals
	counted   *tension.Chronicle // what was told without what was dismissed
	grid      time.Time
}

// levelGrid is how often a level can change; a z-score moves no faster either.
const levelGrid = 5 * time.Minute

// take brings the pulse up to now.
func (p *pulse) take(c *tension.Chronicle, d tension.Dismissals, now time.Time) {
	fresh := c != p.told || !maps.Equal(d, p.dismissed)
	if fresh {
		p.told, p.dismissed, p.counted = c, d, c.Without(d)
	}
	p.counted.Index(now, &p.index)
	if grid := now.UTC().Truncate(levelGrid); fresh || !grid.Equal(p.grid) {
		p.grid = grid
		p.level = p.counted.Level(now, &p.work)
		p.z, p.hasZ = p.counted.ZScore(now, &p.work)
	}
}
