package monitor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tensionmonitor/internal/score"
	"tensionmonitor/internal/store"
	"tensionmonitor/internal/tension"
)

// Account is what moves the index of a pair at a moment, for people and programs.
type Account struct {
	Pair         string    `json:"pair"`
	At           time.Time `json:"time"`
	Index        float64   `json:"index"`
	Level        string    `json:"level"`
	Escalation   float64   `json:"escalation"`
	Deescalation float64   `json:"deescalation"`
	ZScore       *float64  `json:"zscore,omitempty"` // nil with too few days to compare with
	Coverage     float64   `json:"coverage"`
	Valid        bool      `json:"valid"` // false: the index is held, not known
	Stories      []Told    `json:"stories"`
	Left         int       `json:"stories_not_listed"` // stories that count and are not listed
	Curve        []Point   `json:"-"`                  // the index up to now, oldest first

	Levels [4]float64 `json:"-"` // where watch, elevated, high and critical begin
}

// Point is the index at a moment, as known then.
type Point struct {
	At    time.Time
	Index float64
	Valid bool
}

// Told is a story as it counts, with those who tell it.
type Told struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind"`
	Side      score.Side `json:"side"`
	From      string     `json:"from"`
	To        string     `json:"to"`
	Place     string     `json:"place,omitempty"`
	Number    int        `json:"number,omitempty"`
	Began     time.Time  `json:"began"`
	Points    float64    `json:"points"`   // below 0 for what eases; 0 for what is dismissed
	Strength  float64    `json:"strength"` // when fresh, 0 to 10
	Weight    float64    `json:"weight"`   // what is left of it
	Share     float64    `json:"share"`    // below 1: one voice tells it alone, and tells others
	Voices    []string   `json:"voices"`
	Tellings  []Telling  `json:"reports"` // as first seen; the first founded the story
	More      int        `json:"reports_not_listed"`
	EasedBy   []Ease     `json:"eased_by,omitempty"`
	Dismissed string     `json:"dismissed,omitempty"` // why an analyst took it out
}

// Title is the headline that founded the story, or what it is about where the store has forgotten it.
func (t *Told) Title() string {
	if len(t.Tellings) > 0 && t.Tellings[0].Title != "" {
		return t.Tellings[0].Title
	}
	return t.Kind
}

// Telling is one article's report of a story.
type Telling struct {
	Outlet     string    `json:"outlet"`
	Bloc       string    `json:"bloc,omitempty"`
	Title      string    `json:"title"`
	Link       string    `json:"link,omitempty"`
	Language   string    `json:"language,omitempty"`
	Words      string    `json:"words"` // that decided
	Rule       string    `json:"rule"`
	Intensity  float64   `json:"intensity"`
	Confidence float64   `json:"confidence"`
	Time       time.Time `json:"time"`
	FirstSeen  time.Time `json:"first_seen"`
}

// Ease is what a later story took off one.
type Ease struct {
	ID     string  `json:"id"`
	Title  string  `json:"title"`
	Points float64 `json:"points"` // above 0
}

const (
	tellings   = 12            // of a story that are listed
	curveDays  = 90            // the horizon of the index
	curveSteps = 6 * time.Hour // between two points of a curve
	easings    = 3             // of what eased a story, the strongest
	oldest     = curveDays * 24 * time.Hour
)

// shown is how many stories Monitor.Account lists.
const shown = 40

// ErrNoPair says that a pair is not watched, or not yet known.
var ErrNoPair = errors.New("no such pair")

// Account tells what moves the index of a pair now.
func (m *Monitor) Account(ctx context.Context, pair string) (Account, error) {
	v := m.view.Load()
	if v == nil || v.chronicles[pair] == nil {
		return Account{}, ErrNoPair
	}
	a, err := Tell(ctx, m.store, v.chronicles[pair], m.dismissed(), time.Now(), shown)
	m.blame(ctx, opRead, err)
	return a, err
}

