package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestDismissed(t *testing.T) {
	for name, tt := range map[string]struct {
		text   string
		want   []Dismissal
		faults string
	}{
		"both ways": {`
- {story: 0f3a1c2b4d5e6f70, reason: "satire"}
- {link: "https://example.org/a", reason: "an exercise"}`,
			[]Dismissal{{Story: "0f3a1c2b4d5e6f70", Reason: "satire"}, {Link: "https://example.org/a", Reason: "an exercise"}}, ""},
		"an empty list":            {"[]", nil, ""},
		"no list":                  {"story: x", nil, "a list; an empty one is []"},
		"no reason":                {"- {story: 0f3a1c2b4d5e6f70}", nil, "[0]: value \"{…}\": a reason, and either a story or a link"},
		"a story and a link":       {`- {story: 0f3a1c2b4d5e6f70, link: "https://a.b/", reason: x}`, nil, "either a story or a link"},
		"no id":                    {"- {story: the second, reason: x}", nil, `[0].story: value "the second": the id of a story, 16 hexadecimal digits`},
		"an address of no article": {"- {link: \"ftp://a.b/\", reason: x}", nil, "the http or https address of an article"},
		"an unknown key":           {"- {storey: 0f3a1c2b4d5e6f70, reason: x}", nil, "did you mean story?"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "dismissed.yaml")
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := Dismissed(path)
			if tt.faults == "" && (err != nil || len(got) != len(tt.want) || len(got) > 0 && !reflect.DeepEqual(got, tt.want)) {
				t.Errorf("got %+v, %v", got, err)
			}
			if tt.faults != "" && (err == nil || !strings.Contains(err.Error(), tt.faults)) {
				t.Errorf("got %v, want %q", err, tt.faults)
			}
		})
	}
	if got, err := Dismissed(""); got != nil || err != nil {
		t.Errorf("without a file: %v, %v", got, err)
	}
	if _, err := Dismissed(filepath.Join(t.TempDir(), "none.yaml")); err == nil || !strings.Contains(err.Error(), "none.yaml") {
		t.Errorf("a file there is not: %v", err)
	}
}
