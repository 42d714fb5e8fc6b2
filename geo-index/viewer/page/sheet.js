// On a narrow screen the panel is a sheet at the bottom with three heights; the grip drags it, clicks step through.

import { byId } from './dom.js';

/** @typedef {'low' | 'half' | 'full'} Height */

/** @type {Height[]} */
const HEIGHTS = ['low', 'half', 'full'];
const DRAG_MIN_PX = 24;

/** @param {Height} height */
export function setSheet(height) {
  const panel = byId('panel');
  panel.dataset.height = height;
  panel.style.removeProperty('--dragged');
  const grip = byId('grip');
  grip.setAttribute('aria-expanded', String(height !== 'low'));
  if (grip.firstElementChild) grip.firstElementChild.textContent = height === 'full' ? 'Show less of the panel' : 'Show more of the panel';
}

/** A card needs room: opens the sheet half way, unless it is open already. */
export function openSheet() {
  if (byId('panel').dataset.height === 'low') setSheet('half');
}

export function makeSheet() {
  const [panel, grip] = [byId('panel'), byId('grip')];
  /** @type {{y: number, height: number} | null} */
  let start = null;
  let dragged = false;
  setSheet('low');
  grip.addEventListener('pointerdown', (event) => {
    start = { y: event.clientY, height: panel.getBoundingClientRect().height };
    dragged = false;
    grip.setPointerCapture(event.pointerId);
  });
  grip.addEventListener('pointermove', (event) => {
    if (!start) return;
    const moved = start.y - event.clientY;
    dragged ||= Math.abs(moved) > 4;
    if (dragged) panel.style.setProperty('--dragged', `${start.height + moved}px`);
  });
  grip.addEventListener('pointerup', (event) => {
    if (!start || !dragged) return void (start = null);
    const moved = start.y - event.clientY;
    start = null;
    const at = HEIGHTS.indexOf(/** @type {Height} */ (panel.dataset.height));
    const step = Math.abs(moved) < DRAG_MIN_PX ? 0 : Math.sign(moved) * (Math.abs(moved) > innerHeight / 2 ? 2 : 1);
    setSheet(HEIGHTS[Math.min(2, Math.max(0, at + step))]);
  });
  grip.addEventListener('pointercancel', () => {
    start = null;
    panel.style.removeProperty('--dragged');
  });
  grip.addEventListener('click', () => {
    if (dragged) return void (dragged = false);
    const at = HEIGHTS.indexOf(/** @type {Height} */ (panel.dataset.height));
    setSheet(HEIGHTS[(at + 1) % HEIGHTS.length]);
  });
}
