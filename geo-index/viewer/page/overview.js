// The panel when nothing is selected: totals, what the colors show, and three lists.

import { choice } from './choice.js';
import { h } from './dom.js';
import { ear, earExact, number, words } from './format.js';
import { key, legend } from './legend.js';
import { cellList, feedList, hotspotList } from './lists.js';
import { sign } from './parts.js';
import { change, current } from './state.js';

/** @typedef {import('./api.js').Summary} Summary */
/** @typedef {'activity' | 'hotspots' | 'cells'} Tab */

/** @type {{value: Tab, text: string}[]} */
const TABS = [
  { value: 'activity', text: 'Activity' },
  { value: 'hotspots', text: 'Hotspots' },
  { value: 'cells', text: 'Cells' },
];
/** @type {Tab} */
let tab = 'activity';

/** @param {Summary} summary @returns {Node[]} */
export function overview(summary) {
  const { metric, only } = current();
  const list = h('div', { id: 'list', role: 'tabpanel', 'aria-labelledby': `tab-${tab}`, tabindex: 0 });
  return [
    h(
      'section',
      { class: 'metric' },
      h('h2', { class: 'hidden' }, 'What the colors show'),
      choice('Color of cells', [
        { value: 'signal', text: 'Signal' },
        { value: 'hotspots', text: 'Hotspots' },
        { value: 'rewards', text: 'Rewards' },
      ], metric, (value) => change({ metric: value })),
      legend(metric, summary),
      key(),
    ),
    totals(summary),
    h(
      'section',
      { class: 'lists' },
      h('h2', { class: 'hidden' }, 'Lists'),
      choice('Hotspots and links shown', [
        { value: 'all', text: 'All' },
        { value: 'verified', text: 'Verified' },
        { value: 'excluded', text: 'Excluded' },
      ], only, (value) => change({ only: value })),
      tabs(list, summary),
      list,
    ),
    foot(summary),
  ];
}

/** @param {Summary} summary */
function totals({ cells_proven, area_km2, hotspots, edges, ear: money }) {
  const all = edges.accepted + edges.rejected + edges.unproven;
  return h(
    'section',
    { class: 'totals' },
    h('h2', { class: 'hidden' }, 'Totals'),
    h(
      'dl',
      { class: 'figures' },
      total(number(cells_proven), cells_proven === 1 ? 'cell proven' : 'cells proven'),
      total(number(area_km2, area_km2 < 100 ? 1 : 0), 'km\u00b2'),
      total(number(hotspots.total), hotspots.total === 1 ? 'hotspot' : 'hotspots'),
      total(ear(money.paid), 'EAR paid', earExact(money.paid)),
    ),
    h('div', { class: 'stack', 'aria-hidden': 'true' }, stack(edges, all)),
    h(
      'p',
      { class: 'verdicts small' },
      /** @type {const} */ (['accepted', 'rejected', 'unproven']).map((outcome) => h('span', {}, sign(outcome), `${number(edges[outcome])} ${outcome}`)),
    ),
    edges.rejected > 0 && h('p', { class: 'small soft' }, 'Rejected by ', Object.entries(edges.rejected_by).map(([check, count]) => `${words(check)} ${count}`).join(', '), '.'),
  );
}

/** @param {string} value @param {string} label @param {string} [title] */
const total = (value, label, title) => h('div', { class: 'figure', title }, h('dt', {}, label), h('dd', {}, value));

/** @param {Summary['edges']} edges @param {number} all */
const stack = (edges, all) =>
  /** @type {const} */ (['accepted', 'rejected', 'unproven']).map((outcome) => {
    const part = h('div', { class: outcome });
    part.style.flexGrow = String(all ? edges[outcome] / all : 0);
    return part;
  });

/** @param {HTMLElement} list @param {Summary} summary */
function tabs(list, summary) {
  const show = () => {
    const fill = { activity: feedList, hotspots: hotspotList, cells: cellList }[tab];
    fill(list, summary);
    list.setAttribute('aria-labelledby', `tab-${tab}`);
  };
  /** @param {Tab} next */
  const choose = (next) => {
    tab = next;
    for (const button of row.children) {
      const chosen = button.id === `tab-${tab}`;
      button.setAttribute('aria-selected', String(chosen));
      button.setAttribute('tabindex', chosen ? '0' : '-1');
      if (chosen && row.contains(document.activeElement)) /** @type {HTMLElement} */ (button).focus();
    }
    show();
  };
  const row = h(
    'div',
    { class: 'tabs', role: 'tablist', 'aria-label': 'Lists' },
    TABS.map(({ value, text }) =>
      h('button', { type: 'button', role: 'tab', id: `tab-${value}`, 'aria-controls': 'list', 'aria-selected': String(value === tab), tabindex: value === tab ? 0 : -1, onclick: () => choose(value) }, text),
    ),
  );
  row.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = TABS.findIndex(({ value }) => value === tab);
    choose(TABS[(at + step + TABS.length) % TABS.length].value);
    event.preventDefault();
  });
  show();
  return row;
}

/** @param {Summary} summary */
function foot({ randomness, block_height, state_hash, epoch, ear: money }) {
  return h(
    'footer',
    { class: 'foot small soft' },
    h('p', {}, `Randomness ${randomness}. Block ${number(block_height)}, state `, h('code', { title: state_hash }, state_hash.slice(0, 12)), '.', money.supply_exact === true && ' Every unit of EAR is accounted for.'),
    h(
      'p',
      { class: 'row' },
      h('a', { href: '/coverage' }, 'Coverage query'),
      h('a', { href: `/api/v1/coverage.csv?epoch=${epoch}` }, 'CSV'),
      h('a', { href: `/api/v1/coverage.geojson?epoch=${epoch}` }, 'GeoJSON'),
      h('a', { href: '/api/v1/openapi.json' }, 'API'),
      h('a', { href: `/plain?epoch=${epoch}` }, 'Plain page'),
      h('a', { href: '/assets/vendor/LICENSES.txt' }, 'Licenses'),
    ),
  );
}

