import { afterAll, describe, expect, test } from 'bun:test';
import type { Embedder } from '../../src/embedding/index.ts';
import { createLibrary } from '../../src/library/index.ts';
import { everything } from '../../src/operations/find/everything.ts';
import { find } from '../../src/operations/find/find.ts';
import { type TypedFind, toFindRequest } from '../../src/operations/find/request.ts';
import { openDatabase } from '../../src/platform/database.ts';
import type { Post } from '../../src/sources/post.ts';

const NOW = Date.UTC(2026, 10, 29);
const databases: { close(): void }[] = [];
afterAll(() => {
  for (const database of databases) database.close();
});

const embedder = {
  model: 'none',
  limits: '',
  isReady: async () => false,
} as unknown as Embedder;

function filled(posts: Partial<Post>[]) {
  const database = openDatabase(':memory:');
  databases.push(database);
  const library = createLibrary(database);
  library.savePosts(
    posts.map((given, at) => ({
      source: 'sample',
      id: `${at}`,
      kind: 'post',
      author: 'ada',
      authorName: 'Ada',
      text: '',
      createdAt: new Date(NOW - at * 1000),
      links: [],
      media: [],
      ...given,
    })),
  );
  const deps = { library, embedder };
  const found = (q: string, typed: Partial<TypedFind> = {}) =>
    find(deps, toFindRequest({ q, by: 'words', limit: 100, ...typed }, NOW));
  const ids = async (q: string, typed: Partial<TypedFind> = {}) =>
    (await found(q, typed)).posts.map(({ id }) => id).sort();
  return { deps, found, ids };
}

const texts = (...all: string[]) => all.map((text) => ({ text }));

describe('FEATURES 47: common words', () => {
  const AURORA = texts('Aurora tonight', 'the end', 'The aurora, at last', 'to be or not to be');

  test('are not required beside others, nor marked, and the result says so', async () => {
    const { found, ids } = filled(AURORA);
    expect(await ids('the aurora')).toEqual(['0', '2']);
    const { understood, posts, total } = await found('the aurora');
    expect(understood).toBe('Posts with “aurora”, ignoring the common word “the”');
    expect(total).toBe(2);
    const marked = posts.flatMap(({ text, marks }) =>
      marks.map(({ from, to }) => text.slice(from, to)),
    );
    expect(marked.map((word) => word.toLowerCase())).toEqual(['aurora', 'aurora']);
  });

  test('of another language are those of a query that has more of them than of English', async () => {
    const { found } = filled([
      ...texts('The man is not in', 'the woman'),
      { text: 'Das ist ein Haus', language: 'de' },
    ]);
    const ignoring = async (q: string) => (await found(q)).understood.split(', ')[1];
    expect(await ignoring('the man')).toBe('ignoring the common word “the”');
    expect(await ignoring('das Haus')).toBe('ignoring the common word “das”');
  });

  test('alone, quoted, excluded or with a star they count', async () => {
    const { ids, found } = filled(AURORA);
    expect(await ids('to be or not to be')).toEqual(['3']);
    expect(await ids('the')).toEqual(['1', '2']);
    expect(await ids('"the aurora"')).toEqual(['2']);
    expect(await ids('"the" aurora')).toEqual(['2']);
    expect(await ids('aurora -the')).toEqual(['0']);
    expect(await ids('the* aurora')).toEqual(['2']);
    expect((await found('"the" aurora')).understood).not.toContain('ignoring');
  });

  test('hold in groups, newest first, facets and exports alike', async () => {
    const { deps, ids, found } = filled(AURORA);
    expect(await ids('(the aurora) OR end')).toEqual(['0', '1', '2']);
    expect(await ids('the aurora', { sort: 'newest' })).toEqual(['0', '2']);
    expect((await found('the aurora', { facets: 'true' })).facets?.counted).toBe(2);
    const request = toFindRequest({ q: 'the aurora', by: 'words' }, NOW);
    expect((await Array.fromAsync(everything(deps, request))).flat()).toHaveLength(2);
  });

  test('of another language are words where no post is in it, or few posts have them', async () => {
    const { ids } = filled([
      ...texts('war in winter', 'winter sports'),
      { text: 'Es war ein Winter', language: 'en' },
    ]);
    expect(await ids('war winter')).toEqual(['0', '2']);
    const many = filled([
      ...Array.from({ length: 1_200 }, (_, at) => ({ text: `post ${at}`, language: 'de' })),
      ...texts('war in winter', 'winter sports'),
    ]);
    expect(await many.ids('war winter')).toEqual(['1200']);
  });
});

