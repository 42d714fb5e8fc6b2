// Pieces that several cards share.

import { h, svg } from './dom.js';
import { capitalized, clock, counted, distance, ear, earExact, measured, number, words } from './format.js';
import { change } from './state.js';

/** @typedef {import('./api.js').Edge} Edge */
/** @typedef {import('./api.js').Finding} Finding */
/** @typedef {import('./api.js').Reward} Reward */
/** @typedef {import('./api.js').Outcome} Outcome */

const PATHS = {
  accepted: 'M3.5 8.5l3 3 6-7',
  rejected: 'M4 4l8 8M12 4l-8 8',
  unproven: 'M4 8h.01M8 8h.01M12 8h.01',
};

/** The sign of an outcome: tick, cross or dots, in its color. @param {Outcome} outcome */
export function sign(outcome) {
  const path = svg('path', { d: PATHS[outcome], fill: 'none', stroke: 'currentColor', 'stroke-width': 2, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' });
  return h('span', { class: `sign ${outcome}` }, svg('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, path), h('span', { class: 'hidden' }, `${outcome} `));
}

/** @param {'proven' | 'unproven' | 'disproven'} standing @param {boolean} anchor */
export function look(standing, anchor) {
  const shapes = {
    proven: [svg('circle', { cx: 8, cy: 8, r: anchor ? 3.2 : 4.2, fill: 'currentColor' }), ...(anchor ? [svg('circle', { cx: 8, cy: 8, r: 6, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.4 })] : [])],
    unproven: [svg('circle', { cx: 8, cy: 8, r: 4.2, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.8 })],
    disproven: [svg('path', { d: 'M4.5 4.5l7 7M11.5 4.5l-7 7', stroke: 'currentColor', 'stroke-width': 2.2, 'stroke-linecap': 'round' })],
  };
  return h('span', { class: `look ${standing}` }, svg('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, ...shapes[standing]));
}

/** @param {'proven' | 'unproven' | 'disproven'} standing @param {boolean} anchor */
export function standingBadge(standing, anchor) {
  return h('span', { class: `badge ${standing}` }, look(standing, anchor), `Place ${standing}${anchor ? ', first anchor' : ''}`);
}

/**
 * A button that selects a hotspot or a cell.
 * @param {'hotspot' | 'cell'} kind
 * @param {string} id
 * @param {import('./dom.js').Child[]} content
 * @param {string} [classes]
 */
export function chooser(kind, id, content, classes = 'link') {
  return h('button', { type: 'button', class: classes, onclick: () => change({ selection: { kind, id } }) }, content);
}

/** Names and values in two columns. @param {[string, import('./dom.js').Child][]} entries */
export function facts(entries) {
  return h('dl', { class: 'facts' }, entries.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
}

/** A text that can be copied. @param {string} text @param {string} shown @param {string} what */
export function copyable(text, shown, what) {
  const button = h('button', { type: 'button', class: 'copy', title: text }, h('span', { class: 'hidden' }, `Copy ${what} `), h('code', {}, shown));
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.setAttribute('data-copied', '');
      setTimeout(() => button.removeAttribute('data-copied'), 1200);
    } catch {
      getSelection()?.selectAllChildren(button); // No clipboard: select it, so that the user can copy.
    }
  });
  return button;
}

/** @param {string} title @param {import('./dom.js').Child[]} content @param {import('./dom.js').Child} [aside] */
export function section(title, content, aside) {
  return h('section', { class: 'block' }, h('div', { class: 'block-head' }, h('h3', {}, title), aside), content);
}

/** Three counts with their signs. @param {{accepted: number, rejected: number, unproven: number}} counts */
export function tally(counts) {
  const outcomes = /** @type {Outcome[]} */ (['accepted', 'rejected', 'unproven']).filter((outcome) => counts[outcome] > 0);
  return h('span', { class: 'tally' }, outcomes.map((outcome) => h('span', {}, sign(outcome), String(counts[outcome]))));
}

/**
 * One edge as seen from one of its ends: a line that opens to everything the checks said.
 * @param {Edge} edge
 * @param {'beaconer' | 'witness'} other the end to name
 */
export function edgeRow(edge, other) {
  const decisive = edge.findings.find((finding) => finding.check === edge.check);
  const summary = h(
    'summary',
    {},
    sign(edge.outcome),
    h('span', { class: 'grow' }, edge[other].name),
    h('span', { class: 'soft small' }, `${measured(edge.rssi_dbm, 'dBm')}, ${distance(edge.distance_m)}`),
    decisive && h('span', { class: 'verdict small' }, `${capitalized(words(edge.check))}: ${against(decisive)}`),
  );
  return h(
    'details',
    { class: `edge ${edge.outcome}` },
    summary,
    h(
      'div',
      { class: 'inside' },
      edge.explanation && h('p', {}, edge.explanation),
      facts([
        ['Heard at', clock(edge.time_ms)],
        ['Frames decoded', `${edge.hops_heard} of ${edge.hops_sent}`],
        ['Received power', measured(edge.rssi_dbm, 'dBm', 1)],
        ['SNR', measured(edge.snr_db, 'dB', 1)],
        ['Distance', distance(edge.distance_m)],
      ]),
      findings(edge.findings),
      h('p', { class: 'row' }, chooser('hotspot', edge[other].key, [`Show ${edge[other].name}`]), h('span', { class: 'grow' }), copyable(edge.bundle, `evidence ${edge.bundle.slice(0, 8)}`, 'address of the evidence')),
    ),
  );
}

/** What was measured and what was allowed. @param {Finding} finding */
function against(finding) {
  if (finding.measured === null) return 'not measurable';
  return `${measured(finding.measured, finding.unit, decimals(finding.measured))}, allowed ${measured(finding.allowed, finding.unit, decimals(finding.allowed ?? 0))}`;
}

/** @param {number} value */
const decimals = (value) => (Math.abs(value) < 100 && !Number.isInteger(value) ? 1 : 0);

/** @param {Finding[]} findings */
function findings(findings) {
  if (findings.length === 0) return null;
  return h(
    'table',
    { class: 'findings' },
    h('caption', { class: 'hidden' }, 'What every check said'),
    h('thead', {}, h('tr', {}, ['Check', 'Measured', 'Allowed'].map((name, at) => h('th', { scope: 'col', class: at > 0 && 'number' }, name)))),
    h(
      'tbody',
      {},
      findings.map((finding) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, sign(finding.outcome), capitalized(words(finding.check))),
          h('td', { class: 'number' }, measured(finding.measured, finding.unit, decimals(finding.measured ?? 0))),
          h('td', { class: 'number' }, measured(finding.allowed, finding.unit, decimals(finding.allowed ?? 0))),
        ),
      ),
    ),
  );
}

/** One payment: a line that opens to the numbers that made it. @param {Reward} reward @param {string} label */
export function rewardRow(reward, label) {
  return h(
    'details',
    { class: 'reward' },
    h('summary', {}, h('span', { class: 'grow' }, label), h('span', { title: earExact(reward.amount) }, `${ear(reward.amount)} EAR`)),
    h(
      'div',
      { class: 'inside' },
      h('p', {}, `${reward.because}.`),
      facts(reward.facts.map((fact) => [capitalized(fact.name), factValue(fact)])),
      reward.edges.length > 0 && h('p', { class: 'soft small' }, `Earned by ${counted(reward.edges.length, 'accepted edge')}, in ${counted(new Set(reward.edges.map((edge) => edge.window)).size, 'beacon')}.`),
      h('p', { class: 'row' }, reward.cell && chooser('cell', reward.cell, ['Show the cell']), chooser('hotspot', reward.hotspot, [`Show ${reward.name}`])),
    ),
  );
}

/** @param {Reward['facts'][number]} fact */
function factValue({ value, unit }) {
  if (unit === 'EAR base units') return `${ear(value)} EAR`;
  if (unit === '0.01 dB') return measured(Number(value) / 100, 'dB', 2);
  if (unit === 'of 1000') return number(Number(value) / 1000, 3);
  return unit ? `${value} ${unit}` : value;
}

/** Sum of amounts in base units. @param {{amount: string}[]} rewards */
export const total = (rewards) => rewards.reduce((sum, { amount }) => sum + BigInt(amount), 0n).toString();
