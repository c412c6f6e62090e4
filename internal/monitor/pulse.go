package monitor

import (
	"context"
	"sync"
	"time"

	"tensionmonitor/internal/store"
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

	top    []tension.Weighed // the stories that weigh most
	titles map[string]string // of these, by id

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
	fresh := c != p.told || !d.Equal(p.dismissed)
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

// name finds the titles of the stories that weigh most. Only those that are new there are asked for.
func (p *pulse) name(ctx context.Context, s *store.Store) error {
	p.top = p.index.Top(topStories)
	titles := make(map[string]string, len(p.top))
	for _, w := range p.top {
		title, known := p.titles[w.Story.ID]
		if !known {
			r, err := report(ctx, s, w.Story, w.Story.Tellings()[0])
			if err != nil {
				return err
			}
			if r != nil {
				title = r.Article.Title
			}
		}
		titles[w.Story.ID] = title
	}
	p.titles = titles
	return nil
}
