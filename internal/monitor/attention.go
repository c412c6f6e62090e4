package monitor

import (
	"time"

	"tensionmonitor/internal/score"
	"tensionmonitor/internal/tension"
)

// attentionSpan is the time attention looks back.
const attentionSpan = 24 * time.Hour

// notice is an article as attention counts it. There can be a hundred thousand, so it is small.
type notice struct {
	at        int64    // Unix time in microseconds, as the store has it
	feed      int32    // its place in the order of slugs
	escalates []string // the pairs of which it tells an escalation
}

// noticed is an article and what was found in it.
func (mem *memory) noticed(at time.Time, feed int, events []score.Event) notice {
	n := notice{at: at.UnixMicro(), feed: int32(feed)}
	for _, e := range events {
		if mem.sides[e.Kind] == score.Escalation && !n.tells(e.Pair) {
			n.escalates = append(n.escalates, e.Pair)
		}
	}
	return n
}

func (n *notice) tells(pair string) bool {
	for _, p := range n.escalates {
		if p == pair {
			return true
		}
	}
	return false
}

// attention is the share of articles that tell of escalation among those of the feeds that can be seen through,
// by pair. States are in order of slug.
func attention(notices []notice, states []feedState, pairs []string, now time.Time) map[string]float64 {
	live := make([]bool, len(states))
	for i := range states {
		live[i] = states[i].seen(now)
	}
	since, until := now.Add(-attentionSpan).UnixMicro(), now.UnixMicro()
	all, escalation := 0, make(map[string]int)
	for i := range notices {
		n := &notices[i]
		if !live[n.feed] || n.at > until || n.at <= since {
			continue
		}
		all++
		for _, pair := range n.escalates {
			escalation[pair]++
		}
	}
	shares := make(map[string]float64)
	for _, pair := range pairs {
		shares[pair] = tension.Attention(escalation[pair], all)
	}
	return shares
}
