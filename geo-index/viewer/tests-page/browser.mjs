// A browser that hears everything: console, failed requests, requests to anybody but the server under test.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const ADDRESS = process.env.EARSHOT_ADDRESS ?? 'http://127.0.0.1:8080';
const SHOTS = process.env.EARSHOT_SHOTS ?? 'shots';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
export const SOFTWARE_GL = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
/** What a software renderer says of itself. */
const RENDERER = /GPU stall due to ReadPixels|GroupMarkerNotSet|Automatic fallback to software WebGL/;
export const IDLE_MS = 60_000;

/** @param {string[]} [more] flags */
export const launch = (more = SOFTWARE_GL) => chromium.launch({ executablePath: '/usr/bin/chromium', args: [...FLAGS, ...more] });

/**
 * Opens a page, hands it to `test`, and afterwards holds against it what it said and whom it asked.
 * @param {import('playwright-core').Browser} browser
 * @param {{path?: string, width?: number, height?: number, theme?: 'light' | 'dark', still?: boolean, javaScript?: boolean}} how
 * @param {(page: import('playwright-core').Page) => Promise<void>} test
 */
export async function visit(browser, { path = '/', width = 1280, height = 800, theme = 'light', still = false, javaScript = true }, test) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: still ? 'reduce' : 'no-preference',
    javaScriptEnabled: javaScript,
    // axe is injected as a script, which the page's own policy rightly forbids.
    bypassCSP: false,
  });
  const page = await context.newPage();
  const said = [];
  const asked = [];
  page.on('console', (message) => RENDERER.test(message.text()) || said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => said.push(`error: ${error.message}`));
  page.on('request', (request) => asked.push(request.url()));
  page.on('response', (response) => response.status() >= 400 && said.push(`${response.status()}: ${response.url()}`));
  await page.goto(ADDRESS + path);
  try {
    await test(page);
    assert.deepEqual(said, [], 'nothing is said in the console');
    const outside = asked.filter((url) => !url.startsWith(`${ADDRESS}/`) && !url.startsWith('data:') && !url.startsWith('blob:'));
    assert.deepEqual(outside, [], 'nobody else is asked');
  } finally {
    await context.close();
  }
}

/** @param {import('playwright-core').Page} page */
export async function idle(page) {
  await page.waitForSelector('html[data-map=idle]', { timeout: IDLE_MS });
}

/** @param {import('playwright-core').Page} page @param {string} name */
export async function shot(page, name) {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

/** No violation of any rule that axe knows. @param {import('playwright-core').Page} page */
export async function accessible(page) {
  // Evaluated in the page, not added as a script element: the content security policy stays in force.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => /** @type {any} */ (globalThis).axe.run());
  const told = violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => `${node.target} ${node.failureSummary}`).join('; ')}`);
  assert.deepEqual(told, []);
}

/** @param {string} path */
export async function ask(path) {
  const response = await fetch(ADDRESS + path);
  assert.equal(response.status, 200, path);
  return response.json();
}
