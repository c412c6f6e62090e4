package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// pair shows one pair of countries: what moved its index.
func pair() *dashboard.DashboardBuilder {
	return newDashboard("tension-pair", "Tension / Pair", "One pair of countries: the index, the kinds of events and the stories it is made of.", "now-7d").
		WithVariable(variable("pair", "Pair", `label_values(tension_index{job=~"$job"}, pair)`)).
		Annotation(dashboard.NewAnnotationQueryBuilder().Name("Events").Datasource(datasource()).Enable(true).IconColor("blue").
			Expr(expr(`sum by (kind, from) (changes(tension_events_total{@, pair="$pair"}[1m])) > 0`)).
			TitleFormat("{{kind}}").TextFormat("by {{from}}").Step("60s")).
		Annotation(alerts(`pair="$pair"`)).
		WithPanel(number("Index", "How tense it is now, 0 to 100.", units.NoUnit, over(`max(tension_index{@, pair="$pair"})`, "index")).Decimals(0)).
		WithPanel(number("Level", "The index as a word to page by; it follows slowly.", units.NoUnit, now(`max(tension_level{@, pair="$pair"})`, "level")).Mappings(levels())).
		WithPanel(number("Trust", "Whether enough feeds can be seen. If not, the index is held: not known.", units.NoUnit,
			now(`max(tension_index_valid{@, pair="$pair"})`, "valid")).Mappings(yesNo("held", "valid"))).
		WithPanel(number("Unusual?", "Robust standard deviations of the pressure from the 90 days before yesterday. It needs 30 days to begin with.", units.NoUnit,
			now(`max(tension_zscore{@, pair="$pair"})`, "z")).Decimals(1).NoValue("no history yet")).
		WithPanel(number("Stories", "Stories that the index is made of.", units.Short, now(`max(tension_stories{@, pair="$pair"})`, "stories"))).
		WithPanel(number("Latest event", "When the latest event happened, by the date of its article.", units.DateTimeFromNow,
			now(`max(tension_last_event_timestamp_seconds{@, pair="$pair"} > 0) * 1000`, "latest")).NoValue("none")).
		WithPanel(indexLines("Index", "0 to 100. Dashed: where a level begins, as the daemon has it. Marks: new events, alerts.", `max(tension_index{@, pair="$pair"})`, "$pair").Span(24)).
		WithPanel(stacked(lines("What it is made of", "Points of the index by kind of event; they add up to the index. What calms is negative.", units.NoUnit,
			over(`max by (kind) (tension_contribution_points{@, pair="$pair"}) != 0`, "{{kind}}"))).Span(24)).
		WithPanel(list("Stories that weigh most", "The three stories with most points, by the title of the article that told them first.", units.NoUnit,
			rows(`topk(3, max by (kind, from, title) (tension_top_story_points{@, pair="$pair"}))`)).
			Transformations(columns([2]string{"Value", "points"}, [2]string{"kind", "kind"}, [2]string{"from", "by"}, [2]string{"title", "title"})).
			Decimals(1).
			OverrideByName("points", []dashboard.DynamicConfigValue{property("custom.width", 80)}).
			OverrideByName("kind", []dashboard.DynamicConfigValue{property("custom.width", 110)}).
			OverrideByName("by", []dashboard.DynamicConfigValue{property("custom.width", 90)})).
		WithPanel(lines("Pressure", "Decayed weight of what raises tension, after easing, and of what calms.", units.NoUnit,
			over(`max by (side) (tension_pressure{@, pair="$pair"})`, "{{side}}"))).
		WithPanel(bars(lines("New events", "Events found in articles that were not known before, by kind.", units.Short,
			over(`sum by (kind) (increase(tension_events_total{@, pair="$pair"}[$__rate_interval])) > 0`, "{{kind}}"))).Span(8)).
		WithPanel(lines("Attention", "Of what the press published in 24 hours, the share that tells of escalation. It does not move the index: "+
			"a high index that nobody writes about is an old one.", units.PercentUnit,
			over(`max(tension_attention_ratio{@, pair="$pair"})`, "share of articles")).Min(0).Span(8)).
		WithPanel(lines("Coverage", "What could be seen when. Below the floor the index is held.", units.PercentUnit,
			over(`max(tension_coverage_ratio{@})`, "coverage"), over(`max(tension_coverage_floor_ratio{@})`, "floor")).Min(0).Max(1).Span(8))
}
