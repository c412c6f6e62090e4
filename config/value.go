package config

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // an image without an operating system has no zones of its own
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/http/httpguts"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/language"
)

// The functions here say what a single value may be: each gives a reader of one scalar, whose error is the limit
// as a fault shows it.

// text accepts up to most runes without line breaks and other control characters.
func text(most int) func(string) (string, error) {
	return func(s string) (string, error) {
		if s == "" || s != strings.TrimSpace(s) || utf8.RuneCountInString(s) > most || strings.ContainsFunc(s, unicode.IsControl) {
			return "", fmt.Errorf("a text of 1 to %d characters in one line, without spaces at its ends", most)
		}
		return s, nil
	}
}

// orEmpty accepts what parse does, and the empty text.
func orEmpty(parse func(string) (string, error)) func(string) (string, error) {
	return func(s string) (string, error) {
		if s == "" {
			return "", nil
		}
		return parse(s)
	}
}

// pattern accepts what matches the whole of an expression.
func pattern(expression, limit string) func(string) (string, error) {
	re := regexp.MustCompile(`^(?:` + expression + `)$`)
	return func(s string) (string, error) {
		if !re.MatchString(s) {
			return "", errors.New(limit)
		}
		return s, nil
	}
}

func oneOf(choices ...string) func(string) (string, error) {
	return func(s string) (string, error) {
		if !slices.Contains(choices, s) {
			return "", errors.New("one of " + strings.Join(choices, ", "))
		}
		return s, nil
	}
}

// above accepts numbers over low and up to high.
func above(low, high float64) func(string) (float64, error) {
	return func(s string) (float64, error) {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(v) || v <= low || v > high {
			return 0, fmt.Errorf("a number above %v and at most %v", low, high)
		}
		return v, nil
	}
}

func whole(low, high int) func(string) (int, error) {
	return func(s string) (int, error) {
		v, err := strconv.Atoi(s)
		if err != nil || v < low || v > high {
			return 0, fmt.Errorf("a whole number from %d to %d", low, high)
		}
		return v, nil
	}
}

const (
	day  = 24 * time.Hour
	week = 7 * day
	year = 365 * day
)

var longDuration = regexp.MustCompile(`^(?:(\d{1,4})y)?(?:(\d{1,5})w)?(?:(\d{1,6})d)?(.*)$`)

// duration accepts Go's durations with years (365 days), weeks and days in front: 15m, 1h30m, 30d, 2y.
func duration(low, high time.Duration) func(string) (time.Duration, error) {
	return func(s string) (time.Duration, error) {
		d, err := parseDuration(s)
		if err != nil || d < low || d > high {
			return 0, fmt.Errorf("a duration from %s to %s, in the units s, m, h, d, w, y", spell(low), spell(high))
		}
		return d, nil
	}
}

func parseDuration(s string) (sum time.Duration, err error) {
	m := longDuration.FindStringSubmatch(s)
	if m == nil || s == "" || strings.ContainsAny(s, "+-") {
		return 0, errors.New("not a duration")
	}
	for i, unit := range []time.Duration{year, week, day} {
		n, _ := strconv.Atoi("0" + m[i+1])
		if time.Duration(n) > (math.MaxInt64-sum)/unit {
			return 0, errors.New("too long")
		}
		sum += time.Duration(n) * unit
	}
	if m[4] == "" {
		return sum, nil
	}
	rest, err := time.ParseDuration(m[4])
	if rest > math.MaxInt64-sum {
		return 0, errors.New("too long")
	}
	return sum + rest, err
}

// spell writes a duration in the largest unit that divides it.
func spell(d time.Duration) string {
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{year, "y"}, {day, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}} {
		if d >= unit.size && d%unit.size == 0 {
			return fmt.Sprintf("%d%s", d/unit.size, unit.name)
		}
	}
	return d.String()
}

var byteSize = regexp.MustCompile(`^(\d{1,15}) ?(B|KiB|MiB|GiB)$`)

