package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// feeds shows what can be seen and what cannot.
func feeds() *dashboard.DashboardBuilder {
	moment := []dashboard.DynamicConfigValue{property("unit", units.DateTimeFromNow)}
	return newDashboard("tension-feeds", "Tension / Feeds", "The feeds: which answer, what they bring, and why some do not.", "now-24h").
		WithVariable(variable("feed", "Feed", `label_values(tension_feed_up{job=~"$job"}, feed)`).Multi(true).IncludeAll(true).AllValue(".+").Current(all())).
		WithPanel(number("Coverage", "Weight of the feeds that can be seen through, of those that ever answered.", units.PercentUnit,
			now(`max(tension_coverage_ratio{@})`, "coverage"), now(`max(tension_coverage_floor_ratio{@})`, "floor")).Span(6).Height(6)).
		WithPanel(number("Feeds", "Feeds by how their last look went.", units.Short, now(`max by (state) (tension_feeds{@})`, "{{state}}")).Span(6).Height(6)).
		WithPanel(lines("Coverage by bloc", "Coverage of the feeds that speak for one state. Without a state's press its side of the story is missing.", units.PercentUnit,
			over(`max by (bloc) (tension_bloc_coverage_ratio{@})`, "{{bloc}}"), over(`max(tension_coverage_ratio{@})`, "all")).Min(0).Max(1).Height(6)).
		WithPanel(list("Feeds one by one", "How each feed does: its last look, when it last answered, its newest article, and what it brought and failed in a day.", units.Short,
			rows(`max by (feed) (tension_feed_up{@, feed=~"$feed"})`),
			rows(`max by (feed) (tension_feed_last_success_timestamp_seconds{@, feed=~"$feed"} > 0) * 1000`),
			rows(`max by (feed) (tension_feed_newest_article_timestamp_seconds{@, feed=~"$feed"} > 0) * 1000`),
			rows(`sum by (feed) (increase(tension_feed_articles_total{@, feed=~"$feed"}[1d]))`),
			rows(`sum by (feed) (increase(tension_feed_poll_failures_total{@, feed=~"$feed"}[1d]))`),
			rows(`sum by (feed) (increase(tension_feed_gaps_total{@, feed=~"$feed"}[1d]))`)).
			Transformations(columns([2]string{"feed", "feed"}, [2]string{"Value #A", "state"}, [2]string{"Value #B", "answered"}, [2]string{"Value #C", "newest article"},
				[2]string{"Value #D", "articles a day"}, [2]string{"Value #E", "failures a day"}, [2]string{"Value #F", "gaps a day"})).
			Decimals(0).Filterable(true).Span(24).Height(14).
			OverrideByName("state", []dashboard.DynamicConfigValue{property("mappings", yesNo("failing", "up")), property("custom.cellOptions", map[string]string{"type": "color-text"})}).
			OverrideByName("answered", moment).OverrideByName("newest article", moment)).
		WithPanel(bars(lines("New articles", "Articles stored, by the feed that was the first to carry them.", units.Short,
			over(`sum by (feed) (increase(tension_feed_articles_total{@, feed=~"$feed"}[$__rate_interval])) > 0`, "{{feed}}")))).
		WithPanel(bars(lines("Failed looks", "Looks that failed, by reason.", units.Short,
			over(`sum by (reason) (increase(tension_poll_failures_total{@}[$__rate_interval])) > 0`, "{{reason}}")))).
		WithPanel(states("Each feed over time", "Whether the last look at each feed succeeded.", over(`max by (feed) (tension_feed_up{@, feed=~"$feed"})`, "{{feed}}")).
			Mappings(yesNo("failing", "up")).Height(14))
}
