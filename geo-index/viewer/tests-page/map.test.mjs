// The map page: drawn, quiet, reachable by keyboard, readable by screen readers, alive.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, ADDRESS, ask, idle, launch, shot, visit } from './browser.mjs';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {any} */
let rejected;
/** @type {any} */
let cell;

before(async () => {
  browser = await launch();
  const page = await ask('/api/v1/edges?outcome=rejected&limit=1');
  rejected = page.items[0];
  cell = (await ask('/api/v1/cells?limit=1')).items[0];
});
after(() => browser.close());

for (const theme of /** @type {const} */ (['light', 'dark'])) {
  test(`the map is drawn, quiet and accessible in the ${theme}`, async () => {
    await visit(browser, { theme }, async (page) => {
      await idle(page);
      assert.equal(await page.getAttribute('html', 'data-theme'), theme);
      await accessible(page);
      await shot(page, `overview-${theme}`);
    });
  });

  test(`a hotspot's card says why its edges were rejected, in the ${theme}`, async () => {
    await visit(browser, { theme, path: `/#-/-/-/signal/hotspot=${rejected.witness.key}` }, async (page) => {
      await idle(page);
      await page.waitForSelector('.edge.rejected');
      for (const part of ['.edge.rejected', '.reward']) await page.$$eval(part, (all) => all.slice(0, 1).forEach((details) => details.setAttribute('open', '')));
      const card = await page.textContent('.card');
      assert.match(card ?? '', new RegExp(rejected.witness.name.replace(/[^\p{L}\d ]/gu, '.'), 'u'));
      assert.match(card ?? '', /allowed/);
      await accessible(page);
      await shot(page, `hotspot-${theme}`);
    });
  });

  test(`a cell's card shows what was measured, in the ${theme}`, async () => {
    await visit(browser, { theme, path: `/#-/-/-/signal/cell=${cell.cell}` }, async (page) => {
      await idle(page);
      await page.waitForSelector('.card h2');
      const card = (await page.textContent('.card')) ?? '';
      assert.match(card, /Measured, not modelled/);
      assert.match(card, /samples?/);
      if (cell.signal) assert.match(card, /dBm/);
      await accessible(page);
      await shot(page, `cell-${theme}`);
    });
  });

  test(`on a phone nothing overlaps and nothing scrolls sideways, in the ${theme}`, async () => {
    await visit(browser, { theme, width: 390, height: 844, path: '/' }, async (page) => {
      await idle(page);
      const boxes = await page.evaluate(() =>
        ['#panel', '.maplibregl-ctrl-top-right', '.maplibregl-ctrl-attrib', '.maplibregl-ctrl-scale'].map((selector) => {
          const { left, top, right, bottom } = document.querySelector(selector).getBoundingClientRect();
          return { selector, left, top, right, bottom };
        }),
      );
      const [panel, ...controls] = boxes;
      for (const box of controls) assert.ok(box.bottom <= panel.top + 1, `${box.selector} lies under the panel`);
      assert.ok(panel.left >= 0 && panel.right <= 390);
      assert.equal(await page.evaluate(() => document.scrollingElement?.scrollWidth), 390);
      await shot(page, `phone-low-${theme}`);
      for (const height of ['half', 'full']) {
        await page.click('#grip');
        await page.waitForSelector(`#panel[data-height=${height}]`);
        await page.waitForTimeout(400);
        assert.equal(await page.$eval('#panel-content', (content) => content.scrollWidth - content.clientWidth), 0, 'the panel scrolls down only');
        await accessible(page);
        await shot(page, `phone-${height}-${theme}`);
      }
    });
  });
}

test('what is drawn is where it should be: pointing at the middle of a chosen hotspot finds it', async () => {
  const { items } = await ask('/api/v1/hotspots?only=verified&limit=1');
  await visit(browser, { path: `/#15/${items[0].lat}/${items[0].lng}/signal` }, async (page) => {
    await idle(page);
    await page.mouse.move(640, 400);
    await page.waitForSelector('#hover:not([hidden])');
    assert.match((await page.textContent('#hover')) ?? '', new RegExp(`place ${items[0].standing}`));
    await page.mouse.click(640, 400);
    await page.waitForFunction((name) => document.querySelector('.card h2')?.textContent === name, items[0].name);
  });
});

