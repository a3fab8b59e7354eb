import { describe, expect, test } from 'bun:test';
import type { Library } from '../../src/library/index.ts';
import type { Post } from '../../src/sources/post.ts';
import { makePost, makePosts, makeProfile, setup, unitVector } from './synthetic.ts';

const [OLD, NEW] = [new Date('2024-05-01T00:00:00Z'), new Date('2026-05-01T00:00:00Z')];

const only = (library: Library) => library.posts({}).posts[0];

/** What is stored after both, in this order and in the other. */
function inBothOrders(one: Post, other: Post): [Post | undefined, Post | undefined] {
  const [forwards, backwards] = [setup().library, setup().library];
  for (const post of [one, other]) forwards.savePosts([post]);
  for (const post of [other, one]) backwards.savePosts([post]);
  return [only(forwards), only(backwards)];
}

describe('C11: of posts, the newer wins in whatever order they come', () => {
  const long = `${'a long post of many words '.repeat(12)}and its end`;
  const old = makePost(1, {
    asOf: OLD,
    authorName: 'Ada of 2024',
    text: 'the post',
    likes: 50,
    media: [{ type: 'photo', url: 'https://example.org/old.jpg' }],
  });

  test('C11: text, counts, names and media of the newer one stay', () => {
    const newer = makePost(1, {
      asOf: NEW,
      authorName: 'Ada of 2026',
      text: 'the post, edited',
      likes: 2,
      media: [{ type: 'photo', url: 'https://example.org/new.jpg' }],
    });
    const [forwards, backwards] = inBothOrders(old, newer);
    expect(forwards).toEqual(newer);
    expect(backwards).toEqual(newer);
  });

  test('C11: the older one fills in what the newer one lacks', () => {
    const quote = { id: '7', author: 'mary', text: 'quoted' };
    const given = { ...old, language: 'en', replies: 3, threadId: '9', quote };
    const newer = makePost(1, { asOf: NEW, text: 'the post', likes: 2, quote: { id: '7' } });
    const [forwards, backwards] = inBothOrders(given, newer);
    expect(backwards).toMatchObject({ language: 'en', replies: 3, threadId: '9', likes: 2, quote });
    expect(backwards?.media).toEqual(old.media);
    expect(forwards).toMatchObject({ language: 'en', replies: 3, threadId: '9', likes: 2, quote });
  });

  const cuts: [string, string][] = [
    ['an ellipsis', `${long.slice(0, 270)}…`],
    ['an ellipsis and a link', `${long.slice(0, 250)}… https://t.co/abc`],
  ];
  test.each(cuts)('C11: a whole text is not cut again, by %s', (_, cut) => {
    const links = [{ text: 'and', url: 'https://example.org/' }];
    for (const [whole, part] of [
      [OLD, NEW],
      [NEW, OLD],
    ] as const) {
      const one = makePost(1, { asOf: whole, text: long, links });
      const stored = inBothOrders(one, makePost(1, { asOf: part, text: cut, likes: 4 }));
      for (const post of stored) expect(post).toMatchObject({ text: long, links, likes: 4 });
    }
  });

  test('C11: an export has no text of a repost, and takes none away', () => {
    const repost = makePost(1, { kind: 'repost', asOf: OLD, text: 'RT @mary: hello' });
    const [forwards, backwards] = inBothOrders(repost, { ...repost, asOf: NEW, text: '' });
    expect([forwards?.text, backwards?.text]).toEqual(['RT @mary: hello', 'RT @mary: hello']);
  });

  test('C11: of two with the same time, or none, the later one wins', () => {
    const { library, clock } = setup();
    library.savePosts([makePost(1, { text: 'first', asOf: NEW })]);
    library.savePosts([makePost(1, { text: 'second', asOf: NEW })]);
    expect(only(library)?.text).toBe('second');
    library.savePosts([makePost(2, { text: 'third', asOf: undefined })]);
    clock.now -= 0;
    library.savePosts([makePost(2, { text: 'fourth', asOf: undefined })]);
    expect(only(library)).toMatchObject({ text: 'fourth', asOf: new Date(clock.now) });
  });

  test('C11: the words of the refused text do not find the post, and its vector stays', () => {
    const { library } = setup();
    library.savePosts([makePost(1, { text: 'apple', asOf: NEW })]);
    library.saveVectors('plane', [{ key: 1, vector: unitVector(0) }]);
    library.savePosts([makePost(1, { text: 'pear', asOf: OLD })]);
    expect([library.posts({ q: 'apple' }).total, library.posts({ q: 'pear' }).total]).toEqual([
      1, 0,
    ]);
    expect(library.counts().vectors).toBe(1);
  });

  test('C11: an archive that was imported before is replaced by the next import of it', () => {
    const { db, library } = setup();
    library.savePosts([makePost(1, { source: 'archive', text: 'cut…' })]);
    db.run('UPDATE posts SET as_of = 0');
    expect(only(library)?.asOf).toBeUndefined();
    library.savePosts([makePost(1, { source: 'archive', text: 'read better', asOf: OLD })]);
    expect(only(library)?.text).toBe('read better');
  });
});

