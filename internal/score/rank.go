package score

import (
	"slices"
	"strings"
)

// Ranks of a party as the one who acts or the one who suffers, by frame and part. They are an order,
// not a measurement: whom a spy serves beats an object, which beats a marked target, which beats a bare name, which beats a place.
const (
	rankServed   = 5.7
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
	rankClause   = 2.0  // off for a semicolon between
)

// rank says how likely a party acts (from) and suffers (to) in the deed a match reports.
func (s *scratch) rank(l *Lexicon, f *field, p *party, m match) (from, to float64) {
	ru := l.rules[m.out.id]
	k := &l.kindData[ru.kind]
	left, right := p.start < m.start, p.start >= m.end // a name may reach into the phrase: "Iranian police detained a …"
	inside := !left && !right && p.holder < 0 && p.part != partPlace && p.part != partTopic
	verbLast := s.tongue.verbLast
	switch {
	case p.part == partServed && k.placeTo:
		from = rankServed // "men working for Iran attack"
	case p.part == partServed && !l.paired(int(p.state)):
		to = rankPossible
	case p.part == partServed:
		to = rankServed // "Azerbaijani held for spying for Iran": the arrest is meant for whom he served
	case p.start >= 0 && f.quoted(p.start, p.end) && !f.quoted(m.start, m.end):
		from, to = rankRemote, rankPossible // named in what somebody is quoted to say
	case inside || p.holder >= 0 && p.holder < m.end && p.held > m.start:
		from, to = s.rankWithin(f, ru.frame, k, p, m)
	case p.part == partAgent, p.part == partPlace:
		from, to = s.rankByPart(l, f, ru.frame, k, p, m)
	case left && ru.frame == frameActive && s.antecedent(f, p, m):
		from = rankObject // "the Iranian cleric, who alleged": whatever he was before
	case p.part == partSpeaker, p.part == partOrigin, p.part == partTopic:
		from, to = s.rankByPart(l, f, ru.frame, k, p, m)
	case left && k.spoken && s.anotherSpeaks(p) && !s.isSpeech(f, m) && (p.part == partNone || p.part == partOwner) && ru.frame != frameNoun:
		to = rankObject + rankMissing // "Iran says Azerbaijan let Israeli drones through": of whom it is said
	case left && !verbLast && (s.objectBefore(p, m) || ru.frame == frameActive && s.followsSubject(f, p, m)):
		from, to = rankLikely, rankLikely // "Iran summons the Baku envoy, condemns …": the object of another deed
	default:
		from, to = s.rankByFrame(l, f, ru.frame, k, p, m)
	}
	off := s.distance(f, p, m)
	return max(0, from-off), max(0, to-off)
}

// rankWithin ranks a party that is part of the phrase, or owns a word of it.
func (s *scratch) rankWithin(f *field, fr frame, k *kindData, p *party, m match) (from, to float64) {
	inside, verbLast := p.holder < 0, s.tongue.verbLast
	switch {
	case fr == frameFelt && p.part != partOrigin:
		return rankObject, 0 // "draws Baku's ire"
	case k.objectFrom && fr == frameActive && s.subjectBefore(f, p, p.start):
		return 0, rankObject // "İran Azərbaycanın konsulluğunu bağlayır"
	case p.holder == m.start && fr == frameActive && p.part != partAgent && (!verbLast || (s.tongue.cases || !k.placeFrom) && s.targetWithin(p, m)):
		return rankObject, 0 // "Iranian guards shoot …": the phrase begins with its subject
	case fr == frameBlamed && k.placeTo:
		return rankObject, 0 // "blames Iranian hackers for an outage"
	case k.objectFrom && p.part != partWith && p.part != partAgent:
		return rankOwner, rankPossible
	case inside && p.part == partOrigin && (k.placeTo || !k.spoken && !k.objectFrom):
		return rankMarked, 0 // "drone from Azerbaijan crashes in"
	case k.bystander && p.holder >= 0 && verbLast && s.heldAsObject(f, p):
		return rankPlain, rankRemote // "Azerbaycanlı milletvekiline suikast girişimi": whom it was aimed at
	case p.part == partAgent && k.bystander:
		return 0, rankObject // "a plot by Iranian agents": who is blamed for it
	case inside && p.part == partAgent && fr == frameActive && verbLast && s.subjectBefore(f, p, m.start):
		return 0, rankObject // «ایران درباره نقض حریم هوایی خود توسط آذربایجان هشدار داد»
	case p.part == partAgent, inside && p.part == partOrigin && fr != frameActive:
		return rankObject, 0
	case inside && fr == frameNoun && !verbLast && p.part == partOwner && s.nextTo(p, m):
		return rankPlain, rankPossible // "the strike of Iranian drones on Nakhchivan"
	case inside && fr == frameNoun && verbLast && p.part == partNone:
		return rankPlain, 0 // the genitive of Persian has no mark: «حمله ایران به …»
	case inside && fr != frameNoun && verbLast && p.part == partNone && s.betweenObjectAndVerb(f, p, m):
		return rankObject, 0 // "ittihamlarına Bakı cavab verdi"
	}
	return 0, rankObject
}