test('the keyboard reaches a hotspot, and Escape comes back to where it was', async () => {
  const { items } = await ask('/api/v1/hotspots?limit=1');
  await visit(browser, {}, async (page) => {
    await idle(page);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.className), 'skip');
    await page.focus('input[role=combobox]');
    await page.keyboard.type(items[0].key.slice(0, 12));
    await page.waitForSelector('#result-0[aria-selected=true]');
    await page.keyboard.press('Enter');
    await page.waitForFunction((name) => document.activeElement?.tagName === 'H2' && document.activeElement.textContent === name, items[0].name);
    assert.match(page.url(), new RegExp(`hotspot=${items[0].key}`));
    await page.keyboard.press('Escape');
    await page.waitForSelector('#list');
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('role')), 'combobox');
    assert.doesNotMatch(page.url(), /hotspot=/);
  });
});

test('every control has a visible focus', async () => {
  await visit(browser, {}, async (page) => {
    await idle(page);
    const bare = [];
    for (let step = 0; step < 40; step += 1) {
      await page.keyboard.press('Tab');
      const found = await page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return null;
        const shown = (/** @type {Element} */ one) => {
          const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
          return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
        };
        const covered = element.matches('.choice input') && element.nextElementSibling;
        return { name: element.outerHTML.slice(0, 90), shown: shown(covered || element) };
      });
      if (found && !found.shown) bare.push(found.name);
    }
    assert.deepEqual(bare, []);
  });
});

test('the lists say what the map shows', async () => {
  const [all, verified] = await Promise.all(['', '&only=verified'].map((only) => ask(`/api/v1/hotspots?limit=1${only}`)));
  await visit(browser, {}, async (page) => {
    await idle(page);
    await page.click('#tab-hotspots');
    const rows = () => page.$$eval('#list tbody tr', (rows) => rows.length);
    await page.waitForSelector('#list tbody tr');
    assert.equal(await rows(), Math.min(all.total, 100));
    await page.click('label:has(input[value=verified])');
    await page.waitForFunction((wanted) => document.querySelectorAll('#list tbody tr').length === wanted, Math.min(verified.total, 100));
    assert.match(page.url(), /only=verified/);
    await page.click('#tab-cells');
    await page.waitForSelector('#list tbody tr code');
    assert.ok((await rows()) > 0);
  });
});

