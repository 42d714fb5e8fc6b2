// What happened, for people: items of one beacon (on the air, heard, judged) are one entry that grows.

/** @typedef {import('./api.js').FeedItem} FeedItem */
/** @typedef {import('./api.js').Outcome} Outcome */

/**
 * @typedef {object} Entry
 * @property {string} id
 * @property {string} kind
 * @property {Outcome | null} outcome
 * @property {number} time_ms
 * @property {string} text
 * @property {string} detail
 * @property {string | null} hotspot key of whom it is about
 */

const KEPT = 60;

/** Newest last. @type {Map<string, Entry>} */
const kept = new Map();

/** Takes an item. @param {FeedItem} item */
export function take(item) {
  const id = item.window === undefined || item.type === 'rejected' ? `item-${item.seq}` : `window-${item.window}`;
  const before = kept.get(id);
  kept.delete(id);
  kept.set(id, entry(item, id, before));
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) break;
    kept.delete(oldest);
  }
}

/** Newest first. @returns {Entry[]} */
export const entries = () => [...kept.values()].reverse();

/** @param {FeedItem} item @param {string} id @param {Entry | undefined} before @returns {Entry} */
function entry(item, id, before) {
  const base = { id, kind: item.type, outcome: null, time_ms: item.time_ms, text: item.text, detail: '', hotspot: item.beaconer ?? item.hotspot ?? null };
  switch (item.type) {
    case 'judged': {
      const counts = /** @type {const} */ (['accepted', 'rejected', 'unproven']).filter((outcome) => item[outcome] > 0);
      const detail = counts.map((outcome) => `${item[outcome]} ${outcome}`).join(', ') || 'no edges';
      return { ...base, text: before?.text ?? item.text, detail: before ? detail : '' };
    }
    case 'rejected': {
      const [head, ...rest] = item.text.split('. ');
      return { ...base, outcome: 'rejected', text: head, detail: rest.join('. '), hotspot: item.witness ?? null };
    }
    case 'place': {
      const [head, ...rest] = item.text.split('. ');
      return { ...base, outcome: item.outcome, text: head, detail: rest.join('. ') };
    }
    default:
      return base;
  }
}
