import { beforeEach, describe, expect, test } from 'bun:test';
import { ChangeLog } from '../../../../src/jobs/store/postgres/change_log.ts';
import { createPostgresJobStore } from '../../../../src/jobs/store/postgres/store.ts';
import type { Claimed, Run } from '../../../../src/jobs/store/store.ts';
import type { Postgres } from '../../../../src/platform/postgres/client.ts';
import type { Transaction } from '../../../../src/platform/postgres/statements.ts';
import { writerOf } from '../../../../src/platform/postgres/writer.ts';
import { newDatabase, open, registerHooks } from '../../../platform/postgres_setup.ts';

registerHooks();

const NO_LIMITS = { perType: Number.POSITIVE_INFINITY, perClient: Number.POSITIVE_INFINITY };

let address: string;

interface SavedNotes {
  tx?: Transaction;
}

/** A store with connections of its own, as another machine has it. */
function node(owner: string) {
  const postgres: Postgres = open(address);
  const writer = writerOf(postgres);
  const log = new ChangeLog(owner);
  writer.join('jobs', log);
  const store = createPostgresJobStore(postgres, writer, {
    log,
    runs: { isRebaseNeeded: false },
    save: (_, tx) => ({ tx }) as SavedNotes as never,
    followUps: () => [],
    isInternal: () => false,
  });
  const lease = () => ({ owner, until: Date.now() + 30_000 });
  const claim = (limit: number) =>
    store.claim({ type: 'scrape', limit, taken: 0 }, lease(), Date.now());
  return { owner, postgres, writer, store, claim };
}

const nodes = (count: number) => Array.from({ length: count }, (_, index) => node(`node ${index}`));

const newJob = (id: string, more = {}) => ({
  id,
  type: 'scrape' as const,
  maxAttempts: 3,
  ...more,
});

async function statusOf(postgres: Postgres, id: string): Promise<string | undefined> {
  const row = await postgres.get<{ status: string }>('SELECT status FROM jobs WHERE id = $1', [id]);
  return row?.status;
}

async function started(on: ReturnType<typeof node>, id: string): Promise<Run> {
  await on.store.insertQueued(newJob(id), NO_LIMITS, Date.now());
  const [run] = await on.claim(1_000);
  return run as Run;
}

