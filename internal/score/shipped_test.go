package score_test

import (
	"testing"

	"tensionmonitor/config"
	"tensionmonitor/internal/score"
)

// shipped compiles the lexicon as it is shipped.
func shipped(t testing.TB) *score.Lexicon {
	t.Helper()
	read, err := config.Lexicon("")
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]score.Row, len(read))
	for i, r := range read {
		rows[i] = score.Row(r)
	}
	lex, err := score.Compile(rows, []string{"AZE-IRN"})
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