describe('C11: of profiles, the newer wins', () => {
  test('C11: in whatever order they come, and fills in what it lacks', () => {
    const old = makeProfile('ada', {
      id: '1',
      name: 'Old',
      bio: 'old',
      asOf: OLD,
      location: 'Paris',
    });
    const newer = makeProfile('ada', { id: '1', name: 'New', bio: 'new', asOf: NEW, followers: 2 });
    for (const order of [
      [old, newer],
      [newer, old],
    ]) {
      const { library } = setup();
      for (const profile of order) library.saveProfiles([profile]);
      const [stored] = library.profiles({}).profiles;
      expect(stored).toEqual({ ...newer, location: 'Paris', postsHeld: 0 });
      expect(library.profiles({ q: 'old' }).total).toBe(0);
    }
  });

  test('C11: every post shows the newest name of its author', () => {
    const { library } = setup();
    const author = { authorId: '1', authorName: 'Old name' };
    library.savePosts([makePost(1, { ...author, asOf: OLD })]);
    library.saveProfiles([makeProfile('ada', { id: '1', name: 'New name', asOf: NEW })]);
    library.savePosts([makePost(2, { ...author, asOf: OLD })]);
    library.savePosts([
      makePost(3, { ...author, authorName: 'Newest', asOf: new Date('2027-01-01') }),
    ]);
    library.saveVectors('plane', [{ key: 1, vector: unitVector(0) }]);
    const names = library.posts({}).posts.map(({ authorName }) => authorName);
    expect(names).toEqual(['Newest', 'New name', 'New name']);
    expect(library.postsLike('plane', unitVector(0), { limit: 1 })[0]?.authorName).toBe('New name');
  });

  test('C11: the posts of a renamed author follow the new username, others do not', () => {
    const { library } = setup();
    const of = (author: string, authorId: string, asOf = OLD) => ({ author, authorId, asOf });
    library.saveProfiles([makeProfile('ada', { id: '1', asOf: OLD })]);
    library.savePosts([makePost(1, of('ada', '1')), makePost(2, of('ada', '2'))]);
    library.saveProfiles([makeProfile('ada_l', { id: '1', asOf: NEW })]);
    library.savePosts([makePost(3, of('ada', '1'))]);
    const found = (author: string) => library.posts({ author }).posts.map(({ id }) => id);
    expect([found('ada_l'), found('ada')]).toEqual([['3', '1'], ['2']]);
    expect(library.profiles({}).profiles[0]).toMatchObject({ username: 'ada_l', postsHeld: 2 });
  });

  test('C11: an export without names takes those that are known, before or after', () => {
    const did = 'did:plc:aaaabbbbccccddddeeeeffff';
    const nameless = { author: did, authorId: did, authorName: did, asOf: NEW };
    const known = makeProfile('ada.example', { id: did, name: 'Ada', asOf: OLD });
    const unknown = makeProfile(did, { id: did, name: did, asOf: NEW, followers: 3 });
    for (const profiles of [
      [known, unknown],
      [unknown, known],
    ]) {
      const { library } = setup();
      library.savePosts([makePost(1, nameless)]);
      for (const profile of profiles) library.saveProfiles([profile]);
      library.savePosts([makePost(2, nameless)]);
      expect(library.posts({ author: 'ada.example' }).total).toBe(2);
      expect(library.profiles({}).profiles[0]).toMatchObject({
        username: 'ada.example',
        name: 'Ada',
        followers: 3,
      });
      expect(library.posts({}).posts[0]?.authorName).toBe('Ada');
    }
  });
});

test('a migrated library keeps its posts and profiles', () => {
  const { library } = setup();
  library.savePosts(makePosts(3));
  expect(library.posts({}).posts.every(({ asOf }) => asOf !== undefined)).toBe(true);
});
