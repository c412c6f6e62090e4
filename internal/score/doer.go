package score

import (
	"math"
	"slices"
	"unicode/utf8"
)

// Who of a pair does what a text tells is heard of the names of the two: what stands beside them, how they end and what part
// they have in their sentence, of each kind for itself, since an Iranian plot is uncovered by the other and an Iranian summons
// is not. What is learned of one state holds for both.

const (
	endingLetters = 3  // of a name
	noPart        = 99 // of a name that does not stand in the field's first sentence, or alone there
)

// doings calls visit for all that is heard of what a state of the pair does in a text of a kind.
func (s *scratch) doings(l *Lexicon, p *pairOf, kind int, visit func(f, state int, feature uint32)) {
	k := uint32(kind)
	for f, parties := range [...][]party{s.titleParties, s.leadParties} {
		heard, first := s.hearing(f), uint32(1)
		for i := range s.actors[f] {
			a := &s.actors[f][i]
			if a.start >= heard {
				break
			}
			if int(a.state) != p.a && int(a.state) != p.b {
				continue
			}
			before2, before := s.wordBy(l, f, i, a.start-2), s.wordBy(l, f, i, a.start-1)
			after, after2 := s.wordBy(l, f, i, a.end), s.wordBy(l, f, i, a.end+1)
			sort, ending := l.names[a.name].hash(), wordForeign
			if s.tongue.speaks() {
				ending = s.fields[f].endingOf(a.end - 1)
			}
			part, held := s.fields[f].partIn(parties, a)
			others := partOfOther(parties, a)
			meantBefore, meantAfter := s.meantBy(l, f, i, a.start-1, -1), s.meantBy(l, f, i, a.end, 1)
			for n, of := range [...][4]uint32{
				{k, first}, {k, sort}, {k, sort, first}, {k, ending}, {ending},
				{k, before}, {before}, {k, after}, {after}, {after, after2}, {before2, before}, {ending, after}, {before, after}, {after2}, {before2},
				{k, part}, {k, part, first}, {part}, {k, part, held}, {part, held}, {part, others}, {k, part, others, first},
				{k, meantBefore}, {k, meantAfter}, {meantBefore}, {meantAfter}, {k, meantBefore, meantAfter}, {ending, meantAfter}, {k, meantAfter, first},
			} {
				h := mix(mix(fnvBasis, uint32(f)), uint32(n))
				for _, x := range of {
					h = mix(h, x)
				}
				visit(f, int(a.state), feature(featureDoer, h))
			}
			first = 0
		}
	}
}

// wordBy gives the stem of a word near the i-th name of a field.
func (s *scratch) wordBy(l *Lexicon, f, i int, token int32) uint32 {
	if token < 0 || token >= s.hearing(f) {
		return wordEdge
	}
	actors := s.actors[f]
	for j := max(0, i-2); j < min(len(actors), i+3); j++ {
		if a := &actors[j]; a.start <= token && token < a.end && a.state >= 0 {
			return l.stateWord(a)
		}
	}
	if !s.tongue.speaks() {
		return wordForeign
	}
	return s.fields[f].stem(token)
}

// meantReach is how many words are looked through for one whose meaning is known.
const meantReach = 4

// meantBy gives the meaning of the nearest word, in a direction from one on, whose meaning is known, or a name.
func (s *scratch) meantBy(l *Lexicon, f, i int, token, step int32) (meant uint32) {
	for range meantReach {
		by := s.wordBy(l, f, i, token)
		if by == wordEdge || by == wordPaired || by == wordOther {
			return by
		}
		l.wording.meanings.of(s.meant[f][token], func(m uint32) { meant = m })
		if meant != 0 {
			return meant
		}
		token += step
	}
	return 0
}

// hash tells the sort of a name from others.
func (n *name) hash() uint32 {
	h := hash(n.category)
	if n.people {
		h = mix(h, 1)
	}
	return h
}

// endingOf hashes the last letters of a word.
func (f *field) endingOf(token int32) uint32 {
	word := f.text[f.tokens[token].start:f.tokens[token].end]
	from := len(word)
	for n := 0; n < endingLetters && from > 0; n++ {
		_, size := utf8.DecodeLastRuneInString(word[:from])
		from -= size
	}
	h := fnvBasis
	for _, r := range word[from:] {
		h = mix(h, uint32(foldRune(r)))
	}
	return h
}

