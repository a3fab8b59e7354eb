import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/platform/database.ts';
import { WriteRefused } from '../../src/platform/database_issue.ts';
import {
  MAX_WAIT_MS,
  type TransactionListener,
  Writer,
  writerOf,
} from '../../src/platform/writer.ts';
import { consequences, testClock } from '../support/clock.ts';

let folder: string;
let path: string;
let db: Database;
let writer: Writer;
let transactions: Recorder;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xgpt-writer-'));
  path = join(folder, 'xgpt.sqlite');
  db = openDatabase(path);
  db.run('CREATE TABLE notes (text TEXT NOT NULL UNIQUE)');
  writer = new Writer(db);
  transactions = new Recorder();
  writer.join('recorder', transactions);
});

afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

/** Records the steps of transactions in their order. */
class Recorder implements TransactionListener {
  events: string[] = [];
  begun = () => this.#record('begun');
  committing = () => this.#record('committing');
  committed = () => this.#record('committed');
  rolledBack = () => this.#record('rolled back');

  get committedCount(): number {
    return this.events.filter((event) => event === 'committed').length;
  }

  #record(event: string): void {
    this.events.push(event);
  }
}

const insert = (text: string) => () => {
  db.run('INSERT INTO notes VALUES (?)', [text]);
  return text;
};

const notes = () => db.query('SELECT text FROM notes ORDER BY rowid').values().flat();

/** How often a timer of 5 ms fires until `done`, and the longest time in between, in ms. */
async function ticksUntil(done: Promise<unknown>): Promise<{ ticks: number; longest: number }> {
  let ticks = 0;
  let longest = 0;
  let last = performance.now();
  const tick = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    ticks++;
  };
  const timer = setInterval(tick, 5);
  await done.catch(() => {});
  clearInterval(timer);
  tick();
  return { ticks, longest };
}

function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('writes of one turn', () => {
  test('share a transaction, and each gets its own answer', async () => {
    const texts = Array.from({ length: 50 }, (_, index) => `note ${index}`);
    expect(await Promise.all(texts.map((text) => writer.write(insert(text))))).toEqual(texts);
    expect(notes()).toEqual(texts);
    expect(transactions.events).toEqual(['begun', 'committing', 'committed']);
  });

  test('include writes that a promise starts in the same turn, and none of the next turn', async () => {
    const later = Promise.resolve().then(() => writer.write(insert('set off')));
    await Promise.all([writer.write(insert('at once')), later]);
    expect(transactions.committedCount).toBe(1);
    await writer.write(insert('afterwards'));
    expect(transactions.committedCount).toBe(2);
  });

  test('are on disk when they resolve: another connection reads them', async () => {
    await writer.write(insert('there'));
    const other = new Database(path, { readonly: true });
    expect(other.query('SELECT text FROM notes').values()).toEqual([['there']]);
    other.close();
  });

  test('settle in their order, whether they resolve or reject', async () => {
    const answers: string[] = [];
    const note = (name: string, write: Promise<unknown>) =>
      write.then(
        () => answers.push(name),
        () => answers.push(`${name} failed`),
      );
    const fail = () => {
      throw new Error('no');
    };
    await Promise.all([
      note('a', writer.write(insert('a'))),
      note('b', writer.write(fail)),
      note('c', writer.write(insert('c'))),
      note('d', writer.write(fail)),
      note('e', writer.write(insert('e'))),
    ]);
    expect(answers).toEqual(['a', 'b failed', 'c', 'd failed', 'e']);
  });

  test('may be added to at the end of the turn', async () => {
    let added: Promise<string> | undefined;
    writer.atEndOfTurn(() => {
      added = writer.write(insert('at the end'));
    });
    await writer.write(insert('before'));
    expect(await added).toBe('at the end');
    expect(notes()).toEqual(['before', 'at the end']);
    expect(transactions.committedCount).toBe(1);
  });

  test('begin no transaction when there are none', async () => {
    let isCalled = false;
    writer.atEndOfTurn(() => {
      isCalled = true;
    });
    await consequences();
    expect(isCalled).toBe(true);
    expect(transactions.events).toEqual([]);
  });

  test('are visible to a listener before the commit, which may add its own', async () => {
    const seen: unknown[] = [];
    writer.join('last', {
      ...new Recorder(),
      begun() {},
      committed() {},
      rolledBack() {},
      committing() {
        seen.push(...notes());
        insert('of the listener')();
      },
    });
    await Promise.all([writer.write(insert('one')), writer.write(insert('two'))]);
    expect(seen).toEqual(['one', 'two']);
    expect(notes()).toEqual(['one', 'two', 'of the listener']);
  });
});

test('a listener that fails after the commit does not keep writes from resolving', async () => {
  const idle = { begun() {}, committing() {}, rolledBack() {} };
  let isBroken = true;
  writer.join('broken', {
    ...idle,
    committed() {
      if (isBroken) throw new Error('The listener failed.');
    },
  });
  const writes = Promise.allSettled([writer.write(insert('one')), writer.write(insert('two'))]);
  const outcomes = await Promise.race([writes, Bun.sleep(1_000)]);
  isBroken = false;
  expect(outcomes).toMatchObject([{ value: 'one' }, { value: 'two' }]);
  // Nothing is written twice.
  expect(await writer.write(insert('three'))).toBe('three');
  expect(notes()).toEqual(['one', 'two', 'three']);
});

