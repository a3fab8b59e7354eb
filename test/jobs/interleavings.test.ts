import { expect, test } from 'bun:test';
import { historyAfter } from '../support/job_history.ts';
import type { Member } from '../support/job_world.ts';
import { commits, type Race, races, type Script } from '../support/race.ts';

const LIMIT_MS = 300_000;

/** Short, so that a few steps of the clock are enough for a rescue. */
const LEASE_MS = 1_500;

/** Two commits, then a result that names its attempt. */
const working: Script = (worker) => [
  commits(worker, 'first'),
  () => void worker.context.updateProgress(1, 2, 'Half way'),
  commits(worker, 'second'),
  () => worker.finish(`attempt ${worker.attempt}`),
];

/** Ignores its signal. */
const deaf: Script = (worker, race) => {
  worker.deaf = true;
  return working(worker, race);
};

/** Commits and then hangs. */
const stuck: Script = (worker) => {
  worker.deaf = true;
  return [commits(worker, 'first')];
};

/** A cancelled job stays cancelled, and none of its handlers still runs. */
async function expectCancelled(race: Race, id: string): Promise<void> {
  expect((await race.statuses(id)).at(-1)).toBe('cancelled');
  expect(race.job(id)?.result).toBeUndefined();
}

/** The cancel has an answer, and it is true. */
async function outcomeOfCancel(
  race: Race,
  id: string,
  answers: (boolean | undefined)[],
): Promise<string> {
  if (answers.includes(true)) {
    await expectCancelled(race, id);
    return 'cancelled';
  }
  expect(answers.every((answer) => answer === false)).toBe(true);
  const statuses = await race.statuses(id);
  expect(statuses).not.toContain('cancelled');
  return String(statuses.at(-1));
}

/** Exactly the acknowledged commits are on disk. */
async function expectCheckpointOfLastCommit(race: Race, id: string): Promise<void> {
  const { checkpoint } = (await race.world.row(id)) ?? {};
  expect(checkpoint).toBe(JSON.stringify((await race.written(id)).at(-1)?.note) ?? null);
}

test(
  'cancel against finish: the first wins, and the other learns it',
  () =>
    races(['cancelled', 'completed'], async (race) => {
      const id = await race.started(race.scheduler.pick([working, deaf, stuck]));
      const answer = race.cancels(id);
      await race.run();
      const outcome = await outcomeOfCancel(race, id, [answer()]);
      if (outcome === 'completed') expect(race.job(id)?.result).toBe('attempt 1');
      await expectCheckpointOfLastCommit(race, id);
      expect(race.job(id)?.attempt).toBe(1);
      return outcome;
    }),
  LIMIT_MS,
);

test(
  'cancel twice: the job is cancelled once, and every caller in time gets true',
  () =>
    races(['cancelled', 'completed'], async (race) => {
      const id = await race.started(working);
      const answers = [race.cancels(id), race.cancels(id)];
      await race.run();
      const statuses = await race.statuses(id);
      expect(statuses.filter((status) => status === 'cancelled').length).toBeLessThanOrEqual(1);
      return outcomeOfCancel(
        race,
        id,
        answers.map((answer) => answer()),
      );
    }),
  LIMIT_MS,
);

test(
  'cancel against failure and retry: no attempt begins after it',
  () =>
    races(['cancelled', 'cancelled while waiting', 'completed'], async (race) => {
      const failsOnce: Script = (worker, same) =>
        worker.attempt === 1
          ? [commits(worker, 'first'), () => worker.fail(new Error('not yet'))]
          : working(worker, same);
      const id = await race.started(failsOnce);
      const answer = race.cancels(id);
      await race.run();
      const statuses = await race.statuses(id);
      const outcome = await outcomeOfCancel(race, id, [answer()]);
      if (outcome === 'completed') expect(race.job(id)?.errors).toEqual(['not yet']);
      return statuses.at(-2) === 'retrying' ? 'cancelled while waiting' : outcome;
    }),
  LIMIT_MS,
);

test(
  'cancel while retrying against claim: the next attempt never begins, or it is stopped',
  () =>
    races(['cancelled', 'cancelled while waiting', 'completed'], async (race) => {
      const failsOnce: Script = (worker, same) => {
        if (worker.attempt > 1) return working(worker, same);
        worker.fail(new Error('not yet'));
        return [];
      };
      const id = await race.started(failsOnce);
      expect((await race.world.row(id))?.status).toBe('retrying');
      for (const { process } of race.members) {
        race.act({ process } as Member, () => {
          process.elapsed += 900;
        });
      }
      const answer = race.cancels(id);
      await race.run();
      const outcome = await outcomeOfCancel(race, id, [answer()]);
      return (await race.statuses(id)).at(-2) === 'retrying' ? 'cancelled while waiting' : outcome;
    }),
  LIMIT_MS,
);

test(
  'cancel during shutdown: the job is not put back into the queue',
  () =>
    races(['cancelled', 'completed'], async (race) => {
      const id = await race.started(race.scheduler.pick([working, deaf]));
      race.stops(race.here);
      const answer = race.cancels(id);
      await race.run();
      const statuses = await race.statuses(id);
      if (statuses.includes('cancelling'))
        expect(statuses.slice(-2)).toEqual(['cancelling', 'cancelled']);
      return outcomeOfCancel(race, id, [answer()]);
    }),
  LIMIT_MS,
);

test(
  'shutdown against finish: the job completes once, here or in the next process',
  () =>
    races(['completed here', 'completed there'], async (race) => {
      const id = await race.started(race.scheduler.pick([working, deaf]));
      race.stops(race.here);
      await race.run();
      const { status, attempt, result, errors } = race.job(id) ?? {};
      expect({ status, result, errors } as unknown).toEqual({
        status: 'completed',
        result: `attempt ${attempt}`,
        errors: [],
      });
      expect((await race.statuses(id)).filter((one) => one === 'completed')).toHaveLength(1);
      await expectCheckpointOfLastCommit(race, id);
      return attempt === 1 ? 'completed here' : 'completed there';
    }),
  LIMIT_MS,
);

