import { describe, expect, test } from 'bun:test';
import { noFilters } from '../../src/find/filters.ts';
import { parseFind } from '../../src/find/parse.ts';
import type { FindFilters, FindQuery } from '../../src/find/query.ts';
import type { Library } from '../../src/library/index.ts';
import type { Post } from '../../src/sources/post.ts';
import { makePost, makePosts, setup } from './synthetic.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const query = (text: string): FindQuery => parseFind(text, NOW);

/** The texts of all posts found, newest first. */
async function newest(library: Library, text: string): Promise<string[]> {
  const { keys } = await library.words.newest(query(text), { limit: 100 });
  return library.words.postsOf(keys).map((post) => post.text);
}

function filled(posts: Partial<Post>[]) {
  const { library, db } = setup();
  library.savePosts(posts.map((given, i) => makePost(i + 1, given)));
  return { library, db };
}

const texts = (...all: string[]) => all.map((text) => ({ text }));

describe('words', () => {
  test.each<[string, string[]]>([
    ['soup', ['lentil soup', 'soup of the day']],
    ['soup lentil', ['lentil soup']],
    ['soup -lentil', ['soup of the day']],
    ['soup OR risotto', ['mushroom risotto', 'lentil soup', 'soup of the day']],
    ['-soup', ['mushroom risotto']],
    ['-soup -risotto', []],
    ['"soup of"', ['soup of the day']],
    ['"of soup"', []],
    ['ris*', ['mushroom risotto']],
    ['-ris*', ['lentil soup', 'soup of the day']],
    ['-(soup lentil)', ['mushroom risotto', 'soup of the day']],
    ['risotto OR -lentil', ['mushroom risotto', 'soup of the day']],
    ['nothing', []],
  ])('D2: %s', async (typed, found) => {
    const { library } = filled(texts('soup of the day', 'lentil soup', 'mushroom risotto'));
    expect(await newest(library, typed)).toEqual(found);
  });

  test('that have no letter find nothing', async () => {
    const { library } = filled(texts('soup'));
    const words = { all: [] };
    expect(await library.words.countFound({ ...query(''), words })).toEqual({
      count: 0,
      isCapped: false,
    });
  });

  test('a thousand alternatives and exclusions are an expression that SQLite takes', async () => {
    const { library } = filled(texts('soup'));
    const many = Array.from({ length: 1_000 }, (_, i) => ({ word: `w${i}` }));
    const finds = async (words: FindQuery['words']) =>
      (await library.words.countFound({ ...query(''), words })).count;
    expect(await finds({ any: [...many, { word: 'soup' }] })).toBe(1);
    expect(await finds({ all: [{ word: 'soup' }, ...many.map((not) => ({ not }))] })).toBe(1);
    expect(await finds({ all: [{ word: 'soup' }, ...many] })).toBe(0);
  });
});

describe('what is attached to a post', () => {
  test.each([
    ['D8: the site a link leads to', 'zettelwirtschaft.example'],
    ['D8: a part of its address', 'roses'],
    ['D8: an encoded part of its address', 'grun'],
    ['the description of a picture', '"red roses"'],
    ['a quoted post', 'hydrangea'],
    ['whose post is quoted', 'bo'],
  ])('%s: %s', async (_, typed) => {
    const { library } = filled([
      {
        text: 'look',
        links: [
          { text: 'zett…', url: 'https://zettelwirtschaft.example/garden/roses' },
          { text: '', url: 'https://a.example/gr%C3%BCn' },
        ],
        media: [{ type: 'photo', url: 'https://a.example/1.jpg', alt: 'Red roses' }],
        quote: { id: '7', author: 'bo', text: 'Hydrangea' },
      },
      { text: 'another' },
    ]);
    expect(await newest(library, typed)).toEqual(['look']);
  });

  test('a phrase does not go from one of them to the next', async () => {
    const { library } = filled([
      {
        text: 'look',
        media: ['red', 'roses'].map((alt) => ({ type: 'photo', url: 'https://a.example/1', alt })),
      },
    ]);
    expect(await newest(library, '"red roses"')).toEqual([]);
  });

  test('is found after a change that leaves the text as it was', async () => {
    const { library } = filled(texts('look'));
    library.savePosts([makePost(1, { text: 'look', quote: { id: '7', text: 'Hydrangea' } })]);
    expect(await newest(library, 'hydrangea')).toEqual(['look']);
  });
});