test('an address brings back what was shared', async () => {
  await visit(browser, { path: `/#9.50/50.00000/14.00000/rewards/cell=${cell.cell}/only=excluded` }, async (page) => {
    await idle(page);
    await page.waitForSelector('.card h2');
    await page.click('.back button');
    assert.ok(await page.isChecked('input[value=rewards]'));
    assert.ok(await page.isChecked('input[value=excluded]'));
    assert.match(page.url(), /#9\.50\/50\.00000\/14\.00000\/rewards\/only=excluded/);
  });
});

test('colors follow the system and the switch, and the legend is the map\u2019s', async () => {
  await visit(browser, { theme: 'dark' }, async (page) => {
    await idle(page);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.waitForSelector('html[data-theme=light]');
    await page.click('button[aria-label="Switch to dark colors"]');
    await page.waitForSelector('html[data-theme=dark]');
    await page.reload();
    await page.waitForSelector('html[data-theme=dark]');
    await idle(page);
    for (const metric of ['hotspots', 'rewards', 'signal']) {
      await page.click(`label:has(input[value=${metric}])`);
      await page.waitForSelector('.legend');
      await idle(page);
      await shot(page, `metric-${metric}-dark`);
    }
  });
});

test('an earlier epoch can be looked at, and the newest comes back', async () => {
  const { epochs_kept: kept } = await ask('/api/v1/summary');
  if (kept[0] === kept[1]) return;
  await visit(browser, {}, async (page) => {
    await idle(page);
    await page.click('button[aria-label="Earlier epoch"]');
    await page.waitForSelector('.epoch .chip');
    assert.match(page.url(), /epoch=\d+/);
    await page.click('.epoch .chip');
    await page.waitForSelector('.epoch .chip', { state: 'detached' });
    assert.doesNotMatch(page.url(), /epoch=/);
  });
});

test('with reduced motion nothing moves by itself', async () => {
  await visit(browser, { still: true }, async (page) => {
    await idle(page);
    const moving = await page.evaluate(() => document.getAnimations().filter((animation) => animation.playState === 'running' && Number(animation.effect?.getComputedTiming().duration) > 50).length);
    assert.equal(moving, 0);
  });
});

/** Whether something happens on this network within a while. */
async function isAlive() {
  const now = async () => (await ask('/api/v1/summary')).feed;
  const [before] = [await now()];
  for (let tries = 0; tries < 60; tries += 1) {
    if ((await now()) > before) return true;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return false;
}

test('what happens appears by itself, and a new epoch swaps the tiles without a flash', async (t) => {
  if (!(await isAlive())) return t.skip('nothing happens on this network any more');
  await visit(browser, { path: `/#14/${cell.lat}/${cell.lng}/signal`, width: 900, height: 600 }, async (page) => {
    await idle(page);
    await page.waitForSelector('html[data-live=true]');
    const first = await page.textContent('.feed li');
    await page.waitForFunction((before) => document.querySelector('.feed li')?.textContent !== before, first, { timeout: 20_000 });
    const before = await page.textContent('.epoch strong');
    const film = await record(page);
    await page.waitForResponse((response) => /\/tiles\/coverage\//.test(response.url()), { timeout: 60_000 });
    await page.waitForTimeout(1_500);
    const frames = await film.stop();
    assert.notEqual(await page.textContent('.epoch strong'), before);
    assert.ok(frames.length > 3, `${frames.length} frames`);
    const land = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--land').trim());
    const ground = [1, 3, 5].map((at) => parseInt(land.slice(at, at + 2), 16));
    for (const frame of frames) {
      // A spot in the cell in the middle, away from its hotspot.
      const seen = await page.evaluate(colorAt, { base64: frame, x: 444, y: 262 });
      const away = seen.reduce((sum, channel, i) => sum + Math.abs(channel - ground[i]), 0);
      assert.ok(away > 60, `the cell was gone for a moment: ${seen} is nearly the ground's ${ground}`);
    }
  });
});

/** Films the page, frame by frame as it is composited; the newest frames are kept. @param {import('playwright-core').Page} page */
async function record(page) {
  const session = await page.context().newCDPSession(page);
  /** @type {string[]} */
  const frames = [];
  session.on('Page.screencastFrame', ({ data, sessionId }) => {
    frames.push(data);
    if (frames.length > 200) frames.shift();
    session.send('Page.screencastFrameAck', { sessionId }).catch(() => {});
  });
  await session.send('Page.startScreencast', { format: 'jpeg', quality: 90, everyNthFrame: 1 });
  return {
    async stop() {
      await session.send('Page.stopScreencast');
      return frames;
    },
  };
}

/** Mean color of a few pixels of a picture, computed in the page. @param {{base64: string, x: number, y: number}} spot */
async function colorAt({ base64, x, y }) {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
  const pen = new OffscreenCanvas(8, 8).getContext('2d');
  pen.drawImage(image, x, y, 8, 8, 0, 0, 8, 8);
  const { data } = pen.getImageData(0, 0, 8, 8);
  const sums = [0, 0, 0];
  for (let at = 0; at < data.length; at += 4) sums.forEach((_, i) => (sums[i] += data[at + i]));
  return sums.map((sum) => Math.round(sum / 64));
}

test('without WebGL the page says so and names the plain one', async () => {
  const poor = await launch(['--disable-3d-apis']);
  try {
    const context = await poor.newContext();
    const page = await context.newPage();
    await page.goto(`${ADDRESS}/`);
    await page.waitForSelector('#panel-content a[href="/plain"]');
  } finally {
    await poor.close();
  }
});
