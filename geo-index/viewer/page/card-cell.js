// Everything about one cell: how strong, by how many, how fresh, proven by whom, paid to whom.

import { h } from './dom.js';
import { ago, capitalized, counted, ear, measured, number, words } from './format.js';
import { figure } from './card-hotspot.js';
import { chooser, copyable, edgeRow, rewardRow, section, total } from './parts.js';
import { colorOf, SIGNAL_DBM, stops } from './ramp.js';
import { theme } from './theme.js';

/** @typedef {import('./api.js').CellCard} CellCard */

/** Distance from a named place up to which a cell is near it. */
const NEAR_M = 3000;

/** @param {CellCard} card @param {import('./api.js').Summary} summary @returns {Node[]} */
export function cellCard(card, summary) {
  const whole = card.cells > 1;
  const near = nearest(card, summary);
  return [
    h('h2', { tabindex: -1 }, `${whole ? `Area of ${measured(card.area_km2, 'km\u00b2')}` : 'Cell'}${near ? ` near ${near}` : ''}`),
    h(
      'p',
      { class: 'badges' },
      h('span', { class: 'badge plain' }, 'Measured, not modelled'),
      card.age_epochs > 0 && h('span', { class: 'badge unproven' }, `Last proven ${ago(card.age_epochs)}`),
    ),
    h('p', { class: 'soft small' }, copyable(card.cell, card.cell, 'the H3 index'), ` H3 resolution ${card.resolution}, ${measured(card.area_km2, 'km\u00b2', 2)}`),
    whole && h('p', {}, `${number(card.covered)} of its ${number(card.cells)} cells are covered. Values speak of those only.`),
    signal(card),
    h(
      'div',
      { class: 'figures' },
      figure(number(card.samples), card.samples === 1 ? 'sample' : 'samples'),
      figure(number(card.witnesses), card.witnesses === 1 ? 'witness' : 'witnesses'),
      figure(number(card.hotspots), card.hotspots === 1 ? 'hotspot' : 'hotspots'),
      figure(number(card.last_epoch), 'last epoch'),
    ),
    rewards(card),
    names('Covered by', card.covered_by),
    names('Proven by', card.proven_by),
    card.edges.length > 0 && section('Heard here', card.edges.map((edge) => edgeRow(edge, 'beaconer')), h('span', { class: 'soft small' }, counted(card.edges.length, 'edge'))),
  ].filter((node) => node instanceof Node);
}

/** The nearest named place, if one is near. Flat earth is fine for that. @param {CellCard} card @param {import('./api.js').Summary} summary */
function nearest({ lat, lng }, { places }) {
  const away = (/** @type {{lat: number, lng: number}} */ place) =>
    111195 * Math.hypot(place.lat - lat, (place.lng - lng) * Math.cos((lat * Math.PI) / 180));
  const [first] = [...places].sort((a, b) => away(a) - away(b));
  return first && away(first) < NEAR_M ? first.name : null;
}

/** @param {CellCard} card */
function signal({ signal, edges }) {
  if (!signal) {
    return h('p', { class: 'notice' }, 'Hotspots in this cell were heard elsewhere, which proves that they cover it; nobody listened in it, so no signal is known here.');
  }
  const scale = stops('signal', theme(), 0);
  const [low, high] = SIGNAL_DBM;
  const part = (/** @type {number} */ dbm) => Math.min(100, Math.max(0, ((dbm - low) / (high - low)) * 100));
  const [weak, strong, median] = [signal.weakest_rssi_dbm, signal.strongest_rssi_dbm, signal.median_rssi_dbm].map(part);
  const bar = h('div', { class: 'range', 'aria-hidden': 'true' }, h('div', { class: 'range-span' }), h('div', { class: 'range-median' }));
  /** @type {HTMLElement} */ (bar.children[0]).style.cssText = `left:${weak}%;width:${Math.max(1, strong - weak)}%;background:linear-gradient(to right,${colorOf(scale, signal.weakest_rssi_dbm)},${colorOf(scale, signal.median_rssi_dbm)},${colorOf(scale, signal.strongest_rssi_dbm)})`;
  /** @type {HTMLElement} */ (bar.children[1]).style.left = `${median}%`;
  return h(
    'div',
    { class: 'signal' },
    h('p', { class: 'big' }, h('strong', {}, measured(signal.median_rssi_dbm, 'dBm')), h('span', {}, `median, ${measured(signal.median_snr_db, 'dB', 1)} SNR`)),
    bar,
    h('p', { class: 'ticks small soft', 'aria-hidden': 'true' }, h('span', {}, measured(low, 'dBm')), h('span', {}, measured(high, 'dBm'))),
    h('p', { class: 'small soft' }, `From ${measured(signal.weakest_rssi_dbm, 'dBm')} to ${measured(signal.strongest_rssi_dbm, 'dBm')}${edges.length ? '' : ', measured earlier'}.`),
  );
}

/** @param {CellCard} card */
function rewards(card) {
  if (card.rewards.length === 0) return section('Rewards', [h('p', { class: 'soft' }, 'Nothing was paid for it in this epoch.')]);
  const rows = [...card.rewards]
    .sort((a, b) => (BigInt(b.amount) > BigInt(a.amount) ? 1 : -1))
    .map((reward) => rewardRow(reward, `${reward.name}, ${capitalized(words(reward.role)).toLowerCase()}`));
  return section(`Rewards of epoch ${card.epoch}`, rows, h('strong', {}, `${ear(total(card.rewards))} EAR`));
}

/** @param {string} title @param {{key: string, name: string}[]} hotspots */
function names(title, hotspots) {
  const buttons = hotspots.map(({ key, name }) => h('li', {}, chooser('hotspot', key, [name], 'chip')));
  return hotspots.length > 0 && section(title, [h('ul', { class: 'chips' }, buttons)]);
}