// partIn gives the part a name has in its sentence, and the stem of the word it owns.
func (f *field) partIn(parties []party, a *actor) (part, held uint32) {
	for i := range parties {
		if p := &parties[i]; p.start == a.start {
			if p.holder >= 0 {
				held = f.stem(p.holder)
			}
			return uint32(p.part), held
		}
	}
	return noPart, 0
}

// partOfOther gives the part the first name of another state has in a sentence, and whether it stands before.
func partOfOther(parties []party, a *actor) uint32 {
	for i := range parties {
		if p := &parties[i]; p.state != a.state && p.state != otherState {
			part := 2 * uint32(p.part)
			if p.start < a.start {
				part++
			}
			return part
		}
	}
	return noPart
}

// doerWording is what was learned of doers: a softmax regression, since it hangs on few words each.
type doerWording struct {
	scale   float64 // of a weight
	hashes  []byte  // four bytes a feature, ascending
	ends    []byte  // four bytes a feature: where its weights end
	weights []byte  // two bytes each: answer, value
}

// Answers of doers.
const (
	answerActs    = iota // the state itself does it
	answerBothAct        // both do
	doerAnswers
)

// readDoers takes it off the front of a file.
func readDoers(file []byte) (d doerWording, rest []byte, ok bool) {
	if len(file) < 8 {
		return d, nil, false
	}
	d.scale = float64(math.Float32frombits(le32(file, 0)))
	n := int(le32(file, 1))
	if file = file[8:]; len(file)/8 < n {
		return d, nil, false
	}
	d.hashes, d.ends, rest = file[:4*n], file[4*n:8*n], file[8*n:]
	size := 0
	if n > 0 {
		size = 2 * int(le32(d.ends, n-1))
	}
	if len(rest) < size {
		return d, nil, false
	}
	d.weights = rest[:size]
	return d, rest[size:], true
}

// find gives the weights of a feature: answer, value, answer, value ….
func (d *doerWording) find(feature uint32) []byte {
	i, ok := place(d.hashes, feature)
	if !ok {
		return nil
	}
	from := uint32(0)
	if i > 0 {
		from = le32(d.ends, i-1)
	}
	return d.weights[2*from : 2*le32(d.ends, i)]
}

// hearDoer tells how likely it is that a, b or both of a pair do a thing of a kind, as logarithms up to a common term.
func (s *scratch) hearDoer(l *Lexicon, p *pairOf, kind int) (sums [3]float64) {
	d := &l.wording.doers
	var n [2]float64
	var of [2][3]float64
	s.doings(l, p, kind, func(f, state int, feature uint32) {
		n[f]++
		weights := d.find(feature)
		for i := 0; i+1 < len(weights); i += 2 {
			who := 2
			if weights[i] == answerActs {
				if who = 0; state == p.b {
					who = 1
				}
			}
			of[f][who] += d.scale * float64(int8(weights[i+1]))
		}
	})
	for who := range sums {
		sums[who] = of[0][who]/math.Sqrt(max(1, n[0])) + of[1][who]/math.Sqrt(max(1, n[1]))
	}
	return sums
}

// ascribe gives an event to who is likeliest to have done it, by the wording and, where the phrases told, by them.
func (s *scratch) ascribe(l *Lexicon, e *Event, told bool) {
	k := slices.Index(l.wording.kinds, e.Kind)
	i := slices.IndexFunc(l.pairs, func(p pairOf) bool { return p.name == e.Pair })
	if k < 0 || i < 0 {
		return
	}
	if ru := l.heardRules[k]; ru < 0 || !l.kinds[l.rules[ru].kind].Directed || l.kindData[l.rules[ru].kind].third {
		return
	}
	p := &l.pairs[i]
	sums := s.hearDoer(l, p, k)
	who := [...][2]string{{l.states[p.a], l.states[p.b]}, {l.states[p.b], l.states[p.a]}, {Both, Both}}
	for i := range sums {
		if sums[i] *= l.evidence.trust; told && who[i] == [2]string{e.From, e.To} {
			sums[i] += l.evidence.odds[toldDoer]
		}
	}
	best := who[slices.Index(sums[:], max(sums[0], sums[1], sums[2]))]
	e.From, e.To = best[0], best[1]
}
