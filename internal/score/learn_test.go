package score

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
)

// How the voices learn, as tried on lines that had not been learned from then.
const (
	rounds    = 8    // over all texts
	averaged  = 4    // rounds at whose ends the numbers are averaged, so that the order of the texts matters less
	rowRate   = 0.1  // of a step of a feature's row, divided by the root of the squares of those before (AdaGrad)
	layerRate = 0.02 // likewise of the layers
	unheard   = 0.55 // share of a text's features that is left out at each step, so that none is relied on alone (dropout)
	idle      = 0.5  // likewise of the units
	rarest    = 3    // texts a feature must stand in
)

// heard is features with what each of them counts and of what it is: a stretch, the first state or the second.
type heard[T float32 | float64] struct {
	features []int32
	values   []T
	of       []uint8
}

// add adds a feature.
func (h *heard[T]) add(feature int32, value T, of uint8) {
	h.features, h.values, h.of = append(h.features, feature), append(h.values, value), append(h.of, of)
}

// known gives what is heard of the features that have a number, in ascending order.
func known[T float32 | float64](values map[[2]uint32]float64, numbers map[uint32]int32) (h heard[T]) {
	for _, x := range slices.SortedFunc(maps.Keys(values), func(a, b [2]uint32) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) }) {
		if n, ok := numbers[x[0]]; ok {
			h.add(n, T(values[x]), uint8(x[1]))
		}
	}
	return h
}

// heardText is what is heard of a text.
type heardText struct {
	heard[float32]
	kind  int
	about int // whether it is about the pair: 0 or 1; -1 where nobody said
}

// heardDoer is what is heard of the states of a text of a kind; who did it is the first, the second or both.
type heardDoer struct {
	heard[float64]
	who int
}

// study is the lessons as a lexicon hears them.
type study struct {
	kinds   []string
	texts   []heardText
	doers   []heardDoer
	ofTexts []uint32 // by number of a feature
	ofDoers []uint32
}

// learn gives the wording that is learned of the lessons and the strays made of them, as a file that says it was of texts with a hash.
func learn(l *Lexicon, all []lesson, hash []byte) []byte {
	l.evidence, l.relevance = evidence{}, evidence{} // so that the phrases alone tell
	l.wording.meanings, _, _ = readMeanings(meaningsFile())
	st := newStudy(l, slices.Concat(all, strays(all), foreign(all)))
	file := appendNames(nil, st.kinds)
	var pupils [voices]*pupil
	var learning sync.WaitGroup
	for i := range pupils {
		learning.Go(func() { pupils[i] = st.teach(uint64(i)) })
	}
	file = append(st.teachDoers().append(file, st.ofDoers), meaningsFile()...)
	learning.Wait()
	var rows [voices][]int8
	for i, p := range pupils {
		var v voice
		v, rows[i] = p.voice(len(st.kinds) + 1)
		file = v.append(file)
	}
	for _, x := range st.ofTexts {
		file = binary.LittleEndian.AppendUint32(file, x)
	}
	for f := range st.ofTexts {
		for _, row := range rows {
			for i := f * voiceWide; i < (f+1)*voiceWide; i += 2 {
				file = append(file, uint8(row[i])&15|uint8(row[i+1])<<4)
			}
		}
	}
	sum := sha256.Sum256(file)
	return slices.Concat([]byte(wordingMagic), hash, sum[:], file)
}

// appendNames writes how many names there are, and each with its length before it.
func appendNames(file []byte, names []string) []byte {
	file = append(file, uint8(len(names)))
	for _, name := range names {
		file = append(append(file, uint8(len(name))), name...)
	}
	return file
}

// taught gives what was learned of the lessons as it is read from a file.
func taught(l *Lexicon, all []lesson) wording {
	w, ok := openWording(learn(l, all, make([]byte, wordingHash)))
	if !ok {
		panic("what was learned cannot be read")
	}
	return w
}

