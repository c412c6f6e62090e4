package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/net/html/charset"

	"tensionmonitor/internal/feeds"
	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

// said is what a text says, as monitor score --json writes it. The first four of Kind to Score are those of
// the leading event; empty and 0 where there is none.
type said struct {
	ID       string    `json:"id"`
	Lang     string    `json:"lang"`
	Relevant bool      `json:"relevant"`
	Pairs    []string  `json:"pairs"`
	Kind     string    `json:"kind"`
	From     string    `json:"from"`
	To       string    `json:"to"`
	Score    float64   `json:"score"`
	Events   []event   `json:"events"`
	Mentions []mention `json:"mentions"`
}

type event struct {
	Pair       string  `json:"pair"`
	Kind       string  `json:"kind"`
	From       string  `json:"from"`
	To         string  `json:"to"`
	Intensity  float64 `json:"intensity"`
	Confidence float64 `json:"confidence"`
	Place      string  `json:"place,omitempty"`
	Number     int     `json:"number,omitempty"`
	Field      string  `json:"field"`
	Span       [2]int  `json:"span"`
	Text       string  `json:"text"`
	Rule       string  `json:"rule"`
}

type mention struct {
	Kind    string `json:"kind"`
	Field   string `json:"field"`
	Span    [2]int `json:"span"`
	Text    string `json:"text"`
	Rule    string `json:"rule"`
	Dropped string `json:"dropped"`
}

// line is one object of the JSON Lines that monitor score reads.
type line struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Text      string    `json:"text"`
	Link      string    `json:"link"`
	Lang      string    `json:"lang"`
	Published time.Time `json:"published"`
	FirstSeen time.Time `json:"first_seen"`
	Outlet    string    `json:"outlet"`
	Family    string    `json:"family"`
	Bloc      string    `json:"bloc"`
	Weight    float64   `json:"weight"`
}

// runScore says what texts say: of the files named, or of standard input.
func runScore(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	fs := newFlags("score", stderr, "[FILE…|-]", "Says what a text says: text (its first paragraph is the title), HTML, a feed, or JSON Lines.")
	configFile := fs.String("config.file", "", configUsage)
	asJSON := fs.Bool("json", false, "write JSON Lines, one object a text, in order")
	if err := fs.Parse(args); err != nil {
		return usage(err)
	}
	lexicon, err := loadLexicon(*configFile)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(stdout)
	show := explainer(out, wantsColour(stdout))
	if *asJSON {
		show = jsonWriter(out)
	}
	err = scoreFiles(ctx, lexicon, files(fs), stdin, show)
	return errors.Join(err, out.Flush())
}

func files(fs *flag.FlagSet) []string {
	if fs.NArg() == 0 {
		return []string{"-"}
	}
	return fs.Args()
}

func scoreFiles(ctx context.Context, lexicon *score.Lexicon, names []string, stdin io.Reader, show func(*news.Article, *score.Result) error) error {
	var r score.Result
	for _, name := range names {
		err := eachArticle(name, stdin, func(a *news.Article) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			lexicon.Explain(a, &r)
			return show(a, &r)
		})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// bom is what editors of Windows put before a text in UTF-8.
var bom = []byte("\ufeff")

// eachArticle reads a file ("-" is standard input) in whichever of the four forms it is, packed by gzip or not.
func eachArticle(name string, stdin io.Reader, do func(*news.Article) error) error {
	in := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return errors.Unwrap(err) // without the name, which the caller gives
		}
		defer f.Close()
		in = f
	}
	r, err := unzipped(in)
	if err != nil {
		return err
	}
	head, err := r.Peek(4 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if bytes.HasPrefix(head, bom) {
		head = head[len(bom):]
		if _, err := r.Discard(len(bom)); err != nil {
			return err
		}
	}
	form := formOf(head)
	if form == jsonLines {
		return eachLine(r, do)
	}
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return eachOf(form, name, body, do)
}

