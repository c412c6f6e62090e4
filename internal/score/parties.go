package score

import (
	"slices"
	"strings"
)

// party is an actor in the sentence at hand, with what it does there.
type party struct {
	actor
	part   part
	group  int32 // parties joined by "and" share it
	holder int32 // token of the word it owns ("ambassador", "embassy"), or -1
	held   int32 // one past the last token of that word: "chargé d'affaires"
}

// maxParties is how many names of one sentence are considered; a longer list is an enumeration.
const maxParties = 16

// readSentence finds the parties of a sentence and what each of them does in it.
func (s *scratch) readSentence(l *Lexicon, f int, from, to int32) {
	fd := &s.fields[f]
	s.m = matcher{graph: s.tongue.syntax, tokens: fd.tokens, syms: s.syms, found: s.m.found[:0]}
	s.m.find(from, to)
	s.holders, s.marks = s.holders[:0], s.marks[:0]
	for _, m := range longestAll(s.m.found) {
		if m.out.class == classHolder {
			s.holders = append(s.holders, m)
		} else {
			s.marks = append(s.marks, m)
		}
	}
	s.deeds = s.rules[f][firstFrom(s.rules[f], from):firstFrom(s.rules[f], to)]
	s.parties = s.parties[:0]
	first, _ := slices.BinarySearchFunc(s.actors[f], from, func(a actor, t int32) int { return int(a.start - t) })
	for i := first; i < len(s.actors[f]) && s.actors[f][i].start < to && len(s.parties) < maxParties; i++ {
		a := &s.actors[f][i]
		if a.state >= 0 && s.names(int(a.state)) {
			s.parties = append(s.parties, party{actor: *a, group: int32(len(s.parties)), holder: -1})
		}
	}
	for i := range s.parties {
		s.parties[i].part = s.partOf(l, fd, i)
	}
	s.joinGroups(l, fd)
	s.attachHolders(l, fd)
	if s.tongue.verbLast && s.tongue.cases {
		s.findTeller(l, to)
	}
}

// findTeller makes the first bare name of a sentence that ends in a verb of saying the speaker: where the verb
// comes last, all it says stands between the two.
func (s *scratch) findTeller(l *Lexicon, to int32) {
	last := len(s.marks) - 1
	if last < 0 || s.marks[last].end != to || s.marks[last].out.class != classRole || l.roles[s.marks[last].out.id].part != partSpeaker {
		return
	}
	for i := range s.parties { // "Azerbaycan Devlet Güvenlik Servisi" is two names of one state
		p := &s.parties[i]
		if p.part != partNone || p.state != s.parties[0].state || len(s.deeds) == 0 || s.deeds[0].start < p.end {
			return
		}
		p.part = partSpeaker
	}
}

// longestAll keeps, from left to right, the longest matches at each place; equally long ones all.
func longestAll(found []match) []match {
	kept := found[:0]
	past := int32(-1)
	for i := 0; i < len(found); {
		n, end := i, int32(0)
		for ; n < len(found) && found[n].start == found[i].start; n++ {
			end = max(end, found[n].end)
		}
		group := found[i:n]
		i = n
		if group[0].start < past {
			continue
		}
		for _, g := range group {
			if g.end == end {
				kept = append(kept, g)
			}
		}
		past = end
	}
	return kept
}

// partOf tells what a party does by the word after it, its ending, or the word before it.
func (s *scratch) partOf(l *Lexicon, f *field, i int) part {
	p := &s.parties[i]
	before, after := partNone, partNone
	beside := false // the word after stands right behind it
	at := p.start   // of the word before
	for _, m := range s.marks {
		if m.out.class != classRole || s.inRule(l, m, p) {
			continue
		}
		r := l.roles[m.out.id]
		switch {
		case r.after && m.start >= p.end && m.start-p.end <= s.reachOf(r.part) && (after == partNone || after == partOwner && r.part == partSpeaker) && s.clear(f, p.end, m.start):
			after, beside = r.part, m.start == p.end
		case !r.after && m.end <= p.start && p.start-m.end <= reachBefore(r.part) && s.clear(f, m.end, p.start):
			before, at = r.part, m.start
		}
	}
	ending := s.ending(l, f, p)
	if ending == partNone {
		ending = s.lastEnding(f, i)
	}
	bare := ending == partNone || ending == partOwner
	switch {
	case !s.tongue.cases && s.tongue.verbLast && s.governed(before, after) && !s.holderBetween(at, p.start):
		return before // «در پاسخ به باکو گفت», «سفیر باکو در تهران را»: the word behind belongs to the whole
	case after != partNone && (bare || beside): // "Bakü'den vatandaşlarına yönelik": the word is not Bakü's
		return after
	case (before == partNone || before == partOwner) && (bare || ending == partOrigin) && (s.colonAfter(f, p) || f.signs(p)):
		return partSpeaker
	case before == partPlace && s.holderBetween(at, p.start):
		return partOwner // "in the embassy of Iran" says where the embassy's deed is, not that it is in Iran
	case before != partNone:
		return before
	}
	if ending != partNone {
		return ending
	}
	if l.names[p.name].people {
		return partOwner // an adjective: "Iranian"
	}
	return partNone
}

