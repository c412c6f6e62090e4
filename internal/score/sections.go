package score

import (
	"slices"
	"strconv"
	"time"
)

func (c *compiler) readSets(r Row) {
	lang := c.language(r)
	switch {
	case r.Path[0] == "sets" && len(r.Path) == 3:
		named := lang.sets[r.Path[1]]
		if named == nil {
			named = &set{}
			lang.sets[r.Path[1]] = named
		}
		named.members = append(named.members, r.Value)
	case r.Path[0] == "holders":
		lang.holders[r.Value] = true
	case r.Path[0] == "posts":
		lang.posts[r.Value] = true
	}
}

// readLanguages reads the files of the languages. Entries that are lists of keys ({phrase: …, until: …},
// cues) come as several rows and are put together first.
func (c *compiler) readLanguages(rows []Row) {
	c.ordinal = map[string]int{}
	for len(rows) > 0 {
		r := rows[0]
		n := 1
		if folder(r) == "" {
			rows = rows[1:]
			continue
		}
		depth := entryDepth(r.Path)
		for n < len(rows) && rows[n].File == r.File && len(rows[n].Path) > depth && len(r.Path) > depth && slices.Equal(rows[n].Path[:depth], r.Path[:depth]) {
			n++
		}
		c.readEntry(r, rows[:n], depth)
		rows = rows[n:]
	}
}

// entryDepth says how many keys lead to one entry of a section.
func entryDepth(p []string) int {
	switch p[0] {
	case "phrases", "actors":
		return 4
	case "cues":
		return 2
	}
	return len(p)
}

func (c *compiler) readEntry(r Row, rows []Row, depth int) {
	switch r.Path[0] {
	case "phrases":
		c.readPhrase(r, rows)
	case "hints":
		c.readHint(r)
	case "actors":
		c.readActor(r, rows)
	case "cues":
		c.readCue(r, rows)
	case "grammar":
		c.readGrammar(r)
	case "places":
		if len(r.Path) != 3 {
			c.fault(r, "a place is a name and a list of spellings")
			return
		}
		i := slices.Index(c.lex.places, r.Path[1])
		if i < 0 {
			i = len(c.lex.places)
			c.lex.places = append(c.lex.places, r.Path[1])
		}
		c.phrase(r, r.Value, classPlace, int32(i))
	case "sets":
		if len(r.Path) != 3 {
			c.fault(r, "a set is a name and a list of phrases")
			return
		}
		if lang := c.language(r); lang.holders[r.Path[1]] {
			id := int32(holderPlain)
			if lang.posts[r.Path[1]] {
				id = holderPosted
			}
			c.phrase(r, r.Value, classHolder, id)
		}
	case "holders", "posts":
		if c.language(r).sets[r.Value] == nil {
			c.fault(r, "there is no set %q in this language", r.Value)
		}
	default:
		c.fault(r, "unknown key %q; a language knows phrases, hints, sets, holders, posts, actors, cues, grammar and places", r.Path[0])
	}
}

// option is the key of an entry's row; a bare phrase is the key "phrase".
func option(r Row, depth int) string {
	if len(r.Path) <= depth {
		return "phrase"
	}
	return r.Path[depth]
}

// phrase parses a phrase and puts it into its graph; the pieces it gives are only lent.
func (c *compiler) phrase(r Row, text string, class outClass, id int32) []piece {
	lang, out := c.language(r), output{class: class, id: id}
	seq, err := lang.parse(c.seq[:0], text)
	c.seq = seq
	if err != nil {
		c.fault(r, "phrase %q: %v", text, err)
		return nil
	}
	if earlier, twice := c.repeats(seq, lang, out); twice && class != classCue && class != classHolder {
		c.fault(r, "phrase %q is there already, as %s", text, c.meaning(earlier))
	}
	c.graphOf(lang, class).add(seq, out)
	return seq
}

// repeats says whether a phrase adds nothing to those before it: each of its variants is there. Only
// phrases of few variants are compared; the others can hardly be written twice by oversight.
func (c *compiler) repeats(seq []piece, lang *draft, out output) (earlier output, all bool) {
	head := follow(uint64(out.class)<<32, piece{gap: lang.bit})
	vs := variants([]uint64{head}, seq)
	all = len(vs) > 0
	for _, v := range vs {
		if o, there := c.written[v]; !there {
			c.written[v], all = out, false
		} else if o.id != out.id {
			earlier = o
		}
	}
	return earlier, all
}