// size accepts a number of bytes with its unit.
func size(low, high int64) func(string) (int64, error) {
	units := map[string]int64{"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
	return func(s string) (int64, error) {
		if m := byteSize.FindStringSubmatch(s); m != nil {
			n, _ := strconv.ParseInt(m[1], 10, 64)
			if n <= high/units[m[2]] && n*units[m[2]] >= low {
				return n * units[m[2]], nil
			}
		}
		return 0, fmt.Errorf("a size from %d KiB to %d GiB, in the units B, KiB, MiB, GiB", low>>10, high>>30)
	}
}

// network accepts an address range; the bits beyond its length are dropped.
func network(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err == nil {
		return p.Masked(), nil
	}
	if addr, err := netip.ParseAddr(s); err == nil {
		return netip.Prefix{}, fmt.Errorf("a network with its length, such as %s/%d", addr, addr.BitLen())
	}
	return netip.Prefix{}, errors.New("a network such as 10.0.0.0/8 or fd00::/8")
}

// pair accepts two countries as they name a series: AZE-IRN.
func pair(s string) (string, error) {
	const limit = "two different ISO 3166 three-letter codes in the order of the alphabet, with a hyphen, such as AZE-IRN"
	a, b, _ := strings.Cut(s, "-")
	switch {
	case !isCountry(a) || !isCountry(b) || a == b:
		return "", errors.New(limit)
	case a > b:
		return "", fmt.Errorf("%s; so %s-%s", limit, b, a)
	}
	return s, nil
}

// isCountry knows the codes of ISO 3166, and XKX, which the World Bank and others write for Kosovo.
func isCountry(code string) bool {
	r, err := language.ParseRegion(code)
	return err == nil && r.IsCountry() && r.ISO3() == code || code == "XKX"
}

// webAddress accepts the address of a feed.
func webAddress(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || len(s) > 2000 {
		return "", errors.New("an http or https address with a host, of at most 2000 characters")
	}
	return s, nil
}

// storeAddress accepts sqlite:FILE and PostgreSQL's URLs. A database in memory is refused: it would be another one
// for each connection.
func storeAddress(s string) (string, error) {
	if path, ok := strings.CutPrefix(s, "sqlite:"); ok && path != "" && !strings.Contains(path, ":memory:") {
		return s, nil
	}
	if u, err := url.Parse(s); err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") && u.Host != "" {
		return s, nil
	}
	return "", errors.New("sqlite:FILE or postgres://USER@HOST/DATABASE")
}

// userAgent accepts what may stand in an HTTP header.
func userAgent(s string) (string, error) {
	odd := func(r rune) bool { return r < ' ' || r > '~' }
	if s == "" || len(s) > 300 || s != strings.TrimSpace(s) || strings.ContainsFunc(s, odd) {
		return "", errors.New("1 to 300 plain ASCII characters, without spaces at its ends")
	}
	return s, nil
}

// hostName accepts a host, with or without a port, as an address has it.
func hostName(s string) (string, error) {
	u, err := url.Parse("http://" + s)
	if err != nil || u.Host != s || u.Hostname() == "" || u.User != nil || s != strings.ToLower(s) {
		return "", errors.New("a host in small letters, such as api.example.org, with a port if only that one is meant")
	}
	return s, nil
}

// proxyAddress accepts the address of a proxy. One to which no scheme is given is of no use to anybody.
func proxyAddress(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || !slices.Contains([]string{"http", "https", "socks5"}, u.Scheme) || u.Hostname() == "" {
		return "", errors.New("an http, https or socks5 address with a host, such as http://proxy.example.org:3128")
	}
	return s, nil
}

var offset = regexp.MustCompile(`^[+-](\d\d):([0-5]\d)$`)

// zone accepts a time zone by its place or by its distance from UTC.
func zone(s string) (*time.Location, error) {
	if m := offset.FindStringSubmatch(s); m != nil {
		hours, _ := strconv.Atoi(m[1])
		minutes, _ := strconv.Atoi(m[2])
		seconds := hours*3600 + minutes*60
		if s[0] == '-' {
			seconds = -seconds
		}
		if hours <= 14 {
			return time.FixedZone(s, seconds), nil
		}
	}
	if l, err := time.LoadLocation(s); err == nil && s != "" && s != "Local" {
		return l, nil
	}
	return nil, errors.New("a time zone such as Asia/Baku or +04:00")
}

// characterSet accepts a name the web has for a character set.
func characterSet(s string) (string, error) {
	if _, err := htmlindex.Get(s); err != nil {
		return "", errors.New("a character set such as windows-1251")
	}
	return s, nil
}

func yesOrNo(s string) (bool, error) {
	switch s {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, errors.New("true or false")
}

// headerName accepts a header that is the operator's to choose.
func headerName(s string) error {
	name := http.CanonicalHeaderKey(s)
	if !httpguts.ValidHeaderFieldName(s) {
		return errors.New("the name of a header is made of letters, digits and hyphens")
	}
	if slices.Contains([]string{"Host", "Accept-Encoding", "Connection", "Content-Length", "Transfer-Encoding", "If-None-Match", "If-Modified-Since", "Range"}, name) {
		return errors.New("this header is the monitor's own business")
	}
	return nil
}

func headerValue(s string) (string, error) {
	if len(s) > 4000 || !httpguts.ValidHeaderFieldValue(s) {
		return "", errors.New("at most 4000 characters that a header can hold")
	}
	return s, nil
}

// secretBeside reads a secret from a file of its own, beside the file that names it: one line.
func secretBeside(name string) func(string) (string, error) {
	return func(s string) (string, error) {
		data, err := file{name, false}.beside(s).read()
		if err != nil {
			return "", fmt.Errorf("a file with a secret in it: %w", err)
		}
		if _, err := headerValue(strings.TrimSpace(string(data))); err != nil || len(bytes.TrimSpace(data)) == 0 {
			return "", errors.New("a file with a secret in it, in one line")
		}
		return strings.TrimSpace(string(data)), nil
	}
}