// newStudy reads the lessons, and leaves out features that are too rare.
func newStudy(l *Lexicon, all []lesson) *study {
	st, s := &study{}, &scratch{}
	for _, k := range l.Kinds() {
		st.kinds = append(st.kinds, k.Name)
	}
	st.kinds = append(st.kinds, "")
	var texts, doers []map[[2]uint32]float64
	for i := range all {
		x := &all[i]
		s.readLesson(l, x, &Result{})
		kind := x.kindIn(l, s, st.kinds)
		if !x.line {
			s.told = s.told[:0] // what phrases tell of texts they were written for says nothing of others
		}
		about := -1
		if x.judged && s.pairNamed(l) {
			about = x.relevance(st.kinds[kind])
		}
		texts = append(texts, s.heardOfText(l))
		st.texts = append(st.texts, heardText{kind: kind, about: about})
		who := slices.Index([]string{l.states[l.pairs[0].a], l.states[l.pairs[0].b], Both}, x.from)
		if who >= 0 && s.pairNamed(l) && st.kinds[kind] != "" && l.kinds[kind].Directed {
			doers = append(doers, s.heardOfStates(l, kind))
			st.doers = append(st.doers, heardDoer{who: who})
		}
	}
	var numbers map[uint32]int32
	st.ofTexts, numbers = common(texts)
	for i := range st.texts {
		st.texts[i].heard = known[float32](texts[i], numbers)
	}
	st.ofDoers, numbers = common(doers)
	for i := range st.doers {
		st.doers[i].heard = known[float64](doers[i], numbers)
	}
	return st
}

// readLesson reads a lesson as a text is read, up to what its phrases tell.
func (s *scratch) readLesson(l *Lexicon, x *lesson, r *Result) {
	s.read(l, &x.article)
	if x.foreign {
		s.tongue = l.unknown
	}
	s.findActors(l, &x.article)
	s.findRules(l)
	s.judge(l, r)
}

// common numbers, in ascending order, the features that are not too rare.
func common(texts []map[[2]uint32]float64) (features []uint32, numbers map[uint32]int32) {
	in := map[uint32]int{}
	for _, t := range texts {
		once := map[uint32]bool{}
		for x := range t {
			if !once[x[0]] {
				once[x[0]] = true
				in[x[0]]++
			}
		}
	}
	for x, n := range in {
		if n >= rarest {
			features = append(features, x)
		}
	}
	slices.Sort(features)
	numbers = make(map[uint32]int32, len(features))
	for i, x := range features {
		numbers[x] = int32(i)
	}
	return features, numbers
}

// heardOfText gives what each feature of each stretch counts.
func (s *scratch) heardOfText(l *Lexicon) map[[2]uint32]float64 {
	var n [stretches]float64
	values := map[[2]uint32]float64{}
	s.features(l, func(in int, _ int32, _ uint32) { n[in]++ })
	s.features(l, func(in int, _ int32, x uint32) { values[[2]uint32{x, uint32(in)}] += float64(loudness(n[in])) })
	return values
}

// heardOfStates gives what each feature of the first and of the second state counts.
func (s *scratch) heardOfStates(l *Lexicon, kind int) map[[2]uint32]float64 {
	var n [2]float64
	p, values := &l.pairs[0], map[[2]uint32]float64{}
	s.doings(l, p, kind, func(f, _ int, _ uint32) { n[f]++ })
	s.doings(l, p, kind, func(f, state int, x uint32) {
		of := uint32(0)
		if state == p.b {
			of = 1
		}
		values[[2]uint32{x, of}] += 1 / math.Sqrt(n[f])
	})
	return values
}

// tuned is numbers that are learned, with the sums of the squares of their slopes.
type tuned struct{ at, squares, sums []float32 }

func newTuned(n int, spread float64, random *rand.Rand) tuned {
	x := tuned{make([]float32, n), make([]float32, n), make([]float32, n)}
	for i := range x.at {
		x.at[i] = float32(random.NormFloat64() * spread)
	}
	return x
}

func (x *tuned) step(i int, slope, rate float32) {
	x.squares[i] += slope * slope
	x.at[i] -= rate * slope / float32(math.Sqrt(float64(x.squares[i])+1e-6))
}

func (x *tuned) average() {
	for i, a := range x.at {
		x.sums[i] += a / averaged
	}
}

// pupil is a voice while it learns. The weights of a unit or an answer lie behind one another, its bias last.
type pupil struct {
	rows, hidden, answers tuned
	random                *rand.Rand
	in, slopesIn          [stretches * voiceWide]float32
	units, slopesUnits    [voiceHidden]float32
	said                  []float32
}

// teach goes over the texts in an order by chance that is the same each time.
func (st *study) teach(seed uint64) *pupil {
	random, answers := rand.New(rand.NewPCG(1, seed)), len(st.kinds)+1
	p := &pupil{
		rows:    newTuned(len(st.ofTexts)*voiceWide, 0.1, random),
		hidden:  newTuned(voiceHidden*unitSize, 1/math.Sqrt(voiceWide), random),
		answers: newTuned(answers*answerSize, 1/math.Sqrt(voiceHidden), random),
		random:  random,
		said:    make([]float32, answers),
	}
	for round := range rounds {
		for _, i := range random.Perm(len(st.texts)) {
			p.learn(st.texts[i].part(random))
		}
		if round >= rounds-averaged {
			p.rows.average()
			p.hidden.average()
			p.answers.average()
		}
	}
	return p
}