describe('a write that fails', () => {
  const breaks: [how: string, write: () => unknown, message: RegExp][] = [
    ['by a constraint', () => insert('taken')(), /UNIQUE constraint failed/],
    [
      'by an error of its own, after it has written',
      () => {
        insert('half')();
        throw new Error('in the middle');
      },
      /in the middle/,
    ],
  ];
  const places = ['first', 'in the middle', 'last'];
  const cases = breaks.flatMap(([how, write, message]) =>
    places.map((place, index) => [how, place, write, message, index] as const),
  );

  test.each(cases)(
    '%s, %s of a group: the others are written',
    async (_, __, write, message, index) => {
      insert('taken')();
      const writes: (() => unknown)[] = [insert('one'), insert('two')];
      writes.splice(index, 0, write);
      const outcomes = await Promise.allSettled(writes.map((each) => writer.write(each)));
      const expected: ('fulfilled' | 'rejected')[] = ['fulfilled', 'fulfilled'];
      expected.splice(index, 0, 'rejected');
      expect(outcomes.map(({ status }) => status)).toEqual(expected);
      expect(String((outcomes[index] as PromiseRejectedResult).reason)).toMatch(message);
      expect(notes()).toEqual(['taken', 'one', 'two']);
      expect(db.inTransaction).toBe(false);
      const [begun, ended] = [/begun/, /committed|rolled back/].map(
        (kind) => transactions.events.filter((event) => kind.test(event)).length,
      );
      expect(begun).toBe(ended as number);
    },
  );

  test('is rejected alone, however many fail', async () => {
    const writes = Array.from({ length: 60 }, (_, index): (() => unknown) => {
      const text = `note ${index}`;
      return index % 3 === 0 ? () => Number(db.query('SELECT nonsense').get()) : insert(text);
    });
    const outcomes = await Promise.allSettled(writes.map((write) => writer.write(write)));
    outcomes.forEach(({ status }, index) => {
      expect(status).toBe(index % 3 === 0 ? 'rejected' : 'fulfilled');
    });
    expect(notes()).toHaveLength(40);
  });

  test('does not delay later writes', async () => {
    const first = writer.write(() => {
      throw new Error('no');
    });
    await expect(first).rejects.toThrow('no');
    expect(await writer.write(insert('next'))).toBe('next');
    await Promise.all([writer.write(insert('a')), writer.write(insert('b'))]);
    // Together again.
    expect(transactions.events.slice(-3)).toEqual(['begun', 'committing', 'committed']);
    expect(transactions.committedCount).toBe(2);
  });
});

describe('a commit that fails', () => {
  test('is retried in parts: only the write that caused it is rejected', async () => {
    db.run(`CREATE TABLE links (
      text TEXT REFERENCES notes (text) DEFERRABLE INITIALLY DEFERRED)`);
    // The foreign key is checked only by the commit.
    const link = () => db.run("INSERT INTO links VALUES ('nowhere')");
    const outcomes = await Promise.allSettled([
      writer.write(insert('one')),
      writer.write(link),
      writer.write(insert('two')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' } });
    expect(notes()).toEqual(['one', 'two']);
    expect(db.query('SELECT * FROM links').all()).toEqual([]);
    expect(db.inTransaction).toBe(false);
  });

  test('because the disk is full rejects what does not fit, and succeeds when there is room', async () => {
    const pages = Number(Object.values(db.query('PRAGMA page_count').get() as object)[0]);
    db.run(`PRAGMA max_page_count = ${pages + 2}`);
    const big = 'x'.repeat(100_000);
    const outcomes = await Promise.allSettled([
      writer.write(insert('small')),
      writer.write(insert(big)),
      writer.write(insert('small too')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'SQLITE_FULL' } });
    expect(notes()).toEqual(['small', 'small too']);
    db.run('PRAGMA max_page_count = 1000000');
    expect(await writer.write(insert(big))).toBe(big);
  });
});

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
    const { ticks, longest } = await ticksUntil(writes);
    expect(await writes).toEqual(['one', 'two']);
    expect(performance.now() - started).toBeWithin(290, 2_000);
    expect(ticks).toBeGreaterThan(10);
    expect(longest).toBeLessThan(200);
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

describe('an obstacle', () => {
  test('rejects every write before it runs, until the obstacle is gone', async () => {
    const issue = { title: 'The disk is nearly full.', remedy: 'Make room.' };
    writer.obstacle = () => issue as ReturnType<typeof writer.obstacle>;
    const outcomes = await Promise.allSettled([
      writer.write(insert('one')),
      writer.write(insert('two')),
    ]);
    for (const outcome of outcomes) {
      expect(outcome.status).toBe('rejected');
      expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(WriteRefused);
    }
    expect(transactions.events).toEqual([]);
    writer.obstacle = () => undefined;
    expect(await writer.write(insert('three'))).toBe('three');
    expect(notes()).toEqual(['three']);
  });
});

describe('a long queue', () => {
  test('is divided into transactions, so that timers run in between', async () => {
    const writes = Array.from({ length: 200 }, (_, index) =>
      writer.write(() => {
        spin(1);
        return insert(`note ${index}`)();
      }),
    );
    const { ticks } = await ticksUntil(Promise.all(writes));
    expect(notes()).toHaveLength(200);
    expect(transactions.committedCount).toBeGreaterThan(5);
    expect(ticks).toBeGreaterThan(5);
  });

  test('is divided only once when one write fails', async () => {
    const writes = Array.from({ length: 500 }, (_, index) =>
      writer.write(index === 499 ? insert('note 0') : insert(`note ${index}`)),
    );
    await Promise.allSettled(writes);
    expect(notes()).toHaveLength(499);
    // Only the write that failed gets a transaction of its own.
    expect(transactions.committedCount).toBeLessThan(50);
  });
});

test('each connection has one writer', () => {
  expect(writerOf(db)).toBe(writerOf(db));
  const other = openDatabase(':memory:');
  expect(writerOf(other)).not.toBe(writerOf(db));
  other.close();
});
