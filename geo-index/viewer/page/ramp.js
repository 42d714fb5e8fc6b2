// Color scales: viridis for signal, cividis for hotspots, a part of inferno for rewards. On light ground they run the
// other way, so that more is always further from the paper. Legend and map take their colors from here, both.

/** @typedef {import('./state.js').Metric} Metric */
/** @typedef {import('./theme.js').Theme} Theme */
/** @typedef {{value: number, color: string}[]} Stops */

// matplotlib's maps, sampled at nine places.
const VIRIDIS = ['#440154', '#472c7a', '#3b518b', '#2c718e', '#21908d', '#27ad81', '#5cc863', '#aadc32', '#fde725'];
const CIVIDIS = ['#00224e', '#123570', '#3b496c', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369', '#e1cc55'];
// Inferno between 0.15 and 0.9: its ends are ink and paper.
const INFERNO = ['#2f0a5b', '#510e6c', '#741a6e', '#972766', '#b93556', '#d84c3e', '#ee6a24', '#f98e09', '#fac228'];

/** Signals at the ends of the scale, dBm. */
export const SIGNAL_DBM = [-130, -80];
/** Number of hotspots from which on the color stays. */
const HOTSPOTS_MAX = 6;
/** How much of the ground shows through a fresh cell. */
export const CELL_OPACITY = 0.84;

/** @param {string[]} colors @param {Theme} theme */
const directed = (colors, theme) => (theme === 'dark' ? colors : [...colors].reverse());

/** Round numbers for a scale from 0 that reaches `most`. @param {number} most */
export function roundTop(most) {
  if (!(most > 0)) return 1;
  const magnitude = 10 ** Math.floor(Math.log10(most));
  return magnitude * ([1, 2, 2.5, 5, 10].find((step) => step * magnitude >= most) ?? 10);
}

/**
 * The scale of a metric.
 * @param {Metric} metric
 * @param {Theme} theme
 * @param {number} rewardMost most paid for one cell, base units
 * @returns {Stops}
 */
export function stops(metric, theme, rewardMost) {
  if (metric === 'hotspots') {
    const colors = directed(CIVIDIS, theme);
    return Array.from({ length: HOTSPOTS_MAX }, (_, at) => ({
      value: at + 1,
      color: mixed(colors, at / (HOTSPOTS_MAX - 1)),
    }));
  }
  const colors = directed(metric === 'signal' ? VIRIDIS : INFERNO, theme);
  const [low, high] = metric === 'signal' ? SIGNAL_DBM : [0, roundTop(rewardMost)];
  return colors.map((color, at) => ({ value: low + ((high - low) * at) / (colors.length - 1), color }));
}

/** The color at a part (0 to 1) of a scale. @param {string[]} colors @param {number} part */
function mixed(colors, part) {
  const at = Math.min(part * (colors.length - 1), colors.length - 1.000001);
  const [from, to] = [colors[Math.floor(at)], colors[Math.floor(at) + 1]].map(channels);
  const mix = from.map((channel, i) => Math.round(channel + (to[i] - channel) * (at % 1)));
  return `#${mix.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

/** @param {string} hex */
const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/**
 * The color of a value.
 * @param {Stops} stops
 * @param {number} value
 */
export function colorOf(stops, value) {
  const [first, last] = [stops[0].value, stops[stops.length - 1].value];
  const part = Math.min(1, Math.max(0, (value - first) / (last - first || 1)));
  return mixed(stops.map((stop) => stop.color), part);
}
