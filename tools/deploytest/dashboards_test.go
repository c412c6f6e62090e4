package deploytest

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// shippedDashboards are all dashboards, by file, held to Grafana's schema.
func shippedDashboards(t *testing.T) map[string]dashboard.Dashboard {
	t.Helper()
	boards := make(map[string]dashboard.Dashboard)
	for _, file := range files(t, deploy("grafana", "dashboards", "*.json")) {
		d, err := readDashboard([]byte(read(t, file)))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		boards[file] = d
	}
	return boards
}

// withPlugins makes the schema know the kinds of panels and queries.
var withPlugins = sync.OnceFunc(plugins.RegisterDefaultPlugins)

// readDashboard refuses keys that Grafana does not know. It reads twice: the strict reader finds faults, but leaves panels out.
func readDashboard(text []byte) (d dashboard.Dashboard, err error) {
	withPlugins()
	var faults cog.BuildErrors
	if err := new(dashboard.Dashboard).UnmarshalJSONStrict(text); errors.As(err, &faults) && len(faults) > 0 {
		return d, faults
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return d, err
	}
	if err := d.Validate(); errors.As(err, &faults) && len(faults) > 0 {
		return d, faults
	}
	return d, nil
}

// question is a query of a dashboard.
type question struct {
	place   string // where it is asked, for messages
	expr    string
	instant bool
}

// questions are all queries of a dashboard's panels.
func questions(d dashboard.Dashboard) (list []question) {
	for _, p := range d.Panels {
		for _, target := range p.Panel.Targets {
			q := target.(*prometheus.Dataquery)
			list = append(list, question{fmt.Sprintf("%s: %s, query %s", *d.Title, *p.Panel.Title, *q.RefId), q.Expr, q.Instant != nil && *q.Instant})
		}
	}
	return list
}

// annotations are the queries that mark moments.
func annotations(d dashboard.Dashboard) (list []question) {
	for _, a := range d.Annotations.List {
		list = append(list, question{fmt.Sprintf("%s: annotation %s", *d.Title, a.Name), *a.Expr, false})
	}
	return list
}

// asked puts values in place of a dashboard's variables, as Grafana does.
var asked = strings.NewReplacer("$__rate_interval", "10s", "$job", ".+", "$instance", ".+", "$feed", ".+", "$pair", "AZE-IRN")

// emptyAtFirst are the series that need a longer past than a test has.
var emptyAtFirst = regexp.MustCompile(`tension_zscore|offset 1d`)

// askDashboards runs every query of every dashboard: no error, and none empty that should not be.
func askDashboards(t *testing.T, p server) {
	t.Helper()
	n := 0
	for _, d := range shippedDashboards(t) {
		for _, q := range append(questions(d), annotations(d)...) {
			n++
			found, err := p.series(asked.Replace(q.expr), q.instant)
			if err != nil {
				t.Errorf("%s: %v", q.place, err)
			} else if found == 0 && !emptyAtFirst.MatchString(q.expr) {
				t.Errorf("%s finds nothing: %s", q.place, q.expr)
			}
		}
	}
	t.Logf("%d queries asked", n)
}

// The rules of Grafana's dashboard-linter, which cannot be installed here, and of provisioning.
func TestDashboardsKeepTheLintersRules(t *testing.T) {
	uids := make(map[string]bool)
	for file, d := range shippedDashboards(t) {
		if d.Uid == nil || uids[*d.Uid] || d.Id != nil || d.Editable == nil || *d.Editable {
			t.Errorf("%s needs a uid of its own, no id, and editable: false", file)
			continue
		}
		uids[*d.Uid] = true
		if text := read(t, file); strings.Contains(text, "${DS_") || strings.Contains(text, "__inputs") {
			t.Errorf("%s is an export: it does not load when it is provisioned", file)
		}
		for _, fault := range append(variableFaults(d), panelFaults(d)...) {
			t.Errorf("%s: %s", file, fault)
		}
		for _, q := range questions(d) {
			for _, fault := range queryFaults(q.expr) {
				t.Errorf("%s: %s: %s", q.place, q.expr, fault)
			}
		}
		for _, q := range annotations(d) {
			if _, err := promql.ParseExpr(asked.Replace(q.expr)); err != nil {
				t.Errorf("%s: %v", q.place, err)
			}
		}
	}
}

// variableFaults checks the variables that every dashboard has, and that those it has are sound.
func variableFaults(d dashboard.Dashboard) (faults []string) {
	want := map[string]string{"datasource": "Data source", "job": "Job", "instance": "Instance"}
	for _, v := range d.Templating.List {
		label, known := want[v.Name]
		delete(want, v.Name)
		if known && (v.Label == nil || *v.Label != label) {
			faults = append(faults, fmt.Sprintf("variable %s is not labelled %q", v.Name, label))
		}
		if v.Name == "datasource" {
			if v.Type != "datasource" || v.Query == nil || v.Query.String == nil || *v.Query.String != "prometheus" {
				faults = append(faults, "variable datasource does not choose a Prometheus")
			}
			continue
		}
		faults = append(faults, queryVariableFaults(v, known)...)
	}
	for name := range want {
		faults = append(faults, "there is no variable "+name)
	}
	return faults
}

var labelValues = regexp.MustCompile(`^label_values\((.+), \w+\)$`)

