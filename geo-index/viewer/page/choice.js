// One of several, as a row of buttons: radio buttons in disguise, so that arrow keys and screen readers know them.

import { h } from './dom.js';

let groups = 0;

/**
 * @template {string} T
 * @param {string} label what is chosen
 * @param {{value: T, text: string}[]} options
 * @param {T} chosen
 * @param {(value: T) => void} choose
 */
export function choice(label, options, chosen, choose) {
  const name = `choice-${groups++}`;
  return h(
    'fieldset',
    { class: 'choice' },
    h('legend', { class: 'hidden' }, label),
    options.map(({ value, text }) =>
      h('label', {}, h('input', { type: 'radio', name, value, checked: value === chosen, onchange: () => choose(value) }), h('span', {}, text)),
    ),
  );
}
