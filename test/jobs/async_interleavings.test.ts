import { expect, test } from 'bun:test';
import { IS_ON_POSTGRES } from '../support/job_database.ts';
import type { Member, Worker } from '../support/job_world.ts';
import { withoutTimes } from '../support/log_text.ts';
import { expectAll, type Race, races, type Script } from '../support/race.ts';

const LIMIT_MS = 300_000;

/** Short, so that a few steps of the clock are enough for a rescue. */
const LEASE_MS = 1_500;

const LAST = 9;

/** A statement that the database refuses. */
const REFUSED = 'UPDATE jobs SET progress_total = -1';

function expectRising(numbers: number[]): void {
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
}

/** The progress that each attempt wrote, in order. */
async function progressOnDisk(race: Race): Promise<Map<number, number[]>> {
  const rows = await race.world.eye.all<{ attempt: number; current: number }>(
    'SELECT attempt, current FROM progressed ORDER BY seq',
  );
  const byAttempt = Map.groupBy(rows, ({ attempt }) => attempt);
  return new Map([...byAttempt].map(([attempt, of]) => [attempt, of.map((row) => row.current)]));
}

/** The lines of a talkative job that are on disk. */
async function linesOf(race: Race, id: string): Promise<string[]> {
  const { text } = await race.here.tracker.reader.readLog(id);
  return withoutTimes(text)
    .split('\n')
    .filter((line) => line.includes(': line '));
}

/** Reports from 1 to `LAST`, partly by commits, and awaits none of the reports. */
function talkative(said: string[], seen: Set<string>, race: Race): Script {
  return (worker) => {
    const { context } = worker;
    let committing = 0;
    const say = (number: number) => () => {
      const isUnwritten = worker.member.process.turns.length > 0;
      seen.add(committing > 0 ? 'during a commit' : isUnwritten ? 'during a flush' : 'in peace');
      const line = `${worker.attempt}: line ${number}`;
      said.push(line);
      if ('log' in context) context.log(line);
      return context.updateProgress(number, LAST, `At ${number}`);
    };
    const commit = (number: number) => async () => {
      if (!('commit' in context)) return;
      committing++;
      const progress =
        race.random() < 0.5 ? { current: number, total: LAST, message: '' } : undefined;
      await context
        .commit({}, { checkpoint: number, ...(progress && { progress }) })
        .catch((error) => {
          // Nothing was saved; the handler continues without it.
          if (context.signal.aborted) throw error;
        });
      committing--;
    };
    const finish = () => {
      if (worker.member.process.turns.length > 0) seen.add('ended during a flush');
      worker.finish('done');
    };
    return [say(1), commit(2), say(3), say(4), commit(5), commit(6), say(7), say(LAST), finish];
  };
}

test(
  'a report during a flush or a commit: the last is written, progress never goes back, no line is lost',
  () => {
    const seen = new Set<string>();
    return races(['a commit failed', 'all went well'], async (race) => {
      const said: string[] = [];
      const id = await race.started(talkative(said, seen, race));
      const shown: number[] = [];
      race.scheduler.onStep = () => shown.push(race.here.tracker.getJob(id)?.progress.current ?? 0);
      const isRefused = race.random() < 0.5;
      if (isRefused) race.refuses(race.here, 1);
      await race.run();
      expect(race.job(id)).toMatchObject({ status: 'completed', attempt: 1 });
      expect((await race.world.row(id))?.progress_current).toBe(LAST);
      expectRising((await progressOnDisk(race)).get(1) ?? []);
      expectRising(shown);
      expect(await linesOf(race, id)).toEqual(said);
      return isRefused ? 'a commit failed' : 'all went well';
    }).then(() =>
      expectAll(['during a commit', 'during a flush', 'ended during a flush', 'in peace'], seen),
    );
  },
  LIMIT_MS,
);

