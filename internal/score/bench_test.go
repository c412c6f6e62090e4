package score

import (
	"strings"
	"testing"

	"tensionmonitor/internal/news"
)

var plain = strings.Repeat("The government of Armenia said on Tuesday that grain prices would rise again, after the harvest in the north had failed for a second year. ", 36)
var related = strings.Repeat("Baku summoned the Iranian ambassador on Tuesday, and the State Security Service arrested five agents of Iran in Nakhchivan after talks. ", 36)

func BenchmarkScore(b *testing.B) {
	lex := compiled(b, "AZE-IRN")
	for name, text := range map[string]string{"plain": plain, "related": related} {
		b.Run(name, func(b *testing.B) {
			a := &news.Article{Title: "Prices", Text: text}
			var r Result
			b.SetBytes(int64(len(a.Title) + len(a.Text)))
			b.ReportAllocs()
			for b.Loop() {
				lex.Score(a, &r)
			}
		})
	}
}
