/** Deliveries to one webhook do not hold up those to another one. */
import { afterAll, describe, expect, test } from 'bun:test';
import { errand } from '../support/jobs.ts';
import { anotherProcess, passUntil, receiver, stopReceivers, withWebhooks } from './setup.ts';

afterAll(stopReceivers);

const COMPLETED = { events: ['completed' as const], types: [] };

/** A receiver that never answers. */
function hangingReceiver() {
  return receiver(() => new Promise<Response>(() => {}));
}

const many = errand(async () => 'done', { concurrency: 50 });

async function enqueue(tracker: ReturnType<typeof withWebhooks>['tracker'], count: number) {
  const requests = Array.from({ length: count }, (_, n) => ({
    type: 'errand' as const,
    input: { name: `job ${n}` },
  }));
  await tracker.enqueueMany(requests);
}

describe('FEATURES 43: a receiver that hangs', () => {
  test('holds up nobody else, and gets two requests at once', async () => {
    const hanging = hangingReceiver();
    const healthy = receiver();
    const { tracker, clock, webhooks } = withWebhooks([many]);
    await webhooks.store.add({ ...COMPLETED, url: hanging.url });
    await webhooks.store.add({ ...COMPLETED, url: healthy.url });
    await enqueue(tracker, 40);
    await tracker.start();
    await passUntil(clock, 10, 'the others have arrived', () => healthy.received.length >= 40);
    expect(hanging.received).toHaveLength(2);
    const stopped = tracker.stop();
    await clock.advance(1);
    await stopped;
  });

  test('gets one request at a time once it has failed, after longer and longer waits', async () => {
    const failing = receiver(() => new Response('', { status: 500 }));
    const { tracker, clock, webhooks } = withWebhooks([many]);
    const { webhook } = await webhooks.store.add({ ...COMPLETED, url: failing.url });
    await tracker.start();
    const times: number[] = [];
    await enqueue(tracker, 30);
    const running = async () =>
      (await tracker.queues()).find(({ type }) => type === 'deliver')?.running;
    await passUntil(clock, 1, 'it has failed', () => failing.received.length === 2);
    for (let second = 0; second < 280; second += 2) {
      await passUntil(clock, 0, 'what was sent has failed', async () => (await running()) === 0);
      while (times.length < failing.received.length) times.push(second);
      await clock.advance(2_000);
    }
    const gaps = times.slice(2).map((time, index) => time - (times[index + 1] ?? 0));
    expect(times.slice(0, 2)).toEqual([0, 0]);
    expect(gaps).toEqual([10, 20, 40, 80, 120]);
    expect((await webhooks.get(webhook.id)).waiting).toBe(30);
    await tracker.stop();
  });

  test('gets the rest at once when a request has arrived', async () => {
    let isUp = false;
    const to = receiver(() => new Response('', { status: isUp ? 204 : 503 }));
    const { tracker, clock, webhooks } = withWebhooks([many]);
    const { webhook } = await webhooks.store.add({ ...COMPLETED, url: to.url });
    await tracker.start();
    await enqueue(tracker, 20);
    await passUntil(clock, 10, 'it has failed', () => to.received.length >= 2);
    await passUntil(
      clock,
      10,
      'it waits',
      async () => (await webhooks.get(webhook.id)).retryAt !== undefined,
    );
    isUp = true;
    // The two that failed wait for their own next attempt.
    await passUntil(clock, 100, 'the rest has arrived', () => to.received.length >= 22);
    expect((await webhooks.get(webhook.id)).retryAt).toBeUndefined();
    await tracker.stop();
  });
});

