package feeds

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

func TestCharacterSets(t *testing.T) {
	const (
		russian = "Посол вызван в МИД после нападения на посольство в Тегеране"
		turkish = "Büyükelçi dışişlerine çağrıldı, görüşme ağır geçti"
		persian = "سفير جمهوري آذربايجان احضار شد"
		french  = "L’ambassadeur a été rappelé à Téhéran"
	)
	utf16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	for name, tt := range map[string]struct {
		text             string
		written          encoding.Encoding // nil is UTF-8
		header, declared string
		language         string
	}{
		"UTF-8":                                  {russian, nil, "utf-8", "UTF-8", "ru"},
		"UTF-8 without labels":                   {russian, nil, "", "", ""},
		"UTF-8, the header says windows-1251":    {russian, nil, "windows-1251", "", "ru"},
		"UTF-8, the declaration says Latin-1":    {turkish, nil, "", "ISO-8859-1", "tr"},
		"windows-1251 by its header":             {russian, charmap.Windows1251, "windows-1251", "", ""},
		"windows-1251 by its declaration":        {russian, charmap.Windows1251, "", "windows-1251", ""},
		"windows-1251, the header says UTF-8":    {russian, charmap.Windows1251, "utf-8", "windows-1251", "ru"},
		"windows-1251, both say UTF-8":           {russian, charmap.Windows1251, "utf-8", "utf-8", "ru"},
		"windows-1251, the server says Latin-1":  {russian, charmap.Windows1251, "iso-8859-1", "windows-1251", ""},
		"windows-1251 without labels, Russian":   {russian, charmap.Windows1251, "", "", "ru"},
		"windows-1251 without labels at all":     {strings.Repeat(russian, 5), charmap.Windows1251, "", "", ""},
		"windows-1251 under a name of fantasy":   {russian, charmap.Windows1251, "cyrillic-best", "", "ru"},
		"KOI8-R by its label":                    {russian, charmap.KOI8R, "", "koi8-r", ""},
		"KOI8-R without labels":                  {russian, charmap.KOI8R, "", "", "ru"},
		"ISO-8859-5":                             {russian, charmap.ISO8859_5, "iso-8859-5", "", "ru"},
		"windows-1254 by its label":              {turkish, charmap.Windows1254, "windows-1254", "", ""},
		"ISO-8859-9 by its declaration":          {turkish, charmap.ISO8859_9, "", "iso-8859-9", ""},
		"windows-1254, the label says Latin-1":   {turkish, charmap.Windows1254, "iso-8859-1", "iso-8859-1", "tr"},
		"windows-1256 by its label":              {persian, charmap.Windows1256, "windows-1256", "", ""},
		"windows-1256 without labels, Persian":   {persian, charmap.Windows1256, "", "", "fa"},
		"windows-1252 labelled Latin-1":          {french, charmap.Windows1252, "iso-8859-1", "", "fr"},
		"windows-1252 without labels":            {french, charmap.Windows1252, "", "", "fr"},
		"UTF-16 with a mark, little end first":   {russian, utf16, "", "utf-16", ""},
		"UTF-16 with a mark, labelled UTF-8":     {russian, utf16, "utf-8", "utf-8", ""},
		"UTF-16 without a mark, big end first":   {persian, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "", "utf-16", ""},
		"UTF-16 without mark, little end first":  {persian, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "", "", ""},
		"UTF-8 with a mark and a label to match": {turkish, unicode.UTF8BOM, "utf-8", "utf-8", "tr"},
		"UTF-8 with a mark and a wrong label":    {turkish, unicode.UTF8BOM, "windows-1251", "windows-1251", "ru"},
	} {
		t.Run(name, func(t *testing.T) {
			body := `<?xml version="1.0"?>`
			if tt.declared != "" {
				body = `<?xml version="1.0" encoding="` + tt.declared + `"?>`
			}
			body += "<rss><channel><item><title>" + tt.text + "</title></item></channel></rss>"
			if tt.written != nil {
				var err error
				if body, err = tt.written.NewEncoder().String(body); err != nil {
					t.Fatal(err)
				}
			}
			contentType := "text/xml"
			if tt.header != "" {
				contentType += "; charset=" + tt.header
			}
			f := desk
			f.Language = tt.language
			if got := titles(mustRead(t, f, body, contentType)); got != tt.text {
				t.Errorf("got %q, want %q", got, tt.text)
			}
		})
	}
}

func TestDamagedUTF8IsStillUTF8(t *testing.T) {
	body := "<rss><channel><item><title>Азербайджан\xff и Иран</title></item></channel></rss>"
	if got, want := titles(mustRead(t, desk, body, "text/xml; charset=windows-1251")), "Азербайджан\uFFFD и Иран"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
