// The map: made once, then told what changed. Everything that can be seen here is also in the panel's lists.

import { AttributionControl, Map as MapView, Marker, NavigationControl, ScaleControl } from './vendor/maplibre-gl.mjs';
import { byId, h, svg } from './dom.js';
import { ago, ear, measured, counted } from './format.js';
import { icon, LOOKS } from './icons.js';
import { stops } from './ramp.js';
import { change, current, onChange } from './state.js';
import * as styles from './style.js';
import { color, onTheme, theme } from './theme.js';

/** @typedef {import('./api.js').Summary} Summary */
/** @typedef {import('./api.js').CellCard} CellCard */
/** @typedef {{lng: number, lat: number}} Place */

const VERDICTS = ['accepted', 'rejected', 'unproven'];
const PULSE_MS = 2400;
const STREETS_ZOOM = 11;
const NARROW = matchMedia('(max-width: 759px)');
const STILL = matchMedia('(prefers-reduced-motion: reduce)');

/** @type {MapView} */
let map;
/** @type {Summary} */
let summary;
/** Whose links stand out. @type {import('./style.js').Chosen | null} */
let chosen = null;
/** The selected cell. @type {CellCard | null} */
let outlined = null;

/** Done when the style is loaded; tiles may still be on their way. @param {Summary} first */
export async function makeMap(first) {
  summary = first;
  const { camera } = current();
  map = new MapView({
    container: 'map',
    style: style(),
    ...(camera ? { center: [camera.lng, camera.lat], zoom: camera.zoom } : { center: [0, 25], zoom: 1.4 }),
    minZoom: 0.8,
    maxZoom: 17,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: STILL.matches ? 0 : 200,
    locale: { 'Map.Title': 'Map of cells, links and hotspots; the panel lists the same' },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), 'top-right');
  map.addControl(new AttributionControl({ compact: false }), 'bottom-right');
  map.addControl(new ScaleControl({ maxWidth: 120 }), 'bottom-right');
  map.setMissingStyleImageResolver(addIcon);
  map.on('moveend', remember);
  map.on('zoom', tellStreets);
  map.on('idle', () => document.documentElement.setAttribute('data-map', 'idle'));
  map.on('movestart', () => document.documentElement.setAttribute('data-map', 'moving'));
  map.on('error', ({ error }) => console.error(error));
  map.on('mousemove', point);
  map.on('mouseout', leave);
  map.on('click', pick);
  await map.once('style.load');
  onChange(restyle);
  onTheme(() => {
    map.setStyle(style());
    data('selection', outlined ? outline(outlined) : styles.nothing);
  });
  if (!camera) showAll(0);
  tellStreets();
}

const scale = () => stops(current().metric, theme(), Number(summary.extremes?.reward ?? 0));
const style = () => styles.style(summary, current(), scale(), theme(), chosen);

/** Icons are made when the style first asks for them, one set a theme. @param {string} id */
function addIcon(id) {
  const look = LOOKS.find((look) => id === `${theme()}-${look}`);
  if (!look || map.hasImage(id)) return;
  const colors = { ink: color('ink'), paper: color('surface'), rejected: color('rejected'), soft: color('ink-soft') };
  const { data, pixelRatio } = icon(look, colors);
  map.addImage(id, data, { pixelRatio });
}

/** Where the panel covers the map. */
function padding() {
  const panel = byId('panel').getBoundingClientRect();
  if (NARROW.matches) return { top: 24, left: 24, right: 24, bottom: Math.min(panel.height, innerHeight * 0.55) + 16 };
  return { top: 40, left: panel.right + 40, right: 64, bottom: 56 };
}

/** Shows every hotspot. @param {number} [duration] milliseconds */
export function showAll(duration = 600) {
  if (!summary.bounds) return;
  const [west, south, east, north] = summary.bounds;
  map.fitBounds([west, south, east < west ? east + 360 : east, north], { padding: padding(), maxZoom: 13.5, duration });
}

/** Brings a place to the middle of what the panel leaves free. @param {Place} place */
export function showPlace(place) {
  const { top, right, bottom, left } = padding();
  const offset = /** @type {[number, number]} */ ([(left - right) / 2, (top - bottom) / 2]);
  map.easeTo({ center: [place.lng, place.lat], offset, zoom: Math.max(map.getZoom(), 11.5), duration: 500 });
}

/** Another snapshot: the tiles change in place, the old ones stay until the new ones are there. @param {Summary} next */
export function showSummary(next) {
  const rewards = summary.extremes?.reward !== next.extremes?.reward;
  summary = next;
  for (const name of ['coverage', 'hotspots', 'links']) {
    const source = /** @type {import('./vendor/maplibre-gl.mjs').VectorTileSource | undefined} */ (map.getSource(name));
    source?.setTiles([styles.absolute(next.tiles[name])]);
  }
  if (rewards && current().metric === 'rewards') recolor();
}

function recolor() {
  const state = current();
  map.setFilter('cell', styles.filled(state));
  map.setFilter('cell-empty', ['!', styles.filled(state)]);
  map.setPaintProperty('cell', 'fill-color', styles.cellColor(state, scale()));
}

/** @param {import('./state.js').State} state @param {Set<string>} changed */
function restyle(state, changed) {
  if (changed.has('metric')) recolor();
  if (changed.has('only')) {
    map.setFilter('hotspot', styles.hotspotFilter(state));
    for (const verdict of VERDICTS) map.setFilter(`link-${verdict}`, styles.linkFilter(state, verdict));
  }
  if (changed.has('selection') && !state.selection) select(null, null);
}

/**
 * Marks what is selected: a hotspot by its links, a cell by its outline and by the links that were heard in it.
 * @param {import('./style.js').Chosen | null} whose
 * @param {CellCard | null} cell
 */
