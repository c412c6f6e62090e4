package feeds

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestPlain(t *testing.T) {
	for name, tt := range map[string]struct{ in, want string }{
		"text":                       {"Talks go on", "Talks go on"},
		"paragraphs of HTML":         {"<p>One\n  two</p>\n\n<p>Three<br/>four</p>", "One two\nThree\nfour"},
		"inline tags part no words":  {"An <b>en</b>voy", "An envoy"},
		"cells do":                   {"<table><tr><td>Baku</td><td>Tehran</td></tr></table>", "Baku Tehran"},
		"empty lines of plain text":  {"One\ntwo\n\nthree", "One two\nthree"},
		"entities":                   {"&quot;Red line&quot; &#8211; &laquo;&#x41F;&raquo;", "\"Red line\" – «П»"},
		"entities encoded twice":     {"Oil &amp;amp; gas &amp;quot;deal&amp;quot;", "Oil & gas \"deal\""},
		"HTML encoded twice":         {"&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two &amp;amp; three&lt;/p&gt;", "One\nTwo & three"},
		"script and style":           {"a<script>if (x < 1) { y() }</script>b<style>p{}</style> c", "ab c"},
		"a frame nobody sees":        {"a<iframe src=x>old browser</iframe><noscript><img src=y></noscript> b", "a b"},
		"mathematics":                {"3 < 4 and 5 > 2", "3 < 4 and 5 > 2"},
		"a tag that never ends":      {"before <a href=\"x", "before"},
		"blanks of all kinds":        {" a\u00a0b\t\u2003c\r\nd ", "a b c d"},
		"the Persian half-blank":     {"می\u200cشود", "می\u200cشود"},
		"control characters":         {"a\u0007b\u009fc\ufeff", "abc"},
		"lists and headings":         {"<h2>Head</h2><ul><li>one</li><li>two</li></ul>", "Head\none\ntwo"},
		"an ampersand and no entity": {"R&D; AT&T", "R&D; AT&T"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := plain(tt.in, false); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Texts put together by lot: what is read at a look is what a tokenizer reads.
func TestAPlainTagIsWhatATokenizerReads(t *testing.T) {
	pieces := []string{"Talks", " ", "&#0", "\r\n", "go on", "<p>", "</P>", "<br/>", "<br />", `<a href="x">`, `<a href=x>`, `<img alt="a > b">`, `<a b = "c">`, `<a b=c="d e=" f>`, "<a '>",
		`<a title='it"s'>`, "</a", "<td>", "<", ">", "< ", `"`, "'", "=", "/", "&lt", "&amp;", "&nbsp;", "<script>", "</script>", "<style>", "</style>", "<!--", "-->", "<p;>", "<xyz>", "<textarea>", "<pre>"}
	lots := rand.New(rand.NewPCG(1, 2))
	for range 50_000 {
		var b strings.Builder
		for range 1 + lots.IntN(8) {
			b.WriteString(pieces[lots.IntN(len(pieces))])
		}
		s := "<i>" + b.String()
		var want typesetter
		want.tokenize(s, len(s)+1)
		if got := strip(s, 2); got != want.String() {
			t.Fatalf("%q: got %q, want %q", s, got, want.String())
		}
	}
}

func TestSummaryAndContentAreOneText(t *testing.T) {
	for name, tt := range map[string]struct{ summary, content, want string }{
		"only a summary":              {"Lead.", "", "Lead."},
		"only content":                {"", "Body.", "Body."},
		"both":                        {"Lead.", "Body.", "Lead.\nBody."},
		"the same":                    {"Lead.", "Lead.", "Lead."},
		"content has the summary":     {"Lead. More.", "Lead.\nMore.\nBody.", "Lead.\nMore.\nBody."},
		"the summary has the content": {"Lead. Body.", "Lead.", "Lead. Body."},
		"the summary is cut off":      {"Lead, and then […]", "Lead, and then the rest.", "Lead, and then the rest."},
		"it ends in dots":             {"Lead, and th...", "Lead, and then the rest.", "Lead, and then the rest."},
	} {
		t.Run(name, func(t *testing.T) {
			if got := join(tt.summary, tt.content); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
