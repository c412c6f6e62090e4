package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// daemon shows the process itself.
func daemon() *dashboard.DashboardBuilder {
	quantile := func(q, metric string) string {
		return "histogram_quantile(" + q + ", sum by (le) (rate(" + metric + "_bucket{@}[$__rate_interval])))"
	}
	return newDashboard("tension-monitor", "Tension / Monitor", "The daemon itself: whether it runs, keeps up and stores.", "now-24h").
		WithPanel(number("Instances", "Daemons that Prometheus reaches.", units.Short, now(`sum(up{@})`, "up"))).
		WithPanel(number("Running for", "Since the start of the process that started last.", units.Seconds, now(`time() - max(process_start_time_seconds{@})`, "up for"))).
		WithPanel(number("Configuration", "Whether the configuration that was read last is the one in use.", units.NoUnit,
			now(`min(tension_config_last_reload_successful{@})`, "configuration")).Mappings(yesNo("has faults", "in use"))).
		WithPanel(number("Store errors", "Operations of the store that failed in a day.", units.Short,
			now(`sum(increase(tension_store_errors_total{@}[1d]))`, "errors")).Thresholds(above(1, "green", "red")).Decimals(0)).
		WithPanel(list("What runs", "The version of the program and of the lexicon that scores. A change of the lexicon can move the index.", units.NoUnit,
			rows(`max by (instance, version, goversion) (tension_build_info{@})`), rows(`max by (instance, hash) (tension_lexicon_info{@})`)).
			Transformations(columns([2]string{"instance", "instance"}, [2]string{"version", "version"}, [2]string{"goversion", "Go"}, [2]string{"hash", "lexicon"})).
			Span(8).Height(4)).
		WithPanel(lines("Articles", "Articles that were not known, those about a pair, and those known already, each second.", units.CountsPerSecond,
			over(`sum(rate(tension_articles_total{@}[$__rate_interval]))`, "new"),
			over(`sum(rate(tension_articles_relevant_total{@}[$__rate_interval]))`, "about a pair"),
			over(`sum(rate(tension_articles_duplicate_total{@}[$__rate_interval]))`, "known already"))).
		WithPanel(lines("Looks", "Looks at feeds, and those that failed, each second.", units.CountsPerSecond,
			over(`sum(rate(tension_feed_polls_total{@}[$__rate_interval]))`, "looks"),
			over(`sum(rate(tension_feed_poll_failures_total{@}[$__rate_interval]))`, "failed"))).
		WithPanel(lines("A look takes", "How long looks at feeds take: half of them at most, and 99 of 100 at most. A mark is one of them, with a link to its poll.", units.Seconds,
			over(quantile("0.5", "tension_poll_duration_seconds"), "half"), over(quantile("0.99", "tension_poll_duration_seconds"), "99 of 100").Exemplar(true))).
		WithPanel(lines("Scoring takes", "How long scoring an article takes: half of them at most, and 99 of 100 at most. A mark is one of them, with a link to its poll.", units.Seconds,
			over(quantile("0.5", "tension_score_duration_seconds"), "half"), over(quantile("0.99", "tension_score_duration_seconds"), "99 of 100").Exemplar(true))).
		WithPanel(lines("A scrape takes", "How long the daemon takes to answer Prometheus; the index is evaluated then.", units.Seconds,
			over(`scrape_duration_seconds{@}`, "{{instance}}"))).
		WithPanel(lines("Processor", "Cores the process uses.", units.Short, over(`rate(process_cpu_seconds_total{@}[$__rate_interval])`, "{{instance}}"))).
		WithPanel(lines("Memory", "Memory of the process that is in use.", units.BytesIEC, over(`process_resident_memory_bytes{@}`, "{{instance}}"))).
		WithPanel(lines("Store errors", "Operations of the store that failed, by operation.", units.Short,
			over(`sum by (operation) (increase(tension_store_errors_total{@}[$__rate_interval]))`, "{{operation}}")))
}