describe('FEATURES 47: words outside of the text', () => {
  const base = { text: 'Look', links: [], media: [] };

  test.each<[string, Partial<Post>, string, object]>([
    ['the author’s name', { ...base, authorName: 'Aurora Lab' }, 'lab', { in: 'authorName' }],
    [
      'a link',
      { ...base, links: [{ text: '', url: 'https://roses.example/gr%C3%BCn' }] },
      'grün',
      { in: 'link', index: 0, text: 'https://roses.example/grün' },
    ],
    [
      'a picture',
      { ...base, media: [{ type: 'photo', url: 'https://a.example/1.jpg', alt: 'A red barn' }] },
      'barns',
      { in: 'media', index: 0 },
    ],
    ['a quoted post', { ...base, quote: { id: '9', text: 'Two barns' } }, 'barn', { in: 'quote' }],
    [
      'the quoted author',
      { ...base, quote: { id: '9', author: 'mo', authorName: 'Mo Barn' } },
      'barn',
      { in: 'quoteAuthorName' },
    ],
    [
      'the original',
      { text: 'RT barn', kind: 'repost', repostOf: { id: '9', text: 'A barn, in full' } },
      'barn',
      { in: 'original' },
    ],
  ])('are marked in %s', async (_, post, q, place) => {
    const { found } = filled([post, ...texts('Nothing')]);
    for (const typed of [{}, { sort: 'newest' as const }]) {
      const { posts } = await found(q, typed);
      expect(posts).toHaveLength(1);
      expect(posts[0]?.places).toMatchObject([{ ...place, marks: [{}] }]);
    }
  });

  test('mark the word itself', async () => {
    const { found } = filled([
      { ...base, media: [{ type: 'photo', url: 'https://a.example/1.jpg', alt: 'A red barn' }] },
    ]);
    const [place] = (await found('barn')).posts[0]?.places ?? [];
    const [mark] = place?.marks ?? [];
    expect(place?.text.slice(mark?.from, mark?.to)).toBe('barn');
    expect((await found('look')).posts[0]).not.toHaveProperty('places');
  });
});

