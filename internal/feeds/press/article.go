package press

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// compose writes a feed as RSS, the latest of its articles first.
func (p *Press) compose(n, next int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Paper %d</title><link>https://paper-%d.example/</link>`, n, n)
	for number := next - 1; number >= max(0, next-p.options.Items); number-- {
		title, text := article(n, number, p.options.Text)
		date := p.options.Began.Add(time.Duration(number) * p.options.Step).UTC().Format(time.RFC1123Z)
		fmt.Fprintf(&b, `<item><title>%s</title><link>%s</link><guid isPermaLink="false">%d-%d-press</guid><pubDate>%s</pubDate><description>%s</description></item>`,
			title, Link(n, number), n, number, date, text)
	}
	b.WriteString(`</channel></rss>`)
	return b.Bytes()
}

// article is a title and a text, the same whenever they are asked for. One in ten is about the two states.
func article(n, number, size int) (title, text string) {
	lots := rand.New(rand.NewPCG(uint64(n), uint64(number)))
	title = fmt.Sprintf("%s in paper %d, number %d", sentence(lots, 6), n, number)
	if lots.IntN(10) == 0 {
		title = fmt.Sprintf("%s, say papers %d and %d", headlines[lots.IntN(len(headlines))], n, number)
	}
	var b strings.Builder
	for b.Len() < size {
		b.WriteString("&lt;p&gt;" + sentence(lots, 12) + ". " + sentence(lots, 15) + ".&lt;/p&gt;\n")
	}
	return title, b.String()
}

func sentence(lots *rand.Rand, length int) string {
	chosen := make([]string, length)
	for i := range chosen {
		chosen[i] = words[lots.IntN(len(words))]
	}
	return strings.ToUpper(chosen[0][:1]) + chosen[0][1:] + " " + strings.Join(chosen[1:], " ")
}

var headlines = []string{
	"Baku summons the Iranian ambassador", "Iran and Azerbaijan sign a memorandum on transit", "Tehran closes a crossing on the border with Azerbaijan",
	"Azerbaijan and Iran hold talks on the railway", "Iran begins exercises near the border with Azerbaijan", "Baku expels two Iranian diplomats",
}

var words = strings.Fields(`the a of and to in for on with at from by about after before over under council minister market river bridge school
	harvest engineers doctors players season league budget prices energy water power station airport railway port ship crew weather storm
	winter summer region capital village officials experts talks plan project agreement meeting visit report statement survey growth rate
	percent million year month week day morning evening opens closes begins ends rises falls says reports expects plans builds wins loses
	new old first last large small public national local foreign joint early late calm strong weak open`)
