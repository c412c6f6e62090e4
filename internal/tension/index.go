package tension

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"time"
)

// Chronicle is all the index of a pair is made of. It can tell the index at any moment as it was known
// then: reports first seen later do not count. It is safe for concurrent use while nobody changes it.
type Chronicle struct {
	Pair      string
	Stories   []*Story // in the order in which they began; who dismisses a story takes it out
	Coverage  Coverage
	Constants Constants

	voices int // how many found stories
}

// Index is how tense a pair is at a moment, and why.
type Index struct {
	Pair         string
	At           time.Time
	Value        float64   // T, in [0, 100)
	Escalation   float64   // E, the pressure T is made of: after easing and the rule for voices alone
	Deescalation float64   // the pressure of what eases, voices alone capped
	Coverage     float64   // the share of the feeds' weight that could be seen
	Valid        bool      // coverage is at its floor or above
	Stories      []Weighed // those that count, in the order in which they began

	byVoice []float64 // what eases and is told by one voice only
	lists   [][]int32 // escalation told by one voice only, the heaviest first
}

// Weighed is a story as it counts in an index.
type Weighed struct {
	Story    *Story
	Strength float64 // vκ as known then
	Voices   int     // how many told it by then
	Weight   float64 // a: strength after decay, 0 to 10
	Eased    float64 // ã: after what followed; equal to Weight where nothing did
	Count    float64 // c: 1, or less for escalation that one voice tells alone
	Points   float64 // its share of the index; below 0 for what eases

	relief float64 // the share of Weight taken by what followed, 0 to ½
	after  float64 // the weight of all that followed to ease it
	eases  bool    // a de-escalation
	later  bool    // it began later than the one before it in the list
}

// enough is how many stories of one voice can matter: the next counts 2^-64 of the first, which no sum of
// floating-point numbers can show.
const enough = 64

// Index reckons the index at a moment and fills x with it, reusing its memory.
func (c *Chronicle) Index(now time.Time, x *Index) {
	c.pressure(now, x)
	x.Pair, x.At, x.Value = c.Pair, now, c.Constants.value(x.Escalation)
	x.Coverage = c.Coverage.At(now)
	x.Valid = x.Coverage >= c.Constants.CoverageFloor
	x.share()
}

// Value is the index at a moment without its reasons; x is memory to work in.
func (c *Chronicle) Value(now time.Time, x *Index) float64 {
	return c.Constants.value(c.pressure(now, x))
}

// pressure reckons E.
func (c *Chronicle) pressure(now time.Time, x *Index) float64 {
	c.weigh(now, x)
	x.ease(c.voices, &c.Constants)
	x.count(c.voices, c.Constants.AloneCap)
	x.Escalation = 0
	for i := range x.Stories {
		if w := &x.Stories[i]; !w.eases {
			x.Escalation += w.Count * w.Eased
		}
	}
	return x.Escalation
}

// weigh lists the stories known at a moment with what is left of them.
func (c *Chronicle) weigh(at time.Time, x *Index) {
	x.Stories = x.Stories[:0]
	now, spells := at.UnixNano(), c.Coverage.spells
	spell, unseen, hold := -1, c.Coverage.unseenAt(c.Coverage.spell(now), now), int64(c.Constants.Hold)
	oldest := sort.Search(len(c.Stories), func(i int) bool { return c.Stories[i].began > now-int64(Horizon) })
	var last int64
	for _, s := range c.Stories[oldest:] {
		if s.began > now {
			break
		}
		known := s.at(now)
		if known.voices == 0 {
			continue
		}
		for spell+1 < len(spells) && spells[spell+1].from <= s.began {
			spell++
		}
		age := now - s.began - min(hold, unseen-c.Coverage.unseenAt(spell, s.began))
		a := known.strength * math.Exp2(-float64(age)/s.halfLife)
		x.Stories = append(x.Stories, Weighed{
			Story: s, Strength: known.strength, Voices: int(known.voices), Weight: a, Eased: a, Count: 1,
			eases: s.eases, later: s.began != last,
		})
		last = s.began
	}
}

// ease softens each escalation by what began after it: one pass from the newest story to the oldest.
func (x *Index) ease(voices int, c *Constants) {
	x.byVoice = slices.Grow(x.byVoice[:0], voices)[:voices]
	clear(x.byVoice)
	eases, after := 0.0, 0.0
	for end := len(x.Stories); end > 0; {
		start := x.begin(end - 1)
		relief := -0.5 * math.Expm1(-eases/c.Scale)
		for i := start; i < end; i++ {
			if w := &x.Stories[i]; !w.eases {
				w.Eased, w.relief, w.after = w.Weight*(1-relief), relief, after
			}
		}
		for i := start; i < end; i++ {
			if w := &x.Stories[i]; w.eases {
				after += w.Weight
				eases += x.adds(w, c.AloneCap)
			}
		}
		end = start
	}
	x.Deescalation = eases
}

