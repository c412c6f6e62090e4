package score

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// readTop reads what belongs to no language: version, numbers, states and kinds, then the sets, which
// phrases anywhere need.
func (c *compiler) readTop(rows []Row) {
	c.noise = map[string]bool{}
	for _, r := range rows {
		if folder(r) != "" {
			c.readSets(r)
			continue
		}
		switch r.Path[0] {
		case "version":
			c.lex.version = r.Value
		case "confidence":
			c.readConfidence(r)
		case "wording":
			c.readEvidence(r, &c.lex.evidence, toldNames[:])
		case "relevance":
			c.readEvidence(r, &c.lex.relevance, standNames[:])
		case "gap":
			c.gap = int(c.number(r, 1, maxGap))
		case "far":
			c.lex.far = int32(c.number(r, 1, 1000))
		case "noise":
			c.reason(r, c.noise)
		case "settles":
			c.reason(r, c.lex.settles)
		case "refutes":
			c.reason(r, c.lex.refutes)
		case "undone":
			c.reason(r, c.lex.undone)
		case "rhetoric": // needs the kinds, which may come later
		case "states":
			c.readState(r)
		case "kinds":
			c.readKind(r)
		default:
			c.fault(r, "unknown key %q; this file knows version, confidence, wording, relevance, gap, far, noise, settles, undone, refutes, rhetoric, states and kinds", r.Path[0])
		}
	}
	for _, r := range rows {
		switch {
		case folder(r) != "":
		case r.Path[0] == "rhetoric":
			if k := c.kind(r, r.Value); k >= 0 {
				c.lex.kindData[k].rhetoric, c.lex.kindData[k].spoken = true, true
			}
		case len(r.Path) == 3 && r.Path[0] == "kinds" && r.Path[2] == "with_adversary":
			c.lex.kindData[c.kind(r, r.Path[1])].withAdversary = c.kind(r, r.Value)
		case len(r.Path) == 3 && r.Path[0] == "kinds" && r.Path[2] == "with_shunned":
			c.lex.kindData[c.kind(r, r.Path[1])].withShunned = c.kind(r, r.Value)
		case len(r.Path) == 3 && r.Path[0] == "kinds" && r.Path[2] == "by_both":
			c.lex.kindData[c.kind(r, r.Path[1])].byBoth = c.kind(r, r.Value)
		case len(r.Path) == 4 && r.Path[0] == "states" && r.Path[2] == "adversaries":
			c.lex.adversaries[[2]int{c.state(r, r.Path[1]), c.state(r, r.Value)}] = true
		case len(r.Path) == 4 && r.Path[0] == "states" && r.Path[2] == "shunned":
			c.lex.shunned[[2]int{c.state(r, r.Path[1]), c.state(r, r.Value)}] = true
		}
	}
	if c.lex.version == "" {
		c.faults = append(c.faults, errors.New("lexicon.yaml: version is missing"))
	}
	for i, k := range c.lex.kinds {
		if k.Side != Escalation && k.Side != Deescalation || k.HalfLife == "" || k.Intensity == 0 {
			c.faults = append(c.faults, fmt.Errorf("kinds.yaml: kinds.%s: side, intensity and half_life are needed", c.lex.kinds[i].Name))
		}
	}
}

// reason adds the name of a cue to a list of them.
func (c *compiler) reason(r Row, list map[string]bool) {
	list[r.Value] = true
	c.reasons = append(c.reasons, r)
}

func (c *compiler) number(r Row, least, most float64) float64 {
	v, err := strconv.ParseFloat(r.Value, 64)
	if err != nil || v < least || v > most {
		c.fault(r, "%q is no number from %g to %g", r.Value, least, most)
	}
	return v
}

func (c *compiler) readConfidence(r Row) {
	n := &c.lex.numbers
	fields := map[string]*float64{"title": &n.Title, "lead": &n.Lead, "text": &n.Text, "inferred": &n.Inferred, "retold": &n.Retold, "distant": &n.Distant, "floor": &n.Floor}
	f, ok := fields[r.Path[len(r.Path)-1]]
	if !ok {
		c.fault(r, "unknown key; confidence knows title, lead, text, inferred, retold, distant and floor")
		return
	}
	*f = c.number(r, 0, 1)
}

func (c *compiler) readEvidence(r Row, e *evidence, names []string) {
	key := r.Path[len(r.Path)-1]
	i := slices.Index(names, key)
	switch {
	case key == "trust":
		e.trust = c.number(r, 0, 10)
	case i < 0:
		c.fault(r, "unknown key; %s knows trust, %s", r.Path[0], strings.Join(names, ", "))
	default:
		e.odds[i] = math.Log(c.number(r, 1e-6, 1e6))
	}
}

