package monitor

import (
	"slices"
	"time"

	"tensionmonitor/internal/score"
	"tensionmonitor/internal/tension"
)

// attentionSpan is the time attention looks back.
const attentionSpan = 24 * time.Hour

// notice is what attention counts: an article, or an escalation of a pair of which it tells. There can be a hundred
// thousand, so it is small, and has nothing in it that the collector would have to look at.
type notice struct {
	at   int64 // the article's time: Unix time in microseconds, as the store has it
	feed int32 // its place in the order of slugs
	pair int32 // its place among the pairs; ofArticle for the article itself
}

const ofArticle = -1

// takeNote takes note of an article, and of the pairs of which it tells an escalation.
func (mem *memory) takeNote(at time.Time, feed int, pairs []int32) {
	n := notice{at.UnixMicro(), int32(feed), ofArticle}
	mem.notices = append(mem.notices, n)
	for _, n.pair = range pairs {
		mem.notices = append(mem.notices, n)
	}
}

// escalated are the pairs of which events tell an escalation.
func (mem *memory) escalated(events []score.Event) (pairs []int32) {
	for _, e := range events {
		pair, watched := mem.pairs[e.Pair]
		if watched && mem.sides[e.Kind] == score.Escalation && !slices.Contains(pairs, pair) {
			pairs = append(pairs, pair)
		}
	}
	return pairs
}

// attention is the share of articles that tell of escalation among those of the feeds that can be seen through,
// by pair. States are in order of slug.
func attention(notices []notice, states []feedState, pairs []string, now time.Time) map[string]float64 {
	live := make([]bool, len(states))
	for i := range states {
		live[i] = states[i].seen(now)
	}
	since, until := now.Add(-attentionSpan).UnixMicro(), now.UnixMicro()
	all, escalations := 0, make([]int, len(pairs))
	for _, n := range notices {
		switch {
		case !live[n.feed] || n.at > until || n.at <= since:
		case n.pair == ofArticle:
			all++
		default:
			escalations[n.pair]++
		}
	}
	shares := make(map[string]float64)
	for i, pair := range pairs {
		shares[pair] = tension.Attention(escalations[i], all)
	}
	return shares
}
