package score

import (
	"encoding/binary"
	"slices"
)

// meanings tells what words mean to the voices: those of one meaning, in whatever language, are heard as one word too, so that
// what is learned of "envoy" holds for a rarer word and for other languages.
type meanings struct {
	foreign []string // the languages that have no phrases
	hashes  []byte   // of words and stems: four bytes each, ascending; a word of two meanings is there twice
	ids     []byte   // beside hashes: two bytes each
}

// How words are hashed.
const (
	meaningStem  uint32 = '*'
	meaningExact uint32 = '$'

	shortestStem, longestWord = 2, 32 // letters
)

// readMeanings takes them off the front of a file.
func readMeanings(file []byte) (m meanings, rest []byte, ok bool) {
	if m.foreign, file, ok = cutNames(file); !ok || len(file) < 4 {
		return m, nil, false
	}
	n := int(le32(file, 0))
	if file = file[4:]; len(file)/6 < n {
		return m, nil, false
	}
	m.hashes, m.ids = file[:4*n], file[4*n:6*n]
	return m, file[6*n:], true
}

// of visits the words that stand for the meanings at a place find gave.
func (m *meanings) of(at int32, visit func(meaning uint32)) {
	for i := int(at); i >= 0 && 4*i < len(m.hashes) && le32(m.hashes, i) == le32(m.hashes, int(at)); i++ {
		visit(wordMeanings + uint32(binary.LittleEndian.Uint16(m.ids[2*i:])))
	}
}

// find gives where the meanings of a word of a tongue stand: those of the whole word or, where it has none, of its longest stem;
// noMeaning where there are none. Where no spaces part the words, it is the longest that begins here.
func (m *meanings) find(f *field, token int32, tongue uint32) int32 {
	t := &f.tokens[token]
	end, signs := int(t.end), t.marks&markSign != 0
	if signs {
		end = len(f.text)
	}
	h, n, best := tongue, 0, noMeaning
	for _, r := range f.text[t.start:end] {
		if r = foldRune(r); r == 0 || n == longestWord {
			break
		} else if r < 0 {
			continue
		}
		h = mix(h, uint32(r))
		if n++; signs {
			best = m.better(best, meaningExact, h)
		} else if n >= shortestStem {
			best = m.better(best, meaningStem, h)
		}
	}
	return int32(m.better(best, meaningExact, h))
}

// better gives the place of a hash where it has one, else the one found before.
func (m *meanings) better(best int, sort, h uint32) int {
	if i, ok := place(m.hashes, feature(sort, h)); ok {
		return i
	}
	return best
}

const (
	noMeaning = -1

	// enough is the share of the first words of a text in a foreign language whose meaning must be known for it to be judged: a
	// title is half names.
	enough = 0.15

	fedVotes = 2 // words for the foreign language the feed says it is in: neighbours share many
)

// understand finds the meanings of what is heard of the text. What language it is in, its first words tell: one in no language that
// has phrases is taken for one in that foreign language in which most of these have a meaning; and so is one of whose words clearly
// more have one there than in the language it was taken for, not surely, by letters and words that others have too, unless the feed
// says the same: "El embajador" might be English.
func (s *scratch) understand(l *Lexicon, prior string, sure bool) {
	own := s.tongue.name
	words, known := s.findMeanings(l, own, wordingLead)
	foreign := l.wording.meanings.foreign
	sure = sure || s.tongue.name == prior || 2*known >= words && !slices.Contains(foreign, prior)
	if !s.tongue.speaks() || !sure {
		best, most := own, known+1
		for _, name := range foreign {
			_, n := s.findMeanings(l, name, wordingLead)
			votes := n
			if name == prior {
				votes += fedVotes
			}
			if votes > most {
				best, most, known = name, votes, n
			}
		}
		if best != own {
			s.tongue = l.unknown
		}
		own = best
	}
	if s.lang = own; !s.tongue.speaks() && float64(known) <= enough*float64(words) {
		s.lang = ""
	}
	s.findMeanings(l, own, wordingText)
}

// findMeanings finds the meanings that up to so many words of title and text have in a language, and says how many words these are and
// how many of them have one.
func (s *scratch) findMeanings(l *Lexicon, name string, most int32) (words, known int) {
	tongue := hash(name)
	for f := range s.fields {
		s.meant[f] = s.meant[f][:0]
		for i := range min(s.hearing(f), s.first(f, most)) {
			at := l.wording.meanings.find(&s.fields[f], i, tongue)
			if s.meant[f] = append(s.meant[f], at); at != noMeaning {
				known++
			}
		}
		words += len(s.meant[f])
	}
	return words, known
}
