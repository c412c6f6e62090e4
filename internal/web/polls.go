package web

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"tensionmonitor/internal/monitor"
	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

// pollsShown is how many looks the page of recent polls shows.
const pollsShown = 200

// pollList is what the page of polls shows: the recent looks at all feeds, those at one, or one look.
type pollList struct {
	Feed, ID string // of which feed, or of which look; empty for all
	Polls    []monitor.Poll
}

// pollsPage shows the recent looks at feeds, the newest first, each with what came of it and why the next is when it
// is. ?feed=SLUG leaves one feed, ?poll=ID one look, with every article it brought: exemplars lead there.
func pollsPage(s *Site) (http.HandlerFunc, error) {
	page, err := template.New("polls.html").Funcs(template.FuncMap{
		"clock": func(t time.Time) string { return t.UTC().Format("2 Jan 15:04:05") },
		"round": roundly, "status": statusOf, "size": sizeOf, "wait": wait, "safe": safeLink, "who": whoOf, "address": news.PublicAddress,
	}).ParseFS(files, "polls.html")
	if err != nil {
		return nil, err
	}
	return func(w http.ResponseWriter, r *http.Request) {
		list := pollList{Feed: r.FormValue("feed"), ID: r.FormValue("poll")}
		var err error
		if list.ID != "" {
			list.Polls = make([]monitor.Poll, 1)
			list.Polls[0], err = s.Poll(r.Context(), list.ID)
		} else {
			list.Polls, err = s.Polls(r.Context(), list.Feed, pollsShown)
		}
		switch {
		case errors.Is(err, monitor.ErrNoPoll):
			answer(w, http.StatusNotFound, "There is no such poll. It may have been forgotten: retention.visits says for how long they are kept.\n")
		case err != nil:
			answer(w, http.StatusInternalServerError, "The store cannot be read.\n")
		default:
			show(w, page, list)
		}
	}, nil
}

// roundly is a duration to three digits or so.
func roundly(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	case d < 10*time.Second:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}

// statusOf is an HTTP status with its name.
func statusOf(code int) string {
	if code == 0 {
		return "no answer"
	}
	if name := http.StatusText(code); name != "" {
		return strconv.Itoa(code) + " " + name
	}
	return strconv.Itoa(code)
}

// sizeOf is a number of bytes for people.
func sizeOf(bytes int64) string {
	switch {
	case bytes < 1000:
		return fmt.Sprintf("%d B", bytes)
	case bytes < 1e6:
		return fmt.Sprintf("%.0f kB", float64(bytes)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}

// wait is how long a feed is left alone after a look.
func wait(p monitor.Poll) string {
	switch d := p.Next.Sub(p.At); {
	case d < time.Minute:
		return d.Round(time.Second).String()
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	default:
		return fmt.Sprintf("%.0f h", d.Hours())
	}
}

// whoOf says who did it to whom.
func whoOf(e score.Event) string { return between(e.From, e.To) }
