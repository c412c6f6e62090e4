package score

import (
	"encoding/binary"
	"math"
)

// voice is one of the small neural networks that hear a text: every feature has a row of numbers, its embedding, and the rows of
// each stretch of it, summed up, go through one layer of rectified units to the answers. Several voices that began to learn by
// different chance are right more often than a large one, since what one of them hears by chance the others do not.
type voice struct {
	scale   float32     // of a number in a row
	hidden  [][]float32 // by unit: weights of the sums of each stretch, and the unit's bias
	answers [][]float32 // by answer: weights of the units, and the answer's bias
}

// The stretches of a text, heard apart, since what stands far in it speaks less of its news.
const (
	inTitle = iota
	inLead
	inRest
	stretches
)

// Sizes of a voice, as tried on lines that had not been learned from then.
const (
	voices      = 4
	voiceWide   = 32  // numbers in the row of a feature
	voiceHidden = 128 // units

	rowSize    = voices * voiceWide / 2  // bytes of the rows of a feature
	unitSize   = stretches*voiceWide + 1 // numbers of a unit
	answerSize = voiceHidden + 1         // numbers of an answer
)

// readVoice takes a voice with so many answers off the front of a file.
func readVoice(file []byte, answers int) (v voice, rest []byte, ok bool) {
	n := 1 + voiceHidden*unitSize + answers*answerSize
	if len(file) < 4*n {
		return v, nil, false
	}
	all := make([]float32, n)
	for i := range all {
		all[i] = math.Float32frombits(le32(file, i))
	}
	v.scale, all = all[0], all[1:]
	for range voiceHidden {
		v.hidden, all = append(v.hidden, all[:unitSize]), all[unitSize:]
	}
	for range answers {
		v.answers, all = append(v.answers, all[:answerSize]), all[answerSize:]
	}
	return v, file[4*n:], true
}

// append writes the voice as readVoice reads it.
func (v *voice) append(file []byte) []byte {
	put := func(x float32) { file = binary.LittleEndian.AppendUint32(file, math.Float32bits(x)) }
	put(v.scale)
	for _, layer := range [][][]float32{v.hidden, v.answers} {
		for _, row := range layer {
			for _, x := range row {
				put(x)
			}
		}
	}
	return file
}

// sound is what the voices hear of a text, kept for who asks why.
type sound struct {
	rows  [stretches][voices][voiceWide]int32 // the sums of each stretch
	loud  [stretches]float32                  // what they are multiplied with, so that a long text is not louder than its words agree
	units [voices][voiceHidden]float32        // of the layer between
}

// loudestNumber is the greatest number in a row: it has half a byte, which is as good as a whole one, tried on lines that had not
// been learned from.
const loudestNumber = 7

// numbers gives the two of a byte of a row.
func numbers(x byte) (a, b int32) { return int32(int8(x<<4) >> 4), int32(int8(x) >> 4) }

// add adds a feature of a stretch.
func (h *sound) add(in int, row []byte) {
	for v := range h.rows[in] {
		sums := &h.rows[in][v]
		for i, x := range row[v*voiceWide/2:][:voiceWide/2] {
			a, b := numbers(x)
			sums[2*i] += a
			sums[2*i+1] += b
		}
	}
}

// say adds the voices' answers to sums.
func (w *wording) say(h *sound, sums []float64) {
	for n := range w.voices {
		v := &w.voices[n]
		var in [stretches * voiceWide]float32
		for f := range h.rows {
			for i, x := range h.rows[f][n] {
				in[f*voiceWide+i] = float32(x) * v.scale * h.loud[f]
			}
		}
		for j, row := range v.hidden {
			h.units[n][j] = max(0, weigh(row, in[:]))
		}
		for k, row := range v.answers {
			sums[k] += float64(weigh(row, h.units[n][:])) / voices
		}
	}
}

// weigh gives the sum of a unit or answer: of what comes in by its weights, and its bias, which stands behind them.
func weigh(row, in []float32) float32 {
	row, sum := row[:len(in)+1], row[len(in)]
	for i, x := range in {
		sum += row[i] * x
	}
	return sum
}

// wish is how far the sums of the stretches move an answer, for each of their numbers.
type wish [voices][stretches * voiceWide]float32

// want gives the wish for an answer, as the voices heard the text.
func (w *wording) want(h *sound, answer int) (to wish) {
	for n := range w.voices {
		v := &w.voices[n]
		for j, u := range h.units[n] {
			if u > 0 {
				for i := range to[n] {
					to[n][i] += v.answers[answer][j] * v.hidden[j][i] * v.scale * h.loud[i/voiceWide]
				}
			}
		}
	}
	return to
}

// grants says how far a feature of a stretch moves the answer wished for.
func (to *wish) grants(in int, row []byte) (sum float32) {
	for v := range to {
		wants := to[v][in*voiceWide:][:voiceWide]
		for i, x := range row[v*voiceWide/2:][:voiceWide/2] {
			a, b := numbers(x)
			sum += wants[2*i]*float32(a) + wants[2*i+1]*float32(b)
		}
	}
	return sum
}