describe('FEATURES 43: a webhook', () => {
  test('that is paused keeps its events, and sends them when it is resumed', async () => {
    const to = receiver();
    const { tracker, clock, webhooks, database } = withWebhooks([many]);
    const { webhook } = await webhooks.store.add({ ...COMPLETED, url: to.url });
    const other = anotherProcess(database, clock);
    await tracker.start();
    await webhooks.pause(webhook.id);
    await enqueue(tracker, 10);
    await clock.advance(20_000);
    expect(to.received).toHaveLength(0);
    expect(await webhooks.get(webhook.id)).toMatchObject({
      waiting: 10,
      pausedAt: expect.any(Date),
    });
    expect(await tracker.reader.isBusy()).toBe(false);
    await other.webhooks.resume(webhook.id);
    await passUntil(clock, 100, 'they have arrived', () => to.received.length >= 10);
    await clock.advance(2_000);
    expect(to.received).toHaveLength(10);
    expect((await webhooks.get(webhook.id)).waiting).toBe(0);
    await tracker.stop();
  });

  test('that is removed cancels its events, and they say why', async () => {
    const to = hangingReceiver();
    const { tracker, clock, webhooks } = withWebhooks([many]);
    const { webhook } = await webhooks.store.add({ ...COMPLETED, url: to.url });
    await tracker.start();
    await enqueue(tracker, 5);
    await passUntil(clock, 10, 'two are being sent', () => to.received.length === 2);
    await webhooks.remove(webhook.id);
    const deliveries = async () => (await tracker.reader.listJobs({ type: 'deliver' })).jobs;
    await passUntil(clock, 10, 'all have ended', async () =>
      (await deliveries()).every(({ status }) => status === 'cancelled'),
    );
    const why = new Set((await deliveries()).map(({ errorMessage }) => errorMessage));
    expect([(await deliveries()).length, [...why]]).toEqual([5, ['The webhook was removed.']]);
    await expect(webhooks.remove(webhook.id)).rejects.toThrow('There is no such webhook.');
    await tracker.stop();
  });

  test('whose receiver is gone, or fails for five days, ends, and cancels its other events', async () => {
    const gone = receiver(() => new Response('', { status: 410 }));
    const failing = receiver(() => new Response('', { status: 503 }));
    const { tracker, clock, webhooks, database } = withWebhooks([many]);
    const add = async (url: string) => (await webhooks.store.add({ ...COMPLETED, url })).webhook.id;
    const ids = [await add(gone.url), await add(failing.url)] as const;
    const states = () => Promise.all(ids.map(async (id) => (await webhooks.get(id)).endReason));
    await tracker.start();
    await enqueue(tracker, 6);
    await passUntil(clock, 10, 'one has ended', async () => (await states())[0] !== undefined);
    await passUntil(clock, 10, 'the other has failed', async () =>
      Boolean((await webhooks.get(ids[1])).retryAt),
    );
    // Its next request fails as well, five days after the first one.
    database.run('UPDATE webhooks SET failing_since = failing_since - ? WHERE id = ?', [
      5 * 86_400_000,
      ids[1],
    ]);
    await passUntil(
      clock,
      1_000,
      'the other has ended',
      async () => (await states())[1] !== undefined,
    );
    expect(await states()).toEqual(['gone', 'failing']);
    await passUntil(clock, 100, 'all have ended', async () =>
      (await tracker.reader.listJobs({ type: 'deliver' })).jobs.every(
        ({ completedAt }) => completedAt,
      ),
    );
    const { jobs } = await tracker.reader.listJobs({ type: 'deliver' });
    const words = jobs.map(({ status, errorMessage }) => `${status}: ${errorMessage}`);
    expect(new Set(words)).toEqual(
      new Set([
        'failed: The webhook has ended: its receiver answered that it is gone.',
        'cancelled: The webhook has ended: its receiver answered that it is gone.',
        'failed: The webhook has ended: its receiver has failed for 5 days.',
        'cancelled: The webhook has ended: its receiver has failed for 5 days.',
      ]),
    );
    const ended = { state: 'ended', message: expect.stringContaining('Add its address again') };
    for (const id of ids) {
      await expect(webhooks.test(id)).rejects.toMatchObject(ended);
      await expect(webhooks.resume(id)).rejects.toMatchObject(ended);
    }
    await tracker.stop();
  });

  test('is named by its host and path, without what may be a secret', async () => {
    const { tracker, webhooks, clock } = withWebhooks([many]);
    const urls = [
      'http://127.0.0.1:9/in/a?key=1',
      'http://127.0.0.1:9/in/b',
      'http://127.0.0.1:9/',
    ];
    const ids: string[] = [];
    for (const url of [...urls, 'http://127.0.0.1:9/in/b?two'])
      ids.push((await webhooks.store.add({ ...COMPLETED, url })).webhook.id);
    await tracker.start();
    await enqueue(tracker, 1);
    const messages = async () =>
      (await tracker.reader.listJobs({ type: 'deliver' })).jobs.map(
        ({ progress }) => progress.message,
      );
    const isNamed = async () =>
      (await messages()).length === 4 && (await messages()).every((text) => text !== '');
    await passUntil(clock, 1, 'all have begun', isNamed);
    const named = (name: string) => `Telling 127.0.0.1:9${name} of job.completed`;
    const expected = ['/in/a', `/in/b (${ids[1]})`, '', `/in/b (${ids[3]})`].map(named);
    expect((await messages()).sort()).toEqual(expected.sort());
    await tracker.stop();
  });
});

test('FEATURES 43: deliveries disturb neither the taskbar, the list of jobs nor the audit trail', async () => {
  const to = receiver(() => new Response('', { status: 500 }));
  const { tracker, clock, webhooks } = withWebhooks([many]);
  const { webhook } = await webhooks.store.add({ ...COMPLETED, url: to.url });
  await tracker.start();
  await enqueue(tracker, 3);
  await passUntil(clock, 10, 'they have failed', () => to.received.length >= 2);
  await clock.advance(60_000);
  expect((await tracker.audit.list({})).entries.filter(({ action }) => action === 'retry')).toEqual(
    [],
  );
  await webhooks.test(webhook.id);
  const { reader } = tracker;
  const types = (jobs: { type: string }[]) => [...new Set(jobs.map(({ type }) => type))];
  expect(await reader.countActive()).toEqual({ running: 0, waiting: 0 });
  expect(types(await reader.getCurrentJobs(new Date(0), 24))).toEqual(['errand']);
  expect(types((await reader.listJobs({})).jobs)).toEqual(['errand']);
  expect(types((await reader.listJobs({ status: 'retrying' })).jobs)).toEqual([]);
  expect(await reader.countJobs({})).toMatchObject([{ status: 'completed', count: 3 }]);
  expect(types((await reader.listJobs({ type: 'deliver' })).jobs)).toEqual(['deliver']);
  expect(await tracker.changeMatching('cancel', {})).toMatchObject({ done: 0 });
  expect(await tracker.changeMatching('cancel', { type: 'deliver' })).toMatchObject({ done: 4 });
  await tracker.stop();
});
