package score

import "slices"

// findCues finds the cues of title, lead and every sentence that has a phrase, and whether the whole text is
// noise.
func (s *scratch) findCues(l *Lexicon) {
	for f := range s.fields {
		s.wide[f] = s.wide[f][:0]
		fd := &s.fields[f]
		s.m = matcher{graph: s.tongue.cues, tokens: fd.tokens, syms: s.syms, found: s.m.found[:0]}
		s.eachSentence(fd, func(from, to int32) {
			if f == 0 || from < to && fd.tokens[from].paragraph == 0 || firstFrom(s.rules[f], from) < firstFrom(s.rules[f], to) {
				s.m.find(from, to)
			}
		})
		s.cues[f] = uneaten(l, s.cues[f][:0], s.m.found)
		for _, c := range s.cues[f] {
			q := &l.cues[c.out.id]
			if q.where >= whereTitle && inScope(q.where, f, fd, c) && !slices.Contains(s.wide[f], c.out.id) {
				s.wide[f] = append(s.wide[f], c.out.id)
				if q.noise {
					s.noise = q.name
				}
			}
		}
	}
}

// uneaten adds to kept the cues that no longer one of the name "nothing" covers. Other cues do not
// silence one another: the longer may not reach where the shorter does.
func uneaten(l *Lexicon, kept, found []match) []match {
	eater := match{end: -1} // the one that reaches furthest so far
	for i, c := range found {
		for _, d := range found[i:] {
			if d.start > c.start {
				break
			}
			if l.cues[d.out.id].name == nothing && d.end > eater.end {
				eater = d
			}
		}
		if c.start < eater.end && c.end-c.start < eater.end-eater.start {
			continue
		}
		kept = append(kept, c)
	}
	return kept
}

// longTitle is how far a title can reach, in words: where an outlet gives none, the first paragraph stands for it.
const longTitle = 30

// inScope says whether a cue of a text-wide scope stands where it counts: in the title, or for some in the
// lead.
func inScope(w where, f int, fd *field, c match) bool {
	if w == whereTitle {
		return f == 0 && c.start < longTitle
	}
	return f == 0 || fd.tokens[c.start].paragraph == 0
}

// shift makes an intensity graver by add, on whichever side it is, within -10 to 10. What is made
// milder stays an event.
func shift(v, add float64) float64 {
	const least, most = 0.5, 10
	if v < 0 {
		return -min(most, max(least, -v+add))
	}
	return min(most, max(least, v+add))
}

// applyCues sums up what the cues around a match, and its own words, do to it; further says whether the text has told an event before.
func (s *scratch) applyCues(l *Lexicon, f int, m match, further bool) (intensity, confidence float64, reason string) {
	ru := &l.rules[m.out.id]
	confidence, reason = 1, ru.drop
	s.felt = s.felt[:0]
	apply := func(id int32) {
		q := &l.cues[id]
		if !q.kinds[ru.kind] || q.frames&(1<<ru.frame) == 0 || q.further && !further || slices.Contains(s.felt, id) {
			return
		}
		s.felt = append(s.felt, id) // a cue counts once, however often its words stand there
		if q.drops && reason == "" {
			reason = q.name
		}
		intensity += q.intensity
		if q.confidence > 0 {
			confidence *= q.confidence
		}
	}
	fd := &s.fields[f]
	for _, c := range fd.inSentence(s.cues[f], m) {
		if fd.touches(&l.cues[c.out.id], c, m) {
			apply(c.out.id)
		}
	}
	for g := range s.wide {
		for _, id := range s.wide[g] {
			if g <= f || !l.cues[id].noise { // a concert hall in the text does not take the title's deed away
				apply(id)
			}
		}
	}
	return intensity, confidence, reason
}

// touches says whether a cue at c, in the sentence of m, reaches m.
func (f *field) touches(q *cue, c, m match) bool {
	switch {
	case q.where >= whereTitle:
		return false
	case c.end <= m.start:
		return q.where == whereSentence || q.where != whereAfter && m.start-c.end < q.within && f.open(c.end, m.start)
	case c.start >= m.end:
		return q.where == whereSentence || q.where != whereBefore && c.start-m.end < q.within && f.open(m.end, c.start)
	case c.start < m.start && q.where != whereAfter, c.end > m.end && q.where != whereBefore:
		return true // "media claims" of "denied media claims"
	}
	for k := max(c.start, m.start); k < min(c.end, m.end); k++ { // inside: only in a gap of the phrase
		if m.words&(1<<uint(k-m.start)) != 0 {
			return false
		}
	}
	return true
}

// open says whether no dash, colon or bracket parts two tokens.
func (f *field) open(from, to int32) bool {
	for k := from; k <= to && int(k) < len(f.tokens); k++ {
		if f.tokens[k].marks&markHard != 0 {
			return false
		}
	}
	return true
}
