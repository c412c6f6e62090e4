package score_test

import (
	"strings"
	"sync"
	"testing"

	"tensionmonitor/config"
	"tensionmonitor/internal/news"
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

// A text in a language without phrases is about the pair, and tells no event.
func TestOtherLanguagesAreOnlyRelevant(t *testing.T) {
	for _, title := range []string{
		"Iran bestellt Aserbaidschans Botschafter ein",
		"Irán convoca al embajador de Azerbaiyán",
		"إيران تستدعي سفير أذربيجان",
		"ირანმა აზერბაიჯანის ელჩი დაიბარა",
		"Իրանը կանչել է Ադրբեջանի դեսպանին",
		"איראן זימנה את שגריר אזרבייג'ן",
		"L'Iran convoca l'ambasciatore dell'Azerbaigian",
		"ईरान ने अज़रबैजान के राजदूत को तलब किया",
		"伊朗召见阿塞拜疆大使",
		"イラン、アゼルバイジャン大使を呼び出し",
		"이란, 아제르바이잔 대사 초치",
	} {
		var r score.Result
		shipped(t).Score(&news.Article{Title: title}, &r)
		if !r.Relevant || len(r.Events) > 0 || r.Lang != "" {
			t.Errorf("%s: relevant %v, events %v, language %q; want relevant, none, none", title, r.Relevant, r.Events, r.Lang)
		}
	}
}

// TestHintsSpeakLast holds that a lone word names a kind only where no phrase does, and never makes an event.
func TestHintsSpeakLast(t *testing.T) {
	lex := shipped(t)
	for title, want := range map[string]string{
		"Warships of Iran and Azerbaijan":                        "mobilize hint",
		"Iran summons Azerbaijani ambassador as warships gather": "summon ",
	} {
		var r score.Result
		lex.Explain(&news.Article{Title: title}, &r)
		if len(r.Mentions) == 0 || r.Mentions[0].Kind+" "+r.Mentions[0].Dropped != want || strings.HasSuffix(want, "hint") != (len(r.Events) == 0) {
			t.Errorf("%s: %+v, want %s", title, r.Mentions, want)
		}
	}
}
