/** Schedules of several nodes on one PostgreSQL database, which decide at the same moment. */
import { beforeEach, describe, expect, test } from 'bun:test';
import { createTracker, type Tracker } from '../../src/jobs/index.ts';
import type { Postgres } from '../../src/platform/postgres/client.ts';
import { createPostgresScheduleStore } from '../../src/schedules/postgres_store.ts';
import type {
  DecidedClaim,
  DueRun,
  NewSchedule,
  ScheduleStore,
} from '../../src/schedules/store.ts';
import { newDatabase, open, registerHooks } from '../platform/postgres_setup.ts';
import { errand } from '../support/jobs.ts';

registerHooks();

const ROUNDS = 20;
const DUE = 1_000_000;
const NO_LIMITS = { most: 1_000, mergeMs: 0 };

let address: string;
let nodes: Node[];
beforeEach(async () => {
  address = await newDatabase();
  nodes = [1, 2, 3].map(() => node());
});

interface Node {
  db: Postgres;
  tracker: Tracker;
  store: ScheduleStore;
}

/** A process with connections of its own. Its tracker runs nothing, so that jobs stay active. */
function node(): Node {
  const db = open(address);
  const tracker = createTracker({ database: db, definitions: [errand(async () => 'done')] });
  return { db, tracker, store: createPostgresScheduleStore(db) };
}

function newSchedule(id: string, createdAt = 0): NewSchedule {
  const times = { cron: '* * * * *', timeZone: 'UTC', nextDue: DUE };
  return { id, type: 'errand', input: {}, createdAt, priority: 0, ...times };
}

const dueRun = (id: string): DueRun => {
  return { id, version: 0, from: DUE, due: DUE, next: DUE + 60_000, now: DUE };
};

async function start({ tracker }: Node, claim: DecidedClaim) {
  const job = await tracker.enqueueClaimed(claim, { type: 'errand', input: {} });
  return { decision: claim.decision, id: job?.id };
}

/** Adds a schedule for each round, and lets all nodes begin at once. */
async function inRounds(round: (id: string) => Promise<void>): Promise<void> {
  const [first] = nodes as [Node];
  for (let number = 0; number < ROUNDS; number++) {
    const id = `schedule-${number}`;
    await first.store.add(newSchedule(id), NO_LIMITS);
    await round(id);
  }
}

describe('FEATURES 40: three nodes on PostgreSQL', () => {
  test('decide a due time once, and queue one job', async () => {
    const [{ db, store }] = nodes as [Node];
    await inRounds(async (id) => {
      const starts = nodes.map((each) => start(each, each.store.claimDue(dueRun(id))));
      const ended = await Promise.all(starts);
      expect(ended.map(({ decision }) => decision).sort()).toEqual(['gone', 'gone', 'taken']);
      const runs = await store.runs(id, 10);
      const started = ended.flatMap((one) => one.id ?? []);
      expect(runs.map(({ outcome, job }) => [outcome, job?.id])).toEqual([['started', ...started]]);
      expect((await store.get(id))?.nextDue).toBe(DUE + 60_000);
    });
    expect(await db.get('SELECT COUNT(*) AS jobs FROM jobs')).toEqual({ jobs: ROUNDS });
  });

  test('never start a second job by hand while a due time is decided', async () => {
    const [{ db, store }] = nodes as [Node];
    await inRounds(async (id) => {
      const ended = await Promise.all(
        nodes.map((each, number) => {
          const claim =
            number === 1 ? each.store.claimDue(dueRun(id)) : each.store.claimManual(id, DUE);
          return start(each, claim);
        }),
      );
      const started = ended.flatMap((one) => one.id ?? []);
      expect(started).toHaveLength(1);
      const others = ended.filter((one) => one.id === undefined);
      const active = { activeJobId: started[0] };
      expect(others.map(({ decision }) => decision)).toEqual([active, active] as never);
      // A due time that found the job of a start by hand is in the history, too.
      expect((await store.runs(id, 10)).length).toBeGreaterThanOrEqual(1);
    });
    expect(await db.get('SELECT COUNT(*) AS jobs FROM jobs')).toEqual({ jobs: ROUNDS });
  });

  test('start nothing of a schedule that another one removes or edits first', async () => {
    const [claiming, editing, removing] = nodes as [Node, Node, Node];
    let taken = 0;
    await inRounds(async (id) => {
      const edited = { ...newSchedule(id), version: 0, priority: 5, nextDue: DUE + 1 };
      const [{ decision }, isRemoved] = await Promise.all([
        start(claiming, claiming.store.claimDue(dueRun(id))),
        removing.store.remove(id),
        editing.store.edit(edited, true),
      ]);
      expect(isRemoved).toBe(true);
      expect(['gone', 'taken']).toContain(decision as string);
      if (decision === 'taken') taken++;
    });
    expect(await claiming.db.get('SELECT COUNT(*) AS jobs FROM jobs')).toEqual({ jobs: taken });
    expect(await claiming.store.list()).toEqual([]);
    expect(await claiming.db.all('SELECT * FROM schedule_runs')).toEqual([]);
  });

  test('add one of equal schedules, and no more than there may be', async () => {
    const equal = nodes.map(({ store }, number) =>
      store.add(newSchedule(`equal-${number}`, 100), { most: 10, mergeMs: 500 }),
    );
    const ids = await Promise.all(equal);
    expect(new Set(ids).size).toBe(1);
    const many = nodes.flatMap(({ store }, node) =>
      Array.from({ length: 5 }, (_, number) =>
        store.add(newSchedule(`schedule-${node}-${number}`), { most: 10, mergeMs: 0 }),
      ),
    );
    const added = (await Promise.all(many)).filter((id) => id !== undefined);
    expect(added).toHaveLength(9);
  });

  test('record a change in the transaction that makes it, once', async () => {
    const [{ tracker, store }, other] = nodes as [Node, Node];
    await store.add(newSchedule('schedule-1'), NO_LIMITS);
    const record = (each: Node) => each.tracker.audit.recorder({ via: 'terminal', user: 'ada' });
    const pause = (each: Node) => {
      const recording = record(each);
      return each.store.pause('schedule-1', DUE, () =>
        recording('pause', { kind: 'schedule', target: 'schedule-1' }),
      );
    };
    const paused = await Promise.all([...nodes, other].map(pause));
    expect(paused.filter(Boolean)).toHaveLength(1);
    const { entries } = await tracker.audit.list({ kind: 'schedule' });
    expect(entries).toMatchObject([{ action: 'pause', target: 'schedule-1', by: { user: 'ada' } }]);
  });
});
