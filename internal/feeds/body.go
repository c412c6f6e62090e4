package feeds

import (
	"bytes"
	"io"
	"math/bits"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	codings    = "gzip, br, zstd" // what we can decode
	maxWindow  = 8 << 20          // bytes of memory a zstd body may ask for; the limit RFC 8878 recommends
	keepBuffer = 1 << 20          // a larger buffer is not kept: one huge feed must not cost memory for ever
	unfolds    = 5                // times as long as it comes is text as it unfolds, about
	mostRoom   = 256 << 10        // bytes of room made before any have come

	// A body that drips holds a connection and a worker. After the grace it must have come, on the whole, faster
	// than a feed's 50 KB in about three minutes, which even a bad line to Tehran manages.
	paceGrace = 10 * time.Second
	minPace   = 256 // bytes a second
)

// receive reads the body into buf, decoded, unless its length is said to be above the limit.
func receive(buf *bytes.Buffer, resp *http.Response, limit int64) error {
	if resp.ContentLength > limit {
		return wrong(classTooLarge, "a body of %d bytes, want at most %d", resp.ContentLength, limit)
	}
	return unpack(buf, resp, limit)
}

// unpack reads the body into buf, decoded. It stops at the limit; what came before an error stays in buf.
func unpack(buf *bytes.Buffer, resp *http.Response, limit int64) error {
	wire := &pace{r: resp.Body, began: time.Now()}
	coding := strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding")))
	room := min(max(resp.ContentLength, 0), mostRoom/unfolds)
	if coding != "" {
		room *= unfolds
	}
	buf.Grow(1 << bits.Len64(uint64(room))) // of a power of two, which doubled again and again comes just above the limit
	err := decode(buf, coding, wire, limit)
	switch {
	case err == nil:
		return nil
	case classOf(err) == classTooLarge:
		return wrong(classTooLarge, "a body of more than %d bytes", limit)
	case wire.err != nil: // the decoder only passes on what happened on the way
		return wire.err
	case classOf(err) == classConnect:
		return wrong(classParse, "decoding the body from %q: %v", coding, err)
	}
	return err
}

// decode reads all of r into buf and undoes its content coding. At most limit bytes are read, and written.
func decode(buf *bytes.Buffer, coding string, r io.Reader, limit int64) error {
	decoded, done, err := decoder(coding, http.MaxBytesReader(nil, io.NopCloser(r), limit))
	if err == io.EOF {
		return nil // an empty body has no header of gzip either
	}
	if err != nil {
		return err
	}
	defer done()
	_, err = buf.ReadFrom(http.MaxBytesReader(nil, io.NopCloser(decoded), limit))
	return err
}

// decoder undoes a content coding. done gives back what it borrowed.
func decoder(coding string, r io.Reader) (decoded io.Reader, done func(), err error) {
	switch coding {
	case "", "identity":
		return r, func() {}, nil
	case "gzip", "x-gzip":
		z := gzips.Get().(*gzip.Reader)
		if err := z.Reset(r); err != nil {
			gzips.Put(z)
			return nil, nil, err
		}
		return z, func() { gzips.Put(z) }, nil
	case "br":
		return brotli.NewReader(r), func() {}, nil
	case "zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, nil, err
		}
		return z, z.Close, nil
	}
	return nil, nil, wrong(classParse, "content coding %q, want one of %s", coding, codings)
}

// gzips are readers at rest: each has 40 KB of tables, and most bodies need one.
var gzips = sync.Pool{New: func() any { return new(gzip.Reader) }}

// buffers are buffers at rest.
var buffers = bufferPool{sync.Pool{New: func() any { return new(bytes.Buffer) }}}

type bufferPool struct{ pool sync.Pool }

func (p *bufferPool) get() *bytes.Buffer { return p.pool.Get().(*bytes.Buffer) }

func (p *bufferPool) put(b *bytes.Buffer) {
	if b.Cap() > keepBuffer {
		return
	}
	b.Reset()
	p.pool.Put(b)
}

// pace is a reader that refuses to be fed by the drop.
type pace struct {
	r     io.Reader
	began time.Time
	got   int64
	err   error // how it ended, unless well
}

// Read reads, and fails where the whole so far came too slowly.
func (p *pace) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	p.got += int64(n)
	took := time.Since(p.began)
	if err == nil && took > paceGrace && float64(p.got) < minPace*took.Seconds() {
		err = wrong(classTimeout, "%d bytes of the body in %s, want at least %d a second", p.got, took.Round(time.Second), minPace)
	}
	if err != nil && err != io.EOF {
		p.err = err
	}
	return n, err
}
