package score

import (
	_ "embed"
	"encoding/binary"
	"math"
	"slices"
)

// The wording of a text is a second opinion on what it tells: which kind its words are mostly used for, as learned from the
// labelled texts. It knows what no phrase says, as "the envoy's credentials were torn up" does, and what phrases say too
// readily, but not who acts. It is a softmax regression; wording_test.go makes the file and holds it to the texts.

//go:embed wording.bin
var wordingFile string

// What of a text is heard.
const (
	wordingStem = 6  // letters of a word: longer ones are forms of it
	wordingGram = 4  // letters of a piece of a title's word
	wordingLead = 40 // words of the text
)

// listening is how much likelier, as odds, the wording must be than what the phrases told to stand in its place: an event of
// the title, one of the text, none, a phrase of a text about no pair. At 0 it is not asked.
type listening struct {
	Title, Text, Nothing, Phrase float64
}

// wording is the learned weights, used where they lie in the file: a million of them cost no start and no heap.
type wording struct {
	kinds   []string // the last is empty: nothing happened
	scale   float64  // of a weight
	hashes  string   // four bytes a feature, ascending
	ends    string   // four bytes a feature: where its weights end
	weights string   // two bytes each: kind, value
}

// wordingMagic begins the file; then come the hash of the texts it was learned from, the scale, the kinds and the features.
const wordingMagic = "TMW1"

// wordingHash is the length of the hash.
const wordingHash = 32

// openWording finds the parts of a file; false where it is none or damaged.
func openWording(file string) (w wording, ok bool) {
	const head = len(wordingMagic) + wordingHash
	if len(file) < head+6 || file[:len(wordingMagic)] != wordingMagic {
		return w, false
	}
	rest := file[head:]
	w.scale = float64(math.Float32frombits(le32(rest, 0)))
	kinds := int(rest[4])
	rest = rest[5:]
	for range kinds {
		if len(rest) == 0 || len(rest) <= int(rest[0]) {
			return w, false
		}
		n := 1 + int(rest[0])
		w.kinds, rest = append(w.kinds, rest[1:n]), rest[n:]
	}
	if len(rest) < 4 {
		return w, false
	}
	features := int(le32(rest, 0))
	rest = rest[4:]
	if kinds == 0 || features == 0 || len(rest)/8 < features {
		return w, false
	}
	w.hashes, w.ends, w.weights = rest[:4*features], rest[4*features:8*features], rest[8*features:]
	return w, 2*int(le32(w.ends, features-1)) == len(w.weights)
}

// le32 reads a number at a place counted in fours.
func le32(s string, i int) uint32 { return binary.LittleEndian.Uint32([]byte(s[4*i : 4*i+4])) }

