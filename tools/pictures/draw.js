// Draws the pictures in docs/pictures: panels of the shipped dashboards, by Grafana's own components in a headless Chromium, on what a real
// Prometheus holds. Two things are in it: a replay of the chronology that the tests use, and what it scraped from a daemon
// that reads made-up newspapers on this machine. Needs Go, prometheus, promtool and chromium. Run: npm install --legacy-peer-deps && npm run draw
import { execFile, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, preview } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));
const repository = join(here, '..', '..');
const boards = join(repository, 'deploy', 'grafana', 'dashboards');
const pictures = join(repository, 'docs', 'pictures');
const dir = mkdtempSync(join(tmpdir(), 'pictures-'));
const ports = { papers: 18080, monitor: 18061, prometheus: 18090, pages: 18070 };
const seconds = (date) => Date.parse(date) / 1000;

// The chronology, as the tests read it: each line is a headline that so many papers print.
const chronology = readFileSync(join(repository, 'internal', 'tension', 'testdata', 'chronology.tsv'), 'utf8').split('\n')
  .map((line) => line.split('\t')).filter((f) => Number(f[4]) > 0)
  .map(([date, , , , reports, title]) => ({ at: seconds(`${date}T12:00:00Z`), papers: Math.max(2, Number(reports)), title }));

// The week of April 2023, as if it ended now, on the front pages of newspapers that do not exist.
const week = chronology.filter((h) => h.at >= seconds('2023-03-31') && h.at < seconds('2023-04-07'));
const shift = Date.now() / 1000 - 6 * 3600 - week.at(-1).at;
const rest = ['Rain in the mountains', 'Chess: a draw', 'New metro line opens', 'Wheat harvest begins', 'Football: three goals in the last minutes', 'A library for the old town'];
const papers = { 'morning-post': '', 'baku-daily': 'AZ', 'caspian-wire': '', 'tehran-gazette': 'IR', 'evening-paper': '', 'silk-road-review': '', 'border-times': '', 'old-mail': '' };

const opened = Date.now() / 1000;

function frontPage(slug) {
  const place = Object.keys(papers).indexOf(slug);
  const items = week.filter((h) => place < h.papers + 2).map((h) => [h.title, h.at + shift + place * 900]);
  const printed = 1 + Math.floor((Date.now() / 1000 - opened + 3 * place) / 9); // now and then another
  rest.slice(0, printed).forEach((title, i) => items.push([title, opened + 9 * i - 3 * place - 60]));
  return `<rss version="2.0"><channel><title>${slug}</title>${items.map(([title, at], i) =>
    `<item><title>${title}</title><link>https://${slug}.example/news/${i}</link><pubDate>${new Date(at * 1000).toUTCString()}</pubDate></item>`).join('')}</channel></rss>`;
}

const press = createServer((request, answer) => {
  const slug = request.url.slice(1);
  if (slug === 'border-times') {
    answer.writeHead(404).end();
  } else if (slug === 'old-mail') {
    answer.end('<html><title>We have moved</title></html>');
  } else {
    answer.setHeader('Content-Type', 'application/rss+xml').end(frontPage(slug));
  }
}).listen(ports.papers, '127.0.0.1');

const started = [];
function start(program, ...args) {
  started.push(spawn(program, args, { cwd: dir, stdio: 'ignore' }));
}

function write(name, text) {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
}

// history makes blocks of the months of the crisis.
function history(monitor) {
  const archive = write('archive.jsonl', chronology.flatMap((h) => Array.from({ length: h.papers }, (_, i) =>
    JSON.stringify({ title: h.title, outlet: `paper ${i}`, published: new Date(h.at * 1000).toISOString() }))).join('\n'));
  const series = execFileSync(monitor, ['replay', '--format=openmetrics', '--step=5m', '--from=2022-10-15', '--to=2023-07-01', '--label=job=tension-monitor',
    '--label=instance=monitor:10061', archive], { maxBuffer: 1 << 30 });
  execFileSync('promtool', ['tsdb', 'create-blocks-from', '--max-block-duration=8760h', 'openmetrics', write('history.txt', series), join(dir, 'data')]);
}

function daemon(monitor) {
  const feeds = Object.entries(papers).map(([slug, bloc]) => `  - {slug: ${slug}, url: "http://127.0.0.1:${ports.papers}/${slug}", bloc: "${bloc}", language: en, interval: 5s}`);
  const config = write('monitor.yaml', `feeds_files: []\nfetch: {allow_networks: ["127.0.0.0/8"]}\nstore: {url: "sqlite:${dir}/monitor.db"}\nfeeds:\n${feeds.join('\n')}\n`);
  start(monitor, 'run', `--config.file=${config}`, `--web.listen-address=127.0.0.1:${ports.monitor}`);
}

function prometheus() {
  const config = write('prometheus.yml', `global: {scrape_interval: 1s}\nscrape_configs: [{job_name: tension-monitor, static_configs: [{targets: ["127.0.0.1:${ports.monitor}"]}]}]\n`);
  start('prometheus', `--config.file=${config}`, `--storage.tsdb.path=${join(dir, 'data')}`, '--storage.tsdb.retention.time=100y', `--web.listen-address=127.0.0.1:${ports.prometheus}`);
}

// draw draws panels of a dashboard, as they stood at the end of a span of time; rows is how many rows of Grafana's grid to draw
// where a panel has room for more than there is.
function draw(file, { dashboard, panels, from, to, width = 1000, rows }) {
  const of = JSON.parse(readFileSync(join(boards, `${dashboard}.json`), 'utf8')).panels.filter((p) => panels.includes(p.id)).map((p) => p.gridPos);
  const high = rows ?? Math.max(...of.map((g) => g.y + g.h)) - Math.min(...of.map((g) => g.y));
  const query = new URLSearchParams({ dashboard, panels, from, to, width, rows: high, prometheus: `http://127.0.0.1:${ports.prometheus}` });
  return shoot(file, `http://127.0.0.1:${ports.pages}/?${query}`, width, high * 38 + 8);
}

// shoot leaves this process free meanwhile: it serves the pages.
function shoot(file, url, width, height) {
  return promisify(execFile)('chromium', ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', `--window-size=${width},${height}`, '--virtual-time-budget=15000',
    `--screenshot=${join(pictures, file)}`, url], { timeout: 60_000 });
}

try {
  const monitor = join(dir, 'monitor');
  execFileSync('go', ['build', '-C', repository, '-o', monitor, './cmd/monitor']);
  history(monitor);
  prometheus();
  daemon(monitor);
  const began = Date.now();
  await build({ root: here, logLevel: 'error', build: { outDir: join(dir, 'pages'), target: 'esnext', chunkSizeWarningLimit: 1e5 } });
  cpSync(boards, join(dir, 'pages', 'dashboards'), { recursive: true });
  const pages = await preview({ root: here, logLevel: 'error', build: { outDir: join(dir, 'pages') }, preview: { port: ports.pages, host: '127.0.0.1', strictPort: true } });
  mkdirSync(pictures, { recursive: true });
  await draw('history.png', { dashboard: 'tension-pair', panels: [7, 8], from: seconds('2022-11-01'), to: seconds('2023-06-20') });
  await wait(Math.max(0, 60_000 - (Date.now() - began))); // for the daemon to have looked at each feed more than once
  const now = Math.floor(Date.now() / 1000);
  await draw('feeds.png', { dashboard: 'tension-feeds', panels: [4], from: now - 60, to: now, width: 1200, rows: 10 });
  await pages.close();
} finally {
  started.forEach((p) => p.kill());
  press.close();
  rmSync(dir, { recursive: true, force: true });
}
