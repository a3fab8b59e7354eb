/** The audit trail: who did what to jobs, and when. */
import { describe, expect, test } from 'bun:test';
import type { Actor, AuditEntry, Job } from '../../src/jobs/index.ts';
import { errand, gate, setup, untilAborted } from '../support/jobs.ts';

const ADA: Actor = { via: 'terminal', user: 'ada' };
const BROWSER: Actor = { via: 'browser', user: 'sign-in 5f0c2b9d', address: '203.0.113.7' };
const DAY_MS = 86_400_000;

const waiting = errand((_, job) => untilAborted(job.signal));

const inShort = (entries: AuditEntry[]) =>
  entries.map(({ action, by, jobId, count }) => [action, by.via, jobId ?? count]).reverse();

describe('an entry', () => {
  test('says who started, cancelled, retried and removed a job, and when', async () => {
    const { tracker, clock } = setup({ definitions: [waiting] });
    const { id } = await tracker.enqueue('errand', {}, { by: ADA });
    await clock.advance(1_000);
    await tracker.cancelJob(id, { by: BROWSER });
    await tracker.retryJob(id, { by: BROWSER });
    await tracker.removeJob(id, { force: true, by: ADA });
    const { entries } = await tracker.audit.list({});
    expect(inShort(entries)).toEqual([
      ['start', 'terminal', id],
      ['cancel', 'browser', id],
      ['retry', 'browser', id],
      ['remove', 'terminal', id],
    ]);
    expect(entries.map(({ at }) => at.getTime() - (entries[3]?.at.getTime() ?? 0))).toEqual([
      1_000, 1_000, 1_000, 0,
    ]);
    expect(entries[1]?.by).toEqual(BROWSER);
  });

  test('is written in the transaction of the change: without it nothing changes', async () => {
    const { tracker, database } = setup({ definitions: [waiting] });
    const { id } = await tracker.enqueue('errand', {}, { by: ADA });
    await database.refuse('audit', 'no space');
    const changes: [string, Promise<unknown>][] = [
      ['start', tracker.enqueue('errand', {}, { by: ADA })],
      ['start many', tracker.enqueueMany([{ type: 'errand', input: {} }], ADA)],
      ['cancel', tracker.cancelJob(id, { by: ADA })],
      ['remove', tracker.removeJob(id, { force: true, by: ADA })],
    ];
    for (const [what, change] of changes) {
      const error = await change.then(
        () => undefined,
        ({ message }: Error) => message,
      );
      expect([what, error]).toEqual([what, 'no space']);
    }
    expect(tracker.getAllJobs().map((job) => [job.id, job.status])).toEqual([[id, 'queued']]);
  });

  test('is written only for what was changed', async () => {
    const { tracker } = setup({
      definitions: [waiting],
      maxWaiting: { perType: 1, perClient: 1 },
    });
    const start = () => tracker.enqueue('errand', {}, { by: ADA, mergeMs: 500 });
    const { id } = await start();
    await start();
    await tracker.enqueue('errand', { name: 'two' }, { by: ADA }).catch(() => {});
    await tracker.retryJob(id, { by: ADA });
    await tracker.removeJob(id, { by: ADA });
    await tracker.cancelJob('errand-none', { by: ADA });
    await tracker.cancelJob(id, { by: ADA });
    await tracker.cancelJob(id, { by: ADA });
    expect(inShort((await tracker.audit.list({})).entries)).toEqual([
      ['start', 'terminal', id],
      ['cancel', 'terminal', id],
    ]);
  });

  test('names whoever the process acts for, and is not written for nobody', async () => {
    const { tracker } = setup({ definitions: [waiting] });
    await tracker.enqueue('errand', {});
    expect((await tracker.audit.list({})).entries).toEqual([]);
    tracker.actAs({ via: 'program', user: 'ada' });
    const { jobId } = await tracker.createJob('tidy');
    await tracker.enqueue('errand', {}, { by: BROWSER });
    expect(inShort((await tracker.audit.list({})).entries)).toMatchObject([
      ['start', 'program', jobId],
      ['start', 'browser', expect.any(String)],
    ]);
  });

  test('has neither the input nor the result', async () => {
    const { tracker, clock, database } = setup({ definitions: [errand(async () => 'secret 2')] });
    await tracker.start();
    await tracker.enqueue('errand', { name: 'secret 1' }, { by: ADA });
    await clock.advance(1);
    expect(tracker.getAllJobs()[0]?.result).toBe('secret 2');
    expect(JSON.stringify(await database.all('SELECT * FROM audit'))).not.toContain('secret');
  });
});

