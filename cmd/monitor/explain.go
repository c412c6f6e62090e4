package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

// colours of a terminal; all empty where there is none.
type colours struct{ bold, red, green, dim, off string }

// paint gives the colours of a terminal, where they are wanted.
func paint(wanted bool) colours {
	if !wanted {
		return colours{}
	}
	return colours{"\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[2m", "\x1b[0m"}
}

// wantsColour says whether w is a terminal whose user did not ask for none (no-color.org).
func wantsColour(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == ""
}

// explainer writes for a reader: what happened, by which words, and what was found but does not count.
func explainer(w io.Writer, colour bool) func(*news.Article, *score.Result) error {
	c := paint(colour)
	return func(a *news.Article, r *score.Result) error {
		_, err := io.WriteString(w, c.explain(a, r))
		return err
	}
}

func (c colours) explain(a *news.Article, r *score.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s%s\n", c.bold, visible(a.Title), c.off)
	fmt.Fprintf(&b, "  %s%s%s\n", c.dim, about(r), c.off)
	for _, e := range r.Events {
		tint := c.red
		if e.Intensity < 0 {
			tint = c.green
		}
		fmt.Fprintf(&b, "  %s%+5.1f%s  %-16s %s  “%s”\n", tint, e.Intensity, c.off, e.Kind, direction(e), visible(e.Text))
		fmt.Fprintf(&b, "         %s%s%s\n", c.dim, details(e), c.off)
	}
	for _, m := range r.Mentions {
		if m.Dropped != "" {
			fmt.Fprintf(&b, "  %s    –  %-16s %s: “%s” (%s, %s)%s\n", c.dim, m.Kind, m.Dropped, visible(m.Text), m.Field, m.Rule, c.off)
		}
	}
	b.WriteString("\n")
	return b.String()
}

func about(r *score.Result) string {
	lang := r.Lang
	if lang == "" {
		lang = "language unknown"
	}
	switch {
	case !r.Relevant:
		return lang + ", about no pair of states"
	case len(r.Events) == 0:
		return lang + ", about " + strings.Join(r.Pairs, ", ") + ", nothing happened"
	}
	return lang + ", about " + strings.Join(r.Pairs, ", ")
}

func direction(e score.Event) string {
	if e.From == score.Both {
		return strings.ReplaceAll(e.Pair, "-", " and ")
	}
	return e.From + " → " + e.To
}

func details(e score.Event) string {
	s := fmt.Sprintf("in the %s, %.0f%% sure, rule %s", e.Field, 100*e.Confidence, e.Rule)
	if e.Place != "" {
		s += ", place " + e.Place
	}
	if e.Number != 0 {
		s += fmt.Sprintf(", number %d", e.Number)
	}
	return s
}

// visible keeps what a text says and drops what would steer a terminal.
func visible(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r == 0x7f || r < ' ' && r != '\n' && r != '\t' || r >= 0x80 && r < 0xa0 {
			return -1
		}
		return r
	}, s)), " ")
}
