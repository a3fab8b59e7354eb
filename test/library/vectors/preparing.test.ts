import type { Database } from 'bun:sqlite';
import { describe, expect, test } from 'bun:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createLibrary, type Library } from '../../../src/library/index.ts';
import { makePosts, setup } from '../synthetic.ts';
import { addCodes, exactKeys, MODEL, scattered } from './scattered.ts';

const SLICE = 2_000;

function embed(library: Library, seeds: number[], model = MODEL): void {
  const vectors = seeds.map((seed) => ({ key: seed, vector: scattered(seed) }));
  library.saveVectors(model, vectors);
}

/** A library of three posts with vectors, with many codes between the first and the others. */
function large(): { db: Database; library: Library } {
  const { db, library } = setup();
  library.savePosts(makePosts(5));
  embed(library, [1]);
  addCodes(db, 4 * SLICE);
  embed(library, [2, 3]);
  // One that has read nothing.
  return { db, library: createLibrary(db) };
}

const nearest = (library: Library, seed: number) =>
  library.meaning.nearest(MODEL, scattered(seed), { limit: 5 }).map(({ key }) => key);

/** How many turns of the event loop others have until it is done. */
async function turnsUntil(done: Promise<void>): Promise<number> {
  let isDone = false;
  void done.then(() => {
    isDone = true;
  });
  let turns = 0;
  for (; !isDone; turns++) await nextTurn();
  return turns;
}

describe('codes that are prepared', () => {
  test('are read in many turns of the event loop, once for all that wait', async () => {
    const { db, library } = large();
    const preparing = library.meaning.prepare(MODEL);
    expect(library.meaning.prepare(MODEL)).toBe(preparing);
    expect(await turnsUntil(preparing)).toBeGreaterThanOrEqual(4);
    expect(nearest(library, 3)).toEqual(exactKeys(db, scattered(3), 5));
    expect(await turnsUntil(library.meaning.prepare(MODEL))).toBeLessThanOrEqual(2);
  });

  test('follow what is saved and deleted between two turns', async () => {
    const { db, library } = large();
    const preparing = library.meaning.prepare(MODEL);
    await nextTurn();
    // One that was read, one that was not yet, and one that comes.
    db.run('DELETE FROM posts WHERE key IN (1, 3)');
    embed(library, [4]);
    await preparing;
    expect(nearest(library, 4)).toEqual(exactKeys(db, scattered(4), 5));
    expect(nearest(library, 1).sort()).toEqual([2, 4]);
  });

  test('are complete for a find meanwhile, and stay so', async () => {
    const { db, library } = large();
    const preparing = library.meaning.prepare(MODEL);
    await nextTurn();
    expect(nearest(library, 3)).toEqual(exactKeys(db, scattered(3), 5));
    db.run('DELETE FROM posts WHERE key = 2');
    expect(nearest(library, 3)).toEqual(exactKeys(db, scattered(3), 5));
    await preparing;
    expect(nearest(library, 3)).toEqual(exactKeys(db, scattered(3), 5));
  });

  test('leave out what a transaction wrote that was rolled back meanwhile', async () => {
    const { db, library } = large();
    const preparing = library.meaning.prepare(MODEL);
    await nextTurn();
    db.run('BEGIN');
    embed(library, [4]);
    db.run('DELETE FROM posts WHERE key = 3');
    expect(nearest(library, 4)[0]).toBe(4);
    for (let turn = 0; turn < 10; turn++) await nextTurn();
    db.run('ROLLBACK');
    embed(library, [5]);
    await preparing;
    for (const seed of [3, 4, 5])
      expect(nearest(library, seed)).toEqual(exactKeys(db, scattered(seed), 5));
  });

  test('what has come since is read in turns, too', async () => {
    const { db, library } = large();
    await library.meaning.prepare(MODEL);
    addCodes(db, 3 * SLICE);
    embed(library, [4]);
    expect(await turnsUntil(library.meaning.prepare(MODEL))).toBeGreaterThanOrEqual(3);
    expect(nearest(library, 4)).toEqual(exactKeys(db, scattered(4), 5));
  });

  test('those of another model are passed in turns, once', async () => {
    const { db, library } = large();
    embed(library, [1], 'another');
    addCodes(db, 3 * SLICE, 'another');
    expect(await turnsUntil(library.meaning.prepare(MODEL))).toBeGreaterThanOrEqual(7);
    expect(nearest(library, 2)).toEqual(exactKeys(db, scattered(2), 5));
    expect(await turnsUntil(library.meaning.prepare(MODEL))).toBeLessThanOrEqual(2);
    expect(await turnsUntil(library.meaning.prepare('unknown'))).toBeLessThanOrEqual(2);
  });
});
