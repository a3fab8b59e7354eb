import { afterAll, beforeAll, describe, expect, setDefaultTimeout, spyOn, test } from 'bun:test';
import { everything } from '../../src/operations/find/everything.ts';
import { exportLines } from '../../src/operations/find/export.ts';
import type { Found } from '../../src/operations/find/found.ts';
import { LIKE_BY_RULE, toFindRequest } from '../../src/operations/find/request.ts';
import { listSavedFinds, saveFind } from '../../src/operations/find/saved.ts';
import type { Post } from '../../src/sources/post.ts';
import { toFindPageQuery } from '../../src/web/routes/find_page_query.ts';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';
import { FETCH_TIMEOUT_MS, fillModelCache } from '../support/model_cache.ts';

setDefaultTimeout(120_000);
afterAll(closeApps);

const TEXTS: [author: string, text: string][] = [
  ['ada', 'Sushi and rice rolls for dinner'],
  ['ada', 'A raw fish roll from the harbour'],
  ['bo', 'Sushi again, with soup'],
  ['bo', 'My telescope shows the rings of Saturn'],
  ['bo', 'The night sky was clear: planets everywhere'],
  ['cleo', 'Machine learning is fun'],
  ['cleo', 'Learning to use the sewing machine'],
  ['cleo', 'I write C++ and c# all day, colour me tired'],
];

function posts(): Post[] {
  return TEXTS.map(([author, text], index) => ({
    source: index === 4 ? 'archive' : 'sample',
    id: `${index}`,
    kind: 'post',
    author,
    authorName: author,
    text,
    createdAt: new Date(Date.UTC(2026, 0, 1 + index)),
    links: [],
    media: [],
  }));
}

let web: TestApp;
let unembedded: TestApp;
beforeAll(async () => {
  await fillModelCache();
  web = await setupApp();
  unembedded = await setupApp();
  for (const app of [web, unembedded]) app.library.save({ posts: posts() });
  await web.tracker.start();
  const { id } = await web.tracker.enqueue('embed', {});
  expect((await web.ended(id)).status).toBe('completed');
}, FETCH_TIMEOUT_MS);

