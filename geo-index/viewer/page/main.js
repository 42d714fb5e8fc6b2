// Brings everything together: asks for a snapshot, shows it, listens, and follows what the user chooses.

import * as api from './api.js';
import { cellCard } from './card-cell.js';
import { hotspotCard } from './card-hotspot.js';
import { byId, h } from './dom.js';
import { take } from './feed.js';
import { makeHead } from './head.js';
import { listen } from './live.js';
import { feedList } from './lists.js';
import * as map from './map.js';
import { overview } from './overview.js';
import { search } from './search.js';
import { makeSheet, openSheet } from './sheet.js';
import { change, current, onChange, read, reread } from './state.js';
import { onTheme } from './theme.js';

const FEED_ITEMS = 100;
const HOTSPOTS_PAGE = 500;
const HOTSPOTS_KNOWN = 5000;
const ANNOUNCE_MS = 6000;
const RETRY_MS = 2000;

/** @type {api.Summary} */
let summary;
/** Hotspots by key, for live lines, pulses and the links of a cell. @type {Map<string, api.Hotspot>} */
const hotspots = new Map();
/** What had the focus when a card opened. @type {Element | null} */
let opener = null;
/** Numbers each showing of the panel, so that a slow answer does not overwrite a newer one. */
let showing = 0;

const head = makeHead(search(() => summary));
start();

async function start() {
  read(location.hash);
  byId('panel-head').append(head.head);
  makeSheet();
  summary = await firstSummary();
  head.showEpoch(summary);
  document.title = summary.network;
  for (const item of await api.feed(FEED_ITEMS)) take(item);
  try {
    await map.makeMap(summary);
  } catch (error) {
    console.warn(error);
    return byId('panel-content').replaceChildren(
      h('p', { class: 'notice' }, 'This browser cannot draw the map: it needs WebGL 2. ', h('a', { href: '/plain' }, 'The plain page'), ' shows the same as text and tables.'),
    );
  }
  await learnHotspots();
  await showPanel(false);
  if (current().selection) openSheet();
  onChange(follow);
  onTheme(() => showPanel(false));
  addEventListener('hashchange', () => reread(location.hash));
  addEventListener('keydown', escape);
  listen(summary.feed, happened, reconnected);
}

