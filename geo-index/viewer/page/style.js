// The map's style, made anew for each theme: which layer is drawn how, bottom to top.
//
//   water, land, cell outlines, covered cells, coasts, borders, links, live links, hotspots, names, selection

import { CELL_OPACITY } from './ramp.js';
import { color } from './theme.js';

/** @typedef {import('./api.js').Summary} Summary */
/** @typedef {import('./state.js').State} State */
/** @typedef {import('./ramp.js').Stops} Stops */
/** @typedef {import('./vendor/maplibre-gl.mjs').StyleSpecification} StyleSpecification */
/** @typedef {import('./vendor/maplibre-gl.mjs').LayerSpecification} LayerSpecification */

/** Text is drawn in the browser from this typeface; no glyphs are fetched. */
const FONT = ['Inter'];
/** Below this zoom hotspots come as groups. */
export const SINGLE_ZOOM = 9;
const VERDICTS = /** @type {const} */ (['unproven', 'accepted', 'rejected']);
/** @type {Record<typeof VERDICTS[number], number[] | null>} */
const DASHES = { accepted: null, rejected: [2.5, 1.8], unproven: [0.1, 2.4] };

/** Layers that can be pointed at, topmost first. */
export const POINTABLE = ['hotspot', 'group', 'cell'];

/** Hotspots by number, and at which end of a link they count. @typedef {{numbers: number[], ends: ('beaconer' | 'witness')[]}} Chosen */

/** @param {string} template */
export const absolute = (template) => location.origin + template;

/**
 * @param {Summary} summary
 * @param {Readonly<State>} state
 * @param {Stops} stops
 * @param {string} theme
 * @param {Chosen | null} chosen whose links stand out
 * @returns {StyleSpecification}
 */
export function style(summary, state, stops, theme, chosen) {
  const { tiles } = summary;
  /** @param {string} name @param {number} minzoom @param {number} maxzoom */
  const source = (name, minzoom, maxzoom) => ({
    type: /** @type {const} */ ('vector'),
    tiles: [absolute(tiles[name])],
    minzoom,
    maxzoom,
  });
  const empty = { type: /** @type {const} */ ('geojson'), data: nothing };
  return {
    version: 8,
    sources: {
      ...(tiles.basemap && { basemap: { ...source('basemap', 0, 8), attribution: 'Natural Earth' } }),
      grid: source('grid', 11, 13),
      coverage: source('coverage', 0, 13),
      links: source('links', 7, 13),
      hotspots: source('hotspots', 0, 13),
      places: { type: 'geojson', data: places(summary) },
      live: empty,
      selection: empty,
    },
    layers: [
      { id: 'water', type: 'background', paint: { 'background-color': color('water') } },
      ...(tiles.basemap ? land() : []),
      grid(),
      ...cells(state, stops, theme),
      ...(tiles.basemap ? shores() : []),
      ...links(state, chosen),
      live(),
      ...(tiles.basemap ? [countries()] : []),
      placeNames(),
      ...hotspots(state, theme, chosen),
      selection(),
    ],
  };
}

/** @type {GeoJSON.FeatureCollection} */
export const nothing = { type: 'FeatureCollection', features: [] };

/** @param {Summary} summary @returns {GeoJSON.FeatureCollection} */
function places(summary) {
  return {
    type: 'FeatureCollection',
    features: summary.places.map(({ name, lat, lng }) => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [lng, lat] },
      properties: { name },
    })),
  };
}

/** @returns {LayerSpecification[]} */
const land = () => [
  { id: 'land', type: 'fill', source: 'basemap', 'source-layer': 'land', paint: { 'fill-color': color('land'), 'fill-antialias': false } },
];

/** @returns {LayerSpecification} */
const grid = () => ({
  id: 'grid',
  type: 'line',
  source: 'grid',
  'source-layer': 'grid',
  minzoom: 11,
  paint: {
    'line-color': color('line-strong'),
    'line-width': 0.5,
    'line-opacity': ['interpolate', ['linear'], ['zoom'], 11, 0.14, 13, 0.32],
  },
});

/**
 * A metric's value in a tile; cells without one are told apart by `measuredOnly`.
 * @param {State['metric']} metric
 */
const value = (metric) => ['get', { signal: 'rssi', hotspots: 'hotspots', rewards: 'reward' }[metric]];

/** Fresh and whole cells are opaque; old ones and parents with gaps fade. @returns {any} */
const cellOpacity = () => [
  '*',
  CELL_OPACITY,
  ['step', ['get', 'age'], 1, 1, 0.75, 4, 0.55, 16, 0.35],
  ['interpolate', ['linear'], ['get', 'share'], 0, 0.3, 100, 1],
];

