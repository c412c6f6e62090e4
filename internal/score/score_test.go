package score

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"tensionmonitor/internal/news"
)

// small is a lexicon just large enough to show what each part of the notation does. The shipped one
// is judged by the labelled texts.
var small = map[string]string{
	"lexicon.yaml": `
version: "t1"
confidence: {title: 1, lead: 0.9, text: 0.75, inferred: 0.8, retold: 0.4, distant: 0.85, floor: 0.3}
gap: 4
far: 12
noise: [sport]
rhetoric: [condemn]
settles: [negated]
undone: [negated]
states:
  AZE: {name: Azerbaijan, adversaries: [ARM]}
  IRN: {name: Iran, adversaries: [ISR]}
  ARM: {name: Armenia, adversaries: [AZE]}
  ISR: {name: Israel, adversaries: [IRN]}
`,
	"kinds.yaml": `
kinds:
  condemn: {side: escalation, intensity: 2, half_life: rhetoric, directed: true, place: from}
  summon: {side: escalation, intensity: 3, half_life: incident, directed: true, place: from}
  arrest: {side: escalation, intensity: 5, half_life: incident, directed: true, place: from}
  plot: {side: escalation, intensity: 6, half_life: incident, directed: true, place: from}
  expel: {side: escalation, intensity: 7, half_life: measure, directed: true, place: from}
  attack: {side: escalation, intensity: 10, half_life: measure, directed: true, place: to}
  align: {side: escalation, intensity: 1.5, half_life: incident, directed: true, third: true}
  downgrade: {side: escalation, intensity: 7, half_life: measure, directed: true, object: from}
  accord: {side: deescalation, intensity: -5, half_life: measure, directed: false, with_adversary: align}
  talk: {side: deescalation, intensity: -1.5, half_life: incident, directed: false, opening: true}
`,
	"en/words.yaml": `
grammar:
  order: svo
  before: {agent: [by], owner: [of], target: [against, to, from, at], place: [in], with: [with], topic: [about, over, on]}
  endings: {owner: [s]}
  relative: [who]
  joiners: [and]
  numbers: {five: 5, nine: 9}
  common: [the, and, of, was]
  abbreviations: [Mr, Gen]
sets:
  envoy: [ambassador*, envoy*, charge d'affaires, diplomat*]
  citizen: [citizen*, spies, agents]
  mission: [embassy, consulate]
holders: [envoy, citizen, mission]
actors:
  AZE: {state: [Azerbaijan], capital: [Baku], people: [Azerbaijani*], body: [State Security Service], person: [Aliyev]}
  IRN: {state: [Iran], capital: [Tehran], people: [Iranian*], person: [{phrase: Zarif, until: 2021-08-25}]}
  ARM: {state: [Armenia], capital: [Yerevan], people: [Armenian*]}
  ISR: {state: [Israel], people: [Israeli*]}
  none: {province: [East Azerbaijan], outlet: [Iran International], sport: [Qarabag FK], state: [Georgia]}
phrases:
  condemn: {active: [condemn*, slam*]}
  summon: {active: ["summon* .. <envoy>"], passive: ["<envoy> .. summoned"], noun: [summoning of .. <envoy>]}
  arrest: {active: [arrest* .. <citizen>, arrested], noun: ["(arrest|detention) of"]}
  plot: {active: [foil* .. plot], blamed: [assassination plot]}
  expel: {active: [expel* .. <envoy>], passive: ["<envoy> .. expelled"], noun: [expulsion, expulsion of .. <envoy>]}
  attack: {active: [attacks], noun: [attack on, attack]}
  align: {active: ["acquir* .. stake"]}
  downgrade: {active: ["recall* .. <envoy>"], passive: ["<envoy> .. recalled"]}
  accord: {any: [sign* .. accord, {phrase: plans accord, drop: negated}]}
  talk: {any: [talks, meeting*]}
cues:
  - {name: negated, where: near, within: 3, phrases: [not, never, den*]}
  - {name: nothing, phrases: [not only]}
  - {name: killed, where: sentence, intensity: 2, kinds: [arrest], phrases: [killed]}
  - {name: hedged, where: sentence, confidence: 0.5, phrases: [reportedly]}
  - {name: sport, where: lead, phrases: [football, match]}
  - {name: background, further: true, where: before, within: 3, phrases: [since, after]}
places:
  Nakhchivan: [Nakhchivan*]
`,
}

