package main

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

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
}

func momentOf(x *tension.Index, l tension.Level) moment {
	return moment{x.At, x.Pair, x.Value, x.Escalation, x.Deescalation, l, x.Coverage, x.Valid, len(x.Stories)}
}

// seriesWriter writes a replay; done writes what is left.
type seriesWriter struct {
	write func(moment) error
	done  func() error
}

// newSeriesWriter is a writer of the format of that name.
func newSeriesWriter(format string, w io.Writer) (seriesWriter, error) {
	switch format {
	case "csv":
		return csvSeries(w), nil
	case "openmetrics":
		return openMetrics(w), nil
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
func openMetrics(w io.Writer) seriesWriter {
	var all []moment
	return seriesWriter{
		write: func(m moment) error { all = append(all, m); return nil },
		done: func() error {
			out := bufio.NewWriter(w)
			for _, metric := range replayedMetrics() {
				fmt.Fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", metric.name, metric.help, metric.name)
				for _, s := range metric.series {
					for _, m := range all {
						at := strconv.FormatFloat(float64(m.at.UnixMilli())/1e3, 'f', -1, 64)
						fmt.Fprintf(out, "%s{pair=%q%s} %s %s\n", metric.name, m.pair, s.labels, exact(s.value(m)), at)
					}
				}
			}
			fmt.Fprintln(out, "# EOF")
			return out.Flush()
		},
	}
}

// replayedMetric is a metric as a replay writes it: under the name the daemon serves it by.
type replayedMetric struct {
	name, help string
	series     []replayedSeries
}

type replayedSeries struct {
	labels string // beside the pair
	value  func(moment) float64
}

func replayedMetrics() []replayedMetric {
	one := func(value func(moment) float64) []replayedSeries { return []replayedSeries{{"", value}} }
	side := func(s score.Side) string { return fmt.Sprintf(",side=%q", s) }
	return []replayedMetric{
		{"tension_index", "Tension between the two states, 0 to 100.", one(func(m moment) float64 { return m.index })},
		{"tension_pressure", "What the index is made of, by side.", []replayedSeries{
			{side(score.Escalation), func(m moment) float64 { return m.escalation }},
			{side(score.Deescalation), func(m moment) float64 { return m.deescalation }},
		}},
		{"tension_level", "Level of the index: 0 calm, 1 watch, 2 elevated, 3 high, 4 critical.", one(func(m moment) float64 { return float64(m.level) })},
		{"tension_index_valid", "1 while enough could be seen to trust the index.", one(func(m moment) float64 {
			if m.valid {
				return 1
			}
			return 0
		})},
		{"tension_stories", "Stories the index is made of.", one(func(m moment) float64 { return float64(m.stories) })},
	}
}
