package score

import (
	"slices"
	"unicode/utf8"
)

// Reasons a mention became no event, besides the names of the lexicon's cues.
const (
	noPair     = "no pair"    // it is not between the two states of a pair
	noActor    = "no actor"   // its sentence names none of them
	reported   = "reported"   // it is what another phrase speaks of: "slams expulsion"
	unsure     = "unsure"     // its confidence is below the floor
	background = "background" // the title tells of an anniversary, a plan or a denial
	hint       = "hint"       // a lone word, heard where no phrase is found
	inPassing  = "in passing" // a kind of everyday words that neither the title nor the text's first sentence tells
	asked      = "asked"      // the title asks whether it happened
	unlikely   = "unlikely"   // the wording of the text speaks against it
	repeated   = "repeated"   // the same kind and direction stands earlier in the text
)

// reach is how far, in words, a deed may stand behind the words that speak of it.
const reach = 6

// judge makes events of the rule matches, or says why they are none.
func (s *scratch) judge(l *Lexicon, r *Result) {
	possible := s.pairNamed(l)
	s.noise = ""
	s.settled, s.third, s.elsewhere, s.aside, s.spoken = "", false, false, false, false
	s.titleParties, s.leadParties = s.titleParties[:0], s.leadParties[:0]
	s.findCues(l)
	if possible {
		s.question = s.fields[0].question()
		s.titleParties = s.firstParties(l, 0, s.titleParties)
		s.leadParties = s.firstParties(l, 1, s.leadParties)
	}
	for f := range s.fields {
		fd := &s.fields[f]
		sentence := int32(-1)
		s.silent = s.silent[:0]
		for i, m := range s.rules[f] {
			ru, mention := &l.rules[m.out.id], fd.mention(l, m)
			if possible {
				if sn := fd.tokens[m.start].sentence; sn != sentence {
					sentence = sn
					from, to := fd.sentence(sn)
					s.readSentence(l, f, from, to)
				}
				mention.Dropped = s.weigh(l, f, i, r)
				if f == 0 {
					s.spoken = mention.Dropped == noPair && l.kindData[ru.kind].spoken
				}
				s.aside = s.aside || f == 0 && mention.Dropped == noPair && !l.kindData[ru.kind].rhetoric
				if d := mention.Dropped; d != "" && d != noPair && d != noActor && d != repeated {
					s.silent = append(s.silent, int32(i))
				}
			}
			r.Mentions = append(r.Mentions, mention)
		}
		if f == 0 && possible {
			s.settle(l, r)
			r.yield(l)
		}
	}
	s.recall(l, r)
	if s.listens(l) {
		s.hear(l)
		if possible {
			s.reconsider(l, r)
		} else {
			s.retell(l, r)
		}
	}
	s.relate(l, r)
}

// firstParties gives the parties of a field's first sentence, in memory used again.
func (s *scratch) firstParties(l *Lexicon, f int, into []party) []party {
	if len(s.fields[f].starts) == 0 {
		return into[:0]
	}
	from, to := s.fields[f].sentence(0)
	s.readSentence(l, f, from, to)
	return append(into[:0], s.parties...)
}

// pairNamed says whether the text names both states of a pair.
func (s *scratch) pairNamed(l *Lexicon) bool {
	return l.pairAmong(s.present)
}

func (s *scratch) namesBoth(p pairOf) bool { return p.among(s.present) }

func (f *field) span(m match) [2]int {
	return [2]int{int(f.tokens[m.start].start), int(f.tokens[m.end-1].end)}
}

// mention tells of a match, which is no event yet.
func (f *field) mention(l *Lexicon, m match) Mention {
	ru, span := &l.rules[m.out.id], f.span(m)
	return Mention{Kind: l.kinds[ru.kind].Name, Field: f.name, Span: span, Text: f.text[span[0]:span[1]], Rule: ru.id, Dropped: noPair}
}