// readHint reads a word that tells a kind only where no phrase of the text does.
func (c *compiler) readHint(r Row) {
	if len(r.Path) != 3 {
		c.fault(r, "hints are kept as kind, list")
		return
	}
	k := c.kind(r, r.Path[1])
	if k < 0 {
		return
	}
	key := r.Path[1] + "." + folder(r) + ".hint"
	c.ordinal[key]++
	c.lex.rules = append(c.lex.rules, rule{kind: k, id: key + "." + strconv.Itoa(c.ordinal[key]), drop: hint})
	c.phrase(r, r.Value, classHint, int32(len(c.lex.rules)-1))
}

func (c *compiler) readPhrase(r Row, rows []Row) {
	if len(r.Path) < 4 {
		c.fault(r, "phrases are kept as kind, frame, list")
		return
	}
	k := c.kind(r, r.Path[1])
	f, ok := frameNames[r.Path[2]]
	if !ok {
		c.fault(r, "%q is no frame; active, passive, noun, blamed, felt or any", r.Path[2])
	}
	if k < 0 || !ok {
		return
	}
	key := r.Path[1] + "." + folder(r)
	c.ordinal[key]++
	ru := rule{kind: k, frame: f, id: key + "." + strconv.Itoa(c.ordinal[key]), intensity: c.lex.kinds[k].Intensity}
	var phrase Row
	for _, opt := range rows {
		switch key := option(opt, 4); key {
		case "phrase":
			phrase = opt
		case "drop":
			if ru.drop = opt.Value; !c.lex.settles[ru.drop] {
				c.fault(opt, "%q is no reason of the list settles in lexicon.yaml", ru.drop)
			}
		case "intensity":
			ru.intensity = c.number(opt, -10, 10)
			if ru.intensity*c.lex.kinds[k].Intensity <= 0 {
				c.fault(opt, "%s has the other sign than the kind's %g", opt.Value, c.lex.kinds[k].Intensity)
			}
		default:
			c.fault(opt, "unknown key %q; a phrase knows phrase, intensity and drop", key)
		}
	}
	if phrase.Path == nil {
		c.fault(r, "the phrase is missing")
		return
	}
	c.lex.rules = append(c.lex.rules, ru)
	c.phrase(phrase, phrase.Value, classRule, int32(len(c.lex.rules)-1))
}

func (c *compiler) readActor(r Row, rows []Row) {
	if len(r.Path) < 4 {
		c.fault(r, "actors are kept as state, category, list")
		return
	}
	n := name{state: notActor, lang: c.language(r).bit, category: r.Path[2], weak: r.Path[2] == "weak", people: r.Path[2] == "people"}
	switch {
	case r.Path[1] == "none" && n.category == "state":
		n.state = otherState
	case r.Path[1] != "none":
		n.state = c.state(r, r.Path[1])
		if !slices.Contains([]string{"state", "capital", "people", "office", "body", "person", "weak"}, n.category) {
			c.fault(r, "%q is no category of a name; state, capital, people, office, body, person or weak", n.category)
		}
	}
	var phrase Row
	for _, opt := range rows {
		var err error
		switch key := option(opt, 4); key {
		case "phrase":
			phrase = opt
		case "from":
			n.from, err = time.Parse(time.DateOnly, opt.Value)
		case "until":
			n.until, err = time.Parse(time.DateOnly, opt.Value)
		default:
			c.fault(opt, "unknown key %q; a name knows phrase, from and until", key)
		}
		if err != nil {
			c.fault(opt, "%q is no date like 2020-07-16", opt.Value)
		}
	}
	if phrase.Path == nil {
		c.fault(r, "the phrase is missing")
		return
	}
	seq := c.phrase(phrase, phrase.Value, classActor, int32(len(c.lex.names)))
	if seq != nil {
		lastWords(seq, func(sym int32) {
			if stem, ok := c.words.stem(sym); ok && !slices.Contains(n.stems, stem) {
				n.stems = append(n.stems, stem)
			}
		})
	}
	c.lex.names, c.named = append(c.lex.names, n), append(c.named, slices.Clone(seq))
}

