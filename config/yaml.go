package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// parse reads the one YAML document of a file and checks what holds for every file of ours: no key twice, no anchors,
// aliases or tags. Nobody who edits a list of feeds needs these, and with aliases a small file can unfold to gigabytes.
// leaf, where given, is called for each scalar in the order of the file; the path it gets is only lent.
func parse(name string, data []byte, leaf func(path []string, n *yaml.Node)) (*yaml.Node, Faults) {
	root, err := document(data)
	if err != nil {
		return nil, Faults{{File: name, Line: lineOf(err), Limit: strings.TrimPrefix(err.Error(), "yaml: ")}}
	}
	w := walk{file: name, leaf: leaf}
	w.node(root, nil)
	return root, w.faults
}

// lineError is an error at a line, counted from 1.
type lineError struct {
	line int
	text string
}

func (e lineError) Error() string { return e.text }

func lineOf(err error) int {
	if at := (lineError{}); errors.As(err, &at) {
		return at.line
	}
	return 0
}

// document decodes data's only document to its top node.
func document(data []byte) (*yaml.Node, error) {
	if at := invalidUTF8(data); at >= 0 {
		return nil, lineError{1 + bytes.Count(data[:at], []byte{'\n'}), "not UTF-8 text"}
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, next yaml.Node
	switch err := dec.Decode(&doc); {
	case err == io.EOF:
		return nil, errors.New("empty; write {} if nothing is meant")
	case err != nil:
		return nil, syntaxError(data, err)
	}
	if err := dec.Decode(&next); err != io.EOF {
		if err != nil {
			return nil, syntaxError(data, err)
		}
		return nil, lineError{next.Line, "a second document begins here; a file holds one"}
	}
	root := doc.Content[0]
	if isNull(root) {
		return nil, errors.New("empty; write {} if nothing is meant")
	}
	return root, nil
}

// invalidUTF8 gives the first place where data is not UTF-8, or -1.
func invalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// walk checks a document from its top, and hands out its scalars.
type walk struct {
	file   string
	leaf   func(path []string, n *yaml.Node)
	faults Faults
}

func (w *walk) node(n *yaml.Node, path []string) {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		w.fault(n, path, "anchors (&name) and aliases (*name) are not understood here; write the value out")
		return
	case n.Style&yaml.TaggedStyle != 0:
		w.fault(n, path, "tags ("+n.Tag+") are not understood here; leave it out")
		return
	}
	switch n.Kind {
	case yaml.MappingNode:
		w.mapping(n, path)
	case yaml.SequenceNode:
		for i, entry := range n.Content {
			w.node(entry, append(path, strconv.Itoa(i)))
		}
	default:
		if w.leaf != nil {
			w.leaf(path, n)
		}
	}
}

func (w *walk) mapping(n *yaml.Node, path []string) {
	first := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.Anchor != "" || key.Style&yaml.TaggedStyle != 0 {
			w.fault(key, path, "a key is one plain word")
			continue
		}
		below := append(path, key.Value)
		if line, twice := first[key.Value]; twice {
			w.faults = append(w.faults, Fault{w.file, key.Line, keyOf(below), shown(value), fmt.Sprintf("given before, in line %d", line)})
			continue
		}
		first[key.Value] = key.Line
		w.node(value, below)
	}
}

func (w *walk) fault(n *yaml.Node, path []string, limit string) {
	w.faults = append(w.faults, Fault{w.file, n.Line, keyOf(path), shown(n), limit})
}

// keyOf writes a path as faults show it: feeds[3].url.
func keyOf(path []string) string {
	var b strings.Builder
	for i, step := range path {
		if _, err := strconv.Atoi(step); err == nil && i > 0 {
			b.WriteString("[" + step + "]")
			continue
		}
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(step)
	}
	return b.String()
}

// shown is a value as a fault shows it, cut to what fits a line.
func shown(n *yaml.Node) string {
	const most = 100 // runes
	switch n.Kind {
	case yaml.MappingNode:
		return "{…}"
	case yaml.SequenceNode:
		return "[…]"
	case yaml.AliasNode:
		return "*" + n.Value
	}
	if utf8.RuneCountInString(n.Value) > most {
		return string([]rune(n.Value)[:most]) + "…"
	}
	return n.Value
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }
