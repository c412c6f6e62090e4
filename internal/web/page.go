package web

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"tensionmonitor/internal/monitor"
	"tensionmonitor/internal/score"
	"tensionmonitor/internal/tension"
)

//go:embed pair.html polls.html pair.css
var files embed.FS

// policy lets the page do nothing but look as its stylesheet says: titles and links come from strangers.
const policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Account tells of a pair now. The error is monitor.ErrNoPair, or the store's.
type Account func(ctx context.Context, pair string) (monitor.Account, error)

// pairPage shows what moves the index of a pair, without a script.
func pairPage(tell Account, ready func() bool) (http.HandlerFunc, error) {
	page, err := template.New("pair.html").Funcs(template.FuncMap{
		"curve": curveOf, "safe": safeLink, "direction": directionOf, "ago": ago, "momentary": momentary,
		"day":        func(t time.Time) string { return t.Format("2 January 2006, 15:04") },
		"deviations": deviations, "percent": func(ratio float64) string { return fmt.Sprintf("%.0f%%", 100*ratio) },
	}).ParseFS(files, "pair.html")
	if err != nil {
		return nil, err
	}
	return func(w http.ResponseWriter, r *http.Request) {
		if !ready() {
			answer(w, http.StatusServiceUnavailable, "The monitor is still reading its store.\n")
			return
		}
		a, err := tell(r.Context(), r.PathValue("pair"))
		switch {
		case errors.Is(err, monitor.ErrNoPair):
			answer(w, http.StatusNotFound, "There is no such pair.\n")
		case err != nil:
			answer(w, http.StatusInternalServerError, "The store cannot be read.\n")
		default:
			show(w, page, &a)
		}
	}, nil
}

// show writes the page whole or not at all.
func show(w http.ResponseWriter, page *template.Template, a any) {
	var b bytes.Buffer
	if err := page.Execute(&b, a); err != nil {
		answer(w, http.StatusInternalServerError, "The page cannot be shown.\n")
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(b.Bytes()) // a reader who went away needs no page
}

func stylesheet(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "max-age=300")
	http.ServeFileFS(w, r, files, "pair.css")
}

func curveOf(a *monitor.Account) template.HTML {
	return template.HTML(Curve{Points: a.Curve, Levels: a.Levels, Width: 900, Height: 300, Tick: Months}.String()) // numbers and month names only
}

// safeLink is a link a reader may follow from here, or "".
func safeLink(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}

// directionOf says who did it to whom.
func directionOf(t monitor.Told) string { return between(t.From, t.To) }

func between(from, to string) string {
	switch from {
	case score.Both:
		return "both sides"
	case score.Unknown:
		return "it is not clear who"
	}
	return from + " → " + to
}

// momentary is the level that the index has by itself where the level, which follows slowly, is another; else "".
func momentary(a *monitor.Account) string {
	var level tension.Level
	for i, from := range a.Levels {
		if from > 0 && a.Index >= from {
			level = tension.Level(i + 1)
		}
	}
	if name := level.String(); name != a.Level {
		return name
	}
	return ""
}

// deviations is a z-score for people.
func deviations(z *float64) string {
	if z == nil {
		return "too new to say"
	}
	return fmt.Sprintf("%+.1f σ", *z)
}

// ago is how long before the page's moment something was, as people say it.
func ago(at, t time.Time) string {
	d := at.Sub(t)
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", max(0, int(d.Minutes())))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}
