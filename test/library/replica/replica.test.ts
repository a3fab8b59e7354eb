import { afterEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FindNameTaken } from '../../../src/library/index.ts';
import { writerOf as postgresWriterOf } from '../../../src/platform/postgres/writer.ts';
import { REPLICATED_LOCK } from '../../../src/platform/replica/replica.ts';
import { sharedWriterOf } from '../../../src/platform/writer.ts';
import { asAdmin, newDatabase, registerHooks } from '../../platform/postgres_setup.ts';
import { seeded } from '../../support/scheduler.ts';
import { makePosts, unitVector } from '../synthetic.ts';
import { generatedWrites } from './generated_writes.ts';
import { alone, contentsOf, type Node, node, save } from './libraries.ts';

registerHooks();

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** The path of a replica in a data folder of its own. */
function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-replica-'));
  folders.push(folder);
  return join(folder, 'replica.sqlite');
}

async function expectAlike(first: Node, ...others: Node[]): Promise<void> {
  for (const each of [first, ...others]) await each.replica.follow();
  for (const each of others) expect(contentsOf(each)).toEqual(contentsOf(first));
}

describe('FEATURES 55: replicas of one PostgreSQL database', () => {
  for (const seed of [1, 2, 3, 4]) {
    test(`are as SQLite alone would be, whoever writes (seed ${seed})`, async () => {
      const address = await newDatabase();
      const reference = alone();
      const nodes = [node(address), node(address), node(address)];
      const random = seeded(seed);
      const next = generatedWrites(seed);
      for (let n = 0; n < 120; n++) {
        const write = next();
        const writing = nodes[Math.floor(random() * 2)] as Node;
        expect(await write(writing)).toEqual(await write(reference));
        // The third only reads, and now and then.
        if (n % 15 === 0) await nodes[2]?.replica.follow();
      }
      const expected = contentsOf(reference);
      // The last copies all rows at once.
      for (const each of [...nodes, node(address)]) {
        await each.replica.follow();
        expect(contentsOf(each)).toEqual(expected);
      }
    });
  }

  test('do not lose each other’s writes of the same moment', async () => {
    const address = await newDatabase();
    const nodes = [node(address), node(address), node(address)] as const;
    const saved = await Promise.all(
      nodes.flatMap((each, index) =>
        [0, 1, 2].map((round) =>
          save(each, { posts: makePosts(10, { source: `test ${index} ${round}` }) }),
        ),
      ),
    );
    expect(saved.map(({ posts }) => posts.added)).toEqual(saved.map(() => 10));
    expect(new Set(saved.flatMap(({ posts }) => posts.keys)).size).toBe(90);
    await expectAlike(...nodes);
    expect(nodes[0].library.counts().posts).toBe(90);
  });

  test('see what they have written themselves at once', async () => {
    const own = node(await newDatabase());
    const { posts } = await save(own, { posts: makePosts(3) });
    const [key = 0] = posts.keys;
    await save(own, { vectors: { model: 'small', vectors: [{ key, vector: unitVector(0) }] } });
    expect(own.library.withoutVector('small', posts.keys)).toHaveLength(2);
  });

  test('tell each other of their commits', async () => {
    const address = await newDatabase();
    const [writing, reading] = [node(address), node(address)];
    await Promise.all([writing.replica.start(), reading.replica.start()]);
    await save(writing, { posts: makePosts(3) });
    while (reading.library.counts().posts < 3) await Bun.sleep(1);
    await Promise.all([writing.replica.stop(), reading.replica.stop()]);
  });
});

