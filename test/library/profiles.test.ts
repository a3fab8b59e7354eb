import { describe, expect, test } from 'bun:test';
import { InvalidCursor, type Library, type ProfileQuery } from '../../src/library/index.ts';
import type { Profile } from '../../src/sources/post.ts';
import { makePost, makePosts, makeProfile, setup } from './synthetic.ts';

const usernames = (library: Library, query: ProfileQuery = {}) =>
  library.profiles(query).profiles.map((profile) => profile.username);

describe('saving', () => {
  test('a profile comes back as it was, in every field', () => {
    const { library } = setup();
    const profile: Required<Profile> = {
      source: 'test',
      id: '42',
      username: 'Ada_L',
      name: 'Ada Lovelace',
      bio: 'Engines & poetry\n"first"',
      location: 'London',
      website: 'https://example.org/',
      avatarUrl: 'https://example.org/a.png',
      createdAt: new Date('2010-12-10T00:00:00.001Z'),
      followers: 10,
      following: 0,
      posts: 1234,
      asOf: new Date('2024-03-01T00:00:00Z'),
    };
    expect(library.saveProfiles([profile])).toBe(1);
    expect(library.profiles({}).profiles).toEqual([{ ...profile, postsHeld: 0 }]);
  });

  test('returns how many were new, duplicates counted once', () => {
    const { library } = setup();
    expect(
      library.saveProfiles([makeProfile('ada'), makeProfile('grace'), makeProfile('ada')]),
    ).toBe(2);
    expect(library.saveProfiles([makeProfile('ada'), makeProfile('mary')])).toBe(1);
    expect(library.counts().profiles).toBe(3);
  });

  test('a later version keeps fields that it lacks', () => {
    const { library } = setup();
    const known = { location: 'Paris', followers: 7, createdAt: new Date(0), posts: 3 };
    library.saveProfiles([makeProfile('ada', { ...known, bio: 'old', id: '1' })]);
    library.saveProfiles([makeProfile('ada_new', { bio: '', followers: 0, id: '1' })]);
    const [profile] = library.profiles({}).profiles;
    expect(profile).toMatchObject({ ...known, username: 'ada_new', bio: '', followers: 0 });
    expect(usernames(library, { q: 'old' })).toEqual([]);
    expect(usernames(library, { q: 'a_new' })).toEqual(['ada_new']);
  });
});

describe('listing', () => {
  test('sorts by username in any case, each once over all pages', () => {
    const { library } = setup();
    const names = ['zoe', 'Bea', 'ada', 'bob', 'ADA', 'carl', 'ada'];
    library.saveProfiles(names.map((name, i) => makeProfile(name, { id: `${i}` })));
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = library.profiles({ limit: 2, cursor });
      expect(page.total).toBe(7);
      found.push(...page.profiles.map((profile) => profile.id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(found).toEqual(['2', '4', '6', '1', '3', '5', '0']);
  });

  test('has 50 profiles per page by default, and at most 100', () => {
    const { library } = setup();
    library.saveProfiles(Array.from({ length: 120 }, (_, i) => makeProfile(`user_${i}`)));
    expect(usernames(library)).toHaveLength(50);
    expect(usernames(library, { limit: 500 })).toHaveLength(100);
    expect(usernames(library, { limit: 0 })).toHaveLength(1);
  });

  test('a part of username, name or bio finds a profile, without regard to case and accents', () => {
    const { library } = setup();
    library.saveProfiles([
      makeProfile('ada', { name: 'Ada Lovelace' }),
      makeProfile('ueli', { bio: 'Kletterer aus ZÜRICH' }),
      makeProfile('hoshi', { name: '星野', bio: '宇宙が好き' }),
    ]);
    expect(usernames(library, { q: 'LOVE' })).toEqual(['ada']);
    expect(usernames(library, { q: ' zürich ' })).toEqual(['ueli']);
    expect(usernames(library, { q: 'zurich' })).toEqual(['ueli']);
    expect(usernames(library, { q: '宇宙' })).toEqual(['hoshi']);
    expect(usernames(library, { q: 'A' })).toEqual(['ada', 'ueli']);
    expect(library.profiles({ q: 'nobody' })).toEqual({ profiles: [], total: 0 });
    expect(library.profiles({ q: '  ' }).total).toBe(3);
  });

  test('wildcards are matched literally', () => {
    const { library } = setup();
    library.saveProfiles([
      makeProfile('a_b'),
      makeProfile('axb'),
      makeProfile('p', { bio: '100%' }),
    ]);
    expect(usernames(library, { q: 'a_b' })).toEqual(['a_b']);
    expect(usernames(library, { q: '%' })).toEqual(['p']);
    expect(usernames(library, { q: '\\' })).toEqual([]);
  });

  test('each has the number of its saved posts, of its own source', () => {
    const { library } = setup();
    library.saveProfiles([makeProfile('Ada'), makeProfile('ada', { source: 'other' })]);
    library.saveProfiles([makeProfile('grace')]);
    library.savePosts([...makePosts(3, { author: 'ada' }), makePost(1, { source: 'other' })]);
    const { profiles } = library.profiles({});
    const held = profiles.map(({ source, username, postsHeld }) => [source, username, postsHeld]);
    expect(held).toEqual([
      ['test', 'Ada', 3],
      ['other', 'ada', 1],
      ['test', 'grace', 0],
    ]);
  });

  test('a cursor of another listing is refused', () => {
    const { library } = setup();
    library.savePosts(makePosts(2));
    const { nextCursor } = library.posts({ limit: 1 });
    expect(nextCursor).toBeString();
    const similar = Buffer.from('["other","ada",1]').toString('base64url');
    for (const cursor of [nextCursor, similar, '', 'nonsense']) {
      expect(() => library.profiles({ cursor })).toThrow(InvalidCursor);
    }
  });
});
