import { createReadStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import packagedChromium from '@sparticuz/chromium';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import tar from 'tar-stream';

const CACHE = join(import.meta.dir, '../../node_modules/.cache/xgpt-chromium');

// Otherwise Chromium connects to servers of its vendor; tests must not use the network.
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  // The host name in the documented files of proxies; no other host is reached.
  '--host-resolver-rules=MAP xgpt.example 127.0.0.1,MAP * ~NOTFOUND,EXCLUDE localhost,EXCLUDE 127.0.0.1,EXCLUDE ::1',
];

/** The longest wait for a click, a selector or a page, in ms: a machine may be busy. */
const STEP_TIMEOUT_MS = 60_000;

let browser: Promise<Browser> | undefined;
const contexts: BrowserContext[] = [];

/** Unpacks Chromium before test files that run at once would each do it. */
export async function unpackChromium(): Promise<void> {
  await packagedChromium.executablePath();
}

/** Every test file that opens a page calls this in `afterAll`. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
  contexts.length = 0;
}

/** A context of Chromium, which is started again if it has died: Bun 1.4.4 ends it when a test times out. */
async function newContext(options: BrowserContextOptions): Promise<BrowserContext> {
  browser ??= launch();
  try {
    return await (await browser).newContext(options);
  } catch (error) {
    if (!hasBeenClosed(error)) throw error;
    contexts.length = 0;
    browser = launch();
    return (await browser).newContext(options);
  }
}

/** A Chromium that is being ended may still answer that it has no such context. */
function hasBeenClosed(error: unknown): boolean {
  return /has been closed|Failed to find context/.test(`${error}`);
}

/**
 * Closes all pages. Test files whose pages use much CPU or hold a connection call this in
 * `afterEach`.
 */
export async function closePages(): Promise<void> {
  for (const context of contexts.splice(0)) {
    await context.close().catch((error) => {
      if (!hasBeenClosed(error)) throw error;
    });
  }
}

/** For tests of what moves. */
export const MOVING = { reducedMotion: 'no-preference' } as const;

/**
 * A page in a new browser context. Errors of its console are collected in `problems`. Nothing moves
 * in it unless the options say so: Chromium draws each step of an animation without a graphics card,
 * which takes half of the processor time of a page with running jobs.
 */
export async function openPage(options: BrowserContextOptions = {}) {
  const context = await newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(STEP_TIMEOUT_MS);
  contexts.push(context);
  const page = await context.newPage();
  return { page, context, problems: problemsOf(page) };
}

function problemsOf(page: Page): string[] {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  return problems;
}

/** Chromium from the npm package, so that no browser has to be installed. */
async function launch(): Promise<Browser> {
  const executablePath = await packagedChromium.executablePath();
  try {
    return await chromium.launch({ executablePath, args: ARGS });
  } catch (error) {
    if (!`${error}`.includes('error while loading shared libraries')) throw error;
    const env = { ...process.env, LD_LIBRARY_PATH: await packagedLibraries() };
    return chromium.launch({ executablePath, args: ARGS, env });
  }
}

/** libnss3 and related libraries, which slim images lack, from the same package. */
async function packagedLibraries(): Promise<string> {
  const folder = join(CACHE, 'lib');
  if (await Bun.file(join(folder, 'libnss3.so')).exists()) return folder;
  const packed = Bun.resolveSync('@sparticuz/chromium/package.json', import.meta.dir);
  const partial = `${folder}.${process.pid}`;
  await mkdir(partial, { recursive: true });
  const extract = tar.extract();
  const unpacking = pipeline(
    createReadStream(join(packed, '../bin/al2023.tar.br')),
    createBrotliDecompress(),
    extract,
  );
  for await (const entry of extract) {
    const name = entry.header.name.split('/').at(-1);
    if (entry.header.type === 'file' && name)
      await Bun.write(join(partial, name), await bytesOf(entry));
    else entry.resume();
  }
  await unpacking;
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
  return folder;
}

async function bytesOf(stream: AsyncIterable<unknown>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** Presses like a user: 80 ms between down and up, even if the element moves meanwhile. */
export async function press(page: Page, selector: string): Promise<void> {
  const box = await page.locator(selector).boundingBox();
  if (!box) throw new Error(`${selector} is not on the page.`);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await Bun.sleep(80);
  await page.mouse.up();
}