/** @param {Readonly<State>} state @param {Stops} stops @returns {any} */
export function cellColor(state, stops) {
  const scale = stops.flatMap((stop) => [stop.value, stop.color]);
  return ['interpolate', ['linear'], value(state.metric), ...scale];
}

/** Only cells that have the metric are filled. @param {Readonly<State>} state @returns {any} */
export const filled = (state) => (state.metric === 'signal' ? ['has', 'rssi'] : true);

/** @param {Readonly<State>} state @param {Stops} stops @param {string} theme @returns {LayerSpecification[]} */
const cells = (state, stops, theme) => [
  {
    id: 'cell',
    type: 'fill',
    source: 'coverage',
    'source-layer': 'coverage',
    filter: filled(state),
    paint: { 'fill-color': cellColor(state, stops), 'fill-opacity': cellOpacity(), 'fill-antialias': false },
  },
  {
    id: 'cell-empty',
    type: 'fill',
    source: 'coverage',
    'source-layer': 'coverage',
    filter: ['!', filled(state)],
    paint: { 'fill-color': color('ink'), 'fill-opacity': 0.06, 'fill-antialias': false },
  },
  {
    id: 'cell-edge',
    type: 'line',
    source: 'coverage',
    'source-layer': 'coverage',
    paint: {
      'line-color': theme === 'dark' ? 'rgba(255,255,255,0.55)' : 'rgba(23,32,29,0.5)',
      'line-width': ['interpolate', ['linear'], ['zoom'], 6, 0.3, 10, 0.6, 14, 1.1],
      'line-opacity': ['interpolate', ['linear'], ['zoom'], 5, 0, 9, 0.7],
    },
  },
];

/** @returns {LayerSpecification[]} */
const shores = () => [
  {
    id: 'coast',
    type: 'line',
    source: 'basemap',
    'source-layer': 'coast',
    paint: { 'line-color': color('line-strong'), 'line-width': ['interpolate', ['linear'], ['zoom'], 0, 0.4, 8, 1], 'line-opacity': 0.8 },
  },
  {
    id: 'border',
    type: 'line',
    source: 'basemap',
    'source-layer': 'border',
    paint: { 'line-color': color('line-strong'), 'line-width': ['interpolate', ['linear'], ['zoom'], 0, 0.3, 8, 0.9], 'line-opacity': 0.6, 'line-dasharray': [4, 2] },
  },
];

/** Which links the filter shows. @param {Readonly<State>} state @param {string} verdict @returns {any} */
export function linkFilter(state, verdict) {
  const wanted = { all: true, verified: verdict === 'accepted', excluded: verdict !== 'accepted' }[state.only];
  return ['all', ['==', ['get', 'verdict'], verdict], wanted];
}

/** With something selected, its links stand out and the others step back. @param {Chosen | null} chosen @param {number} opacity @returns {any} */
export function linkOpacity(chosen, opacity) {
  const zoomed = /** @param {any} full */ (full) => ['interpolate', ['linear'], ['zoom'], SINGLE_ZOOM, ['*', 0.4, full], 11, full];
  if (chosen === null) return zoomed(['literal', opacity]);
  const own = ['any', ...chosen.ends.map((end) => ['in', ['get', end], ['literal', chosen.numbers]])];
  return zoomed(['case', own, 1, 0.07]);
}

/** @type {Record<string, number>} */
export const LINK_OPACITY = { unproven: 0.5, accepted: 0.3, rejected: 0.85 };

/** @param {Readonly<State>} state @param {Chosen | null} chosen @returns {LayerSpecification[]} */
const links = (state, chosen) =>
  VERDICTS.map((verdict) => ({
    id: `link-${verdict}`,
    type: 'line',
    source: 'links',
    'source-layer': 'links',
    minzoom: SINGLE_ZOOM,
    filter: linkFilter(state, verdict),
    layout: { 'line-cap': verdict === 'unproven' ? 'round' : 'butt' },
    paint: {
      'line-color': color(verdict),
      'line-width': ['interpolate', ['linear'], ['zoom'], 8, 0.5, 12, verdict === 'accepted' ? 1.1 : 1.4, 15, 2.2],
      // The two directions of a pair run side by side.
      'line-offset': ['interpolate', ['linear'], ['zoom'], 8, 0.4, 13, 1.6],
      'line-opacity': linkOpacity(chosen, LINK_OPACITY[verdict]),
      ...(DASHES[verdict] && { 'line-dasharray': DASHES[verdict] }),
    },
  }));

/** @returns {LayerSpecification} */
const live = () => ({
  id: 'live',
  type: 'line',
  source: 'live',
  paint: {
    'line-color': color('accent'),
    'line-width': 1.8,
    'line-opacity': 0,
    'line-opacity-transition': { duration: 900, delay: 0 },
  },
});

