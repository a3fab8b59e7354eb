import { describe, expect, test } from 'bun:test';
import { noFilters } from '../../src/find/filters.ts';
import { FindNameTaken, MAX_SAVED_FINDS, TooManySavedFinds } from '../../src/library/index.ts';
import { makePost, makePosts, setup } from './synthetic.ts';

const SKY = { name: 'Night sky', query: { q: 'telescope', sort: 'newest' } };

describe('FEATURES 47: saved finds', () => {
  test('are stored as they were typed, and listed by name', async () => {
    const { library, clock } = setup();
    const { savedFinds } = library;
    const { find, isNew } = await savedFinds.save(SKY, false);
    await savedFinds.save({ name: 'jazz', query: { q: 'jazz since:7d' } }, false);
    await savedFinds.save({ name: 'Ära', query: { q: '', author: 'ada' } }, false);
    const at = new Date(clock.now);
    expect(isNew).toBe(true);
    expect(find).toEqual({ id: 1, ...SKY, createdAt: at, openedAt: at, seenKey: 0 });
    expect(savedFinds.list().map(({ name, query }) => [name, query])).toEqual([
      ['Ära', { q: '', author: 'ada' }],
      ['jazz', { q: 'jazz since:7d' }],
      ['Night sky', SKY.query],
    ]);
    expect(savedFinds.read(1)).toEqual(find);
    expect(savedFinds.read(9)).toBeUndefined();
  });

  test.each(['night sky', 'NIGHT SKY', 'Ｎight sky', 'Night\u200b sky'])(
    'have one name however it is written: %j',
    async (name) => {
      const { savedFinds } = setup().library;
      await savedFinds.save(SKY, false);
      expect(savedFinds.named(name)?.id).toBe(1);
      const other = { name, query: { q: 'comet' } };
      await expect(savedFinds.save(other, false)).rejects.toThrow(FindNameTaken);
      expect(savedFinds.list().map(({ query }) => query)).toEqual([SKY.query]);
    },
  );

  test('are replaced on request, and keep their id and when they were created', async () => {
    const { library, clock } = setup();
    library.savePosts(makePosts(3));
    const { find: first } = await library.savedFinds.save(SKY, false);
    clock.now += 1_000;
    const other = { name: 'Night Sky', query: { q: 'comet' } };
    const { find, isNew } = await library.savedFinds.save(other, true);
    expect(isNew).toBe(false);
    expect(find).toEqual({ ...first, ...other, openedAt: new Date(clock.now), seenKey: 3 });
    expect(library.savedFinds.list()).toEqual([find]);
  });

  test('that are saved once more as they are change nothing', async () => {
    const { library, clock } = setup();
    const first = await library.savedFinds.save(SKY, false);
    clock.now += 1_000;
    const again = await library.savedFinds.save(SKY, false);
    expect(again).toEqual({ find: first.find, isNew: false });
  });

  test('are limited in number, and replacing one is still possible then', async () => {
    const { savedFinds } = setup().library;
    for (let n = 1; n <= MAX_SAVED_FINDS; n += 1)
      await savedFinds.save({ name: `find ${n}`, query: { q: 'x' } }, false);
    await expect(savedFinds.save(SKY, false)).rejects.toThrow(TooManySavedFinds);
    await savedFinds.save({ name: 'find 1', query: { q: 'y' } }, true);
    await savedFinds.remove(2);
    // An id is not used again.
    expect((await savedFinds.save(SKY, false)).find.id).toBe(MAX_SAVED_FINDS + 1);
  });

  test('remember which post was the newest when they were opened', async () => {
    const { library, clock } = setup();
    await library.savedFinds.save(SKY, false);
    library.savePosts(makePosts(5));
    clock.now += 1_000;
    const before = await library.savedFinds.open(1);
    expect(before).toMatchObject({ seenKey: 0, openedAt: new Date(clock.now - 1_000) });
    expect(library.savedFinds.read(1)).toMatchObject({
      seenKey: 5,
      openedAt: new Date(clock.now),
    });
    expect(await library.savedFinds.open(9)).toBeUndefined();
  });

  test('are removed once', async () => {
    const { savedFinds } = setup().library;
    await savedFinds.save(SKY, false);
    expect(await savedFinds.remove(1)).toMatchObject(SKY);
    expect(await savedFinds.remove(1)).toBeUndefined();
    expect(savedFinds.list()).toEqual([]);
  });

  test('count posts as new that take the keys of posts that were deleted', async () => {
    const { library } = setup();
    library.savePosts([
      ...makePosts(2),
      makePost(3, { author: 'bo' }),
      makePost(4, { author: 'bo' }),
    ]);
    await library.savedFinds.save(SKY, false);
    await library.savedFinds.save({ name: 'later', query: { q: 'x' } }, false);
    library.save({ forget: { source: 'test', username: 'bo', limit: 1 } });
    expect(library.savedFinds.read(1)?.seenKey).toBe(4);
    library.save({ forget: { source: 'test', username: 'bo', limit: 10 } });
    expect(library.savedFinds.list().map(({ seenKey }) => seenKey)).toEqual([2, 2]);
    library.savePosts([makePost(5, { text: 'a telescope' })]);
    expect(library.words.newestKey()).toBe(3);
    const query = { text: '', topic: '', filters: noFilters() };
    expect(library.words.countAfter(query, library.savedFinds.read(1)?.seenKey ?? 9)).toEqual({
      count: 1,
      isCapped: false,
    });
  });
});