func queryVariableFaults(v dashboard.VariableModel, many bool) (faults []string) {
	if v.Type != "query" || v.Datasource == nil || *v.Datasource.Uid != "${datasource}" || v.Refresh == nil || *v.Refresh != dashboard.VariableRefreshOnTimeRangeChanged {
		faults = append(faults, "variable "+v.Name+" is not asked of ${datasource} whenever the time changes")
	}
	if many && (v.Multi == nil || !*v.Multi || v.AllValue == nil || *v.AllValue != ".+") {
		faults = append(faults, "variable "+v.Name+" has to take several values, and .+ for all")
	}
	if v.Query == nil || v.Query.String == nil {
		return append(faults, "variable "+v.Name+" has no query")
	}
	m := labelValues.FindStringSubmatch(*v.Query.String)
	if m == nil {
		return append(faults, "variable "+v.Name+" does not ask for label_values")
	}
	if _, err := promql.ParseExpr(asked.Replace(m[1])); err != nil {
		faults = append(faults, "variable "+v.Name+": "+err.Error())
	}
	return faults
}

func panelFaults(d dashboard.Dashboard) (faults []string) {
	for _, p := range d.Panels {
		if p.Panel == nil || p.Panel.Title == nil || *p.Panel.Title == "" {
			faults = append(faults, "a panel has no title")
			continue
		}
		panel, name := p.Panel, *p.Panel.Title
		if panel.Description == nil || len(*panel.Description) < 10 {
			faults = append(faults, name+" has no description")
		}
		if panel.Datasource == nil || *panel.Datasource.Uid != "${datasource}" {
			faults = append(faults, name+" does not use ${datasource}")
		}
		if panel.FieldConfig == nil || panel.FieldConfig.Defaults.Unit == nil || *panel.FieldConfig.Defaults.Unit == "" {
			faults = append(faults, name+" has no unit")
		}
		if len(panel.Targets) == 0 {
			faults = append(faults, name+" asks nothing")
		}
		for _, target := range panel.Targets {
			if q, ok := target.(*prometheus.Dataquery); !ok || *q.Datasource.Uid != "${datasource}" {
				faults = append(faults, name+" has a query that is not asked of ${datasource}")
			}
		}
	}
	return append(faults, overlaps(d)...)
}

// overlaps finds panels that lie on each other or outside Grafana's 24 columns.
func overlaps(d dashboard.Dashboard) (faults []string) {
	taken := make(map[[2]uint32]string)
	for _, p := range d.Panels {
		g := p.Panel.GridPos
		if g.X+g.W > 24 {
			faults = append(faults, *p.Panel.Title+" is wider than the page")
		}
		for x := g.X; x < g.X+g.W; x++ {
			for y := g.Y; y < g.Y+g.H; y++ {
				if other := taken[[2]uint32{x, y}]; other != "" && other != *p.Panel.Title {
					return append(faults, *p.Panel.Title+" lies on "+other)
				}
				taken[[2]uint32{x, y}] = *p.Panel.Title
			}
		}
	}
	return faults
}

// rateInterval stands for $__rate_interval while a query is parsed: a duration that nobody would write.
const rateInterval = "7h13m7s"

// queryFaults checks that a query selects what the reader chose, and reads counters as counters.
func queryFaults(query string) (faults []string) {
	expr, err := promql.ParseExpr(strings.NewReplacer("$__rate_interval", rateInterval, "$pair", "AZE-IRN").Replace(query))
	if err != nil {
		return []string{err.Error()}
	}
	parser.Inspect(expr, func(node parser.Node, path []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		for _, name := range []string{"job", "instance"} {
			if !slices.ContainsFunc(selector.LabelMatchers, func(m *labels.Matcher) bool { return m.String() == name+`=~"$`+name+`"` }) {
				faults = append(faults, selector.Name+` lacks `+name+`=~"$`+name+`"`)
			}
		}
		function := functionAround(path)
		if isCounter.MatchString(selector.Name) && !slices.Contains([]string{"rate", "irate", "increase", "changes"}, function) {
			faults = append(faults, selector.Name+" counts: it needs rate or increase")
		}
		if function == "rate" && !strings.Contains(expr.String(), rateInterval) {
			faults = append(faults, "rate is not over $__rate_interval")
		}
		return nil
	})
	return faults
}

var isCounter = regexp.MustCompile(`_(total|count|sum|bucket)$`)

// functionAround is the innermost function that a selector is given to.
func functionAround(path []parser.Node) string {
	for _, node := range slices.Backward(path) {
		if call, ok := node.(*parser.Call); ok {
			return call.Func.Name
		}
	}
	return ""
}

func TestAPlantedFaultInADashboardIsFound(t *testing.T) {
	const well = `{job=~"$job", instance=~"$instance"}`
	for name, tt := range map[string]struct{ query, want string }{
		"no query at all":      {`tension_index{{`, "parse error"},
		"another job's series": {`tension_index{instance=~"$instance"}`, `tension_index lacks job=~"$job"`},
		"a counter as it is":   {`tension_articles_total` + well, "tension_articles_total counts: it needs rate or increase"},
		"a fixed rate":         {`rate(tension_articles_total` + well + `[5m])`, "rate is not over $__rate_interval"},
		"all is well":          {`rate(tension_articles_total` + well + `[$__rate_interval])`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(queryFaults(tt.query), "; ")
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAKeyThatGrafanaDoesNotKnowIsRefused(t *testing.T) {
	text := read(t, deploy("grafana", "dashboards", "tension-pair.json"))
	for _, key := range []string{`"templating"`, `"gridPos"`, `"legendFormat"`, `"drawStyle"`, `"reduceOptions"`} {
		if _, err := readDashboard([]byte(strings.Replace(text, key, `"typo"`, 1))); err == nil {
			t.Errorf("%s can be misspelt", key)
		}
	}
}