// part gives a text of which a part is unheard, and the rest as loud as the whole.
func (t *heardText) part(random *rand.Rand) *heardText {
	some := &heardText{kind: t.kind, about: t.about}
	for i, x := range t.features {
		if random.Float64() >= unheard {
			some.add(x, t.values[i]/(1-unheard), t.of[i])
		}
	}
	return some
}

// learn moves the numbers towards the answers of a text.
func (p *pupil) learn(t *heardText) {
	p.hear(t)
	about := len(p.said) - 1
	if p.said[about] = 1 / (1 + float32(math.Exp(-float64(p.said[about])))); t.about < 0 {
		p.said[about] = 0
	} else {
		p.said[about] -= float32(t.about)
	}
	softmax(p.said[:about])
	p.said[t.kind]--
	clear(p.slopesUnits[:])
	for k, slope := range p.said {
		for j, u := range p.units {
			if at := k*answerSize + j; u > 0 {
				p.slopesUnits[j] += slope * p.answers.at[at] / (1 - idle)
				p.answers.step(at, slope*u, layerRate)
			}
		}
		p.answers.step(k*answerSize+voiceHidden, slope, layerRate)
	}
	clear(p.slopesIn[:])
	for j, slope := range p.slopesUnits {
		if p.units[j] <= 0 {
			continue
		}
		for i, x := range p.in {
			at := j*unitSize + i
			p.slopesIn[i] += slope * p.hidden.at[at]
			p.hidden.step(at, slope*x, layerRate)
		}
		p.hidden.step(j*unitSize+stretches*voiceWide, slope, layerRate)
	}
	for i, x := range t.features {
		for k, slope := range p.slopesIn[int(t.of[i])*voiceWide:][:voiceWide] {
			p.rows.step(int(x)*voiceWide+k, slope*t.values[i], rowRate)
		}
	}
}

// hear gives the answers, by some of the units.
func (p *pupil) hear(t *heardText) {
	clear(p.in[:])
	for i, x := range t.features {
		in := p.in[int(t.of[i])*voiceWide:][:voiceWide]
		for k, a := range p.rows.at[int(x)*voiceWide:][:voiceWide] {
			in[k] += a * t.values[i]
		}
	}
	for j := range p.units {
		p.units[j] = max(0, weigh(p.hidden.at[j*unitSize:][:unitSize], p.in[:])) / (1 - idle)
		if p.random.Float64() < idle {
			p.units[j] = 0
		}
	}
	for k := range p.said {
		p.said[k] = weigh(p.answers.at[k*answerSize:][:answerSize], p.units[:])
	}
}

// loudestSize is how many times the usual size of a number in a row the loudest one stands for.
const loudestSize = 3

// voice gives what was learned, with the numbers in rows from -loudestNumber to loudestNumber.
func (p *pupil) voice(answers int) (v voice, rows []int8) {
	squares := 0.0
	for _, x := range p.rows.sums {
		squares += float64(x) * float64(x)
	}
	v.scale = float32(loudestSize * math.Sqrt(squares/float64(max(1, len(p.rows.sums)))) / loudestNumber)
	for _, x := range p.rows.sums {
		rows = append(rows, int8(max(-loudestNumber, min(loudestNumber, math.Round(float64(x/v.scale))))))
	}
	for j := range voiceHidden {
		v.hidden = append(v.hidden, p.hidden.sums[j*unitSize:][:unitSize])
	}
	for k := range answers {
		v.answers = append(v.answers, p.answers.sums[k*answerSize:][:answerSize])
	}
	return v, rows
}

// softmax makes chances of logarithms.
func softmax[T float32 | float64](sums []T) {
	most, all := slices.Max(sums), T(0)
	for k := range sums {
		sums[k] = T(math.Exp(float64(sums[k] - most)))
		all += sums[k]
	}
	for k := range sums {
		sums[k] /= all
	}
}

// How it is learned who did it.
const (
	doerCourses  = 4    // whose weights are averaged: what one hears by chance another does not
	doerRounds   = 12   // over all texts
	doerAveraged = 6    // rounds at whose ends the weights are averaged
	doerRate     = 0.5  // of a step (AdaGrad)
	doerDecay    = 1e-4 // of a weight at each step that touches it
	doerUnheard  = 0.2  // share of what is heard that is left out: it hangs on few of it, as "by"
	doerQuantum  = 0.3  // weights below it are left out
)

