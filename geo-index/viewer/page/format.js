// Numbers, amounts and times as people read them.

const MINUS = '\u2212';
const THIN_SPACE = '\u202f';

/**
 * A number with so many decimals, digits in groups of three, and a real minus sign.
 * @param {number} value
 * @param {number} [decimals]
 */
export function number(value, decimals = 0) {
  const text = value.toLocaleString('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return text.replace('-', MINUS);
}

/**
 * A measured value with its unit; `none` when there is no value.
 * @param {number | null | undefined} value
 * @param {string} unit
 * @param {number} [decimals]
 */
export function measured(value, unit, decimals = 0) {
  return value === null || value === undefined ? 'none' : `${number(value, decimals)}${THIN_SPACE}${unit}`;
}

/**
 * Metres, or kilometres from one on.
 * @param {number | null | undefined} value
 */
export function distance(value) {
  if (value === null || value === undefined) return 'none';
  return value >= 1000 ? measured(value / 1000, 'km', value >= 10000 ? 1 : 2) : measured(value, 'm');
}

/**
 * Base units (10^-8 EAR, a decimal string) as EAR: exact below a hundred, else rounded to a tenth.
 * @param {string} baseUnits
 */
export function ear(baseUnits) {
  const units = BigInt(baseUnits);
  const whole = units / 100000000n;
  if (whole >= 100n) return number(Math.round(Number(units / 10000000n)) / 10, whole >= 100000n ? 0 : 1);
  const part = (units % 100000000n).toString().padStart(8, '0').replace(/0+$/, '');
  return part ? `${whole}.${part}` : whole.toString();
}

/**
 * The amount to the last unit, with its unit: for titles.
 * @param {string} baseUnits
 */
export function earExact(baseUnits) {
  const units = BigInt(baseUnits);
  return `${units / 100000000n}.${(units % 100000000n).toString().padStart(8, '0')} EAR`;
}

/**
 * Time of day of a network time.
 * @param {number} timeMs
 */
export function clock(timeMs) {
  return new Date(timeMs).toLocaleTimeString('en-GB');
}

/** @param {string} name such as `link_budget` */
export function words(name) {
  return name.replaceAll('_', ' ');
}

/** @param {string} text */
export function capitalized(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export function counted(count, one, many = `${one}s`) {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/**
 * Epochs since, in words.
 * @param {number} age
 */
export function ago(age) {
  return age === 0 ? 'this epoch' : `${counted(age, 'epoch')} ago`;
}

/** An H3 index without what all of a resolution share: mode, resolution and unused digits. @param {string} index */
export const shortCell = (index) => index.slice(2).replace(/f+$/, '');

/** The beginning of a key, enough to tell it from others. @param {string} key */
export function short(key) {
  return `${key.slice(0, 6)}\u2026${key.slice(-4)}`;
}