// governed says whether the word before a name holds it, so that the word behind cannot be the name's own: what stands
// behind "in", "with" or "to" is neither who says nor, for "in", who is meant by an object's mark.
func (s *scratch) governed(before, after part) bool {
	switch before {
	case partPlace:
		return after == partSpeaker || after == partTarget || after == partAgent
	case partTarget, partWith, partTopic:
		return after == partSpeaker
	}
	return false
}

// holderBetween says whether a word like "embassy" stands in tokens [from, to).
func (s *scratch) holderBetween(from, to int32) bool {
	return slices.ContainsFunc(s.holders, func(h match) bool { return h.start >= from && h.start < to })
}

// titleWords is how many words may stand around the name of who speaks: "Iran FM spokesman:", "– Foreign Minister Bayramov".
const titleWords = 2

// colonAfter says whether a name at the beginning of a sentence is whose words follow a colon:
// "Aliyev: Iran must apologise".
func (s *scratch) colonAfter(f *field, p *party) bool {
	from, to := f.sentence(f.tokens[p.start].sentence)
	for k := p.end; k < to && k <= p.end+titleWords && p.start-from <= titleWords; k++ {
		if f.tokens[k].marks&markHard != 0 {
			return strings.Contains(f.between(k-1, k), ":") && !s.ruleBegins(from, k) && !s.isObject(f, k-1)
		}
	}
	return false
}

// signs says whether a name stands alone behind a dash at the end of a sentence, as who said what stands before:
// "Our territory will not be used – Aliyev".
func (f *field) signs(p *party) bool {
	from, to := f.sentence(f.tokens[p.start].sentence)
	if to-p.end > titleWords {
		return false
	}
	for k := p.start; k > from && k >= p.start-titleWords; k-- {
		if f.tokens[k].marks&markHard != 0 {
			return !strings.ContainsAny(f.between(k-1, k), ":;([|")
		}
	}
	return false
}

// reachBefore is how many words may stand between a word and the name behind it: «از سوی سخنگوی وزارت خارجه ایران».
func reachBefore(p part) int32 {
	if p == partAgent {
		return 4
	}
	return 2
}

// reachOf is how many words may stand between a name and a word after it: "Iran's ground force
// commander says", but "İran tərəfindən".
func (s *scratch) reachOf(p part) int32 {
	switch {
	case p == partSpeaker:
		return 5
	case s.tongue.cases && p != partAgent, s.tongue.verbLast && p == partTarget:
		return 0 // the word behind the next noun is that noun's
	}
	return 2
}

// inRule says whether a role word is part of a phrase, as "on" is of "attack on": it then marks nothing. A word that
// says where, about what or from where still does at the phrase's end ("arrested in"), one behind a name that says where
// at its beginning ("İran'ı | terk etmesi istendi"), and "by" right before a name in it ("guard shot by Iranian troops").
func (s *scratch) inRule(l *Lexicon, w match, p *party) bool {
	part := l.roles[w.out.id].part
	if part == partAgent && w.end == p.start && s.within(p) {
		return false
	}
	if part == partServed {
		return false
	}
	still := part == partPlace || part == partTopic || part == partOrigin
	return slices.ContainsFunc(s.deeds, func(m match) bool {
		return w.start >= m.start && w.end <= m.end && m.words&(1<<uint(w.start-m.start)) != 0 && !(still && w.end == m.end || part == partPlace && l.roles[w.out.id].after && w.start == m.start)
	})
}

// within says whether a party stands inside a phrase: "guard shot by Iranian troops".
func (s *scratch) within(p *party) bool {
	return slices.ContainsFunc(s.deeds, func(m match) bool { return m.start < p.start && p.end <= m.end })
}

// clear says whether nothing that ends a noun's reach lies between two tokens: a mark, a name or a deed.
func (s *scratch) clear(f *field, from, to int32) bool {
	if !s.clearMarks(f, from, to) {
		return false
	}
	within := func(start, end int32) bool { return start < to && end > from }
	return !slices.ContainsFunc(s.parties, func(p party) bool { return within(p.start, p.end) }) && !s.ruleBegins(from, to)
}