// rows reads lexicon files as the configuration does.
func rows(t testing.TB, files map[string]string) []Row {
	t.Helper()
	var out []Row
	for file, text := range files {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(file, err)
		}
		var walk func(n *yaml.Node, path []string)
		walk = func(n *yaml.Node, path []string) {
			switch n.Kind {
			case yaml.DocumentNode:
				walk(n.Content[0], path)
			case yaml.MappingNode:
				for i := 0; i < len(n.Content); i += 2 {
					walk(n.Content[i+1], append(path[:len(path):len(path)], n.Content[i].Value))
				}
			case yaml.SequenceNode:
				for i, c := range n.Content {
					walk(c, append(path[:len(path):len(path)], strconv.Itoa(i)))
				}
			default:
				out = append(out, Row{file, n.Line, path, n.Value})
			}
		}
		walk(&doc, nil)
	}
	return out
}

func compiled(t testing.TB, pairs ...string) *Lexicon {
	t.Helper()
	lex, err := Compile(rows(t, small), pairs)
	if err != nil {
		t.Fatal(err)
	}
	return lex
}

// told writes a result the way the tables below expect it.
func told(r Result) string {
	var out []string
	for _, e := range r.Events {
		s := fmt.Sprintf("%s %s>%s %g", e.Kind, e.From, e.To, e.Intensity)
		if e.Number > 0 {
			s += " n" + strconv.Itoa(e.Number)
		}
		if e.Place != "" {
			s += " " + e.Place
		}
		out = append(out, s)
	}
	for _, m := range r.Mentions {
		if m.Dropped != "" {
			out = append(out, m.Kind+": "+m.Dropped)
		}
	}
	return strings.Join(out, "; ")
}

