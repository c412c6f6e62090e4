package score_test

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"tensionmonitor/config"
	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

const articleSize = 5 << 10 // bytes: a long agency report

// articles makes long articles of the labelled texts, one a language.
func articles(b *testing.B) []news.Article {
	b.Helper()
	var out []news.Article
	for _, lang := range []string{"en", "az", "fa", "ru", "tr"} {
		data, err := os.ReadFile("testdata/tune/" + lang + ".txtar")
		if err != nil {
			b.Fatal(err)
		}
		all, err := score.ReadLabels(lang, data)
		if err != nil {
			b.Fatal(err)
		}
		var text strings.Builder
		for i := 0; text.Len() < articleSize; i++ {
			a := all[i%len(all)].Article
			text.WriteString(a.Title + ".\n" + a.Text + "\n")
		}
		out = append(out, news.Article{Title: "News", Text: text.String()})
	}
	return out
}

// BenchmarkScore scores articles of 5 KB in five languages in turn, with the lexicon as it is shipped.
// The reference is what any scorer has to do at least, with the standard library: lower the case and
// split at spaces. The same texts, all about one pair, are no pair's for a lexicon made for another.
func BenchmarkScore(b *testing.B) {
	all := articles(b)
	size := 0
	for _, a := range all {
		size += len(a.Text)
	}
	for name, pair := range map[string]string{"pair": "AZE-IRN", "no_pair": "RUS-USA"} {
		lex := shipped(b, pair)
		b.Run(name, func(b *testing.B) {
			var r score.Result
			for i := range all { // grow what is reused
				lex.Score(&all[i], &r)
			}
			b.SetBytes(int64(size / len(all)))
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				lex.Score(&all[n%len(all)], &r)
				n++
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "articles/s")
			b.ReportMetric(b.Elapsed().Seconds()/reference(all, n).Seconds(), "x_lower+fields")
		})
	}
}

// reference measures lowering and splitting n articles.
func reference(all []news.Article, n int) time.Duration {
	began, words := time.Now(), 0
	for i := range n {
		words += len(strings.Fields(strings.ToLower(all[i%len(all)].Text)))
	}
	runtime.KeepAlive(words)
	return time.Since(began)
}

// BenchmarkCompile is what a start or a reload spends on the words: reading the YAML and compiling it.
func BenchmarkCompile(b *testing.B) {
	read, err := config.Lexicon("")
	if err != nil {
		b.Fatal(err)
	}
	rows := make([]score.Row, len(read))
	for i, r := range read {
		rows[i] = score.Row(r)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	lex, err := score.Compile(rows, []string{"AZE-IRN"})
	if err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(lex)
	for b.Loop() {
		if _, err := score.Compile(rows, []string{"AZE-IRN"}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(rows)), "rows")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
}
