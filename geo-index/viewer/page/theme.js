// Light or dark: the system's choice until the user makes one, which this browser then remembers.

/** @typedef {'light' | 'dark'} Theme */

const KEY = 'earshot-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');
/** @type {((theme: Theme) => void)[]} */
const listeners = [];

/** @returns {Theme | null} */
function chosen() {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === 'light' || theme === 'dark' ? theme : null;
  } catch {
    return null; // Storage is switched off: the system decides.
  }
}

/** @returns {Theme} */
export function theme() {
  return document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light';
}

/** @param {(theme: Theme) => void} listener */
export function onTheme(listener) {
  listeners.push(listener);
}

function follow() {
  const next = chosen() ?? (dark.matches ? 'dark' : 'light');
  if (next === document.documentElement.dataset.theme) return;
  document.documentElement.dataset.theme = next;
  for (const listener of listeners) listener(next);
}

/** Turns to the other theme. Back at the system's, the choice is forgotten and the page follows the system again. */
export function turn() {
  const next = theme() === 'dark' ? 'light' : 'dark';
  try {
    if (next === (dark.matches ? 'dark' : 'light')) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    document.documentElement.dataset.theme = next;
    for (const listener of listeners) listener(next);
    return;
  }
  follow();
}

/** A color of the current theme, as the stylesheet has it. @param {string} name */
export function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

dark.addEventListener('change', follow);
follow();