// doerPupil is the regression while it learns, by feature.
type doerPupil struct{ weights, squares [][doerAnswers]float64 }

// teachDoers goes over what is heard of states in some courses and averages them.
func (st *study) teachDoers() *doerPupil {
	p := &doerPupil{weights: make([][doerAnswers]float64, len(st.ofDoers))}
	for course := range doerCourses {
		now := &doerPupil{make([][doerAnswers]float64, len(st.ofDoers)), make([][doerAnswers]float64, len(st.ofDoers))}
		random := rand.New(rand.NewPCG(1, uint64(course)))
		for round := range doerRounds {
			for _, i := range random.Perm(len(st.doers)) {
				now.learn(&st.doers[i], random)
			}
			if round < doerRounds-doerAveraged {
				continue
			}
			for i, w := range now.weights {
				for k := range w {
					p.weights[i][k] += w[k] / doerAveraged / doerCourses
				}
			}
		}
	}
	return p
}

// learn moves the weights towards who did it, by a part of what is heard.
func (p *doerPupil) learn(d *heardDoer, random *rand.Rand) {
	var heard []int
	var sums [3]float64
	for i := range d.features {
		if random.Float64() >= doerUnheard {
			heard = append(heard, i)
			w := &p.weights[d.features[i]]
			sums[d.of[i]] += w[answerActs] * d.values[i] / (1 - doerUnheard)
			sums[2] += w[answerBothAct] * d.values[i] / (1 - doerUnheard)
		}
	}
	softmax(sums[:])
	sums[d.who]--
	for _, i := range heard {
		w, q := &p.weights[d.features[i]], &p.squares[d.features[i]]
		for answer, off := range [...]float64{answerActs: sums[d.of[i]], answerBothAct: sums[2]} {
			slope := off*d.values[i]/(1-doerUnheard) + doerDecay*w[answer]
			q[answer] += slope * slope
			w[answer] -= doerRate * slope / math.Sqrt(q[answer]+1e-6)
		}
	}
}

// append writes the regression as readDoers reads it.
func (p *doerPupil) append(file []byte, features []uint32) []byte {
	most := 0.0
	for _, ws := range p.weights {
		for _, w := range ws {
			most = max(most, math.Abs(w))
		}
	}
	var hashes, ends, weights []byte
	for i, ws := range p.weights {
		begin := len(weights)
		for k, w := range ws {
			if v := int8(math.Round(w / most * 127)); v != 0 && math.Abs(w) >= doerQuantum {
				weights = append(weights, uint8(k), uint8(v))
			}
		}
		if len(weights) > begin {
			hashes = binary.LittleEndian.AppendUint32(hashes, features[i])
			ends = binary.LittleEndian.AppendUint32(ends, uint32(len(weights)/2))
		}
	}
	file = binary.LittleEndian.AppendUint32(file, math.Float32bits(float32(most/127)))
	file = binary.LittleEndian.AppendUint32(file, uint32(len(hashes)/4))
	return slices.Concat(file, hashes, ends, weights)
}

// meaningsFile is the thesaurus as readMeanings reads it.
var meaningsFile = sync.OnceValue(func() []byte {
	known, err := thesaurus()
	if err != nil {
		panic(err)
	}
	type entry struct {
		hash uint32
		id   uint16
	}
	var all []entry
	var foreign []string
	for id, m := range known {
		for lang, words := range m.words {
			if !slices.Contains(spoken, lang) && !slices.Contains(foreign, lang) {
				foreign = append(foreign, lang)
			}
			for _, w := range words {
				all = append(all, entry{hashMeant(lang, w), uint16(id)})
			}
		}
	}
	slices.SortFunc(all, func(a, b entry) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.id, b.id)) })
	all = slices.Compact(all)
	slices.Sort(foreign)
	file := appendNames(nil, foreign)
	file = binary.LittleEndian.AppendUint32(file, uint32(len(all)))
	for _, e := range all {
		file = binary.LittleEndian.AppendUint32(file, e.hash)
	}
	for _, e := range all {
		file = binary.LittleEndian.AppendUint16(file, e.id)
	}
	return file
})

// spoken are the languages that have phrases.
var spoken = []string{"en", "az", "fa", "ru", "tr"}

// hashMeant hashes a word or stem of the thesaurus as meanings.find does.
func hashMeant(lang, w string) uint32 {
	word, sort := w, meaningExact
	if stem, is := strings.CutSuffix(w, "*"); is {
		word, sort = stem, meaningStem
	}
	h := hash(lang)
	for _, r := range word {
		if r = foldRune(r); r > 0 {
			h = mix(h, uint32(r))
		}
	}
	return feature(sort, h)
}
