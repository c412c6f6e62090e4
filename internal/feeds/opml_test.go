package feeds

import (
	"reflect"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"tensionmonitor/internal/news"
)

func TestOPMLGoesOutAndComesIn(t *testing.T) {
	feed := func(slug, url, outlet, family, language string) news.Feed {
		return news.Feed{Slug: slug, URL: url, Language: language, Source: news.Source{Outlet: outlet, Family: family}}
	}
	list := []news.Feed{feed("irna", "https://en.irna.ir/rss", "IRNA", "irna", "en"), feed("trend", "https://trend.az/rss?a=1&b=2", `Trend "az"`, "trend", "az"),
		feed("irna-2", "http://www.irna.ir/rss", "IRNA", "irna", "fa")}
	var out strings.Builder
	if err := WriteOPML(&out, "Feeds", list); err != nil {
		t.Fatal(err)
	}
	got, err := ReadOPML(strings.NewReader(out.String()))
	want := []news.Feed{list[0], list[2], feed("trend-az", list[1].URL, list[1].Outlet, "trend", "az")}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v, %v, want\n%+v\nfrom %s", got, err, want, out.String())
	}
}

func TestOPMLGivesAwayNoPassword(t *testing.T) {
	var out strings.Builder
	if err := WriteOPML(&out, "", []news.Feed{{URL: "https://me:secret@desk.example/rss"}}); err != nil || strings.Contains(out.String(), "secret") {
		t.Errorf("%v: %s", err, out.String())
	}
}

func TestOPMLOfTheWorld(t *testing.T) {
	for name, tt := range map[string]struct{ outlines, want, fault string }{
		"folders in folders":     {`<outline text="A"><outline text="B"><outline text="One" xmlUrl="http://a.example/"/></outline></outline>`, "one One of B http://a.example/", ""},
		"a feed without folder":  {`<outline title="One" xmlUrl="http://a.example/"/>`, "one One of One http://a.example/", ""},
		"the same twice":         {`<outline text="One" xmlUrl="http://a.example/"/><outline text="Two" xmlUrl="http://a.example/"/>`, "one One of One http://a.example/", ""},
		"one name for two":       {`<outline text="One" xmlUrl="http://a.example/"/><outline text="One!" xmlUrl="http://b.example/"/>`, "one One of One http://a.example/; one-2 One! of One! http://b.example/", ""},
		"letters with accents":   {`<outline text="Ülkə.Az — Çağ" xmlUrl="http://a.example/"/>`, "ulk-az-cag Ülkə.Az — Çağ of Ülkə.Az — Çağ http://a.example/", ""},
		"no Latin letter":        {`<outline text="Мир" xmlUrl="http://www.mir.example/"/>`, "mir-example Мир of Мир http://www.mir.example/", ""},
		"no name at all":         {`<outline xmlUrl="http://a.example/"/>`, "a-example a.example of a.example http://a.example/", ""},
		"what is no web address": {`<outline text="One" xmlUrl="javascript:alert(1)"/><outline text="Two" xmlUrl="http://b.example/"/>`, "two Two of Two http://b.example/", `feed "One": address "javascript:alert(1)", want http or https`},
		"nothing":                {``, "", ""},
		"no OPML":                {`</body></opml><x>`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := ReadOPML(strings.NewReader(`<?xml version="1.0" encoding="UTF-8"?><opml version="1.0"><head/><body>` + tt.outlines + `</body></opml>`))
			var got []string
			for _, f := range list {
				got = append(got, f.Slug+" "+f.Outlet+" of "+f.Family+" "+f.URL)
			}
			fault := ""
			if err != nil {
				fault = err.Error()
			}
			if strings.Join(got, "; ") != tt.want || fault != tt.fault {
				t.Errorf("got %s, %q\nwant %s, %q", strings.Join(got, "; "), fault, tt.want, tt.fault)
			}
		})
	}
}

func TestOPMLInAnotherCharacterSet(t *testing.T) {
	body, err := charmap.Windows1251.NewEncoder().String(`<?xml version="1.0" encoding="windows-1251"?><opml><body><outline text="Мир" xmlUrl="http://mir.example/"/></body></opml>`)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := ReadOPML(strings.NewReader(body)); err != nil || len(list) != 1 || list[0].Outlet != "Мир" {
		t.Errorf("got %+v, %v", list, err)
	}
}

func TestWhatIsNoOPMLSaysSo(t *testing.T) {
	for name, body := range map[string]string{"nothing": "", "a page": "<html><body>", "too large": strings.Repeat(" ", maxOPML+1)} {
		if list, err := ReadOPML(strings.NewReader(body)); err == nil || !strings.HasPrefix(err.Error(), "reading OPML: ") {
			t.Errorf("%s: got %v, %v", name, list, err)
		}
	}
}
