// The carrier's page: an area, a threshold, and what is covered of it; the same as a call of the API.

import { AttributionControl, Map as MapView, NavigationControl } from './vendor/maplibre-gl.mjs';
import * as api from './api.js';
import { figure } from './card-hotspot.js';
import { byId, h } from './dom.js';
import { ago, counted, measured, number, shortCell, words } from './format.js';
import { stops } from './ramp.js';
import { current } from './state.js';
import { nothing, style } from './style.js';
import { color, onTheme, theme } from './theme.js';

/**
 * @typedef {object} Answer
 * @property {number} epoch
 * @property {number} cells_total
 * @property {number} cells_covered
 * @property {number} share
 * @property {{newest_epoch: number, oldest_epoch: number, median_age_epochs: number} | null} freshness
 * @property {{cell: string, lat: number, lng: number, covered: boolean, because: string, median_rssi_dbm: number | null}[]} cells
 */

const PAUSE_MS = 300;
const GAPS_SHOWN = 60;
const PATH = '/api/v1/coverage/query';

/** @type {Record<string, string>} */
const BECAUSE = {
  unproven: 'nobody proved it',
  not_measured: 'covered, but nobody listened there',
  too_weak: 'too weak',
  too_few_hotspots: 'too few hotspots',
  too_old: 'proven too long ago',
};

const field = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (byId(id));
const area = /** @type {HTMLTextAreaElement} */ (byId('polygon'));

/** @type {MapView} */
let map;
/** Corners of the area being drawn; null when none is. @type {[number, number][] | null} */
let corners = null;
/** @type {Answer | null} */
let last = null;
let asked = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let pause;

start();

async function start() {
  const summary = await api.summary(null);
  const made = () => layered(style(summary, current(), stops('signal', theme(), 0), theme(), null));
  try {
    map = new MapView({ container: 'map', style: made(), center: [0, 25], zoom: 1.4, attributionControl: false, dragRotate: false, doubleClickZoom: false });
  } catch (error) {
    console.warn(error);
    return byId('hint').replaceChildren('This browser cannot draw the map: it needs WebGL 2. The API and ', h('a', { href: '/plain' }, 'the plain page'), ' work without.');
  }
  map.addControl(new NavigationControl({ showCompass: false }), 'top-right');
  map.addControl(new AttributionControl({ compact: false }), 'bottom-right');
  if (summary.bounds) {
    const [west, south, east, north] = summary.bounds;
    map.fitBounds([west, south, east < west ? east + 360 : east, north], { padding: free(30), duration: 0 });
  }
  map.on('idle', () => document.documentElement.setAttribute('data-map', 'idle'));
  map.on('click', corner);
  map.on('dblclick', finish);
  await map.once('style.load');
  onTheme(() => {
    map.setStyle(made());
    show(last);
    outline();
  });
  byId('view').addEventListener('click', takeView);
  byId('draw').addEventListener('click', draw);
  byId('query').addEventListener('submit', (event) => event.preventDefault());
  byId('query').addEventListener('input', soon);
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && corners) draw();
    if (event.key === 'Enter' && corners && event.target === map.getCanvas()) finish();
  });
  told();
}

/**
 * The map's own layers without hotspots and links, and on top the area and its cells.
 * @param {import('./vendor/maplibre-gl.mjs').StyleSpecification} style
 * @returns {import('./vendor/maplibre-gl.mjs').StyleSpecification}
 */
