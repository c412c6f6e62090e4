// Package score says what a text reports: which events, by whom against whom, and by which words.
// It knows articles (news) and the lexicon; no clock, disk, network, log or metric.
package score

import (
	"slices"
	"sync"
	"time"
)

// Row is one scalar leaf of a lexicon file: the keys that lead to it, list places as "0", "1", ….
type Row struct {
	File  string // relative to the lexicon's folder, with slashes: "en/escalation.yaml"
	Line  int
	Path  []string
	Value string
}

// Lexicon is a compiled lexicon; it is immutable and safe for concurrent use.
type Lexicon struct {
	version, hash string
	kinds         []Kind
	kindData      []kindData // beside kinds
	states        []string   // ISO-3 codes; an actor is an index into it
	adversaries   map[[2]int]bool
	shunned       map[[2]int]bool // those of them whom even a visit makes an act
	pairs         []pairOf
	numbers       confidence
	evidence      evidence // of kinds and doers
	relevance     evidence
	wording       wording
	heardRules    []int32 // beside wording.kinds; -1 for none
	heardSides    []int   // likewise; 0 for none, else a number for each side
	far           int32
	settles       map[string]bool // reasons that, in a title, leave the text no event
	refutes       map[string]bool // those that leave the text none even where the title names no deed
	undone        map[string]bool // those that say a deed was not done

	abc          *alphabet
	words        *wordIndex
	sift         sift
	actorGraph   *phraseGraph // names in all languages
	symLangs     []uint8      // by symbol: the languages that have the word
	abbreviation []bool       // by symbol

	names     []name
	rules     []rule
	cues      []cue
	roles     []role
	values    []int32  // of number words
	places    []string // canonical names
	languages []*language
	unknown   *language // that of a text in none of the others; it has no phrases

	pool sync.Pool
}

const maxLangs = 8

// kindData is what only the scorer needs of a kind.
type kindData struct {
	placeFrom, placeTo bool   // whose deed it is where only the place is named
	objectFrom         bool   // the envoy or embassy it is about belongs to who acts: "recalls its ambassador"
	withAdversary      int    // the kind it is when done with an adversary of the other state; -1 for none
	withShunned        int    // likewise when done with one it shuns
	byBoth             int    // the kind it is when both states of the pair do it together; -1 for none
	third              bool   // To is an adversary of the other state of the pair
	denial             string // the reason a deed before it is dropped for where its words deny that; empty for most
	opening            bool   // it is an event only where the text opens with it
	yields             bool   // it is but the way another deed of the same title is done
	bystander          bool   // a third state in the sentence is a victim or a witness, not a party
	rhetoric           bool   // a deed named right after it is what it speaks of, no deed
	spoken             bool   // a state does it by saying so, so that who speaks does it; all rhetoric is
}

// pairOf is a configured pair, as indices into states.
type pairOf struct {
	name string
	a, b int
}

// confidence holds the factors of lexicon.yaml.
type confidence struct {
	Title, Lead, Text, Inferred, Retold, Distant, Floor float64
}

// name is a name of an actor, or of something that only looks like one.
type name struct {
	state       int   // index into Lexicon.states; notActor or otherState
	lang        uint8 // bit of the language it is written in
	category    string
	weak        bool
	people      bool // an adjective or demonym: "Iranian"
	from, until time.Time
	stems       []string // the folded words of the name, to tell its ending
}

// States of names that are none of Lexicon.states.
const (
	notActor   = -1 // a province, an outlet, a club
	otherState = 63 // a state the lexicon knows by name only; it acts, but in no pair
)

// rule is one phrase of a kind.
type rule struct {
	kind      int
	frame     frame
	id        string // kind, language, ordinal
	intensity float64
	drop      string // the reason for which its own words tell no deed, as "will close the border" does; empty for most
}

// frame says where a phrase's actors stand.
type frame uint8

const (
	frameAny frame = iota
	frameActive
	framePassive
	frameNoun
	frameBlamed
	frameFelt
)

var frameNames = map[string]frame{"any": frameAny, "active": frameActive, "passive": framePassive, "noun": frameNoun, "blamed": frameBlamed, "felt": frameFelt}

// cue is a set of words that takes away, strengthens or weakens the events around it.
type cue struct {
	name       string
	where      where
	within     int32
	intensity  float64
	confidence float64 // 0: does not touch it
	drops      bool
	noise      bool   // the text is not about the relations of states at all
	further    bool   // touches only what stands behind an event of the text
	kinds      []bool // by kind
	frames     uint8  // bits
}

type where uint8

const (
	whereNear where = iota
	whereBefore
	whereAfter
	whereSentence
	whereTitle
	whereLead
)

var whereNames = map[string]where{"near": whereNear, "before": whereBefore, "after": whereAfter, "sentence": whereSentence, "title": whereTitle, "lead": whereLead}

// part is what a name does in its sentence.
type part uint8

const (
	partNone    part = iota // unmarked: mostly the subject
	partOwner               // genitive: "Iran's", "of Iran"
	partAgent               // "by Iran"
	partTarget              // "against Iran"
	partPlace               // "in Iran"
	partWith                // "with Iran"
	partTopic               // "about Iran"
	partOrigin              // "from Iran"
	partSpeaker             // "Iran says", "according to Iran"
	partServed              // "spying for Iran"
)

var partNames = map[string]part{"none": partNone, "owner": partOwner, "agent": partAgent, "target": partTarget, "place": partPlace, "with": partWith, "topic": partTopic, "origin": partOrigin, "speaker": partSpeaker, "served": partServed}

// Values of output.id for holders.
const (
	holderPlain  = iota
	holderPosted // an envoy or a mission, which serves in another state
)

// role is a word before or after a name that says what the name does in the sentence.
type role struct {
	part  part
	after bool
}

// language is what differs between languages.
type language struct {
	name     string
	bit      uint8 // in Lexicon.symLangs
	rules    *phraseGraph
	hints    *phraseGraph // lone words, heard where no rule is found
	cues     *phraseGraph
	syntax   *phraseGraph // roles, holders, numbers and places
	verbLast bool
	cases    bool            // an ending, not a word before it, marks whom a deed is done to
	endings  map[string]part // what is left of a word after the name
	held     []string        // endings that make a holder's word an object
	ours     []string        // endings of a verb that the speaker does: "düşürdük"
	relative map[string]bool // words that make the name before them the subject of what follows: "who"
	joiners  map[string]bool // words that join names: "and"
	purpose  map[string]bool // words before a verb that has the subject of the verb before it: "phones Aliyev to thank him"
	speech   map[string]bool // verbs whose own subject speaks, whoever reports it: "accused"
}

// speaks says whether the language has phrases; one that only has names tells no event.
func (t *language) speaks() bool { return len(t.rules.states) > 0 }

// Version is the lexicon's version as its files give it.
func (l *Lexicon) Version() string { return l.version }

// Hash identifies the lexicon's content, in hexadecimal.
func (l *Lexicon) Hash() string { return l.hash }

// Kinds lists the kinds of event in the order of the files.
func (l *Lexicon) Kinds() []Kind { return slices.Clone(l.kinds) }

// Languages lists the languages the lexicon has phrases for, sorted.
func (l *Lexicon) Languages() []string {
	var names []string
	for _, t := range l.languages {
		if t.speaks() {
			names = append(names, t.name)
		}
	}
	slices.Sort(names)
	return names
}
