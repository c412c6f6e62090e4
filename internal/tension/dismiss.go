package tension

import "slices"

// Dismissals are stories an analyst has taken out, each with the reason: by the story's id, or by the link of
// any article that tells it.
type Dismissals map[string]string

// Of says whether a story is dismissed, and why.
func (d Dismissals) Of(s *Story) (reason string, dismissed bool) {
	if len(d) == 0 {
		return "", false
	}
	if reason, dismissed = d[s.ID]; dismissed {
		return reason, true
	}
	for _, r := range s.Reports {
		if reason, dismissed = d[r.Link]; dismissed && r.Link != "" {
			return reason, true
		}
	}
	return "", false
}

// Without is the chronicle as if the dismissed stories had never been told. They joined their reports, so none of
// these turns up in another story.
func (c *Chronicle) Without(d Dismissals) *Chronicle {
	if len(d) == 0 {
		return c
	}
	kept := *c
	kept.Stories = slices.DeleteFunc(slices.Clone(c.Stories), func(s *Story) bool {
		_, dismissed := d.Of(s)
		return dismissed
	})
	return &kept
}
