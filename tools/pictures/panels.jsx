// Draws panels of the shipped dashboards with Grafana's own components, on what a Prometheus answers. The address says which:
// ?dashboard=tension-pair&panels=7,8&from=SECONDS&to=SECONDS&prometheus=URL&width=PIXELS&rows=ROWS, rows of Grafana's grid.
import React, { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { createTheme, createDataFrame, dateTime, FieldType, getDisplayProcessor, ThemeContext, ThresholdsMode } from '@grafana/data';
import { BigValue, GlobalStyles, PanelChrome, Table, TimeSeries } from '@grafana/ui';
import '@fontsource/inter/400.css';
import '@fontsource/inter/500.css';

const asked = new URLSearchParams(location.search);
const width = Number(asked.get('width'));
const range = { from: dateTime(Number(asked.get('from')) * 1000), to: dateTime(Number(asked.get('to')) * 1000) };
range.raw = range;
const theme = createTheme({ colors: { mode: 'dark' } });
const row = 38; // pixels of a row of Grafana's grid, with its gap
const gap = 8;

// query asks Prometheus and gives the series of its answer.
async function query(target) {
  const expr = target.expr
    .replaceAll('$job', '.+').replaceAll('$instance', '.+').replaceAll('$feed', '.+')
    .replaceAll('$pair', 'AZE-IRN').replaceAll('$__rate_interval', '1m');
  const seconds = range.to.valueOf() / 1000 - range.from.valueOf() / 1000;
  const step = Math.max(300, Math.ceil(seconds / 1500 / 300) * 300); // replayed values are five minutes apart
  const path = target.instant ? `query?time=${asked.get('to')}` : `query_range?start=${asked.get('from')}&end=${asked.get('to')}&step=${step}`;
  const answer = await fetch(`${asked.get('prometheus')}/api/v1/${path}&query=${encodeURIComponent(expr)}`);
  const { data, error } = await answer.json();
  if (error) {
    throw new Error(`${target.expr}: ${error}`);
  }
  return data.result.map((s) => ({ target, labels: s.metric, values: (s.values ?? [s.value]).map(([at, v]) => [at * 1000, Number(v)]) }));
}

function nameOf(series) {
  const legend = series.target.legendFormat.replaceAll('$pair', 'AZE-IRN');
  return legend.replaceAll(/{{(\w+)}}/g, (_, label) => series.labels[label] ?? '');
}

// settle gives a field its panel's settings, and those of the overrides that name it.
function settle(field, panel, index) {
  const { defaults, overrides } = panel.fieldConfig;
  const custom = {
    drawStyle: 'line', lineInterpolation: 'linear', lineWidth: 1, fillOpacity: 0, gradientMode: 'none', spanNulls: false, showPoints: 'never', pointSize: 5,
    axisPlacement: 'auto', axisColorMode: 'text', axisBorderShow: false, scaleDistribution: { type: 'linear' }, stacking: { mode: 'none', group: 'A' },
    hideFrom: { legend: false, tooltip: false, viz: false }, thresholdsStyle: { mode: 'off' }, insertNulls: false, ...structuredClone(defaults.custom ?? {}),
  };
  if (custom.stacking.mode === 'normal') {
    custom.stacking.group = 'A';
  }
  const config = { thresholds: { mode: ThresholdsMode.Absolute, steps: [{ value: -Infinity, color: 'green' }] }, color: { mode: 'palette-classic' }, ...structuredClone(defaults), custom };
  for (const o of overrides) {
    if (o.matcher.options === field.name) {
      for (const { id, value } of o.properties) {
        const [first, second] = id.split('.');
        (second ? config[first] : config)[second ?? first] = value;
      }
    }
  }
  config.thresholds.steps = config.thresholds.steps.map((s) => ({ ...s, value: s.value ?? -Infinity }));
  if (panel.type !== 'timeseries' && !defaults.color) {
    config.color = { mode: 'thresholds' };
  }
  config.displayName = field.name;
  const settled = { ...field, config, state: { displayName: field.name, seriesIndex: index } };
  settled.display = getDisplayProcessor({ field: settled, theme, timeZone: 'utc' });
  return settled;
}

// timeFrames are a frame a series, with a hole where Prometheus had no value.
function timeFrames(panel, all) {
  return all.map((s, i) => {
    const time = { name: 'Time', type: FieldType.time, config: {}, values: s.values.map((v) => v[0]) };
    const value = settle({ name: nameOf(s), type: FieldType.number, labels: s.labels, values: s.values.map((v) => v[1]) }, panel, i);
    return { refId: s.target.refId, length: s.values.length, fields: [time, value] };
  });
}

// tableFrame does what the panel's transformations say: merge, then organize.
function tableFrame(panel, all) {
  const { includeByName, indexByName, renameByName } = panel.transformations.find((t) => t.id === 'organize').options;
  const rows = new Map();
  for (const s of all) {
    const key = JSON.stringify(Object.entries(s.labels).sort());
    const value = panel.targets.length === 1 ? 'Value' : `Value #${s.target.refId}`;
    rows.set(key, { ...s.labels, ...rows.get(key), [value]: s.values.at(-1)[1] });
  }
  const names = Object.keys(includeByName).sort((a, b) => indexByName[a] - indexByName[b]);
  const fields = names.map((name, i) => {
    const values = [...rows.values()].map((r) => r[name]);
    const type = name.startsWith('Value') ? FieldType.number : FieldType.string;
    return settle({ name: renameByName[name] ?? name, type, values }, panel, i);
  });
  const frame = createDataFrame({ fields: fields.map(({ name, type, values, config }) => ({ name, type, values, config })) });
  frame.fields.forEach((f, i) => Object.assign(f, { display: fields[i].display, state: fields[i].state }));
  return frame;
}

function Stats({ panel, all, width, height }) {
  const { options } = panel;
  const of = all.length || 1;
  if (all.length === 0) {
    return <BigValue theme={theme} width={width} height={height} value={{ text: panel.fieldConfig.defaults.noValue ?? 'No data', numeric: NaN }} colorMode="value" graphMode="none" />;
  }
  return <div style={{ display: 'flex' }}>{all.map((s, i) => {
    const field = settle({ name: nameOf(s), type: FieldType.number, values: [s.values.at(-1)[1]] }, panel, i);
    const value = { ...field.display(s.values.at(-1)[1]), title: of > 1 ? nameOf(s) : '' };
    return <BigValue key={nameOf(s)} theme={theme} width={width / of} height={height} value={value} colorMode={options.colorMode} graphMode={options.graphMode}
      justifyMode="center" textMode={of > 1 ? 'value_and_name' : 'value'} />;
  })}</div>;
}

function Panel({ panel, all, width, height }) {
  switch (panel.type) {
    case 'stat':
      return <Stats panel={panel} all={all} width={width} height={height} />;
    case 'table':
      return <Table data={tableFrame(panel, all)} width={width} height={height} timeRange={range} />;
    default:
      return <TimeSeries frames={timeFrames(panel, all)} timeRange={range} timeZone="utc" width={width} height={height} legend={panel.options.legend} options={panel.options} />;
  }
}

function Board({ panels }) {
  const [answers, setAnswers] = useState();
  useEffect(() => {
    Promise.all(panels.map(async (p) => (await Promise.all(p.targets.map(query))).flat())).then(setAnswers, (e) => { document.title = `fault: ${e.message}`; });
  }, [panels]);
  useEffect(() => { if (answers) { setTimeout(() => { document.title = 'drawn'; }, 1500); } }, [answers]);
  if (!answers) {
    return null;
  }
  const top = Math.min(...panels.map((p) => p.gridPos.y));
  const rows = Number(asked.get('rows'));
  const column = (width - gap) / 24;
  return <div style={{ position: 'relative', width, height: rows * row + gap, background: theme.colors.background.canvas }}>{panels.map((p, i) => {
    const size = { width: p.gridPos.w * column - gap, height: Math.min(p.gridPos.h, rows) * row - gap };
    return <div key={p.id} style={{ position: 'absolute', left: gap + p.gridPos.x * column, top: gap + (p.gridPos.y - top) * row, ...size }}>
      <PanelChrome title={p.title} {...size}>{(w, h) => <Panel panel={p} all={answers[i]} width={w} height={h} />}</PanelChrome>
    </div>;
  })}</div>;
}

const dashboard = await (await fetch(`/dashboards/${asked.get('dashboard')}.json`)).json();
const wanted = asked.get('panels').split(',');
document.body.style.margin = 0;
createRoot(document.getElementById('root')).render(
  <ThemeContext.Provider value={theme}><GlobalStyles /><Board panels={dashboard.panels.filter((p) => wanted.includes(String(p.id)))} /></ThemeContext.Provider>,
);