/** @returns {LayerSpecification} */
const countries = () => ({
  id: 'country',
  type: 'symbol',
  source: 'basemap',
  'source-layer': 'country',
  maxzoom: 8,
  layout: {
    'text-field': ['get', 'name'],
    'text-font': FONT,
    'text-size': ['interpolate', ['linear'], ['zoom'], 1, 10, 6, 14],
    'text-max-width': 7,
    'text-letter-spacing': 0.04,
    'symbol-sort-key': ['get', 'rank'],
  },
  paint: { 'text-color': color('ink-soft'), 'text-halo-color': color('land'), 'text-halo-width': 1.4 },
});

/** @returns {LayerSpecification} */
const placeNames = () => ({
  id: 'place',
  type: 'symbol',
  source: 'places',
  minzoom: 8,
  layout: {
    'text-field': ['get', 'name'],
    'text-font': FONT,
    'text-size': ['interpolate', ['linear'], ['zoom'], 8, 10.5, 13, 13],
    'text-letter-spacing': 0.06,
    'text-transform': 'uppercase',
    'text-padding': 6,
    'text-variable-anchor': ['center', 'bottom', 'top', 'left', 'right'],
    'text-radial-offset': 0.9,
  },
  paint: { 'text-color': color('ink-soft'), 'text-halo-color': color('land'), 'text-halo-width': 1.6, 'text-opacity': 0.85 },
});

/** @param {Readonly<State>} state @returns {any} */
export function hotspotFilter(state) {
  const verified = ['==', ['get', 'verified'], true];
  const wanted = { all: true, verified, excluded: ['!', verified] }[state.only];
  return ['all', ['!', ['has', 'count']], wanted];
}

/** @param {Chosen | null} chosen @returns {any} */
export const hotspotSize = (chosen) => {
  const factor = chosen === null ? 1 : ['case', ['in', ['id'], ['literal', chosen.numbers]], 1.3, 1];
  return ['interpolate', ['linear'], ['zoom'], 9, ['*', 0.55, factor], 12, factor, 15, ['*', 1.15, factor]];
};

/** @param {Readonly<State>} state @param {string} theme @param {Chosen | null} chosen @returns {LayerSpecification[]} */
const hotspots = (state, theme, chosen) => [
  {
    id: 'group',
    type: 'circle',
    source: 'hotspots',
    'source-layer': 'hotspots',
    maxzoom: SINGLE_ZOOM,
    filter: ['has', 'count'],
    paint: {
      'circle-color': color('surface'),
      'circle-radius': ['interpolate', ['linear'], ['sqrt', ['get', 'count']], 1, 9, 20, 26],
      'circle-stroke-color': ['case', ['>', ['get', 'disproven'], 0], color('rejected'), color('ink')],
      'circle-stroke-width': 1.8,
    },
  },
  {
    id: 'group-count',
    type: 'symbol',
    source: 'hotspots',
    'source-layer': 'hotspots',
    maxzoom: SINGLE_ZOOM,
    filter: ['has', 'count'],
    layout: { 'text-field': ['to-string', ['get', 'count']], 'text-font': FONT, 'text-size': 12, 'text-allow-overlap': true },
    paint: { 'text-color': color('ink') },
  },
  {
    id: 'hotspot',
    type: 'symbol',
    source: 'hotspots',
    'source-layer': 'hotspots',
    minzoom: SINGLE_ZOOM,
    filter: hotspotFilter(state),
    layout: {
      'icon-image': ['concat', theme, '-', ['case', ['all', ['==', ['get', 'anchor'], true], ['==', ['get', 'standing'], 'proven']], 'anchor', ['get', 'standing']]],
      'icon-size': hotspotSize(chosen),
      'icon-allow-overlap': true,
      'symbol-sort-key': ['case', ['==', ['get', 'standing'], 'disproven'], 2, ['==', ['get', 'standing'], 'unproven'], 1, 0],
      'text-field': ['step', ['zoom'], '', 11.5, ['get', 'name']],
      'text-font': FONT,
      'text-size': 12,
      'text-anchor': 'top',
      'text-offset': [0, 0.8],
      'text-optional': true,
      'text-max-width': 9,
    },
    paint: { 'text-color': color('ink'), 'text-halo-color': color('land'), 'text-halo-width': 1.7 },
  },
];

/** @returns {LayerSpecification} */
const selection = () => ({
  id: 'selection',
  type: 'line',
  source: 'selection',
  layout: { 'line-join': 'round' },
  paint: { 'line-color': color('ink'), 'line-width': 2.6 },
});
