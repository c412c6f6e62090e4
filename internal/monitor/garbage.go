package monitor

import (
	"runtime/debug"
	"runtime/metrics"
)

// garbageShare is how much garbage may lie about while the store is read, in percent of what is in use; a million events
// then fit into 300 MB.
const garbageShare = 20

const (
	garbageRoom = 6 << 20 // bytes that garbage may always have afterwards; a start of 2,000 feeds then fits into 90 MB
	leastInUse  = 4 << 20 // bytes; below, the collector has a minimum of its own
)

// tidy tells the collector how much garbage may lie about. Nearly all that is in use is what the index remembers, which
// stays. The collector's own rule is a share of it and nothing else, by which either a small memory is collected all the
// time or a large one grows to twice its size.
func tidy() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetGCPercent(shareOf(live[0].Value.Uint64()))
}

// shareOf is how much garbage may lie about, in percent of the bytes that are in use.
func shareOf(live uint64) int {
	return int(max(garbageShare, 100*garbageRoom/max(live, leastInUse)))
}
