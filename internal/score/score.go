package score

import (
	"math/bits"
	"slices"
	"strings"

	"tensionmonitor/internal/news"
)

// scratch is the memory one scoring needs; it is used again.
type scratch struct {
	fields  [2]field
	syms    []int32
	letters [letterClasses]int
	tongue  *language
	year    int32 // the article's

	m         matcher
	actors    [2][]actor
	rules     [2][]match
	cues      [2][]match
	wide      [2][]int32 // cues of title and text that reach over the whole of it
	silent    []int32    // matches of the field that were dropped, so that they speak of nothing
	felt      []int32    // cues that reach the match at hand
	third     bool       // a deed was one of a third state's
	elsewhere bool       // the title tells a third state's deed
	aside     bool       // the title tells a deed, more than words, that is not between the two
	question  int32      // first token of the question the title ends with
	spoken    bool       // the last deed the title tells is a third state's words
	settled   string     // why the text can have no event, as its title says
	noise     string     // reason for which the whole text is about something else
	told      []telling  // what the phrases told
	heard     []float64  // by kind of the wording: how likely it is, as a logarithm
	relevance float64    // by the wording, as the logarithm of odds
	sound     sound
	meant     [2][]int32 // where the meanings of each word heard stand
	lang      string     // what the text is in, empty where that is not known or too few of its words are
	present   uint64     // states named, a bit each
	weak      uint64     // states named only by a weak name

	parties      []party // of the sentence at hand
	titleParties []party // of the title's first sentence
	leadParties  []party // of the text's first sentence
	deeds        []match // rule matches of that sentence
	holders      []match
	marks        []match
}

// actor is a name found in a field.
type actor struct {
	start, end int32
	name       int32
	state      int32 // -1: no state
}

// maxScratch is the number of words above which scratch memory is not kept, so that one huge text
// does not stay in memory for ever.
const maxScratch = 1 << 16

// Score fills r with what the article says, reusing r's memory. It is safe for concurrent use, takes
// time linear in the text, and allocates nothing for a text that does not name both states of a pair:
// of such a text it says no more than that.
func (l *Lexicon) Score(a *news.Article, r *Result) { l.score(a, r, false) }

// Explain is Score with the mentions of any text, whoever the actors are.
func (l *Lexicon) Explain(a *news.Article, r *Result) { l.score(a, r, true) }

func (l *Lexicon) score(a *news.Article, r *Result, explain bool) {
	r.reset()
	if !explain && !l.lets(a) {
		return
	}
	s := l.pool.Get().(*scratch)
	s.read(l, a)
	r.Lang = s.lang
	s.findActors(l, a)
	if explain || s.pairNamed(l) {
		s.findRules(l)
		s.judge(l, r)
	}
	if cap(s.syms) <= maxScratch {
		s.fields[0].text, s.fields[1].text = "", ""
		l.pool.Put(s)
	}
}

func (r *Result) reset() {
	*r = Result{Pairs: r.Pairs[:0], Events: r.Events[:0], Mentions: r.Mentions[:0]}
}

// read scans both fields and tells the language.
func (s *scratch) read(l *Lexicon, a *news.Article) {
	s.syms, s.letters = s.syms[:0], [letterClasses]int{}
	s.year = noYear
	if at := a.Time(); !at.IsZero() {
		s.year = int32(at.Year())
	}
	s.fields[0].name, s.fields[0].text = "title", beforeBar(a.Title)
	s.fields[1].name, s.fields[1].text = "text", a.Whole()
	s.fields[1].begin = leadBegins(s.fields[1].text, a.Title)
	for i := range s.fields {
		s.scan(l, &s.fields[i])
	}
	prior, _, _ := strings.Cut(strings.ToLower(a.Language), "-") // of "pt-BR" the first
	s.understand(l, prior, s.tellLanguage(l, prior))
}