describe('filters', () => {
  const posts: Partial<Post>[] = [
    { text: 'a soup', language: 'pt-BR', likes: 5, source: 'x' },
    {
      text: 'b soup',
      author: 'Bo',
      language: 'de',
      media: [{ type: 'photo', url: 'https://a/1' }],
    },
    { text: 'c soup', kind: 'reply', inReplyToAuthor: 'ada', threadId: '4', source: 'x' },
    { text: 'd soup', source: 'x', links: [{ text: '', url: 'https://a.example' }] },
    { text: 'e soup', kind: 'repost', author: 'cy', source: 'my-archive' },
  ];

  test.each<[string, string]>([
    ['from:bo', 'b'],
    ['from:bo from:cy', 'eb'],
    ['-from:ada', 'eb'],
    ['lang:pt', 'a'],
    ['lang:pt-br', 'a'],
    ['lang:pt-pt', ''],
    ['lang:de lang:pt', 'ba'],
    ['is:post', 'dba'],
    ['is:reply is:repost', 'ec'],
    ['is:thread', 'dc'],
    ['is:thread is:repost', 'edc'],
    ['has:link', 'd'],
    ['has:media', 'b'],
    ['source:x', 'dca'],
    ['source:my-archive source:x', 'edca'],
    ['-source:x', 'eb'],
    ['-source:x,my-archive', 'b'],
    ['-lang:pt', 'edcb'],
    ['-has:media', 'edca'],
    ['-has:link -has:media', 'eca'],
    ['-is:thread', 'eba'],
    ['is:thread -is:reply', 'd'],
    ['-is:post -is:reply -is:repost', ''],
    ['-min_likes:5', 'edcb'],
    ['-since:2023-11-15', 'edcba'],
    ['-until:2023-11-14', ''],
    ['min_likes:5', 'a'],
    ['min_likes:6', ''],
    ['since:2023-11-15', ''],
    ['until:2023-11-14', 'edcba'],
    ['from:bo lang:pt', ''],
  ])('%s, alone and with words', async (typed, found) => {
    const { library } = filled(posts);
    for (const text of [typed, `soup ${typed}`, `-risotto ${typed}`, `sou* ${typed}`]) {
      expect([text, (await newest(library, text)).map((post) => post[0]).join('')]).toEqual([
        text,
        found,
      ]);
      expect([text, await library.words.countFound(query(text))]).toEqual([
        text,
        { count: found.length, isCapped: false },
      ]);
      const { filters, words } = query(text);
      expect([text, (await library.words.keysOf(filters, words)).size]).toEqual([
        text,
        found.length,
      ]);
      const all = (await Array.fromAsync(library.words.everyMatch(query(text), 2))).flat();
      expect([text, all.map((post) => post.text[0]).join('')]).toEqual([text, found]);
      if (!words) continue;
      const ranked = await library.words.ranked(words, filters, 10);
      expect(ranked.length).toBe(found.length);
    }
  });

  test('FEATURES 47: a thread of an archive is found whole: all of its parts are posts', async () => {
    const { library } = filled([
      { text: 'first', threadId: '1' },
      { text: 'second', threadId: '1', inReplyToId: '1', inReplyToAuthor: 'ada' },
      { text: 'third', threadId: '1', inReplyToId: '2', inReplyToAuthor: 'ada' },
      { text: 'alone', threadId: '4' },
    ]);
    expect(await newest(library, 'is:thread')).toEqual(['third', 'second', 'first']);
    expect(await newest(library, 'is:thread -first')).toEqual(['third', 'second']);
    expect(await newest(library, '-is:thread')).toEqual(['alone']);
  });

  test('words never match a fact', async () => {
    const { library } = filled(posts);
    expect(await newest(library, '\ue000kreply')).toEqual([]);
    library.savePosts([makePost(9, { text: '\ue000kreply' })]);
    expect(await newest(library, 'is:reply')).toEqual(['c soup']);
  });
});

