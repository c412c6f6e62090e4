package score

import (
	"testing"

	"tensionmonitor/internal/news"
)

// TestSift holds that no text that names a pair is sifted out, and most of the others are.
func TestSift(t *testing.T) {
	l := lexicon(t)
	var s scratch
	others, let := 0, 0
	for _, x := range lessons(t) {
		s.read(l, &x.article)
		s.findActors(l, &x.article)
		lets := l.lets(&x.article)
		if named := s.pairNamed(l); named && !lets {
			t.Errorf("sifted out: %s", x.article.Title)
		} else if !named {
			others++
			if lets {
				let++
			}
		}
	}
	if others < 1000 || let > others/5 {
		t.Errorf("%d of %d texts that name no pair are let through", let, others)
	}
	t.Logf("%d of %d texts that name no pair are let through", let, others)
}

// Names in any form are let through, wherever in an article they stand.
func TestSiftReadsTheWhole(t *testing.T) {
	l := lexicon(t)
	for _, a := range []news.Article{
		{Title: "IRAN'S", Text: "a (Baku)", Page: "b"},
		{Title: "a", Text: "b", Page: "Иран—Азербайджан"},
		{Title: "\u200fایران", Text: "آذر\u200cبایجان"},
		{Title: "阿塞拜疆和伊朗"},
		{Text: "I\u0307ran", Page: "AZƏRBAYCAN"},
	} {
		if !l.lets(&a) {
			t.Errorf("sifted out: %+v", a)
		}
	}
	if a := (news.Article{Title: "Iran summons Armenian ambassador"}); l.lets(&a) {
		t.Error("one state alone is let through")
	}
}
