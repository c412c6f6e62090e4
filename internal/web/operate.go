package web

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"time"

	"tensionmonitor/internal/news"
)

// pollsShown is how many looks the page of recent polls shows.
const pollsShown = 200

// reload answers POST /-/reload: with all faults where there are any, and the old configuration then stays.
func reload(do func(context.Context) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if do == nil {
			answer(w, http.StatusForbidden, "Reloading over HTTP is off; start with --web.enable-lifecycle, or send SIGHUP.\n")
			return
		}
		if err := do(r.Context()); err != nil {
			answer(w, http.StatusInternalServerError, err.Error()+"\nThe configuration stays as it was.\n")
			return
		}
		answer(w, http.StatusOK, "The configuration is in use.\n")
	}
}

// configuration answers GET /config with what is in force.
func configuration(show func() ([]byte, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		text, err := show()
		if err != nil {
			answer(w, http.StatusInternalServerError, err.Error()+"\n")
			return
		}
		answer(w, http.StatusOK, string(text))
	}
}

// pollsPage shows the recent looks at feeds, the newest first, each with what came of it and why the next is when it is.
func pollsPage(recent func(context.Context, int) ([]news.Visit, error)) (http.HandlerFunc, error) {
	page, err := template.New("polls.html").Funcs(template.FuncMap{
		"clock": func(t time.Time) string { return t.UTC().Format("2 Jan 15:04:05") },
		"round": func(d time.Duration) string { return d.Round(time.Millisecond).String() },
	}).ParseFS(files, "polls.html")
	if err != nil {
		return nil, err
	}
	return func(w http.ResponseWriter, r *http.Request) {
		visits, err := recent(r.Context(), pollsShown)
		if err != nil && !errors.Is(err, context.Canceled) {
			answer(w, http.StatusInternalServerError, "The store cannot be read.\n")
			return
		}
		show(w, page, visits)
	}, nil
}
