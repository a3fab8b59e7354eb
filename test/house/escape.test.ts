import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { setBasePath } from '../../src/text/urls.ts';
import { isBelow } from '../support/local_urls.ts';
import type { Origin } from './escape/marker.ts';
import { examine, findViews } from './escape/views.ts';
import { filesMatching } from './source_files.ts';

const UNSAFE = 'test/house/escape/unsafe_views.tsx';
const FILES = filesMatching('views/**/*.tsx', 'src/operations/**/*.tsx');
const all = findViews([...FILES, UNSAFE]);
const views = all.filter(({ path }) => path !== UNSAFE);
const unsafeViews = all.filter(({ path }) => path === UNSAFE);

/** Texts that the program writes, not users or sources: they never contain an entity. */
const FROM_PROGRAM = [
  /(\.|^)(id|type|class|also|pattern|autocomplete|placeholder|href|\w+Href)$/,
  /^props\.name$/,
  /(\.|^)fields?(\[\d\])?\.(name|values\[\d\])$/,
  /\.(sources|models)\[\d\]\.(name|label)$/,
  /\.source\.name$/,
  /\.parts\.values\[key\]$/,
  /\.values\.waiting$/,
];

/** Keys that become parts of attribute names. */
const NAMES = /\.parts\.values \(key\)$/;

function originOf(path: string): Origin {
  if (NAMES.test(path)) return 'name';
  return FROM_PROGRAM.some((pattern) => pattern.test(path)) ? 'program' : 'data';
}

/** Views that get a whole job or posts, and show only times or whether there is a picture. */
const WITHOUT_TEXT = ['AlwaysPictures', 'JobDuration', 'JobStart', 'JobTimes', 'Took', 'zonedTime'];

const BASE = '/behind/xgpt';
beforeAll(() => setBasePath(BASE));
afterAll(() => setBasePath(''));

/** The paths of this server that the views showed, each with the name of its view. */
const shownUrls: [name: string, url: string][] = [];

describe('F14: no text comes out as markup', () => {
  test.each(views.map((view) => [`${view.path} ${view.name}`, view] as const))(
    '%s',
    async (_, view) => {
      const { holes, shown, hasTexts, localUrls } = await examine(view, originOf);
      for (const url of localUrls) shownUrls.push([view.name, url]);
      expect(holes).toEqual([]);
      const isExpectedToShowText = hasTexts && !WITHOUT_TEXT.includes(view.name);
      expect(shown.size > 0).toBe(isExpectedToShowText);
    },
  );

  test('every file of views is examined', () => {
    expect(views.length).toBeGreaterThan(60);
    const examined = new Set(views.map(({ path }) => path));
    expect(FILES.filter((path) => !examined.has(path))).toEqual([]);
  });
});

test('B4: every URL of this server that a view writes begins with the base path', () => {
  expect(shownUrls.length).toBeGreaterThan(100);
  expect(shownUrls.filter(([, url]) => !isBelow(BASE, url))).toEqual([]);
});

describe('the examination', () => {
  const holesOf = async (name: string) => {
    const view = unsafeViews.find((unsafe) => unsafe.name === name);
    return view ? (await examine(view)).holes : [`There is no view ${name}.`];
  };

  test.each(unsafeViews.filter(({ name }) => name !== 'Safe').map(({ name }) => name))(
    'finds the hole of %s',
    async (name) => {
      expect((await holesOf(name)).join('\n')).toMatch(/^props\.\S.* came out|is inside a script/);
    },
  );

  test('knows as many unsafe views as are written down', () => {
    expect(unsafeViews).toHaveLength(14);
  });

  test('finds nothing in a view that escapes everything, also where it cuts or encodes', async () => {
    expect(await holesOf('Safe')).toEqual([]);
  });
});
