package monitor

import "testing"

func TestGarbageHasRoomInAnyMemory(t *testing.T) {
	for live, want := range map[uint64]int{
		0:         150, // before anything was collected
		4 << 20:   150,
		8 << 20:   75,
		20 << 20:  30,
		30 << 20:  garbageShare,
		240 << 20: garbageShare,
	} {
		if got := shareOf(live); got != want {
			t.Errorf("%d bytes in use: %d%%, want %d%%", live, got, want)
		}
	}
}