func TestWhoDidWhatToWhom(t *testing.T) {
	lex := compiled(t, "AZE-IRN")
	for _, c := range []struct{ title, want string }{
		{"Baku summons Iranian ambassador", "summon AZE>IRN 3"},
		{"Iran summons ambassador of Azerbaijan", "summon IRN>AZE 3"},
		{"Iranian chargé d’affaires summoned in Baku", "summon AZE>IRN 3"},
		{"Azerbaijan's envoy summoned to Iranian ministry", "summon IRN>AZE 3"},
		{"Iran's ambassador to Azerbaijan summoned", "summon AZE>IRN 3"},
		{"Armenia summons Iranian ambassador, Azerbaijan watches", "summon: no pair"},
		{"Iranian ambassador summoned in Yerevan as Azerbaijan watches", "summon: no pair"},
		{"Azerbaijan expels five Iranian diplomats", "expel AZE>IRN 7 n5"},
		{"Four Iranian diplomats expelled by Azerbaijan", "expel AZE>IRN 7"},
		{"Expulsion of Iranian diplomats by Azerbaijan", "expel AZE>IRN 7"},
		{"Iran's expulsion of Azerbaijani diplomats", "expel IRN>AZE 7"},
		{"Azerbaijani ambassador plays down Israeli attack on Iran", "attack: no pair"},
		{"Foreign Ministry of Azerbaijan (MFA) summons Iranian (IRI) ambassador", "summon AZE>IRN 3"},
		{"Tehran slams expulsion of diplomats by Baku", "condemn IRN>AZE 2; expel: reported"},
		{"Azerbaijan foils Iranian plot", "plot AZE>IRN 6"},
		{"Iranian assassination plot uncovered in Azerbaijan", "plot AZE>IRN 6"},
		{"Attack on Azerbaijan's embassy in Tehran", "attack IRN>AZE 10"},
		{"Azerbaijan's embassy in Tehran: attack by Iranian gunman", "attack IRN>AZE 10"},
		{"Azerbaijan acquires 10% stake in Israeli field, Iran wary", "align AZE>ISR 1.5"},
		{"Azerbaijan recalls its ambassador from Iran", "downgrade AZE>IRN 7"},
		{"Azerbaijani ambassador recalled from Tehran", "downgrade AZE>IRN 7"},
		{"Iran and Azerbaijan hold talks", "talk both>both -1.5"},
		{"Iran and Armenia hold talks over Azerbaijan", "talk: no pair"},
		{"Iran, Armenia and Azerbaijan hold talks", "talk both>both -1.5"},
		{"Azerbaijan holds Iran talks with Armenia", "talk: no pair"},
		{"Azerbaijan did not summon Iranian ambassador", "summon: negated"},
		{"Azerbaijan not only summons the Iranian ambassador", "summon AZE>IRN 3"},
		{"Azerbaijan arrests 5 Iranian agents, two killed in Nakhchivan", "arrest AZE>IRN 7 n5 Nakhchivan"},
		{"East Azerbaijan: Iran arrests agents", "arrest: no pair"},
		{"Iran International: Baku arrests spies", "arrest: no pair"},
		{"Baku arrests spies - Iran International", "arrest: no pair"},
		{"The Iranian ambassador to Azerbaijan was summoned to the ministry", "summon AZE>IRN 3"},
		{"Georgia expels Iranian diplomats, Azerbaijan reports", "expel: no pair"},
		{"Iran summons Azerbaijani envoy, condemns expulsion of diplomats", "summon IRN>AZE 3; condemn IRN>AZE 2; expel: reported"},
		{"Azerbaijan and Israel sign accord, Iran protests", "align AZE>ISR 1.5"},
		{"Azerbaijan and Armenia sign accord, Iran and Israel watch", "accord: no pair"},
		{"Aliyev met a cleric from Tehran, who slammed Baku", "condemn IRN>AZE 2"},
		{"Baku slams Tehran's \"Armenian agents are in Baku\" remark", "condemn AZE>IRN 2"},
		{"Zarif condemns Azerbaijan", "condemn IRN>AZE 2"},
	} {
		var r Result
		lex.Explain(&news.Article{Title: c.title}, &r)
		if got := told(r); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.title, got, c.want)
		}
	}
}