// ending tells a party's part by its case ending: what follows the apostrophe or the stem.
func (s *scratch) ending(l *Lexicon, f *field, p *party) part {
	endings := s.tongue.endings
	if len(endings) == 0 {
		return partNone
	}
	t := f.tokens[p.end-1]
	word := f.text[t.start:t.end]
	if t.marks&markOwner != 0 {
		return endings[afterApostrophe(word)]
	}
	folded := fold(word)
	left, found := "", false
	for _, stem := range l.names[p.name].stems {
		if len(folded) > len(stem) && folded[:len(stem)] == stem && (!found || len(folded)-len(stem) < len(left)) {
			left, found = folded[len(stem):], true
		}
	}
	return endings[left]
}

// lastEnding tells a bare name's part by the ending that its last word has, where an apostrophe shows it to be a
// longer name: "Nahçıvan Havalimanı'na".
func (s *scratch) lastEnding(f *field, i int) part {
	const longest = 3 // words behind the name
	p := &s.parties[i]
	_, to := f.sentence(f.tokens[p.start].sentence)
	if i+1 < len(s.parties) {
		to = s.parties[i+1].start
	}
	if f.tokens[p.end-1].marks&markOwner != 0 || len(s.tongue.endings) == 0 {
		return partNone
	}
	for k := p.end; k < min(to, p.end+longest); k++ {
		t := f.tokens[k]
		if t.marks&(markComma|markHard|markQuote) != 0 || t.marks&markCapital == 0 || s.holderBetween(k, k+1) {
			return partNone
		}
		if t.marks&markOwner != 0 {
			return s.tongue.endings[afterApostrophe(f.text[t.start:t.end])]
		}
	}
	return partNone
}

// afterApostrophe gives the folded ending of a word.
func afterApostrophe(word string) string {
	return fold(word[strings.LastIndexFunc(word, isApostrophe):])
}

// joinGroups gives "Iran, Russia and Turkey" one group and the part of its first member, or of its
// last where the language puts the ending there.
func (s *scratch) joinGroups(l *Lexicon, f *field) {
	for i := 1; i < len(s.parties); i++ {
		a, b := &s.parties[i-1], &s.parties[i]
		gap := b.start - a.end
		if a.state == b.state && gap == 0 && f.tokens[b.start].marks&(markComma|markHard|markQuote) == 0 {
			sharePart(a, b)
		}
		if a.state == b.state || gap > 1 {
			continue
		}
		owners := gap == 1 && s.ownTogether(l, a, b)
		joined := gap == 0 && f.tokens[b.start].marks&markComma != 0 && s.listed(f, a, b) || gap == 1 && s.isJoiner(f, a.end)
		joined = joined || gap == 0 && s.hyphenated(f, a, b)
		joined = joined || owners || a.part == partWith && b.part == partWith // "İran ile Azerbaycan arasında"
		if !joined {
			continue
		}
		b.group = a.group
		switch {
		case owners, a.part == partNone && b.part != partNone:
			a.part = b.part
		case b.part == partNone, a.part == partWith: // «между Азербайджаном и Ираном»: the preposition governs both
			b.part = a.part
		}
	}
}

// ownTogether says whether two states own what follows, the ending of the last standing for both: "Azerbaycan ile İran'ın
// sınırı".
func (s *scratch) ownTogether(l *Lexicon, a, b *party) bool {
	return s.tongue.verbLast && a.part == partWith && b.part == partOwner && l.names[a.name].place() >= 0 && l.names[b.name].place() >= 0
}

// sharePart gives two names of a state that stand side by side, and so are one, the part that one of them is
// marked for: «از سوی سخنگوی وزارت خارجه ایران», "Azerbaycan Cumhurbaşkanı Aliyev'e".
func sharePart(a, b *party) {
	switch plain := func(p part) bool { return p == partNone || p == partOwner }; {
	case plain(a.part) && !plain(b.part):
		a.part = b.part
	case plain(b.part) && !plain(a.part):
		b.part = a.part
	}
}

// listed says whether a name after a comma goes on with a list. Where the verb comes last, a comma also
// parts the subject from the rest ("İran, Azerbaycan'ı uyardı"), and behind a verb a new clause can begin ("visits
// Baku, Iran watches"), so there "and" must close the list.
func (s *scratch) listed(f *field, a, b *party) bool {
	behind := slices.ContainsFunc(s.deeds, func(d match) bool { return d.end == a.start || d.end == a.end })
	return !s.tongue.verbLast && !behind || int(b.end) < len(f.tokens) && s.isJoiner(f, b.end)
}

// hyphenated says whether two names are written as one: "Iran-Azerbaijan".
func (s *scratch) hyphenated(f *field, a, b *party) bool {
	return f.tokens[b.start].marks&markHard == 0 && isHyphen(f.between(a.end-1, b.start))
}

