package config

import (
	"bytes"
	"io"
	"regexp"
	"sort"

	"go.yaml.in/yaml/v3"
)

var parsersLine = regexp.MustCompile(`^yaml: (?:line \d+: )?`)

// syntaxError says at which line data stops being YAML: the first with which what stands above it fails in the same
// way. The parser's own line is the one before the whole block that a wrong indentation breaks, or missing.
func syntaxError(data []byte, err error) error {
	said := complaint(err)
	ends := lineEnds(data)
	line := 1 + sort.Search(len(ends)-1, func(i int) bool { return complaint(failure(data[:ends[i]])) == said })
	return lineError{line, "not YAML: " + said}
}

// complaint is what the parser says without the line it names.
func complaint(err error) string {
	if err == nil {
		return ""
	}
	return parsersLine.ReplaceAllString(err.Error(), "")
}

// failure is where decoding data stops, or nil.
func failure(data []byte) error {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		if err := dec.Decode(new(yaml.Node)); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// lineEnds gives the offset behind each line.
func lineEnds(data []byte) (ends []int) {
	for i, b := range data {
		if b == '\n' {
			ends = append(ends, i+1)
		}
	}
	return append(ends, len(data))
}
