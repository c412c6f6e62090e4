package score

import (
	_ "embed"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"strings"
)

// The wording of a text is a second opinion on what it tells: which kind its words, and what was found in it, mostly go with, as
// learned from the labelled texts, whether it is about the two states, and who of them does such a thing. It knows what no phrase
// says, as "the envoy's credentials were torn up" does, and what phrases say too readily. Small neural networks hear it;
// learn_test.go makes the file and wording_test.go holds it to the texts.

//go:embed wording.bin
var wordingFile []byte

// What of a text is heard.
const (
	wordingStem  = 6   // letters of a word: longer ones are forms of it
	wordingGram  = 4   // letters of a piece of a word
	wordingTitle = 100 // words of the title: no longer one is a title
	wordingLead  = 40  // words of the text that are its lead
	wordingText  = 140 // words of the text

	partiesInOrder = 3 // of a sentence
)

// titleSigns tell questions, quotations, speakers and headings from reports.
const titleSigns = "?؟!:;|/–—\"«“„‘'"

// wording is what was learned, used where it lies in the file: a million numbers cost no start and no heap.
type wording struct {
	kinds    []string // the last is empty: nothing happened
	hashes   []byte   // of the features of texts: four bytes each, ascending
	rows     []byte   // beside hashes: a row for each voice, half a byte a number
	voices   []voice  // their answers are the kinds, and whether the text is about the pair
	doers    doerWording
	meanings meanings
	checksum []byte // of all of it
}

// The file begins with a word, the hash of the texts it was learned from and that of what follows, which are the kinds, what is heard
// of doers, the voices and the rows of features.
const (
	wordingMagic = "TMW4"
	wordingHash  = 32 // length of a hash
	wordingHead  = len(wordingMagic) + 2*wordingHash
)

// openWording finds the parts of a file; false where it is none or damaged.
func openWording(file []byte) (w wording, ok bool) {
	if len(file) <= wordingHead || string(file[:len(wordingMagic)]) != wordingMagic {
		return w, false
	}
	w.checksum = file[wordingHead-wordingHash : wordingHead]
	var rest []byte
	if w.kinds, rest, ok = cutNames(file[wordingHead:]); !ok {
		return w, false
	}
	if w.doers, rest, ok = readDoers(rest); !ok {
		return w, false
	}
	if w.meanings, rest, ok = readMeanings(rest); !ok {
		return w, false
	}
	for range voices {
		var v voice
		if v, rest, ok = readVoice(rest, len(w.kinds)+1); !ok {
			return w, false
		}
		w.voices = append(w.voices, v)
	}
	const size = 4 + rowSize
	n := len(rest) / size
	w.hashes, w.rows = rest[:4*n], rest[4*n:]
	return w, len(w.kinds) > 0 && n > 0 && n*size == len(rest)
}

// cutNames takes names off the front of a file, which has their number before them and before each its length.
func cutNames(file []byte) (names []string, rest []byte, ok bool) {
	if len(file) == 0 {
		return nil, nil, false
	}
	many, rest := file[0], file[1:]
	for range many {
		if len(rest) == 0 || len(rest) <= int(rest[0]) {
			return nil, nil, false
		}
		n := 1 + int(rest[0])
		names, rest = append(names, string(rest[1:n])), rest[n:]
	}
	return names, rest, true
}

// le32 reads a number at a place counted in fours.
func le32(s []byte, i int) uint32 { return binary.LittleEndian.Uint32(s[4*i:]) }

// nearby is farther than nearly all hashes stand from where they would if all were evenly spread.
const nearby = 1024