// weigh makes an event of one match or gives the reason why not.
func (s *scratch) weigh(l *Lexicon, f, i int, r *Result) string {
	fd, m := &s.fields[f], s.rules[f][i]
	ru := &l.rules[m.out.id]
	k, base := l.kinds[ru.kind], ru.intensity
	if s.spokenOf(l, f, i) || s.causeOf(l, f, i, r) {
		return reported
	}
	if s.toldAgain(l, f, i) {
		return repeated
	}
	if denied := l.kindData[ru.kind].denial; denied != "" && s.deniesReport(l, f, i, r, denied) {
		return denied
	}
	if f == 0 && m.start >= s.question {
		return asked
	}
	if f > 0 && s.settled != "" {
		return s.settled
	}
	if l.kindData[ru.kind].opening && f > 0 && len(r.Events) == 0 && fd.behindOpening(m) {
		return inPassing
	}
	s.third = false
	intensity, confidence, reason := s.applyCues(l, f, m, len(r.Events) > 0)
	if reason != "" {
		return reason
	}
	if f == 0 {
		if reason := s.plannedBelow(l, ru); reason != "" {
			return reason
		}
	}
	who, reason := s.resolve(l, fd, m)
	if reason == noActor && f == 0 {
		who, reason = s.resolveByLead(l, fd, m)
	}
	if reason == noActor && f > 0 && fd.tokens[m.start].paragraph == 0 {
		who, reason = s.resolveByTitle(l, fd, m)
	}
	if kd := &l.kindData[ru.kind]; reason == noPair && (kd.withAdversary >= 0 || kd.withShunned >= 0) {
		who, reason = s.resolveAdversary(l, fd, m)
		other := max(kd.withAdversary, kd.withShunned)
		k, base = l.kinds[other], l.kinds[other].Intensity
	}
	if other := l.kindData[ru.kind].byBoth; other >= 0 && who.doneByBoth(m) {
		k, base = l.kinds[other], l.kinds[other].Intensity
	}
	if reason != "" {
		return reason
	}
	confidence *= s.fieldConfidence(l, f, fd, m) * who.confidence
	if f > 0 && fd.tokens[m.start].sentence == 0 && len(r.Events) > 0 && (who.parties[0] == nil || who.parties[1] == nil) {
		confidence *= l.numbers.Retold
	}
	if confidence < l.numbers.Floor {
		return unsure
	}
	e := s.event(l, f, m, who, k.Name, shift(base, intensity), confidence)
	if a, b := who.parties[0], who.parties[1]; a != nil && b != nil {
		owners := a.part == partOwner && b.part == partOwner && ru.frame != frameActive
		e.vague = who.from == Both && (owners && !l.kindData[ru.kind].placeTo || f == 0 && l.kindData[ru.kind].placeTo)
		r.makePlain(e)
	}
	if r.toldInTitle(e) || !r.add(e) {
		return repeated
	}
	return ""
}

// event makes an event of a match.
func (s *scratch) event(l *Lexicon, f int, m match, who whom, kind string, intensity, confidence float64) Event {
	fd := &s.fields[f]
	e := Event{
		Pair: who.pair, Kind: kind, From: who.from, To: who.to, Intensity: intensity, Confidence: min(1, confidence),
		Field: fd.name, Span: fd.evidence(m, who.parties), Rule: l.rules[m.out.id].id, Number: s.numberNear(l, fd, m), Place: s.placeNear(l),
	}
	e.Text = fd.text[e.Span[0]:e.Span[1]]
	return e
}

// behindOpening says whether a match stands behind the first sentence of a text and the lines a page has above it.
func (f *field) behindOpening(m match) bool {
	return m.start >= shortLead && f.tokens[m.start].sentence > 0
}

// plannedBelow gives the reason for which a title's noun tells no deed, as the text's first sentence says of the same kind:
// titles have "President's visit to Baku" of visits to come and of talks denied.
func (s *scratch) plannedBelow(l *Lexicon, ru *rule) string {
	if ru.frame != frameNoun && ru.frame != frameAny {
		return ""
	}
	why := ""
	for _, m := range s.rules[1] {
		if s.fields[1].behindOpening(m) {
			break
		}
		if l.rules[m.out.id].kind == ru.kind {
			_, _, reason := s.applyCues(l, 1, m, false)
			if !l.undone[reason] {
				return ""
			}
			why = reason
		}
	}
	return why
}

