import { describe, expect, test } from 'bun:test';
import { InvalidCursor, type Library, type PostQuery } from '../../src/library/index.ts';
import type { Post } from '../../src/sources/post.ts';
import { makePost, makePosts, setup } from './synthetic.ts';

const ids = (library: Library, query: PostQuery = {}) =>
  library.posts(query).posts.map((post) => post.id);

function everyPage(library: Library, query: PostQuery): Post[][] {
  const pages = [];
  let cursor: string | undefined;
  do {
    const page = library.posts({ ...query, cursor });
    pages.push(page.posts);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return pages;
}

describe('saving', () => {
  test('control characters are removed', () => {
    const { library } = setup();
    library.savePosts([makePost(1, { text: 'a\u0000b\u001b[2Jc\r\nd\u007f\te' })]);
    expect(library.posts({}).posts[0]?.text).toBe('ab[2Jc\nd\te');
  });

  test('a post comes back as it was, in every field', () => {
    const { library } = setup();
    const post: Required<Post> = {
      source: 'test',
      id: '18446744073709551617',
      kind: 'reply',
      author: 'ada',
      authorId: '0042',
      authorName: 'Ada 🚀',
      text: 'Zeile eins\nline two, "quoted"\t宇宙',
      createdAt: new Date('2024-02-29T12:34:56.789Z'),
      language: 'de',
      url: 'https://example.org/1',
      inReplyToId: '0007',
      inReplyToAuthor: 'grace',
      threadId: '0001',
      repostOf: {
        id: '0003',
        author: 'mary',
        authorName: 'Mary',
        text: 'a\tb',
        url: 'https://e.test',
      },
      quote: { id: '0004', author: 'mary' },
      edits: [
        { id: '18446744073709551616', text: 'Zeile', createdAt: new Date('2024-02-29T12:00:00Z') },
        { id: '99446744073709551616' },
      ],
      limited: 'age-restricted',
      links: [{ text: 'example.org', url: 'https://example.org/' }],
      media: [{ type: 'photo', url: 'https://example.org/a.jpg', alt: 'a hill' }],
      likes: 3,
      reposts: 2,
      replies: 0,
      asOf: new Date('2024-03-01T00:00:00Z'),
    };
    library.savePosts([post]);
    expect(library.posts({}).posts).toEqual([post]);
  });

  test('unknown fields stay absent', () => {
    const { library } = setup();
    library.savePosts([makePost(1)]);
    expect(library.posts({}).posts).toEqual([makePost(1)]);
  });

  test('returns how many posts were new', () => {
    const { library } = setup();
    expect(library.savePosts(makePosts(3))).toBe(3);
    expect(library.savePosts(makePosts(5))).toBe(2);
    expect(library.savePosts(makePosts(5))).toBe(0);
    expect(library.savePosts([])).toBe(0);
    expect(library.counts().posts).toBe(5);
  });

  test('a duplicate in one call counts once, and the later one is kept', () => {
    const { library } = setup();
    const [first, second] = [makePost(1, { text: 'first' }), makePost(1, { text: 'second' })];
    expect(library.savePosts([first, second])).toBe(1);
    expect(library.posts({}).posts).toEqual([second]);
  });

  test('the same id in two sources is two posts', () => {
    const { library } = setup();
    expect(library.savePosts([makePost(1), makePost(1, { source: 'other' })])).toBe(2);
  });

  test('a later version replaces an earlier one and keeps fields that it lacks', () => {
    const { library } = setup();
    library.savePosts([makePost(1, { likes: 1, replies: 4, language: 'en', threadId: '9' })]);
    library.savePosts([makePost(1, { likes: 2, text: 'edited', author: 'ada_l', kind: 'reply' })]);
    const [post] = library.posts({}).posts;
    expect(post).toMatchObject({ likes: 2, text: 'edited', author: 'ada_l', kind: 'reply' });
    expect(post).toMatchObject({ replies: 4, language: 'en', threadId: '9' });
  });

  test('stores when a post was first and last saved', () => {
    const { db, library, clock } = setup();
    library.savePosts([makePost(1)]);
    const saved = clock.now;
    clock.now += 60_000;
    library.savePosts([makePost(1)]);
    const times = db.query('SELECT collected_at, updated_at FROM posts').get();
    expect(times).toEqual({ collected_at: saved, updated_at: saved + 60_000 });
  });

  test('when one post of a call cannot be saved, none is', () => {
    const { library } = setup();
    const bad = makePost(2, { createdAt: new Date(Number.NaN) });
    expect(() => library.savePosts([makePost(1), bad])).toThrow('created_at');
    expect(library.posts({})).toMatchObject({ posts: [], total: 0 });
  });

  test('the database refuses an unknown kind, an empty id and a negative count', () => {
    const { library } = setup();
    for (const wrong of [{ kind: 'quote' as 'post' }, { id: '' }, { source: '' }, { likes: -1 }]) {
      expect(() => library.savePosts([makePost(1, wrong)])).toThrow('CHECK constraint failed');
    }
  });
});

describe('listing', () => {
  test('is newest first, with 20 posts per page by default', () => {
    const { library } = setup();
    library.savePosts(makePosts(25));
    const { posts, total, nextCursor } = library.posts({});
    expect(posts.map((post) => post.id)).toEqual(
      makePosts(25)
        .reverse()
        .slice(0, 20)
        .map((p) => p.id),
    );
    expect(total).toBe(25);
    expect(nextCursor).toMatch(/^[\w-]+$/);
  });

  test('the limit is clamped to 1 to 100', () => {
    const { library } = setup();
    library.savePosts(makePosts(120));
    expect(ids(library, { limit: 0 })).toHaveLength(1);
    expect(ids(library, { limit: -5 })).toHaveLength(1);
    expect(ids(library, { limit: 2.9 })).toHaveLength(2);
    expect(ids(library, { limit: 1000 })).toHaveLength(100);
  });

  test('filters by author in any case, by source exactly, and by both', () => {
    const { library } = setup();
    const posts = [
      makePost(1, { author: 'Ada' }),
      makePost(2, { author: 'ada', source: 'other' }),
      makePost(3, { author: 'adam' }),
    ];
    library.savePosts(posts);
    expect(ids(library, { author: 'ADA' })).toEqual(['2', '1']);
    expect(ids(library, { source: 'other' })).toEqual(['2']);
    expect(library.posts({ author: 'aDa', source: 'test' })).toMatchObject({ total: 1 });
    expect(ids(library, { source: 'OTHER' })).toEqual([]);
    expect(library.posts({ author: 'nobody' })).toEqual({ posts: [], total: 0 });
  });

  test('combines author, source and words, also across pages', () => {
    const { library } = setup();
    library.savePosts(makePosts(9, { text: 'tea and jam' }));
    library.savePosts(makePosts(9, { text: 'tea', source: 'other' }));
    library.savePosts([makePost(20, { author: 'grace', text: 'tea' }), makePost(21)]);
    const query = { author: 'ada', source: 'test', q: 'tea', limit: 4 };
    expect(everyPage(library, query).map((page) => page.length)).toEqual([4, 4, 1]);
    expect(library.posts(query).total).toBe(9);
    expect(library.posts({ q: 'tea', source: 'other' }).total).toBe(9);
    expect(library.posts({ q: 'tea', author: 'ada' }).total).toBe(18);
    expect(library.posts({ q: 'tea' }).total).toBe(19);
  });
});

describe('pages', () => {
  test('have every post once, although many have the same time', () => {
    const { library } = setup();
    const moments = [1, 1, 1, 2, 2, 2, 2, 3, 3, 1, 2, 3];
    const posts = moments.map((second, i) => makePost(i, { createdAt: new Date(second * 1000) }));
    library.savePosts(posts);
    const whole = ids(library);
    for (const limit of [1, 2, 3, 5, 11]) {
      expect(
        everyPage(library, { limit })
          .flat()
          .map((post) => post.id),
      ).toEqual(whole);
    }
    expect(new Set(whole).size).toBe(moments.length);
  });

  test('there is no cursor after the last post, even when it fills its page', () => {
    const { library } = setup();
    library.savePosts(makePosts(4));
    expect(everyPage(library, { limit: 2 }).map((page) => page.length)).toEqual([2, 2]);
  });

  test('newer posts saved in between do not shift the pages', () => {
    const { library } = setup();
    library.savePosts(makePosts(4));
    const { nextCursor } = library.posts({ limit: 2 });
    library.savePosts([makePost(100), makePost(101)]);
    const next = library.posts({ limit: 2, cursor: nextCursor });
    expect(next.posts.map((post) => post.id)).toEqual(['2', '1']);
    expect(next.total).toBe(6);
  });

  test('posts from before 1970 have pages too', () => {
    const { library } = setup();
    library.savePosts([-1, -2, -3].map((n) => makePost(n, { createdAt: new Date(n * 1e6) })));
    expect(
      everyPage(library, { limit: 1 })
        .flat()
        .map((post) => post.id),
    ).toEqual(['-1', '-2', '-3']);
  });

  test('a foreign cursor is refused', () => {
    const { library } = setup();
    library.savePosts(makePosts(3));
    const { nextCursor = '' } = library.posts({ limit: 1 });
    const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const foreign = [
      '',
      'x',
      '%%%',
      '\u0000',
      'a'.repeat(10_000),
      `${nextCursor}=`,
      `${nextCursor} `,
      nextCursor.slice(1),
      encoded(['profiles', 'ada', 1]),
      encoded(['posts', '1', 1]),
      encoded(['posts', 1.5, 1]),
      encoded(['posts', 1]),
      encoded(['posts', 1, 1, 1]),
      encoded({ posts: 1 }),
      encoded(null),
    ];
    for (const cursor of foreign) {
      expect(() => library.posts({ cursor }), cursor.slice(0, 40)).toThrow(InvalidCursor);
    }
  });
});

describe('full-text search', () => {
  const find = (texts: string[], q: string) => {
    const { library } = setup();
    library.savePosts(texts.map((text, i) => makePost(i, { text, authorName: '' })));
    return library.posts({ q }).posts.map((post) => post.text);
  };

  test('requires all words in any order, the last one as a prefix', () => {
    const texts = ['the black hole', 'a hole, black', 'a black hat', 'black and holed'];
    expect(find(texts, 'hole black')).toEqual(['a hole, black', 'the black hole']);
    expect(find(texts, 'black hol')).toEqual([
      'black and holed',
      'a hole, black',
      'the black hole',
    ]);
    expect(find(texts, 'hol black')).toEqual([]);
    expect(find(['tea', 'teapot tea', 'teapot'], 'tea tea')).toEqual(['teapot tea', 'tea']);
  });

  test('includes the name of the author', () => {
    const { library } = setup();
    library.savePosts([makePost(1, { authorName: 'Ada Lovelace', text: 'engines' }), makePost(2)]);
    expect(ids(library, { q: 'lovelace engines' })).toEqual(['1']);
  });

  test('German, ignoring case, umlauts, accents and ß', () => {
    const text = 'Über die Straße in München ins Café, größer';
    for (const q of [
      'uber',
      'STRASSE',
      'straße',
      'münchen',
      'Munchen',
      'cafe',
      'CAFÉ',
      'GRÖSSER',
    ]) {
      expect(find([text, 'etwas anderes'], q)).toEqual([text]);
    }
    expect(find([text], 'traße')).toEqual([]);
    expect(find(['cafe\u0301'], 'café')).toEqual(['cafe\u0301']);
  });

  test('Japanese, Chinese, Korean and Thai, without spaces between words', () => {
    const japanese = '宇宙はとても広い。Bunは速いサーバーです';
    for (const q of ['宇宙', '宙', 'とても', 'Bun', '速い', 'サーバー', 'ｻｰﾊﾞｰ', 'bun 宇宙 です']) {
      expect(find([japanese, '広島のお好み焼き'], q)).toEqual([japanese]);
    }
    expect(find([japanese], '宙宇')).toEqual([]);
    expect(find(['かき'], 'がき')).toEqual([]);
    expect(find(['がき'], 'か')).toEqual([]);
    expect(find(['각'], '가')).toEqual([]);
    expect(find(['我们在学习天文学'], '天文')).toHaveLength(1);
    expect(find(['한국어를 배우다'], '국어')).toHaveLength(1);
    expect(find(['ฉันชอบดาราศาสตร์'], 'ดารา')).toHaveLength(1);
  });

  test('Hindi, Greek and Russian', () => {
    expect(find(['हिन्दी भाषा'], 'भाषा')).toHaveLength(1);
    expect(find(['हिन्दी भाषा'], 'ह भाषा')).toHaveLength(0);
    expect(find(['η οδός'], 'ΟΔΟΣ')).toHaveLength(1);
    expect(find(['Новый ёж'], 'еж')).toHaveLength(1);
  });

  test('emoji, alone or next to a word', () => {
    expect(find(['launch🚀today', 'launch today'], '🚀')).toEqual(['launch🚀today']);
    expect(find(['launch🚀today'], '🚀 today launch')).toHaveLength(1);
    expect(find(['with \u2764\ufe0f'], '\u2764')).toHaveLength(1);
    expect(find(['with \u2764'], '\u2764\ufe0f')).toHaveLength(1);
    expect(find(['🚀🎉'], '🎉🚀')).toEqual([]);
  });

  test.each([
    ['"', []],
    ['*', []],
    ['-', []],
    ['()', []],
    ['+ !!! …', []],
    ['""', []],
    ['\u0000', []],
    ['\ud800', []],
    ['NEAR(', ['near and far, OR not']],
    ['AND', ['near and far, OR not']],
    ['near OR', ['near and far, OR not']],
    ['NOT near', ['near and far, OR not']],
    ['-near', ['near and far, OR not']],
    ['^near', ['near and far, OR not']],
    ['"near', ['near and far, OR not']],
    ['near"far', ['near and far, OR not']],
    ['＂near＂ far', ['near and far, OR not']],
    ['ne*', ['near and far, OR not']],
    ['near*far', []],
    ['text:near', []],
    ['near\u0000far\u0007', ['near and far, OR not']],
    ['near !!!', ['near and far, OR not']],
    ["'; DROP TABLE posts; --", []],
  ])('no query is a syntax error: %j', (q, found) => {
    expect(find(['near and far, OR not'], q)).toEqual(found);
  });

  test('nor is one of 10,000 characters', () => {
    const long = Array.from({ length: 2000 }, (_, i) => `w${i}`).join(' ');
    expect(find([long, 'w1'], long)).toEqual([long]);
    for (const q of ['x', '"', '宇', '宇 ', '🚀', 'a*', '\\', "'"]) {
      expect(find(['something else'], q.repeat(10_000 / q.length))).toEqual([]);
    }
  });

  test('a query of only spaces filters nothing', () => {
    expect(find(['one', 'two'], ' \n\t ')).toEqual(['two', 'one']);
  });

  test('an edited post is found by its new words only', () => {
    const { library } = setup();
    library.savePosts([makePost(1, { text: 'apple', authorName: 'Ada' })]);
    library.savePosts([makePost(1, { text: 'apple', authorName: 'Grace' })]);
    expect(ids(library, { q: 'apple grace' })).toEqual(['1']);
    library.savePosts([makePost(1, { text: 'pear', authorName: 'Grace' })]);
    expect(['apple', 'Ada', 'pear', 'Grace'].map((q) => library.posts({ q }).total)).toEqual([
      0, 0, 1, 1,
    ]);
  });

  test('a deleted post is not found', () => {
    const { db, library } = setup();
    library.savePosts(makePosts(2, { text: 'apple' }));
    db.run("DELETE FROM posts WHERE id = '1'");
    expect(library.posts({ q: 'apple' })).toMatchObject({ posts: [{ id: '2' }], total: 1 });
  });
});