describe('a change of a queue', () => {
  test('is recorded with the type or the source, in its transaction, and once', async () => {
    const { tracker, database } = setup({ definitions: [waiting] });
    await tracker.pauseType('errand', { by: ADA });
    await tracker.pauseType('errand', { by: ADA });
    await tracker.setConcurrency('errand', 3, { by: BROWSER });
    await tracker.resumeType('errand', { by: BROWSER });
    await tracker.pauseSource('sample', { by: ADA });
    await tracker.resumeSource('sample', { by: ADA });
    const { id } = await tracker.enqueue('errand', {});
    await tracker.pinJob(id, true, { by: ADA });
    await tracker.pinJob(id, false, { by: ADA });
    await tracker.moveToFront(id, { by: ADA });
    const entries = (await tracker.audit.list({})).entries.toReversed();
    expect(entries.map(({ action, target, jobId }) => [action, target ?? jobId])).toEqual([
      ['pause', 'type errand'],
      ['limit', 'type errand: 3'],
      ['resume', 'type errand'],
      ['pause', 'source sample'],
      ['resume', 'source sample'],
      ['pin', id],
      ['unpin', id],
      ['first', id],
    ]);
    await database.refuse('audit', 'no space');
    await expect(tracker.pauseType('errand', { by: ADA })).rejects.toThrow('no space');
    await database.accept('audit');
    expect(await tracker.resumeType('errand')).toBe(false);
  });
});

describe('many jobs', () => {
  test('changed by a filter are one entry with their number, some of their ids and the filter', async () => {
    const { tracker } = setup({ definitions: [waiting] });
    const requests = Array.from({ length: 450 }, (_, n) => ({
      type: 'errand' as const,
      input: { name: `job ${n}` },
      ...(n < 250 && { sessionId: 'evening' }),
    }));
    await tracker.enqueueMany(requests, ADA);
    await tracker.changeMatching('cancel', { session: 'evening', status: 'queued' }, { by: ADA });
    await tracker.changeMatching('remove', { status: 'retrying' }, { by: ADA });
    const [cancelled, started, ...others] = (await tracker.audit.list({})).entries;
    expect(others).toEqual([]);
    expect(started).toMatchObject({ action: 'start', count: 450 });
    expect(cancelled).toMatchObject({
      action: 'cancel',
      count: 250,
      query: 'status=queued&session=evening',
      by: ADA,
    });
    expect(cancelled?.ids).toHaveLength(100);
  });

  test('changed by their ids are one entry, even if only one was changed', async () => {
    const { tracker } = setup({ definitions: [waiting] });
    const { id } = await tracker.enqueue('errand', {});
    await tracker.changeJobs('cancel', [id, 'errand-none'], { by: ADA });
    expect((await tracker.audit.list({})).entries).toMatchObject([{ count: 1, ids: [id] }]);
  });

  test('started together are each known by who started them', async () => {
    const { tracker, clock } = setup({ definitions: [waiting] });
    const list = Array.from({ length: 150 }, () => ({ type: 'errand' as const, input: {} }));
    const started = await tracker.enqueueMany(list, BROWSER);
    await clock.advance(1);
    const { id } = await tracker.enqueue('errand', {}, { by: ADA });
    const jobs = started.map((one) => (one as { job: Job }).job);
    for (const job of [jobs[0], jobs[149]] as Job[]) {
      expect((await tracker.audit.startOf(job))?.by).toEqual(BROWSER);
    }
    expect((await tracker.audit.startOf(tracker.getJob(id) as Job))?.by).toEqual(ADA);
    const [unknown] = await Promise.all([tracker.enqueue('errand', { name: 'unknown' })]);
    await clock.advance(1);
    expect(await tracker.audit.startOf(unknown)).toBeUndefined();
  });
});

