package score

import (
	"math"
	"slices"
)

// What the phrases tell, as it stands beside what the wording says.
const (
	toldTitle     = iota // the first event of the title
	toldText             // the first event, where the title has none
	toldBeyond           // likewise, behind what of the text is heard
	toldLater            // another event
	toldMentioned        // a phrase that tells of what is not the news
	toldElsewhere        // a phrase that tells of others
	toldDropped          // a phrase a cue drops, or a hint
	toldNothing          // not told: that nothing happened
	toldApart            // likewise, of a text that does not speak of the two together
	toldDoer             // who did it
	allTold
)

// toldNames are their names in lexicon.yaml.
var toldNames = [allTold]string{"title", "text", "beyond", "later", "mentioned", "elsewhere", "dropped", "nothing", "apart", "doer"}

// How the states of a pair stand in a text, which says whether it is about them.
const (
	standTitle = iota // together in the title
	standText         // together in the text
	standApart        // apart
	standNoise        // in a text of sport, culture, …
	allStands
)

// standNames are their names in lexicon.yaml.
var standNames = [allStands]string{"title", "text", "apart", "noise"}

// evidence says how far the wording's odds are believed, as their power, where 0 is not at all, and how much likelier, as the
// logarithm of odds, what else is known makes an answer: what is told of a kind, how the states stand.
type evidence struct {
	trust float64
	odds  [max(allTold, allStands)]float64
}

// listens says whether the wording is asked of the text: not in a foreign language of which too few words are known, or where the
// text is of sport, culture and the like, which no phrase gainsays.
func (s *scratch) listens(l *Lexicon) bool {
	return l.evidence.trust > 0 && len(l.wording.kinds) > 0 && (s.tongue.speaks() || s.lang != "" && s.noise == "")
}

// telling is a kind, empty for none, and what the phrases told of it.
type telling struct {
	kind string
	how  int
}

// weighWords makes of how likely each kind is by the wording, in s.heard, how likely it is by that and by what the phrases told.
func (s *scratch) weighWords(l *Lexicon) {
	for k := range s.heard {
		s.heard[k] *= l.evidence.trust
	}
	if !s.tongue.speaks() {
		return // phrases tell nothing
	}
	for _, t := range s.told {
		if k := slices.Index(l.wording.kinds, t.kind); k >= 0 {
			s.heard[k] += l.evidence.odds[t.how]
		}
	}
}

// heardOf says whether what is heard of the text names both states of a pair.
func (s *scratch) heardOf(p pairOf) bool {
	return p.among(s.titleStates() | s.statesIn(1, 0, s.hearing(1)))
}

// recall sets in s.told what the phrases told of each kind, the best where that is more than one thing, and what speaks for
// nothing.
func (s *scratch) recall(l *Lexicon, r *Result) {
	s.told = s.told[:0]
	once := func(kind string, how int) {
		if !slices.ContainsFunc(s.told, func(t telling) bool { return t.kind == kind }) {
			s.told = append(s.told, telling{kind, how})
		}
	}
	first := func(i int, field string, at int) int {
		switch {
		case i > 0:
			return toldLater
		case field == "title":
			return toldTitle
		case !s.early(at):
			return toldBeyond
		}
		return toldText
	}
	once("", toldNothing)
	if i := slices.IndexFunc(l.pairs, s.heardOf); i >= 0 && len(r.Events) == 0 && !s.together(l.pairs[i], rollCall) {
		s.told = append(s.told, telling{"", toldApart})
	}
	for i := range r.Events {
		once(r.Events[i].Kind, first(i, r.Events[i].Field, r.Events[i].Span[0]))
	}
	named := s.pairNamed(l)
	for i := range r.Mentions {
		switch m := &r.Mentions[i]; m.Dropped {
		case "":
		case noPair:
			if named {
				once(m.Kind, toldElsewhere)
			} else {
				once(m.Kind, first(i, m.Field, m.Span[0]))
			}
		case noActor, reported, background, unsure, repeated, inPassing:
			once(m.Kind, toldMentioned)
		default:
			once(m.Kind, toldDropped)
		}
	}
}

// reconsider hears the wording beside what the phrases told of a pair and goes by what is likeliest by both: it takes the
// events back, puts another of them first, or tells one the phrases did not, and says who did it.
func (s *scratch) reconsider(l *Lexicon, r *Result) {
	s.weighWords(l)
	best, chance := likeliest(s.heard, l.heardSides)
	kind := l.wording.kinds[best]
	i := slices.IndexFunc(r.Events, func(e Event) bool { return e.Kind == kind })
	switch {
	case kind == "":
		r.drop(len(r.Events))
	case i >= 0:
		e := r.Events[i]
		r.Events = slices.Delete(r.Events, i, i+1)
		s.ascribe(l, &e, true)
		r.lead(e)
	default:
		told := slices.IndexFunc(r.Mentions, func(m Mention) bool { return m.Kind == kind })
		e, ok := s.heardEvent(l, best, told, chance)
		if !ok {
			return
		}
		r.drop(min(1, len(r.Events)))
		if r.lead(e); told >= 0 {
			r.Mentions[told].Dropped = ""
		} else {
			r.Mentions = slices.Insert(r.Mentions, 0, Mention{Kind: e.Kind, Field: e.Field, Span: e.Span, Text: e.Text, Rule: e.Rule})
		}
	}
}