test(
  'reports whose writes fail: the newest is kept, progress never goes back, no line is lost',
  () =>
    races(['ended during a flush', 'ended in peace'], async (race) => {
      const said: string[] = [];
      const seen = new Set<string>();
      const id = await race.started(talkative(said, seen, race));
      race.refuses(race.here, 1 + Math.floor(race.random() * 6));
      if (race.random() < 0.3) {
        race.act(race.here, () => void race.here.database.write(REFUSED).catch(() => {}));
      }
      await race.run();
      expect(race.job(id)).toMatchObject({ status: 'completed', attempt: 1 });
      for (const numbers of (await progressOnDisk(race)).values())
        expectRising(numbers.filter(Boolean));
      expect((await race.world.row(id))?.progress_current).toBe(LAST);
      expect(await linesOf(race, id)).toEqual(said);
      return seen.has('ended during a flush') ? 'ended during a flush' : 'ended in peace';
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

const ENDS = {
  'as a success': (worker: Worker) => worker.finish(`attempt ${worker.attempt}`),
  'as a failure': (worker: Worker) =>
    worker.attempt === 1
      ? worker.fail(new Error('not yet'))
      : worker.finish(`attempt ${worker.attempt}`),
};

for (const [how, end] of Object.entries(ENDS)) {
  test(
    `an end during a rescue, ${how}: exactly one of the two is written`,
    () =>
      races(
        ['its own process', 'its successor'],
        async (race) => {
          const id = await race.started((worker) => [
            () => void worker.context.updateProgress(1, 2, 'Half way'),
            () => end(worker),
          ]);
          await race.world.machine.advance(1_000);
          watches(race);
          await race.run();
          const { status, attempt, errors = [] } = race.job(id) ?? {};
          expect(status).toBe('completed');
          expect(race.job(id)?.result as unknown).toBe(`attempt ${attempt}`);
          const statuses = await race.statuses(id);
          expect(statuses.filter((one) => one === 'completed')).toHaveLength(1);
          const taken = errors.filter((error) => error.startsWith('Interrupted'));
          const own = errors.filter((error) => error === 'not yet');
          const afterFirst = statuses[2];
          if (afterFirst === 'queued') {
            expect({ taken: taken.length > 0, own }).toEqual({ taken: true, own: [] });
            return 'its successor';
          }
          expect(own).toEqual(how === 'as a failure' ? ['not yet'] : []);
          return 'its own process';
        },
        { leaseMs: LEASE_MS },
      ),
    LIMIT_MS,
  );
}

test(
  'an end during a rescue, of tracked work: its caller learns which of the two won',
  () =>
    races(
      ['completed', 'failed'],
      async (race) => {
        const worker = await race.world.track(race.here);
        await race.world.machine.advance(1_000);
        let answer: boolean | undefined;
        race.act(race.here, async () => {
          worker.over = true;
          answer = await race.here.tracker.completeJob(worker.id, true);
        });
        watches(race);
        await race.run();
        const statuses = await race.statuses(worker.id);
        expect(statuses).toEqual(['running', answer ? 'completed' : 'failed']);
        return String(statuses.at(-1));
      },
      { leaseMs: LEASE_MS },
    ),
  LIMIT_MS,
);

/** `true` and `false` are what the tracker answered. */
type Answer = boolean | 'refused' | undefined;

/** Calls it as an actor of the race; the answer comes later. */
function asks(race: Race, member: Member, ask: () => Promise<boolean>): () => Answer {
  let answer: Answer;
  race.act(member, async () => {
    answer = await ask().catch(() => 'refused' as const);
  });
  return () => answer;
}

const UUID = '0199a0de-0000-7000-8000-000000000001';

test(
  'a cancel in one transaction with the enqueue, the claim or the end, whose commit may fail: every answer is true',
  () =>
    races(
      [
        'cancelled while running',
        'cancelled while waiting',
        'cancel refused',
        'completed',
        'never queued',
        'too early',
      ],
      async (race) => {
        const id = `errand-${UUID}`;
        race.work((worker) => [
          () => void worker.context.updateProgress(1, 2, 'Half way'),
          () => worker.finish('done'),
        ]);
        const refusals = Math.floor(race.random() * 4);
        if (refusals > 0) race.refuses(race.here, refusals);
        const canceller = race.random() < 0.8 ? race.here : race.there;
        const enqueued = asks(race, race.here, async () => {
          await race.here.tracker.enqueue('errand', {}, { uuid: UUID });
          return true;
        });
        const cancelled = asks(race, canceller, () => canceller.tracker.cancelJob(id));
        await race.run();
        const statuses = await race.statuses(id);
        expect(enqueued()).toBe(statuses.length > 0 ? true : 'refused');
        const isCancelled = statuses.at(-1) === 'cancelled';
        expect(isCancelled).toBe(cancelled() === true);
        if (statuses.length === 0) {
          expect(cancelled()).not.toBe(true);
          return 'never queued';
        }
        if (isCancelled) {
          expect(race.job(id)?.result).toBeUndefined();
          return statuses.includes('running')
            ? 'cancelled while running'
            : 'cancelled while waiting';
        }
        expect(race.job(id)).toMatchObject({ status: 'completed', result: 'done' as never });
        if (cancelled() === 'refused') return 'cancel refused';
        return race.world.workers.length > 0 && race.random() < 0.5 ? 'completed' : 'too early';
      },
    ),
  LIMIT_MS,
);

test(
  'a refused write affects no other write of its group: no end, no claim, no cancel',
  () =>
    races(['in a group', 'on its own'], async (race) => {
      const [ends, cancelled] = [await race.started(atLeisure), await race.started(idle)];
      race.work(atLeisure);
      const { tracker, database, process } = race.here;
      let isGroup = false;
      const refused = asks(race, race.here, () => {
        isGroup = process.turns.length > 0;
        return database.write(REFUSED).then(() => true);
      });
      const comes = asks(race, race.here, async () => {
        await tracker.enqueue('errand', {}, { uuid: UUID });
        return true;
      });
      const cancel = asks(race, race.here, () => tracker.cancelJob(cancelled));
      await race.run();
      expect([refused(), comes(), cancel()]).toEqual(['refused', true, true]);
      expect(await race.statuses(ends)).toEqual(['queued', 'running', 'completed']);
      expect(await race.statuses(cancelled)).toEqual([
        'queued',
        'running',
        'cancelling',
        'cancelled',
      ]);
      expect(await race.statuses(`errand-${UUID}`)).toEqual(['queued', 'running', 'completed']);
      return isGroup ? 'in a group' : 'on its own';
    }),
  LIMIT_MS,
);

const atLeisure: Script = (worker) => [
  () => void worker.context.updateProgress(1, 2, 'Half way'),
  () => worker.finish('done'),
];

/** Runs until its signal aborts. */
const idle: Script = () => [];

test(
  'live jobs are counted while others are queued and end: each is counted once',
  () =>
    races(['counted before all were queued', 'counted after all were queued'], async (race) => {
      race.work(atLeisure);
      // So many changes were missed that every process must count again; on PostgreSQL it always does.
      if (!IS_ON_POSTGRES)
        await race.world.eye.run(
          'INSERT INTO job_changes (seq) SELECT COALESCE(MAX(seq), 0) + 1000 FROM job_changes',
        );
      let queued = 0;
      const counted: number[] = [];
      const enqueue = async () => {
        await race.there.tracker.enqueue('errand', {});
        queued++;
      };
      race.act(race.there, enqueue, enqueue, enqueue);
      const count = async () => {
        await race.here.tracker.reader.countActive();
        counted.push(queued);
      };
      race.act(race.here, count, count);
      await race.run();
      return `counted ${Number(counted[0]) < 3 ? 'before' : 'after'} all were queued`;
    }),
  LIMIT_MS,
);
