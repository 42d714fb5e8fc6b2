// What the colors mean, in numbers and units; drawn over the map's own ground, so that they are the map's colors.

import { h } from './dom.js';
import { ear, number } from './format.js';
import { look } from './parts.js';
import { CELL_OPACITY, roundTop, SIGNAL_DBM, stops } from './ramp.js';
import { theme } from './theme.js';

/** @typedef {import('./api.js').Summary} Summary */
/** @typedef {import('./state.js').Metric} Metric */

/** @type {Record<Metric, {title: string, unit: string}>} */
const TITLES = {
  signal: { title: 'Median received power', unit: 'dBm' },
  hotspots: { title: 'Hotspots covering a cell', unit: '' },
  rewards: { title: 'Paid for a cell in the epoch', unit: 'EAR' },
};

/** @param {Metric} metric @param {Summary} summary */
export function legend(metric, summary) {
  const scale = stops(metric, theme(), Number(summary.extremes?.reward ?? 0));
  const { title, unit } = TITLES[metric];
  const bar = h('div', { class: `scale ${metric === 'hotspots' ? 'steps' : 'smooth'}`, 'aria-hidden': 'true' });
  if (metric === 'hotspots') {
    bar.append(...scale.map((stop) => swatch(stop.color)));
  } else {
    bar.append(swatch(`linear-gradient(to right, ${scale.map((stop) => stop.color).join(', ')})`));
  }
  const ticks = h('div', { class: 'ticks small soft', 'aria-hidden': 'true' }, labels(metric, summary).map((text) => h('span', {}, text)));
  const range = labels(metric, summary);
  return h(
    'figure',
    { class: 'legend', 'aria-label': `${title}: from ${range[0]} to ${range[range.length - 1]} ${unit}` },
    h('figcaption', { class: 'small' }, title, unit && h('span', { class: 'soft' }, ` ${unit}`)),
    bar,
    ticks,
  );
}

/** @param {string} background */
function swatch(background) {
  const element = h('div');
  element.style.background = background;
  element.style.opacity = String(CELL_OPACITY);
  return element;
}

/** @param {Metric} metric @param {Summary} summary @returns {string[]} */
function labels(metric, summary) {
  if (metric === 'hotspots') return ['1', '2', '3', '4', '5', '6+'];
  if (metric === 'rewards') {
    const top = roundTop(Number(summary.extremes?.reward ?? 0));
    return [0, 0.5, 1].map((part) => ear(String(Math.round(top * part))));
  }
  const [low, high] = SIGNAL_DBM;
  return Array.from({ length: (high - low) / 10 + 1 }, (_, at) => number(low + 10 * at));
}

/** What shapes and lines mean. */
export function key() {
  const entry = (/** @type {Node} */ picture, /** @type {string} */ text) => h('li', {}, picture, text);
  const line = (/** @type {string} */ verdict) => h('span', { class: `line ${verdict}`, 'aria-hidden': 'true' });
  return h(
    'details',
    { class: 'key' },
    h('summary', {}, 'What shapes and lines mean'),
    h(
      'ul',
      {},
      entry(look('proven', false), 'Hotspot, place proven'),
      entry(look('proven', true), 'One of the first anchors'),
      entry(look('unproven', false), 'Place unproven'),
      entry(look('disproven', false), 'Place disproven'),
      entry(line('accepted'), 'Heard, accepted'),
      entry(line('rejected'), 'Claimed, rejected'),
      entry(line('unproven'), 'Heard, unproven'),
    ),
    h('p', { class: 'small soft' }, 'Every cell is measured; none is modelled. Cells fade as their last proof ages, and areas fade by the share of their cells that is not covered. Gray cells are covered, but nobody listened in them.'),
    h('p', { class: 'small soft' }, 'A cell belongs to a larger one by its index: it may stick out of the larger outline.'),
  );
}