// isJoiner says whether the token is one of the words that join names, such as "and".
func (s *scratch) isJoiner(f *field, i int32) bool {
	return s.tongue.joiners[f.folded(i)]
}

// folded is a word as the lexicon writes it.
func (f *field) folded(i int32) string { return fold(f.text[f.tokens[i].start:f.tokens[i].end]) }

// attachHolders ties each word like "ambassador" to the name whose it is: the nearest before it that
// is no place, or the one right after it ("ambassador of Iran", «سفیر ایران»). A name that says where
// the ambassador serves ("ambassador to Iran", "embassy in Baku") is a place.
func (s *scratch) attachHolders(l *Lexicon, f *field) {
	const reach = 3 // words between a name and what it owns: "Iranian chargé d'affaires", "İranın Bakıdakı səfiri"
	for _, h := range s.holders {
		best, distance := -1, int32(reach+1)
		for i := range s.parties {
			p := &s.parties[i]
			d, ok := s.owns(f, p, h)
			if ok && s.isPost(l, i, h) { // "Azerbaycan'ın Tahran Büyükelçisi": where it serves
				p.part, ok = partPlace, false
			} else if ok && s.isMatter(l, f, i, h) { // "İran'ın İsrail iddiaları": what they are about
				p.part, ok = partTopic, false
			}
			if ok && p.holder < 0 && d < distance {
				best, distance = i, d
			}
			if !ok && !s.tongue.cases && p.start == h.end+1 && s.leadsIn(l, h.end) && (p.part == partTarget || p.part == partPlace) {
				p.part = partPlace
			}
		}
		if best >= 0 {
			s.parties[best].holder, s.parties[best].held = h.start, h.end
		}
	}
}

// isPost says whether a party is the bare capital right before an embassy or envoy whose state is named
// just before: it is where they serve.
func (s *scratch) isPost(l *Lexicon, i int, h match) bool {
	p := &s.parties[i]
	category := l.names[p.name].category
	if h.out.id != holderPosted || p.end != h.start || i == 0 || p.part != partNone || category != "capital" && category != "state" {
		return false
	}
	owner := &s.parties[i-1]
	return owner.state != p.state && p.start-owner.end <= 2 && (owner.part == partOwner || owner.part == partNone && category == "capital")
}

// isMatter says whether a party is a bare name between what is owned and its owner in the genitive.
func (s *scratch) isMatter(l *Lexicon, f *field, i int, h match) bool {
	p := &s.parties[i]
	if !s.tongue.verbLast || !s.tongue.cases || p.end != h.start || i == 0 || p.part != partNone {
		return false
	}
	owner := &s.parties[i-1]
	return owner.state != p.state && owner.end == p.start && s.ending(l, f, owner) == partOwner
}

// owns says whether a party can be the one a holder word belongs to, and how many words lie between.
func (s *scratch) owns(f *field, p *party, h match) (between int32, ok bool) {
	if p.end <= h.start {
		between = h.start - p.end
		switch {
		case s.tongue.verbLast && !s.tongue.cases:
			return between, false // Persian names the owner behind what it owns
		case s.tongue.cases && between > 0 && p.part != partOwner:
			return between, false // a subject and its own: "Azərbaycan Tehrandakı səfirliyinə basqını pisləyir"
		}
		return between, p.part != partPlace && p.part != partAgent && s.clearMarks(f, p.end, h.start) && (between == 0 || !s.ruleBegins(p.end, h.start))
	}
	if s.tongue.verbLast && s.tongue.cases {
		return 0, false // "iddialarına Bakı cavab verdi": whose they are is never behind them
	}
	between = p.start - h.end
	plain := between == 0 || between == 1 && p.part == partOwner
	return between, between >= 0 && plain && f.tokens[p.start].marks&(markHard|markComma) == 0
}

// leadsIn says whether the token is a word before a name that says what the name does, like "in".
func (s *scratch) leadsIn(l *Lexicon, token int32) bool {
	return slices.ContainsFunc(s.marks, func(m match) bool {
		return m.out.class == classRole && !l.roles[m.out.id].after && m.start <= token && m.end == token+1
	})
}

// ruleBegins says whether a phrase begins in tokens [from, to).
func (s *scratch) ruleBegins(from, to int32) bool {
	return slices.ContainsFunc(s.deeds, func(m match) bool { return m.start >= from && m.start < to })
}

func (s *scratch) clearMarks(f *field, from, to int32) bool {
	for k := from; k <= to && int(k) < len(f.tokens); k++ {
		if f.tokens[k].marks&(markComma|markHard|markQuote) != 0 {
			return false
		}
	}
	return true
}
