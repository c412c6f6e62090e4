package score

import "encoding/binary"

// meanings tells what words mean to the voices: those of one meaning, in whatever language, are heard as one word too, so that
// what is learned of "envoy" holds for a rarer word and for other languages.
type meanings struct {
	hashes []byte // of words and stems: four bytes each, ascending; a word of two meanings is there twice
	ids    []byte // beside hashes: two bytes each
}

// How words are hashed.
const (
	meaningStem  uint32 = '*'
	meaningExact uint32 = '$'

	shortestStem = 3 // letters
)

// readMeanings takes them off the front of a file.
func readMeanings(file []byte) (m meanings, rest []byte, ok bool) {
	if len(file) < 4 {
		return m, nil, false
	}
	n := int(le32(file, 0))
	if file = file[4:]; len(file)/6 < n {
		return m, nil, false
	}
	return meanings{file[:4*n], file[4*n : 6*n]}, file[6*n:], true
}

// of visits the meanings of a word: those of the whole word or, where it has none, of its longest stem.
func (m *meanings) of(f *field, token int32, visit func(meaning uint32)) {
	h, n, best := fnvBasis, 0, -1
	for _, r := range f.text[f.tokens[token].start:f.tokens[token].end] {
		if r = foldRune(r); r == 0 {
			break
		} else if r < 0 {
			continue
		}
		h = mix(h, uint32(r))
		if n++; n >= shortestStem {
			if i, ok := place(m.hashes, feature(meaningStem, h)); ok {
				best = i
			}
		}
	}
	if i, ok := place(m.hashes, feature(meaningExact, h)); ok {
		best = i
	}
	for i := best; i >= 0 && 4*i < len(m.hashes) && le32(m.hashes, i) == le32(m.hashes, best); i++ {
		visit(uint32(binary.LittleEndian.Uint16(m.ids[2*i:])))
	}
}
