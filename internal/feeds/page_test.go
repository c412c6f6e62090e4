package feeds

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"tensionmonitor/internal/news"
)

// told are the paragraphs of an article, the first of which its feed has.
var told = []string{
	"The Foreign Ministry in Baku has summoned the ambassador.",
	"A note of protest was handed to him, the ministry said in a statement that it published on Wednesday, and called the broadcast an insult.",
	"The embassy did not comment. Relations between the two neighbours have been tense since January, when a guard was killed.",
	"Both sides had agreed in spring to reopen the embassy, but the date has been put off twice.",
}

// pageOf is a page as news sites have them, with an article in the middle.
func pageOf(title string, paragraphs ...string) string {
	return `<!DOCTYPE html><html><head><title>` + title + ` - The Desk</title><style>p {}</style><script>var x = "<p>";</script></head><body>
	<nav class="menu"><ul><li><a href="/">Front page</a></li><li><a href="/sport">Sport</a></li></ul></nav>
	<article class="article-body"><h1>` + title + `</h1><p>` + strings.Join(paragraphs, `</p><p>`) + `</p></article>
	<aside class="sidebar"><a href="/1">Most read today</a></aside><footer>All rights reserved</footer></body></html>`
}

func TestWhatAPageSaysBeyondItsFeed(t *testing.T) {
	title := "Baku summons Iranian ambassador over broadcast"
	body := strings.Join(told[1:], "\n")
	ru := "Баку вызвал посла Ирана из-за передачи"
	inRussian := []string{"Министерство иностранных дел вызвало посла и вручило ему ноту протеста, говорится в заявлении ведомства.",
		"Посольство комментариев не дало. Отношения двух соседей напряжены с января, когда погиб сотрудник охраны посольства."}
	for name, tt := range map[string]struct {
		title, text, page, contentType string
		want                           string
		outcome                        string
	}{
		"all it has":                       {title, "", pageOf(title, told...), "text/html", strings.Join(told, "\n"), pageRead},
		"more than a lead":                 {title, told[0], pageOf(title, told...), "text/html", body, pageRead},
		"a lead that is cut off":           {title, told[0][:40] + "…", pageOf(title, told...), "text/html", strings.Join(told, "\n"), pageRead},
		"more than a lead and the title":   {title, title + "\n" + told[0], pageOf(title, append([]string{title}, told...)...), "text/html", body, pageRead},
		"by a header, in windows-1251":     {ru, "", windows1251(pageOf(ru, inRussian...)), "text/html; charset=windows-1251", strings.Join(inRussian, "\n"), pageRead},
		"by a meta tag, in windows-1251":   {ru, "", windows1251(strings.Replace(pageOf(ru, inRussian...), "<head>", "<head><meta charset=cp1251>", 1)), "", strings.Join(inRussian, "\n"), pageRead},
		"by another title, nearly":         {"Iranian ambassador summoned in Baku", told[0], pageOf("Ambassador is summoned", told...), "", body, pageRead},
		"no more than the feed":            {title, strings.Join(told, "\n"), pageOf(title, told...), "", "", noArticle},
		"less than the feed":               {title, strings.Repeat(told[1], 5), pageOf(title, told...), "", "", noArticle},
		"a caption":                        {title, told[0], pageOf(title, told[0], "Photo: the embassy"), "", "", noArticle},
		"nothing at all":                   {title, told[0], "", "", "", noArticle},
		"no words":                         {title, told[0], `<html><body><div id="app"></div><script>run()</script></body></html>`, "", "", noArticle},
		"what a consent page says":         {title, told[0], pageOf("Before you continue", strings.Repeat("We and our partners store cookies on your device. ", 10)), "", "", noArticle},
		"another article":                  {title, told[0], pageOf("Snow closes mountain roads in the north", strings.Repeat("Drivers are asked to stay at home today. ", 10)), "", "", noArticle},
		"for those who pay":                {title, told[0], pageOf(title, append(told, `<script type="application/ld+json">{"isAccessibleForFree": "False"}</script>`)...), "", "", paywall},
		"for those who pay, otherwise":     {title, told[0], pageOf(title, append(told, `<meta property="article:content_tier" content="locked">`)...), "", "", paywall},
		"for all, and it says so":          {title, told[0], pageOf(title, append(told, `<script type="application/ld+json">{"isAccessibleForFree":true}</script>`)...), "", body, pageRead},
		"too many tags":                    {title, told[0], pageOf(title, append(told, strings.Repeat("<b>x</b>", maxPageTags/2))...), "", "", classTooLarge},
		"too many elements within another": {title, told[0], pageOf(title, append(told, strings.Repeat("<div>", 600))...), "", "", classParse},
	} {
		t.Run(name, func(t *testing.T) {
			a := &news.Article{Title: tt.title, Text: tt.text, Language: "en"}
			p := page{link: "https://desk.example/1", contentType: tt.contentType}
			got, err := p.text(a, []byte(tt.page))
			if outcome := outcomeOf(err); got != tt.want || outcome != tt.outcome {
				t.Errorf("got %s, %v: %q\nwant %s: %q", outcome, err, got, tt.outcome, tt.want)
			}
		})
	}
}

// windows1251 is a Russian text as old pages have it.
func windows1251(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= 'А' && r <= 'я' {
			r += 0xC0 - 'А'
		}
		b.WriteByte(byte(r))
	}
	return b.String()
}

func TestALongPageIsCut(t *testing.T) {
	title := "Baku summons Iranian ambassador over broadcast"
	text, err := new(page).text(&news.Article{Title: title, Text: told[0]}, []byte(pageOf(title, strings.Repeat(told[1], 500))))
	if n := len(text) + len(told[0]); err != nil || n > maxText || n < maxText-10 {
		t.Errorf("%d letters with the feed's, %v; want %d", n, err, maxText)
	}
}

// What a text costs grows with the elements that it is in.
func TestEffort(t *testing.T) {
	at := func(depth int) int {
		doc, err := html.Parse(strings.NewReader(strings.Repeat("<div>", depth) + strings.Repeat("x", 10_000)))
		if err != nil {
			t.Fatal(err)
		}
		return effort(doc, 1, maxEffort)
	}
	if near, far := at(10), at(110); far-near < 100*10_000 || far-near > 200*10_000 {
		t.Errorf("%d within 10 elements, %d within 110", near, far)
	}
	const most = 500_000
	doc, err := html.Parse(strings.NewReader(strings.Repeat("<div>"+strings.Repeat("x", 10_000)+"</div>", 100)))
	if err != nil {
		t.Fatal(err)
	}
	if got := effort(doc, 1, most); got <= most || got > most+100_000 {
		t.Errorf("it counted to %d, want it to stop above %d", got, most)
	}
}
