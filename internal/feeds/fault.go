package feeds

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
)

// The classes of what can go wrong with a look. They are metric labels.
const (
	classDNS         = "dns"             // the host has no address
	classConnect     = "connect"         // nobody answers, or the connection broke
	classTLS         = "tls"             // no secure connection can be had
	classTimeout     = "timeout"         // it took too long
	classHTTP4xx     = "http_4xx"        // the server says the mistake is ours; the feed may have moved
	classBlocked     = "blocked"         // the server does not want us: 403, 451, or a riddle for people
	classRateLimited = "rate_limited"    // the server wants us less often
	classHTTP5xx     = "http_5xx"        // the server says the mistake is its own
	classTooLarge    = "too_large"       // more than MaxBody
	classRedirect    = "redirect"        // it leads in circles or nowhere
	classPrivate     = "private_address" // it leads into a private network
	classNotAFeed    = "not_a_feed"      // a page, a sentence, or nothing
	classParse       = "parse"           // a feed nobody can read
)

// maxError is the most runes of an error a visit keeps.
const maxError = 500

// Classes lists every class a visit can have, so that metrics can begin at 0. A success has none of them.
func Classes() []string {
	return []string{classDNS, classConnect, classTLS, classTimeout, classHTTP4xx, classBlocked, classRateLimited,
		classHTTP5xx, classTooLarge, classRedirect, classPrivate, classNotAFeed, classParse}
}

// fault is an error whose class is known where it arises.
type fault struct {
	class string
	text  string
}

func (f *fault) Error() string { return f.text }

func wrong(class, format string, args ...any) error {
	return &fault{class, fmt.Sprintf(format, args...)}
}

// classOf tells the class of an error. The order matters: a refused address arrives wrapped in an error of the
// dialer, and a name that could not be looked up in time is trouble with names.
func classOf(err error) string {
	var (
		known   *fault
		noName  *net.DNSError
		tooMuch *http.MaxBytesError
		timeout net.Error
	)
	switch {
	case errors.As(err, &known):
		return known.class
	case errors.As(err, &tooMuch):
		return classTooLarge
	case errors.As(err, &noName):
		return classDNS
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return classTimeout
	case isTLS(err):
		return classTLS
	}
	return classConnect
}

func isTLS(err error) bool {
	var (
		record    tls.RecordHeaderError
		alert     tls.AlertError
		cert      *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
	)
	return errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &cert) || errors.As(err, &authority) ||
		errors.As(err, &host) || errors.Is(err, http.ErrSchemeMismatch) || strings.Contains(err.Error(), "tls: ") // most errors of crypto/tls have no type
}

// statusFault says what is wrong with a status; nil where there is a body to read.
func statusFault(resp *http.Response) error {
	code := resp.StatusCode
	switch {
	case challenged(resp.Header):
		return wrong(classBlocked, "status %d and a riddle for people, want a feed", code)
	case code == http.StatusOK || code == http.StatusNonAuthoritativeInfo:
		return nil
	case code == http.StatusGone:
		return wrong(classHTTP4xx, "status 410, the feed is gone for good, want 200; it is asked once a day in case it is not")
	}
	return wrong(statusClass(code), "status %d, want 200", code)
}

func statusClass(code int) string {
	switch {
	case code == http.StatusForbidden || code == http.StatusUnavailableForLegalReasons:
		return classBlocked
	case code == http.StatusTooManyRequests:
		return classRateLimited
	case code >= 500:
		return classHTTP5xx
	case code >= 400:
		return classHTTP4xx
	case code >= 300:
		return classRedirect
	}
	return classNotAFeed // 204, 206 and their kin: an answer, but no document
}

// challenged says whether a firewall wants proof of being human: the headers of Cloudflare and of AWS.
func challenged(h http.Header) bool {
	return h.Get("Cf-Mitigated") == "challenge" || slices.Contains([]string{"challenge", "captcha"}, h.Get("X-Amzn-Waf-Action"))
}
