package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tensionmonitor/internal/news"
)

// Known is what is known of an article.
type Known struct {
	Stored  bool // it is stored under one of its keys
	Edited  bool // its feed has another title or text now
	Renamed bool // its feed has another guid for it now

	id    string   // under which it is stored
	names []string // those of its keys that its feed had not given it
}

// Noteworthy says whether there is something for Note to note.
func (k *Known) Noteworthy() bool { return k.Stored && (k.Edited || len(k.names) > 0) }

// Meet says of each article whether it is stored under any of its keys. What other feeds call it or make of it is no
// change. Once the answer is there it may be out of date: it spares work, and Look.Meet decides.
func (s *Store) Meet(ctx context.Context, articles []*news.Article) ([]Known, error) {
	return meet(ctx, s.read, articles)
}

// Meet says it within the transaction, so that the answer stands.
func (l *Look) Meet(articles []*news.Article) ([]Known, error) { return meet(l.ctx, l.tx, articles) }

func meet(ctx context.Context, db querier, articles []*news.Article) ([]Known, error) {
	var names []any
	for _, a := range articles {
		for _, key := range a.Keys {
			names = append(names, key)
		}
	}
	seen, err := seenAs(ctx, db, names)
	if err != nil {
		return nil, fmt.Errorf("reading which articles are known: %w", err)
	}
	known := make([]Known, len(articles))
	for i, a := range articles {
		known[i] = seen.know(a)
	}
	return known, nil
}

// sighting is an article as it was seen under a name.
type sighting struct{ name, feed, id, home, wording string }

// names are the sightings under each name, the first one first.
type names map[string][]sighting

// know says what is known of an article: which it is tells the first of its keys that anybody knows.
func (n names) know(a *news.Article) (k Known) {
	ours := false
	for _, key := range a.Keys {
		if !k.Stored && len(n[key]) > 0 {
			first := n[key][0]
			ours = first.home == a.Feed
			k.Stored, k.id, k.Edited = true, first.id, ours && first.wording != wordingOf(a)
		}
	}
	for _, key := range a.Keys {
		if slices.ContainsFunc(n[key], func(s sighting) bool { return s.feed == a.Feed }) {
			continue
		}
		k.names = append(k.names, key)
		k.Renamed = k.Renamed || ours && strings.HasPrefix(key, "g:")
	}
	return k
}

// seenAs reads the sightings under names.
func seenAs(ctx context.Context, db querier, list []any) (names, error) {
	all := make(names)
	for some := range slices.Chunk(list, mostRows) {
		text, args := seenUnder.of(some)
		for s, err := range query(ctx, db, scanSighting, text, args...) {
			if err != nil {
				return nil, err
			}
			all[s.name] = append(all[s.name], s)
		}
	}
	return all, nil
}

func scanSighting(scan func(...any) error) (s sighting, err error) {
	err = scan(&s.name, &s.feed, &s.id, &s.home, &s.wording)
	return s, err
}
