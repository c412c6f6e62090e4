//go:build linux && !race

package feeds

import (
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Documents made to cost time: one of 4 MB costs a reader not much more than four of 1 MB do. What is compared is the
// processor's time of the thread that reads, so that a busy machine does not matter.
func TestTheWorkGrowsNoFasterThanTheBody(t *testing.T) {
	fill := func(s string, n int) string { return strings.Repeat(s, n/len(s)) }
	said := func(s string) string {
		return rssOf("<item><title>x</title><description>" + s + "</description></item>")
	}
	cdata := func(s string) string { return said("<![CDATA[" + s + "]]>") }
	atom := func(s string) string {
		return `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://a.example/"><entry><title>x</title><content type="html">` + s + `</content></entry></feed>`
	}
	long := strings.Repeat("a", 150)
	for name, body := range map[string]func(n int) string{
		"ampersands before one semicolon": func(n int) string { return said(fill("&a ", n) + ";") },
		"entities of entities":            func(n int) string { return said(fill("&amp;amp;lt;", n)) },
		"encoded tags that do not end":    func(n int) string { return said(fill("&amp;lt;a ", n)) },
		"tags that do not end":            func(n int) string { return cdata(fill("<a ", n)) },
		"comments that do not end":        func(n int) string { return cdata(fill("<script><!--", n)) },
		"ends that do not end":            func(n int) string { return cdata("<textarea>" + fill("</textare", n)) },
		"attributes in quotes":            func(n int) string { return cdata("<a " + fill("a='b ", n) + ">") },
		"HTML that nobody closes":         func(n int) string { return atom(fill("&lt;a href=x&gt;&lt;b&gt;", n)) },
		"references to nothing":           func(n int) string { return said(fill("&#0", n)) },
		"stray bytes":                     func(n int) string { return said(fill("й\xff", n)) },
		"stray less-thans":                func(n int) string { return said(fill("< ", n)) },
		"ends of long names nobody began": func(n int) string {
			return rssOf("<item>" + strings.Repeat("<"+long+"b>", 900) + fill("</"+long+"c>", n) + "</item>")
		},
		"articles that are broken": func(n int) string { return rssOf(fill("<item><title>x</title><a =!></a></item>", n)) },
		"a date of a book's size": func(n int) string {
			return rssOf("<item><title>x</title><pubDate>" + fill("1 jan ", n) + "</pubDate></item>")
		},
		"JSON of the wrong types": func(n int) string { return `{"items":[` + fill("17,", n) + `17]}` },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			small, large := []byte(body(1<<20)), []byte(body(4<<20))
			const most = 8 // times; where the work grows with the square it is 16
			var one, four time.Duration
			for range 3 { // the first may have to wait for a collection
				one, four = toRead(small), toRead(large)
				if four < most*one {
					return
				}
			}
			t.Errorf("1 MB takes %v, 4 MB take %v", one, four)
		})
	}
}

// toRead is what reading a body takes, and at least a millisecond.
func toRead(body []byte) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := threadTime()
	_, _ = Read(desk, body, "text/xml", noon) // whether it is a feed is not the question
	return max(threadTime()-before, time.Millisecond)
}

// threadTime is the processor's time of this thread.
func threadTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_THREAD, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
