package feeds

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"tensionmonitor/internal/feeds/press"
	"tensionmonitor/internal/news"
)

func TestAServerThatTakesItsTime(t *testing.T) {
	hang := func(_ io.Writer, r *http.Request) { <-r.Context().Done() }
	drip := func(w io.Writer, r *http.Request) {
		for {
			select {
			case <-r.Context().Done():
				return
			case <-time.After(time.Second):
				io.WriteString(w, " ")
			}
		}
	}
	half := "<rss><channel>" + story(1) + "<item>"
	for name, tt := range map[string]struct {
		first      string // what comes at once
		then       func(io.Writer, *http.Request)
		took       time.Duration
		says, came string
	}{
		"no header":       {"", hang, headerTimeout, "net/http: timeout awaiting response headers", ""},
		"half a body":     {half, hang, defaultTimeout, "not done within 30s", "Story 1"},
		"a body in drops": {half, drip, 11 * time.Second, fmt.Sprintf("%d bytes of the body in 11s, want at least 256 a second", len(half)+11), "Story 1"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				line := press.NewLine()
				server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if tt.first != "" {
						io.WriteString(w, tt.first)
						http.NewResponseController(w).Flush()
					}
					tt.then(unbuffered{w}, r)
				})}
				go server.Serve(line)
				c := NewClient(Options{Dial: line.Dial})
				f := desk
				f.URL = "http://desk.example/rss.xml"
				began := time.Now()
				articles, v := c.Look(t.Context(), f, news.Visit{}, began)
				if took := time.Since(began); took != tt.took || v.Took != took {
					t.Errorf("it took %s, and says %s, want %s", took, v.Took, tt.took)
				}
				if want := fmt.Sprintf("fetching %q: %s", f.URL, tt.says); v.Class != classTimeout || v.Error != want {
					t.Errorf("got %s: %s, want %s", v.Class, v.Error, want)
				}
				if titles(articles) != tt.came {
					t.Errorf("got %q, want what came, %q", titles(articles), tt.came)
				}
				c.transport.CloseIdleConnections()
				server.Close()
				synctest.Wait()
			})
		})
	}
}

// unbuffered sends each write on its way at once.
type unbuffered struct{ http.ResponseWriter }

func (u unbuffered) Write(b []byte) (int, error) {
	n, err := u.ResponseWriter.Write(b)
	if err != nil {
		return n, err
	}
	return n, http.NewResponseController(u.ResponseWriter).Flush()
}

func TestStoppingEndsALook(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	f := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		stop()
		<-r.Context().Done()
	})
	if _, v := newClient().Look(ctx, f, news.Visit{}, noon); v.OK() {
		t.Errorf("got %+v", v)
	}
}
