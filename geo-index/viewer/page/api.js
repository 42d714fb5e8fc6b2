// Asks the server that the page came from, and nobody else.

/**
 * @typedef {object} Summary
 * @property {string} network
 * @property {string} randomness
 * @property {boolean} simulated
 * @property {number} epoch
 * @property {string} version
 * @property {boolean} closed
 * @property {[number, number]} epochs_kept
 * @property {number} time_ms
 * @property {number} block_height
 * @property {string} state_hash
 * @property {number} resolution
 * @property {number} cells_proven
 * @property {number} cells
 * @property {number} area_km2
 * @property {{total: number, proven: number, unproven: number, disproven: number}} hotspots
 * @property {{accepted: number, rejected: number, unproven: number, rejected_by: Record<string, number>}} edges
 * @property {{paid: string, emission?: string, supply_exact?: boolean}} ear
 * @property {[number, number, number, number] | null} bounds
 * @property {{rssi_dbm: [number, number] | null, hotspots: number, reward: string} | null} extremes
 * @property {Record<string, string>} tiles
 * @property {{name: string, lat: number, lng: number}[]} places
 * @property {number} feed
 */

/** @typedef {{accepted: number, rejected: number, unproven: number}} Counts */

/**
 * @typedef {object} Hotspot
 * @property {string} key
 * @property {number} number
 * @property {string} name
 * @property {string} owner
 * @property {number} lat
 * @property {number} lng
 * @property {number} height_m
 * @property {string} cell
 * @property {'proven' | 'unproven' | 'disproven'} standing
 * @property {boolean} anchor
 * @property {boolean} verified
 * @property {Counts} beaconed
 * @property {Counts} witnessed
 * @property {string} reward
 */

/**
 * @typedef {object} PlaceEvidence
 * @property {Outcome} outcome
 * @property {number} anchors
 * @property {number | null} residual_median_m
 * @property {number | null} residual_max_m
 * @property {number | null} offset_m
 * @property {string} explanation
 */

/** @typedef {'accepted' | 'rejected' | 'unproven'} Outcome */

/**
 * @typedef {Hotspot & {epoch: number, clock: string, antenna_gain_dbi: number, eirp_dbm: number, registered_epoch: number,
 *   place: PlaceEvidence | null, advice: string[], edges_out: Edge[], edges_in: Edge[], rewards: Reward[]}} HotspotCard
 */

/** @typedef {{key: string, name: string, cell: string}} Party */

/**
 * @typedef {object} Finding
 * @property {string} check
 * @property {Outcome} outcome
 * @property {number | null} measured
 * @property {number | null} allowed
 * @property {string} unit
 * @property {string} explanation
 */

/**
 * @typedef {object} Edge
 * @property {number} window
 * @property {number} time_ms
 * @property {Party} beaconer
 * @property {Party} witness
 * @property {Outcome} outcome
 * @property {string} check
 * @property {string} explanation
 * @property {number} hops_heard
 * @property {number} hops_sent
 * @property {number} snr_db
 * @property {number} rssi_dbm
 * @property {number} distance_m
 * @property {Finding[]} findings
 * @property {string} bundle
 */

/**
 * @typedef {object} Reward
 * @property {string} hotspot
 * @property {string} name
 * @property {string} owner
 * @property {string} role
 * @property {string | null} cell
 * @property {string} amount
 * @property {string} because
 * @property {{name: string, value: string, unit: string}[]} facts
 * @property {{window: number, beaconer: string, witness: string}[]} edges
 */

/**
 * @typedef {object} Cell
 * @property {string} cell
 * @property {number} resolution
 * @property {number} lat
 * @property {number} lng
 * @property {{median_rssi_dbm: number, weakest_rssi_dbm: number, strongest_rssi_dbm: number, median_snr_db: number} | null} signal
 * @property {number} samples
 * @property {number} witnesses
 * @property {number} hotspots
 * @property {number} last_epoch
 * @property {number} age_epochs
 * @property {string} reward
 * @property {number} covered
 * @property {number} cells
 */

/**
 * @typedef {Cell & {epoch: number, area_km2: number, boundary: [number, number][], covered_by: {key: string, name: string}[],
 *   proven_by: {key: string, name: string}[], edges: Edge[], rewards: Reward[]}} CellCard
 */

/** @typedef {{seq: number, text: string, type: string, time_ms: number} & Record<string, any>} FeedItem */

/** @template T @typedef {{epoch: number, total: number, offset: number, items: T[]}} Page */

/** A refusal by the server, with its sentence. */
export class Refused extends Error {
  /** @param {number} status @param {string} detail */
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/**
 * @param {string} path
 * @param {Record<string, string | number | null | undefined>} [query] entries without a value are left out
 * @param {RequestInit} [init]
 * @returns {Promise<any>}
 */
export async function ask(path, query = {}, init = {}) {
  const entries = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const search = new URLSearchParams(entries.map(([name, value]) => [name, String(value)])).toString();
  const response = await fetch(search ? `${path}?${search}` : path, init);
  const body = await response.json();
  if (!response.ok) throw new Refused(response.status, body.detail ?? response.statusText);
  return body;
}

/** @param {number | null} epoch @returns {Promise<Summary>} */
export const summary = (epoch) => ask('/api/v1/summary', { epoch });

/** @param {string} key @param {number | null} epoch @returns {Promise<HotspotCard>} */
export const hotspot = (key, epoch) => ask(`/api/v1/hotspots/${encodeURIComponent(key)}`, { epoch });

/** @param {string} cell @param {number | null} epoch @returns {Promise<CellCard>} */
export const cell = (cell, epoch) => ask(`/api/v1/cells/${encodeURIComponent(cell)}`, { epoch });

/** @param {Record<string, string | number | null | undefined>} query @returns {Promise<Page<Hotspot>>} */
export const hotspots = (query) => ask('/api/v1/hotspots', query);

/** @param {Record<string, string | number | null | undefined>} query @returns {Promise<Page<Cell>>} */
export const cells = (query) => ask('/api/v1/cells', query);

/** @param {number} limit @returns {Promise<FeedItem[]>} */
export const feed = async (limit) => (await ask('/api/v1/feed', { limit })).items;
