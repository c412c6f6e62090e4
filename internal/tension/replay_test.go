package tension

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func replayOf(from, to time.Time, step time.Duration) Replay {
	return Replay{Book: func() *Book { return NewBook("AZE-IRN", testKinds(), DefaultConstants()) }, From: from, To: to, Step: step}
}

// told is a replay as text, to the bit.
func told(t interface{ Fatal(...any) }, r Replay, reports []Report) (lines []string) {
	err := r.Run(reports, func(x *Index, l Level) error {
		lines = append(lines, fmt.Sprintf("%s %x %x %x %v %d", x.At.Format(time.RFC3339), x.Value, x.Escalation, x.Deescalation, l, len(x.Stories)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// live is what a daemon told that ran all the time: at each moment it had read what was seen by then.
func live(t interface{ Fatal(...any) }, r Replay, reports []Report) (lines []string) {
	for at := r.From; !at.After(r.To); at = at.Add(r.Step) {
		book := r.Book()
		book.Forget(book.constants.Since(at))
		for _, report := range reports {
			if !report.FirstSeen.After(at) {
				book.Add(report)
			}
		}
		c := book.Chronicle(r.Coverage)
		var x Index
		c.Index(at, &x)
		lines = append(lines, fmt.Sprintf("%s %x %x %x %v %d", x.At.Format(time.RFC3339), x.Value, x.Escalation, x.Deescalation, c.Level(at, new(Index)), len(x.Stories)))
	}
	return lines
}

func TestLaw9AReplayTellsWhatTheDaemonTold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reports := anyReports(t)
		r := replayOf(hours(now-210), hours(now+40), time.Duration(rapid.IntRange(2, 50).Draw(t, "step"))*time.Hour)
		r.Coverage = Seen([]Change{{hours(now - 205), 1}, {hours(now - 60), .2}, {hours(now - 20), .9}}, .5)
		want := live(t, r, reports)
		same(t, told(t, r, rapid.Permutation(reports).Draw(t, "order")), want)
	})
}

func TestLaw9AStepShowsTheSameMomentsWhateverItsLength(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reports := anyReports(t)
		fine := told(t, replayOf(hours(now-200), hours(now), time.Hour), reports)
		coarse := told(t, replayOf(hours(now-200), hours(now), 25*time.Hour), reports)
		for i, line := range coarse {
			if fine[i*25] != line {
				t.Fatalf("in steps of 25 h: %s, of one hour: %s", line, fine[i*25])
			}
		}
	})
}

// Over months the daemon forgets, and a replay forgets with it.
func TestAReplayOfYearsForgetsAsTheDaemonDoes(t *testing.T) {
	if underRace {
		t.Skip("slow under the race detector, and of one goroutine: .ci/run runs it without")
	}
	var reports []Report
	for d := 0; d < 1000; d += 3 {
		r := arrest(float64(d * 24))
		r.Event.Number = d % 4
		reports = append(reports, r)
	}
	r := replayOf(hours(0), hours(1000*24), 97*time.Hour)
	if got, want := told(t, r, reports), live(t, r, reports); !slices.Equal(got, want) {
		t.Error("a replay over three years differs from the daemon")
	}
}

func TestAReplayEndsWithItsReadersError(t *testing.T) {
	full, n := errors.New("disk full"), 0
	r := replayOf(hours(0), hours(100), time.Hour)
	err := r.Run([]Report{arrest(0)}, func(*Index, Level) error {
		n++
		return full
	})
	if !errors.Is(err, full) || n != 1 {
		t.Errorf("got %v after %d moments", err, n)
	}
	if got := r.Moments(); got != 101 {
		t.Errorf("%d moments, want 101", got)
	}
}

func TestADismissedStoryCountsNothing(t *testing.T) {
	a, b := arrest(0), condemns(1)
	both, alone := filled(a, b), filled(b)
	story := both.Stories()[0]
	for name, d := range map[string]Dismissals{
		"by its id":     {Stories: map[string]string{story.ID: "a rumour"}},
		"by an article": {Articles: map[uint64]string{Digest(a.Article): "a rumour"}},
	} {
		got, want := both.Chronicle(Coverage{}).Without(d), alone.Chronicle(Coverage{})
		if got.at(5) != want.at(5) || len(got.Stories) != 1 {
			t.Errorf("%s: index %v, want %v", name, got.at(5), want.at(5))
		}
		if reason, ok := d.Of(story); !ok || reason != "a rumour" {
			t.Errorf("%s: %q, %v", name, reason, ok)
		}
	}
	if c := both.Chronicle(Coverage{}); c.Without(Dismissals{}) != c || len(c.Without(Dismissals{Stories: map[string]string{"": "none"}}).Stories) != 2 {
		t.Error("stories are lost without being dismissed")
	}
	r := replayOf(hours(0), hours(50), time.Hour)
	r.Dismissed = Dismissals{Articles: map[uint64]string{Digest(a.Article): "a rumour"}}
	if !slices.Equal(told(t, r, []Report{a, b}), told(t, replayOf(hours(0), hours(50), time.Hour), []Report{b})) {
		t.Error("a replay does not honour the dismissal")
	}
}
