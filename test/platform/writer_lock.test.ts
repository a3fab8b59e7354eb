import { Database } from 'bun:sqlite';
import { describe, expect, test } from 'bun:test';
import { MAX_WAIT_MS } from '../../src/platform/writer.ts';
import { testClock } from '../support/clock.ts';
import {
  insert,
  notes,
  path,
  registerHooks,
  ticksUntil,
  transactions,
  writer,
} from './writer_setup.ts';

registerHooks();

describe('while another process has the lock', () => {
  /** A connection that has it until `release`. */
  function holdLock() {
    const other = new Database(path);
    other.run('BEGIN IMMEDIATE');
    return {
      release() {
        other.run('COMMIT');
        other.close();
      },
    };
  }

  test('for 300 ms: the event loop continues, then everything is written in one transaction', async () => {
    const { release } = holdLock();
    const started = performance.now();
    setTimeout(release, 300);
    const writes = Promise.all([writer.write(insert('one')), writer.write(insert('two'))]);
    const ticks = await ticksUntil(writes);
    expect(await writes).toEqual(['one', 'two']);
    expect(performance.now() - started).toBeGreaterThan(290);
    // A wait inside SQLite would let none through.
    expect(ticks).toBeGreaterThan(10);
    expect(transactions.events).toEqual(['begun', 'committing', 'committed']);
  });

  test('later writes wait behind earlier ones, in their order', async () => {
    const { release } = holdLock();
    const first = writer.write(insert('first'));
    await Bun.sleep(20);
    const second = writer.write(insert('second'));
    await Bun.sleep(20);
    expect(notes()).toEqual([]);
    release();
    await Promise.all([first, second]);
    expect(notes()).toEqual(['first', 'second']);
    expect(transactions.committedCount).toBe(1);
  });

  test('for too long: waiting writes are rejected and never written, later ones are written', async () => {
    const clock = testClock();
    writer.use(clock);
    const { release } = holdLock();
    const outcomes = Promise.allSettled([writer.write(insert('a')), writer.write(insert('b'))]);
    await clock.advance(MAX_WAIT_MS - 100);
    const early = await Promise.race([outcomes, 'still waiting']);
    expect(early).toBe('still waiting');
    await clock.advance(200);
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'SQLITE_BUSY' } });
    release();
    await clock.advance(1_000);
    expect(notes()).toEqual([]);
    const later = writer.write(insert('later'));
    await clock.advance(0);
    expect(await later).toBe('later');
  });

  test('after a rejection: writes wait a shorter time until one succeeds', async () => {
    const clock = testClock();
    writer.use(clock);
    const { release } = holdLock();
    const refused = writer.write(insert('refused')).catch((error) => error);
    await clock.advance(MAX_WAIT_MS + 100);
    expect(await refused).toMatchObject({ code: 'SQLITE_BUSY' });
    const alsoRefused = writer.write(insert('also refused')).catch((error) => error);
    await clock.advance(300);
    expect(await alsoRefused).toMatchObject({ code: 'SQLITE_BUSY' });
    const patient = writer.write(insert('patient'));
    await clock.advance(200);
    release();
    await clock.advance(100);
    expect(await patient).toBe('patient');
  });
});
