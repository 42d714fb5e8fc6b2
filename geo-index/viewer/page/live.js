// The live feed. The browser reconnects by itself and says what it saw last; the server sends what was missed.

/** @typedef {import('./api.js').FeedItem} FeedItem */

const KINDS = ['beacon', 'heard', 'judged', 'rejected', 'place', 'published', 'note'];

/**
 * @param {number} after number of the last item that is known
 * @param {(item: FeedItem) => void} take
 * @param {(live: boolean) => void} tell whether the feed is connected
 */
export function listen(after, take, tell) {
  const source = new EventSource(`/api/v1/events?after=${after}`);
  for (const kind of KINDS) {
    source.addEventListener(kind, (event) => take(JSON.parse(/** @type {MessageEvent} */ (event).data)));
  }
  source.addEventListener('open', () => tell(true));
  source.addEventListener('error', () => {
    tell(false);
    // Refused outright (too many listeners, or a proxy's error page): the browser gives up, we do not.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(after, take, tell), 5000);
  });
}