describe('a write that fails', () => {
  test('changes nothing, and has the error of its store', async () => {
    const address = await newDatabase();
    const [first, second] = [node(address), node(address)];
    await first.library.savedFinds.save({ name: 'a', query: { q: 'tide' } }, false);
    const taken = second.library.savedFinds.save({ name: 'A', query: { q: 'nets' } }, false);
    await expect(taken).rejects.toBeInstanceOf(FindNameTaken);
    await expectAlike(first, second);
    expect(first.library.savedFinds.list()).toHaveLength(1);
  });

  test('changes nothing of others that share its transaction', async () => {
    const address = await newDatabase();
    const own = node(address);
    const failing = () => {
      own.db.run("INSERT INTO saved_finds (name, name_key) VALUES ('x', 'x')");
      throw new Error('It is refused.');
    };
    const [good, bad, later] = await Promise.allSettled([
      save(own, { posts: makePosts(1) }),
      sharedWriterOf(own.db).write(failing),
      save(own, { posts: makePosts(2) }),
    ]);
    expect([good.status, bad.status, later.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(own.library.counts().posts).toBe(2);
    await expectAlike(own, node(address));
  });

  test('at its commit leaves the replica as PostgreSQL is', async () => {
    const address = await newDatabase();
    const own = node(address);
    await save(own, { posts: makePosts(1) });
    const writer = postgresWriterOf(own.postgres);
    const written = writer.write(
      async (tx) => {
        await own.replica.writeIn(tx, () => own.library.save({ posts: makePosts(5) }));
        await tx.run('INSERT INTO replica_state SELECT * FROM replica_state');
      },
      [REPLICATED_LOCK],
    );
    await expect(written).rejects.toThrow();
    expect(own.library.counts().posts).toBe(1);
    await save(own, { posts: makePosts(2) });
    await expectAlike(own, node(address));
    expect(own.library.counts().posts).toBe(2);
  });
});

describe('the replica of a data folder', () => {
  test('goes on where it was when it is opened again', async () => {
    const [address, path] = [await newDatabase(), newPath()];
    const before = node(address, path);
    await save(before, { posts: makePosts(20) });
    before.db.close();
    const other = node(address);
    await save(other, { forget: { source: 'test', username: 'ada', limit: 5 } });
    await expectAlike(other, node(address, path));
  });

  test('is shared by the processes of the folder', async () => {
    const [address, path] = [await newDatabase(), newPath()];
    const [first, second] = [node(address, path), node(address, path)];
    const other = node(address);
    await Promise.all([first.replica.follow(), second.replica.follow()]);
    for (let round = 0; round < 10; round++) {
      await Promise.all(
        [first, second, other].map((each, index) =>
          save(each, { posts: makePosts(5, { source: `test ${index} ${round}` }) }),
        ),
      );
    }
    await expectAlike(other, first, second);
    expect(first.library.counts().posts).toBe(150);
  });

  test('is copied anew when it has missed too much', async () => {
    const address = await newDatabase();
    const [writing, behind] = [node(address), node(address)];
    await save(writing, { posts: makePosts(5) });
    await behind.replica.follow();
    await save(writing, { forget: { source: 'test', username: 'ada', limit: 2 } });
    await save(writing, { posts: makePosts(3, { source: 'other' }) });
    await asAdmin(() => writing.postgres.all('DELETE FROM replica_changes WHERE revision < 3'));
    await expectAlike(writing, behind);
    await save(behind, { posts: makePosts(1, { source: 'third' }) });
    await expectAlike(writing, behind);
  });

  test('is copied anew when PostgreSQL has another past, as after a restore', async () => {
    const path = newPath();
    const [before, after] = [await newDatabase(), await newDatabase()];
    const old = node(before, path);
    await save(old, { posts: makePosts(7) });
    old.db.close();
    const other = node(after);
    await save(other, { posts: makePosts(3, { source: 'other' }) });
    await expectAlike(other, node(after, path));
  });

  test('is copied by one of several processes that begin together', async () => {
    const [address, path] = [await newDatabase(), newPath()];
    const writing = node(address);
    await save(writing, { posts: makePosts(2_000) });
    await expectAlike(writing, ...[1, 2, 3].map(() => node(address, path)));
  });
});
