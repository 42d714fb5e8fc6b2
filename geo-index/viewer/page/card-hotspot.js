// Everything about one hotspot: is it where it says, who heard it, what was it paid, what should its owner do.

import { h } from './dom.js';
import { capitalized, counted, distance, ear, measured, number, short, shortCell, words } from './format.js';
import { chooser, copyable, edgeRow, facts, rewardRow, section, standingBadge, tally, total } from './parts.js';

/** @typedef {import('./api.js').HotspotCard} HotspotCard */

/** @param {HotspotCard} card @returns {Node[]} */
export function hotspotCard(card) {
  return [
    h('h2', { tabindex: -1 }, card.name),
    h('p', { class: 'badges' }, standingBadge(card.standing, card.anchor), card.verified && h('span', { class: 'badge plain' }, 'Verified')),
    card.advice.length > 0 && advice(card.advice),
    place(card),
    edges('Heard by', card.edges_out, card.beaconed, 'witness', 'Nobody heard it in this epoch.'),
    edges('Heard', card.edges_in, card.witnessed, 'beaconer', 'It heard nobody in this epoch.'),
    rewards(card),
    radio(card),
  ].filter((node) => node instanceof Node);
}

/** @param {string[]} advice */
const advice = (advice) => h('section', { class: 'advice' }, h('h3', {}, 'What to do'), h('ul', {}, advice.map((text) => h('li', {}, text))));

/** @param {HotspotCard} card */
function place({ place, anchor }) {
  if (!place) {
    const why = anchor ? 'Genesis names this hotspot as one of the first anchors.' : 'Nobody has measured its place yet.';
    return section('Place', [h('p', {}, why)]);
  }
  if (place.residual_median_m === null && place.offset_m === null) {
    return section('Place, as others measured it', [h('p', {}, `Not placed yet: ${counted(place.anchors, 'anchor')} measured it.`)]);
  }
  return section('Place, as others measured it', [
    h(
      'div',
      { class: 'figures' },
      figure(distance(place.offset_m), 'from the asserted place'),
      figure(distance(place.residual_median_m), 'median residual'),
      figure(number(place.anchors), place.anchors === 1 ? 'anchor' : 'anchors'),
    ),
    h('p', { class: 'soft small' }, place.outcome === 'accepted' ? place.explanation : '', place.residual_max_m !== null && ` Largest residual ${distance(place.residual_max_m)}.`),
  ]);
}

/** @param {string} value @param {string} label */
export const figure = (value, label) => h('div', { class: 'figure' }, h('strong', {}, value), h('span', {}, label));

/**
 * @param {string} title
 * @param {HotspotCard['edges_in']} edges
 * @param {import('./api.js').Counts} counts
 * @param {'beaconer' | 'witness'} other
 * @param {string} none
 */
function edges(title, edges, counts, other, none) {
  const all = counts.accepted + counts.rejected + counts.unproven;
  const rest = all > edges.length && h('p', { class: 'soft small' }, `The newest ${edges.length} of ${all}.`);
  const rows = edges.map((edge) => edgeRow(edge, other));
  return section(title, edges.length > 0 ? [...rows, rest] : [h('p', { class: 'soft' }, none)], all > 0 && tally(counts));
}

/** @param {HotspotCard} card */
function rewards(card) {
  if (card.rewards.length === 0) return section('Rewards', [h('p', { class: 'soft' }, 'It earned nothing in this epoch.')]);
  const rows = [...card.rewards]
    .sort((a, b) => (BigInt(b.amount) > BigInt(a.amount) ? 1 : -1))
    .map((reward) => rewardRow(reward, `${capitalized(words(reward.role))}${reward.cell ? `, cell ${shortCell(reward.cell)}` : ''}`));
  return section(`Rewards of epoch ${card.epoch}`, rows, h('strong', {}, `${ear(total(card.rewards))} EAR`));
}

/** @param {HotspotCard} card */
const radio = (card) =>
  section('Registered', [
    facts([
      ['Key', copyable(card.key, short(card.key), 'the key')],
      ['Owner', copyable(card.owner, short(card.owner), 'the owner\u2019s key')],
      ['Asserted at', `${number(card.lat, 5)}, ${number(card.lng, 5)}`],
      ['Height', `${measured(card.height_m, 'm')} above the ellipsoid`],
      ['Cell', chooser('cell', card.cell, [h('code', {}, card.cell)])],
      ['Radiates', `${measured(card.eirp_dbm, 'dBm', 1)} EIRP`],
      ['Antenna', measured(card.antenna_gain_dbi, 'dBi', 1)],
      ['Clock', card.clock === 'pps' ? 'follows a pulse per second' : 'its own oscillator'],
      ['Since', `epoch ${card.registered_epoch}`],
      ['Edges', counted(card.beaconed.accepted + card.beaconed.rejected + card.beaconed.unproven + card.witnessed.accepted + card.witnessed.rejected + card.witnessed.unproven, 'edge')],
    ]),
  ]);
