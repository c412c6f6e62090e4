package main

import (
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/statetimeline"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// tag marks our dashboards; each has links to all that carry it.
const tag = "tension"

func datasource() common.DataSourceRef {
	return common.DataSourceRef{Type: cog.ToPtr("prometheus"), Uid: cog.ToPtr("${datasource}")}
}

// newDashboard has what all dashboards share.
func newDashboard(uid, title, description, from string) *dashboard.DashboardBuilder {
	return dashboard.NewDashboardBuilder(title).
		Uid(uid).Description(description).Tags([]string{tag}).Readonly().Tooltip(dashboard.DashboardCursorSyncCrosshair).
		Time(from, "now").Timezone("browser").Refresh("1m").
		Link(dashboard.NewDashboardLinkBuilder("Tension").Type(dashboard.DashboardLinkTypeDashboards).Tags([]string{tag}).KeepTime(true).IncludeVars(true)).
		WithVariable(dashboard.NewDatasourceVariableBuilder("datasource").Label("Data source").Type("prometheus")).
		WithVariable(variable("job", "Job", `label_values(tension_build_info, job)`).Multi(true).IncludeAll(true).AllValue(".+").Current(all())).
		WithVariable(variable("instance", "Instance", `label_values(tension_build_info{job=~"$job"}, instance)`).Multi(true).IncludeAll(true).AllValue(".+").Current(all()))
}

func variable(name, label, query string) *dashboard.QueryVariableBuilder {
	return dashboard.NewQueryVariableBuilder(name).Label(label).Datasource(datasource()).
		Query(dashboard.StringOrMap{String: &query}).Refresh(dashboard.VariableRefreshOnTimeRangeChanged).Sort(dashboard.VariableSortAlphabeticalAsc)
}

func all() dashboard.VariableOption {
	var text, value dashboard.StringOrArrayOfString
	text.String, value.String = cog.ToPtr("All"), cog.ToPtr("$__all")
	return dashboard.VariableOption{Selected: cog.ToPtr(true), Text: text, Value: value}
}

// expr writes out the matchers that every query has: "@" in braces stands for them.
func expr(short string) string {
	return strings.NewReplacer("{@", `{job=~"$job", instance=~"$instance"`).Replace(short)
}

// over is a query over the time that is shown.
func over(query, legend string) *prometheus.DataqueryBuilder {
	return prometheus.NewDataqueryBuilder().Expr(expr(query)).LegendFormat(legend).Range().Datasource(datasource())
}

// now is a query for how things stand at its end.
func now(query, legend string) *prometheus.DataqueryBuilder {
	return prometheus.NewDataqueryBuilder().Expr(expr(query)).LegendFormat(legend).Instant().Datasource(datasource())
}

// rows is a query for a table.
func rows(query string) *prometheus.DataqueryBuilder {
	return now(query, "").Format(prometheus.PromQueryFormatTable)
}

// targets names queries A, B, …, as Grafana refers to them.
func targets(queries []*prometheus.DataqueryBuilder) []cog.Builder[variants.Dataquery] {
	list := make([]cog.Builder[variants.Dataquery], len(queries))
	for i, q := range queries {
		list[i] = q.RefId(string(rune('A' + i)))
	}
	return list
}

func number(title, description, unit string, queries ...*prometheus.DataqueryBuilder) *stat.PanelBuilder {
	return stat.NewPanelBuilder().Title(title).Description(description).Unit(unit).Datasource(datasource()).
		Height(4).Span(4).Targets(targets(queries)).
		ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"})).
		Thresholds(steps(dashboard.Threshold{Color: "text"})).
		Orientation(common.VizOrientationAuto).ColorMode(common.BigValueColorModeValue).GraphMode(common.BigValueGraphModeNone)
}

func lines(title, description, unit string, queries ...*prometheus.DataqueryBuilder) *timeseries.PanelBuilder {
	return timeseries.NewPanelBuilder().Title(title).Description(description).Unit(unit).Datasource(datasource()).
		Height(9).Span(12).Targets(targets(queries)).
		LineWidth(2).FillOpacity(5).ShowPoints(common.VisibilityModeNever).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending)).
		Legend(common.NewVizLegendOptionsBuilder().DisplayMode(common.LegendDisplayModeList).Placement(common.LegendPlacementBottom).ShowLegend(true))
}