describe('a list', () => {
  const everyKey = async (library: Library, text: string, limit: number) => {
    const keys: number[] = [];
    let cursor: string | undefined;
    do {
      const page: { keys: number[]; nextCursor?: string } = await library.words.newest(
        query(text),
        {
          limit,
          ...(cursor && { cursor }),
        },
      );
      keys.push(...page.keys);
      cursor = page.nextCursor;
    } while (cursor);
    return keys;
  };

  test.each(['', 'post', 'numb*', '-soup', 'from:ada', 'post from:ada'])(
    'of %p has every post once, page by page and as an export',
    async (text) => {
      const { library } = setup();
      library.savePosts(makePosts(250));
      const expected = Array.from({ length: 250 }, (_, i) => 250 - i);
      expect(await everyKey(library, text, 60)).toEqual(expected);
      const batches = await Array.fromAsync(library.words.everyMatch(query(text), 60));
      // A few come first, so that an export begins soon.
      expect(batches.map(({ length }) => length).slice(0, 2)).toEqual([20, 60]);
      const exported = batches.flat();
      expect(exported.map((post) => Number(post.id))).toEqual(expected);
    },
  );

  test('shows a rare word among many, an old one too', async () => {
    const { library } = setup();
    library.savePosts(makePosts(30_000, { text: 'common' }));
    library.savePosts([makePost(0, { text: 'common and rare' })]);
    expect(await newest(library, 'rare')).toEqual(['common and rare']);
    expect(await newest(library, 'common and')).toEqual(['common and rare']);
    expect(await library.words.countFound(query('common'))).toEqual({
      count: 10_001,
      isCapped: true,
    });
    expect((await library.words.countFound(query('common'), 40_000)).count).toBe(30_001);
  });
});

describe('facets', () => {
  test('count authors, years, kinds and sources', async () => {
    const { library } = filled([
      { text: 'soup', author: 'Bo' },
      { text: 'soup', author: 'bo', kind: 'reply' },
      { text: 'soup', createdAt: new Date('2020-02-02') },
      { text: 'risotto' },
    ]);
    expect(await library.words.facets(query('soup'))).toEqual({
      authors: [
        { value: 'Bo', count: 2 },
        { value: 'ada', count: 1 },
      ],
      years: [
        { value: '2023', count: 2 },
        { value: '2020', count: 1 },
      ],
      kinds: [
        { value: 'post', count: 2 },
        { value: 'reply', count: 1 },
      ],
      sources: [{ value: 'test', count: 3 }],
      isCapped: false,
      counted: 3,
    });
  });
});

describe('ranking', () => {
  test('prefers short posts that say it often', async () => {
    const { library } = filled([
      ...texts('soup soup soup', 'a long text about many things, one of which is soup'),
      ...Array.from({ length: 10 }, () => ({ text: 'something else' })),
    ]);
    const { words } = query('soup');
    const found = await library.words.ranked(words ?? { all: [] }, noFilters(), 10);
    expect(found.map(({ key }) => key)).toEqual([1, 2]);
  });
});

