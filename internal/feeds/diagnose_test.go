package feeds

import (
	"strings"
	"testing"
	"time"

	"tensionmonitor/internal/news"
)

func TestWhatAilsAFeed(t *testing.T) {
	well := news.Visit{Status: 200, Digest: "d", Items: 30, Newest: noon.Add(-time.Hour), Oldest: noon.Add(-7 * time.Hour), Habit: news.Habit{Holds: 30}}
	but := func(change func(*news.Visit)) []news.Visit {
		v := well
		change(&v)
		return []news.Visit{well, v}
	}
	for name, tt := range map[string]struct {
		visits []news.Visit
		want   string
		says   string
	}{
		"well":                    {but(func(*news.Visit) {}), "", ""},
		"never looked at":         {nil, "", ""},
		"a 304":                   {but(func(v *news.Visit) { v.Status, v.Items = 304, 0 }), "", ""},
		"empty":                   {but(func(v *news.Visit) { v.Items, v.Holds = 0, 0 }), "empty", "it holds no articles"},
		"silent for two weeks":    {but(func(v *news.Visit) { v.Newest = noon.Add(-15 * day) }), "stale", "its newest article is of 2026-11-10"},
		"silent for one":          {but(func(v *news.Visit) { v.Newest = noon.Add(-8 * day) }), "", ""},
		"a clock that is wrong":   {but(func(v *news.Visit) { v.Ahead = 4 }), "future", "4 of its 30 articles were dated in the future"},
		"no dates":                {but(func(v *news.Visit) { v.Oldest, v.Newest = time.Time{}, time.Time{} }), "undated", "its articles have no date"},
		"one guid for all":        {but(func(v *news.Visit) { v.OneGuid = true }), "one_guid", "several of its articles have the same guid"},
		"another guid at each":    {but(func(v *news.Visit) { v.New, v.Renamed = 1, 29 }), "", ""},
		"another guid, each time": {append(but(func(v *news.Visit) { v.Renamed = 30 }), news.Visit{Digest: "d", Items: 30, Renamed: 30, Newest: noon, Oldest: noon, Habit: well.Habit}), "new_guids", "60 of 90 articles that were known came under another guid"},
		"a gap":                   {but(func(v *news.Visit) { v.Gap = noon.Add(-day) }), "gap", "on 2026-11-24 12:00:00 all it held was new, so articles may have come and gone unseen"},
		"a gap long ago":          {but(func(v *news.Visit) { v.Gap = noon.Add(-30 * day) }), "", ""},
		"moved":                   {but(func(v *news.Visit) { v.Moved, v.MovedSince = "https://new.example/", noon.Add(-4*day) }), "moved", "it has been at https://new.example/ since 2026-11-21"},
		"moved today":             {but(func(v *news.Visit) { v.Moved, v.MovedSince = "https://new.example/", noon }), "", ""},
		"gone":                    {but(func(v *news.Visit) { v.Status, v.Class, v.Error, v.Failures = 410, classHTTP4xx, "it is gone", 1 }), "gone", "it is gone"},
		"blocked, and silent": {but(func(v *news.Visit) {
			v.Class, v.Error, v.Failures, v.Newest = classBlocked, "status 403", 7, noon.Add(-30*day)
		}), "blocked, stale", "status 403 (7 times in a row)"},
		"one guid, and no dates":   {but(func(v *news.Visit) { v.OneGuid, v.Oldest = true, time.Time{} }), "undated, one_guid", "its articles have no date"},
		"it failed from the first": {[]news.Visit{{Class: classDNS, Error: "no such host", Failures: 1}}, "dns", "no such host"},
	} {
		t.Run(name, func(t *testing.T) {
			var names []string
			got := Diagnose(desk, tt.visits, noon)
			for _, d := range got {
				names = append(names, d.Name)
				if d.Remedy == "" {
					t.Errorf("%s has no remedy", d.Name)
				}
			}
			if strings.Join(names, ", ") != tt.want {
				t.Fatalf("got %+v, want %s", got, tt.want)
			}
			if len(got) > 0 && got[0].Says != tt.says {
				t.Errorf("got %q, want %q", got[0].Says, tt.says)
			}
		})
	}
}

func TestEveryErrorHasARemedy(t *testing.T) {
	for _, class := range Classes() {
		if remedies[class] == "" {
			t.Errorf("%s has none", class)
		}
	}
	if len(remedies) != len(Classes()) {
		t.Errorf("%d remedies for %d classes", len(remedies), len(Classes()))
	}
}

func TestADisabledFeedHasNothing(t *testing.T) {
	f := desk
	f.Disabled = "on leave"
	if got := Diagnose(f, []news.Visit{{Class: classDNS}}, noon); got != nil {
		t.Errorf("got %+v", got)
	}
}
