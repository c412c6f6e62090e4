package tension

import (
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what is generated into the documentation")

const documentation = "../../docs/index.md"

// The figures in docs/index.md are what the formula gives.
func TestTheFiguresInTheDocumentation(t *testing.T) {
	text, err := os.ReadFile(documentation)
	if err != nil {
		t.Fatal(err)
	}
	reopened := plot{"-", 24, 168, independents(2, .6, 6), 0}
	talks := []plot{attack(168)}
	for k := range 7 {
		talks = append(talks, plot{"-", float64(k) * 24, 72, independents(2, .6, 2), 0})
	}
	old := tell(attack(0))
	old.Coverage = Seen([]Change{{hours(60 * 24), 1}}, .5)
	for begins, index := range map[string]float64{
		"one accusation":              tell(plot{"+", 0, 36, bloc("a", .35, 2), 0}).at(0),
		"a summons":                   tell(summons()).at(0),
		"the same 72 h later":         tell(summons()).at(72),
		"an attack":                   tell(attack(0)).at(0),
		"the same attack a day later": tell(attack(0)).at(24),
		"and a reopened embassy":      tell(attack(0), reopened).at(24),
		"the attack after a week":     tell(talks...).at(168),
		"the attack, 60 days old":     old.at(60 * 24),
		"120 stories":                 tell(inventions(bloc("a", .35, 6))...).at(60),
		"the same by eight houses":    tell(inventions(bloc("abcdefgh", .35, 6))...).at(60),
	} {
		if want := fmt.Sprintf("%.1f |", index); !strings.HasSuffix(lineWith(string(text), "| "+begins), want) {
			t.Errorf("the line that begins with %q does not end with %q", begins, want)
		}
	}
	var x Index
	tell(attack(0), reopened).Index(hours(24), &x)
	reads := func(level int) string {
		return fmt.Sprintf("%.1f reads %v", -10*math.Log(1-DefaultConstants().Levels[level]/100), DefaultConstants().Levels[level])
	}
	for _, want := range []string{
		fmt.Sprintf("the attack has %.1f points and the reopening −%.1f", x.Stories[0].Points, -x.Stories[1].Points),
		fmt.Sprintf("a pressure of %s, %s, %s and %s", reads(0), reads(1), reads(2), reads(3)),
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("it does not say %q", want)
		}
	}
}

// lineWith is the first line of a text that begins so.
func lineWith(text, begins string) string {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, begins) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// The table stands between two comments, and go test -update writes it.
func TestTheTableOfSensitivity(t *testing.T) {
	if underRace {
		t.Skip("under the race detector it takes half a minute and finds no race: .ci/run runs it without")
	}
	text, err := os.ReadFile(documentation)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(text), "<!-- sensitivity -->\n")
	written, after, ends := strings.Cut(rest, "<!-- end -->\n")
	if !begins || !ends {
		t.Fatal("the comments around the table are gone")
	}
	table := sensitivity(t)
	if *update {
		text = []byte(before + "<!-- sensitivity -->\n" + table + "<!-- end -->\n" + after)
		if err := os.WriteFile(documentation, text, 0o600); err != nil {
			t.Fatal(err)
		}
	} else if written != table {
		t.Errorf("the documentation has\n%s\nwant\n%s", written, table)
	}
}
