import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { setBasePath } from '../../src/text/urls.ts';
import { isBelow, urlsOutside } from '../support/local_urls.ts';
import { bodyOf } from './answer.ts';
import type { Area, AreaCase } from './area.ts';
import { ALL_FORMATS, type Format, requestOf } from './case.ts';
import { AREAS } from './cases/index.ts';
import { closeRecordedApps, type RecordedApp, removeJobs } from './world.ts';

const BASE = '/behind/xgpt';

/** Headers that send a client to a URL of this server. */
const LINKS = ['location', 'content-location', 'hx-redirect', 'hx-location', 'hx-push-url', 'link'];

afterAll(closeRecordedApps);
beforeEach(() => setBasePath(BASE));
afterEach(() => setBasePath(''));

describe('B4: with a base path, every URL of this server begins with it', () => {
  for (const area of AREAS) {
    test(area.name, async () => {
      expect(await wrongUrlsIn(area)).toEqual([]);
    });
  }

  test('and one that does not is found', () => {
    const outside = (markup: string) => urlsOutside(BASE, markup);
    expect(outside('<!doctype html><html><body><a href="/jobs">Jobs</a>')).toEqual([
      'a href="/jobs"',
    ]);
    expect(outside('<div><form action="jobs?x" hx-post="/behind/xgpt-2"></form></div>')).toEqual([
      'form action="jobs?x"',
      'form hx-post="/behind/xgpt-2"',
    ]);
    expect(outside('<tr><td><button formaction="/x">')).toEqual(['button formaction="/x"']);
    expect(outside(`<a href="${BASE}/jobs">a</a> <a href="#b">b</a> <input value="/c">`)).toEqual(
      [],
    );
  });
});

async function wrongUrlsIn({ setup, teardown, cases, changes }: Area): Promise<string[]> {
  const web = await setup();
  // An app sets its own base path, which is empty here.
  setBasePath(BASE);
  const found: string[] = [];
  for (const each of cases) {
    for (const format of each.formats ?? ALL_FORMATS) {
      const wrong = await wrongUrlsOf(web, each, format);
      found.push(...wrong.map((url) => `${each.name}, ${format}: ${url}`));
      if (changes) await removeJobs(web);
    }
  }
  teardown?.(web);
  return found;
}

async function wrongUrlsOf(web: RecordedApp, given: AreaCase, format: Format): Promise<string[]> {
  const made = await given.given?.(web);
  for (const [name, id] of Object.entries(made ?? {})) web.names.set(name, id);
  const { path, init } = requestOf(given, format, web.fill);
  const leaving = new AbortController();
  const response = await web.request(BASE + path, { ...init, signal: leaving.signal });
  const body = await bodyOf(response, given);
  leaving.abort();
  for (const name of Object.keys(made ?? {})) web.names.delete(name);
  return [...wrongHeaders(response), ...wrongUrls(response, body)];
}

function wrongHeaders({ headers }: Response): string[] {
  const links = LINKS.flatMap((name) => {
    const value = headers.get(name);
    return value === null || isBelow(BASE, value) ? [] : [`${name}: ${value}`];
  });
  const cookies = headers.getSetCookie().filter((cookie) => !cookie.includes(`; Path=${BASE};`));
  return [...links, ...cookies];
}

function wrongUrls({ headers }: Response, body: string): string[] {
  const type = headers.get('content-type') ?? '';
  const absolute = [...body.matchAll(/http:\/\/localhost:3000([^\s"'<]*)/g)]
    .filter(([, path = '']) => !isBelow(BASE, path))
    .map(([url]) => url);
  if (type.startsWith('text/html')) return [...absolute, ...urlsOutside(BASE, body)];
  if (!type.startsWith('text/event-stream')) return absolute;
  const data = body.replaceAll(/^(?:data: ?|\w+:.*)/gm, '');
  return [...absolute, ...urlsOutside(BASE, data)];
}