describe('what happens by itself', () => {
  test('is told apart: children of a job, and a retry after a failure', async () => {
    const parent = errand(async (_, job) => {
      await job.runChildren('chore', [{ name: 'a' }, { name: 'b' }]);
    });
    const child = { ...errand(async () => Promise.reject(new Error('Not now.'))), type: 'chore' };
    const { tracker, clock } = setup({ definitions: [parent, child as never] });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {}, { by: ADA });
    await clock.advance(100);
    const entries = inShort((await tracker.audit.list({})).entries);
    expect(entries.slice(0, 2)).toEqual([
      ['start', 'terminal', id],
      ['start', 'job', 2],
    ]);
    expect((await tracker.audit.list({ who: id })).entries).toMatchObject([{ by: { user: id } }]);
    expect(entries[2]?.slice(0, 2)).toEqual(['retry', 'retry']);
    await tracker.cancelJob(id);
    await clock.advance(20_000);
    await tracker.stop();
  });

  test('includes the rescue of a job whose process has ended', async () => {
    const reached = gate();
    const first = errand(async (_, job) => {
      reached.resolve();
      await untilAborted(job.signal);
    });
    const { tracker, clock, database } = setup({ definitions: [first] });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {}, { by: ADA });
    await clock.advance(0);
    await reached.promise;
    const { tracker: next } = setup({}, database);
    await next.initialize();
    expect(inShort((await next.audit.list({ job: id })).entries)).toEqual([
      ['start', 'terminal', id],
      ['retry', 'rescue', id],
    ]);
  });
});

describe('the trail', () => {
  async function trail() {
    const all = setup({ definitions: [waiting] });
    const { tracker, clock } = all;
    const ids: string[] = [];
    for (const by of [ADA, BROWSER, { ...BROWSER, address: '198.51.100.4' }]) {
      ids.push((await tracker.enqueue('errand', {}, { by })).id);
      clock.skip(DAY_MS);
    }
    await tracker.changeJobs('cancel', ids, { by: ADA });
    return { ...all, ids };
  }

  test('is filtered by job, who, way, action and time', async () => {
    const { tracker, ids } = await trail();
    const count = async (query: Parameters<typeof tracker.audit.list>[0]) =>
      (await tracker.audit.list(query)).entries.length;
    expect(await count({})).toBe(4);
    // Its start, and the cancel of many that it was among.
    expect(await count({ job: ids[0] as string })).toBe(2);
    expect(await count({ job: ids[0] as string, action: 'cancel' })).toBe(1);
    expect(await count({ job: 'errand' })).toBe(0);
    expect(await count({ who: 'ADA' })).toBe(2);
    expect(await count({ who: '203.0.113' })).toBe(1);
    expect(await count({ who: 'sign-in 5f' })).toBe(2);
    expect(await count({ via: 'browser', action: 'start' })).toBe(2);
    const first = (await tracker.audit.list({})).entries.at(-1)?.at.getTime() as number;
    expect(await count({ since: first + DAY_MS })).toBe(3);
    expect(await count({ until: first + DAY_MS })).toBe(1);
    expect(await count({ since: first, until: first })).toBe(0);
  });

  test('is read page by page, whatever the filter', async () => {
    const { tracker, ids } = await trail();
    for (const query of [{}, { job: ids[1] as string }, { who: 'a' }]) {
      const all = (await tracker.audit.list(query)).entries.map(({ id }) => id);
      const paged: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await tracker.audit.list({ ...query, limit: 1, cursor });
        paged.push(...page.entries.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor);
      expect(paged).toEqual(all);
    }
  });

  test('is kept for as long as the setting says', async () => {
    const { tracker, clock } = setup({ definitions: [waiting], keepAuditMs: 10 * DAY_MS });
    for (let n = 0; n < 300; n++) await tracker.enqueue('errand', {}, { by: ADA });
    clock.skip(9 * DAY_MS);
    await tracker.enqueue('errand', {}, { by: BROWSER });
    await tracker.initialize();
    expect((await tracker.audit.list({ limit: 1_000 })).entries).toHaveLength(301);
    clock.skip(2 * DAY_MS);
    await tracker.initialize();
    expect((await tracker.audit.list({ limit: 1_000 })).entries).toMatchObject([{ by: BROWSER }]);
    await tracker.stop();
  });
});
