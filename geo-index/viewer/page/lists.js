// The lists: what happened, which hotspots, which cells. They are the map for whoever does not see it.

import * as api from './api.js';
import { h } from './dom.js';
import { ago, clock, counted, ear, measured, number, shortCell } from './format.js';
import { entries } from './feed.js';
import { chooser, look, sign, tally } from './parts.js';
import { colorOf, stops } from './ramp.js';
import { current } from './state.js';
import { theme } from './theme.js';

/** @typedef {import('./api.js').Summary} Summary */

const PAGE = 100;

/** Numbers each filling of a list, so that a slow answer does not overwrite a newer one. */
let filling = 0;

/** @param {HTMLElement} list */
export function feedList(list) {
  filling += 1;
  const items = entries();
  if (items.length === 0) return list.replaceChildren(h('p', { class: 'soft none' }, 'Nothing has happened yet.'));
  const rows = items.map((item) => h('li', { class: `event ${item.kind}` }, feedPicture(item), h('div', { class: 'grow' }, item.hotspot ? chooser('hotspot', item.hotspot, [item.text], 'bare') : h('p', {}, item.text), item.detail && h('p', { class: 'small soft' }, item.detail)), h('time', { class: 'small soft' }, clock(item.time_ms))));
  const top = list.scrollTop;
  list.replaceChildren(h('ol', { class: 'feed' }, rows));
  list.scrollTop = top;
}

/** @param {import('./feed.js').Entry} item */
function feedPicture({ kind, outcome }) {
  if (outcome) return sign(outcome);
  return h('span', { class: `dot ${kind}`, 'aria-hidden': 'true' });
}

/** @param {HTMLElement} list @param {Summary} summary */
export async function hotspotList(list, summary) {
  const { only, epoch } = current();
  await paged(list, (offset) => api.hotspots({ epoch, only: only === 'all' ? null : only, limit: PAGE, offset }), 'hotspot', (items) =>
    table(
      'Hotspots',
      ['Hotspot', 'Edges', 'EAR'],
      items.map((hotspot) => [
        chooser('hotspot', hotspot.key, [look(hotspot.standing, hotspot.anchor), h('span', {}, hotspot.name), h('span', { class: 'hidden' }, `, place ${hotspot.standing}`)], 'bare named'),
        tally(sum(hotspot.beaconed, hotspot.witnessed)),
        ear(hotspot.reward),
      ]),
    ),
  );
  void summary;
}

/** @param {api.Counts} a @param {api.Counts} b */
const sum = (a, b) => ({ accepted: a.accepted + b.accepted, rejected: a.rejected + b.rejected, unproven: a.unproven + b.unproven });

/** @param {HTMLElement} list @param {Summary} summary */
export async function cellList(list, summary) {
  const { epoch, metric } = current();
  const scale = stops(metric, theme(), Number(summary.extremes?.reward ?? 0));
  const value = (/** @type {api.Cell} */ cell) => ({ signal: cell.signal?.median_rssi_dbm ?? null, hotspots: cell.hotspots, rewards: Number(cell.reward) })[metric];
  await paged(list, (offset) => api.cells({ epoch, limit: PAGE, offset }), 'cell', (items) =>
    table(
      'Covered cells',
      ['Cell', 'Median', 'Hotspots', 'EAR'],
      [...items]
        .sort((a, b) => (value(b) ?? -Infinity) - (value(a) ?? -Infinity))
        .map((cell) => [
          chooser('cell', cell.cell, [patch(scale, value(cell)), h('code', {}, shortCell(cell.cell)), cell.age_epochs > 0 && h('span', { class: 'small soft' }, ago(cell.age_epochs))], 'bare named'),
          cell.signal ? measured(cell.signal.median_rssi_dbm, 'dBm') : 'not measured',
          number(cell.hotspots),
          ear(cell.reward),
        ]),
    ),
  );
}

/** @param {import('./ramp.js').Stops} scale @param {number | null} value */
function patch(scale, value) {
  const element = h('span', { class: 'patch', 'aria-hidden': 'true' });
  if (value !== null) element.style.background = colorOf(scale, value);
  return element;
}

/**
 * Fills a list page by page; a button asks for the next.
 * @template T
 * @param {HTMLElement} list
 * @param {(offset: number) => Promise<api.Page<T>>} page
 * @param {string} what
 * @param {(items: T[]) => Node} shown
 */
async function paged(list, page, what, shown) {
  const ticket = ++filling;
  /** @type {T[]} */
  let items = [];
  async function more() {
    try {
      const next = await page(items.length);
      if (ticket !== filling) return;
      items = [...items, ...next.items];
      const rest = next.total - items.length;
      const button = rest > 0 && h('button', { type: 'button', class: 'more', onclick: more }, `Show more, ${counted(rest, what)} left`);
      list.replaceChildren(...[next.total === 0 ? h('p', { class: 'soft none' }, 'None.') : shown(items), button].filter((node) => node instanceof Node));
    } catch (error) {
      if (ticket === filling) list.replaceChildren(h('p', { class: 'notice' }, error instanceof Error ? error.message : String(error)));
    }
  }
  await more();
}

/** @param {string} caption @param {string[]} columns @param {import('./dom.js').Child[][]} rows */
const table = (caption, columns, rows) =>
  h(
    'table',
    { class: 'list' },
    h('caption', { class: 'hidden' }, caption),
    h('thead', {}, h('tr', {}, columns.map((name, at) => h('th', { scope: 'col', class: at > 0 && 'number' }, name)))),
    h('tbody', {}, rows.map((row) => h('tr', {}, row.map((cell, at) => (at === 0 ? h('th', { scope: 'row' }, cell) : h('td', { class: 'number' }, cell)))))),
  );
