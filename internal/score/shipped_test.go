package score_test

import (
	"testing"

	"tensionmonitor/config"
	"tensionmonitor/internal/score"
)

// shipped compiles the lexicon as it is shipped, for one pair.
func shipped(t testing.TB, pair ...string) *score.Lexicon {
	t.Helper()
	read, err := config.Lexicon("")
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]score.Row, len(read))
	for i, r := range read {
		rows[i] = score.Row(r)
	}
	if pair == nil {
		pair = []string{"AZE-IRN"}
	}
	lex, err := score.Compile(rows, pair)
	if err != nil {
		t.Fatal(err)
	}
	return lex
}

func TestShippedLexicon(t *testing.T) {
	if n := len(shipped(t).Kinds()); n != 28 {
		t.Errorf("%d kinds, want 28", n)
	}
}
