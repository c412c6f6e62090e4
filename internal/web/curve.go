package web

import (
	"fmt"
	"math"
	"strings"
	"time"

	"tensionmonitor/internal/monitor"
	"tensionmonitor/internal/tension"
)

// Curve is an index over time as a picture: SVG whose look a stylesheet gives, by the classes grid, label, held,
// area and line.
type Curve struct {
	Points        []monitor.Point
	Levels        [4]float64
	Width, Height float64 // in pixels of the picture's own
	Tick          func(time.Time) (next time.Time, label string)
}

const (
	curveLeft, curveRight, curveTop, curveBottom = 8, 72, 8, 22 // room around the curve, for labels
	curveStep                                    = .5           // points closer than this many pixels are drawn as the highest of them
)

// String draws the curve. Fewer than two points give a picture without a line.
func (c Curve) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" role="img" aria-label="The index over time" class="curve">`, c.Width, c.Height)
	for i, at := range c.Levels {
		fmt.Fprintf(&b, `<line class="grid" x1="%d" x2="%.1f" y1="%.1f" y2="%.1f"/>`, curveLeft, c.Width-curveRight, c.y(at), c.y(at))
		fmt.Fprintf(&b, `<text class="label" x="%.1f" y="%.1f">%g <tspan class="word">%s</tspan></text>`, c.Width-curveRight+6, c.y(at)+4, at, tension.Level(i+1))
	}
	fmt.Fprintf(&b, `<line class="grid" x1="%d" x2="%.1f" y1="%.1f" y2="%.1f"/>`, curveLeft, c.Width-curveRight, c.y(0), c.y(0))
	if len(c.Points) > 1 {
		c.ticks(&b)
		c.held(&b)
		line := c.line()
		fmt.Fprintf(&b, `<path class="area" d="M%.1f %.1f L%s L%.1f %.1f Z"/>`, c.x(c.Points[0].At), c.y(0), line, c.x(c.last()), c.y(0))
		fmt.Fprintf(&b, `<path class="line" d="M%s"/>`, line)
	}
	b.WriteString(`</svg>`)
	return b.String()
}

func (c Curve) last() time.Time { return c.Points[len(c.Points)-1].At }

func (c Curve) x(t time.Time) float64 {
	share := float64(t.Sub(c.Points[0].At)) / float64(c.last().Sub(c.Points[0].At))
	return curveLeft + share*(c.Width-curveLeft-curveRight)
}

func (c Curve) y(index float64) float64 {
	return curveTop + (1-index/100)*(c.Height-curveTop-curveBottom)
}

// line joins the points; what would fall on one spot is drawn as its peak, so that no peak is lost.
func (c Curve) line() string {
	var b strings.Builder
	for i := 0; i < len(c.Points); {
		x, top := c.x(c.Points[i].At), 0.0
		for ; i < len(c.Points) && c.x(c.Points[i].At) < x+curveStep; i++ {
			top = math.Max(top, c.Points[i].Index)
		}
		fmt.Fprintf(&b, " %.1f %.1f", x, c.y(top))
	}
	return b.String()[1:]
}

// held shades the times in which too little could be seen to know the index.
func (c Curve) held(b *strings.Builder) {
	for i := 0; i < len(c.Points); i++ {
		from := i
		for i < len(c.Points) && !c.Points[i].Valid {
			i++
		}
		if i > from {
			to := c.Points[min(i, len(c.Points)-1)].At
			fmt.Fprintf(b, `<rect class="held" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, c.x(c.Points[from].At), c.y(100), c.x(to)-c.x(c.Points[from].At), c.y(0)-c.y(100))
		}
	}
}

func (c Curve) ticks(b *strings.Builder) {
	first, _ := c.Tick(c.Points[0].At)
	for t := first; t.Before(c.last()); {
		next, label := c.Tick(t)
		fmt.Fprintf(b, `<line class="grid" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, c.x(t), c.x(t), c.y(100), c.y(0))
		fmt.Fprintf(b, `<text class="label" x="%.1f" y="%.1f">%s</text>`, c.x(t)+4, c.Height-6, label)
		t = next
	}
}

// Months are ticks at the first of each month: "Mar".
func Months(t time.Time) (next time.Time, label string) {
	return time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, time.UTC), t.Format("Jan")
}

// Years are ticks at the first of each year: "2023".
func Years(t time.Time) (next time.Time, label string) {
	return time.Date(t.Year()+1, 1, 1, 0, 0, 0, 0, time.UTC), t.Format("2006")
}
