package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

const (
	progressWait = 500 * time.Millisecond // work that is done by then needs no bar
	progressPace = 100 * time.Millisecond // between two pictures of it
	progressBar  = 30                     // characters
)

// progress draws how far long work is on a terminal, and nothing anywhere else.
type progress struct {
	w            io.Writer // nil where nobody looks
	what         string
	began, drawn time.Time
}

func newProgress(w io.Writer, what string) *progress {
	if f, ok := w.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		w = nil
	}
	return &progress{w: w, what: what, began: time.Now()}
}

// at draws the bar, if it is time to. A total of 0 is not known.
func (p *progress) at(done, total int64) {
	if p.w == nil {
		return
	}
	now := time.Now()
	if now.Sub(p.began) < progressWait || now.Sub(p.drawn) < progressPace {
		return
	}
	p.drawn = now
	fmt.Fprint(p.w, "\r\x1b[K", drawProgress(p.what, done, total, now.Sub(p.began)))
}

// end takes the bar away.
func (p *progress) end() {
	if p.w != nil && !p.drawn.IsZero() {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// drawProgress is the bar as text: "replaying AZE-IRN  ━━━━━━────  63%, 4s left".
func drawProgress(what string, done, total int64, took time.Duration) string {
	if total <= 0 {
		return fmt.Sprintf("%s  %d", what, done)
	}
	share := min(1, float64(done)/float64(total))
	full := int(share * progressBar)
	left := ""
	if share > 0 {
		left = fmt.Sprintf(", %v left", time.Duration(float64(took)*(1-share)/share).Round(time.Second))
	}
	return fmt.Sprintf("%s  %s%s %3.0f%%%s", what, strings.Repeat("━", full), strings.Repeat("─", progressBar-full), 100*share, left)
}
