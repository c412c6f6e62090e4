package tension

import (
	"maps"
	"slices"
)

// Dismissals are stories an analyst has taken out, each with the reason.
type Dismissals struct {
	Stories  map[string]string // by the story's id
	Articles map[uint64]string // by the Digest of any article that tells it
}

// Equal says whether two lists dismiss the same for the same reasons.
func (d Dismissals) Equal(e Dismissals) bool {
	return maps.Equal(d.Stories, e.Stories) && maps.Equal(d.Articles, e.Articles)
}

// Of says whether a story is dismissed, and why.
func (d Dismissals) Of(s *Story) (reason string, dismissed bool) {
	if reason, dismissed = d.Stories[s.ID]; dismissed || len(d.Articles) == 0 {
		return reason, dismissed
	}
	for _, t := range s.tellings {
		if reason, dismissed = d.Articles[t.Article]; dismissed {
			return reason, true
		}
	}
	return "", false
}

// Without is the chronicle as if the dismissed stories had never been told. They joined their reports, so none of
// these turns up in another story.
func (c *Chronicle) Without(d Dismissals) *Chronicle {
	if len(d.Stories)+len(d.Articles) == 0 {
		return c
	}
	kept := *c
	kept.Stories = slices.DeleteFunc(slices.Clone(c.Stories), func(s *Story) bool {
		_, dismissed := d.Of(s)
		return dismissed
	})
	return &kept
}
