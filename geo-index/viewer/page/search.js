// Finds hotspots, named places and cells. A combobox as the ARIA practices describe it: arrows choose, Enter goes there.

import * as api from './api.js';
import { h } from './dom.js';
import { look } from './parts.js';
import { change, current } from './state.js';
import { showPlace } from './map.js';

/** @typedef {{title: string, note: string, picture: Node | null, go: () => void}} Result */

const PAUSE_MS = 150;
const RESULTS_MAX = 8;

/** @param {() => import('./api.js').Summary} summary */
export function search(summary) {
  const list = h('ul', { id: 'results', role: 'listbox', 'aria-label': 'Found', hidden: true });
  const input = /** @type {HTMLInputElement} */ (
    h('input', {
      type: 'search',
      placeholder: 'Search hotspot, cell or place',
      'aria-label': 'Search hotspot, cell or place',
      role: 'combobox',
      'aria-expanded': 'false',
      'aria-controls': 'results',
      'aria-autocomplete': 'list',
      autocomplete: 'off',
      spellcheck: 'false',
      maxlength: 100,
    })
  );
  /** @type {Result[]} */
  let results = [];
  let active = -1;
  let asked = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pause;

  function close() {
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  }

  /** @param {number} next */
  function activate(next) {
    active = next;
    [...list.children].forEach((option, at) => option.setAttribute('aria-selected', String(at === active)));
    if (list.children[active]) {
      input.setAttribute('aria-activedescendant', list.children[active].id);
      list.children[active].scrollIntoView({ block: 'nearest' });
    }
  }

  /** @param {Result | undefined} result */
  function go(result) {
    if (!result) return;
    input.value = '';
    close();
    result.go();
  }

  function show() {
    const none = h('li', { class: 'soft none', role: 'option', 'aria-disabled': 'true' }, 'Nothing found');
    const options = results.map((result, at) =>
      h(
        'li',
        { role: 'option', id: `result-${at}`, 'aria-selected': 'false', onpointerdown: (/** @type {Event} */ event) => event.preventDefault(), onclick: () => go(result) },
        result.picture,
        h('span', { class: 'grow' }, result.title),
        h('span', { class: 'soft small' }, result.note),
      ),
    );
    list.replaceChildren(...(options.length ? options : [none]));
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    activate(results.length ? 0 : -1);
  }

  async function find() {
    const text = input.value.trim();
    const ticket = ++asked;
    if (!text) return close();
    const found = await everything(text, summary());
    if (ticket !== asked) return;
    results = found;
    show();
  }

  input.addEventListener('input', () => {
    clearTimeout(pause);
    pause = setTimeout(find, PAUSE_MS);
  });
  input.addEventListener('focus', () => input.value.trim() && find());
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' && !list.hidden) activate(Math.min(active + 1, results.length - 1));
    else if (event.key === 'ArrowUp' && !list.hidden) activate(Math.max(active - 1, 0));
    else if (event.key === 'Enter') go(results[active]);
    else if (event.key === 'Escape' && input.value) {
      input.value = '';
      close();
      event.stopPropagation();
    } else return;
    event.preventDefault();
  });
  return h('div', { class: 'search' }, input, list);
}

/** @param {string} text @param {import('./api.js').Summary} summary @returns {Promise<Result[]>} */
async function everything(text, summary) {
  const { epoch } = current();
  const plain = (/** @type {string} */ word) => word.toLowerCase().normalize('NFD').replace(/\p{Diacritic}/gu, '');
  const places = summary.places
    .filter(({ name }) => plain(name).includes(plain(text)))
    .map((place) => ({ title: place.name, note: 'place', picture: null, go: () => showPlace(place) }));
  const [hotspots, cell] = await Promise.all([
    api.hotspots({ search: text, limit: RESULTS_MAX, epoch }).then((page) => page.items, () => []),
    /^8[0-9a-f]{14}$/i.test(text) ? api.cell(text, epoch).catch(() => null) : null,
  ]);
  return [
    ...(cell ? [{ title: cell.cell, note: 'cell', picture: null, go: () => change({ selection: { kind: /** @type {const} */ ('cell'), id: cell.cell } }) }] : []),
    ...hotspots.map((hotspot) => ({
      title: hotspot.name,
      note: `place ${hotspot.standing}`,
      picture: look(hotspot.standing, hotspot.anchor),
      go: () => change({ selection: { kind: /** @type {const} */ ('hotspot'), id: hotspot.key } }),
    })),
    ...places,
  ].slice(0, RESULTS_MAX);
}
