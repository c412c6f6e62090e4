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
	s.joinGroups(fd)
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
		if m.out.class != classRole || s.inRule(l, m) && (l.roles[m.out.id].part != partAgent || m.end != p.start || !s.within(p)) {
			continue
		}
		r := l.roles[m.out.id]
		switch {
		case r.after && m.start >= p.end && m.start-p.end <= s.reachOf(r.part) && after == partNone && s.clear(f, p.end, m.start):
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

// holderBetween says whether a word like "embassy" stands in tokens [from, to).
func (s *scratch) holderBetween(from, to int32) bool {
	return slices.ContainsFunc(s.holders, func(h match) bool { return h.start >= from && h.start < to })
}

// colonAfter says whether a name at the beginning of a sentence is whose words follow a colon:
// "Aliyev: Iran must apologise".
func (s *scratch) colonAfter(f *field, p *party) bool {
	const titleWords = 2 // between name and colon: "Iran FM spokesman:"
	from, to := f.sentence(f.tokens[p.start].sentence)
	for k := p.end; k < to && k <= p.end+titleWords && p.start-from <= titleWords; k++ {
		if f.tokens[k].marks&markHard != 0 {
			return strings.Contains(f.text[f.tokens[k-1].end:f.tokens[k].start], ":") && !s.ruleBegins(from, k) && !s.isObject(f, k-1)
		}
	}
	return false
}

// signs says whether a name stands alone behind a dash at the end of a sentence, as who said what stands before:
// "Our territory will not be used – Aliyev".
func (f *field) signs(p *party) bool {
	const titleWords = 2 // around the name: "– Foreign Minister Bayramov"
	from, to := f.sentence(f.tokens[p.start].sentence)
	if to-p.end > titleWords {
		return false
	}
	for k := p.start; k > from && k >= p.start-titleWords; k-- {
		if f.tokens[k].marks&markHard != 0 {
			return !strings.ContainsAny(f.text[f.tokens[k-1].end:f.tokens[k].start], ":;([|")
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

// inRule says whether a role word is part of a phrase, as "on" is of "attack on": it then marks nothing, unless it
// ends the phrase and says where: "arrested in".
func (s *scratch) inRule(l *Lexicon, w match) bool {
	place := l.roles[w.out.id].part == partPlace
	return slices.ContainsFunc(s.deeds, func(m match) bool {
		return w.start >= m.start && w.end <= m.end && m.words&(1<<uint(w.start-m.start)) != 0 && (!place || w.end < m.end)
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
func (s *scratch) joinGroups(f *field) {
	for i := 1; i < len(s.parties); i++ {
		a, b := &s.parties[i-1], &s.parties[i]
		gap := b.start - a.end
		if a.state == b.state && gap == 0 && f.tokens[b.start].marks&(markComma|markHard|markQuote) == 0 {
			sharePart(a, b)
		}
		if a.state == b.state || gap > 1 {
			continue
		}
		joined := gap == 0 && f.tokens[b.start].marks&markComma != 0 && s.listed(f, b) || gap == 1 && s.isJoiner(f, a.end)
		joined = joined || gap == 0 && s.hyphenated(f, a, b)
		joined = joined || a.part == partWith && b.part == partWith // "İran ile Azerbaycan arasında"
		if !joined {
			continue
		}
		b.group = a.group
		if b.part == partNone {
			b.part = a.part
		} else if a.part == partNone {
			a.part = b.part
		}
	}
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
// parts the subject from the rest ("İran, Azerbaycan'ı uyardı"), so there "and" must close the list.
func (s *scratch) listed(f *field, b *party) bool {
	return !s.tongue.verbLast || int(b.end) < len(f.tokens) && s.isJoiner(f, b.end)
}

// hyphenated says whether two names are written as one: "Iran-Azerbaijan".
func (s *scratch) hyphenated(f *field, a, b *party) bool {
	between := f.text[f.tokens[a.end-1].end:f.tokens[b.start].start]
	return between == "-" || between == "–" || between == "‑" || between == "/"
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
			s.parties[best].holder = h.start
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

// Ranks of a party as the one who acts or the one who suffers, by frame and part. They are an order,
// not a measurement: an object beats a marked target, which beats a bare name, which beats a place.
const (
	rankObject   = 5.0
	rankMarked   = 4.0
	rankPlain    = 3.0
	rankOwner    = 2.5
	rankLikely   = 1.5
	rankPossible = 0.7
	rankMissing  = 0.3
	rankRemote   = 0.1
	rankFar      = 0.04 // off for each word between
	rankMark     = 0.25 // off for a comma or dash between
)

// rank says how likely a party acts (from) and suffers (to) in the deed a match reports.
func (s *scratch) rank(l *Lexicon, f *field, p *party, m match) (from, to float64) {
	ru := l.rules[m.out.id]
	k := &l.kindData[ru.kind]
	left, right := p.start < m.start, p.start >= m.end // a name may reach into the phrase: "Iranian police detained a …"
	inside := !left && !right && p.holder < 0 && p.part != partPlace && p.part != partTopic
	object := inside || p.holder >= m.start && p.holder < m.end
	verbLast := s.tongue.verbLast
	switch {
	case p.start >= 0 && f.quoted(p.start, p.end) && !f.quoted(m.start, m.end):
		from, to = rankRemote, rankPossible // named in what somebody is quoted to say
	case p.holder == m.start && ru.frame == frameActive && p.part != partAgent && (!verbLast || s.targetWithin(p, m)):
		from = rankObject // "Iranian guards shoot …": the phrase begins with its subject
	case object && k.objectFrom && p.part != partWith:
		from, to = rankOwner, rankPossible
	case p.part == partOrigin && k.placeTo && !left && p.holder < 0:
		from = rankMarked // "the drone that hit the airport came from Iran"
	case p.part == partAgent && k.bystander:
		to = rankObject // "a plot by Iranian agents": who is blamed for it
	case object && (p.part == partAgent || p.part == partOrigin && p.holder < 0 && ru.frame != frameActive):
		from = rankObject
	case inside && ru.frame == frameNoun && verbLast && p.part == partNone:
		from = rankPlain // the genitive of Persian has no mark: «حمله ایران به …»
	case inside && ru.frame != frameNoun && verbLast && p.part == partNone && s.betweenObjectAndVerb(f, p, m):
		from = rankObject // "ittihamlarına Bakı cavab verdi"
	case object:
		to = rankObject
	case p.part == partAgent && ru.frame == frameBlamed:
		to = rankObject // "an attack staged by Iran"
	case p.part == partAgent && ru.frame == frameActive && !left && !s.agentAt(l, m.end):
		from, to = rankPossible, rankPossible // "slams the expulsion by Baku": the agent of another deed
	case p.part == partAgent:
		from = rankObject
	case p.part == partPlace:
		from, to = rankPossible, rankPossible
		switch {
		case k.placeFrom && ru.frame != frameActive:
			from = rankOwner // "envoy summoned in Yerevan"
		case k.placeFrom, k.placeTo && s.hostOf(p, m):
			from = rankLikely
		case k.placeTo:
			to = rankLikely
		}
	case left && ru.frame == frameActive && s.antecedent(f, p, m):
		from = rankObject // "the Iranian cleric, who alleged": whatever he was before
	case p.part == partSpeaker && (k.spoken || k.bystander):
		from = rankObject // "Azerbaijan faces a crushing response, Iran says"
	case p.part == partSpeaker && k.placeTo:
		from, to = rankPossible, rankLikely // "Azerbaijan says two hurt in drone strike"
	case p.part == partSpeaker:
		from, to = rankLikely, rankPossible // who tells of a deed need not have done it
	case p.part == partOrigin && (s.addresses(f, p) || verbLast && right):
		from = rankMarked // "Bakü'den İranlı diplomatlara: Ülkeyi terk edin"
	case p.part == partOrigin && (ru.frame == frameActive || k.bystander || k.objectFrom && ru.frame != frameNoun):
		to = rankMarked // "demands an apology from Iran", "recalls its envoy from Iran"
	case p.part == partOrigin:
		from = rankMarked // "condemnation from Tehran", "expelled from Iran"
	case p.part == partTopic && ru.frame == frameNoun && !left:
		to = rankPlain // "pressure on"
	case p.part == partTopic:
		to = rankPossible
	case left && k.spoken && s.anotherSpeaks(p) && (p.part == partNone || p.part == partOwner) && ru.frame != frameNoun:
		to = rankObject + rankMissing // "Iran says Azerbaijan let Israeli drones through": of whom it is said
	case left && !verbLast && (s.objectBefore(p, m) || ru.frame == frameActive && s.followsSubject(f, p, m)):
		from, to = rankLikely, rankLikely // "Iran summons the Baku envoy, condemns …": the object of another deed
	default:
		beside := s.beside(l, f, p, m)
		from, to = s.rankByFrame(f, ru.frame, k, p, m, left, beside, verbLast)
	}
	off := s.distance(f, p, m)
	return max(0, from-off), max(0, to-off)
}

// addresses says whether right behind a party another is named as whom something goes to.
func (s *scratch) addresses(f *field, p *party) bool {
	return s.tongue.verbLast && s.tongue.cases && slices.ContainsFunc(s.parties, func(q party) bool {
		return q.start == p.end && q.state != p.state && (q.part == partTarget || q.holder == q.end && s.isObject(f, q.holder))
	})
}

// hostOf says whether the phrase names an embassy or envoy nobody is said to own and the party is where it stands:
// "attack on our embassy in Tehran".
func (s *scratch) hostOf(p *party, m match) bool {
	return slices.ContainsFunc(s.holders, func(h match) bool {
		return h.out.id == holderPosted && h.start >= m.start && h.end <= m.end && p.start >= m.end && p.start-h.end <= 2 &&
			!slices.ContainsFunc(s.parties, func(q party) bool { return q.holder == h.start })
	})
}

// targetWithin says whether another state is the target inside a phrase, behind a party: "İran askerleri Azerbaycan
// karakoluna ateş açtı".
func (s *scratch) targetWithin(p *party, m match) bool {
	return slices.ContainsFunc(s.parties, func(q party) bool {
		return q.state != p.state && q.part == partTarget && q.start > p.end && q.end <= m.end
	})
}

// anotherSpeaks says whether a party of another state is a speaker.
func (s *scratch) anotherSpeaks(p *party) bool {
	return slices.ContainsFunc(s.parties, func(q party) bool { return q.part == partSpeaker && q.state != p.state })
}

// agentAt says whether a word like "by" is the token: "Baku thanked by Tehran" is a passive, whatever the verb's frame.
func (s *scratch) agentAt(l *Lexicon, token int32) bool {
	return slices.ContainsFunc(s.marks, func(m match) bool {
		return m.out.class == classRole && l.roles[m.out.id].part == partAgent && m.start == token
	})
}

// beside says whether at most a word stands between a party and a match that neither joins another deed
// ("the plot and Azerbaijan's …") nor leads up to another name («در حمله پهپادی آذربایجان»).
func (s *scratch) beside(l *Lexicon, f *field, p *party, m match) bool {
	switch gap := max(m.start-p.end, p.start-m.end); {
	case p.start < 0 || gap > 1:
		return false
	case gap == 1 && p.start > m.end:
		return !s.isJoiner(f, m.end)
	case gap == 1:
		return !s.leadsIn(l, p.end)
	}
	return true
}

// quoted says whether tokens [start, end) stand inside quotation marks that hold more than them. Marks
// stand before a word, so an odd number of them up to a word means it is inside.
func (f *field) quoted(start, end int32) bool {
	from, to := f.sentence(f.tokens[start].sentence)
	inside := false
	for k := from; k <= start; k++ {
		if f.tokens[k].marks&markQuote != 0 {
			inside = !inside
		}
	}
	alone := f.tokens[start].marks&markQuote != 0 && (end >= to || f.tokens[end].marks&markQuote != 0)
	return inside && !alone
}

// antecedent says whether a party is the last before a word like "who" that stands right before m.
func (s *scratch) antecedent(f *field, p *party, m match) bool {
	if p.start < 0 || len(s.tongue.relative) == 0 {
		return false
	}
	for k := m.start - 1; k >= max(p.end, m.start-2); k-- {
		if s.tongue.relative[f.folded(k)] {
			return !slices.ContainsFunc(s.parties, func(q party) bool { return q.start > p.start && q.end <= k })
		}
	}
	return false
}

// objectBefore says whether a party is part of a deed told before m.
func (s *scratch) objectBefore(p *party, m match) bool {
	return slices.ContainsFunc(s.deeds, func(d match) bool {
		return d.end <= m.start && p.holder >= d.start && p.holder < d.end
	})
}

// followsSubject says whether a party stands behind the subject of a verb that a comma, "and" or "to" ties to the
// verb before it: "Iran's MPs call Aliyev's remarks insulting, demand an apology".
func (s *scratch) followsSubject(f *field, p *party, m match) bool {
	tied := f.tokens[m.start].marks&markComma != 0 || m.start > p.end && (s.isJoiner(f, m.start-1) || s.tongue.purpose[f.folded(m.start-1)])
	return tied && slices.ContainsFunc(s.parties, func(q party) bool {
		return q.end <= p.start && q.state != p.state && q.group != p.group && (q.part == partNone || q.part == partOwner)
	})
}

// rankByFrame ranks a party that neither is part of the phrase nor marked as agent, place or topic.
func (s *scratch) rankByFrame(f *field, fr frame, k *kindData, p *party, m match, left, beside, verbLast bool) (from, to float64) {
	marked := p.part == partTarget || p.part == partWith
	switch {
	case fr == frameBlamed:
		if !left && !beside && p.part == partOwner {
			return rankLikely, rankPossible // "Iranian hand in plot, Azerbaijan's service says"
		}
		if left && beside || p.part == partOwner || p.part == partTarget {
			return rankPossible, rankMarked
		}
		if left {
			return rankPlain, rankLikely
		}
		return rankPossible, rankPlain
	case marked && fr == framePassive && k.placeFrom && !left:
		return rankOwner, rankPossible // "summoned to the Iranian foreign ministry"
	case marked:
		return rankPossible / 2, rankMarked
	case fr == framePassive && left:
		if verbLast && p.part == partNone && p.holder < 0 {
			return rankLikely, rankPlain
		}
		return rankPossible, rankPlain + rankPossible
	case fr == framePassive:
		return rankPossible, rankPossible
	case left && verbLast && fr == frameNoun && p.holder >= 0 && s.heldAsObject(f, p):
		return rankPossible, rankMarked // "Azerbaycanlı milletvekiline saldırı"
	case fr == frameNoun && left:
		if beside || p.part == partOwner {
			return rankPlain, rankPossible
		}
		return rankOwner, rankLikely
	case fr == frameNoun:
		if verbLast && p.part == partNone && p.holder < 0 && beside {
			return rankPlain, rankPossible // likewise right behind the noun
		}
		if p.part == partOwner {
			return rankPossible, rankMarked
		}
		return rankLikely, rankOwner
	case left && verbLast && s.tongue.cases && p.part == partNone && p.end == m.start && s.isObject(f, m.start) && s.subjectBefore(p):
		return rankPossible, rankMarked // "İran askerleri Azerbaycan karakoluna ateş açtı": the object is its own …
	case left && verbLast && p.holder >= 0 && s.heldAsObject(f, p) && !s.isObject(f, m.start):
		return rankRemote, rankMarked // … and what stands before an object is none
	case left && verbLast && p.part == partOwner && s.subjectBefore(p):
		return rankPossible, rankOwner // "XİN İran rəsmisinin … ittihamlarını rədd edib"
	case left && verbLast:
		return rankPlain, rankLikely
	case left:
		return rankPlain, rankRemote
	}
	return rankPossible, rankPlain
}

// subjectBefore says whether an unmarked name of another state stands before a party, which then is the subject.
func (s *scratch) subjectBefore(p *party) bool {
	return slices.ContainsFunc(s.parties, func(q party) bool {
		return q.end <= p.start && q.state != p.state && q.part == partNone && q.holder < 0
	})
}

// betweenObjectAndVerb says whether a name inside a phrase stands behind a word with the ending of an object and
// before nothing but the phrase's last words.
func (s *scratch) betweenObjectAndVerb(f *field, p *party, m match) bool {
	for k := p.end; k < m.end; k++ {
		if m.words&(1<<uint(k-m.start)) == 0 || f.tokens[k].marks&markOwner != 0 {
			return false
		}
	}
	return p.start > m.start && s.isObject(f, p.start-1)
}

// heldAsObject says whether the word a party owns has the ending of an object: "İran səfirini".
func (s *scratch) heldAsObject(f *field, p *party) bool { return s.isObject(f, p.holder) }

// isObject says whether a word has the ending of an object.
func (s *scratch) isObject(f *field, token int32) bool {
	t := f.tokens[token]
	word := fold(f.text[t.start:t.end])
	return slices.ContainsFunc(s.tongue.held, func(ending string) bool { return strings.HasSuffix(word, ending) })
}

// distance is what lies between a party and a match, as something to take off its rank.
func (s *scratch) distance(f *field, p *party, m match) float64 {
	if p.start < 0 { // it stands in the title
		return 0
	}
	from, to := p.end, m.start
	if p.start >= m.end {
		from, to = m.end, p.start
	}
	if to < from {
		return 0
	}
	off := rankFar * float64(min(to-from, 20))
	for k := from; k <= to && int(k) < len(f.tokens); k++ {
		if f.tokens[k].marks&(markHard|markComma|markQuote) != 0 {
			off += rankMark
			break
		}
	}
	return off
}
