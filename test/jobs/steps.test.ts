import { describe, expect, test } from 'bun:test';
import { PermanentError, type QueuedJobContext } from '../../src/jobs/index.ts';
import { errand, setup, untilAborted } from '../support/jobs.ts';

const statusesOf = async (tracker: ReturnType<typeof setup>['tracker'], id: string) =>
  (await tracker.reader.detailsOf(id)).steps.map(({ name, status }) => `${name} ${status}`);

/** Processes over the same database, one after the other; each was killed before the next began. */
async function processOn(
  run: (job: QueuedJobContext) => Promise<unknown>,
  database?: ReturnType<typeof setup>['database'],
  options: Parameters<typeof errand>[1] = {},
  more: Parameters<typeof setup>[0] = {},
) {
  const definition = errand((_, job) => run(job), {
    retry: { maxAttempts: 2, baseMs: 1, maxMs: 1 },
    ...options,
  });
  const parts = setup({ definitions: [definition], ...more }, database);
  await parts.tracker.start();
  return parts;
}

/** One that will have crashed gets no tickets. */
function crashingOn(run: Parameters<typeof processOn>[0]) {
  return processOn(run, undefined, {}, { queue: undefined });
}

describe('FEATURES 12: steps', () => {
  test('are shown in their order before, while and after they run', async () => {
    const { tracker, clock } = await processOn(
      async (job) => {
        await job.step('collect', () => ({ posts: 3 }));
        await job.step('embed', () => untilAborted(job.signal));
      },
      undefined,
      { steps: () => ['collect', 'embed', 'tidy'] },
    );
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(0);
    expect(await statusesOf(tracker, id)).toEqual([
      'collect completed',
      'embed running',
      'tidy pending',
    ]);
    expect((await tracker.reader.detailsOf(id)).steps[0]?.result).toEqual({ posts: 3 });
    await tracker.cancelJob(id);
    await clock.advance(0);
    expect(await statusesOf(tracker, id)).toEqual([
      'collect completed',
      'embed skipped',
      'tidy skipped',
    ]);
  });

  test('that are completed do not run again; the failed one does, and shows its error meanwhile', async () => {
    const done: string[] = [];
    const { tracker, clock } = await processOn(async (job) => {
      const first = await job.step('first', () => {
        done.push('first');
        return 7;
      });
      await job.step('second', () => {
        done.push(`second with ${first}`);
        if (job.attempt === 1) throw new Error('The source is asleep.');
      });
    });
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(0);
    expect((await tracker.reader.detailsOf(id)).steps[1]).toMatchObject({
      status: 'failed',
      error: 'The source is asleep.',
    });
    await clock.advance(2_000);
    expect(done).toEqual(['first', 'second with 7', 'second with 7']);
    expect(await statusesOf(tracker, id)).toEqual(['first completed', 'second completed']);
  });

  test('continue after a crash at the one that was running', async () => {
    const done: string[] = [];
    const work = (crashIn?: number) => async (job: QueuedJobContext) => {
      for (let step = 1; step <= 5; step++) {
        await job.step(`step ${step}`, () => {
          if (step === crashIn) return new Promise(() => {});
          done.push(`step ${step}`);
        });
      }
    };
    const crashed = await crashingOn(work(3));
    const { id } = await crashed.tracker.enqueue('errand', {});
    await crashed.clock.advance(0);
    expect((await statusesOf(crashed.tracker, id)).at(-1)).toBe('step 3 running');
    const next = await processOn(work(), crashed.database);
    await next.clock.advance(0);
    expect(next.tracker.getJob(id)?.status).toBe('completed');
    expect(done).toEqual(['step 1', 'step 2', 'step 3', 'step 4', 'step 5']);
  });
});

