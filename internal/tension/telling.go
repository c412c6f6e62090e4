package tension

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

// Telling is a report as a Book remembers it: what the index needs, and how to find the rest. A daemon holds a
// million of them, so it is small, and shares what many have in common.
type Telling struct {
	Article uint64 // Digest of the article's id
	N       int32  // the event's place in its article

	ageless             bool
	at, seen            int64 // in nanoseconds since 1970
	intensity, strength float64
	what                *what
	source              *news.Source
}

// what is what an event was, without who told it.
type what struct {
	kind            *score.Kind
	from, to, place string
	number          int
	sum             uint64 // of kind, from and to
}

func whatOf(e *score.Event, kind *score.Kind) what {
	h := uint64(14695981039346656037) // FNV-1a, written out because a start does it a million times
	for _, word := range [...]string{kind.Name, "\x00", e.From, "\x00", e.To} {
		for i := range len(word) {
			h = (h ^ uint64(word[i])) * 1099511628211
		}
	}
	return what{kind, e.From, e.To, e.Place, e.Number, h}
}

// Digest is a number for an article's id. That two ids of a million have the same happens once in 30 million such lots.
func Digest(article string) uint64 {
	sum := sha256.Sum256([]byte(article)) // nobody can make an id that takes another's place
	return binary.BigEndian.Uint64(sum[:])
}

// Time is when it happened, as far as one can tell.
func (t *Telling) Time() time.Time { return time.Unix(0, t.at).UTC() }

// FirstSeen is when the article was.
func (t *Telling) FirstSeen() time.Time { return time.Unix(0, t.seen).UTC() }

// Voice is whose voice the telling adds.
func (t *Telling) Voice() Voice {
	if t.source.Bloc != "" {
		return Voice{t.source.Bloc, true}
	}
	return Voice{t.source.Family, false}
}

func (t *Telling) founds() bool { return t.N == 0 && !t.ageless }

// identity is a number for what an article can say once only.
func (t *Telling) identity() uint64 { return t.Article ^ t.what.sum }

// inOrder is the one order in which reports are read, whenever they came: as first seen.
func inOrder(a, b *Telling) int {
	return cmp.Or(cmp.Compare(a.seen, b.seen), cmp.Compare(a.Article, b.Article), cmp.Compare(a.N, b.N))
}

// memory shares what many tellings have in common.
type memory struct {
	whats   map[what]*what
	sources map[news.Source]*news.Source
	block   []Telling // the next tellings; one at a time they would cost the collector more
}

const blockSize = 128

func newMemory() memory {
	return memory{whats: make(map[what]*what), sources: make(map[news.Source]*news.Source)}
}

// keep makes a telling of a report of a kind.
func (m *memory) keep(r *Report, kind *score.Kind) *Telling {
	if len(m.block) == 0 {
		m.block = make([]Telling, blockSize)
	}
	t := &m.block[0]
	m.block = m.block[1:]
	*t = Telling{
		Article: Digest(r.Article), N: int32(r.N), ageless: r.Ageless, at: r.Time.UnixNano(), seen: r.FirstSeen.UnixNano(),
		intensity: max(r.Event.Intensity, -r.Event.Intensity), strength: r.Source.Weight * r.Event.Confidence,
		what:   shared(m.whats, whatOf(&r.Event, kind)),
		source: shared(m.sources, r.Source),
	}
	return t
}

func shared[T comparable](known map[T]*T, v T) *T {
	if p := known[v]; p != nil {
		return p
	}
	p := &v
	known[v] = p
	return p
}
