package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// scored runs monitor score and gives its lines.
func scored(t *testing.T, stdin string, args ...string) []said {
	t.Helper()
	var out, log bytes.Buffer
	if err := run(t.Context(), append([]string{"score", "--config.file", smallConfig(t), "--json"}, args...), strings.NewReader(stdin), &out, &log); err != nil {
		t.Fatalf("%v\n%s", err, &log)
	}
	var all []said
	for line := range strings.Lines(out.String()) {
		var s said
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		all = append(all, s)
	}
	return all
}

const headline = "Azerbaijan summons Iranian ambassador"

func TestScoreReadsEveryForm(t *testing.T) {
	forms := []struct{ name, text string }{
		{"text", headline + "\n\nHe was handed a note."},
		{"text of Windows", "\ufeff" + headline + "\r\n\r\nHe was handed a note.\r\n"},
		{"HTML", "<!DOCTYPE html><html><head><title>" + headline + "</title><style>p {}</style></head><body><h1>" + headline + "</h1><p>He was handed a note.</p></body></html>"},
		{"a piece of HTML", "<h1>" + headline + "</h1>\n<p>He was handed a note.</p>"},
		{"RSS", `<?xml version="1.0"?><rss version="2.0"><channel><title>x</title><item><title>` + headline + `</title><link>https://example.org/1</link></item></channel></rss>`},
		{"Atom", `<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><entry><id>1</id><title>` + headline + `</title></entry></feed>`},
		{"JSON Feed", `{"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": [{"id": "1", "title": "` + headline + `"}]}`},
		{"JSON Lines", `{"id": "1", "title": "` + headline + `", "text": ""}`},
		{"JSON Lines, spare", "\n" + `{"id": "1", "title": "` + headline + `"}` + "\n\n"},
	}
	dir := t.TempDir()
	var files []string
	for _, f := range forms {
		files = append(files, filepath.Join(dir, f.name))
		if err := os.WriteFile(files[len(files)-1], []byte(f.text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all := scored(t, "", files...)
	if len(all) != len(forms) {
		t.Fatalf("%d texts, want one of each of the %d files", len(all), len(forms))
	}
	for i, s := range all {
		if s.Kind != "summon" || s.From != "AZE" || s.To != "IRN" || s.Score <= 0 || !s.Relevant || len(s.Events) == 0 {
			t.Errorf("%s: %+v, want a summons by Azerbaijan", forms[i].name, s)
		}
	}
}

func TestScoreKeepsTheOrderAndTheIDs(t *testing.T) {
	got := scored(t, `{"id":"b","title":"`+headline+`"}
{"id":"a","title":"Rain in the mountains"}
{"id":"c","title":"`+headline+`"}
`)
	var ids []string
	for _, s := range got {
		ids = append(ids, s.ID+":"+s.Kind)
	}
	if strings.Join(ids, " ") != "b:summon a: c:summon" {
		t.Errorf("got %v", ids)
	}
}

// What a machine reads has its lists even where there is nothing in them.
func TestScoreOfNothing(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"score", "--config.file", smallConfig(t), "--json"}, strings.NewReader(`{"id":"1","title":"Rain"}`), &out, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"id":"1"`, `"relevant":false`, `"pairs":[]`, `"kind":"","from":"","to":"","score":0`, `"events":[]`, `"mentions":[]`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s is not in %s", want, &out)
		}
	}
}

func TestScoreExplains(t *testing.T) {
	file := filepath.Join(t.TempDir(), "article.txt")
	if err := os.WriteFile(file, []byte(headline+" \x1b[2Jover a note\n\nMore."), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(t.Context(), []string{"score", "--config.file", smallConfig(t), file}, nil, &out, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{headline, "summon", "AZE → IRN", "about AZE-IRN", "in the title"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, &out)
		}
	}
	if strings.Contains(out.String(), "\x1b") {
		t.Error("an escape of the text, or a colour, reaches what is no terminal")
	}
}

func TestScoreSaysWhichLineIsWrong(t *testing.T) {
	var out bytes.Buffer
	err := run(t.Context(), []string{"score", "--config.file", smallConfig(t), "--json"}, strings.NewReader("{\"id\":\"1\",\"title\":\"Rain\"}\n{\"id\":\n"), &out, &out)
	if err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("got %v, want the line", err)
	}
	if !strings.Contains(out.String(), `"id":"1"`) {
		t.Error("what came before it is lost")
	}
}