// adds is what a de-escalation adds to the easing: all of it, or as much as its only voice has left.
func (x *Index) adds(w *Weighed, aloneCap float64) float64 {
	if w.Voices > 1 {
		return w.Weight
	}
	sum := &x.byVoice[w.Story.voice]
	before := min(aloneCap, *sum)
	*sum += w.Weight
	return min(aloneCap, *sum) - before
}

// begin is the first of the stories that began together with story i.
func (x *Index) begin(i int) int {
	for i > 0 && !x.Stories[i].later {
		i--
	}
	return i
}

// end is one past the last of the stories that began together with story i.
func (x *Index) end(i int) int {
	for i++; i < len(x.Stories) && !x.Stories[i].later; i++ {
	}
	return i
}

// count lets the escalation that one voice tells alone count 1, ½, ¼ …, and up to a cap in all.
func (x *Index) count(voices int, aloneCap float64) {
	x.lists = slices.Grow(x.lists, max(0, voices-len(x.lists)))[:voices]
	for v := range x.lists {
		x.lists[v] = x.lists[v][:0]
	}
	for i := range x.Stories {
		if w := &x.Stories[i]; w.Voices == 1 && !w.eases {
			w.Count = 0
			x.list(int32(i), &x.lists[w.Story.voice])
		}
	}
	for _, list := range x.lists {
		share, sum := 1.0, 0.0
		for _, i := range list {
			x.Stories[i].Count = share
			sum += share * x.Stories[i].Eased
			share /= 2
		}
		for _, i := range list {
			x.Stories[i].Count *= aloneCap / max(aloneCap, sum)
		}
	}
}

// list puts a story into its voice's list, the heaviest first, the older first among equals.
func (x *Index) list(i int32, list *[]int32) {
	l, eased := *list, x.Stories[i].Eased
	if len(l) == enough && x.Stories[l[enough-1]].Eased >= eased {
		return
	}
	at := sort.Search(len(l), func(k int) bool { return x.Stories[l[k]].Eased < eased })
	l = slices.Insert(l, at, i)
	*list = l[:min(len(l), enough)]
}

// share gives each story its points: one pass from the oldest story to the newest.
func (x *Index) share() {
	if x.Escalation == 0 {
		return
	}
	per := x.Value / x.Escalation
	relieved := 0.0 // what was taken off the stories so far, for each unit of weight of what came after
	for start := 0; start < len(x.Stories); {
		end := x.end(start)
		for i := start; i < end; i++ {
			if w := &x.Stories[i]; w.eases {
				w.Points = -per * relieved * w.Weight
			}
		}
		for i := start; i < end; i++ {
			if w := &x.Stories[i]; !w.eases {
				w.Points = per * w.Count * w.Weight
				relieved += w.relieved()
			}
		}
		start = end
	}
}

// relieved is what was taken off a story, for each unit of weight of what took it.
func (w *Weighed) relieved() float64 {
	if w.after == 0 {
		return 0
	}
	return w.Count * w.Weight * w.relief / w.after
}

// Kinds is how many points each kind of event has. They add up to the index.
func (x *Index) Kinds() map[string]float64 {
	points := make(map[string]float64)
	for i := range x.Stories {
		points[x.Stories[i].Story.Kind] += x.Stories[i].Points
	}
	return points
}

// Top are the n stories that move the index most, up or down, the strongest first.
func (x *Index) Top(n int) []Weighed {
	top := make([]Weighed, 0, n+1)
	for i := range x.Stories {
		w := &x.Stories[i]
		at := sort.Search(len(top), func(k int) bool { return math.Abs(top[k].Points) < math.Abs(w.Points) })
		if at < n {
			top = slices.Insert(top, at, *w)
			top = top[:min(len(top), n)]
		}
	}
	return top
}

// Easing is what one story took off another, in points.
type Easing struct {
	By     *Story
	Points float64 // above 0
}

// Easings are the stories that eased the ith, the strongest first.
func (x *Index) Easings(i int) (by []Easing) {
	w := &x.Stories[i]
	if x.Escalation == 0 || w.after == 0 || w.eases {
		return nil
	}
	perWeight := x.Value / x.Escalation * w.relieved()
	for j := x.end(i); j < len(x.Stories); j++ {
		if eases := &x.Stories[j]; eases.eases {
			by = append(by, Easing{eases.Story, perWeight * eases.Weight})
		}
	}
	slices.SortStableFunc(by, func(a, b Easing) int { return -cmp.Compare(a.Points, b.Points) })
	return by
}