describe('a set of keys', () => {
  test('follows changes of the database', async () => {
    const { library, db } = filled(texts('soup', 'soup', 'risotto'));
    const filters: FindFilters = noFilters();
    const { words } = query('soup');
    const keys = async () => {
      const { bits, size } = await library.words.keysOf(filters, words);
      return [bits[0], size];
    };
    expect(await keys()).toEqual([0b110, 2]);
    db.run('DELETE FROM posts WHERE key = 1');
    expect(await keys()).toEqual([0b100, 1]);
  });
});

describe('the index', () => {
  test('of an older program is made anew, in steps', async () => {
    const { library, db } = filled(texts('soup', 'risotto', 'lasagne'));
    expect(library.reindexing.pending()).toBe(0);
    db.run('UPDATE word_index SET version = 0');
    db.run("INSERT INTO post_words (post_words) VALUES ('delete-all')");
    expect(await newest(library, 'soup')).toEqual([]);
    expect(library.reindexing.pending()).toBe(3);
    expect(library.reindexing.indexSome(2)).toBe(2);
    expect(library.reindexing.pending()).toBe(1);
    expect([await newest(library, 'lasagne'), await newest(library, 'soup')]).toEqual([
      ['lasagne'],
      [],
    ]);
    expect(library.reindexing.indexSome(2)).toBe(1);
    expect(library.reindexing.pending()).toBe(0);
    expect(await newest(library, 'soup')).toEqual(['soup']);
    expect(library.reindexing.indexSome(2)).toBe(0);
  });
});

describe('what was collected since', () => {
  test.each([
    ['soup', 1],
    ['-soup', 1],
    ['soup OR risotto', 2],
    ['from:nobody', 0],
    ['since:2000', 2],
    ['!!!', 0],
    ['', 2],
  ])('is counted for "%s"', (q, posts) => {
    const { library } = filled(texts('soup', 'risotto', 'soup again', 'risotto again'));
    expect(library.words.newestKey()).toBe(4);
    expect(library.words.countAfter(parseFind(q, Date.now()), 2).count).toBe(posts);
  });

  test.each([
    ['tea', 3, true],
    ['tea -cup', 3, true],
    ['from:ada', 3, true],
    ['cup', 2, false],
    ['tea from:bo', 0, false],
  ])('is counted up to a limit for "%s"', (q, count, isCapped) => {
    const { library } = filled(texts('tea', 'tea', 'cup', 'tea', 'tea', 'cup', 'tea'));
    const query = parseFind(q, Date.now());
    expect(library.words.countAfter(query, 1, 3)).toEqual({ count, isCapped });
    const listed = library.words.keysAfter(query, 1, 3);
    expect([listed.keys.length, listed.isCapped]).toEqual([count, isCapped]);
  });

  test('is counted among the newest where posts are looked at one by one', async () => {
    const { library, db } = filled(texts('soup', 'soup', 'soup'));
    // As after a removal of everything in between.
    db.run('UPDATE posts SET key = key + 20001 WHERE key = 3');
    const count = (q: string, key: number) =>
      library.words.countAfter(parseFind(q, Date.now()), key);
    expect(count('from:ada', 1)).toEqual({ count: 1, isCapped: true });
    expect(count('from:ada', 20_000)).toEqual({ count: 1, isCapped: false });
    const { keysAfter } = library.words;
    expect(keysAfter(parseFind('from:ada', 0), 1, 9)).toEqual({ keys: [20_004], isCapped: true });
  });

  test('is counted again for words that begin so, when posts came or were deleted', async () => {
    const { library, db } = filled(texts('soup', 'soups', 'tea'));
    const count = (q: string) => library.words.countAfter(parseFind(q, Date.now()), 1).count;
    expect([count('sou*'), count('sou*'), count('-sou*')]).toEqual([1, 1, 1]);
    library.savePosts([makePost(9, { text: 'soupy' })]);
    expect([count('sou*'), count('-sou*')]).toEqual([2, 1]);
    db.run('DELETE FROM posts WHERE key = 2');
    expect([count('sou*'), count('-sou*')]).toEqual([1, 1]);
  });
});