// rankByPart ranks a party outside the phrase that is marked as agent, place, speaker, origin or topic.
func (s *scratch) rankByPart(l *Lexicon, f *field, fr frame, k *kindData, p *party, m match) (from, to float64) {
	left, right, verbLast := p.start < m.start, p.start >= m.end, s.tongue.verbLast
	switch p.part {
	case partAgent:
		switch {
		case k.bystander, fr == frameBlamed, fr == frameFelt:
			return 0, rankObject // "an attack staged by Iran"
		case fr == frameActive && (s.within(p) || !left && !s.agentAt(l, m.end)):
			return rankPossible, rankPossible // "slams the expulsion by Baku": the agent of another deed
		}
		return rankObject, 0
	case partPlace:
		switch {
		case fr == frameFelt:
			return rankPlain, rankPossible // "sparks outrage in Azerbaijan"
		case k.placeFrom && fr != frameActive:
			return rankOwner, rankPossible // "envoy summoned in Yerevan"
		case k.placeFrom && s.subjectBefore(f, p, m.start):
			return rankPossible, rankPossible // "Tehran voices anger at the burning of a portrait in Baku"
		case k.placeFrom, k.placeTo && s.hostOf(p, m):
			return rankLikely, rankPossible
		case k.placeTo:
			return rankPossible, rankLikely
		}
	case partSpeaker:
		switch {
		case fr == frameActive && endsIn(f.folded(m.end-1), s.tongue.ours):
			return rankObject, 0 // "İran: Azerbaycan dronunu düşürdük"
		case fr == frameActive && s.isSpeech(f, m) && s.subjectBefore(f, p, m.start):
			return rankPossible, rankLikely // "Azerbaijan says Iran threatened its rig"
		case k.spoken || k.bystander:
			return rankObject, 0 // "Azerbaijan faces a crushing response, Iran says"
		case k.placeTo:
			return rankPossible, rankLikely // "Azerbaijan says two hurt in drone strike"
		}
		return rankLikely, rankPossible // who tells of a deed need not have done it
	case partOrigin:
		switch {
		case k.placeTo && (!left || s.tongue.cases) && p.holder < 0, !k.bystander && s.addresses(f, p), verbLast && right:
			return rankMarked, 0 // "the drone that hit the airport came from Iran", "Bakü'den İranlı diplomatlara: Ülkeyi terk edin"
		case fr == frameActive, k.bystander, k.objectFrom && fr != frameNoun:
			return 0, rankMarked // "demands an apology from Iran", "recalls its envoy from Iran"
		}
		return rankMarked, 0 // "condemnation from Tehran", "expelled from Iran"
	case partTopic:
		switch {
		case fr == frameActive && !verbLast && p.end == m.start:
			return rankPlain, rankRemote // "flight diverted as Iran closes its airspace"
		case fr == frameNoun && !left:
			return 0, rankPlain // "pressure on"
		}
		return 0, rankPossible
	}
	return rankPossible, rankPossible
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

// isSpeech says whether a phrase begins with a verb that itself tells who speaks to whom: in "Azerbaijan says Iran accused
// it" the accuser is Iran, in "Iran says Azerbaijan let drones through" it is who says so.
func (s *scratch) isSpeech(f *field, m match) bool { return s.tongue.speech[f.folded(m.start)] }

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
func (s *scratch) rankByFrame(l *Lexicon, f *field, fr frame, k *kindData, p *party, m match) (from, to float64) {
	left, beside, verbLast := p.start < m.start, s.beside(l, f, p, m), s.tongue.verbLast
	marked := p.part == partTarget || p.part == partWith
	switch {
	case fr == frameBlamed && k.placeTo:
		to, from = rankBlamed(p, left, beside) // who is blamed for an attack is whose deed it is
		return from, to
	case fr == frameBlamed:
		return rankBlamed(p, left, beside)
	case fr == frameFelt && (marked || !left || beside && s.anotherBefore(p)):
		return rankMarked, rankRemote // "Aliyev's remarks anger Tehran"
	case fr == frameFelt:
		return rankRemote, rankPlain
	case marked && fr == framePassive && k.placeFrom && !left:
		return rankOwner, rankPossible // "summoned to the Iranian foreign ministry"
	case marked:
		return rankPossible / 2, rankMarked
	case fr == framePassive && left:
		switch {
		case k.objectFrom && p.part == partOwner:
			return rankMarked, rankPossible // "Azerbaijani flag raised again over embassy in Tehran"
		case verbLast && p.part == partNone && p.holder < 0 && k.rhetoric:
			return rankRemote, rankObject // "Azərbaycan İran şirkətlərinə sanksiyaları dayandırmalıdır": who must
		case verbLast && p.part == partNone && p.holder < 0:
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
	case fr == frameNoun && k.placeTo && p.holder < 0 && s.behindColon(f, p, m):
		return rankMarked, rankPossible // "Attack on Nakhchivan: Iranian drones hit the airport"
	case fr == frameNoun && k.bystander && p.part != partOwner && s.onlyState(p):
		return rankOwner, rankLikely // "plot against a commander of the Guards foiled": who tells of it
	case fr == frameNoun:
		if verbLast && p.part == partNone && p.holder < 0 && beside {
			return rankPlain, rankPossible // likewise right behind the noun
		}
		if p.part == partOwner {
			return rankPossible, rankMarked
		}
		return rankLikely, rankOwner
	case left && verbLast && s.tongue.cases && p.part == partNone && p.end == m.start && s.isObject(f, m.start) && s.subjectBefore(f, p, p.start):
		return rankPossible, rankMarked // "İran askerleri Azerbaycan karakoluna ateş açtı": the object is its own …
	case left && verbLast && p.holder >= 0 && s.heldAsObject(f, p) && !s.isObject(f, m.start):
		return rankRemote, rankMarked // … and what stands before an object is none
	case left && verbLast && p.part == partOwner && (s.subjectBefore(f, p, p.start) || p.end == m.start && s.isObject(f, p.end)):
		return rankPossible, rankOwner // "XİN İran rəsmisinin … ittihamlarını rədd edib"
	case left && verbLast:
		return rankPlain, rankLikely
	case left:
		return rankPlain, rankRemote
	case !verbLast && s.opens(f, p, m):
		return rankPlain, rankPossible
	case !verbLast && p.part == partNone && p.holder < 0 && f.tokens[p.start].marks&markComma != 0 && s.alone(p):
		return rankPossible, rankLikely // "Iran warns America, Baku watches": the next clause
	}
	return rankPossible, rankPlain
}

// onlyState says whether a party's state is the only one its sentence names.
func (s *scratch) onlyState(p *party) bool {
	return !slices.ContainsFunc(s.parties, func(q party) bool { return q.state != p.state })
}

// alone says whether no other party is in a party's group.
func (s *scratch) alone(p *party) bool {
	return !slices.ContainsFunc(s.parties, func(q party) bool { return q.group == p.group && q.start != p.start })
}

// opens says whether a match begins a sentence whose subject a party is, behind a comma: "Blaming Iran for the attack,
// Azerbaijan calls off talks".
func (s *scratch) opens(f *field, p *party, m match) bool {
	from, _ := f.sentence(f.tokens[m.start].sentence)
	return m.start == from && f.tokens[p.start].marks&markComma != 0 && slices.ContainsFunc(s.parties, func(q party) bool {
		return q.state != p.state && q.start >= m.start && q.end <= p.start
	})
}

// behindColon says whether a party stands behind a colon that follows a match: in the clause that unfolds it.
func (s *scratch) behindColon(f *field, p *party, m match) bool {
	for k := m.end; k <= p.start; k++ {
		if k > 0 && f.tokens[k].marks&markHard != 0 && strings.Contains(f.between(k-1, k), ":") {
			return true
		}
	}
	return false
}

// rankBlamed says how likely a party blames (from) and is blamed (to).
func rankBlamed(p *party, left, beside bool) (from, to float64) {
	switch {
	case !left && !beside && p.part == partOwner:
		return rankLikely, rankPossible // "Iranian hand in plot, Azerbaijan's service says"
	case left && beside, p.part == partOwner, p.part == partTarget:
		return rankPossible, rankMarked
	case left:
		return rankPlain, rankLikely
	}
	return rankPossible, rankPlain
}

// subjectBefore says whether an unmarked name of another state than a party's stands before a token, and so may be the
// subject of what follows.
func (s *scratch) subjectBefore(f *field, p *party, token int32) bool {
	return slices.ContainsFunc(s.parties, func(q party) bool {
		owner := q.part == partOwner && !(q.end <= token && s.isObject(f, q.end)) // "İranın ittihamlarını" is an object
		return q.end <= token && q.state != p.state && (q.part == partNone || owner) && q.holder < 0
	})
}

// anotherBefore says whether another state is named before a party.
func (s *scratch) anotherBefore(p *party) bool {
	return s.parties[0].state != p.state && s.parties[0].end <= p.start
}

// nextTo says whether a name of another state stands right behind a match.
func (s *scratch) nextTo(p *party, m match) bool {
	return slices.ContainsFunc(s.parties, func(q party) bool { return q.state != p.state && q.start == m.end })
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
func (s *scratch) isObject(f *field, token int32) bool { return endsIn(f.folded(token), s.tongue.held) }

// endsIn says whether a folded word has one of the endings.
func endsIn(word string, endings []string) bool {
	return slices.ContainsFunc(endings, func(ending string) bool { return strings.HasSuffix(word, ending) })
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
	mark := 0.0
	for k := max(from, 1); k <= to && int(k) < len(f.tokens); k++ {
		switch marks := f.tokens[k].marks; {
		case marks&markHard != 0 && strings.ContainsAny(f.between(k-1, k), ";؛"):
			return off + rankClause
		case marks&(markHard|markComma|markQuote) != 0:
			mark = rankMark
		}
	}
	return off + mark
}