describe('FEATURES 47: what could not be read or found', () => {
  test.each([
    [
      'soup since:foo',
      '“since:foo” was read as text: since: takes a date such as 2024-05-31, or 7d for seven days ago.',
    ],
    ['soup min_likes:x', '“min_likes:x” was read as text: min_likes: takes a whole number.'],
    ['soup is:happy', '“is:happy” was read as text: is: takes post, reply, repost or thread.'],
    ['soup -has:wings', '“-has:wings” was read as text: has: takes link or media.'],
    ['soup min_likes:49.5', '“min_likes:49.5” was read as text: min_likes: takes a whole number.'],
  ])('%s: an operator that was read as text is told', async (q, note) => {
    const { found } = filled(texts('soup'));
    expect((await found(q)).notes).toEqual([note]);
    expect((await found(q, { sort: 'newest' })).notes).toContain(note);
  });

  test.each([
    ['soup from:nobody_here', 'No post is by @nobody_here.'],
    ['soup source:nowhere', 'No post is from the source nowhere. The posts are from sample.'],
    ['soup lang:xx', 'No post is in xx.'],
    ['deadl*', 'No post has a word that begins with “deadl”.'],
    ['soup OR (deadl* soup)', undefined],
    [
      'since:2024 until:2023',
      'No post can be found: since 1 January 2024 and until 31 December 2023 contradict each other.',
    ],
    ['from:ada -from:Ada', 'No post can be found: from:ada and -from:ada contradict each other.'],
    [
      '-is:post -is:reply -is:repost',
      'No post can be found: -is:post, -is:reply and -is:repost contradict each other.',
    ],
    ['has:link -has:link', 'No post can be found: has:link and -has:link contradict each other.'],
    [
      'min_likes:9 -min_likes:5',
      'No post can be found: min_likes:9 and -min_likes:5 contradict each other.',
    ],
    ['soup or stew', '“or” in small letters is a word. Write OR to find posts with either.'],
    ['soup OR stew', undefined],
    ['or soup', undefined],
    ['from:ada -lang:xx', undefined],
  ])('%s: why nothing may be found', async (q, note) => {
    const { found } = filled(texts('soup', 'stew'));
    const { notes = [] } = await found(q, { by: 'words' });
    if (note) expect(notes).toContain(note);
    else expect(notes.filter((one) => !one.startsWith('No post has “'))).toEqual([]);
  });

  test('FEATURES 57: an operator without a value is told', async () => {
    const { found } = filled(texts('soup'));
    expect((await found('from:')).notes).toEqual([
      '“from:” has no value, and no effect: from: takes a username, or the address of a profile.',
    ]);
    expect((await found('soup -is:')).notes?.[0]).toStartWith('“-is:” has no value');
  });

  test('operators that were read are not', async () => {
    const { found } = filled(texts('soup'));
    expect(await found('soup since:2020 -from:bo http://x.example')).not.toMatchObject({
      notes: [expect.stringContaining('was read as text')],
    });
  });

  test('a typing error is told, with what may have been meant', async () => {
    const { found } = filled(texts('A telescope', 'Telescopes', 'Телескоп'));
    for (const typed of ['telescpe', 'tlescope', 'etlescope', 'telezcope', 'telesscope']) {
      const { notes, didYouMean } = await found(`${typed} from:ada`);
      expect(notes).toEqual([`No post has “${typed}”.`]);
      expect(didYouMean).toBe('telescope from:ada');
    }
    expect((await found('телескоб')).didYouMean).toBe('телескоп');
    expect(await found('telescopes')).not.toHaveProperty('didYouMean');
    expect(await found('xylophone')).not.toHaveProperty('didYouMean');
    expect((await found('telescope OR xylophone')).notes).toEqual(['No post has “xylophone”.']);
  });

  test('of similar words the most frequent is suggested', async () => {
    const { found } = filled(texts('soap', 'soup', 'soup of the day'));
    expect((await found('soip')).didYouMean).toBe('soup');
    expect((await found('sop -soap zzzz')).didYouMean).toBe('soup -soap zzzz');
  });
});

describe('FEATURES 47: ranking', () => {
  test('the very word comes before other forms, in whatever language', async () => {
    // A word that most posts have counts little for bm25, and a rare stem much.
    const { found } = filled([
      ...Array.from({ length: 3 }, () => ({ text: 'marchés marchés marchés', language: 'fr' })),
      ...Array.from({ length: 12 }, () => ({ text: 'Il marché e una parola', language: 'it' })),
    ]);
    const languages = (await found('marché')).posts.map(({ language }) => language);
    expect(languages).toEqual([...Array(12).fill('it'), ...Array(3).fill('fr')]);
  });

  test('the last page says that only the best are ranked', async () => {
    const { found } = filled(Array.from({ length: 1_050 }, () => ({ text: 'soup' })));
    let page = await found('soup');
    expect(page).not.toHaveProperty('unranked');
    while (page.nextCursor) page = await found('soup', { cursor: page.nextCursor });
    expect(page).toMatchObject({ total: 1_050, unranked: 50 });
  });
});