export function select(whose, cell) {
  chosen = whose;
  outlined = cell;
  for (const verdict of VERDICTS) {
    map.setPaintProperty(`link-${verdict}`, 'line-opacity', styles.linkOpacity(chosen, styles.LINK_OPACITY[verdict]));
  }
  map.setLayoutProperty('hotspot', 'icon-size', styles.hotspotSize(chosen));
  data('selection', outlined ? outline(outlined) : styles.nothing);
}

/** @param {string} source @param {GeoJSON.GeoJSON} value */
function data(source, value) {
  /** @type {import('./vendor/maplibre-gl.mjs').GeoJSONSource | undefined} */ (map.getSource(source))?.setData(value);
}

/** @param {CellCard} cell @returns {GeoJSON.Feature} */
function outline({ boundary, lng }) {
  const near = boundary.map(([x, y]) => [x - Math.round((x - lng) / 360) * 360, y]);
  return { type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: [...near, near[0]] } };
}

/** A ring spreads from a place: its beacon is on the air. @param {Place} place */
export function pulse({ lng, lat }) {
  const ring = () => svg('circle', { cx: 50, cy: 50, r: 48 });
  const element = h('div', { class: 'pulse' }, svg('svg', { viewBox: '0 0 100 100' }, ring(), ring()));
  const marker = new Marker({ element }).setLngLat([lng, lat]).addTo(map);
  // A marker says that it is a button with a name; this one is only light.
  for (const name of ['role', 'aria-label', 'tabindex']) element.removeAttribute(name);
  element.setAttribute('aria-hidden', 'true');
  setTimeout(() => marker.remove(), PULSE_MS);
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let fading;

/** Lines light up from a beacon to those who heard it. @param {Place} from @param {Place[]} witnesses */
export function flash(from, witnesses) {
  const lines = witnesses.map((to) => ({
    type: /** @type {const} */ ('Feature'),
    properties: {},
    geometry: { type: /** @type {const} */ ('LineString'), coordinates: [[from.lng, from.lat], [to.lng, to.lat]] },
  }));
  data('live', { type: 'FeatureCollection', features: lines });
  map.setPaintProperty('live', 'line-opacity', 0.75);
  clearTimeout(fading);
  fading = setTimeout(() => map.setPaintProperty('live', 'line-opacity', 0), 1500);
}

/** The h3 index of a feature: 2^59, resolution and feature id. @param {{id?: string | number, properties: any}} feature */
export function indexOf({ id, properties }) {
  return ((1n << 59n) | (BigInt(properties.res) << 52n) | BigInt(id ?? 0)).toString(16);
}

/** @param {import('./vendor/maplibre-gl.mjs').Point} at */
function featureAt(at) {
  const layers = styles.POINTABLE.concat('cell-empty').filter((layer) => map.getLayer(layer));
  const box = /** @type {[[number, number], [number, number]]} */ ([[at.x - 5, at.y - 5], [at.x + 5, at.y + 5]]);
  const near = map.queryRenderedFeatures(box, { layers: layers.filter((layer) => !layer.startsWith('cell')) });
  return near[0] ?? map.queryRenderedFeatures(at, { layers: layers.filter((layer) => layer.startsWith('cell')) })[0];
}

/** @param {import('./vendor/maplibre-gl.mjs').MapMouseEvent} event */
function pick({ point: at, lngLat }) {
  const feature = featureAt(at);
  if (!feature) return change({ selection: null });
  if (feature.layer.id === 'group') return map.easeTo({ center: lngLat, zoom: Math.max(styles.SINGLE_ZOOM + 0.5, map.getZoom() + 2) });
  if (feature.layer.id === 'hotspot') return change({ selection: { kind: 'hotspot', id: feature.properties.key } });
  change({ selection: { kind: 'cell', id: indexOf(feature) } });
}

/** @param {import('./vendor/maplibre-gl.mjs').MapMouseEvent} event */
function point({ point: at }) {
  const feature = featureAt(at);
  const hover = byId('hover');
  map.getCanvas().style.cursor = feature ? 'pointer' : '';
  hover.hidden = !feature;
  if (!feature) return;
  hover.replaceChildren(...told(feature));
  const { width, height } = hover.getBoundingClientRect();
  const left = Math.min(at.x + 14, innerWidth - width - 8);
  const top = at.y + 18 + height > innerHeight ? at.y - height - 12 : at.y + 18;
  hover.style.transform = `translate(${left}px, ${top}px)`;
}

function leave() {
  byId('hover').hidden = true;
}

/** Two lines about a feature. @param {import('./vendor/maplibre-gl.mjs').MapGeoJSONFeature} feature */
function told({ layer, properties }) {
  if (layer.id === 'hotspot') return [h('strong', {}, properties.name), h('span', {}, `place ${properties.standing}`)];
  if (layer.id === 'group') return [h('strong', {}, counted(properties.count, 'hotspot')), h('span', {}, `${properties.disproven} with a disproven place`)];
  const value = {
    signal: properties.rssi === undefined ? 'covered, not measured' : `${measured(properties.rssi, 'dBm')} median`,
    hotspots: counted(properties.hotspots, 'hotspot'),
    rewards: `${ear(String(properties.reward))} EAR`,
  }[current().metric];
  const part = properties.share < 100 ? `${properties.share} % of its cells, ` : '';
  return [h('strong', {}, value), h('span', {}, `${part}proven ${ago(properties.age)}`)];
}

function remember() {
  const { lng, lat } = map.getCenter().wrap();
  change({ camera: { zoom: map.getZoom(), lat, lng } });
}

function tellStreets() {
  byId('streets').hidden = map.getZoom() < STREETS_ZOOM;
}
