package feeds

import (
	"bytes"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"tensionmonitor/internal/news"
)

// toUTF8 gives a document as clean UTF-8, whatever its labels say. Believed are, in this order: a byte order
// mark; the bytes themselves, where they are UTF-8 or nearly so, since text in another encoding never looks like
// it by chance; the feed's configuration; the header; the XML declaration; and at last the content, seen with the
// feed's language. Bytes
// that mean nothing become U+FFFD, and characters XML does not allow are dropped.
func toUTF8(body []byte, contentType string, f news.Feed) []byte {
	if enc, rest := marked(body); enc != nil {
		return clean(decodeWith(enc, rest))
	}
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if utf8.Valid(body) {
		return clean(body)
	}
	if mostlyUTF8(body) {
		return clean(bytes.ToValidUTF8(body, []byte("\uFFFD")))
	}
	return clean(decodeWith(encodingOf(body, contentType, f), body))
}

// marked recognises UTF-16, by its byte order mark or by the zero beside the first "<".
func marked(body []byte) (encoding.Encoding, []byte) {
	little := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	big := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	switch {
	case bytes.HasPrefix(body, []byte("\xff\xfe")):
		return little, body[2:]
	case bytes.HasPrefix(body, []byte("\xfe\xff")):
		return big, body[2:]
	case bytes.HasPrefix(body, []byte("<\x00")):
		return little, body
	case bytes.HasPrefix(body, []byte("\x00<")):
		return big, body
	}
	return nil, body
}

// mostlyUTF8 says whether a document is UTF-8 with damage: at least ten whole characters of several bytes for each
// byte that belongs to none. Russian in windows-1251 has far fewer than one.
func mostlyUTF8(body []byte) bool {
	whole, stray := 0, 0
	for len(body) > 0 {
		r, n := utf8.DecodeRune(body)
		switch {
		case r == utf8.RuneError && n == 1:
			stray++
		case n > 1:
			whole++
		}
		body = body[n:]
	}
	return whole >= 10*stray
}

// encodingOf finds the encoding of a document that is not UTF-8. Latin-1 in a label is what servers and
// templates say who never thought about it, so it counts for Latin-1 only if nothing else is known.
func encodingOf(body []byte, contentType string, f news.Feed) encoding.Encoding {
	if enc, _ := charset.Lookup(f.Charset); enc != nil {
		return enc
	}
	for _, label := range []string{headerLabel(contentType), declaredLabel(body)} {
		enc, name := charset.Lookup(label)
		if enc != nil && name != "utf-8" && name != "windows-1252" && name != "replacement" && !strings.HasPrefix(name, "utf-16") {
			return enc
		}
	}
	return guess(body, f.Language)
}

func headerLabel(contentType string) string {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return params["charset"]
}

var declaration = regexp.MustCompile(`^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._:-]+)["']`)

func declaredLabel(body []byte) string {
	m := declaration.FindSubmatch(body[:min(len(body), 1024)])
	if m == nil {
		return ""
	}
	return string(m[1])
}

// guess tells the encoding from the feed's language and the bytes. Cyrillic texts are mostly small letters, and
// those are the upper 32 codes of windows-1251 but the 32 below in KOI8-R.
func guess(body []byte, language string) encoding.Encoding {
	var ascii, lower, upper int
	for _, b := range body {
		switch {
		case b >= 0xE0:
			upper++
		case b >= 0xC0:
			lower++
		case b|0x20 >= 'a' && b|0x20 <= 'z':
			ascii++
		}
	}
	cyrillic := language == "ru" || language == "uk" || language == "bg"
	switch {
	case language == "fa" || language == "ar":
		return charmap.Windows1256
	case (cyrillic || language == "" && lower+upper > ascii/2) && lower > upper:
		return charmap.KOI8R
	case cyrillic || language == "" && lower+upper > ascii/2:
		return charmap.Windows1251
	case language == "tr" || language == "az":
		return charmap.Windows1254
	}
	return charmap.Windows1252
}

func decodeWith(enc encoding.Encoding, body []byte) []byte {
	out, err := enc.NewDecoder().Bytes(body)
	if err != nil { // decoders replace what they cannot read; this is for one that does not
		return bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	return out
}

// reference is a numeric character reference to a character XML does not allow: a control character, a half of a
// surrogate pair, a number without a character.
var reference = regexp.MustCompile(`&#(?:[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[dD][89a-fA-F][0-9a-fA-F]{2}|[fF]{3}[eEfF])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|6553[45]));`)

// clean drops the characters XML does not allow, and the references to them.
func clean(text []byte) []byte {
	if bytes.Contains(text, []byte("&#")) {
		text = reference.ReplaceAll(text, nil)
	}
	if !suspicious(text) {
		return text
	}
	return bytes.Map(func(r rune) rune {
		if forbidden(r) {
			return -1
		}
		return r
	}, text)
}

// suspicious says whether there may be a forbidden character: it looks at bytes only, and is quick.
func suspicious(text []byte) bool {
	for _, b := range text {
		if b < 0x20 && b != '\t' && b != '\n' && b != '\r' {
			return true
		}
	}
	return bytes.Contains(text, []byte("\uFFFE")) || bytes.Contains(text, []byte("\uFFFF"))
}

// forbidden are the characters outside XML's Char production. A decoder of Go never gives surrogates.
func forbidden(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}
