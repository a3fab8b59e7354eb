import { describe, expect, test } from 'bun:test';
import { errand, gate, setup } from '../support/jobs.ts';

describe('FEATURES 28: retrying', () => {
  test('an attempt that fails waits with growing pauses, then fails for good', async () => {
    let attempts = 0;
    const definition = errand(
      async () => {
        attempts++;
        throw new Error(`attempt ${attempts} failed`);
      },
      { retry: { maxAttempts: 3, baseMs: 1_000, maxMs: 60_000 } },
    );
    const { tracker, clock } = setup({ definitions: [definition] });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(0);
    expect(tracker.getJob(id)).toMatchObject({ status: 'retrying', errors: ['attempt 1 failed'] });
    const firstWait = (tracker.getJob(id)?.retryAt?.getTime() ?? 0) - clock.now();
    expect(firstWait).toBeGreaterThanOrEqual(500);
    expect(firstWait).toBeLessThanOrEqual(1_000);
    await clock.advance(firstWait);
    expect(tracker.getJob(id)).toMatchObject({ status: 'retrying', attempt: 2 });
    const secondWait = (tracker.getJob(id)?.retryAt?.getTime() ?? 0) - clock.now();
    expect(secondWait).toBeGreaterThanOrEqual(1_000);
    expect(secondWait).toBeLessThanOrEqual(2_000);
    await clock.advance(secondWait);
    expect(tracker.getJob(id)).toMatchObject({
      status: 'failed',
      errorMessage: 'attempt 3 failed',
      errors: ['attempt 1 failed', 'attempt 2 failed', 'attempt 3 failed'],
    });
    expect(attempts).toBe(3);
  });

  test('a permanent error is not retried; a rate limit waits until its time', async () => {
    const retryAt = { value: new Date(0) };
    const failing = errand(async ({ name }) => {
      const hints = name === 'permanent' ? { permanent: true } : { retryAt: retryAt.value };
      throw Object.assign(new Error('no'), hints);
    });
    const { tracker, clock } = setup({ definitions: [{ ...failing, concurrency: 2 }] });
    retryAt.value = new Date(clock.now() + 900_000);
    await tracker.start();
    const permanent = await tracker.enqueue('errand', { name: 'permanent' });
    const limited = await tracker.enqueue('errand', { name: 'limited' });
    await clock.advance(0);
    expect(tracker.getJob(permanent.id)).toMatchObject({ status: 'failed', attempt: 1 });
    expect(tracker.getJob(limited.id)).toMatchObject({
      status: 'retrying',
      retryAt: retryAt.value,
    });
    clock.skip(880_000);
    await clock.advance(19_000);
    expect(tracker.getJob(limited.id)?.attempt).toBe(1);
    await clock.advance(1_200);
    expect(tracker.getJob(limited.id)?.attempt).toBe(2);
  });

  test('a wait for a source is no failed attempt, and the log has no stack of it', async () => {
    const undone: string[] = [];
    const entries: { level: string; message: string; fields?: unknown }[] = [];
    const at = (level: string) => (message: string, fields?: unknown) =>
      void entries.push({ level, message, fields });
    const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
    const definition = errand(
      async (_, job) => {
        await job.step('begin', () => 1, { compensate: () => void undone.push('begin') });
        await job.step('ask', () => {
          if (job.attempt === 4) return;
          const retryAt = new Date(clock.now() + 600_000);
          throw Object.assign(new Error('Rate limited.'), { retryAt });
        });
        return 'done';
      },
      { retry: { maxAttempts: 1, baseMs: 1_000, maxMs: 60_000 } },
    );
    const { tracker, clock } = setup({ definitions: [definition], logger });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(0);
    const waiting = { status: 'retrying', errorMessage: 'Rate limited.', errors: [] };
    expect(tracker.getJob(id)).toMatchObject({ ...waiting, attempt: 1, attemptsUsed: 0 });
    clock.skip(590_000);
    await clock.advance(11_000);
    expect(tracker.getJob(id)).toMatchObject({ ...waiting, attempt: 2, attemptsUsed: 0 });
    const { attempts, steps } = await tracker.reader.detailsOf(id);
    expect(attempts.map(({ outcome, error }) => [outcome, error])).toEqual([
      ['postponed', 'Rate limited.'],
      ['postponed', 'Rate limited.'],
    ]);
    expect(steps).toEqual([
      expect.objectContaining({ name: 'begin', status: 'completed' }),
      { name: 'ask', status: 'pending' },
    ]);
    expect((await tracker.reader.readLog(id)).text).toContain(
      'Attempt 2 is postponed. Rate limited.',
    );
    for (let wait = 0; wait < 2; wait++) {
      clock.skip(590_000);
      await clock.advance(60_000);
    }
    expect(tracker.getJob(id)).toMatchObject({ status: 'completed', attempt: 4, attemptsUsed: 1 });
    expect(undone).toEqual([]);
    expect(entries.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
    const postponed = entries.filter(({ message }) => message === 'An attempt is postponed.');
    expect(postponed.map(({ fields }) => fields)).toContainEqual({
      job: id,
      attempt: 1,
      reason: 'Rate limited.',
    });
  });

  test('a time that is over postpones nothing', async () => {
    const failing = errand(
      () => Promise.reject(Object.assign(new Error('Late.'), { retryAt: new Date(clock.now()) })),
      { retry: { maxAttempts: 2, baseMs: 10, maxMs: 10 } },
    );
    const { tracker, clock } = setup({ definitions: [failing] });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(1_000);
    expect(tracker.getJob(id)).toMatchObject({
      status: 'failed',
      attempt: 2,
      failure: 'exhausted',
    });
  });

  test('an error with unusable hints is retried like any other', async () => {
    const thrown = [
      Object.assign(new Error('limited'), { retryAt: new Date('soon') }),
      Object.assign(new Error('limited'), { retryAt: '2026-01-01' }),
      Object.assign(new Error('limited'), { message: { code: 1 } }),
      Object.create(null),
      undefined,
    ];
    const failing = errand(() => Promise.reject(thrown.pop()), { concurrency: thrown.length });
    const { tracker, clock } = setup({ definitions: [failing] });
    await tracker.start();
    for (const _ of [...thrown]) await tracker.enqueue('errand', {});
    await clock.advance(0);
    for (const job of tracker.getAllJobs()) {
      expect(job).toMatchObject({ status: 'retrying', errors: [expect.any(String)] });
      expect(Number(job.retryAt) - clock.now()).toBeLessThanOrEqual(1_000);
    }
  });

  test('a result that is not JSON fails the job for good instead of keeping it running', async () => {
    const results: unknown[] = [10n, () => 1];
    const returning = errand(async () => results.pop(), { concurrency: 2 });
    const { tracker, clock } = setup({ definitions: [returning] });
    await tracker.start();
    for (const _ of [...results]) await tracker.enqueue('errand', {});
    await clock.advance(0);
    for (const job of tracker.getAllJobs()) {
      expect(job).toMatchObject({
        status: 'failed',
        attempt: 1,
        errorMessage: expect.stringContaining('result is not JSON-serialisable'),
      });
    }
  });

  test('an attempt that moved the checkpoint does not count against the limit', async () => {
    let runs = 0;
    const definition = errand(
      async (_, job) => {
        runs++;
        const done = ((job.checkpoint as number | undefined) ?? 0) + 1;
        await job.commit({}, { checkpoint: done });
        if (done < 6) throw new Error('one step a time');
        return done;
      },
      { retry: { maxAttempts: 2, baseMs: 10, maxMs: 10 } },
    );
    const { tracker, clock } = setup({ definitions: [definition] });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(10_000);
    expect(tracker.getJob(id)).toMatchObject({ status: 'completed', result: 6 });
    expect(runs).toBe(6);
  });

  test('progress after an outage gives the job all of its attempts again', async () => {
    const failing = errand(
      async (_, job) => {
        // Every third attempt reads a page before the source fails again.
        if (job.attempt % 3 === 0) await job.commit({}, { checkpoint: job.attempt });
        if (job.attempt < 10) throw new Error('down');
        return 'done';
      },
      { retry: { maxAttempts: 3, baseMs: 10, maxMs: 10 } },
    );
    const { tracker, clock } = setup({ definitions: [failing] });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(10_000);
    expect(tracker.getJob(id)).toMatchObject({ status: 'completed', attempt: 10, attemptsUsed: 1 });
  });

  test('an attempt that only repeats an earlier one counts', async () => {
    const definition = errand(
      async (_, job) => {
        await job.commit({}, { checkpoint: 'the same place' });
        throw new Error('stuck');
      },
      { retry: { maxAttempts: 2, baseMs: 10, maxMs: 10 } },
    );
    const { tracker, clock } = setup({ definitions: [definition] });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(60_000);
    expect(tracker.getJob(id)).toMatchObject({ status: 'failed', attempt: 3 });
  });

  test('retryJob resumes a failed job from its checkpoint, and restarts a completed one', async () => {
    const seen: unknown[] = [];
    let broken = true;
    const mended = gate();
    const definition = errand(async (_, job) => {
      seen.push(job.checkpoint);
      await job.commit({}, { checkpoint: 'half' });
      if (broken) throw Object.assign(new Error('broken'), { permanent: true });
      await mended.promise;
      return 'whole';
    });
    const { tracker, clock } = setup({ definitions: [definition] });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(0);
    expect(tracker.getJob(id)?.status).toBe('failed');

    broken = false;
    // A place was free, so it was claimed in the same transaction.
    const retried = await tracker.retryJob(id);
    expect(retried).toMatchObject({ status: 'running', attemptsUsed: 1, errors: ['broken'] });
    mended.resolve();
    await clock.advance(0);
    expect(tracker.getJob(id)).toMatchObject({ status: 'completed', result: 'whole', attempt: 2 });
    await tracker.retryJob(id);
    await clock.advance(0);
    expect(seen).toEqual([undefined, 'half', undefined]);
  });

  test('two simultaneous starts are one job, and a start after its end is another', async () => {
    let opened = gate();
    const { tracker, clock } = setup({ definitions: [errand(() => opened.promise)] });
    const press = () => tracker.enqueue('errand', { name: 'one' }, { mergeMs: 500 });
    const pressed = await Promise.all([press(), press(), press()]);
    expect(new Set(pressed.map(({ id }) => id)).size).toBe(1);
    await tracker.start();
    opened.resolve();
    await clock.advance(0);
    opened = gate();
    const again = await Promise.all([press(), press()]);
    expect(again[0]?.id).not.toBe(pressed[0]?.id as string);
    expect(again[1]?.id).toBe(again[0]?.id as string);
  });

  test('retryJob leaves active, tracked and unknown jobs alone', async () => {
    const { tracker } = setup({ definitions: [errand(async () => {})] });
    const waiting = await tracker.enqueue('errand', {});
    const tracked = await tracker.createJob('errand');
    await tracker.completeJob(tracked.jobId, true);
    expect(await tracker.retryJob(waiting.id)).toBeUndefined();
    expect(await tracker.retryJob(tracked.jobId)).toBeUndefined();
    expect(await tracker.retryJob('errand-unknown')).toBeUndefined();
  });
});
