// The panel's head: name, whether the page is live, which epoch, theme, search.

import { h, svg } from './dom.js';
import { clock } from './format.js';
import { change, current } from './state.js';
import { onTheme, theme, turn } from './theme.js';

/** @typedef {import('./api.js').Summary} Summary */

/** @param {Node} search */
export function makeHead(search) {
  const light = h('button', { type: 'button', class: 'icon', onclick: turn });
  const label = () => {
    const other = theme() === 'dark' ? 'light' : 'dark';
    light.setAttribute('aria-label', `Switch to ${other} colors`);
    light.title = `Switch to ${other} colors`;
    light.replaceChildren(half());
  };
  onTheme(label);
  label();
  const live = h('span', { class: 'live', id: 'live' }, h('span', { class: 'lamp', 'aria-hidden': 'true' }), h('span', {}, 'Connecting'));
  const epoch = h('div', { class: 'epoch' });
  const head = h('div', { class: 'head' }, h('div', { class: 'row brand' }, mark(), h('span', { class: 'wordmark grow' }, 'Earshot'), live, light), epoch, search);
  return { head, showLive: (/** @type {boolean} */ on) => showLive(live, on), showEpoch: (/** @type {Summary} */ summary) => showEpoch(epoch, summary) };
}

const mark = () =>
  svg(
    'svg',
    { viewBox: '0 0 32 32', class: 'mark', 'aria-hidden': 'true' },
    svg('path', { d: 'M16 2.5 27.7 9.25v13.5L16 29.5 4.3 22.75V9.25z', fill: 'var(--accent)' }),
    svg('circle', { cx: 16, cy: 16, r: 3, fill: 'var(--on-accent)' }),
    svg('path', { d: 'M21.2 10.8a7.35 7.35 0 0 1 0 10.4M10.8 21.2a7.35 7.35 0 0 1 0-10.4', fill: 'none', stroke: 'var(--on-accent)', 'stroke-width': 2.2, 'stroke-linecap': 'round' }),
  );

const half = () =>
  svg('svg', { viewBox: '0 0 20 20', 'aria-hidden': 'true' }, svg('circle', { cx: 10, cy: 10, r: 6.2, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.6 }), svg('path', { d: 'M10 3.8a6.2 6.2 0 0 1 0 12.4z', fill: 'currentColor' }));

/** @param {string} path */
const arrow = (path) => svg('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, svg('path', { d: path, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.8, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' }));

/** @param {HTMLElement} live @param {boolean} on */
function showLive(live, on) {
  live.dataset.on = String(on);
  if (live.lastElementChild) live.lastElementChild.textContent = on ? 'Live' : 'Reconnecting';
}

/** The epoch with steps to its neighbors, as far as they are kept. @param {HTMLElement} row @param {Summary} summary */
function showEpoch(row, { epoch, closed, epochs_kept: [first, last], time_ms, simulated }) {
  const pinned = current().epoch !== null;
  const go = (/** @type {number} */ to) => change({ epoch: to >= last ? null : Math.max(first, to) });
  const step = (/** @type {string} */ label, /** @type {string} */ path, /** @type {number} */ to, /** @type {boolean} */ off) =>
    h('button', { type: 'button', class: 'icon small-icon', 'aria-label': label, title: label, disabled: off, onclick: () => go(to) }, arrow(path));
  const focused = row.contains(document.activeElement) ? document.activeElement?.getAttribute('aria-label') : null;
  row.replaceChildren(
    step('Earlier epoch', 'M10 3.5 5.5 8l4.5 4.5', epoch - 1, epoch <= first),
    h('span', { class: 'epoch-name' }, h('strong', {}, `Epoch ${epoch}`), h('span', { class: 'soft small' }, ` ${closed ? 'closed' : 'open'} ${clock(time_ms)}${simulated ? ', simulated air' : ''}`)),
    step('Later epoch', 'M6 3.5 10.5 8 6 12.5', epoch + 1, epoch >= last),
    ...(pinned ? [h('button', { type: 'button', class: 'chip', onclick: () => change({ epoch: null }) }, 'Newest')] : []),
  );
  if (focused) {
    const again = [...row.querySelectorAll('button')].find((button) => button.getAttribute('aria-label') === focused && !button.disabled);
    (again ?? row.querySelector('button:not([disabled])'))?.focus?.();
  }
}
