// What the page shows, in one place; the address says the same, so that a view can be shared.
//
//   #zoom/lat/lng/metric[/hotspot=KEY | /cell=INDEX][/only=verified][/epoch=N]

/** @typedef {'signal' | 'hotspots' | 'rewards'} Metric */
/** @typedef {'all' | 'verified' | 'excluded'} Only */
/** @typedef {{kind: 'hotspot' | 'cell', id: string}} Selection */
/** @typedef {{zoom: number, lat: number, lng: number}} Camera */

/**
 * @typedef {object} State
 * @property {Metric} metric
 * @property {Only} only
 * @property {Selection | null} selection
 * @property {number | null} epoch null is the newest
 * @property {Camera | null} camera
 */

/** @type {readonly Metric[]} */
export const METRICS = ['signal', 'hotspots', 'rewards'];
/** @type {readonly Only[]} */
export const ONLY = ['all', 'verified', 'excluded'];

/** @type {State} */
const state = { metric: 'signal', only: 'all', selection: null, epoch: null, camera: null };

/** @type {((state: State, changed: Set<string>) => void)[]} */
const listeners = [];

/** @returns {Readonly<State>} */
export const current = () => state;

/** @param {(state: State, changed: Set<string>) => void} listener called after every change */
export function onChange(listener) {
  listeners.push(listener);
}

/** @param {Partial<State>} change */
export function change(change) {
  const changed = new Set(
    Object.entries(change)
      .filter(([name, value]) => JSON.stringify(/** @type {any} */ (state)[name]) !== JSON.stringify(value))
      .map(([name]) => name),
  );
  if (changed.size === 0) return;
  Object.assign(state, change);
  history.replaceState(null, '', written(state));
  for (const listener of listeners) listener(state, changed);
}

/** Takes the state from the address, without telling anybody. @param {string} hash */
export function read(hash) {
  const parts = hash.replace(/^#/, '').split('/').map(decodeURIComponent);
  const [zoom, lat, lng] = parts.slice(0, 3).map(Number);
  const located = parts.length >= 3 && [zoom, lat, lng].every(Number.isFinite) && Math.abs(lat) <= 90;
  state.camera = located ? { zoom, lat, lng } : null;
  state.metric = METRICS.find((metric) => parts.includes(metric)) ?? 'signal';
  state.only = ONLY.find((only) => parts.includes(`only=${only}`)) ?? 'all';
  state.selection = null;
  state.epoch = null;
  for (const part of parts) {
    const [, name, value] = /^(hotspot|cell|epoch)=([0-9a-f]+)$/i.exec(part) ?? [];
    if (name === 'epoch') state.epoch = Number(value);
    else if (name) state.selection = { kind: /** @type {'hotspot' | 'cell'} */ (name), id: value.toLowerCase() };
  }
}

/** Takes the state from the address and tells everybody: the user went back or edited it. @param {string} hash */
export function reread(hash) {
  const before = { ...state };
  read(hash);
  const after = { ...state };
  Object.assign(state, before);
  change(after);
}

/** @param {State} state */
function written({ camera, metric, only, selection, epoch }) {
  const where = camera ? [camera.zoom.toFixed(2), camera.lat.toFixed(5), camera.lng.toFixed(5)] : ['-', '-', '-'];
  const rest = [
    metric,
    selection && `${selection.kind}=${selection.id}`,
    only !== 'all' && `only=${only}`,
    epoch !== null && `epoch=${epoch}`,
  ];
  return `#${[...where, ...rest.filter(Boolean)].join('/')}`;
}