function layered({ sources: { basemap, grid, coverage, places }, layers, ...rest }) {
  const kept = layers.filter((layer) => 'source' in layer ? ['basemap', 'grid', 'coverage', 'places'].includes(String(layer.source)) : true);
  const empty = { type: /** @type {const} */ ('geojson'), data: nothing };
  /** @type {any} */
  const unproven = ['==', ['get', 'because'], 'unproven'];
  return {
    ...rest,
    sources: { ...(basemap && { basemap }), grid, coverage, places, area: empty, cells: empty },
    layers: [
      ...kept,
      { id: 'area', type: 'line', source: 'area', paint: { 'line-color': color('ink'), 'line-width': 2 } },
      { id: 'corners', type: 'circle', source: 'area', filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-radius': 5, 'circle-color': color('surface'), 'circle-stroke-color': color('ink'), 'circle-stroke-width': 2 } },
      {
        id: 'cells',
        type: 'circle',
        source: 'cells',
        paint: {
          // Covered: discs. Gaps that somebody proved, but not well enough: rings. Where nobody proved anything: dots.
          'circle-radius': ['interpolate', ['exponential', 2], ['zoom'], 8, ['case', unproven, 0.6, 1.4], 13, ['case', unproven, 3, 10]],
          'circle-color': ['case', ['==', ['get', 'because'], 'covered'], color('accent'), unproven, color('unproven'), color('surface')],
          'circle-stroke-color': ['case', ['==', ['get', 'because'], 'covered'], color('surface'), color('rejected')],
          'circle-stroke-width': ['case', unproven, 0, 1.8],
        },
      },
    ],
  };
}

/** @param {string} name @param {GeoJSON.GeoJSON} value */
function data(name, value) {
  /** @type {import('./vendor/maplibre-gl.mjs').GeoJSONSource | undefined} */ (map.getSource(name))?.setData(value);
}

/** What the panel leaves free of the map, less a margin: distances from its sides. @param {number} margin */
function free(margin) {
  const { right, top } = byId('panel').getBoundingClientRect();
  const below = right === innerWidth;
  return { top: margin, right: margin, bottom: margin + (below ? innerHeight - top : 0), left: margin + (below ? 0 : right) };
}

function takeView() {
  const { top, right, bottom, left } = free(12);
  const at = (/** @type {number} */ x, /** @type {number} */ y) => {
    const { lng, lat } = map.unproject([x, y]);
    return /** @type {[number, number]} */ ([Number(lng.toFixed(5)), Number(lat.toFixed(5))]);
  };
  const [east, south] = [innerWidth - right, innerHeight - bottom];
  set([at(left, south), at(east, south), at(east, top), at(left, top)]);
}

/** Starts to draw, or gives it up. */
function draw() {
  corners = corners ? null : [];
  byId('draw').setAttribute('aria-pressed', String(corners !== null));
  byId('draw').textContent = corners ? 'Stop drawing' : 'Draw an area';
  byId('hint').textContent = corners ? 'Click the corners on the map; double click to finish.' : 'Or paste GeoJSON:';
  map.getCanvas().style.cursor = corners ? 'crosshair' : '';
  outline();
}

/** @param {import('./vendor/maplibre-gl.mjs').MapMouseEvent} event */
function corner({ lngLat }) {
  if (!corners) return;
  const { lng, lat } = lngLat.wrap();
  const [before] = corners.slice(-1);
  const next = /** @type {[number, number]} */ ([Number(lng.toFixed(5)), Number(lat.toFixed(5))]);
  if (before && before[0] === next[0] && before[1] === next[1]) return;
  corners.push(next);
  outline();
}

function finish() {
  if (!corners || corners.length < 3) return;
  const drawn = corners;
  draw();
  set(drawn);
}

/** @param {[number, number][]} ring */
function set(ring) {
  area.value = JSON.stringify({ type: 'Polygon', coordinates: [[...ring, ring[0]]] });
  query();
}

/** Shows the area: the one being drawn, or the one in the text. */
function outline() {
  if (corners) {
    const points = corners.map((at) => ({ type: /** @type {const} */ ('Feature'), properties: {}, geometry: { type: /** @type {const} */ ('Point'), coordinates: at } }));
    const line = { type: /** @type {const} */ ('Feature'), properties: {}, geometry: { type: /** @type {const} */ ('LineString'), coordinates: corners } };
    return data('area', { type: 'FeatureCollection', features: corners.length > 1 ? [line, ...points] : points });
  }
  try {
    data('area', JSON.parse(area.value));
  } catch {
    data('area', nothing);
  }
}

function told() {
  byId('threshold-shown').textContent = measured(Number(field('threshold').value), 'dBm');
}

function soon() {
  told();
  clearTimeout(pause);
  pause = setTimeout(query, PAUSE_MS);
}

async function query() {
  const ticket = ++asked;
  outline();
  if (!area.value.trim()) return show(null);
  try {
    const body = question();
    const answer = await api.ask(PATH, {}, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    if (ticket === asked) show(answer);
  } catch (error) {
    if (ticket !== asked) return;
    show(null);
    byId('answer').replaceChildren(h('p', { class: 'notice' }, error instanceof Error ? error.message : String(error)));
  }
}

/** The query as it is sent. */
function question() {
  return JSON.stringify({
    polygon: JSON.parse(area.value),
    threshold_dbm: Number(field('threshold').value),
    min_hotspots: Number(field('hotspots').value),
    max_age_epochs: Number(field('age').value),
  });
}

/** @param {Answer | null} answer */
function show(answer) {
  last = answer;
  const cells = answer?.cells ?? [];
  data('cells', {
    type: 'FeatureCollection',
    features: cells.map(({ lng, lat, because }) => ({ type: 'Feature', properties: { because }, geometry: { type: 'Point', coordinates: [lng, lat] } })),
  });
  byId('answer').replaceChildren(...(answer ? shown(answer) : []));
}

/** @param {Answer} answer @returns {Node[]} */
function shown(answer) {
  const gaps = answer.cells.filter((cell) => !cell.covered);
  const bar = h('div', { class: 'share', 'aria-hidden': 'true' }, h('div'));
  /** @type {HTMLElement} */ (bar.firstElementChild).style.width = `${answer.share * 100}%`;
  return [
    h('section', { class: 'block' }, h('p', { class: 'big' }, h('strong', {}, `${number(answer.share * 100, 1)}\u202f%`), h('span', {}, `of ${counted(answer.cells_total, 'cell')} covered`)), bar),
    h(
      'div',
      { class: 'figures' },
      figure(number(answer.cells_covered), 'covered'),
      figure(number(gaps.length), gaps.length === 1 ? 'gap' : 'gaps'),
      figure(answer.freshness ? ago(answer.freshness.median_age_epochs) : 'none', 'median proof'),
    ),
    gaps.length > 0 && h('details', { class: 'key' }, h('summary', {}, 'Gaps'), reasons(gaps), table(gaps)),
    h('details', { class: 'key' }, h('summary', {}, 'The same by API'), h('pre', { tabindex: 0 }, curl()), h('p', { class: 'small' }, h('a', { href: '/api/v1/openapi.json' }, 'OpenAPI document'))),
  ].filter((node) => node instanceof Node);
}

/** @param {Answer['cells']} gaps */
function reasons(gaps) {
  const counts = new Map();
  for (const { because } of gaps) counts.set(because, (counts.get(because) ?? 0) + 1);
  return h('ul', {}, [...counts].map(([because, count]) => h('li', {}, `${number(count)} ${BECAUSE[because] ?? words(because)}`)));
}

/** @param {Answer['cells']} gaps */
const table = (gaps) =>
  h(
    'div',
    {},
    h(
      'table',
      { class: 'list' },
      h('caption', { class: 'hidden' }, 'Gaps'),
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Cell'), h('th', { scope: 'col', class: 'number' }, 'Median'), h('th', { scope: 'col', class: 'number' }, 'Because'))),
      h(
        'tbody',
        {},
        gaps.slice(0, GAPS_SHOWN).map((gap) =>
          h('tr', {}, h('th', { scope: 'row' }, h('code', {}, shortCell(gap.cell))), h('td', { class: 'number' }, gap.median_rssi_dbm === null ? '' : measured(gap.median_rssi_dbm, 'dBm')), h('td', { class: 'number' }, BECAUSE[gap.because] ?? words(gap.because))),
        ),
      ),
    ),
    gaps.length > GAPS_SHOWN && h('p', { class: 'small soft' }, `The first ${GAPS_SHOWN} of ${number(gaps.length)}; the API has them all.`),
  );

/** The query as a command line. */
function curl() {
  const body = question().replaceAll("'", "'\\''");
  return `curl ${location.origin}${PATH} \\\n  -H 'content-type: application/json' \\\n  -d '${body}'`;
}