// find gives the weights of a feature: kind, value, kind, value ….
func (w *wording) find(feature uint32) string {
	low, high := 0, len(w.hashes)/4
	for low < high {
		if mid := (low + high) / 2; le32(w.hashes, mid) < feature {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if 4*low == len(w.hashes) || le32(w.hashes, low) != feature {
		return ""
	}
	from := uint32(0)
	if low > 0 {
		from = le32(w.ends, low-1)
	}
	return w.weights[2*from : 2*le32(w.ends, low)]
}

// Features of one sort never meet those of another.
const (
	featureBias uint32 = iota
	featureTitle
	featureTitlePair
	featureGram
	featureText
	featureTextPair
)

// fnvBasis is where the hash FNV-1a begins.
const fnvBasis uint32 = 2166136261

// mix is its step.
func mix(h, x uint32) uint32 { return (h ^ x) * 16777619 }

// feature ends a hash so that all its bits depend on all that went in.
func feature(sort, h uint32) uint32 {
	h = mix(mix(fnvBasis, sort), h)
	h ^= h >> 15
	h *= 0x2c1b3c6d
	return h ^ h>>13
}

// features calls visit for all that is heard of a text, with the word it begins at.
func (s *scratch) features(l *Lexicon, visit func(f int, token int32, feature uint32)) {
	for f := range s.fields {
		fd := &s.fields[f]
		word, pair := featureTitle, featureTitlePair
		if f > 0 {
			word, pair = featureText, featureTextPair
		}
		before, next := uint32(1), 0
		for i := range s.hearing(f) {
			if fd.tokens[i].marks&markDropped != 0 {
				continue
			}
			for next < len(s.actors[f]) && s.actors[f][next].end <= i {
				next++
			}
			stem, plain := s.plainName(l, f, next, i)
			if !plain {
				stem = fd.stem(i)
			}
			visit(f, i, feature(word, stem))
			visit(f, i, feature(pair, mix(before*31, stem)))
			before = stem
			if f == 0 && !plain {
				fd.grams(i, visit)
			}
		}
	}
}

// hearing gives how many words of a field are heard: a whole title, the beginning of a text's first paragraph.
func (s *scratch) hearing(f int) int32 {
	tokens := s.fields[f].tokens
	if f == 0 {
		return int32(len(tokens))
	}
	n := 0
	for n < min(wordingLead, len(tokens)) && tokens[n].paragraph == 0 {
		n++
	}
	return int32(n)
}

// hears says whether an event is in what of the text is heard.
func (s *scratch) hears(e *Event) bool {
	n := s.hearing(1)
	return e.Field == "title" || n > 0 && e.Span[0] < int(s.fields[1].tokens[n-1].end)
}

// plainName says whether a word is a state's name and no more, so that what is learned of one state holds for others: all of
// a pair are one word, all others another.
func (s *scratch) plainName(l *Lexicon, f, next int, token int32) (stem uint32, plain bool) {
	if next == len(s.actors[f]) || s.actors[f][next].start > token {
		return 0, false
	}
	a := s.actors[f][next]
	if n := &l.names[a.name]; a.state < 0 || n.category != "state" && n.category != "capital" && !n.people {
		return 0, false
	}
	if a.state != otherState && l.paired(int(a.state)) {
		return 2, true
	}
	return 3, true
}

// stem hashes the first letters of a word.
func (f *field) stem(i int32) uint32 {
	h, n := fnvBasis, 0
	if f.tokens[i].marks&markDigit != 0 {
		return 4
	}
	for _, r := range f.text[f.tokens[i].start:f.tokens[i].end] {
		if r = foldRune(r); r > 0 {
			if h = mix(h, uint32(r)); n == wordingStem-1 {
				break
			}
			n++
		} else if r == 0 {
			break
		}
	}
	return h
}

// grams visits the pieces of a word, its ends among their letters.
func (f *field) grams(i int32, visit func(int, int32, uint32)) {
	var last [wordingGram]uint32
	last[wordingGram-1] = '^'
	n := 1
	push := func(r uint32) {
		copy(last[:], last[1:])
		last[wordingGram-1] = r
		if n++; n < wordingGram {
			return
		}
		h := fnvBasis
		for _, x := range last {
			h = mix(h, x)
		}
		visit(0, i, feature(featureGram, h))
	}
	for _, r := range f.text[f.tokens[i].start:f.tokens[i].end] {
		if r = foldRune(r); r > 0 {
			push(uint32(r))
		} else if r == 0 {
			break
		}
	}
	push('$')
}

// hear sets how likely each kind is by the text's wording, as logarithms up to a common term, in s.heard.
func (s *scratch) hear(l *Lexicon) {
	w := &l.wording
	s.heard = slices.Grow(s.heard[:0], len(w.kinds))[:len(w.kinds)]
	clear(s.heard)
	var n [2]float64
	s.features(l, func(f int, _ int32, _ uint32) { n[f]++ })
	s.add(w.find(feature(featureBias, 0)), w.scale)
	s.features(l, func(f int, _ int32, feature uint32) { s.add(w.find(feature), w.scale/math.Sqrt(n[f])) })
}

func (s *scratch) add(weights string, scale float64) {
	for i := 0; i+1 < len(weights); i += 2 {
		if k := int(weights[i]); k < len(s.heard) {
			s.heard[k] += scale * float64(int8(weights[i+1]))
		}
	}
}

// loudest gives the word of the title, or of the text, that speaks most for a kind.
func (s *scratch) loudest(l *Lexicon, kind int) (field int, m match) {
	best, sum, at, in := 0.0, 0.0, int32(-1), 0
	s.features(l, func(f int, token int32, feature uint32) {
		if token != at || f != in {
			at, in, sum = token, f, 0
		}
		weights := l.wording.find(feature)
		for i := 0; i+1 < len(weights); i += 2 {
			if int(weights[i]) == kind {
				sum += float64(int8(weights[i+1]))
			}
		}
		if sum > best {
			best, field, m = sum, f, match{start: token, end: token + 1}
		}
	})
	return field, m
}

// likeliest gives the kind that is likeliest by the wording, and how likely it is.
func (s *scratch) likeliest() (kind int, chance float64) {
	for k := range s.heard {
		if s.heard[k] > s.heard[kind] {
			kind = k
		}
	}
	sum := 0.0
	for _, h := range s.heard {
		sum += math.Exp(h - s.heard[kind])
	}
	return kind, 1 / sum
}

// listens says whether the wording is asked of the text: not in a language it was not learned in.
func (s *scratch) listens(l *Lexicon, odds float64) bool {
	return odds > 0 && len(l.wording.kinds) > 0 && s.tongue.speaks()
}

// reconsider compares what the phrases told of a pair with what the wording says, and goes by it where that is likelier
// by far: it drops the events, puts another of them first, or tells one no phrase did.
func (s *scratch) reconsider(l *Lexicon, r *Result) {
	if !s.listens(l, l.listening.Nothing) || s.noise != "" {
		return
	}
	s.hear(l)
	w, kind, odds := &l.wording, "", l.listening.Nothing
	if len(r.Events) > 0 {
		if !s.hears(&r.Events[0]) {
			return
		}
		if kind, odds = r.Events[0].Kind, l.listening.Text; r.Events[0].Field == "title" {
			odds = l.listening.Title
		}
	}
	own := slices.Index(w.kinds, kind)
	best, chance := s.likeliest()
	switch {
	case own < 0 || own == best || s.heard[best]-s.heard[own] < math.Log(odds):
	case w.kinds[best] == "":
		r.drop(len(r.Events))
	default:
		if i := slices.IndexFunc(r.Events, func(e Event) bool { return e.Kind == w.kinds[best] }); i > 0 {
			e := r.Events[i]
			r.Events = slices.Insert(slices.Delete(r.Events, i, i+1), 0, e)
		} else if e, ok := s.heardEvent(l, r, best, chance); ok {
			r.drop(min(1, len(r.Events)))
			r.Events = slices.Insert(r.Events, 0, e)
			r.Mentions = slices.Insert(r.Mentions, 0, Mention{Kind: e.Kind, Field: e.Field, Span: e.Span, Text: e.Text, Rule: e.Rule})
		}
	}
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

// heardEvent makes an event of what the wording says; false where the text does not name the two together. Who does it is
// asked of the word that speaks most for it; else it is who did what the phrases told, else who is named first.
func (s *scratch) heardEvent(l *Lexicon, r *Result, kind int, chance float64) (Event, bool) {
	ru := l.heardRules[kind]
	i := slices.IndexFunc(l.pairs, func(p pairOf) bool { return s.names(p.a) && s.names(p.b) && s.together(p, rollCall) })
	f, m := s.loudest(l, kind)
	if i < 0 || ru < 0 || m.end == 0 {
		return Event{}, false
	}
	k, p, fd := &l.kinds[l.rules[ru].kind], &l.pairs[i], &s.fields[f]
	m.out = output{class: classRule, id: ru}
	from, to := fd.sentence(fd.tokens[m.start].sentence)
	s.readSentence(l, f, from, to)
	who, reason := s.resolve(l, fd, m)
	switch {
	case reason == "":
	case !k.Directed:
		who = whom{pair: p.name, from: Both, to: Both, confidence: l.numbers.Inferred}
	case len(r.Events) > 0 && r.Events[0].From != Both:
		e := &r.Events[0]
		who = whom{pair: e.Pair, from: e.From, to: e.To, confidence: l.numbers.Inferred}
	default:
		who = whom{pair: p.name, from: l.states[p.a], to: l.states[p.b], confidence: l.numbers.Inferred}
		if s.firstOf(p) == p.b {
			who.from, who.to = who.to, who.from
		}
	}
	e := Event{
		Pair: who.pair, Kind: k.Name, From: who.from, To: who.to, Intensity: k.Intensity,
		Confidence: chance * who.confidence * s.fieldConfidence(l, f, fd, m), Field: fd.name, Span: fd.evidence(m, who.parties), Rule: l.rules[ru].id,
	}
	e.Text = fd.text[e.Span[0]:e.Span[1]]
	return e, e.Confidence >= l.numbers.Floor
}

// firstOf gives the state of a pair that is named first.
func (s *scratch) firstOf(p *pairOf) int {
	for f := range s.fields {
		for _, a := range s.actors[f] {
			if int(a.state) == p.a || int(a.state) == p.b {
				return int(a.state)
			}
		}
	}
	return p.a
}

// retell adds to the mentions of a text about no pair the kind its wording tells, where no phrase was found or the
// wording is likelier by far.
func (s *scratch) retell(l *Lexicon, r *Result) {
	if !s.listens(l, l.listening.Phrase) {
		return
	}
	s.hear(l)
	best, _ := s.likeliest()
	if len(r.Mentions) > 0 && r.Mentions[0].Dropped != hint {
		own := slices.Index(l.wording.kinds, r.Mentions[0].Kind)
		if own < 0 || s.heard[best]-s.heard[own] < math.Log(l.listening.Phrase) {
			return
		}
	}
	f, m := s.loudest(l, best)
	if ru := l.heardRules[best]; ru >= 0 && m.end > 0 {
		m.out = output{class: classRule, id: ru}
		r.Mentions = slices.Insert(r.Mentions, 0, s.fields[f].mention(l, m))
	}
}
