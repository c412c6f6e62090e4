package monitor

import (
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func TestEachEventIsLoggedOnceWithItsEvidence(t *testing.T) {
	p, s := newPress(t, "Baku summons Iranian ambassador"), newStore(t)
	feed := p.feed("gazette")
	m, _ := newMonitor(t, s, feed)
	core, logs := observer.New(zap.InfoLevel)
	m.log = zap.New(core)
	if err := m.recall(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second look brings nothing new
		if _, err := m.look(t.Context(), feed); err != nil {
			t.Fatal(err)
		}
		exec(t, s, `UPDATE visits SET next = 0`)
	}
	events := logs.FilterMessage("event").All()
	if len(events) != 1 || events[0].Level != zap.InfoLevel {
		t.Fatalf("logged %v, want one event", events)
	}
	said := events[0].ContextMap()
	for name, want := range map[string]any{"pair": "AZE-IRN", "kind": "summon", "from": "AZE", "to": "IRN", "feed": "gazette",
		"title": "Baku summons Iranian ambassador", "link": "https://example.org/gazette/1"} {
		if said[name] != want {
			t.Errorf("%s is %v, want %v", name, said[name], want)
		}
	}
	if said["words"] == "" || said["rule"] == "" || said["intensity"] == 0.0 {
		t.Errorf("the evidence is missing: %v", said)
	}
	if at, ok := said["published"].(time.Time); !ok || at.IsZero() {
		t.Errorf("published %v", said["published"])
	}
}