/** Before the first epoch is published there is nothing to show: says so, and asks again. */
async function firstSummary() {
  for (;;) {
    try {
      return await api.summary(current().epoch);
    } catch (error) {
      if (error instanceof api.Refused && error.status === 404) change({ epoch: null });
      byId('panel-content').replaceChildren(h('p', { class: 'notice' }, error instanceof Error ? error.message : String(error)));
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** @param {import('./state.js').State} state @param {Set<string>} changed */
async function follow(state, changed) {
  if (changed.has('epoch')) await refresh();
  else if (changed.has('selection')) {
    if (state.selection) opener = document.activeElement;
    await showPanel(true);
  } else if (changed.has('metric') || changed.has('only')) await showPanel(false);
}

/** Another epoch, or the same with more in it. */
async function refresh() {
  try {
    summary = await api.summary(current().epoch);
  } catch (error) {
    if (!(error instanceof api.Refused && error.status === 404)) throw error;
    return change({ epoch: null });
  }
  map.showSummary(summary);
  head.showEpoch(summary);
  await learnHotspots();
  await showPanel(false);
}

/**
 * Shows the card of what is selected, or the overview.
 * @param {boolean} moved whether the user just chose something: then the card comes into view and takes the focus
 */
async function showPanel(moved) {
  const ticket = ++showing;
  const { selection, epoch } = current();
  const content = byId('panel-content');
  if (!selection) {
    map.select(null, null);
    refill(content, overview(summary));
    if (moved && opener instanceof HTMLElement && opener.isConnected) opener.focus();
    return;
  }
  try {
    const card = selection.kind === 'hotspot' ? await api.hotspot(selection.id, epoch) : await api.cell(selection.id, epoch);
    if (ticket !== showing) return;
    mark(card, moved);
    refill(content, [back(), h('article', { class: 'card' }, 'boundary' in card ? cellCard(card, summary) : hotspotCard(card))], moved);
  } catch (error) {
    if (ticket !== showing) return;
    map.select(null, null);
    refill(content, [back(), h('p', { class: 'notice' }, error instanceof Error ? error.message : String(error))], moved);
  }
  if (!moved) return;
  openSheet();
  content.querySelector('h2')?.focus();
}

/** Replaces the panel's content; what was open stays open, unless it is another card. @param {HTMLElement} content @param {Node[]} nodes @param {boolean} [fresh] */
function refill(content, nodes, fresh = false) {
  const name = (/** @type {HTMLDetailsElement} */ details) => details.querySelector('summary')?.textContent ?? '';
  const open = new Set([...content.querySelectorAll('details')].filter((details) => details.open).map(name));
  const top = content.scrollTop;
  const focused = content.contains(document.activeElement) ? describe(document.activeElement) : null;
  content.replaceChildren(...nodes);
  if (fresh) return void (content.scrollTop = 0);
  for (const details of content.querySelectorAll('details')) details.open = open.has(name(details));
  content.scrollTop = top;
  if (!focused) return;
  /** @type {NodeListOf<HTMLElement>} */
  const candidates = content.querySelectorAll('button, input, summary, a');
  [...candidates].find((element) => describe(element) === focused)?.focus();
}

/** Enough to find an element's successor after its panel was made anew. @param {Element | null} element */
const describe = (element) => `${element?.tagName} ${element?.id} ${element?.getAttribute('value')} ${element?.textContent}`;

const back = () =>
  h('p', { class: 'back' }, h('button', { type: 'button', class: 'link', onclick: () => change({ selection: null }) }, '\u2190 Overview'));

/** @param {api.HotspotCard | api.CellCard} card @param {boolean} moved */
function mark(card, moved) {
  if ('boundary' in card) {
    const witnesses = card.edges.map((edge) => hotspots.get(edge.witness.key)?.number).filter((number) => number !== undefined);
    map.select({ numbers: witnesses, ends: ['witness'] }, card);
  } else map.select({ numbers: [card.number], ends: ['beaconer', 'witness'] }, null);
  if (moved) map.showPlace(card);
}

/** @param {KeyboardEvent} event */
function escape(event) {
  if (event.key === 'Escape' && current().selection) change({ selection: null });
}

async function learnHotspots() {
  for (let offset = 0; offset < HOTSPOTS_KNOWN; offset += HOTSPOTS_PAGE) {
    const page = await api.hotspots({ epoch: summary.epoch, limit: HOTSPOTS_PAGE, offset });
    for (const hotspot of page.items) hotspots.set(hotspot.key, hotspot);
    if (offset + HOTSPOTS_PAGE >= page.total) return;
  }
}

/** @param {api.FeedItem} item */
function happened(item) {
  summary.feed = item.seq;
  take(item);
  const from = hotspots.get(item.beaconer);
  if (item.type === 'beacon' && from) map.pulse(from);
  if (item.type === 'heard' && from) map.flash(from, item.witnesses.map((/** @type {string} */ key) => hotspots.get(key)).filter(Boolean));
  if (['published', 'rejected', 'place', 'note'].includes(item.type)) announce(item.text);
  if (item.type === 'published') return void (current().epoch === null ? refresh() : head.showEpoch({ ...summary, epochs_kept: [summary.epochs_kept[0], item.epoch] }));
  const list = document.getElementById('list');
  if (list && document.getElementById('tab-activity')?.getAttribute('aria-selected') === 'true') feedList(list);
}

let wasAway = false;

/** @param {boolean} live */
function reconnected(live) {
  head.showLive(live);
  document.documentElement.dataset.live = String(live);
  // The server may have been started anew: ask for what it shows now.
  if (live && wasAway) refresh();
  wasAway = !live;
}

let announced = 0;

/** Tells screen readers, but not more than they can say. @param {string} text */
function announce(text) {
  if (performance.now() - announced < ANNOUNCE_MS) return;
  announced = performance.now();
  byId('announcer').textContent = text;
}