// tellLanguage decides by script and letters, then by the words only one language has, then by what
// the feed says of itself. Sure it is where the letters alone tell it from all others.
func (s *scratch) tellLanguage(l *Lexicon, prior string) (sure bool) {
	n := &s.letters
	arabic := n[letterArabic] + n[letterPersian]
	latin := n[letterAscii] - n[letterCyrillic] - arabic - n[letterOther] // letterAscii counts them all
	switch {
	case n[letterOther] > latin:
		s.setLanguage(l, "")
	case n[letterCyrillic] > latin && n[letterCyrillic] > arabic:
		s.setLanguage(l, "ru")
	case arabic > latin:
		if n[letterPersian]*60 >= arabic || prior == "fa" {
			s.setLanguage(l, "fa")
			return true
		}
		s.setLanguage(l, "ar")
	case latin == 0:
		s.setLanguage(l, "")
	case n[letterAzeri] > 0 && n[letterAzeri]*50 >= latin:
		s.setLanguage(l, "az")
		return true
	default:
		s.voteLanguage(l, prior)
	}
	return false
}

func (s *scratch) setLanguage(l *Lexicon, name string) {
	s.tongue = l.unknown
	for _, t := range l.languages {
		if t.name == name {
			s.tongue = t
		}
	}
}

// voteLanguage lets the words vote that belong to one Latin-script language alone.
func (s *scratch) voteLanguage(l *Lexicon, prior string) {
	var votes [maxLangs]int
	for f := range s.fields {
		for i := range s.fields[f].tokens {
			t := &s.fields[f].tokens[i]
			var langs uint8
			for _, sym := range s.syms[t.sym : t.sym+int32(t.syms)] {
				langs |= l.symLangs[sym]
			}
			if bits.OnesCount8(langs) == 1 {
				votes[bits.TrailingZeros8(langs)]++
			}
		}
	}
	turkic := 4 * (s.letters[letterTurkic] + s.letters[letterAzeri])
	s.tongue = l.unknown
	most := 0
	for i, t := range l.languages {
		v := 2 * votes[i]
		if t.name == prior {
			v += 3
		}
		switch t.name {
		case "fa", "ru":
			continue
		case "tr":
			v += turkic
		case "az":
			v += turkic + 4*s.letters[letterQX]*min(1, turkic) - 1 // few texts have none of its own letters
		case "en":
			v++
		}
		if v > most {
			s.tongue, most = t, v
		}
	}
}

// findActors finds the names in both fields, the longest first, and which states the text names.
func (s *scratch) findActors(l *Lexicon, a *news.Article) {
	s.present, s.weak = 0, 0
	at := a.Time()
	for f := range s.fields {
		fd := &s.fields[f]
		s.m = matcher{graph: l.actorGraph, tokens: fd.tokens, syms: s.syms, found: s.m.found[:0]}
		s.eachSentence(fd, func(from, to int32) { s.m.find(from, to) })
		found := s.longest(l, s.m.found)
		fd.frame(l, found, a.Outlet)
		s.actors[f] = s.actors[f][:0]
		fd.joinNames(l, found)
		for _, m := range found {
			n := &l.names[m.out.id]
			if m.start < fd.from || m.start >= fd.to || !at.IsZero() && (at.Before(n.from) || !n.until.IsZero() && at.After(n.until)) {
				continue
			}
			s.actors[f] = append(s.actors[f], actor{m.start, m.end, m.out.id, int32(n.state)})
			if n.state < 0 {
				continue
			}
			if n.weak {
				s.weak |= 1 << n.state
			} else {
				s.present |= 1 << n.state
			}
		}
	}
	// A weak name counts where another state is named, or its own by another name.
	for w := s.weak &^ s.present; w != 0; w &= w - 1 {
		if bit := w & -w; s.present&^bit != 0 || s.weak&^bit != 0 {
			s.present |= bit
		}
	}
}