// unzipped reads what gzip packed, and everything else as it is.
func unzipped(in io.Reader) (*bufio.Reader, error) {
	r := bufio.NewReaderSize(in, 64<<10)
	if magic, err := r.Peek(2); err != nil || magic[0] != 0x1f || magic[1] != 0x8b {
		return r, nil // too short a file shows when it is read
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	return bufio.NewReaderSize(z, 64<<10), nil
}

func eachOf(form form, name string, body []byte, do func(*news.Article) error) error {
	if form == plain {
		a := score.TextArticle(string(body))
		a.ID = name
		return do(&a)
	}
	var err error
	if form == html {
		if body, err = asFeed(name, body); err != nil {
			return err
		}
	}
	articles, err := feeds.Read(news.Feed{Slug: name}, body, "", time.Now())
	if err != nil {
		return err
	}
	for i := range articles {
		a := &articles[i]
		if form == html {
			a.ID = name
			a.Title, a.Text, _ = strings.Cut(a.Text, "\n")
		}
		if err := do(a); err != nil {
			return err
		}
	}
	return nil
}

// asFeed makes a page a feed of one article, so that it is read as a feed's HTML is.
func asFeed(name string, page []byte) ([]byte, error) {
	decoded, err := charset.NewReader(bytes.NewReader(page), "text/html")
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(decoded)
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{"version": "https://jsonfeed.org/version/1.1", "title": name,
		"items": []map[string]string{{"id": name, "content_html": string(text)}}})
}

// form is what a text comes in.
type form int

const (
	plain form = iota
	html
	aFeed
	jsonLines
)

// formOf tells the form from the first bytes.
func formOf(head []byte) form {
	head = bytes.TrimSpace(head)
	low := bytes.ToLower(head)
	has := func(s string) bool { return bytes.Contains(low, []byte(s)) }
	switch {
	case bytes.HasPrefix(head, []byte("{")) && has("jsonfeed.org/version"):
		return aFeed
	case bytes.HasPrefix(head, []byte("{")):
		return jsonLines
	case !bytes.HasPrefix(head, []byte("<")):
		return plain
	case has("<rss") || has("<feed") || has("<rdf"):
		return aFeed
	}
	return html
}

// maxLine is the longest line of JSON read, in bytes.
const maxLine = 16 << 20

func eachLine(r io.Reader, do func(*news.Article) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		a, err := decodeLine(lines.Bytes())
		if err == nil {
			err = do(&a)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return lines.Err()
}

func decodeLine(b []byte) (news.Article, error) {
	l := line{Weight: 0.6} // an independent's, so that a bare text counts
	if err := json.Unmarshal(b, &l); err != nil {
		return news.Article{}, err
	}
	if l.Family == "" {
		l.Family = l.Outlet
	}
	if l.FirstSeen.IsZero() {
		l.FirstSeen = l.Published
	}
	return news.Article{ID: l.ID, Title: l.Title, Text: l.Text, Link: l.Link, Language: l.Lang, Published: l.Published, FirstSeen: l.FirstSeen,
		Source: news.Source{Outlet: l.Outlet, Family: l.Family, Bloc: l.Bloc, Weight: l.Weight}}, nil
}

func jsonWriter(w io.Writer) func(*news.Article, *score.Result) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return func(a *news.Article, r *score.Result) error { return enc.Encode(summary(a, r)) }
}

func summary(a *news.Article, r *score.Result) said {
	s := said{ID: a.ID, Lang: r.Lang, Relevant: r.Relevant, Pairs: append([]string{}, r.Pairs...), Events: []event{}, Mentions: []mention{}}
	for _, e := range r.Events {
		s.Events = append(s.Events, event{e.Pair, e.Kind, e.From, e.To, e.Intensity, e.Confidence, e.Place, e.Number, e.Field, e.Span, e.Text, e.Rule})
	}
	for _, m := range r.Mentions {
		s.Mentions = append(s.Mentions, mention(m))
	}
	if len(s.Events) > 0 {
		e := s.Events[0]
		s.Kind, s.From, s.To, s.Score = e.Kind, e.From, e.To, e.Intensity
	}
	return s
}
