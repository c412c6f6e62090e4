package config

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/sync/errgroup"
)

// Row is one value of the lexicon and the way to it.
type Row struct {
	File  string   // relative to the lexicon's folder, with slashes: "en/escalation.yaml"
	Line  int      // counted from 1
	Path  []string // the keys that lead to the value; the entries of a list are "0", "1", …
	Value string
}

// Lexicon reads every .yaml file in dir and the folders below it, or the lexicon built in if dir is empty. The rows
// come in the order of the files' paths and of the lines. The error is Faults, or says why dir cannot be read.
func Lexicon(dir string) ([]Row, error) {
	tree, err := lexiconTree(dir)
	if err != nil {
		return nil, err
	}
	names, err := lexiconFiles(tree, ".", 0)
	if err != nil {
		return nil, fmt.Errorf("reading the lexicon in %q: %w", dir, err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("reading the lexicon in %q: no .yaml file there", dir)
	}
	slices.Sort(names)
	return readRows(tree, names)
}

// readRows reads files side by side, since a start and a reload wait for them, and keeps their order.
func readRows(tree fs.FS, names []string) ([]Row, error) {
	rows, faults := make([][]Row, len(names)), make([]Faults, len(names))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range names {
		group.Go(func() error {
			rows[i], faults[i] = fileRows(tree, name)
			return nil
		})
	}
	_ = group.Wait() // what is wrong is in faults
	if err := slices.Concat(faults...).err(); err != nil {
		return nil, err
	}
	return slices.Concat(rows...), nil
}

func lexiconTree(dir string) (fs.FS, error) {
	if dir == "" {
		return fs.Sub(shipped, "lexicon")
	}
	return os.DirFS(dir), nil
}

// lexiconFiles lists the .yaml files below dir. It follows symbolic links, because a folder that Kubernetes mounts
// consists of them, and passes over names with a leading dot, where Kubernetes keeps what they point to.
func lexiconFiles(tree fs.FS, dir string, depth int) (names []string, err error) {
	const deepest = 8 // links may go round
	if depth > deepest {
		return nil, fmt.Errorf("folders more than %d deep: %q", deepest, dir)
	}
	entries, err := fs.ReadDir(tree, dir)
	if err != nil {
		return nil, reason(err)
	}
	for _, entry := range entries {
		name := path.Join(dir, entry.Name())
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		info, err := fs.Stat(tree, name)
		if err != nil {
			return nil, err
		}
		switch {
		case info.IsDir():
			below, err := lexiconFiles(tree, name, depth+1)
			if err != nil {
				return nil, err
			}
			names = append(names, below...)
		case path.Ext(name) == ".yaml":
			names = append(names, name)
		case path.Ext(name) == ".yml":
			return nil, fmt.Errorf("%q: the name of a lexicon file ends in .yaml", name)
		}
	}
	return names, nil
}

// fileRows gives what one file says, and what is wrong in it.
func fileRows(tree fs.FS, name string) (rows []Row, faults Faults) {
	data, err := readFile(tree, name)
	if err != nil {
		return nil, Faults{{File: name, Limit: err.Error()}}
	}
	_, wrong := parse(name, data, func(path []string, n *yaml.Node) {
		if isNull(n) {
			faults = append(faults, Fault{name, n.Line, keyOf(path), n.Value, "nothing is written here; give a value, [] for an empty list, or take the key away"})
			return
		}
		rows = append(rows, Row{name, n.Line, slices.Clone(path), n.Value})
	})
	return rows, append(faults, wrong...)
}