func stacked(p *timeseries.PanelBuilder) *timeseries.PanelBuilder {
	return p.Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal)).FillOpacity(60).LineWidth(1)
}

func bars(p *timeseries.PanelBuilder) *timeseries.PanelBuilder {
	return stacked(p).DrawStyle(common.GraphDrawStyleBars)
}

func list(title, description, unit string, queries ...*prometheus.DataqueryBuilder) *table.PanelBuilder {
	return table.NewPanelBuilder().Title(title).Description(description).Unit(unit).Datasource(datasource()).
		Height(9).Span(12).Targets(targets(queries)).
		Footer(common.NewTableFooterOptionsBuilder().Show(false).Reducer([]string{"sum"})) // the schema asks for one
}

func states(title, description string, queries ...*prometheus.DataqueryBuilder) *statetimeline.PanelBuilder {
	return statetimeline.NewPanelBuilder().Title(title).Description(description).Unit("none").Datasource(datasource()).
		Height(6).Span(24).Targets(targets(queries)).MergeValues(true).FillOpacity(80).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeSingle).Sort(common.SortOrderNone)).
		ColorScheme(dashboard.NewFieldColorBuilder().Mode(dashboard.FieldColorModeIdThresholds)).
		Legend(common.NewVizLegendOptionsBuilder().DisplayMode(common.LegendDisplayModeList).Placement(common.LegendPlacementBottom).ShowLegend(false))
}

func steps(list ...dashboard.Threshold) *dashboard.ThresholdsConfigBuilder {
	return dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps(list)
}

// above colours a value from a limit on.
func above(limit float64, below, color string) *dashboard.ThresholdsConfigBuilder {
	return steps(dashboard.Threshold{Color: below}, dashboard.Threshold{Value: &limit, Color: color})
}

// words shows numbers that stand for states, in order from 0, as words with colours.
func words(pairs ...[2]string) []dashboard.ValueMapping {
	options := make(map[string]dashboard.ValueMappingResult)
	for i, p := range pairs {
		options[string(rune('0'+i))] = dashboard.ValueMappingResult{Text: cog.ToPtr(p[0]), Color: cog.ToPtr(p[1]), Index: cog.ToPtr(int32(i))}
	}
	return []dashboard.ValueMapping{{ValueMap: &dashboard.ValueMap{Type: dashboard.MappingTypeValueToText, Options: options}}}
}

// levels are the numbers of tension_level. Where a level begins is not here: the daemon says so.
func levels() []dashboard.ValueMapping {
	return words([2]string{"calm", "green"}, [2]string{"watch", "blue"}, [2]string{"elevated", "yellow"}, [2]string{"high", "orange"}, [2]string{"critical", "red"})
}

func yesNo(no, yes string) []dashboard.ValueMapping {
	return words([2]string{no, "red"}, [2]string{yes, "green"})
}

// property is one setting of a field that differs from its panel's.
func property(id string, value any) dashboard.DynamicConfigValue {
	return dashboard.DynamicConfigValue{Id: id, Value: value}
}

// columns orders and names a table's columns, after its queries are joined; what is not named is hidden.
func columns(names ...[2]string) []dashboard.DataTransformerConfig {
	rename, order, keep := make(map[string]string), make(map[string]int), make(map[string]bool)
	for i, n := range names {
		rename[n[0]], order[n[0]], keep[n[0]] = n[1], i, true
	}
	return []dashboard.DataTransformerConfig{
		{Id: "merge", Options: map[string]any{}},
		{Id: "organize", Options: map[string]any{"renameByName": rename, "indexByName": order, "includeByName": keep}},
	}
}
