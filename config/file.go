package config

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

//go:embed monitor.yaml feeds.yaml lexicon
var shipped embed.FS

// maxFile bounds what is read of one file, in bytes: some 15,000 feeds. Whatever is larger is no configuration.
const maxFile = 4 << 20

// file is a YAML file of the operator's, or one built into the program.
type file struct {
	name    string // as faults show it
	shipped bool
}

// beside gives the file that this one calls name: relative paths start at its folder.
func (f file) beside(name string) file {
	if f.shipped || filepath.IsAbs(name) {
		return file{name, f.shipped}
	}
	return file{filepath.Join(filepath.Dir(f.name), name), false}
}

func (f file) read() ([]byte, error) {
	if f.shipped {
		return readFile(shipped, f.name)
	}
	return readFile(disk{}, f.name)
}

// disk is the file system with paths as the operator writes them, absolute and with dots, which os.DirFS refuses.
type disk struct{}

func (disk) Open(name string) (fs.File, error) { return os.Open(name) }

// readFile reads a file of at most maxFile bytes. Its errors leave out the path, which the fault has.
func readFile(tree fs.FS, name string) ([]byte, error) {
	f, err := tree.Open(name)
	if err != nil {
		return nil, reason(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("larger than %d MiB", maxFile>>20)
	}
	return data, reason(err)
}

func reason(err error) error {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
