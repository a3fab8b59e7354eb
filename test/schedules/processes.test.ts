import { afterAll, expect, test } from 'bun:test';
import { createSchedules, type Schedules } from '../../src/schedules/index.ts';
import { IS_ON_POSTGRES, type RunSql } from '../support/job_database.ts';
import { JobWorld, type Member, type Worker } from '../support/job_world.ts';
import { connectionTo } from './setup.ts';

const SECOND = 1_000;
/** A second of three processes takes longer on PostgreSQL, where more of them die. */
const MINUTES = IS_ON_POSTGRES ? 2 : 10;
const SEED = 20_261_129;

const world = new JobWorld(1_000);
afterAll(() => world.close());

/** Repeatable: the same kills at the same seconds. */
let state = SEED;
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}

interface Running {
  member: Member;
  schedules: Schedules;
}

/** How many turns of the event loop a write may be late, and how often its process dies before it. */
const MAX_TURNS_LATE = 12;
const DEATHS = IS_ON_POSTGRES ? 0.01 : 0.004;

/** How often all processes are killed at once, and one of them, in a second. */
const OUTAGES = IS_ON_POSTGRES ? 0.08 : 0.02;
const KILLS = IS_ON_POSTGRES ? 0.2 : 0.1;

/** How many jobs are still active when the next run is due. */
const LONG = 0.1;
const LONG_MS = 1.5 * SECOND;

async function startProcess(): Promise<Running> {
  const member = await world.start({ leaseMs: 5 * SECOND });
  race(member);
  const { tracker, process } = member;
  const database = connectionTo(member.database);
  const schedules = createSchedules({ database, tracker, clock: process.clock });
  // Not awaited: it may die before it has started.
  void process.be(() => schedules.start());
  return { member, schedules };
}

/** Writes are late, so that processes decide the same due time at once; some die in between. */
function race(member: Member): void {
  const { clock } = member.process;
  const { soon } = clock;
  clock.soon = (run) => {
    let late = Math.floor(random() * MAX_TURNS_LATE);
    const turn = () => {
      if (late-- > 0) soon(turn);
      else if (random() < DEATHS) void world.kill(member);
      else run();
    };
    soon(turn);
  };
}

/** Kills processes for that long, and starts others in their place. */
async function endure(running: Running[]) {
  const deaths = { midway: 0, between: 0, outages: 0 };
  for (let second = 0; second < MINUTES * 60; second++) {
    await world.machine.advance(SECOND);
    const dead = running.filter(({ member }) => member.process.state === 'dead');
    deaths.midway += dead.length;
    for (const one of dead) running.splice(running.indexOf(one), 1);
    if (random() < OUTAGES) {
      for (const { member } of running.splice(0)) await world.kill(member);
      deaths.outages++;
      await world.machine.advance(Math.floor(random() * 5) * SECOND);
    } else if (random() < KILLS) {
      for (const { member } of running.splice(0, 1)) await world.kill(member);
      deaths.between++;
    }
    while (running.length < 3) running.push(await startProcess());
  }
  return deaths;
}

/** A last process, which does not die, finishes what others have left. */
async function finishJobs(): Promise<void> {
  await world.start({ leaseMs: 5 * SECOND });
  await world.machine.advance(20 * SECOND);
}

const RECORD = 'INSERT INTO starts SELECT NEW.id, COUNT(*) FROM jobs WHERE completed_at IS NULL;';

/** What the database itself saw, whichever process wrote it. */
async function recordTrace(): Promise<void> {
  await world.eye.run('CREATE TABLE starts (job_id TEXT PRIMARY KEY, active INTEGER)');
  await world.eye.run('CREATE TABLE effects (job_id TEXT)');
  if (IS_ON_POSTGRES)
    await world.eye.run(`
      CREATE FUNCTION record_start() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN ${RECORD} RETURN NULL; END $$`);
  await world.eye.run(
    `CREATE TRIGGER record_starts AFTER INSERT ON jobs ${IS_ON_POSTGRES ? 'FOR EACH ROW EXECUTE FUNCTION record_start()' : `BEGIN ${RECORD} END`}`,
  );
}

/** Its effect is written once, in the transaction of a commit; some are killed before or after it. */
async function work(worker: Worker): Promise<void> {
  const { member, id, context } = worker;
  if (!('commit' in context)) return;
  const { clock } = member.process;
  if (random() < LONG) await new Promise<void>((resolve) => clock.after(LONG_MS, resolve));
  if (context.checkpoint === undefined) {
    const store = (run: RunSql) => run('INSERT INTO effects VALUES (?)', id);
    await context.commit({ store }, { checkpoint: 'done' }).catch(() => {});
  }
  if (context.signal.aborted) return;
  worker.finish('done');
}

interface RunRow {
  due: number;
  outcome: string;
  job_id: string;
  missed_since: number | null;
}

/** Every second of the time, by what became of it. */
function decided(rows: RunRow[], from: number, until: number) {
  const counts = new Map<number, number>();
  for (const { due, missed_since } of rows) {
    for (let second = missed_since ?? due; second <= due; second += SECOND) {
      counts.set(second, (counts.get(second) ?? 0) + 1);
    }
  }
  const seconds = Array.from(
    { length: Math.floor((until - from) / SECOND) },
    (_, index) => from + (index + 1) * SECOND,
  );
  return { undecided: seconds.filter((second) => counts.get(second) !== 1), seconds };
}

test(`FEATURES 40: a schedule every second on three processes for ${MINUTES} minutes, with kills: every run exactly once`, async () => {
  await recordTrace();
  world.onWorker = (worker) => void work(worker);
  const running = [await startProcess(), await startProcess(), await startProcess()];
  const first = running[0] as Running;
  const { id, createdAt } = await first.member.process.be(() =>
    first.schedules.add({ type: 'errand', input: {}, cron: '* * * * * *', timeZone: 'UTC' }),
  );
  const deaths = await endure(running);
  for (const { member } of running) await world.kill(member);
  await finishJobs();
  // On PostgreSQL the statements of processes are answered in any order, so that the kills differ.
  const least = IS_ON_POSTGRES ? 1 : 6;
  expect(Math.min(deaths.midway, deaths.between, deaths.outages)).toBeGreaterThanOrEqual(least);

  const rows = await world.eye.all<RunRow>(
    'SELECT * FROM schedule_runs WHERE schedule_id = ? ORDER BY due',
    id,
  );
  const last = rows.at(-1)?.due ?? 0;
  const { undecided, seconds } = decided(rows, createdAt.getTime(), last);
  expect(undecided).toEqual([]);
  expect(seconds.length).toBeGreaterThanOrEqual(MINUTES * 60 - 5);

  // The jobs that the database saw are those of the history, each once; and none beside another.
  const starts = await world.eye.all<{ job_id: string; active: number }>('SELECT * FROM starts');
  const started = rows.filter(({ outcome }) => outcome === 'started').map(({ job_id }) => job_id);
  expect(starts.map(({ job_id }) => job_id).toSorted()).toEqual(started.toSorted());
  expect(new Set(started).size).toBe(started.length);
  expect(starts.filter(({ active }) => active !== 1)).toEqual([]);
  expect(started.length).toBeGreaterThan(MINUTES * 60 * 0.5);

  // Each had its effect, once.
  const effects = await world.eye.all<{ job_id: string }>('SELECT * FROM effects');
  expect(effects.map(({ job_id }) => job_id).toSorted()).toEqual(started.toSorted());
}, 300_000);