// Tell gives an account of a chronicle at a moment: the stories that move the index most, up or down, the
// strongest first, then those dismissed. What the articles say is read from the store.
func Tell(ctx context.Context, s *store.Store, c *tension.Chronicle, d tension.Dismissals, at time.Time, most int) (Account, error) {
	var x, work tension.Index
	counted := c.Without(d)
	counted.Index(at, &x)
	a := Account{Pair: c.Pair, At: at.UTC(), Index: x.Value, Level: counted.Level(at, &work).String(), Escalation: x.Escalation,
		Deescalation: x.Deescalation, Coverage: x.Coverage, Valid: x.Valid, Stories: []Told{}, Levels: c.Constants.Levels}
	if z, ok := counted.ZScore(at, &work); ok {
		a.ZScore = &z
	}
	for t := at.Add(-oldest); !t.After(at); t = t.Add(curveSteps) {
		counted.Index(t, &work)
		a.Curve = append(a.Curve, Point{t.UTC(), work.Value, work.Valid})
	}
	for _, w := range append(x.Top(most), dismissedOf(c, d, at)...) {
		t, err := toldOf(ctx, s, w, at)
		if err != nil {
			return a, err
		}
		t.Dismissed, _ = d.Of(w.Story)
		a.Stories = append(a.Stories, t)
	}
	a.Left = max(0, len(x.Stories)-most)
	a.easeAll(&x)
	return a, nil
}

// dismissedOf are the dismissed stories that would count.
func dismissedOf(c *tension.Chronicle, d tension.Dismissals, at time.Time) (list []tension.Weighed) {
	for _, s := range c.Stories {
		if _, dismissed := d.Of(s); dismissed && len(s.Known(at)) > 0 && at.Sub(s.Began) < oldest {
			list = append(list, tension.Weighed{Story: s, Strength: s.Strength(at)})
		}
	}
	return list
}

// toldOf reads from the store who tells a story.
func toldOf(ctx context.Context, s *store.Store, w tension.Weighed, at time.Time) (Told, error) {
	story := w.Story
	t := Told{ID: story.ID, Kind: story.Kind, Side: story.Side, From: story.From, To: story.To, Place: story.Place, Number: story.Number,
		Began: story.Began.UTC(), Points: w.Points, Strength: w.Strength, Weight: w.Weight, Share: w.Count, Voices: []string{}, Tellings: []Telling{}}
	for _, v := range story.Voices(at) {
		t.Voices = append(t.Voices, v.Name)
	}
	known := story.Known(at)
	t.More = max(0, len(known)-tellings)
	for _, r := range known[:len(known)-t.More] {
		told, err := report(ctx, s, story, r)
		if err != nil {
			return t, err
		}
		if told == nil { // beyond retention, or scored anew this moment
			continue
		}
		a, e := &told.Article, &told.Event
		t.Tellings = append(t.Tellings, Telling{Outlet: a.Outlet, Bloc: a.Bloc, Title: a.Title, Link: a.Link, Language: a.Language, Words: e.Text,
			Rule: e.Rule, Intensity: e.Intensity, Confidence: e.Confidence, Time: r.Time(), FirstSeen: r.FirstSeen()})
	}
	return t, nil
}

// report reads what the store has of a telling; nil where it has it no longer.
func report(ctx context.Context, s *store.Store, story *tension.Story, t *tension.Telling) (*store.Report, error) {
	for r, err := range s.Reports(ctx, story.Pair, story.Kind, t.Time()) {
		if err != nil {
			return nil, fmt.Errorf("reading who tells of a story: %w", err)
		}
		if tension.Digest(r.Article.ID) == t.Article && r.N == int(t.N) {
			return &r, nil
		}
	}
	return nil, nil
}

// easeAll says what was eased by what.
func (a *Account) easeAll(x *tension.Index) {
	listed := make(map[string]*Told)
	for i := range a.Stories {
		listed[a.Stories[i].ID] = &a.Stories[i]
	}
	for i := range x.Stories {
		t := listed[x.Stories[i].Story.ID]
		if t == nil {
			continue
		}
		by := x.Easings(i)
		for _, e := range by[:min(easings, len(by))] {
			ease := Ease{e.By.ID, e.By.Kind, e.Points}
			if by := listed[e.By.ID]; by != nil {
				ease.Title = by.Title()
			}
			t.EasedBy = append(t.EasedBy, ease)
		}
	}
}