func (c *compiler) readCue(r Row, rows []Row) {
	q := cue{within: 4, frames: 0xFF, kinds: make([]bool, len(c.lex.kinds))}
	var only, except []string
	id := int32(len(c.lex.cues))
	for _, r := range rows {
		if len(r.Path) < 3 {
			c.fault(r, "a cue is a list of keys and values")
			return
		}
		switch r.Path[2] {
		case "name":
			q.name = r.Value
		case "where":
			w, ok := whereNames[r.Value]
			if !ok {
				c.fault(r, "%q is none of before, after, near, sentence, title, lead, article", r.Value)
			}
			q.where = w
		case "within":
			q.within = int32(c.number(r, 1, 100))
		case "intensity":
			q.intensity = c.number(r, -10, 10)
		case "confidence":
			q.confidence = c.number(r, 0, 2)
		case "further":
			q.further = c.truth(r)
		case "phrases":
			c.phrase(r, r.Value, classCue, id)
		case "kinds":
			c.kind(r, r.Value)
			only = append(only, r.Value)
		case "except":
			c.kind(r, r.Value)
			except = append(except, r.Value)
		case "frames":
			if q.frames == 0xFF {
				q.frames = 0
			}
			f, ok := frameNames[r.Value]
			if !ok {
				c.fault(r, "%q is no frame", r.Value)
			}
			q.frames |= 1 << f
		default:
			c.fault(r, "unknown key %q; a cue knows name, where, within, intensity, confidence, further, phrases, kinds, except and frames", r.Path[2])
		}
	}
	for i, k := range c.lex.kinds {
		q.kinds[i] = (only == nil || slices.Contains(only, k.Name)) && !slices.Contains(except, k.Name)
	}
	q.drops = q.intensity == 0 && q.confidence == 0 && q.name != nothing
	q.noise = c.noise[q.name]
	if q.name == "" {
		c.fault(r, "a cue needs a name")
	}
	c.lex.cues = append(c.lex.cues, q)
}

// nothing is the cue that only takes words away from shorter ones.
const nothing = "nothing"

func (c *compiler) readGrammar(r Row) {
	if len(r.Path) < 2 {
		c.fault(r, "grammar is a list of keys")
		return
	}
	g := c.language(r)
	switch r.Path[1] {
	case "order":
		if g.verbLast = r.Value == "sov"; !g.verbLast && r.Value != "svo" {
			c.fault(r, "%q is neither svo nor sov", r.Value)
		}
	case "before", "after", "endings":
		part := r.Path[min(2, len(r.Path)-1)]
		p, ok := partNames[part]
		if !ok {
			c.fault(r, "%q is none of owner, agent, target, place, with, topic, origin, speaker, served, none", part)
			return
		}
		if r.Path[1] == "endings" {
			if _, twice := g.endings[fold(r.Value)]; !twice {
				g.endings[fold(r.Value)] = p
				g.cases = g.cases || p == partTarget
			}
			return
		}
		c.lex.roles = append(c.lex.roles, role{part: p, after: r.Path[1] == "after"})
		c.phrase(r, r.Value, classRole, int32(len(c.lex.roles)-1))
	case "held":
		g.held = append(g.held, fold(r.Value))
	case "ours":
		g.ours = append(g.ours, fold(r.Value))
	case "relative":
		g.relative[fold(r.Value)] = true
	case "speech":
		g.speech[fold(r.Value)] = true
	case "purpose":
		g.purpose[fold(r.Value)] = true
	case "joiners":
		g.joiners[fold(r.Value)] = true
	case "numbers":
		if len(r.Path) != 3 {
			c.fault(r, "a number is a word and its value")
			return
		}
		c.lex.values = append(c.lex.values, int32(c.number(r, 0, 1e6)))
		c.phrase(r, r.Path[2], classNumber, int32(len(c.lex.values)-1))
	case "common", "abbreviations":
		lang := g.bit
		if r.Path[1] == "abbreviations" {
			lang = 0
		}
		words, err := c.words.split(nil, r.Value, lang)
		if err != nil {
			c.fault(r, "%v", err)
			return
		}
		if r.Path[1] == "abbreviations" {
			c.abbrev = append(c.abbrev, words...)
		}
	default:
		c.fault(r, "unknown key %q; grammar knows order, before, after, endings, held, ours, relative, purpose, speech, joiners, numbers, common and abbreviations", r.Path[1])
	}
}
