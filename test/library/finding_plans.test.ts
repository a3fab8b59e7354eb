import { describe, expect, test } from 'bun:test';
import { parseFind } from '../../src/find/parse.ts';
import { createConditions } from '../../src/library/finding/conditions.ts';
import { createCounts } from '../../src/library/finding/counts.ts';
import { createPlans } from '../../src/library/finding/plans.ts';
import { createQueries } from '../../src/library/finding/queries.ts';
import { makePost, setup } from './synthetic.ts';

const POSTS = 300;
const LIMIT = 10;

/** Plans as in a library of a million posts, of which a share has the words; what they find is in 300. */
function plansFor(typed: string, share: number, hasWord: (number: number) => boolean) {
  const { db, library } = setup();
  library.savePosts(
    Array.from({ length: POSTS }, (_, i) =>
      makePost(i + 1, { text: hasWord(i + 1) ? 'soup' : 'tea' }),
    ),
  );
  const queries = createQueries(db);
  const ran: string[] = [];
  const plans = createPlans(
    {
      ...queries,
      all(sql, bindings) {
        ran.push(sql);
        return queries.all(sql, bindings);
      },
    },
    {
      ...createCounts(queries),
      newestKey: () => 1_000_000,
      countMatches: () => 5_001,
      shareOfLast: () => share,
    },
  );
  const { filters, words } = parseFind(typed, Date.now());
  const keys = plans.page(createConditions(db)(filters, words), LIMIT).map(({ key }) => key);
  const texts = library.words.postsOf(keys).map(({ text }) => text);
  return {
    texts,
    isLookedUp: ran.map((sql) => !sql.includes('MATCH')),
  };
}

const most = (number: number) => number % 4 !== 0;
const few = (number: number) => number % 50 === 0;

describe('newest first among a million posts', () => {
  test.each<[string, string, number, (number: number) => boolean, boolean, string]>([
    ['a word in most posts', 'soup', 0.75, most, true, 'soup'],
    ['a word in few posts', 'soup', 0.02, few, false, 'soup'],
    ['posts without a word that most have', '-soup', 0.75, most, true, 'tea'],
    ['posts without a word that few have', '-soup', 0.001, few, false, 'tea'],
    ['a beginning of a word in most posts', 'sou*', 0.75, most, true, 'soup'],
    ['a beginning of a word in few posts', 'sou*', 0.02, few, false, 'soup'],
    ['posts without a beginning that most have', '-sou*', 0.75, most, true, 'tea'],
  ])('%s', (_, typed, share, hasWord, isLookedUp, text) => {
    const plan = plansFor(typed, share, hasWord);
    expect(plan.isLookedUp).toEqual([isLookedUp]);
    expect(plan.texts).toHaveLength(
      Math.min(LIMIT, hasWord === few && text === 'soup' ? 6 : LIMIT),
    );
    expect(new Set(plan.texts)).toEqual(new Set([text]));
  });

  test.each(['soup', 'sou*'])(
    'posts are not looked up for long when the matches are elsewhere: %s',
    (typed) => {
      const plan = plansFor(typed, 0.75, (number) => number <= 20);
      expect(plan.isLookedUp).toEqual([true, false]);
      expect(plan.texts).toEqual(Array.from({ length: LIMIT }, () => 'soup'));
    },
  );
});

test.each([
  ['-soup', 290],
  ['-source:archive', 299],
  ['-lang:pt -has:media', 300],
])('FEATURES 47: %s: a page without what few posts have is read at once', (typed, total) => {
  const { db, library } = setup();
  library.savePosts(
    Array.from({ length: POSTS }, (_, i) =>
      makePost(i + 1, {
        text: i < 10 ? 'soup' : 'tea',
        source: i === 5 ? 'archive' : 'test',
      }),
    ),
  );
  const queries = createQueries(db);
  const plans = createPlans(queries, createCounts(queries));
  const { filters, words } = parseFind(typed, Date.now());
  const conditions = createConditions(db)(filters, words);
  const some = plans.quickPage(conditions, LIMIT);
  expect(some?.map(({ key }) => key)).toEqual(Array.from({ length: LIMIT }, (_, i) => POSTS - i));
  expect(plans.quickPage(conditions, POSTS)).toHaveLength(total);
});

test('the share of a word is that among the posts collected last', () => {
  const { db, library } = setup();
  const counts = createCounts(createQueries(db));
  const soup = parseFind('soup', Date.now());
  const share = () => counts.shareOfLast(createConditions(db)(soup.filters, soup.words));
  library.savePosts(Array.from({ length: 5_000 }, (_, i) => makePost(i + 1, { text: 'soup' })));
  expect(share()).toBe(1);
  library.savePosts(Array.from({ length: 2_500 }, (_, i) => makePost(i + 5_001, { text: 'tea' })));
  expect(share()).toBe(0.5);
});
