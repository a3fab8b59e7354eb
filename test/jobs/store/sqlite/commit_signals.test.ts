import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newOwner } from '../../../../src/jobs/engine/owner.ts';
import type { CommitSignals } from '../../../../src/jobs/store/backend.ts';
import { createCommitSignals } from '../../../../src/jobs/store/sqlite/commit_signals.ts';
import { openDatabase } from '../../../../src/platform/database.ts';
import { writerOf } from '../../../../src/platform/writer.ts';
import { until } from '../../../support/wait.ts';

let folder: string;
let opened: { signals: CommitSignals; close(): void }[];

/** Each listener has the process id of a program that sleeps: of one process only one listener counts. */
let sleepers: Bun.Subprocess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xgpt-signals-'));
  opened = [];
  sleepers = [];
});

afterEach(async () => {
  for (const { signals, close } of opened) {
    await signals.stop();
    close();
  }
  for (const sleeper of sleepers) sleeper.kill();
  rmSync(folder, { recursive: true });
});

/** A connection with commit signals, as a process has it. */
async function listener() {
  const database = openDatabase(join(folder, 'xgpt.sqlite'));
  const writer = writerOf(database);
  const sleeper = Bun.spawn(['sleep', '60']);
  sleepers.push(sleeper);
  const owner = ownerWith(sleeper.pid);
  let received = 0;
  const signals = createCommitSignals(database, writer, owner, () => received++);
  await signals.ready;
  opened.push({ signals, close: () => database.close() });
  const write = () =>
    writer.write(() => void database.run("INSERT INTO job_changes (jobs) VALUES ('[]')"));
  const listeners = () =>
    database.query<{ owner: string }, []>('SELECT owner FROM job_listeners').all();
  return { database, owner, signals, write, received: () => received, listeners };
}

const ownerWith = (pid: number) => newOwner().replace(`:${process.pid}:`, `:${pid}:`);

/** A port that was open and is closed. */
async function deadPort(): Promise<number> {
  const socket = await Bun.udpSocket({ hostname: '127.0.0.1', port: 0, socket: {} });
  const { port } = socket;
  socket.close();
  return port;
}

describe('a commit', () => {
  test('is signalled to every other process, and not to its own', async () => {
    const [here, there, third] = [await listener(), await listener(), await listener()];
    // Each has signalled its own registration.
    await until('no more signals arrive', async () => {
      const before = here.received();
      await Bun.sleep(50);
      return here.received() === before;
    });
    const before = [here, there, third].map(({ received }) => received());
    await here.write();
    await until('both have received it', () => there.received() > 0 && third.received() > 0);
    await Bun.sleep(50);
    const after = [here, there, third].map(({ received }) => received());
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([0, 1, 1]);
  });

  test('is signalled to a process that registered later, and not to one that has stopped', async () => {
    const here = await listener();
    await here.write();
    const there = await listener();
    await here.write();
    await until('the signal arrives', () => there.received() > 0);
    await there.signals.stop();
    expect(here.listeners()).toEqual([{ owner: here.owner }]);
  });

  test('is signalled in spite of closed ports, whose processes were killed', async () => {
    const here = await listener();
    const there = await listener();
    for (const pid of [999_998, 999_999])
      there.database.run('INSERT INTO job_listeners (owner, port) VALUES (?, ?)', [
        ownerWith(pid),
        await deadPort(),
      ]);
    // The error for a closed port arrives at once, or at the next send.
    for (let round = 0; round < 50; round++) {
      await here.write();
      if (round % 10 === 0) await Bun.sleep(10);
    }
    await until('the live process receives every signal', () => there.received() >= 50);
  });

  test('finds the listeners of killed processes removed, when another process registers', async () => {
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
