package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tensionmonitor/internal/score"
	"tensionmonitor/internal/tension"
)

// moment is a line of a replay.
type moment struct {
	at                       time.Time
	pair                     string
	index                    float64
	escalation, deescalation float64
	level                    tension.Level
	coverage                 float64
	valid                    bool
	stories                  int
	kinds                    map[string]float64 // points by kind of event; what is not there contributes nothing
}

func momentOf(x *tension.Index, l tension.Level) moment {
	return moment{x.At, x.Pair, x.Value, x.Escalation, x.Deescalation, l, x.Coverage, x.Valid, len(x.Stories), x.Kinds()}
}

// seriesWriter writes a replay; done writes what is left.
type seriesWriter struct {
	write func(moment) error
	done  func() error
}

// newSeriesWriter is a writer of the format of that name.
func newSeriesWriter(format string, more labels, levels [4]float64, w io.Writer) (seriesWriter, error) {
	switch format {
	case "csv":
		return csvSeries(w), nil
	case "openmetrics":
		return openMetrics(w, more.String(), levels), nil
	}
	return seriesWriter{}, fmt.Errorf("--format %q, want csv or openmetrics", format)
}

// exact writes a number with all its bits.
func exact(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func csvSeries(w io.Writer) seriesWriter {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"time", "pair", "index", "escalation", "deescalation", "level", "coverage", "stories"}) // kept for Error
	return seriesWriter{
		write: func(m moment) error {
			return out.Write([]string{m.at.UTC().Format(time.RFC3339Nano), m.pair, exact(m.index), exact(m.escalation), exact(m.deescalation),
				strconv.Itoa(int(m.level)), exact(m.coverage), strconv.Itoa(m.stories)})
		},
		done: func() error { out.Flush(); return out.Error() },
	}
}

// openMetrics keeps all moments, because in this format a metric's samples stand together.
func openMetrics(w io.Writer, more string, levels [4]float64) seriesWriter {
	var all []moment
	return seriesWriter{
		write: func(m moment) error { all = append(all, m); return nil },
		done: func() error {
			out := bufio.NewWriter(w)
			for _, metric := range replayedMetrics(all) {
				fmt.Fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", metric.name, metric.help, metric.name)
				for _, s := range metric.series {
					writeSeries(out, metric.name, s.labels+more, all, s.value)
				}
			}
			writeThresholds(out, more, levels, all)
			fmt.Fprintln(out, "# EOF")
			return out.Flush()
		},
	}
}

// writeSeries writes what a series was at each moment it had a value.
func writeSeries(w io.Writer, name, labels string, all []moment, value func(moment) (float64, bool)) {
	for _, m := range all {
		if v, known := value(m); known {
			fmt.Fprintf(w, "%s{pair=%q%s} %s %s\n", name, m.pair, labels, exact(v), stamp(m.at))
		}
	}
}

// writeThresholds writes where the levels begin, which is the same for all pairs and at all moments.
func writeThresholds(w io.Writer, more string, levels [4]float64, all []moment) {
	const name = "tension_level_threshold"
	fmt.Fprintf(w, "# HELP %s Index at which a level begins.\n# TYPE %s gauge\n", name, name)
	for i, at := range levels {
		for _, m := range all {
			if m.pair == all[0].pair {
				fmt.Fprintf(w, "%s{level=%q%s} %s %s\n", name, tension.Level(i+1), more, exact(at), stamp(m.at))
			}
		}
	}
}

// stamp is a moment as Prometheus has it.
func stamp(at time.Time) string { return strconv.FormatFloat(float64(at.UnixMilli())/1e3, 'f', -1, 64) }

// replayedMetric is a metric as a replay writes it: under the name the daemon serves it by.
type replayedMetric struct {
	name, help string
	series     []replayedSeries
}

type replayedSeries struct {
	labels string // beside the pair
	value  func(moment) (v float64, known bool)
}

func replayedMetrics(all []moment) []replayedMetric {
	series := func(labels string, value func(moment) float64) replayedSeries {
		return replayedSeries{labels, func(m moment) (float64, bool) { return value(m), true }}
	}
	one := func(value func(moment) float64) []replayedSeries { return []replayedSeries{series("", value)} }
	side := func(s score.Side) string { return fmt.Sprintf(",side=%q", s) }
	return []replayedMetric{
		{"tension_index", "Tension between the two states, 0 to 100.", one(func(m moment) float64 { return m.index })},
		{"tension_pressure", "What the index is made of, by side.", []replayedSeries{
			series(side(score.Escalation), func(m moment) float64 { return m.escalation }),
			series(side(score.Deescalation), func(m moment) float64 { return m.deescalation }),
		}},
		{"tension_level", "Level of the index: 0 calm, 1 watch, 2 elevated, 3 high, 4 critical.", one(func(m moment) float64 { return float64(m.level) })},
		{"tension_index_valid", "1 while enough could be seen to trust the index.", one(func(m moment) float64 {
			if m.valid {
				return 1
			}
			return 0
		})},
		{"tension_stories", "Stories the index is made of.", one(func(m moment) float64 { return float64(m.stories) })},
		{"tension_contribution_points", "Points of the index that a kind of event contributes.", contributions(all)},
	}
}

// contributions are a series a kind that ever contributed, with values while it does: the rest of years would be noughts.
func contributions(all []moment) (list []replayedSeries) {
	ever := make(map[string]bool)
	for _, m := range all {
		for kind := range m.kinds {
			ever[kind] = true
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(ever)) {
		list = append(list, replayedSeries{fmt.Sprintf(",kind=%q", kind), func(m moment) (float64, bool) {
			points, contributes := m.kinds[kind]
			return points, contributes
		}})
	}
	return list
}

// labels is a flag that can be given more than once, NAME=VALUE: what every series has besides its own.
type labels []string

var labelName = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]*$`)

// String is the labels as they follow others in a series.
func (l *labels) String() string { return strings.Join(*l, "") }

func (l *labels) Set(s string) error {
	name, value, ok := strings.Cut(s, "=")
	if !ok || !labelName.MatchString(name) || !utf8.ValidString(value) || slices.Contains([]string{"pair", "side", "kind", "level"}, name) {
		return errors.New("want NAME=VALUE, such as job=tension-monitor, with a name that no series has")
	}
	*l = append(*l, fmt.Sprintf(",%s=%s", name, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(value)+`"`))
	return nil
}
