package score_test

import (
	"sync"
	"testing"

	"tensionmonitor/config"
	"tensionmonitor/internal/score"
)

// once keeps what shipped compiled: a lexicon is immutable, and under the race detector it takes a second.
var once sync.Map

// shipped gives the lexicon as it is shipped, for one pair.
func shipped(t testing.TB, pair ...string) *score.Lexicon {
	t.Helper()
	if pair == nil {
		pair = []string{"AZE-IRN"}
	}
	if lex, ok := once.Load(pair[0]); ok {
		return lex.(*score.Lexicon)
	}
	read, err := config.Lexicon("")
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]score.Row, len(read))
	for i, r := range read {
		rows[i] = score.Row(r)
	}
	lex, err := score.Compile(rows, pair)
	if err != nil {
		t.Fatal(err)
	}
	once.Store(pair[0], lex)
	return lex
}

func TestShippedLexicon(t *testing.T) {
	if n := len(shipped(t).Kinds()); n != 28 {
		t.Errorf("%d kinds, want 28", n)
	}
}
