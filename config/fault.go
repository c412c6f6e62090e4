package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing wrong in a file of the operator's.
type Fault struct {
	File  string
	Line  int    // counted from 1; 0 where the fault is of the file as a whole
	Key   string // where in the file ("fetch.timeout", "feeds[3].url"); empty for the file as a whole
	Value string // as written; a list is shown as […], a mapping as {…}
	Limit string // what would be right
}

// Error gives the fault in one line: file, line, key, value and limit.
func (f Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	if f.Key != "" {
		fmt.Fprintf(&b, ": %s: value %q", f.Key, f.Value)
	}
	return b.String() + ": " + f.Limit
}

// Faults is everything wrong in all files read, in the order of file and line.
type Faults []Fault

// Error gives each fault a line.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// err puts the faults in order; without any there is no error.
func (fs Faults) err() error {
	if len(fs) == 0 {
		return nil
	}
	slices.SortStableFunc(fs, func(a, b Fault) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return fs
}
