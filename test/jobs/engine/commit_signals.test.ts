import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bell, createBell } from '../../../src/jobs/engine/commit_signals.ts';
import { newOwner } from '../../../src/jobs/engine/owner.ts';
import { openDatabase } from '../../../src/platform/database.ts';
import { writerOf } from '../../../src/platform/writer.ts';
import { until } from '../../support/wait.ts';

let folder: string;
let bells: { bell: Bell; close(): void }[];

/** Of one process only one is alive, so each has the id of another that does nothing. */
let sleepers: Bun.Subprocess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xgpt-bell-'));
  bells = [];
  sleepers = [];
});

afterEach(async () => {
  for (const { bell, close } of bells) {
    await bell.stop();
    close();
  }
  for (const sleeper of sleepers) sleeper.kill();
  rmSync(folder, { recursive: true });
});

/** A connection with a bell, as a process has it. */
async function listener() {
  const database = openDatabase(join(folder, 'xgpt.sqlite'));
  const writer = writerOf(database);
  const sleeper = Bun.spawn(['sleep', '60']);
  sleepers.push(sleeper);
  const owner = ownerWith(sleeper.pid);
  let heard = 0;
  const bell = createBell(database, writer, owner, () => heard++);
  await bell.ready;
  bells.push({ bell, close: () => database.close() });
  const write = () =>
    writer.write(() => void database.run("INSERT INTO job_changes (jobs) VALUES ('[]')"));
  const listeners = () =>
    database.query<{ owner: string }, []>('SELECT owner FROM job_listeners').all();
  return { database, owner, bell, write, heard: () => heard, listeners };
}

const ownerWith = (pid: number) => newOwner().replace(`:${process.pid}:`, `:${pid}:`);

/** A port at which nobody listens any more. */
async function deadPort(): Promise<number> {
  const socket = await Bun.udpSocket({ hostname: '127.0.0.1', port: 0, socket: {} });
  const { port } = socket;
  socket.close();
  return port;
}

describe('a commit', () => {
  test('rings at everybody else, and not at oneself', async () => {
    const [here, there, third] = [await listener(), await listener(), await listener()];
    // They rang when they came.
    await until('it is quiet', async () => {
      const before = here.heard();
      await Bun.sleep(50);
      return here.heard() === before;
    });
    const before = [here, there, third].map(({ heard }) => heard());
    await here.write();
    await until('both have heard it', () => there.heard() > 0 && third.heard() > 0);
    await Bun.sleep(50);
    const after = [here, there, third].map(({ heard }) => heard());
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([0, 1, 1]);
  });

  test('is heard by one who came later, and not by one who has stopped', async () => {
    const here = await listener();
    await here.write();
    const there = await listener();
    await here.write();
    await until('it is heard', () => there.heard() > 0);
    await there.bell.stop();
    expect(here.listeners()).toEqual([{ owner: here.owner }]);
  });

  test('rings without harm where nobody listens any more: processes were killed', async () => {
    const here = await listener();
    const there = await listener();
    for (const pid of [999_998, 999_999])
      there.database.run('INSERT INTO job_listeners (owner, port) VALUES (?, ?)', [
        ownerWith(pid),
        await deadPort(),
      ]);
    // The answer that the port is closed comes at once, or to whoever sends next.
    for (let round = 0; round < 50; round++) {
      await here.write();
      if (round % 10 === 0) await Bun.sleep(10);
    }
    await until('the others hear it all the same', () => there.heard() >= 50);
  });

  test('finds those gone who were killed, when another begins to listen', async () => {
    const here = await listener();
    const gone = Bun.spawn(['true']);
    await gone.exited;
    const killed = ownerWith(gone.pid);
    here.database.run('INSERT INTO job_listeners (owner, port) VALUES (?, 9)', [killed]);
    const there = await listener();
    const owners = there.listeners().map(({ owner }) => owner);
    expect(owners.sort()).toEqual([here.owner, there.owner].sort());
  });
});