// lead puts an event first, in the place of one that tells the same.
func (r *Result) lead(e Event) {
	r.Events = slices.DeleteFunc(r.Events, func(o Event) bool {
		return o.Pair == e.Pair && o.Kind == e.Kind && o.From == e.From && o.To == e.To
	})
	r.Events = slices.Insert(r.Events, 0, e)
}

// drop takes the first n events back, and says so of the mentions they rest on.
func (r *Result) drop(n int) {
	for _, e := range r.Events[:n] {
		for i := range r.Mentions {
			if m := &r.Mentions[i]; m.Dropped == "" && m.Rule == e.Rule && m.Field == e.Field {
				m.Dropped = unlikely
			}
		}
	}
	r.Events = slices.Delete(r.Events, 0, n)
}

// heardEvent makes an event of what is likeliest, of the match that was told of as a mention or, where that is negative, of the
// word that speaks most for it; false where what is heard of the text does not name the two.
func (s *scratch) heardEvent(l *Lexicon, kind, told int, chance float64) (Event, bool) {
	f, m := s.loudest(l, kind)
	m.out = output{class: classRule, id: l.heardRules[kind]}
	if title := len(s.rules[0]); told >= title {
		f, m = 1, s.rules[1][told-title]
	} else if told >= 0 {
		f, m = 0, s.rules[0][told]
	}
	i := slices.IndexFunc(l.pairs, s.heardOf)
	if i < 0 || m.end == 0 || m.out.id < 0 {
		return Event{}, false
	}
	ru, fd := &l.rules[m.out.id], &s.fields[f]
	k := &l.kinds[ru.kind]
	from, to := fd.sentence(fd.tokens[m.start].sentence)
	s.readSentence(l, f, from, to)
	who, reason := s.resolve(l, fd, m)
	if reason != "" {
		who = s.guess(l, &l.pairs[i], &l.kindData[ru.kind], k.Directed)
	}
	intensity, _, _ := s.applyCues(l, f, m, false)
	e := s.event(l, f, m, who, k.Name, shift(ru.intensity, intensity), chance*who.confidence*s.fieldConfidence(l, f, fd, m))
	s.ascribe(l, &e, reason == "")
	return e, e.Confidence >= l.numbers.Floor
}

// guess gives who did a thing of which the text says no more than that it names the two: both of them, or the one that deals
// with a third state.
func (s *scratch) guess(l *Lexicon, p *pairOf, k *kindData, directed bool) whom {
	who := whom{pair: p.name, from: Both, to: Both, confidence: l.numbers.Inferred}
	if directed {
		who.from, who.to = l.states[p.a], l.states[p.b]
	}
	if !k.third {
		return who
	}
	for f := range s.actors {
		if own, third, ok := s.allies(l, p, f); ok {
			who.from, who.to = l.states[own], l.states[third]
			break
		}
	}
	return who
}

// allies gives with which third state a field names which of the pair: with the other's adversary, where it names one, else the
// first of each; false where it lacks either.
func (s *scratch) allies(l *Lexicon, p *pairOf, f int) (own, third int, ok bool) {
	own, third = notActor, notActor
	for i := range s.actors[f] {
		switch b := int(s.actors[f][i].state); {
		case l.adversaries[[2]int{p.b, b}]:
			return p.a, b, true
		case l.adversaries[[2]int{p.a, b}]:
			return p.b, b, true
		case b == p.a || b == p.b:
			if own == notActor {
				own = b
			}
		case b != notActor && b != otherState && third == notActor:
			third = b
		}
	}
	return own, third, own != notActor && third != notActor
}

// retell puts first among the mentions of a text about no pair the kind that is likeliest.
func (s *scratch) retell(l *Lexicon, r *Result) {
	s.weighWords(l)
	if len(r.Mentions) > 0 {
		s.heard = s.heard[:len(s.heard)-1] // something was told
	}
	best, _ := likeliest(s.heard, l.heardSides)
	kind := l.wording.kinds[best]
	if i := slices.IndexFunc(r.Mentions, func(m Mention) bool { return m.Kind == kind }); i >= 0 {
		m := r.Mentions[i]
		r.Mentions = slices.Insert(slices.Delete(r.Mentions, i, i+1), 0, m)
		return
	}
	f, m := s.loudest(l, best)
	if ru := l.heardRules[best]; ru >= 0 && m.end > 0 {
		m.out = output{class: classRule, id: ru}
		r.Mentions = slices.Insert(r.Mentions, 0, s.fields[f].mention(l, m))
	}
}

// likeliest gives the likeliest kind of the likeliest side, and how likely that side is, of the logarithms of the kinds' chances,
// up to a common term, and their sides. So two kinds between which the text leaves the choice are not both less likely than
// nothing.
func likeliest(heard []float64, sides []int) (kind int, chance float64) {
	most, all, of := slices.Max(heard), 0.0, [3]float64{}
	for k, h := range heard {
		of[sides[k]] += math.Exp(h - most)
		all += math.Exp(h - most)
	}
	kind = -1
	for k, h := range heard {
		if kind < 0 || of[sides[k]] > of[sides[kind]] || sides[k] == sides[kind] && h > heard[kind] {
			kind = k
		}
	}
	return kind, of[sides[kind]] / all
}
