package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// place is a value in a file and the way to it. Without a node nothing is written there, and whoever reads it
// leaves the default as it is.
type place struct {
	file, key string
	node      *yaml.Node
	secret    bool // a fault must not show the value
}

func (p place) fault(limit string) Fault {
	f := Fault{File: p.file, Key: p.key, Limit: limit}
	if p.node != nil {
		f.Line, f.Value = p.node.Line, masked(shown(p.node))
	}
	if p.secret {
		f.Value = "…"
	}
	return f
}

// at is the place below p that key leads to.
func (p place) at(key string, node *yaml.Node) place {
	if p.key != "" && !strings.HasPrefix(key, "[") {
		key = "." + key
	}
	return place{p.file, p.key + key, node, p.secret}
}

// masked hides the password or token in an address, and what its query has under the name of a secret: faults go into logs, and
// what is in force is shown.
func masked(value string) string {
	scheme, rest, isURL := strings.Cut(value, "://")
	if !isURL {
		return value
	}
	at := strings.LastIndex(rest, "@")
	switch user, _, hasPassword := strings.Cut(rest[:max(at, 0)], ":"); {
	case hasPassword:
		rest = user + ":" + hidden + rest[at:]
	case at > 0 && strings.HasPrefix(scheme, "http") && !strings.Contains(rest[:at], "/"): // a token stands where the user's name does
		rest = hidden + rest[at:]
	}
	return scheme + "://" + secretInQuery.ReplaceAllString(rest, "${1}"+hidden)
}

// secretInQuery is a part of a query whose name says that nobody else should read its value.
var secretInQuery = regexp.MustCompile(`(?i)([?&;](?:[\w.-]*[_.-])?(?:api_?key|apikey|key|token|pass|passwd|password|pwd|secret|auth|sig|signature|credentials?)=)[^&;#]*`)

// reader turns places into values and keeps what is wrong with them; it never stops at the first.
type reader struct{ faults Faults }

func (r *reader) fault(p place, limit string) { r.faults = append(r.faults, p.fault(limit)) }

// open reads a file to its top; the place is without a node if the file cannot be used.
func (r *reader) open(f file) place {
	data, err := f.read()
	if err != nil {
		r.faults = append(r.faults, Fault{File: f.name, Limit: err.Error()})
		return place{file: f.name}
	}
	return r.top(f.name, data)
}

// top is the top of a file's document.
func (r *reader) top(name string, data []byte) place {
	root, faults := parse(name, data, nil)
	r.faults = append(r.faults, faults...)
	return place{file: name, node: root}
}

// section gives the values of a mapping by their keys, all of which have to be known. A section whose keys are all
// commented out is one without keys.
func (r *reader) section(p place, known ...string) map[string]place {
	in := map[string]place{}
	switch {
	case p.node == nil || isNull(p.node) || p.node.Kind == yaml.AliasNode:
		return in
	case p.node.Kind != yaml.MappingNode:
		r.fault(p, "keys with values: "+strings.Join(known, ", "))
		return in
	}
	for i := 0; i+1 < len(p.node.Content); i += 2 {
		key, value := p.node.Content[i], p.node.Content[i+1]
		below := p.at(key.Value, value)
		if _, twice := in[key.Value]; twice || key.Kind != yaml.ScalarNode {
			continue // parse has said so
		}
		if !slices.Contains(known, key.Value) {
			f := below.fault(unknownKey(key.Value, known))
			f.Line = key.Line
			r.faults = append(r.faults, f)
		}
		in[key.Value] = below
	}
	return in
}

// entry is a value of a mapping whose keys are not known beforehand.
type entry struct {
	name string
	place
}

// entries are the values of a mapping whose keys are names.
func (r *reader) entries(p place) (all []entry) {
	switch {
	case p.node == nil || isNull(p.node) || p.node.Kind == yaml.AliasNode:
		return nil
	case p.node.Kind != yaml.MappingNode:
		r.fault(p, "names with values; none are {}")
		return nil
	}
	for i := 0; i+1 < len(p.node.Content); i += 2 {
		key, value := p.node.Content[i], p.node.Content[i+1]
		if key.Kind == yaml.ScalarNode { // of others parse has said so
			all = append(all, entry{key.Value, p.at(key.Value, value)})
		}
	}
	return all
}

// unknownKey suggests the known key that is nearest, if one is near enough to be a slip of the hand.
func unknownKey(key string, known []string) string {
	best, at := 1+max(2, len(key)/3), ""
	for _, k := range known {
		if d := distance(strings.ToLower(key), k); d < best {
			best, at = d, k
		}
	}
	if at != "" {
		return fmt.Sprintf("unknown key; did you mean %s?", at)
	}
	return "unknown key; known are " + strings.Join(known, ", ")
}

// distance counts the letters to insert, remove or replace to make b of a (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// read gives into the one value at p, unless nothing is written there or it is wrong.
func read[T any](r *reader, p place, into *T, parse func(string) (T, error)) {
	switch {
	case p.node == nil:
	case isNull(p.node):
		r.fault(p, "nothing is written here; give a value, or leave the key out for its default")
	case p.node.Kind == yaml.AliasNode: // the file's own check has said so
	case p.node.Kind != yaml.ScalarNode:
		r.fault(p, "one value, not a list and not keys with values")
	default:
		v, err := parse(p.node.Value)
		if err != nil {
			r.fault(p, err.Error())
			return
		}
		*into = v
	}
}

// list gives the places of a list's entries; written is false if there is no list.
func (r *reader) list(p place) (entries []place, written bool) {
	switch {
	case p.node == nil || p.node.Kind == yaml.AliasNode:
		return nil, false
	case p.node.Kind != yaml.SequenceNode:
		r.fault(p, "a list; an empty one is []")
		return nil, false
	}
	for i, n := range p.node.Content {
		entries = append(entries, p.at(fmt.Sprintf("[%d]", i), n))
	}
	return entries, true
}

// readList gives into the values of a list, in place of what was there. A value given twice is a fault.
func readList[T comparable](r *reader, p place, into *[]T, parse func(string) (T, error)) {
	entries, written := r.list(p)
	if !written {
		return
	}
	values := make([]T, 0, len(entries))
	for _, entry := range entries {
		var v T
		before := len(r.faults)
		read(r, entry, &v, parse)
		switch {
		case len(r.faults) > before || entry.node.Kind == yaml.AliasNode:
		case slices.Contains(values, v):
			r.fault(entry, "given before in this list")
		default:
			values = append(values, v)
		}
	}
	*into = values
}
