package main

import (
	"context"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"

	"tensionmonitor/config"
	"tensionmonitor/internal/store"
	"tensionmonitor/internal/tension"
)

// articlesAt gives the ids of the articles with a link.
type articlesAt func(link string) (ids []string, err error)

func inStore(ctx context.Context, s *store.Store) articlesAt {
	return func(link string) ([]string, error) { return s.ArticlesAt(ctx, link) }
}

// dismissals are the stories the configured file dismisses.
func dismissals(file string, find articlesAt) (tension.Dismissals, error) {
	d := tension.Dismissals{Stories: make(map[string]string), Articles: make(map[uint64]string)}
	list, err := config.Dismissed(file)
	if err != nil {
		return d, faults(err)
	}
	for _, entry := range list {
		if entry.Link == "" {
			d.Stories[entry.Story] = entry.Reason
			continue
		}
		ids, err := find(entry.Link)
		if err != nil {
			return d, err
		}
		for _, id := range ids {
			d.Articles[tension.Digest(id)] = entry.Reason
		}
	}
	return d, nil
}

// dismissedAgain is after how long the articles at the links are looked up again: one may be listed before it comes.
const dismissedAgain = time.Minute

// dismissedFile is the list of dismissed stories, as the file has it now. A file with faults leaves the list as it
// was, and the fault is logged once.
type dismissedFile struct {
	path string // empty: nothing is dismissed
	find articlesAt
	log  *zap.Logger

	mu       sync.Mutex
	list     tension.Dismissals
	modified time.Time
	size     int64
	read     time.Time
	fault    string
}

// now reads the file anew if it has changed.
func (f *dismissedFile) now() tension.Dismissals {
	if f.path == "" {
		return tension.Dismissals{}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Stat(f.path)
	changed := err != nil || !info.ModTime().Equal(f.modified) || info.Size() != f.size
	if !changed && time.Since(f.read) < dismissedAgain {
		return f.list
	}
	list, err := dismissals(f.path, f.find)
	if err != nil {
		f.complain(err.Error())
		return f.list
	}
	if changed {
		f.log.Info("the list of dismissed stories is read", zap.Int("stories", len(list.Stories)), zap.Int("articles", len(list.Articles)))
		f.modified, f.size = info.ModTime(), info.Size()
	}
	f.fault, f.list, f.read = "", list, time.Now()
	return f.list
}

func (f *dismissedFile) complain(fault string) {
	if fault != f.fault {
		f.log.Error("the list of dismissed stories stays as it was", zap.String("fault", fault))
	}
	f.fault = fault
}

// sound says whether the file that was read last is the list in use.
func (f *dismissedFile) sound() bool {
	f.now()
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fault == ""
}
