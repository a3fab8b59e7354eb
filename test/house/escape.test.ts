import { describe, expect, test } from 'bun:test';
import { examine, findViews } from './escape/views.ts';
import { filesMatching } from './source_files.ts';

const UNSAFE = 'test/house/escape/unsafe_views.tsx';
const FILES = filesMatching('views/**/*.tsx');
const all = findViews([...FILES, UNSAFE]);
const views = all.filter(({ path }) => path !== UNSAFE);
const unsafeViews = all.filter(({ path }) => path === UNSAFE);

/** Texts that the program writes, not people or sources: they hold no `&lt;`. */
const FROM_PROGRAM =
  /(\.|^)(id|type|class|also|pattern|autocomplete|placeholder|href|\w+Href)$|^props\.name$|\.(sources|models)\[\d\]\.(name|label)$|\.source\.name$|\.values\.waiting$/;

/** They are given a whole job, and show its times alone. */
const WITHOUT_TEXT = ['JobTimes', 'Took'];

describe('no text comes out as markup', () => {
  test.each(views.map((view) => [`${view.path} ${view.name}`, view] as const))(
    '%s',
    async (_, view) => {
      const { holes, shown, hasTexts } = await examine(view, (path) => FROM_PROGRAM.test(path));
      expect(holes).toEqual([]);
      const isExpectedToShowText = hasTexts && !WITHOUT_TEXT.includes(view.name);
      expect(shown.size > 0).toBe(isExpectedToShowText);
    },
  );

  test('every file of views is examined', () => {
    const examined = new Set(views.map(({ path }) => path));
    expect(FILES.filter((path) => !examined.has(path))).toEqual([]);
  });
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
    expect(unsafeViews).toHaveLength(13);
  });

  test('finds nothing in a view that escapes everything, also where it cuts or encodes', async () => {
    expect(await holesOf('Safe')).toEqual([]);
  });
});