/** The other process observes the lease while time passes there, and stands still here. */
function watches(race: Race): void {
  const { process } = race.there;
  const wait = () => {
    process.elapsed += 800;
  };
  race.act(race.there, wait, wait, wait, wait);
}

test(
  'rescue against finish: a process that wakes too late changes nothing',
  () =>
    races(
      ['the sleeper', 'its successor'],
      async (race) => {
        const id = await race.started(race.scheduler.pick([working, deaf]));
        await race.world.machine.advance(1_000);
        watches(race);
        await race.run();
        const { status, attempt, result } = race.job(id) ?? {};
        expect({ status, result } as unknown).toEqual({
          status: 'completed',
          result: `attempt ${attempt}`,
        });
        await expectCheckpointOfLastCommit(race, id);
        return attempt === 1 ? 'the sleeper' : 'its successor';
      },
      { leaseMs: LEASE_MS },
    ),
  LIMIT_MS,
);

test(
  'rescue against heartbeat: a job with a renewed lease is not rescued',
  () =>
    races(
      ['stayed', 'taken over'],
      async (race) => {
        const id = await race.started(working);
        const there = race.there.process;
        type Lease = { lease_until: number | null; status: string; attempt: number };
        const leaseOf = () =>
          race.world.eye.get<Lease>(
            'SELECT lease_until, status, attempt FROM jobs',
          ) as Promise<Lease>;
        let lease = await leaseOf();
        let renewedAt = there.elapsed;
        const silences: number[] = [];
        race.scheduler.onStep = async () => {
          const { elapsed } = there;
          const now = await leaseOf();
          if (lease.status === 'running' && now.status === 'queued' && now.attempt === 1) {
            silences.push(elapsed - renewedAt);
          }
          if (now.lease_until !== lease.lease_until) renewedAt = elapsed;
          lease = now;
        };
        watches(race);
        await race.run();
        expect(silences.filter((silence) => silence <= LEASE_MS)).toEqual([]);
        expect(race.job(id)?.status).toBe('completed');
        return silences.length > 0 ? 'taken over' : 'stayed';
      },
      { leaseMs: LEASE_MS },
    ),
  LIMIT_MS,
);

test(
  'removal by force against finish: the job is gone and stays gone',
  () =>
    races(['removed while running', 'removed afterwards'], async (race) => {
      const id = await race.started(race.scheduler.pick([working, deaf]));
      const remover = race.scheduler.pick(race.members);
      let isRemoved: boolean | undefined;
      const remove = async () => {
        isRemoved = await remover.tracker.removeJob(id, { force: true });
      };
      race.act(remover, remove);
      await race.run();
      expect(isRemoved).toBe(true);
      expect(await race.world.row(id)).toBeNull();
      const statuses = await race.statuses(id);
      expect(statuses.filter((status) => status === 'gone')).toHaveLength(1);
      if (statuses.includes('completed')) return 'removed afterwards';
      return 'removed while running';
    }),
  LIMIT_MS,
);

test(
  'retry against a forced end after the grace: the old attempt never writes for the new one',
  () =>
    races(['cancelled', 'completed by a new attempt'], async (race) => {
      const late: Script = (worker, same) =>
        worker.attempt === 1
          ? [commits(worker, 'late'), () => worker.finish('late')].slice(
              same.random() < 0.5 ? 0 : 1,
            )
          : working(worker, same);
      const id = await race.started((worker, same) => {
        worker.deaf = true;
        return late(worker, same);
      });
      await race.scheduler.pick(race.members).tracker.cancelJob(id);
      const caller = race.scheduler.pick(race.members);
      const answers: boolean[] = [];
      const retry = async () => {
        if (answers.length > 0) return;
        const { status } = (await race.world.row(id)) ?? {};
        const isRetried = (await caller.tracker.retryJob(id)) !== undefined;
        if (isRetried) answers.push(true);
        // A retry that was requested while another one was in flight is too late.
        else expect(status === 'cancelled' && answers.length === 0).toBe(false);
      };
      race.act(caller, retry, retry, retry);
      await race.run();
      expect((await race.written(id)).map(({ attempt }) => attempt)).not.toContain(1);
      if (answers.length === 0) {
        await expectCancelled(race, id);
        return 'cancelled';
      }
      expect(race.job(id)).toMatchObject({ status: 'completed', attempt: 2, result: 'attempt 2' });
      return 'completed by a new attempt';
    }),
  LIMIT_MS,
);

test(
  'two processes and one queue: each job is claimed once, and in order',
  () =>
    races(['here first', 'there first'], async (race) => {
      race.work(working);
      const ids: string[] = [];
      for (let index = 0; index < 4; index++) {
        const caller = race.scheduler.pick(race.members);
        const ask = async () => {
          ids.push((await caller.tracker.enqueue('errand', {})).id);
        };
        race.act(caller, ask);
      }
      await race.run();
      const events = await historyAfter(race.world.eye, 0);
      const came = events.filter(({ what }) => what === 'came').map(({ id }) => id);
      const begun = events.filter(({ after, before }) => before !== after && after === 'running');
      expect(came.toSorted()).toEqual(ids.toSorted());
      expect(begun.map(({ id }) => id)).toEqual(came);
      for (const id of ids)
        expect(await race.statuses(id)).toEqual(['queued', 'running', 'completed']);
      return race.world.workers[0]?.member === race.here ? 'here first' : 'there first';
    }),
  LIMIT_MS,
);
