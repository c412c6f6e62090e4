package tension

import (
	"time"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

// Report is one event as one article tells it.
type Report struct {
	Event     score.Event
	N         int    // the event's place in its article; only 0, the leading event, founds a story
	Article   string // the article's id
	Title     string
	Link      string
	Source    news.Source
	Time      time.Time // when it happened, as far as one can tell; never later than FirstSeen
	FirstSeen time.Time
	Ageless   bool // undated and of a feed's first look: it may be of any age, so it founds no story
}

// ReportOf is the nth event of an article. Times are cut to the microseconds a database keeps, so that
// a process that saw the article and one that reads it back agree.
func ReportOf(a *news.Article, n int, e score.Event) Report {
	return Report{
		Event: e, N: n, Article: a.ID, Title: a.Title, Link: a.Link, Source: a.Source,
		Time:      a.Time().UTC().Truncate(time.Microsecond),
		FirstSeen: a.FirstSeen.UTC().Truncate(time.Microsecond),
		Ageless:   a.FirstLook && !a.Dated(),
	}
}

// Voice is who speaks: an independent house, or all houses that speak for one state together. A reprint
// speaks with its printer's voice: quoting an agency makes nobody independent.
type Voice struct {
	Name string // the family, or the state
	Bloc bool
}