async function found(query: Record<string, string>, app = web): Promise<Found> {
  const answer = await app.json(`/api/find?${new URLSearchParams(query)}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Found;
}

const ids = ({ posts }: Found) => posts.map(({ id }) => Number(id));

describe('FEATURES 47: find', () => {
  test('D1: filters hold for words, for meaning and for both', async () => {
    for (const by of ['words', 'meaning', 'best']) {
      const byAuthor = await found({ q: 'sushi', by, author: 'ada' });
      expect(byAuthor.posts.length).toBeGreaterThan(0);
      expect(new Set(byAuthor.posts.map(({ author }) => author))).toEqual(new Set(['ada']));
      const typed = await found({ q: 'sushi from:@ada', by });
      expect(ids(typed)).toEqual(ids(byAuthor));
    }
    expect(ids(await found({ q: 'planets', by: 'meaning', source: 'archive' }))).toEqual([4]);
  });

  test('FEATURES 47: a field replaces the operator of its name, as the form of the page does', async () => {
    const replaced = await found({ q: 'sushi from:ada', author: 'bo', by: 'words' });
    expect(replaced).toEqual(await found({ q: 'sushi from:bo', by: 'words' }));
    expect(replaced.understood).toBe('Posts with “sushi”, by @bo');
    expect(toFindPageQuery({ q: 'sushi from:ada', author: 'bo' }).q).toBe('sushi from:bo');
    expect(replaced.posts.length).toBeGreaterThan(0);
    // What is excluded is another condition, and holds beside the field.
    const excluded = await found({ q: 'sushi -from:bo', author: 'bo', by: 'words' });
    expect(excluded).toMatchObject({
      posts: [],
      notes: ['No post can be found: from:bo and -from:bo contradict each other.'],
    });
    const ofSource = await found({ q: 'planets source:nowhere', source: 'archive', by: 'meaning' });
    expect(ids(ofSource)).toEqual([4]);
  });

  test.each(['best', 'words', 'meaning'] as const)(
    'FEATURES 47: a saved find by %s says of itself what its answer says',
    async (by) => {
      for (const [at, app] of [web, unembedded].entries()) {
        if (at === 1 && by === 'meaning') continue;
        const query = { q: 'the sushi soup -fish', by };
        await saveFind(app, { name: `Sushi by ${by}`, ...query });
        const { understood } = await found(query, app);
        const saved = (await listSavedFinds(app)).find(({ name }) => name === `Sushi by ${by}`);
        expect(saved?.understood).toBe(understood);
      }
    },
  );

  test('FEATURES 47: like and by=words are refused, since like compares by meaning', async () => {
    const like = 'sample:0';
    const refused = await web.json(`/api/find?like=${like}&by=words`);
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain(LIKE_BY_RULE);
    const page = await web.request(`/find?like=${like}&by=words`);
    expect(page.status).toBe(422);
    const html = await page.text();
    expect(html).toContain(LIKE_BY_RULE);
    // The link that finds without it.
    expect(html).not.toContain('by=words&amp;like');
    expect((await found({ like, by: 'meaning' })).posts.length).toBeGreaterThan(0);
  });

  test('D1: author and source hold for a search by meaning at /api/posts, too', async () => {
    const listed = async (query: string) => {
      const answer = await web.json(`/api/posts?by=meaning&q=planets&${query}`);
      return ids((await answer.json()) as Found);
    };
    expect((await listed('author=@ADA')).sort()).toEqual([0, 1]);
    expect(await listed('source=archive')).toEqual([4]);
    expect(await listed('source=archive&author=ada')).toEqual([]);
    expect(await listed('')).toHaveLength(TEXTS.length);
  });

  test('D2: phrases, exclusion, OR, and signs that belong to a word', async () => {
    const words = async (q: string) => ids(await found({ q, by: 'words' })).sort();
    expect(await words('"machine learning"')).toEqual([5]);
    expect(await words('sushi -soup')).toEqual([0]);
    expect(await words('telescope OR sewing')).toEqual([3, 6]);
    expect(await words('C++')).toEqual([7]);
    expect(await words('c#')).toEqual([7]);
    // What must be there or must not holds for meaning, too.
    expect(ids(await found({ q: 'sushi -soup' }))).not.toContain(2);
    expect(ids(await found({ q: '"machine learning"' }))).toEqual([5]);
  });

  test('best has those with the words first, then those near in meaning, and says why', async () => {
    const best = await found({ q: 'sushi' });
    expect(ids(best).slice(0, 2).sort()).toEqual([0, 2]);
    expect(best.posts[0]).toMatchObject({
      why: { words: true, meaning: true },
      marks: [{ from: 0, to: 5 }],
      similarity: expect.any(Number),
    });
    const fish = best.posts.find(({ id }) => id === '1');
    expect(fish).toMatchObject({ why: { meaning: true }, marks: [] });
    expect(best.total).toBe(TEXTS.length);
  });

  test('pages hold each post once, in the same order as a single page', async () => {
    const whole = ids(await found({ q: 'sushi or planets' }));
    const paged: number[] = [];
    for (let cursor = ''; ; ) {
      const page = await found({ q: 'sushi or planets', limit: '3', ...(cursor && { cursor }) });
      paged.push(...ids(page));
      if (!page.nextCursor) break;
      cursor = page.nextCursor;
    }
    expect(paged).toEqual(whole);
  });

  test('filters alone give the newest first, without a model', async () => {
    expect(ids(await found({ q: 'from:bo' }, unembedded))).toEqual([4, 3, 2]);
    expect(ids(await found({ q: 'learning', sort: 'newest' }, unembedded))).toEqual([6, 5]);
    expect(await found({ q: '' }, unembedded)).toMatchObject({ total: TEXTS.length });
  });

  test('without vectors the words count alone, and it is said', async () => {
    const { posts, notes } = await found({ q: 'sushi' }, unembedded);
    expect(posts.map(({ id }) => id).sort()).toEqual(['0', '2']);
    expect(notes?.[0]).toStartWith('No post has been embedded yet');
  });

  test('FEATURES 47: by meaning without vectors the page, the API and posts say to embed first', async () => {
    for (const path of ['/api/find', '/api/posts']) {
      const answer = await unembedded.json(`${path}?q=sushi&by=meaning`);
      expect(answer.status).toBe(503);
      expect(await answer.text()).toContain('No post has been embedded yet');
    }
    const page = await unembedded.request('/find?q=sushi&by=meaning', { headers: NAVIGATION });
    const html = await page.text();
    expect(html).toContain('No post has been embedded yet');
    expect(html).toContain('href="/embed"');
  });

  test('FEATURES 47: the query as it was read is in the fragment and in plain text, too', async () => {
    const asked = async (accept: string, q: string) =>
      (await web.request(`/api/find?by=words&q=${q}`, { headers: { accept } })).text();
    for (const accept of ['text/html', 'text/plain']) {
      expect(await asked(accept, 'sush*')).toContain(
        'Posts with words that begin with “sush” · 2 posts',
      );
      expect(await asked(accept, 'planetz')).toContain('Did you mean: planets');
      expect(await asked(accept, 'sushi+since:x')).toContain('was read as text');
    }
  });

  test('after an update a find by words says what is not indexed yet, other finds do not', async () => {
    const updated = await setupApp();
    updated.library.save({ posts: posts() });
    updated.database.run('UPDATE word_index SET version = 0');
    const note = expect.stringContaining('8 posts and profiles are not indexed anew yet');
    for (const q of ['sushi', 'from:ada', 'has:media'])
      expect(await found({ q, by: 'words' }, updated)).toMatchObject({ notes: [note] });
    const unknown = await found({ q: 'zeppelin', by: 'words' }, updated);
    expect(unknown.notes).toEqual(['No post has “zeppelin”.', note]);
    expect(await found({ q: '' }, updated)).not.toHaveProperty('notes');
    expect((await found({ q: 'sushi' }, updated)).notes).toEqual([expect.any(String), note]);
    const listed = async (query: string) => (await updated.json(`/api/posts${query}`)).json();
    expect(await listed('?q=sushi')).toMatchObject({ notes: [note] });
    expect(await listed('')).not.toHaveProperty('notes');
    const page = await updated.request('/find?q=zeppelin', { headers: NAVIGATION });
    expect(await page.text()).toContain('8 posts and profiles are not indexed anew yet');
  });

  test('says how the query was understood, by what posts were compared with', async () => {
    const understood = async (by: string, app = web) =>
      (await found({ q: 'sushi rice -soup from:ada', by }, app)).understood;
    expect(await understood('words')).toBe(
      'Posts with “sushi” and “rice”, without “soup”, by @ada',
    );
    expect(await understood('meaning')).toBe(
      'Posts near in meaning to “sushi rice”, without “soup”, by @ada',
    );
    const best = 'Posts about “sushi rice”, without “soup”, by @ada';
    expect(await understood('best')).toBe(best);
    expect(await understood('best', unembedded)).toBe(await understood('words'));
  });

  test('more like this leaves the post itself out', async () => {
    const like = await found({ like: 'sample:3' });
    expect(ids(like)[0]).toBe(4);
    expect(ids(like)).not.toContain(3);
    expect(ids(await found({ like: 'sample:3', q: 'from:ada' })).every((id) => id < 2)).toBe(true);
    expect((await found({ like: 'sample:3' }, unembedded)).notes?.[0]).toContain('no vector');
  });

  test('dates of fields replace those in the text, until includes its day', async () => {
    const dated = async (query: Record<string, string>) => ids(await found(query, unembedded));
    expect(await dated({ since: '2026-01-07' })).toEqual([7, 6]);
    expect(await dated({ until: '2026-01-02' })).toEqual([1, 0]);
    expect(await dated({ q: 'since:2026-01-01', since: '2026-01-07' })).toEqual([7, 6]);
    expect(await dated({ q: 'until:2026-02', until: '2026-01-02' })).toEqual([1, 0]);
    expect(await dated({ q: 'since:2026-01-08', since: '2026-01-07' })).toEqual([7, 6]);
  });

  test('facets count what was found by meaning', async () => {
    const { facets, total } = await found({ q: 'sushi', by: 'meaning', facets: 'true' });
    expect(facets).toMatchObject({ counted: total, isOfNearest: true });
  });

  test('facets count what was found', async () => {
    const { facets } = await found({ q: 'sushi OR planets', by: 'words', facets: 'true' });
    expect(facets).toMatchObject({
      authors: [
        { value: 'bo', count: 2 },
        { value: 'ada', count: 1 },
      ],
      years: [{ value: '2026', count: 3 }],
    });
  });

  test('FEATURES 47: facets of best count the posts of all pages, those found by meaning, too', async () => {
    const { facets, total, posts } = await found({ q: 'sushi OR planets', facets: 'true' });
    expect(total).toBe(TEXTS.length);
    const byBo = posts.filter(({ author }) => author === 'bo').length;
    expect(facets).toMatchObject({
      authors: expect.arrayContaining([{ value: 'bo', count: byBo }]),
      years: [{ value: '2026', count: total }],
      counted: total,
      isCapped: false,
    });
  });
});

describe('FEATURES 48: what was found leaves', () => {
  async function exported(query: Record<string, string>, accept: string, app = web) {
    const path = `/api/find?${new URLSearchParams(query)}`;
    const answer = await app.request(path, { headers: { accept, 'accept-encoding': 'gzip' } });
    expect(answer.status).toBe(200);
    return answer;
  }
  const lines = async (answer: Response) =>
    (await answer.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  test.each([
    { q: 'sushi' },
    { q: 'sushi', by: 'words' },
    { q: 'planets', by: 'meaning' },
    { q: 'learning', sort: 'newest' },
    { q: 'from:bo' },
    { q: '' },
    { like: 'sample:3' },
  ] as Record<string, string>[])(
    'the same posts in the same order as the pages of %j',
    async (query) => {
      const paged = (await found({ ...query, limit: '100' })).posts.map(({ id }) => id);
      const jsonl = await lines(await exported(query, 'application/x-ndjson'));
      expect(jsonl.map(({ id }) => id)).toEqual(paged);
      const csv = await (await exported(query, 'text/csv')).text();
      expect(
        csv
          .trimEnd()
          .split('\r\n')
          .slice(1)
          .map((row) => row.split(',')[1]),
      ).toEqual(paged);
    },
  );

  test('with all posts that have the words, beyond those that are ranked', async () => {
    const many = await setupApp();
    const [post] = posts();
    const copies = Array.from({ length: 1_200 }, (_, n) => ({ ...(post as Post), id: `c${n}` }));
    many.library.save({ posts: copies });
    expect(await lines(await exported({ q: 'sushi' }, 'application/x-ndjson', many))).toHaveLength(
      1_200,
    );
    expect(await found({ q: 'sushi' }, many)).toMatchObject({ total: 1_200 });
  });

  test('as a file that a spreadsheet opens, in which no text is a formula', async () => {
    const app = await setupApp();
    const text = '=1+1, a "quote"\nand a line';
    app.library.save({ posts: posts().map((post) => ({ ...post, text, id: `${post.id}x` })) });
    const answer = await exported({ format: 'csv', q: 'quote' }, 'text/html', app);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="xgpt-posts.csv"');
    expect(answer.headers.get('content-encoding')).toBeNull();
    const csv = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await answer.bytes());
    expect(csv).toStartWith('\ufeffsource,id,kind,author,');
    expect(csv).toContain(`"'=1+1, a ""quote""\nand a line"`);
  });

  test.each(['text/csv', 'application/x-ndjson'])(
    'as %s: what the model refuses is refused before the answer begins',
    async (accept) => {
      const app = await setupApp({}, { modelsDir: '/nowhere' });
      app.library.save({ posts: posts() });
      const query = '/api/find?q=sushi&by=meaning';
      expect((await app.request(query, { headers: { accept } })).status).toBe(503);
    },
  );

  test('as CSV: nothing found is a line of names', async () => {
    const csv = await (await exported({ q: 'zeppelin', by: 'words' }, 'text/csv')).text();
    expect(csv).toMatch(/^source,id,[\w,]+\r\n$/);
  });

  test('as many as are wanted, from the beginning', async () => {
    const web = await setupApp();
    const [post] = posts();
    const copies = Array.from({ length: 300 }, (_, n) => ({ ...(post as Post), id: `c${n}` }));
    web.library.save({ posts: copies });
    for (const query of ['format=jsonl', 'q=sushi&by=words&format=jsonl']) {
      const answer = await web.request(`/api/find?${query}&limit=30`);
      expect((await answer.text()).trim().split('\n')).toHaveLength(30);
    }
    const refused = await web.json('/api/find?format=jsonl&cursor=x');
    expect([refused.status, await refused.json()]).toMatchObject([
      422,
      { error: { details: { cursor: 'Cursor is for pages. An export has all posts at once.' } } },
    ]);
  });

  test('the garbage of many posts is collected on the way, so that memory stays flat', async () => {
    const posts = Array.from({ length: 250 }, () => ({ source: 's', id: '1' }) as Post);
    const words = {
      everyMatch: () => Array.from({ length: 200 }, () => posts),
      newestKey: () => 0,
    };
    const deps = { library: { words, reindexing: { pending: () => 0 } } } as never;
    const collect = spyOn(Bun, 'gc').mockImplementation(() => 0);
    try {
      let count = 0;
      for await (const batch of everything(deps, toFindRequest({}, 0))) count += batch.length;
      expect([count, collect.mock.calls]).toEqual([50_000, [[true], [true]]]);
    } finally {
      collect.mockRestore();
    }
  });

  test('as CSV: a similarity below 0 is a number, and no formula', async () => {
    const [post] = posts();
    async function* batches() {
      yield [{ ...(post as Post), similarity: -0.01234567 }];
    }
    const csv = (await Array.fromAsync(exportLines(batches(), 'csv'))).join('');
    expect(csv).toEndWith(',-0.0123\r\n');
  });

  test('refused queries are refused as those of pages are', async () => {
    const answer = await web.request('/api/find?by=smell', { headers: { accept: 'text/csv' } });
    expect(answer.status).toBe(422);
  });
});
