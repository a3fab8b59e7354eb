/** Processes of which one cannot send what another one can. */
import { afterAll, expect, test } from 'bun:test';
import type { WebhooksOptions } from '../../src/webhooks/index.ts';
import { anotherProcess, passUntil, receiver, stopReceivers, withWebhooks } from './setup.ts';

afterAll(stopReceivers);

const OTHER_KEY = {
  read: () => new Uint8Array(32).fill(8),
  make: () => new Uint8Array(32).fill(8),
};
const NO_KEY = { read: () => undefined, make: OTHER_KEY.make };

const CASES: [what: string, options: Partial<WebhooksOptions>, says: RegExp][] = [
  [
    'may not send into a private network',
    { allowPrivate: false },
    /^127\.0\.0\.1 is not on the public internet; to allow it, set XGPT_PRIVATE_WEBHOOKS to on for every process\.$/,
  ],
  [
    'has another secret key',
    { secretKey: OTHER_KEY },
    /^The webhook’s secret cannot be read: it was sealed with another secret key\. Give every/,
  ],
  [
    'has no secret key',
    { secretKey: NO_KEY },
    /^The webhook’s secret cannot be read: the secret key is missing\. Give every/,
  ],
];

test.each(CASES)(
  'FEATURES 43: an event is not lost to a process that %s: it says so, and another one sends it',
  async (_, options, says) => {
    const to = receiver();
    const { tracker, clock, webhooks, database } = withWebhooks(undefined, options);
    const other = anotherProcess(database, clock);
    const given = { url: to.url, events: ['completed' as const], types: [] };
    const { webhook } = await other.webhooks.store.add(given);
    await tracker.start();
    for (const name of ['one', 'two', 'three']) await tracker.enqueue('errand', { name });
    const deliveries = async () => (await webhooks.get(webhook.id)).deliveries;
    await passUntil(clock, 10, 'it has tried', async () => (await deliveries()).length > 0);
    const [tried] = await deliveries();
    expect(tried?.error).toMatch(says);
    await clock.advance(120_000);
    const waiting = (await tracker.reader.listJobs({ type: 'deliver' })).jobs;
    expect(waiting.map(({ failure, attemptsUsed }) => [failure, attemptsUsed])).toEqual(
      Array(3).fill([undefined, 0]),
    );
    expect(waiting.find(({ errorMessage }) => errorMessage)?.errorMessage).toMatch(says);
    expect(to.received).toHaveLength(0);
    // It leaves them alone, so that the other one gets them first.
    expect((await deliveries()).length).toBeLessThanOrEqual(2);

    await other.tracker.start();
    const completed = () => tracker.reader.listJobs({ type: 'deliver', status: 'completed' });
    const have = async () => (await completed()).jobs.length === 3;
    await passUntil(clock, 1_000, 'all have arrived', have);
    expect(to.received).toHaveLength(3);
    await other.tracker.stop();
    await tracker.stop();
  },
);

test('FEATURES 43: a webhook ends in the end that no process can send to', async () => {
  const { tracker, clock, webhooks, database } = withWebhooks(undefined, { allowPrivate: false });
  const url = 'http://127.0.0.1:9/';
  const { webhook } = await webhooks.store.add({ url, events: ['completed'], types: [] });
  await tracker.start();
  await tracker.enqueue('errand', {});
  const tried = async () => (await webhooks.get(webhook.id)).deliveries.length > 0;
  await passUntil(clock, 10, 'it has tried', tried);
  database.run('UPDATE webhooks SET failing_since = failing_since - 5 * 86400000');
  const ended = async () => (await webhooks.get(webhook.id)).endReason;
  await passUntil(clock, 60_000, 'it has ended', async () => (await ended()) !== undefined);
  expect(await ended()).toBe('failing');
  await tracker.stop();
});