// readHeard makes a rule of each kind the wording can tell.
func (c *compiler) readHeard() {
	l := c.lex
	if l.evidence.trust == 0 {
		if l.evidence != (evidence{}) {
			c.faults = append(c.faults, errors.New("lexicon.yaml: wording: trust is needed, more than 0"))
		}
		return
	}
	w, _ := openWording(wordingFile)
	l.listenTo(w)
}

// listenTo makes a wording the lexicon's, with a rule of each kind it can tell.
func (l *Lexicon) listenTo(w wording) {
	l.wording, l.heardRules, l.heardSides = w, nil, nil
	for _, name := range w.kinds {
		id, side := int32(-1), 0
		if k := slices.IndexFunc(l.kinds, func(k Kind) bool { return k.Name == name }); k >= 0 {
			id, side = int32(len(l.rules)), 1
			if l.kinds[k].Side == Deescalation {
				side = 2
			}
			l.rules = append(l.rules, rule{kind: k, frame: frameActive, id: name + ".wording", intensity: l.kinds[k].Intensity})
		}
		l.heardRules, l.heardSides = append(l.heardRules, id), append(l.heardSides, side)
	}
}

func (c *compiler) readState(r Row) {
	code := r.Path[min(1, len(r.Path)-1)]
	if len(code) != 3 || strings.ToUpper(code) != code {
		c.fault(r, "%q is no ISO-3 code", code)
		return
	}
	if len(r.Path) > 2 && !slices.Contains([]string{"name", "adversaries", "shunned"}, r.Path[2]) {
		c.fault(r, "unknown key %q; a state knows name, adversaries and shunned", r.Path[2])
	}
	if len(c.lex.states) == otherState {
		c.fault(r, "one state too many, at most %d", otherState)
		return
	}
	if !slices.Contains(c.lex.states, code) {
		c.lex.states = append(c.lex.states, code)
	}
}

func (c *compiler) state(r Row, code string) int {
	i := slices.Index(c.lex.states, code)
	if i < 0 {
		c.fault(r, "%q is no state of lexicon.yaml, which has %s", code, strings.Join(c.lex.states, ", "))
	}
	return i
}

func (c *compiler) kind(r Row, name string) int {
	i := slices.IndexFunc(c.lex.kinds, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		c.fault(r, "%q is no kind of kinds.yaml", name)
	}
	return i
}

func (c *compiler) readKind(r Row) {
	if len(r.Path) != 3 {
		c.fault(r, "a kind is a list of keys and values")
		return
	}
	i := slices.IndexFunc(c.lex.kinds, func(k Kind) bool { return k.Name == r.Path[1] })
	if i < 0 {
		i = len(c.lex.kinds)
		c.lex.kinds = append(c.lex.kinds, Kind{Name: r.Path[1]})
		c.lex.kindData = append(c.lex.kindData, kindData{withAdversary: -1, withShunned: -1, byBoth: -1})
	}
	k, d := &c.lex.kinds[i], &c.lex.kindData[i]
	switch r.Path[2] {
	case "side":
		k.Side = Side(r.Value)
	case "intensity":
		k.Intensity = c.number(r, -10, 10)
	case "half_life":
		k.HalfLife = r.Value
		if !slices.Contains([]string{"rhetoric", "incident", "measure"}, r.Value) {
			c.fault(r, "%q is none of rhetoric, incident, measure", r.Value)
		}
	case "directed":
		k.Directed = c.truth(r)
	case "plover":
		k.Plover = r.Value
	case "cameo":
		k.Cameo = r.Value
	case "goldstein":
		k.Goldstein = c.number(r, -10, 10)
	case "place":
		d.placeFrom, d.placeTo = r.Value == "from", r.Value == "to"
		if !d.placeFrom && !d.placeTo {
			c.fault(r, "%q is neither from nor to", r.Value)
		}
	case "object":
		if d.objectFrom = r.Value == "from"; !d.objectFrom {
			c.fault(r, "%q is not from (to is the default)", r.Value)
		}
	case "bystander":
		d.bystander = c.truth(r)
	case "denial":
		d.denial = r.Value
		c.reasons = append(c.reasons, r)
	case "opening":
		d.opening = c.truth(r)
	case "yields":
		d.yields = c.truth(r)
	case "spoken":
		d.spoken = c.truth(r)
	case "third":
		d.third = c.truth(r)
	case "with_adversary", "with_shunned", "by_both", "covers", "from_is":
	default:
		c.fault(r, "unknown key %q; a kind knows side, intensity, half_life, directed, place, object, opening, yields, denial, spoken, third, bystander, with_adversary, with_shunned, by_both, plover, cameo, goldstein, covers and from_is", r.Path[2])
	}
}

func (c *compiler) truth(r Row) bool {
	if r.Value != "true" && r.Value != "false" {
		c.fault(r, "%q is neither true nor false", r.Value)
	}
	return r.Value == "true"
}