describe('several nodes on one PostgreSQL database', () => {
  beforeEach(async () => {
    address = await newDatabase();
  });

  test('never let more jobs wait than the limit, however they are added', async () => {
    const limits = { perType: 25, perClient: 40 };
    const adds = nodes(3).flatMap(({ store, owner }) =>
      Array.from({ length: 30 }, async (_, index) => {
        await Bun.sleep(index % 5);
        const jobs = [newJob(`${owner}-${index}-a`), newJob(`${owner}-${index}-b`)];
        return index % 2
          ? store.insertAllQueued(jobs, limits, Date.now())
          : [await store.insertQueued(newJob(`${owner}-${index}`), limits, Date.now())];
      }),
    );
    const outcomes = (await Promise.all(adds)).flat();
    expect(outcomes.filter((outcome) => 'job' in outcome)).toHaveLength(25);
    expect(outcomes.filter((outcome) => 'full' in outcome)).toHaveLength(110);
  });

  test('never let more jobs of a client wait than its limit', async () => {
    const limits = { perType: 1_000, perClient: 7 };
    const adds = nodes(3).flatMap(({ store, owner }) =>
      Array.from({ length: 10 }, (_, index) =>
        store.insertQueued(newJob(`${owner}-${index}`, { client: 'someone' }), limits, Date.now()),
      ),
    );
    const outcomes = await Promise.all(adds);
    expect(outcomes.filter((outcome) => 'job' in outcome)).toHaveLength(7);
    expect(
      outcomes.filter((outcome) => 'full' in outcome && outcome.full === 'client'),
    ).toHaveLength(23);
  });

  test('give each job to one of them, in the order of the queue', async () => {
    const all = nodes(4);
    const jobs = Array.from({ length: 200 }, (_, index) =>
      newJob(`job-${String(index).padStart(3, '0')}`),
    );
    await all[0]?.store.insertAllQueued(jobs, NO_LIMITS, Date.now());
    const claimed: Claimed[][] = [];
    await Promise.all(
      all.map(async ({ claim }) => {
        for (let limit = 5; limit <= 200; limit += 5) claimed.push(await claim(limit));
      }),
    );
    const ids = claimed.flat().map(({ id }) => id);
    expect(ids.toSorted()).toEqual(jobs.map(({ id }) => id));
    expect(new Set(ids).size).toBe(200);
    for (const some of claimed) {
      const own = some.map(({ id }) => id);
      expect(own).toEqual(own.toSorted());
    }
  });

  test('never run more jobs of a type than the limit, counted on all of them', async () => {
    const all = nodes(4);
    const jobs = Array.from({ length: 50 }, (_, index) => newJob(`job-${index}`));
    await all[0]?.store.insertAllQueued(jobs, NO_LIMITS, Date.now());
    // The first round is slowed down by connecting, each in its own time.
    for (let limit = 2; limit <= 40; limit += 2) {
      const claimed = await Promise.all(all.map(({ claim }) => claim(limit)));
      expect(claimed.flat()).toHaveLength(2);
    }
  });

  test('queue one job of those that are added with the same id at once', async () => {
    const adds = nodes(3).map(({ store }) =>
      store.insertQueued(newJob('scrape-same', { isIdGiven: true }), NO_LIMITS, Date.now()),
    );
    const outcomes = await Promise.all(adds);
    expect(outcomes.map((outcome) => 'isNew' in outcome && outcome.isNew).sort()).toEqual([
      false,
      false,
      true,
    ]);
    expect(outcomes.map((outcome) => 'job' in outcome && outcome.job.id)).toEqual(
      Array(3).fill('scrape-same'),
    );
  });

  test('end a job once, whoever is first', async () => {
    const [mine, other] = nodes(2) as [ReturnType<typeof node>, ReturnType<typeof node>];
    for (let round = 0; round < 20; round++) {
      const run = await started(mine, `job-${round}`);
      const [ended, cancelled] = await Promise.all([
        mine.store.end(run, { as: 'completed', result: round }, {}, Date.now()),
        other.store.cancel([run.id], Date.now()),
      ]);
      const isCancelled = (cancelled[0]?.length ?? 0) > 0;
      expect(ended?.status).toBe(isCancelled ? 'cancelled' : 'completed');
      expect(await statusOf(mine.postgres, run.id)).toBe(ended?.status);
    }
  });

  test('leave no child behind that is added while its parent is cancelled', async () => {
    const [mine, other] = nodes(2) as [ReturnType<typeof node>, ReturnType<typeof node>];
    for (let round = 0; round < 20; round++) {
      const parent = await started(mine, `parent-${round}`);
      const children = [1, 2].map((number) =>
        newJob(`child-${round}-${number}`, { parentId: parent.id, type: 'embed' }),
      );
      const [inserted] = await Promise.all([
        mine.store.insertChildren(parent, children, Date.now()),
        other.store.cancel([parent.id], Date.now()),
      ]);
      const rows = await other.postgres.all('SELECT status FROM jobs WHERE parent_id = $1', [
        parent.id,
      ]);
      expect(rows).toEqual(inserted === 'inserted' ? Array(2).fill({ status: 'cancelled' }) : []);
    }
  });

  test('rescue a job once, and not when its lease was renewed', async () => {
    const all = nodes(3) as [
      ReturnType<typeof node>,
      ReturnType<typeof node>,
      ReturnType<typeof node>,
    ];
    const [mine] = all;
    const run = await started(mine, 'job');
    const lease = await mine.postgres.get<{ until: number }>(
      'SELECT lease_until AS until FROM jobs',
    );
    const held = { ...run, owner: mine.owner, until: lease?.until ?? 0 };
    const rescues = await Promise.all(all.map(({ store }) => store.rescue(held, Date.now())));
    expect(rescues.filter(Boolean)).toMatchObject([{ id: 'job', status: 'queued' }]);
    const [again] = await mine.claim(1);
    const stale = { ...held, attempt: again?.attempt ?? 0 };
    await mine.store.renewLeases({ owner: mine.owner, until: Date.now() + 60_000 });
    expect(await all[1].store.rescue(stale, Date.now())).toBeUndefined();
  });

  test('keep names of any length and with any characters', async () => {
    const { store, postgres, claim } = node('mine');
    const random = Buffer.from(crypto.getRandomValues(new Uint8Array(9_000))).toString('base64');
    const name = `\0 ${random}`;
    const limits = { perType: 10, perClient: 10 };
    await store.insertQueued(newJob('job', { client: name, agent: name }), limits, 1_000);
    const [run] = await claim(1);
    await store.planSteps(run as Run, [name]);
    await store.changeStep(run as Run, name, { status: 'running' }, 2_000);
    expect(await postgres.all('SELECT name, status FROM job_steps')).toEqual([
      { name, status: 'running' },
    ]);
    expect(await postgres.get('SELECT client, agent FROM jobs')).toEqual({
      client: name,
      agent: name,
    });
  });

  test('read when the jobs of all types start next with one statement', async () => {
    const { store, postgres } = node('mine');
    await store.insertQueued(newJob('job'), NO_LIMITS, 1_000);
    await store.insertQueued(newJob('later', { type: 'embed', runAt: 9_000 }), NO_LIMITS, 1_000);
    let statements = 0;
    const all = postgres.all.bind(postgres);
    postgres.all = (...values) => {
      statements++;
      return all(...values);
    };
    const starts = ['scrape', 'embed', 'search'].map((type) => store.nextStart(type));
    expect(await Promise.all(starts)).toEqual([0, 9_000, undefined]);
    expect(statements).toBe(1);
  });

  test('count each end and each failure once', async () => {
    const all = nodes(3);
    const now = Date.now();
    await Promise.all(
      all.map(async (each, number) => {
        const jobs = Array.from({ length: 10 }, (_, index) => newJob(`job-${number}-${index}`));
        await each.store.insertAllQueued(jobs, NO_LIMITS, now);
        const runs = await each.claim(1_000);
        await Promise.all(
          runs.map((run, index) =>
            each.store.end(
              run,
              { as: 'failed', reason: `reason ${index % 3}`, failure: 'permanent' },
              {},
              now,
            ),
          ),
        );
      }),
    );
    const [first] = all;
    const failures = await first?.postgres.get('SELECT SUM(count) AS count FROM job_failures');
    expect(failures).toEqual({ count: 30 });
    await first?.store.pruneHistory(now - 90 * 86_400_000, 100);
    const ends = await first?.postgres.get(
      `SELECT SUM((value ->> 4)::bigint) AS count
       FROM job_changes CROSS JOIN LATERAL json_array_elements(ends::json) AS list (value)`,
    );
    expect(ends).toEqual({ count: 30 });
  });

  test('keep the newest 2,000 transactions, and the ends of the others in the history', async () => {
    const { store, postgres } = node('mine');
    await asMany(postgres);
    for (let index = 0; index < 256; index++)
      await store.insertQueued(newJob(`waiting-${index}`), NO_LIMITS, Date.now());
    const rows = await postgres.get<{ count: number }>('SELECT COUNT(*) AS count FROM job_changes');
    expect(rows?.count).toBeGreaterThanOrEqual(2_000);
    expect(rows?.count).toBeLessThan(2_300);
    const gone = await postgres.get<{ isBefore: boolean }>(
      `SELECT (gone_xid, gone_seq) < (SELECT xid, seq FROM job_changes ORDER BY xid, seq LIMIT 1)
              AS "isBefore" FROM job_feed`,
    );
    expect(gone?.isBefore).toBe(true);
    const counted = await postgres.get<{ count: number }>(
      'SELECT SUM(count) AS count FROM job_ends',
    );
    const left = await postgres.get<{ count: number }>(
      "SELECT COUNT(*) AS count FROM job_changes WHERE owner = 'earlier'",
    );
    expect(left?.count).toBeGreaterThan(0);
    expect((counted?.count ?? 0) + (left?.count ?? 0)).toBe(3_000);
  });
});

/** 3,000 transactions of earlier, in each of which a job has ended. */
async function asMany(postgres: Postgres): Promise<void> {
  await postgres.all(
    `INSERT INTO job_changes (owner, jobs, ends)
     SELECT 'earlier', '[]', '[[0,"embed","completed",8,1,[5],5]]' FROM generate_series(1, 3000)`,
  );
}
