import { Database } from 'bun:sqlite';
import { describe, expect, test } from 'bun:test';
import { keepAliveClock } from '../../src/platform/clock.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { WriteRefused } from '../../src/platform/database_issue.ts';
import { writerOf } from '../../src/platform/writer.ts';
import { consequences } from '../support/clock.ts';
import {
  db,
  insert,
  notes,
  path,
  Recorder,
  registerHooks,
  ticksUntil,
  transactions,
  writer,
} from './writer_setup.ts';

registerHooks();

function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('writes of one turn', () => {
  test('share a transaction, and each gets its own answer', async () => {
    // However long the machine takes for them.
    writer.use({ ...keepAliveClock, elapsed: () => 0 });
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
    const ticks = await ticksUntil(Promise.all(writes));
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
