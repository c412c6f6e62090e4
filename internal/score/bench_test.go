package score_test

import (
	"io/fs"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

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

// BenchmarkLoad is what a start or a reload spends on the words: reading the YAML as it is shipped and
// compiling it. The reference is yaml.v3 decoding the same files into maps and lists, one after the other.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		compile(b, lexiconRows(b))
		n++
	}
	took := b.Elapsed().Seconds()
	b.ReportMetric(took/decode(b, n).Seconds(), "x_yaml")
	b.ReportMetric(1000*took/float64(n*len(lexiconRows(b)))*5000, "ms/5000_rows")
}

// BenchmarkCompile is the second part of it; MiB is what the compiled lexicon keeps.
func BenchmarkCompile(b *testing.B) {
	rows := lexiconRows(b)
	kept := heap()
	lex := compile(b, rows)
	kept = heap() - kept
	runtime.KeepAlive(lex)
	b.ReportAllocs()
	for b.Loop() {
		compile(b, rows)
	}
	b.ReportMetric(float64(len(rows)), "rows")
	b.ReportMetric(float64(kept)/(1<<20), "MiB")
}

func lexiconRows(b *testing.B) []score.Row {
	b.Helper()
	read, err := config.Lexicon("")
	if err != nil {
		b.Fatal(err)
	}
	rows := make([]score.Row, len(read))
	for i, r := range read {
		rows[i] = score.Row(r)
	}
	return rows
}

func compile(b *testing.B, rows []score.Row) *score.Lexicon {
	b.Helper()
	lex, err := score.Compile(rows, []string{"AZE-IRN"})
	if err != nil {
		b.Fatal(err)
	}
	return lex
}

// heap gives the bytes in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// decode measures decoding the lexicon's files n times.
func decode(b *testing.B, n int) time.Duration {
	b.Helper()
	tree := os.DirFS("../../config/lexicon")
	top, _ := fs.Glob(tree, "*.yaml")
	below, _ := fs.Glob(tree, "*/*.yaml")
	began := time.Now()
	for range n {
		for _, name := range append(top, below...) {
			data, err := fs.ReadFile(tree, name)
			if err != nil {
				b.Fatal(err)
			}
			var read any
			if err := yaml.Unmarshal(data, &read); err != nil {
				b.Fatal(err)
			}
		}
	}
	return time.Since(began)
}
