// The carrier's page, and the plain page without JavaScript.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, ask, idle, launch, shot, visit } from './browser.mjs';

/** @type {import('playwright-core').Browser} */
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

for (const theme of /** @type {const} */ (['light', 'dark'])) {
  test(`the coverage query answers for the visible area, in the ${theme}`, async () => {
    await visit(browser, { theme, path: '/coverage' }, async (page) => {
      await idle(page);
      await page.$eval('#threshold', (slider) => {
        slider.value = '-130';
        slider.dispatchEvent(new Event('input', { bubbles: true }));
      });
      await page.click('#view');
      await page.waitForSelector('#answer .big');
      const share = Number.parseFloat((await page.textContent('#answer .big strong')) ?? '');
      assert.ok(share > 0 && share <= 100, String(share));
      for (const details of await page.$$('#answer details')) await details.evaluate((element) => element.setAttribute('open', ''));
      assert.match((await page.textContent('#answer pre')) ?? '', /^curl http.*\/api\/v1\/coverage\/query/s);
      await accessible(page);
      await shot(page, `coverage-${theme}`);
    });
  });
}

test('an area can be drawn, and a stricter threshold never covers more', async () => {
  await visit(browser, { path: '/coverage' }, async (page) => {
    await idle(page);
    await page.click('#draw');
    for (const [x, y] of [[600, 200], [1100, 200], [1100, 600]]) await page.mouse.click(x, y);
    await page.mouse.dblclick(600, 600);
    await page.waitForSelector('#answer .big');
    const covered = async () => Number((await page.textContent('#answer .figure strong')) ?? '');
    const before = await covered();
    const answered = page.waitForResponse((response) => response.url().endsWith('/coverage/query'));
    await page.$eval('#threshold', (slider) => {
      slider.value = '-80';
      slider.dispatchEvent(new Event('input', { bubbles: true }));
    });
    await answered;
    await page.waitForTimeout(200);
    assert.ok((await covered()) <= before);
  });
});

test('a refused area is explained', async () => {
  await visit(browser, { path: '/coverage' }, async (page) => {
    await idle(page);
    await page.fill('#polygon', 'not json');
    await page.waitForSelector('#answer .notice');
  });
});

test('on a phone the query fits', async () => {
  await visit(browser, { path: '/coverage', width: 390, height: 844, theme: 'dark' }, async (page) => {
    await idle(page);
    await page.click('#view');
    await page.waitForSelector('#answer .big');
    assert.equal(await page.evaluate(() => document.scrollingElement?.scrollWidth), 390);
    await accessible(page);
    await shot(page, 'coverage-phone');
  });
});

for (const theme of /** @type {const} */ (['light', 'dark'])) {
  test(`the plain page is whole without JavaScript, in the ${theme}`, async () => {
    const { hotspots, edges } = await ask('/api/v1/summary');
    await visit(browser, { path: '/plain', theme, javaScript: false }, async (page) => {
      await shot(page, `plain-${theme}`);
      assert.equal(await page.locator('svg .proven, svg .open, svg .disproven').count(), hotspots.total);
      assert.ok((await page.locator('table').count()) >= (edges.rejected > 0 ? 4 : 3));
    });
    await visit(browser, { path: '/plain', theme }, accessible);
  });
}

test('the plain page fits a phone', async () => {
  await visit(browser, { path: '/plain', width: 390, height: 844 }, async (page) => {
    assert.equal(await page.evaluate(() => document.scrollingElement?.scrollWidth), 390);
    await shot(page, 'plain-phone');
  });
});