// toldInTitle says whether the title tells a deed of the same kind the other way round: the text rather says more of
// that deed than tells of an answer in kind, and who did it stands in the title more plainly.
func (r *Result) toldInTitle(e Event) bool {
	return slices.ContainsFunc(r.Events, func(o Event) bool {
		return o.Field == "title" && o.Pair == e.Pair && o.Kind == e.Kind && o.From == e.To && o.To == e.From
	})
}

// makePlain gives an event of "the Azerbaijani-Iranian border is closed", or a title's clash of the two, the direction in
// which e tells it.
func (r *Result) makePlain(e Event) {
	i := slices.IndexFunc(r.Events, func(o Event) bool { return o.vague && o.Pair == e.Pair && o.Kind == e.Kind })
	if i >= 0 && e.From != Both {
		r.Events[i].From, r.Events[i].To, r.Events[i].vague = e.From, e.To, false
	}
}

// doneByBoth says whether the two states do together what a match reports, rather than be where it happens or be named in
// the phrase, as in "drills near the Azerbaijani-Iranian border".
func (w *whom) doneByBoth(m match) bool {
	p := w.parties[0]
	return w.from == Both && p != nil && p.part != partPlace && p.part != partTarget && !(p.part == partOwner && p.start >= m.start && p.end <= m.end)
}

// evidence widens a match to the parties it rests on, where they stand near, so that the words shown
// say who and whom: "Baku summons Iranian ambassador".
func (f *field) evidence(m match, parties [2]*party) [2]int {
	for _, p := range parties {
		if p != nil && max(m.start-p.end, p.start-m.end) <= reach {
			m.start, m.end = min(m.start, p.start), max(m.end, p.end)
		}
	}
	return f.span(m)
}

// add keeps one event per pair, kind and direction; one whose direction is not known joins one of
// which it is. It says whether the event is new.
func (r *Result) add(e Event) bool {
	for i := range r.Events {
		o := &r.Events[i]
		if o.Pair != e.Pair || o.Kind != e.Kind {
			continue
		}
		if o.From == Unknown && e.From != Unknown {
			o.From, o.To = e.From, e.To
		}
		if o.From == e.From && o.To == e.To || e.From == Unknown {
			if o.Number == 0 {
				o.Number = e.Number
			}
			if o.Place == "" {
				o.Place = e.Place
			}
			return false
		}
	}
	r.Events = append(r.Events, e)
	return true
}

// spokenOf says whether a match is what the words before it speak of: in "slams expulsion" nobody
// expels.
func (s *scratch) spokenOf(l *Lexicon, f, i int) bool {
	rules, tokens := s.rules[f], s.fields[f].tokens
	m := rules[i]
	verbLast := s.tongue.verbLast // what follows a last verb is a new clause
	if l.kindData[l.rules[m.out.id].kind].rhetoric {
		return false
	}
	for j := i - 1; j >= 0 && m.start-rules[j].end <= reach; j-- {
		p := rules[j]
		ru := &l.rules[p.out.id]
		if s.isSilent(j) || tokens[p.start].sentence != tokens[m.start].sentence || !l.kindData[ru.kind].rhetoric || verbLast && ru.frame != frameNoun {
			continue
		}
		if s.clearMarks(&s.fields[f], p.end, m.start) {
			return true
		}
	}
	return false
}

// causeOf says whether a match is a noun for what a deed before it is about: in "summons the envoy over the embassy
// attack" the attack is old, and so is the one that a text comes to speak of behind its event.
func (s *scratch) causeOf(l *Lexicon, f, i int, r *Result) bool {
	fr := l.rules[s.rules[f][i].out.id].frame
	if fr != frameNoun && fr != frameBlamed {
		return false
	}
	return f > 0 && len(r.Events) > 0 || s.deedBefore(f, i, func(match) bool { return true })
}