describe('FEATURES 12: compensation', () => {
  /** Five steps; the fourth fails for good. Undoing may crash in one of them. */
  function fiveSteps(undone: string[], crashUndoing?: number) {
    return async (job: QueuedJobContext) => {
      for (let step = 1; step <= 5; step++) {
        await job.step(
          `step ${step}`,
          () => {
            if (step === 4) throw new PermanentError('The fourth cannot be done.');
            return `result ${step}`;
          },
          {
            compensate: (result) => {
              if (step === crashUndoing) return new Promise<void>(() => {});
              undone.push(result);
            },
          },
        );
      }
    };
  }
  const compensated = [
    'step 1 compensated',
    'step 2 compensated',
    'step 3 compensated',
    'step 4 failed',
  ];

  test('undoes completed steps in reverse order, once each, when a later step fails for good', async () => {
    const undone: string[] = [];
    const { tracker, clock } = await processOn(fiveSteps(undone));
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(0);
    expect(undone).toEqual(['result 3', 'result 2', 'result 1']);
    expect(await statusesOf(tracker, id)).toEqual(compensated);
    expect(tracker.getJob(id)).toMatchObject({
      status: 'failed',
      errorMessage: 'The fourth cannot be done.',
    });
  });

  for (const crashUndoing of [3, 2, 1]) {
    test(`resumes after a crash while step ${crashUndoing} is undone`, async () => {
      const undone: string[] = [];
      const crashed = await crashingOn(fiveSteps(undone, crashUndoing));
      const { id } = await crashed.tracker.enqueue('errand', {});
      await crashed.clock.advance(0);
      expect(crashed.tracker.getJob(id)?.status).toBe('running');
      const next = await processOn(fiveSteps(undone), crashed.database);
      await next.clock.advance(0);
      expect(undone).toEqual(['result 3', 'result 2', 'result 1']);
      expect(await statusesOf(next.tracker, id)).toEqual(compensated);
      expect(next.tracker.getJob(id)).toMatchObject({
        status: 'failed',
        errorMessage: 'The fourth cannot be done.',
      });
    });
  }

  test('waits for the last attempt, and does not run when the job is cancelled', async () => {
    const undone: string[] = [];
    const { tracker, clock } = await processOn(async (job) => {
      await job.step('first', () => 1, { compensate: () => void undone.push('first') });
      await job.step('second', () => {
        throw new Error('not yet');
      });
    });
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(0);
    expect(tracker.getJob(id)?.status).toBe('retrying');
    expect(undone).toEqual([]);
    await clock.advance(2_000);
    expect(tracker.getJob(id)).toMatchObject({ status: 'failed', attempt: 2 });
    expect(undone).toEqual(['first']);

    const cancelled = await tracker.enqueue('errand', {});
    await clock.advance(0);
    await tracker.cancelJob(cancelled.id);
    await clock.advance(2_000);
    expect(undone).toEqual(['first']);
  });

  test('that fails is retried; the job’s error finally names both failures', async () => {
    let tries = 0;
    const { tracker, clock } = await processOn(async (job) => {
      await job.step('first', () => 1, {
        compensate: () => {
          tries++;
          throw new Error('It is stuck.');
        },
      });
      throw new PermanentError('The rest cannot be done.');
    });
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(60_000);
    const job = tracker.getJob(id);
    expect(job?.status).toBe('failed');
    expect(job?.errorMessage).toBe(
      'The rest cannot be done. Undoing its steps failed as well: It is stuck.',
    );
    expect(tries).toBe(2);
  });

  test('is forgotten when a person retries: compensated steps run again', async () => {
    const log: string[] = [];
    let isBroken = true;
    const { tracker, clock } = await processOn(async (job) => {
      await job.step('first', () => void log.push('done'), {
        compensate: () => void log.push('undone'),
      });
      await job.step('second', () => {
        if (isBroken) throw new PermanentError('no');
      });
    });
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(0);
    isBroken = false;
    await tracker.retryJob(id);
    await clock.advance(0);
    expect(log).toEqual(['done', 'undone', 'done']);
    expect(await statusesOf(tracker, id)).toEqual(['first completed', 'second completed']);
    expect(tracker.getJob(id)?.status).toBe('completed');
  });
});
