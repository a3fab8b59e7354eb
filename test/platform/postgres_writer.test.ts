import { describe, expect, test } from 'bun:test';
import { keepAliveClock } from '../../src/platform/clock.ts';
import { databaseIssueOf, WriteRefused } from '../../src/platform/database_issue.ts';
import type { Transaction } from '../../src/platform/postgres/statements.ts';
import { PostgresWriter } from '../../src/platform/postgres/writer.ts';
import { open } from './postgres_setup.ts';
import {
  insert,
  notes,
  postgres,
  registerWriterHooks,
  timeless,
  transactions,
  writer,
} from './postgres_writer_setup.ts';

registerWriterHooks();

const READ_ONLY = {
  code: 'database_read_only',
  title: 'The database cannot be written to.',
  remedy: '',
  advice: '',
  recovered: '',
};

describe('over PostgreSQL', () => {
  describe('writes of one turn', () => {
    test('share a transaction, and each gets its own answer', async () => {
      const texts = Array.from({ length: 50 }, (_, index) => `note ${index}`);
      expect(await Promise.all(texts.map((text) => writer.write(insert(text))))).toEqual(texts);
      expect(await notes()).toEqual(texts);
      expect(transactions.events).toEqual(['begun', 'committing', 'committed']);
    });

    test('do not wait for those that come while a transaction is under way, which share the next', async () => {
      const begun = Promise.withResolvers<void>();
      const go = Promise.withResolvers<void>();
      const first = writer.write(async (tx) => {
        begun.resolve();
        await go.promise;
        return insert('first')(tx);
      });
      await begun.promise;
      const later = [writer.write(insert('second')), writer.write(insert('third'))];
      await Bun.sleep(0);
      const last = writer.write(insert('fourth'));
      go.resolve();
      expect(await Promise.all([first, ...later, last])).toHaveLength(4);
      expect(await notes()).toEqual(['first', 'second', 'third', 'fourth']);
      expect(transactions.committedCount).toBe(2);
    });

    test('settle in their order, whether they resolve or reject', async () => {
      const answers: string[] = [];
      const note = (name: string, write: Promise<unknown>) =>
        write.then(
          () => answers.push(name),
          () => answers.push(`${name} failed`),
        );
      const fail = async () => {
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
      expect(await notes()).toEqual(['a', 'c', 'e']);
    });

    test('may be added to at the end of the turn', async () => {
      let added: Promise<string> | undefined;
      writer.atEndOfTurn(() => {
        added = writer.write(insert('at the end'));
      });
      await writer.write(insert('before'));
      expect(await added).toBe('at the end');
      expect(transactions.committedCount).toBe(1);
    });

    test('are visible to a listener before the commit, which may add its own', async () => {
      const seen: unknown[] = [];
      writer.join('last', {
        begun() {},
        committed() {},
        rolledBack() {},
        async committing(tx) {
          seen.push(...(await tx.all('SELECT text FROM notes')));
          await insert('of the listener')(tx);
        },
      });
      await writer.write(insert('one'));
      expect(seen).toEqual([{ text: 'one' }]);
      expect(await notes()).toEqual(['one', 'of the listener']);
    });

    test('end a transaction that takes too long; the rest is in the next', async () => {
      let elapsed = 0;
      writer.use({ ...keepAliveClock, elapsed: () => elapsed });
      const slow = (text: string) => async (tx: Transaction) => {
        elapsed += 15;
        return insert(text)(tx);
      };
      await Promise.all(['a', 'b', 'c'].map((text) => writer.write(slow(text))));
      expect(await notes()).toEqual(['a', 'b', 'c']);
      expect(transactions.committedCount).toBe(2);
    });
  });

  test('a write that fails in the middle leaves nothing behind, and the others are written', async () => {
    const half = async (tx: Transaction) => {
      await insert('half')(tx);
      throw new Error('in the middle');
    };
    const outcomes = await Promise.allSettled([
      writer.write(insert('one')),
      writer.write(half),
      writer.write(insert('one')),
      writer.write(insert('two')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(await notes()).toEqual(['one', 'two']);
  });

  test('a commit that fails is halved until the write is found that causes it', async () => {
    await postgres.all('SELECT 1');
    await writer.write(async (tx) => {
      await tx.run(`CREATE TABLE late (text text UNIQUE DEFERRABLE INITIALLY DEFERRED)`);
    });
    const late = (text: string) => async (tx: Transaction) => {
      await tx.run('INSERT INTO late VALUES ($1)', [text]);
    };
    await writer.write(late('taken'));
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'taken', 'c', 'd'].map((text) => writer.write(late(text))),
    );
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
  });

  test('a statement whose error is ignored is no success', async () => {
    const careless = async (tx: Transaction) => {
      await insert('lost')(tx);
      await tx.run('SELECT 1 / 0').catch(() => {});
    };
    await expect(writer.write(careless)).rejects.toThrow(
      'A statement failed, and its error was ignored.',
    );
    expect(await writer.write(insert('kept'))).toBe('kept');
    expect(await notes()).toEqual(['kept']);
  });

  test('a listener that fails after the commit does not keep writes from resolving', async () => {
    let isBroken = true;
    writer.join('broken', {
      begun() {},
      async committing() {},
      rolledBack() {},
      committed() {
        if (isBroken) throw new Error('The listener failed.');
      },
    });
    expect(await writer.write(insert('one'))).toBe('one');
    isBroken = false;
    expect(await writer.write(insert('two'))).toBe('two');
    expect(await notes()).toEqual(['one', 'two']);
  });

  test('an obstacle refuses all writes, until it is gone', async () => {
    writer.obstacle = () => READ_ONLY;
    await expect(writer.write(insert('a'))).rejects.toThrow(WriteRefused);
    await writer.write(insert('b')).catch(() => {});
    writer.obstacle = () => undefined;
    await writer.write(insert('c'));
    expect(await notes()).toEqual(['c']);
  });

  test('what is forgotten is neither written nor answered', async () => {
    const begun = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    let answers = 0;
    const count = () => answers++;
    void writer
      .write(async (tx) => {
        await insert('under way')(tx);
        begun.resolve();
        await go.promise;
      })
      .then(count, count);
    await begun.promise;
    void writer.write(insert('waiting')).then(count, count);
    writer.forget();
    go.resolve();
    await postgres.idle();
    expect(await writer.write(insert('new'))).toBe('new');
    expect(answers).toBe(0);
    expect(await notes()).toEqual(['new']);
  });

  test('the database is idle only when all writes are answered', async () => {
    let isAnswered = false;
    void writer
      .write(insert('a'))
      .then(() => writer.write(insert('b')))
      .then(() => {
        isAnswered = true;
      });
    await Bun.sleep(0);
    await postgres.idle();
    expect(isAnswered).toBe(true);
  });

  describe('with another process', () => {
    test('locks are held until the end of the transaction', async () => {
      const other = new PostgresWriter(open(postgres.address), timeless);
      await writer.write(
        async (tx) => void (await tx.run('CREATE TABLE counter AS SELECT 0 AS n')),
      );
      // Without the lock both would read the same number.
      const raise = async (tx: Transaction) => {
        const row = await tx.get<{ n: number }>('SELECT n FROM counter');
        await tx.run('UPDATE counter SET n = $1', [(row?.n ?? 0) + 1]);
      };
      const raises = Array.from({ length: 40 }, (_, index) =>
        Bun.sleep(index % 7).then(() => (index % 2 ? writer : other).write(raise, ['counter'])),
      );
      await Promise.all(raises);
      expect(await postgres.get('SELECT n FROM counter')).toEqual({ n: 40 });
    });

    test('locks named in different orders make no deadlock', async () => {
      const other = new PostgresWriter(open(postgres.address), timeless);
      const writes = Array.from({ length: 30 }, (_, index) => {
        const names = index % 2 ? ['a', 'b'] : ['b', 'a'];
        return (index % 2 ? writer : other).write(insert(`${index}`), names);
      });
      expect(await Promise.all(writes)).toHaveLength(30);
    });

    test('two transactions that wait for each other are both written', async () => {
      const other = new PostgresWriter(open(postgres.address), timeless);
      await writer.write(insert('x'));
      await writer.write(insert('y'));
      const haveOne = {
        mine: Promise.withResolvers<void>(),
        theirs: Promise.withResolvers<void>(),
      };
      let runs = 0;
      const touch =
        (first: string, second: string, own: keyof typeof haveOne, foreign: keyof typeof haveOne) =>
        async (tx: Transaction) => {
          runs++;
          await tx.run('UPDATE notes SET place = place + 1 WHERE text = $1', [first]);
          haveOne[own].resolve();
          await haveOne[foreign].promise;
          await tx.run('UPDATE notes SET place = place + 1 WHERE text = $1', [second]);
        };
      await Promise.all([
        writer.write(touch('x', 'y', 'mine', 'theirs')),
        other.write(touch('y', 'x', 'theirs', 'mine')),
      ]);
      expect(await postgres.all('SELECT text, place FROM notes ORDER BY text')).toEqual([
        { text: 'x', place: 3 },
        { text: 'y', place: 4 },
      ]);
      // Once more when the one that was ended gets its lock again before the one that waited for it.
      expect(runs).toBeGreaterThanOrEqual(3);
    });

    test('a lock that is held for too long refuses the write, and others are written', async () => {
      const other = new PostgresWriter(open(postgres.address), timeless);
      const held = Promise.withResolvers<void>();
      const release = Promise.withResolvers<void>();
      const holding = other.write(
        async (tx) => {
          await tx.get('SELECT 1 AS one');
          held.resolve();
          await release.promise;
        },
        ['name'],
      );
      await held.promise;
      const [refused, written] = await Promise.allSettled([
        writer.write(insert('refused'), ['name']),
        writer.write(insert('written')),
      ]);
      release.resolve();
      await holding;
      expect(databaseIssueOf((refused as PromiseRejectedResult).reason)?.code).toBe(
        'database_busy',
      );
      expect(written).toMatchObject({ value: 'written' });
      expect(await notes()).toEqual(['written']);
    });
  });
});