// toldAgain says whether a match tells the deed before it in the sentence again: in "arrests men accused of spying"
// nobody else is named who could have done it.
func (s *scratch) toldAgain(l *Lexicon, f, i int) bool {
	m := s.rules[f][i]
	return s.deedBefore(f, i, func(d match) bool {
		return l.rules[d.out.id].kind == l.rules[m.out.id].kind &&
			!slices.ContainsFunc(s.parties, func(p party) bool { return p.start >= d.end && p.end <= m.start })
	})
}

// deniesReport says whether a deed before match i in its sentence, one that makes things better, is denied: in "İran'la
// gizli görüşme yapıldığını yalanladı" a report is denied and no charge rejected.
func (s *scratch) deniesReport(l *Lexicon, f, i int, r *Result, denied string) bool {
	told := r.Mentions[len(r.Mentions)-i:] // of the matches before
	return s.before(f, i, func(j int) bool {
		return told[j].Dropped == denied && l.kinds[l.rules[s.rules[f][j].out.id].kind].Side == Deescalation
	})
}

// isSilent says whether match i of the field was dropped; they come in order.
func (s *scratch) isSilent(i int) bool {
	_, found := slices.BinarySearch(s.silent, int32(i))
	return found
}

// deedBefore says whether the sentence has an event before match i that fits.
func (s *scratch) deedBefore(f, i int, fits func(match) bool) bool {
	return s.before(f, i, func(j int) bool { return !s.isSilent(j) && fits(s.rules[f][j]) })
}

// before says whether a match that stands before match i in its sentence fits, whatever became of it.
func (s *scratch) before(f, i int, fits func(j int) bool) bool {
	rules, tokens := s.rules[f], s.fields[f].tokens
	for j := i - 1; j >= 0 && tokens[rules[j].start].sentence == tokens[rules[i].start].sentence; j-- {
		if fits(j) {
			return true
		}
	}
	return false
}

// inSentence gives those of the field's matches that stand in the sentence of m; they are in the
// order of the text.
func (f *field) inSentence(all []match, m match) []match {
	from, to := f.sentence(f.tokens[m.start].sentence)
	return all[firstFrom(all, from):firstFrom(all, to)]
}

// firstFrom gives the index of the first match that begins at a token or behind it.
func firstFrom(all []match, token int32) int {
	i, _ := slices.BinarySearchFunc(all, token, func(m match, t int32) int { return int(m.start - t) })
	return i
}

func (s *scratch) fieldConfidence(l *Lexicon, f int, fd *field, m match) float64 {
	switch {
	case f == 0:
		return l.numbers.Title
	case fd.tokens[m.start].paragraph == 0:
		return l.numbers.Lead
	}
	return l.numbers.Text
}

// numberNear gives the number that counts the people a deed is about: one that stands right before
// a word like "diplomats" or beside the phrase itself.
func (s *scratch) numberNear(l *Lexicon, fd *field, m match) int {
	best, distance := 0, int32(8)
	consider := func(start, end int32, value int) {
		near := end == m.start || start == m.end || start >= m.start && end <= m.end
		for _, h := range s.holders {
			near = near || end <= h.start && h.start-end <= 2
		}
		d := max(m.start-end, start-m.end, 0)
		if near && value > 0 && d < distance && !fd.isShare(end) {
			best, distance = value, d
		}
	}
	for _, k := range s.marks {
		if k.out.class == classNumber {
			consider(k.start, k.end, int(l.values[k.out.id]))
		}
	}
	from, to := fd.sentence(fd.tokens[m.start].sentence)
	for i := from; i < to; i++ {
		if t := fd.tokens[i]; t.marks&markDigit != 0 && t.value < 1900 {
			consider(i, i+1, int(t.value))
		}
	}
	return best
}

// isShare says whether a per cent sign or a decimal follows the word that ends at token end.
func (f *field) isShare(end int32) bool {
	at := int(f.tokens[end-1].end)
	r, _ := utf8.DecodeRuneInString(f.text[at:])
	return r == '%' || r == '٪' || r == '.' && at+1 < len(f.text) && f.text[at+1] >= '0' && f.text[at+1] <= '9'
}

func (s *scratch) placeNear(l *Lexicon) string {
	for _, k := range s.marks {
		if k.out.class == classPlace {
			return l.places[k.out.id]
		}
	}
	return ""
}
