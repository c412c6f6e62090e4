//go:build !race

package feeds

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// However a page is made, it comes to its parser in few tags with few short attributes, and is not read where it would
// be dear: that is what its cost is bounded by.
func TestNoPageIsDear(t *testing.T) {
	const most = maxPage
	fill := func(s string) string { return strings.Repeat(s, most/len(s)) }
	long := "<p>" + strings.Repeat("word, ", 35) + "</p>"
	for name, body := range map[string]string{
		"a megabyte of elements within each other": strings.Repeat("<div>", 200_000),
		"hundreds, with text in the last":          strings.Repeat("<div>", 400) + strings.Repeat(long, 8000),
		"hundreds, with short texts":               strings.Repeat("<div>", 400) + strings.Repeat("<p>a, b</p>", 9000),
		"nobody closes them":                       strings.Repeat("<b><i><font>x", 6000),
		"a million attributes":                     "<p " + fill("a=1 ") + ">x",
		"a million on two":                         strings.Repeat("<b "+strings.Repeat("a1 b2 c3 ", 100_000)+">x", 2),
		"an attribute of a megabyte":               `<p class="` + fill("x") + `">x</p>`,
		"a million small elements":                 fill("<b>x</b>"),
		"elements that only some see":              "<svg><title>" + fill("<b a=1>x</b>"),
		"elements of plain text":                   "<plaintext>" + fill("<b a=1>x</b>"),
		"scripts in scripts":                       fill("<script><!--<script></script>"),
		"comments that do not end":                 fill("<!--"),
		"tags that do not end":                     fill("<a "),
		"tags of long names":                       fill("<"+strings.Repeat("x", 1000)+" ") + ">",
		"one long text":                            "<p>" + fill("word, "),
		"references":                               "<p>" + fill("&amp;&notit;"),
		"tables in tables":                         strings.Repeat("<table><tr><td>x", 6000),
		"text in a table":                          "<table>" + strings.Repeat("x<b>", 9000),
	} {
		t.Run(name, func(t *testing.T) {
			lean, err := scrub([]byte(body))
			if err == nil {
				tags, attributes := 0, 0
				for z := html.NewTokenizer(bytes.NewReader(lean)); z.Next() != html.ErrorToken; {
					token := z.Token()
					tags++
					attributes = max(attributes, len(token.Attr))
					for _, a := range token.Attr {
						if len(a.Val) > maxAttribute {
							t.Errorf("an attribute of %d bytes", len(a.Val))
						}
					}
				}
				if tags > 2*maxPageTags+1 || attributes > maxAttributes || len(lean) > 6*most {
					t.Errorf("%d tags and texts, %d attributes, %d bytes", tags, attributes, len(lean))
				}
			}
			if _, text, err := extract([]byte(body), "https://desk.example/1"); err != nil && classOf(err) != classParse && classOf(err) != classTooLarge {
				t.Errorf("got %d letters and %v", len(text), err)
			}
		})
	}
}
