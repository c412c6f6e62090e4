package tension

import (
	"cmp"
	"slices"
	"sort"
	"time"
)

// Change is the share of the feeds' weight that could be seen from a moment on, 0 to 1.
type Change struct {
	At    time.Time
	Ratio float64
}

// Coverage is what could be seen when. The zero Coverage is an archive's: all of it, always. Any other says
// that nothing could be seen before its first change.
type Coverage struct{ spells []spell }

// spell is a time in which as much could be seen. Times are nanoseconds since 1970.
type spell struct {
	from    int64
	ratio   float64
	lacking float64 // the part of this time that counts as not passed
	unseen  int64   // what has not passed before it, since the first spell
}

// Seen is coverage as it changed. Below floor, the part of the time that is lacking counts as not passed.
func Seen(changes []Change, floor float64) Coverage {
	spells := make([]spell, len(changes))
	for i, c := range changes {
		spells[i] = spell{from: c.At.UnixNano(), ratio: c.Ratio, lacking: 1 - min(1, c.Ratio/floor)}
	}
	slices.SortStableFunc(spells, func(a, b spell) int { return cmp.Compare(a.from, b.from) })
	for i := 1; i < len(spells); i++ {
		spells[i].unseen = spells[i-1].unseenAt(spells[i].from)
	}
	return Coverage{spells}
}

// At is the share that could be seen at a moment.
func (c Coverage) At(t time.Time) float64 {
	if len(c.spells) == 0 {
		return 1
	}
	if i := c.spell(t.UnixNano()); i >= 0 {
		return c.spells[i].ratio
	}
	return 0
}

// spell is the one that t is in, or -1 before the first.
func (c Coverage) spell(t int64) int {
	return sort.Search(len(c.spells), func(i int) bool { return c.spells[i].from > t }) - 1
}

// unseenAt is the unseen time from the first spell to t, which is in spell i; before the first it is negative.
// Only differences of it mean anything.
func (c Coverage) unseenAt(i int, t int64) int64 {
	switch {
	case len(c.spells) == 0:
		return 0
	case i < 0:
		return t - c.spells[0].from
	}
	return c.spells[i].unseenAt(t)
}

func (s spell) unseenAt(t int64) int64 { return s.unseen + int64(s.lacking*float64(t-s.from)) }
