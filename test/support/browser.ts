import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The browser of this machine: CHROMIUM_PATH, or where it usually is; undefined where there is none. */
export const CHROMIUM = [process.env['CHROMIUM_PATH'] ?? '', ...USUAL_PLACES].find((path) => path && existsSync(path));

/** A test that needs a browser; where there is none it is reported as skipped, by its name. */
export const testInBrowser = CHROMIUM === undefined ? test.skip : test;

/** What a test may look for that a person would not see. */
export interface Seen {
  page: Page;
  /** errors of the page's code, and what its policy forbade */
  errors: string[];
}

export async function launchBrowser(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error('there is no browser: the test has to be one of testInBrowser');
  // root, as in a container, has no sandbox
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** A window of its own, in one zone and language wherever the test runs. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Seen> {
  const context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'Asia/Seoul',
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Uncaught/.test(message.text())) errors.push(message.text());
  });
  return { page, errors };
}

/** Presses Tab until the focus is where it is wanted. */
export async function tabTo(page: Page, wanted: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate<string>(NAME_OF_FOCUSED);
    if (wanted.test(name)) return;
    passed.push(name);
  }
  throw new Error(`the Tab key does not lead to ${wanted}, but to ${passed.join(' | ')}`);
}

/** its label or its text, as far as that matters here; evaluated in the page */
const NAME_OF_FOCUSED = `(() => {
  const { activeElement: element } = document;
  if (!element) return '';
  const label = element.labels?.[0]?.textContent ?? '';
  return (label || element.textContent || '').trim().replace(/\\s+/g, ' ');
})()`;