func TestDatelinesAreNoActors(t *testing.T) {
	lex := compiled(t, "AZE-IRN")
	for _, c := range []struct{ text, want string }{
		{"TEHRAN, (Iran International) - Azerbaijan arrested five agents.", "arrest: no pair"},
		{"BAKU, Azerbaijan, March 5. Iranian police arrested five agents.", "arrest: no pair"},
		{"TEHRAN – Azerbaijan arrested five agents.", "arrest: no pair"},
		{"Iran and Azerbaijan: Baku arrested five agents.", "arrest AZE>IRN 5 n5"},
	} {
		var r Result
		lex.Explain(&news.Article{Title: "News", Text: c.text}, &r)
		if got := told(r); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

// What a page puts around an article, as it stands where pages are read as a whole, changes nothing in what is told.
func TestPageFurniture(t *testing.T) {
	lex := lexicon(t)
	for title, text := range map[string]string{
		"Baku summons Iranian ambassador over drone": "Azerbaijan's Foreign Ministry handed the envoy a note of protest on Friday after a drone from Iran crossed the border.",
		"Bakú expulsa a dos diplomáticos iraníes":    "El Ministerio de Exteriores de Azerbaiyán declaró personas non gratas a dos empleados de la embajada de Irán.",
		"აზერბაიჯანმა ირანის ელჩი საგარეო უწყებაში დაიბარა":        "ბაქომ თეირანს საპროტესტო ნოტა გადასცა.",
		"МИД Азербайджана вызвал посла Ирана: протест из-за дрона": "Послу вручена нота протеста.",
	} {
		var want, got Result
		lex.Score(&news.Article{Title: title, Text: text}, &want)
		for _, a := range []news.Article{
			{Title: title + " | News Portal", Text: text},
			{Title: title + " - The Daily Wire", Text: text},
			{Title: title, Text: title + "\n" + text},
			{Title: title, Text: "News\n\n" + title + "\r\n12:34, 5 March 2023\nBy Jane Doe\n \n" + text},
		} {
			if lex.Score(&a, &got); told(got) != told(want) || got.Lang != want.Lang || len(want.Events) == 0 {
				t.Errorf("%q, %q\n got %s %s\nwant %s %s", a.Title, a.Text, got.Lang, told(got), want.Lang, told(want))
			}
		}
	}
	for _, c := range []struct {
		title, text string
		want        int
	}{
		{"", "News\nIt rained.", 0},
		{"Rain", "News\nRain\nMonday", 10},
		{"Rain", "Monday\nIt rained.", 7},
		{"Rain", "Monday\nTuesday", 0},
	} {
		if got := leadBegins(c.text, c.title); got != c.want {
			t.Errorf("%q under %q begins at %d, want %d", c.text, c.title, got, c.want)
		}
	}
}

// What stands behind a text's event is less likely to be one.
func TestFurtherEvents(t *testing.T) {
	lex := compiled(t, "AZE-IRN")
	for _, c := range []struct{ title, text, want string }{
		{"Baku summons Iranian ambassador", "It was the first time since Iran expelled five Azerbaijani diplomats.", "summon AZE>IRN 3; expel: background"},
		{"After Iran expelled five Azerbaijani diplomats", "", "expel IRN>AZE 7 n5"},
		{"Baku expels Iranian diplomats", "Iran was condemned. Police arrested five spies.", "expel AZE>IRN 7; arrest AZE>IRN 5 n5; condemn: unsure"},
		{"News from Baku", "Iran condemned expulsion of diplomats.", "condemn IRN>AZE 2; expel: reported"},
		{"News from Baku", "A new road was opened on Monday.\nIt shortens the way by a day and was planned in talks between Iran and Azerbaijan.", "talk: in passing"},
		{"News from Baku", "Monday, 9 May\nTalks between Iran and Azerbaijan began.", "talk both>both -1.5"},
		{"Iran and Azerbaijan: talks in Baku", "Iran and Azerbaijan will never hold talks, a minister said.", "talk: negated; talk: background"},
		{"Iran and Azerbaijan: talks in Baku", "Iran and Azerbaijan held talks in Baku on Monday and did not smile.", "talk both>both -1.5; talk: repeated"},
		{"Iran plans accord with Azerbaijan", "Iran condemned Azerbaijan.", "accord: negated; condemn: background"},
		{"Iran attacks Azerbaijan", "A football ground was hit. Iran expelled five Azerbaijani diplomats.", "attack IRN>AZE 10; expel: sport"},
	} {
		var r Result
		lex.Explain(&news.Article{Title: c.title, Text: c.text}, &r)
		if got := told(r); got != c.want {
			t.Errorf("%s – %s\n got %s\nwant %s", c.title, c.text, got, c.want)
		}
	}
}

// A result says the same whatever memory it is written into, and a text's parts point into the text.
func TestSpansPointIntoTheText(t *testing.T) {
	lex := compiled(t, "AZE-IRN")
	a := news.Article{Title: "“İran”: Baku summons Iranian ambassador", Text: "Tehran – Iran’s envoy was summoned."}
	var r Result
	lex.Score(&news.Article{Title: "Azerbaijan expels five Iranian diplomats"}, &r)
	lex.Score(&a, &r)
	if len(r.Events) != 1 || r.Events[0].Text != "Baku summons Iranian ambassador" {
		t.Fatalf("events %+v", r.Events)
	}
	for _, m := range r.Mentions {
		text := a.Title
		if m.Field == "text" {
			text = a.Text
		}
		if text[m.Span[0]:m.Span[1]] != m.Text {
			t.Errorf("%q is not at %v of the %s", m.Text, m.Span, m.Field)
		}
	}
}

// Score passes over what Explain would say of a text that names no pair; on any other they agree.
func TestScoreAndExplain(t *testing.T) {
	lex := compiled(t, "AZE-IRN")
	var r Result
	lex.Score(&news.Article{Title: "Iran summons Armenian ambassador"}, &r)
	if told(r) != "" {
		t.Errorf("no pair, yet Score tells %s", told(r))
	}
	a := news.Article{Title: "Iran summons Azerbaijani ambassador, did not expel envoy of Armenia"}
	lex.Score(&a, &r)
	scored := told(r)
	if lex.Explain(&a, &r); scored != told(r) {
		t.Errorf("Score tells %s, Explain %s", scored, told(r))
	}
}

// More pairs are a matter of configuration.
func TestAnotherPair(t *testing.T) {
	lex := compiled(t, "AZE-IRN", "ARM-AZE")
	var r Result
	lex.Score(&news.Article{Title: "Armenia summons ambassador of Azerbaijan"}, &r)
	if len(r.Events) != 1 || r.Events[0].Pair != "ARM-AZE" || r.Events[0].From != "ARM" {
		t.Errorf("got %+v, want a summons from ARM in ARM-AZE", r.Events)
	}
}

func TestFaultsOfALexicon(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"en/a.yaml", "phrases:\n  summon:\n    active: [\"summon* ..\"]", "en/a.yaml:3: phrases.summon.active.0: phrase \"summon* ..\": a gap stands between words, never at an end"},
		{"en/a.yaml", "phrases:\n  sumon:\n    active: [calls]", "en/a.yaml:3: phrases.sumon.active.0: \"sumon\" is no kind of kinds.yaml"},
		{"en/a.yaml", "phrases:\n  summon:\n    activ: [calls]", "\"activ\" is no frame; active, passive, noun, blamed, felt or any"},
		{"en/a.yaml", "phrases:\n  summon:\n    active: [calls <envoi>]", "there is no set <envoi> in this language"},
		{"en/a.yaml", "phrases:\n  summon:\n    active: [\"(call|ask\"]", "a bracket is not closed"},
		{"en/a.yaml", "phrases:\n  summon:\n    active: [\"den(y|ies)\"]", "no space before"},
		{"en/a.yaml", "phrases:\n  summon:\n    active: [{phrase: calls, drop: whim}]", "\"whim\" is no reason of the list settles"},
		{"more.yaml", "wording: {nothing: 3}", "wording: trust is needed, more than 0"},
		{"more.yaml", "wording: {title: 0}", "more.yaml:1: wording.title: \"0\" is no number from 1e-06 to 1e+06"},
		{"more.yaml", "refutes: [whim]", "more.yaml:1: refutes.0: there is no cue named \"whim\""},
		{"en/a.yaml", "phrases:\n  summon:\n    active: [\"!?\"]", "has no letter, so it can never match"},
		{"en/a.yaml", "phrases:\n  summon:\n    active: [\"expulsion\"]", "phrase \"expulsion\" is there already, as rule"},
		{"en/a.yaml", "actors:\n  XXX:\n    state: [Nowhere]", "\"XXX\" is no state of lexicon.yaml"},
		{"en/a.yaml", "cues:\n  - {where: beside, name: x, phrases: [y]}", "\"beside\" is none of before, after, near"},
		{"en/a.yaml", "grammar:\n  order: vso", "\"vso\" is neither svo nor sov"},
		{"en/a.yaml", "phrases:\n  summon:\n    active: [\"((((((((a))))))))\", \"(((((((((b)))))))))\"]", "phrases.summon.active.1: phrase \"(((((((((b)))))))))\": brackets 9 deep, at most 8"},
		{"en/a.yaml", "phrases:\n  summon:\n    active: [calls <a>]\nsets: {a: [\"b <a>\"]}", "in the set <a>: in the set <a>: it contains itself"},
		{"en/a.yaml", "phrases:\n  summon:\n    active: [" + strings.Repeat("long", 51) + "]", "a word of 204 bytes, at most 200"},
		{"en/a.yaml", "phrases:\n  summon:\n    active: [{intensity: 2}]", "phrases.summon.active.0.intensity: the phrase is missing"},
		{"en/a.yaml", "actors:\n  IRN:\n    state: [{until: 2021-08-25}]", "the phrase is missing"},
		{"en/a.yaml", "sets: envoy", "a set is a name and a list of phrases"},
		{"en/a.yaml", "grammar: {before: by}", "\"before\" is none of owner, agent"},
		{"en/a.yaml", "grammar: {numbers: 2}", "a number is a word and its value"},
		{"en/a.yaml", "calls", "en/a.yaml:1: a file is a list of keys"},
		{"more.yaml", "calls", "more.yaml:1: a file is a list of keys"},
		{"more.yaml", "states: {IRN: {by_both: talk}}", "unknown key \"by_both\"; a state knows name, adversaries and shunned"},
		{"more.yaml", "confidence: {title: 3}", "\"3\" is no number from 0 to 1"},
	} {
		files := map[string]string{c.file: c.text}
		for f, text := range small {
			files[f] = text
		}
		_, err := Compile(rows(t, files), []string{"AZE-IRN"})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\n got %v\nwant %s", c.text, err, c.want)
		}
	}
	letters := "phrases:\n  summon:\n    active: ["
	for r := '가'; r < '가'+1300; r++ {
		letters += string(r) + ", "
	}
	if _, err := Compile(append(rows(t, small), rows(t, map[string]string{"en/a.yaml": letters + "]"})...), []string{"AZE-IRN"}); err == nil || !strings.Contains(err.Error(), "different letters, at most 1261") {
		t.Errorf("1300 letters: got %v", err)
	}
	if _, err := Compile(rows(t, small), []string{"IRN-AZE"}); err == nil || !strings.Contains(err.Error(), `pair "IRN-AZE"`) {
		t.Errorf("an unsorted pair: got %v", err)
	}
}