// joinNames takes a dash between the names of two states for a hyphen: "Tehran - Baku flights". At the end of a
// sentence it comes before who said it.
func (f *field) joinNames(l *Lexicon, found []match) {
	for i := 1; i < len(found); i++ {
		a, b := found[i-1], found[i]
		if a.end != b.start || f.tokens[b.start].marks&markHard == 0 {
			continue
		}
		from, to := l.names[a.out.id].place(), l.names[b.out.id].place()
		_, end := f.sentence(f.tokens[b.start].sentence)
		if b.end < end && from != to && from >= 0 && to >= 0 && isHyphen(f.between(a.end-1, b.start)) {
			f.tokens[b.start].marks &^= markHard
		}
	}
}

// place gives the state a name of a state or a capital stands for, and notActor for other names.
func (n *name) place() int {
	if n.category != "state" && n.category != "capital" {
		return notActor
	}
	return n.state
}

// between is the text between two tokens.
func (f *field) between(a, b int32) string { return f.text[f.tokens[a].end:f.tokens[b].start] }

// isHyphen says whether a text between two names makes them one.
func isHyphen(between string) bool {
	switch strings.TrimSpace(between) {
	case "-", "–", "—", "‑", "/":
		return true
	}
	return false
}

// eachSentence calls do for the tokens of each sentence of the field.
func (s *scratch) eachSentence(f *field, do func(from, to int32)) {
	for i := range f.starts {
		do(f.sentence(int32(i)))
	}
}

// sentence gives the first token of a sentence and the one past its last.
func (f *field) sentence(i int32) (from, to int32) {
	if int(i)+1 < len(f.starts) {
		return f.starts[i], f.starts[i+1]
	}
	return f.starts[i], int32(len(f.tokens))
}

// longest keeps, from left to right, the longest name at each place; of equally long ones that of the text's own
// language, since "Iranian" is to Azerbaijani a form of the state's name.
func (s *scratch) longest(l *Lexicon, found []match) []match {
	better := func(a, b match) bool {
		if a.end != b.end {
			return a.end > b.end
		}
		own, others := l.names[a.out.id].lang == s.tongue.bit, l.names[b.out.id].lang == s.tongue.bit
		return own && !others || own == others && a.out.id < b.out.id
	}
	kept := found[:0]
	past := int32(-1)
	for i := 0; i < len(found); i++ {
		best := found[i]
		for i+1 < len(found) && found[i+1].start == best.start {
			i++
			if better(found[i], best) {
				best = found[i]
			}
		}
		if best.start >= past {
			kept = append(kept, best)
			past = best.end
		}
	}
	return kept
}

// findRules finds the phrases of all kinds in the text's language, overlaps settled; where there are none, its hints.
func (s *scratch) findRules(l *Lexicon) {
	for _, graph := range []*phraseGraph{s.tongue.rules, s.tongue.hints} {
		for f := range s.fields {
			fd := &s.fields[f]
			s.m = matcher{graph: graph, tokens: fd.tokens, syms: s.syms, found: s.m.found[:0]}
			s.eachSentence(fd, func(from, to int32) { s.m.find(from, to) })
			s.rules[f] = append(s.rules[f][:0], settle(s.outsideNames(f, s.m.found))...)
		}
		if len(s.rules[0])+len(s.rules[1]) > 0 {
			return
		}
	}
}

// outsideNames keeps the phrases that are not part of a name that is no actor's: nobody cooperates in the
// "Economic Cooperation Organization".
func (s *scratch) outsideNames(f int, found []match) []match {
	i := 0
	return slices.DeleteFunc(found, func(m match) bool {
		for i < len(s.actors[f]) && s.actors[f][i].end <= m.start {
			i++
		}
		return i < len(s.actors[f]) && s.actors[f][i].state == notActor && s.actors[f][i].start <= m.start && m.end <= s.actors[f][i].end
	})
}

// names says whether the text names state i.
func (s *scratch) names(i int) bool { return s.present&(1<<i) != 0 }