// place finds a feature among hashes that ascend, the first where it stands more than once.
func place(hashes []byte, feature uint32) (i int, ok bool) {
	n := len(hashes) / 4
	low, high, guess := 0, n, int(uint64(feature)*uint64(n)>>32)
	if at := guess - nearby; at > 0 && le32(hashes, at) < feature {
		low = at
	}
	if at := guess + nearby; at < n && le32(hashes, at) >= feature {
		high = at
	}
	for low < high {
		if mid := (low + high) / 2; le32(hashes, mid) < feature {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low, low < n && le32(hashes, low) == feature
}

// row gives the numbers of a feature; none where it was not learned.
func (w *wording) row(feature uint32) []byte {
	i, ok := place(w.hashes, feature)
	if !ok {
		return nil
	}
	return w.rows[i*rowSize : (i+1)*rowSize]
}

// Features of one sort never meet those of another.
const (
	featureLanguage uint32 = iota
	featureSign
	featureTitle
	featureTitleSkip
	featureText
	featureWord
	featurePair
	featureGram
	featureDoer
	featureTold
	featureCue
	featureStand
	featureOthers
	featureReason
	featureParty
	featureParties
	featureFirst
	featureLast
	featureMeaning
	featureMeant    // a meaning, in title or text
	featureMeanings // two that follow one another
	featureRest     // a word behind the lead
)

// fnvBasis is where the hash FNV-1a begins.
const fnvBasis uint32 = 2166136261

// mix is its step.
func mix(h, x uint32) uint32 { return (h ^ x) * 16777619 }

// mixed hashes some numbers.
func mixed(of ...uint32) uint32 {
	h := fnvBasis
	for _, x := range of {
		h = mix(h, x)
	}
	return h
}

// hash gives that of a text.
func hash(text string) uint32 {
	h := fnvBasis
	for i := range len(text) {
		h = mix(h, uint32(text[i]))
	}
	return h
}

// feature ends a hash so that all its bits depend on all that went in.
func feature(sort, h uint32) uint32 {
	h = mix(mix(fnvBasis, sort), h)
	h ^= h >> 15
	h *= 0x2c1b3c6d
	return h ^ h>>13
}

// noWord stands for the word of a feature that is of the whole field.
const noWord = -1

// features calls visit for all that is heard of a text, with the stretch it is of and the word it begins at.
func (s *scratch) features(l *Lexicon, visit func(in int, token int32, feature uint32)) {
	visit(inTitle, noWord, feature(featureLanguage, uint32(s.tongue.bit)))
	for i, r := range s.fields[0].text[:s.fields[0].end()] {
		if strings.ContainsRune(titleSigns, r) {
			visit(inTitle, noWord, feature(featureSign, mix(uint32(r), uint32(min(i, 1)))))
		}
	}
	s.circumstances(l, func(feature uint32) { visit(inTitle, noWord, feature) })
	for f := range s.fields {
		s.words(l, f, visit)
	}
}

// words calls visit for what is heard of the words of a field. What a word says in a title it says in a text too, mostly, so its
// place counts beside it. Pieces of words behind the lead told nothing more, tried on pages that had not been learned from. In a
// foreign language, one without phrases, only what words mean is heard: their stems made it read such pages worse.
func (s *scratch) words(l *Lexicon, f int, visit func(in int, token int32, feature uint32)) {
	fd, foreign, lead := &s.fields[f], !s.tongue.speaks(), s.first(f, wordingLead)
	beforeLast, last, meant, next := wordEdge, wordEdge, wordEdge, 0
	for i := range s.hearing(f) {
		if fd.tokens[i].marks&markDropped != 0 {
			continue
		}
		for next < len(s.actors[f]) && s.actors[f][next].end <= i {
			next++
		}
		in, place := inTitle, featureTitle
		if f > 0 && i < lead {
			in, place = inLead, featureText
		} else if f > 0 {
			in, place = inRest, featureRest
		}
		stem, plain := s.plainName(l, f, next, i)
		if !plain && !foreign {
			stem = fd.stem(i)
		}
		if plain || !foreign {
			visit(in, i, feature(place, stem))
			visit(in, i, feature(featureWord, stem))
		}
		if !foreign {
			visit(in, i, feature(featurePair, mix(last*31, stem)))
			if f == 0 {
				visit(in, i, feature(featureTitleSkip, mix(beforeLast*31, stem)))
			}
			beforeLast, last = last, stem
		}
		if plain {
			visit(in, i, feature(featureMeanings, mix(meant*31, stem)))
			meant = stem
			continue
		}
		before := meant
		l.wording.meanings.of(s.meant[f][i], func(m uint32) {
			visit(in, i, feature(featureMeaning, m))
			visit(in, i, feature(featureMeant, mix(place, m)))
			visit(in, i, feature(featureMeanings, mix(before*31, m)))
			meant = m
		})
		if !foreign && in != inRest {
			fd.grams(i, func(piece uint32) { visit(in, i, feature(featureGram, piece)) })
		}
	}
}

// circumstances calls visit for what is heard of a text besides its words: what phrases and cues told, how the states of a pair
// stand in it, and of title and first sentence with which words they begin and end and what parts the states have in them, one by
// one and in their order.
func (s *scratch) circumstances(l *Lexicon, visit func(feature uint32)) {
	say := func(sort uint32, of ...uint32) { visit(feature(sort, mixed(of...))) }
	for _, t := range s.told {
		say(featureTold, uint32(t.how))
		say(featureTold, uint32(t.how), hash(t.kind))
	}
	stand, others := standApart, uint32(0)
	if i := slices.IndexFunc(l.pairs, s.namesBoth); i >= 0 {
		stand = s.standing(l.pairs[i])
	}
	for named := s.titleStates(); named != 0; named &= named - 1 {
		if !l.paired(bits.TrailingZeros64(named)) {
			others++
		}
	}
	say(featureStand, uint32(stand))
	say(featureOthers, min(others, 2))
	say(featureReason, hash(s.noise))
	say(featureReason, hash(s.settled), 1)
	for f, parties := range [...][]party{s.titleParties, s.leadParties} {
		fd, field, order := &s.fields[f], uint32(f), fnvBasis
		for _, c := range s.cues[f] {
			if f == 0 || fd.tokens[c.start].sentence == 0 {
				say(featureCue, hash(l.cues[c.out.id].name), field)
			}
		}
		for i := range parties {
			p := &parties[i]
			name, part := l.stateWord(&p.actor), uint32(p.part)
			say(featureParty, field, name, part)
			say(featureParty, field, name, part, l.names[p.name].hash())
			if i < partiesInOrder {
				order = mix(mix(order, name), part)
			}
		}
		say(featureParties, field, order)
		if len(fd.starts) == 0 || !s.tongue.speaks() {
			continue
		}
		from, to := fd.sentence(0)
		if from, to = max(from, fd.from), min(to, fd.to); from < to {
			last := fd.stem(to - 1)
			say(featureFirst, field, fd.stem(from))
			say(featureLast, field, last)
			say(featureLast, field, last, fd.stem(max(from, to-2)))
		}
	}
}

// hearing gives how many words of a field are heard: of a text its beginning.
func (s *scratch) hearing(f int) int32 { return s.first(f, [...]int32{wordingTitle, wordingText}[f]) }

// first gives how many words of a field are among so many from its first on. Two signs of a script without spaces are a word.
func (s *scratch) first(f int, words int32) int32 {
	all := int32(len(s.fields[f].tokens))
	if 2*int32(s.fields[f].alone) > all {
		words *= 2
	}
	return min(all, words)
}

// early says whether a place in the text, in bytes, is in its lead.
func (s *scratch) early(at int) bool {
	n := s.first(1, wordingLead)
	return n > 0 && at < int(s.fields[1].tokens[n-1].end)
}

// plainName says whether a word is the name of a state or a person and no more, so that what is learned of one holds for others.
func (s *scratch) plainName(l *Lexicon, f, next int, token int32) (stem uint32, plain bool) {
	if next == len(s.actors[f]) || s.actors[f][next].start > token {
		return 0, false
	}
	a := &s.actors[f][next]
	switch n := &l.names[a.name]; {
	case a.state < 0:
		return 0, false
	case n.category == "person":
		return l.stateWord(a) + wordPairedPerson - wordPaired, true
	case n.category == "state", n.category == "capital", n.people:
		return l.stateWord(a), true
	}
	return 0, false
}

// stateWord stands for the name of any state: all of a pair are one word, all others another.
func (l *Lexicon) stateWord(a *actor) uint32 {
	if a.state != otherState && l.paired(int(a.state)) {
		return wordPaired
	}
	return wordOther
}

// What stands for words that are not themselves heard.
const (
	wordEdge   uint32 = 1 + iota // before the first and behind the last
	wordPaired                   // a state of a pair
	wordOther                    // another state
	wordPairedPerson
	wordOtherPerson
	wordNumber
	wordForeign
	wordMeanings // and what follows: the meanings
)

// stem hashes the first letters of a word.
func (f *field) stem(i int32) uint32 {
	h, n := fnvBasis, 0
	if f.tokens[i].marks&markDigit != 0 {
		return wordNumber
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
func (f *field) grams(i int32, visit func(piece uint32)) {
	var last [wordingGram]uint32
	last[wordingGram-1] = '^'
	n := 1
	push := func(r uint32) {
		copy(last[:], last[1:])
		last[wordingGram-1] = r
		if n++; n < wordingGram {
			return
		}
		visit(mixed(last[:]...))
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

// hear sets how likely each kind is by the text's wording, as logarithms up to a common term, in s.heard, and whether it is about
// the pair in s.relevance.
func (s *scratch) hear(l *Lexicon) {
	w, h := &l.wording, &s.sound
	h.rows = [stretches][voices][voiceWide]int32{}
	var n [stretches]float64
	s.features(l, func(in int, _ int32, feature uint32) {
		n[in]++
		if row := w.row(feature); row != nil {
			h.add(in, row)
		}
	})
	for in := range n {
		h.loud[in] = loudness(n[in])
	}
	all := len(w.kinds) + 1
	s.heard = slices.Grow(s.heard[:0], all)[:all]
	clear(s.heard)
	w.say(h, s.heard)
	s.relevance, s.heard = s.heard[len(w.kinds)], s.heard[:len(w.kinds)]
}

// loudness is what each of n features is multiplied with.
func loudness(n float64) float32 { return float32(1 / math.Sqrt(max(1, n))) }

// loudest gives the word of the title, or of the text, that speaks most for a kind.
func (s *scratch) loudest(l *Lexicon, kind int) (field int, m match) {
	to := l.wording.want(&s.sound, kind)
	best, sum, at, of := float32(0), float32(0), int32(-1), 0
	s.features(l, func(in int, token int32, feature uint32) {
		if token != at || in != of {
			at, of, sum = token, in, 0
		}
		if row := l.wording.row(feature); row != nil {
			sum += to.grants(in, row)
		}
		if sum > best && token != noWord {
			best, field, m = sum, min(in, 1), match{start: token, end: token + 1}
		}
	})
	return field, m
}
