package main

import (
	"io/fs"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"

	"tensionmonitor/config"
	"tensionmonitor/internal/tension"
)

// dismissedFile is the list of dismissed stories, as the file has it now. A file with faults leaves the list as it
// was, and the fault is logged once.
type dismissedFile struct {
	config config.Config
	log    *zap.Logger

	mu       sync.Mutex
	list     tension.Dismissals
	modified time.Time
	size     int64
	fault    string
}

// now reads the file anew if it has changed.
func (f *dismissedFile) now() tension.Dismissals {
	if f.config.DismissedFile == "" {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var info fs.FileInfo
	info, err := os.Stat(f.config.DismissedFile)
	if err == nil && info.ModTime().Equal(f.modified) && info.Size() == f.size {
		return f.list
	}
	list, err := dismissals(f.config)
	if err != nil {
		f.complain(err.Error())
		return f.list
	}
	f.fault, f.list = "", list
	if info != nil {
		f.modified, f.size = info.ModTime(), info.Size()
	}
	f.log.Info("stories are dismissed", zap.Int("entries", len(list)))
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
