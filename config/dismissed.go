package config

import (
	"errors"
	"net/url"

	"go.yaml.in/yaml/v3"
)

// Dismissal takes a story out of the index: the one with an id, or the one that an article at a link tells.
type Dismissal struct {
	Story  string // 16 hexadecimal digits, as monitor stories shows them; or empty
	Link   string // as the feed gives it; or empty
	Reason string // for whoever asks why
}

// Dismissed reads a list of dismissals; an empty path gives an empty one. The error is Faults with all there is to
// complain of.
func Dismissed(path string) ([]Dismissal, error) {
	if path == "" {
		return nil, nil
	}
	var r reader
	top := r.open(file{path, false})
	entries, _ := r.list(top)
	list := make([]Dismissal, 0, len(entries))
	for _, entry := range entries {
		in := r.section(entry, "story", "link", "reason")
		var d Dismissal
		read(&r, in["story"], &d.Story, pattern("[0-9a-f]{16}", "the id of a story, 16 hexadecimal digits"))
		read(&r, in["link"], &d.Link, webLink)
		read(&r, in["reason"], &d.Reason, text(200))
		if entry.node.Kind == yaml.MappingNode && ((in["story"].node == nil) == (in["link"].node == nil) || in["reason"].node == nil) {
			r.fault(entry, "a reason, and either a story or a link")
		}
		list = append(list, d)
	}
	return list, r.faults.err()
}

// webLink accepts the address of an article.
func webLink(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", errors.New("the http or https address of an article")
	}
	return s, nil
}
