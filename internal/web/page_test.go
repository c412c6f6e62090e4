package web_test

import (
	"context"
	"encoding/xml"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tensionmonitor/internal/monitor"
	"tensionmonitor/internal/score"
	"tensionmonitor/internal/web"
)

var noon = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

func accountOf(a monitor.Account) web.Account {
	return func(_ context.Context, pair string) (monitor.Account, error) {
		if pair != a.Pair {
			return monitor.Account{}, monitor.ErrNoPair
		}
		return a, nil
	}
}

const attack = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>`

// hostile is an account whose every text is from somebody who means ill.
func hostile() monitor.Account {
	z := 3.2
	telling := func(link string) monitor.Telling {
		return monitor.Telling{Outlet: attack, Bloc: attack, Title: attack, Link: link, Words: attack, Time: noon, FirstSeen: noon}
	}
	a := monitor.Account{Pair: "AZE-IRN", At: noon, Index: 51.6, Level: "elevated", Escalation: 7.26, ZScore: &z, Coverage: .4, Levels: [4]float64{20, 40, 60, 80}, Left: 7,
		Stories: []monitor.Told{
			{ID: "0f3a1c2b4d5e6f70", Kind: "attack", Side: score.Escalation, From: "IRN", To: "AZE", Place: attack, Number: 3, Began: noon.Add(-30 * time.Hour), Points: 64.4, Share: 1,
				Voices: []string{attack, "b"}, Tellings: []monitor.Telling{telling("javascript:alert(3)"), telling("https://example.org/?a=\"><b>"), telling("data:text/html,x"), telling("//example.org")},
				More: 5, EasedBy: []monitor.Ease{{ID: "1f3a1c2b4d5e6f70", Title: attack, Points: 12.7}}},
			{ID: "2f3a1c2b4d5e6f70", Kind: "accuse", Side: score.Escalation, From: "unknown", To: "unknown", Began: noon.Add(-time.Hour), Share: .5, Voices: []string{"a"}, Dismissed: attack},
		}}
	for d := range 90 {
		a.Curve = append(a.Curve, monitor.Point{At: noon.AddDate(0, 0, d-89), Index: float64(d), Valid: d < 80})
	}
	return a
}

func page(t *testing.T, a monitor.Account) *httptest.ResponseRecorder {
	t.Helper()
	h, err := web.Handler(web.Site{Metrics: prometheus.NewRegistry(), Pairs: []string{a.Pair}, Ready: func() bool { return true }, Account: accountOf(a)})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/pair/"+a.Pair, nil))
	return w
}

func TestThePageSaysWhatMovesTheIndex(t *testing.T) {
	body := page(t, hostile()).Body.String()
	for _, want := range []string{"51.6", "elevated", "&#43;64.4", "attack", "IRN → AZE", "30 h ago", "2 voices", "and 5 more", "eased by 12.7", "And 7 stories",
		"Only 40% of the sources can be seen", "Dismissed", `class="escalation dismissed"`, "<svg", `class="held"`, "0f3a1c2b4d5e6f70", "it is not clear who", "&#43;3.2 σ"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestNothingFromAFeedIsMoreThanText(t *testing.T) {
	w := page(t, hostile())
	body := w.Body.String()
	for _, bad := range []string{"<script", "<img", "javascript:", "data:text", "<b>", "style=", `href="//`, "%!", "ZgotmplZ"} {
		if strings.Contains(body, bad) {
			t.Errorf("%q is in the page", bad)
		}
	}
	for _, link := range regexp.MustCompile(`<a href="http[^>]*>`).FindAllString(body, -1) {
		if !strings.Contains(link, `rel="noopener noreferrer`) {
			t.Errorf("%s leads away and tells from where", link)
		}
	}
	csp := w.Header().Get("Content-Security-Policy")
	if !strings.HasPrefix(csp, "default-src 'none';") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "script-src") {
		t.Errorf("policy %q", csp)
	}
	if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("headers %v", w.Header())
	}
}

func TestALevelThatLagsBehindIsExplained(t *testing.T) {
	const note = "the index alone would be"
	a := hostile()
	if body := page(t, a).Body.String(); strings.Contains(body, note) {
		t.Error("51.6 is elevated, and that is said to need a reason")
	}
	a.Level = "calm"
	if body := page(t, a).Body.String(); !strings.Contains(body, note+` <span class="elevated">elevated</span>`) {
		t.Error("51.6 is called calm, without a reason")
	}
}

func TestTitlesRunInTheirOwnDirection(t *testing.T) {
	if body := page(t, hostile()).Body.String(); strings.Count(body, `dir="auto"`) < 8 {
		t.Error("a Persian title would run from left to right")
	}
}

func TestAQuietPairHasAPageToo(t *testing.T) {
	if body := page(t, monitor.Account{Pair: "AZE-IRN", At: noon, Level: "calm", Valid: true}).Body.String(); !strings.Contains(body, "Nothing is known") {
		t.Errorf("got %s", body)
	}
}

func TestTheCurveIsSoundAndLosesNoPeak(t *testing.T) {
	c := web.Curve{Levels: [4]float64{20, 40, 60, 80}, Width: 200, Height: 100, Tick: web.Months}
	for i := range 5000 { // many more than pixels
		c.Points = append(c.Points, monitor.Point{At: noon.Add(time.Duration(i) * time.Hour), Valid: true})
	}
	flat := c.String()
	c.Points[2501].Index = 100
	peak := c.String()
	if flat == peak || !strings.Contains(peak, " 8.0 ") && !strings.Contains(peak, " 8.0\"") {
		t.Error("the peak of one hour is lost")
	}
	if strings.Contains(peak, "%!") || strings.Contains(peak, "NaN") {
		t.Errorf("a number is missing in %s", peak[:500])
	}
	if err := xml.Unmarshal([]byte(peak), new(struct{ XMLName xml.Name })); err != nil {
		t.Errorf("no XML: %v", err)
	}
	c.Points = nil
	if err := xml.Unmarshal([]byte(c.String()), new(struct{ XMLName xml.Name })); err != nil {
		t.Errorf("without points no XML: %v", err)
	}
}