// Time grows with the text and not with its square: one "sentence" of a megabyte, full of names,
// phrases and cues, is read like any other. A quadratic scorer would not end within the test's limit.
func TestHostileLength(t *testing.T) {
	lex := lexicon(t)
	var r Result
	for _, text := range []string{
		strings.Repeat("Iran Azerbaijan arrested agents not killed football ", 20_000),
		strings.Repeat("a", 1_000_000),
		strings.Repeat("expulsion ", 100_000) + "Iran Azerbaijan",
		strings.Repeat("\u202e\u200c", 300_000),
	} {
		lex.Score(&news.Article{Title: "Iran and Azerbaijan", Text: text}, &r)
		lex.Explain(&news.Article{Title: text}, &r)
	}
}

// FuzzScore holds that no text breaks the scorer, whatever its bytes.
func FuzzScore(f *testing.F) {
	lex := lexicon(f)
	f.Add("Baku summons Iranian ambassador", "BAKU – \xff\x00 Iran's \u202eenvoy\u200c was summoned.")
	f.Add("", strings.Repeat("İran", 1000))
	f.Add("Iran, Azerbaijan", strings.Repeat("arrest of agents by Iran and Azerbaijan ", 100))
	f.Fuzz(func(t *testing.T, title, text string) {
		var r, scored Result
		a := news.Article{Title: title, Text: text}
		lex.Explain(&a, &r)
		if lex.Score(&a, &scored); !slices.Equal(scored.Events, r.Events) || !slices.Equal(scored.Pairs, r.Pairs) {
			t.Errorf("Score tells %+v, Explain %+v", scored, r)
		}
		for _, e := range r.Events {
			if e.Intensity < -10 || e.Intensity > 10 || e.Confidence < 0 || e.Confidence > 1 {
				t.Errorf("out of range: %+v", e)
			}
		}
	})
}
