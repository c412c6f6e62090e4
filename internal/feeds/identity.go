package feeds

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"

	"tensionmonitor/internal/news"
)

// An article is known by its keys; whoever knows one of them knows the article. So a key must never belong to two
// articles, or the second is lost; that an article changes one key, or comes twice, does no harm as long as another
// key stays, and little harm otherwise, since a house that repeats itself is still one voice. From that follows
// what is trusted:
//
//   - "l:" the link, without what tracks readers. It comes first: it names one text, for every feed and
//     every house that carries it. Not trusted are the front page and a link that several titles share.
//   - "g:" the guid, for a house and a language. It is a second name, which catches a link that changes. Feeds are
//     found that give one guid to all articles, or number them from the top, so no guid of a feed is trusted
//     when two of its articles share one, and short numbers never are. Nor is the only guid of a feed that
//     holds one article: whether it would be shared, nobody can see.
//   - "t:" the title and text, for a house, only where there is neither. Editing such an article makes it a new one.

// named is an article with the guid its feed gives it.
type named struct {
	news.Article
	guid string
}

// identify gives the articles of one document their keys, and makes one of those that are the same. oneGuid says that
// different articles share a guid.
func identify(list []named, f news.Feed, home string) (articles []news.Article, oneGuid bool) {
	links := make([]string, len(list))
	for i, n := range list {
		links[i] = canonical(n.Link)
	}
	guids, oneGuid := trustGuids(list, links)
	distrust(links, list, canonical(f.URL), canonical(home))
	articles = make([]news.Article, 0, len(list))
	seen := make(map[string]int)
	for i, n := range list {
		a := n.Article
		if links[i] != "" {
			host, _, _ := strings.Cut(links[i], "/")
			a.Keys = append(a.Keys, key("l:", host, links[i]))
		}
		if guids && trustworthy(n.guid) {
			a.Keys = append(a.Keys, key("g:", a.Family, f.Language, n.guid))
		}
		if len(a.Keys) == 0 {
			a.Keys = []string{key("t:", a.Family, a.Title, a.Text)}
		}
		a.ID = a.Keys[0]
		articles = collapse(articles, seen, a)
	}
	return articles, oneGuid
}

// collapse adds an article, or only its keys where it is there under one of them.
func collapse(articles []news.Article, seen map[string]int, a news.Article) []news.Article {
	at := len(articles)
	for _, k := range a.Keys {
		if i, ok := seen[k]; ok {
			at = i
		}
	}
	if at == len(articles) {
		articles = append(articles, a)
	}
	for _, k := range a.Keys {
		if _, ok := seen[k]; ok {
			continue
		}
		seen[k] = at
		if !slices.Contains(articles[at].Keys, k) {
			articles[at].Keys = append(articles[at].Keys, k)
		}
	}
	return articles
}

// distrust leaves nothing of a canonical link that does not name its article alone.
func distrust(links []string, list []named, pages ...string) {
	title := make(map[string]string)
	shared := make(map[string]bool)
	for i, n := range list {
		if t, ok := title[links[i]]; ok && t != n.Title {
			shared[links[i]] = true
		}
		title[links[i]] = n.Title
	}
	for i, l := range links {
		if shared[l] || slices.Contains(pages, l) || !strings.ContainsAny(l, "/?") {
			links[i] = ""
		}
	}
}

// trustGuids says whether the guids of a document tell its articles apart, and whether that is because they do not:
// a single article shows neither. Links are the canonical ones.
func trustGuids(list []named, links []string) (trusted, shared bool) {
	type face struct{ link, title string }
	faces := make(map[string]face)
	for i, n := range list {
		this := face{links[i], n.Title}
		if n.guid == "" {
			continue
		}
		if other, ok := faces[n.guid]; ok && other != this {
			return false, true
		}
		faces[n.guid] = this
	}
	return len(faces) > 1, false
}

// trustworthy says whether a guid can name one article for ever. Up to three digits are a place in a list.
func trustworthy(guid string) bool {
	return guid != "" && (len(guid) > 3 || strings.Trim(guid, "0123456789") != "")
}

// key is a short name made of parts. It begins with a hash of the house, so that what a house publishes lies together in a
// store, and a look changes few pages of it. The 80 bits after that keep a billion articles of one house apart.
func key(prefix, house string, parts ...string) string {
	place := sha256.Sum256([]byte(house))
	sum := sha256.Sum256([]byte(strings.Join(append(parts, house), "\x00")))
	return prefix + hex.EncodeToString(place[:3]) + hex.EncodeToString(sum[:10])
}

// maxLink is the most bytes of a link that is kept.
const maxLink = 2000

// resolve makes a link absolute; nil where it leads to no page.
func resolve(link string, base *url.URL) *url.URL {
	link = strings.TrimSpace(link)
	if link == "" || len(link) > maxLink {
		return nil
	}
	u, err := url.Parse(link)
	if err != nil {
		return nil
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if u.Scheme = strings.ToLower(u.Scheme); !web(u) {
		return nil
	}
	return unwrapped(u)
}

// unwrapped is where a link of a search engine leads in the end.
func unwrapped(u *url.URL) *url.URL {
	if !strings.HasSuffix(u.Hostname(), "google.com") || u.Path != "/url" {
		return u
	}
	target, err := url.Parse(first(u.Query().Get("url"), u.Query().Get("q")))
	if err != nil || !web(target) {
		return u
	}
	return target
}

// canonical is a link in the form in which links to one page are equal: without scheme, "www.", default port,
// fragment, tracking and a slash at the end, with its parameters in order. It is a key, not an address.
func canonical(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" {
		return ""
	}
	host := strings.TrimPrefix(strings.ToLower(u.Host), "www.")
	host = strings.TrimSuffix(strings.TrimSuffix(host, ":80"), ":443")
	page := host + strings.TrimRight(u.EscapedPath(), "/")
	if u.RawQuery == "" {
		return page
	}
	query := u.Query()
	for name := range query {
		if tracks(strings.ToLower(name)) {
			query.Del(name)
		}
	}
	if len(query) > 0 {
		page += "?" + query.Encode()
	}
	return page
}

// tracks says whether a parameter says where a reader comes from, not what he reads.
func tracks(name string) bool {
	for _, prefix := range []string{"utm_", "at_", "mc_", "pk_", "mtm_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	switch name {
	case "fbclid", "gclid", "dclid", "yclid", "ysclid", "msclkid", "igshid", "_ga", "_openstat", "cmpid", "ocid", "ncid",
		"ns_source", "ns_mchannel", "ns_campaign", "xtor", "ref_src", "traffic_source":
		return true
	}
	return false
}
