package deploytest

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"
)

var promql = parser.NewParser(parser.Options{})

// shippedRules are all recording rules and alerts, strictly read.
func shippedRules(t *testing.T) (rules []rulefmt.Rule) {
	t.Helper()
	for _, file := range files(t, deploy("prometheus", "rules", "*.yml")) {
		groups, errs := rulefmt.ParseFile(file, false, model.LegacyValidation, promql, slog.New(slog.DiscardHandler))
		for _, err := range errs {
			t.Error(err)
		}
		for _, group := range groups.Groups {
			if group.QueryOffset != nil || len(group.Labels) > 0 {
				t.Errorf("group %s: query_offset and labels are unknown to Prometheus 2.42", group.Name)
			}
			rules = append(rules, group.Rules...)
		}
	}
	return rules
}

func alerts(t *testing.T) (list []rulefmt.Rule) {
	t.Helper()
	for _, rule := range shippedRules(t) {
		if rule.Alert != "" {
			list = append(list, rule)
		}
	}
	return list
}

func TestPrometheusLoadsWhatIsShipped(t *testing.T) {
	promtool := tool(t, "promtool")
	command(t, promtool, "check", "config", "--lint=all", "--lint-fatal", deploy("prometheus", "prometheus.yml"))
	command(t, promtool, append([]string{"check", "rules", "--lint=all", "--lint-fatal"}, files(t, deploy("prometheus", "rules", "*.yml"))...)...)
}

func TestTheRulesDoWhatTheirTestsSay(t *testing.T) {
	command(t, tool(t, "promtool"), append([]string{"test", "rules"}, files(t, deploy("prometheus", "tests", "*.yml"))...)...)
}

func TestEachAlertHelpsWhoeverIsCalled(t *testing.T) {
	for _, rule := range alerts(t) {
		for _, fault := range alertFaults(rule) {
			t.Errorf("%s: %s", rule.Alert, fault)
		}
	}
}

// alertFaults lists what an alert lacks.
func alertFaults(rule rulefmt.Rule) (faults []string) {
	fault := func(wrong bool, text string) {
		if wrong {
			faults = append(faults, text)
		}
	}
	a := rule.Annotations
	fault(!slices.Contains([]string{"critical", "warning", "info"}, rule.Labels["severity"]), "severity is not critical, warning or info")
	fault(a["summary"] == "" || strings.Contains(a["summary"], "{{"), "the summary has to be static: messages are grouped by it")
	fault(a["description"] == "", "there is no description")
	fault(rule.Alert != "Watchdog" && !strings.Contains(a["description"], "{{"), "the description does not say which or how much")
	page := "docs/runbooks/" + rule.Alert + ".md"
	fault(a["runbook_url"] != page, "runbook_url is not "+page)
	text, err := os.ReadFile(filepath.Join(repository, page))
	fault(err != nil || !strings.HasPrefix(string(text), "# "+rule.Alert+"\n") || !strings.Contains(string(text), "\n## What to do\n"),
		page+" does not exist or does not say what to do")
	return faults
}

func TestEachRunbookHasItsAlert(t *testing.T) {
	var names []string
	for _, rule := range alerts(t) {
		names = append(names, rule.Alert)
	}
	for _, page := range files(t, filepath.Join(repository, "docs", "runbooks", "*.md")) {
		if name := strings.TrimSuffix(filepath.Base(page), ".md"); !slices.Contains(names, name) {
			t.Errorf("%s is about an alert that does not exist", page)
		}
	}
}

// ruleTests is the part of promtool's test files that says which alerts are expected when.
type ruleTests struct {
	Tests []struct {
		Input []struct{ Values string } `yaml:"input_series"`
		Alert []struct {
			Name string `yaml:"alertname"`
			Exp  []any  `yaml:"exp_alerts"`
		} `yaml:"alert_rule_test"`
	}
}

// untested are alerts that cannot be without what is asked of all others.
var untested = map[string]bool{"Watchdog": true} // it always fires, without any series

func TestEachAlertIsTestedToFireToClearAndOverAMissedScrape(t *testing.T) {
	fires, clears, missed := make(map[string]bool), make(map[string]bool), make(map[string]bool)
	for _, file := range files(t, deploy("prometheus", "tests", "*.yml")) {
		var tests ruleTests
		if err := yaml.Unmarshal([]byte(read(t, file)), &tests); err != nil {
			t.Fatal(err)
		}
		for _, test := range tests.Tests {
			gap := strings.Contains(fmt.Sprint(test.Input), "stale") || strings.Contains(fmt.Sprint(test.Input), " 0 ") // of "up"
			fired := make(map[string]int)
			for _, a := range test.Alert {
				n, before := len(a.Exp), fired[a.Name]
				fired[a.Name] = n
				fires[a.Name] = fires[a.Name] || n > 0
				missed[a.Name] = missed[a.Name] || n > 0 && gap
				clears[a.Name] = clears[a.Name] || n < before
			}
		}
	}
	for _, rule := range alerts(t) {
		if untested[rule.Alert] {
			continue
		}
		if !fires[rule.Alert] || !clears[rule.Alert] || !missed[rule.Alert] {
			t.Errorf("%s is tested to fire: %t, to clear: %t, over a missed scrape: %t", rule.Alert, fires[rule.Alert], clears[rule.Alert], missed[rule.Alert])
		}
	}
}

var recordName = regexp.MustCompile(`^[a-z]+:tension_[a-z_]+:[a-z0-9_]+$`)

func TestRulesKeepLabelsTheyDoNotKnow(t *testing.T) {
	for _, rule := range shippedRules(t) {
		name := rule.Record + rule.Alert
		if rule.Record != "" && !recordName.MatchString(rule.Record) {
			t.Errorf("%s is not level:metric:operations", rule.Record)
		}
		expr, err := promql.ParseExpr(rule.Expr)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
			if a, ok := node.(*parser.AggregateExpr); ok && !a.Without {
				t.Errorf("%s: %s drops labels of the reader's own, such as a cluster: use without", name, a)
			}
			return nil
		})
	}
}
