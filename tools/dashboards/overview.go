package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// overview shows all pairs at once.
func overview() *dashboard.DashboardBuilder {
	return newDashboard("tension-overview", "Tension / Overview", "All pairs of countries: how tense it is, and whether that can be trusted.", "now-7d").
		Annotation(alerts(`alertname!="Watchdog"`)).
		WithPanel(list("Pairs", "The index now, its level, how it changed in a day, and whether enough feeds can be seen to trust it.", units.NoUnit,
			rows(`max by (pair) (tension_index{@})`),
			rows(`max by (pair) (tension_level{@})`),
			rows(`max by (pair) (tension_index{@}) - max by (pair) (tension_index{@} offset 1d)`),
			rows(`max by (pair) (tension_index_valid{@})`),
			rows(`max by (pair) (tension_stories{@})`)).
			Transformations(columns([2]string{"pair", "pair"}, [2]string{"Value #A", "index"}, [2]string{"Value #B", "level"},
				[2]string{"Value #C", "change in a day"}, [2]string{"Value #D", "valid"}, [2]string{"Value #E", "stories"})).
			Decimals(0).
			OverrideByName("level", []dashboard.DynamicConfigValue{property("mappings", levels()), property("custom.cellOptions", map[string]string{"type": "color-text"})}).
			OverrideByName("valid", []dashboard.DynamicConfigValue{property("mappings", yesNo("held", "yes")), property("custom.cellOptions", map[string]string{"type": "color-text"})}).
			OverrideByName("change in a day", []dashboard.DynamicConfigValue{property("decimals", 1)}).
			OverrideByName("pair", []dashboard.DynamicConfigValue{property("links", []map[string]string{
				{"title": "The pair", "url": "/d/tension-pair?var-pair=${__value.text}&${__url_time_range}"}})})).
		WithPanel(number("Coverage", "Weight of the feeds that can be seen through, of those that ever answered. Below the floor the index is held.", units.PercentUnit,
			now(`max(tension_coverage_ratio{@})`, "coverage"), now(`max(tension_coverage_floor_ratio{@})`, "floor")).Span(6).Height(9)).
		WithPanel(number("Feeds", "Feeds by how their last look went.", units.Short, now(`max by (state) (tension_feeds{@})`, "{{state}}")).Span(6).Height(9)).
		WithPanel(indexLines("Index", "The index of each pair, 0 to 100. Dashed: where a level begins, as the daemon has it.", `max by (pair) (tension_index{@})`, "{{pair}}").Span(24)).
		WithPanel(states("Levels", "The level of each pair: it follows the index slowly, so that one can page by it.", over(`max by (pair) (tension_level{@})`, "{{pair}}")).Mappings(levels())).
		WithPanel(bars(lines("New events", "Events found in articles that were not known before.", units.Short,
			over(`sum by (pair) (increase(tension_events_total{@}[$__rate_interval]))`, "{{pair}}")))).
		WithPanel(lines("Unusual?", "Robust standard deviations of the pressure from the 90 days before yesterday. It needs 30 days to begin with.", units.NoUnit,
			over(`max by (pair) (tension_zscore{@})`, "{{pair}}")))
}

// indexLines draws an index with the daemon's own thresholds.
func indexLines(title, description, query, legend string) *timeseries.PanelBuilder {
	p := lines(title, description, units.NoUnit, over(query, legend), over(`max by (level) (tension_level_threshold{@})`, "{{level}}")).Min(0).Max(100)
	for _, l := range [][2]string{{"watch", "blue"}, {"elevated", "yellow"}, {"high", "orange"}, {"critical", "red"}} {
		p.OverrideByName(l[0], []dashboard.DynamicConfigValue{
			property("color", map[string]string{"mode": "fixed", "fixedColor": l[1]}),
			property("custom.lineStyle", map[string]any{"fill": "dash", "dash": []int{6, 6}}),
			property("custom.lineWidth", 1), property("custom.fillOpacity", 0),
		})
	}
	return p
}

// alerts marks when alerts of ours fire.
func alerts(matchers string) *dashboard.AnnotationQueryBuilder {
	return dashboard.NewAnnotationQueryBuilder().Name("Alerts").Datasource(datasource()).Enable(true).IconColor("red").
		Expr(`ALERTS{alertstate="firing", alertname=~"Tension.+", job=~"$job", ` + matchers + `}`).TitleFormat("{{alertname}}").TextFormat("{{severity}} {{pair}}").Step("60s")
}
