import { afterAll, afterEach, describe, expect, setSystemTime, test } from 'bun:test';
import { Webhook as Verifier } from 'standardwebhooks';
import { PermanentError } from '../../src/jobs/index.ts';
import { isPublic } from '../../src/webhooks/addresses.ts';
import { errand, untilAborted } from '../support/jobs.ts';
import { anotherProcess, passUntil, receiver, stopReceivers, withWebhooks } from './setup.ts';

afterAll(stopReceivers);
afterEach(() => {
  setSystemTime();
});

const HOUR_MS = 3_600_000;
interface Told {
  data: { job: { metadata: { name: string } } };
}

const ALL = { events: ['completed', 'failed', 'exhausted', 'cancelled'] as const, types: [] };

describe('FEATURES 43: an event', () => {
  test('arrives once when a job ends, with a signature that the public package accepts', async () => {
    const to = receiver();
    const { tracker, clock, webhooks } = withWebhooks();
    const { secret, webhook } = await webhooks.store.add({
      ...ALL,
      events: [...ALL.events],
      url: to.url,
    });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', { name: 'Zoë' });
    await passUntil(clock, 10, 'it has arrived', () => to.received.length > 0);
    await passUntil(clock, 10, 'it is recorded', async () => (await deliveries()).length > 0);
    async function deliveries() {
      return (await webhooks.store.get(webhook.id))?.deliveries ?? [];
    }
    await clock.advance(5_000);
    expect(to.received).toHaveLength(1);
    const { headers, body } = to.received[0] ?? { headers: {} as Record<string, string>, body: '' };
    expect(new Verifier(secret).verify(body, headers)).toMatchObject({
      type: 'job.completed',
      data: { job: { id, type: 'errand', status: 'completed', metadata: { name: 'Zoë' } } },
    });
    expect(() => new Verifier(secret).verify(`${body} `, headers)).toThrow();
    expect(headers['webhook-id']).toMatch(/^msg_[0-9a-f]{32}$/);
    expect(headers['content-type']).toBe('application/json');
    expect(await deliveries()).toMatchObject([
      { eventId: headers['webhook-id'], event: 'job.completed', attempt: 1, status: 200 },
    ]);
    await tracker.stop();
  });

  test('is chosen by type and by how the job ended', async () => {
    const to = receiver();
    const run = async ({ name }: { name: string }, job: { signal: AbortSignal }) => {
      if (name === 'permanent') throw new PermanentError('No.');
      if (name === 'exhausted') throw new Error('Not now.');
      return name === 'endless' ? untilAborted(job.signal) : name;
    };
    const retry = { maxAttempts: 1, baseMs: 1, maxMs: 1 };
    const types = [errand(run, { retry, concurrency: 9 })];
    const chore = { ...errand(run, { retry, concurrency: 9 }), type: 'chore' } as never;
    const { tracker, clock, webhooks } = withWebhooks([...types, chore]);
    const add = (path: string, events: string[], of: string[] = []) =>
      webhooks.store.add({ url: `${to.url}/${path}`, events: events as never, types: of });
    await add('all', [...ALL.events]);
    await add('failed', ['failed']);
    await add('exhausted', ['exhausted']);
    await add('cancelled', ['cancelled']);
    await add('chores', ['completed'], ['chore', 'other']);
    await tracker.start();
    for (const name of ['permanent', 'exhausted', 'fine'])
      await tracker.enqueue('errand', { name });
    await tracker.enqueue('chore', { name: 'fine' });
    const { id: running } = await tracker.enqueue('errand', { name: 'endless' });
    await clock.advance(10);
    await tracker.cancelJob(running);
    await passUntil(clock, 10, 'all have arrived', () => to.received.length >= 10);
    await clock.advance(1_000);
    const seen = to.received.map(({ path, body }) => {
      const { type, data } = JSON.parse(body);
      return `${path.slice('/hook/'.length)} ${type} ${data.job.type} ${data.job.failure ?? ''}`.trim();
    });
    expect(seen.sort()).toEqual([
      'all job.cancelled errand',
      'all job.completed chore',
      'all job.completed errand',
      'all job.failed errand exhausted',
      'all job.failed errand permanent',
      'cancelled job.cancelled errand',
      'chores job.completed chore',
      'exhausted job.failed errand exhausted',
      'failed job.failed errand exhausted',
      'failed job.failed errand permanent',
    ]);
    await tracker.stop();
  });

  test('of a job that is cancelled while it waits is told too', async () => {
    const to = receiver();
    const { tracker, clock, webhooks } = withWebhooks();
    await webhooks.store.add({ url: to.url, events: ['cancelled'], types: [] });
    const { id } = await tracker.enqueue('errand', {});
    await tracker.cancelJob(id);
    await tracker.start();
    await passUntil(clock, 10, 'it has arrived', () => to.received.length === 1);
    await tracker.stop();
  });

  test('is queued in the transaction of the end: neither is without the other', async () => {
    const { tracker, clock, webhooks, database } = withWebhooks();
    await webhooks.store.add({ url: 'http://127.0.0.1:9/', events: ['completed'], types: [] });
    database.run(
      `CREATE TRIGGER no_room BEFORE INSERT ON jobs WHEN new.type = 'deliver'
       BEGIN SELECT RAISE(ABORT, 'no room'); END`,
    );
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(100);
    expect(tracker.getJob(id)?.status).toBe('running');
    database.run('DROP TRIGGER no_room');
    await clock.advance(2_000);
    expect(tracker.getJob(id)?.status).toBe('completed');
    expect(tracker.getAllJobs().map(({ type }) => type as string)).toContain('deliver');
    await tracker.stop();
  });

  test('gets through to a receiver that was down for an hour, under the same id and once', async () => {
    let isUp = false;
    const to = receiver(() => new Response('', { status: isUp ? 204 : 503 }));
    const { tracker, clock, webhooks } = withWebhooks();
    const { secret } = await webhooks.store.add({ url: to.url, events: ['completed'], types: [] });
    await tracker.start();
    const before = clock.now();
    for (const name of ['a', 'b', 'c']) await tracker.enqueue('errand', { name });
    await passUntil(clock, 60_000, 'an hour has passed', () => clock.now() - before > HOUR_MS);
    const tries = to.received.length;
    expect(tries).toBeGreaterThanOrEqual(3 * 5);
    isUp = true;
    const arrived = () => to.received.slice(tries).length;
    await passUntil(clock, 60_000, 'all have arrived', () => arrived() >= 3);
    await passUntil(
      clock,
      60_000,
      'two hours have passed',
      () => clock.now() - before > 2 * HOUR_MS,
    );
    expect(arrived()).toBe(3);
    const names = to.received.slice(tries).map(({ headers, body }) => {
      // As the receiver would, at that moment.
      setSystemTime(new Date(Number(headers['webhook-timestamp']) * 1_000));
      const { data } = new Verifier(secret).verify(body, headers) as Told;
      return data.job.metadata.name;
    });
    expect(names.sort()).toEqual(['a', 'b', 'c']);
    expect(new Set(to.received.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
    expect(new Set(to.received.map(({ body }) => body)).size).toBe(3);
    await tracker.stop();
  }, 120_000);

  test('is delivered by one of two processes', async () => {
    const to = receiver();
    const { tracker, clock, webhooks, database } = withWebhooks();
    await webhooks.store.add({ url: to.url, events: ['completed'], types: [] });
    const other = anotherProcess(database, clock);
    await Promise.all([tracker.start(), other.tracker.start()]);
    for (let n = 0; n < 20; n++) await tracker.enqueue('errand', { name: `job ${n}` });
    await passUntil(clock, 50, 'all have arrived', () => to.received.length >= 20);
    await clock.advance(5_000);
    expect(to.received).toHaveLength(20);
    expect(new Set(to.received.map(({ headers }) => headers['webhook-id'])).size).toBe(20);
    await Promise.all([tracker.stop(), other.tracker.stop()]);
  });
});

describe('FEATURES 43: a receiver', () => {
  test('that redirects is not followed', async () => {
    const inner = receiver();
    const outer = receiver(() => Response.redirect(inner.url, 307));
    const { tracker, clock, webhooks } = withWebhooks();
    const { webhook } = await webhooks.store.add({
      url: outer.url,
      events: ['completed'],
      types: [],
    });
    await tracker.start();
    await tracker.enqueue('errand', {});
    const last = async () => (await webhooks.store.get(webhook.id))?.deliveries[0];
    await passUntil(clock, 10, 'it is recorded', async () => (await last()) !== undefined);
    expect(await last()).toMatchObject({
      status: 307,
      error: 'The receiver answered 307, and redirects are not followed.',
    });
    expect(inner.received).toHaveLength(0);
    await tracker.stop();
  });

  test('that answers 410 is told nothing more', async () => {
    const to = receiver(() => new Response('', { status: 410 }));
    const { tracker, clock, webhooks } = withWebhooks();
    const { webhook } = await webhooks.store.add({ url: to.url, events: ['completed'], types: [] });
    await tracker.start();
    await tracker.enqueue('errand', {});
    const ended = async () => (await webhooks.store.get(webhook.id))?.endedAt;
    await passUntil(clock, 10, 'it has ended', async () => (await ended()) !== undefined);
    await tracker.enqueue('errand', { name: 'two' });
    await clock.advance(1_000);
    expect(to.received).toHaveLength(1);
    await tracker.stop();
  });

  test('in a private network is not connected to, whatever its name says at first', async () => {
    const to = receiver();
    const answers = [['93.184.215.14'], ['127.0.0.1', '10.0.0.8'], ['::ffff:127.0.0.1']];
    const names: string[] = [];
    const { tracker, clock, webhooks } = withWebhooks(undefined, {
      allowPrivate: false,
      resolve: async (host) => {
        names.push(host);
        return answers[names.length] ?? ['127.0.0.1'];
      },
    });
    const url = `http://rebind.example:${to.port}/hook`;
    const { webhook } = await webhooks.store.add({ url, events: ['completed'], types: [] });
    await tracker.start();
    for (const name of ['one', 'two', 'three']) await tracker.enqueue('errand', { name });
    const all = async () => (await webhooks.store.get(webhook.id))?.deliveries ?? [];
    await passUntil(clock, 60_000, 'all are recorded', async () => (await all()).length >= 3);
    for (const { error } of await all())
      expect(error).toMatch(
        /^rebind\.example is at (?:127\.0\.0\.1 and 10\.0\.0\.8, which are|(?:::ffff:)?127\.0\.0\.1, which is) not on/,
      );
    expect(to.received).toHaveLength(0);
    // They are left to a process that may send there.
    const left = (await tracker.reader.listJobs({ type: 'deliver' })).jobs;
    for (const { status } of left) expect(['queued', 'retrying']).toContain(status);
    await tracker.stop();
  });

  test('is connected to at the address that was checked, under its own name', async () => {
    const to = receiver();
    const { tracker, clock, webhooks } = withWebhooks(undefined, {
      resolve: async () => ['127.0.0.1'],
    });
    const url = `http://hooks.example:${to.port}/in?key=1`;
    await webhooks.store.add({ url, events: ['completed'], types: [] });
    await tracker.start();
    await tracker.enqueue('errand', {});
    await passUntil(clock, 10, 'it has arrived', () => to.received.length > 0);
    expect(to.received[0]?.headers.host).toBe(`hooks.example:${to.port}`);
    await tracker.stop();
  });
});

test('FEATURES 43: only addresses of the public internet are public', () => {
  const refused = [
    ...['127.0.0.1', '127.255.255.255', '0.0.0.0', '10.1.2.3', '100.64.0.1', '169.254.169.254'],
    ...['172.16.0.1', '172.31.255.255', '192.168.1.1', '192.0.2.1', '198.18.0.1', '224.0.0.1'],
    ...['255.255.255.255', '::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '64:ff9b::a00:1'],
    ...['fc00::1', 'fd12::1', 'fe80::1', 'fe80::1%eth0', 'ff02::1', '2001:db8::1', '2002:7f00:1::'],
    ...['2001::1', 'localhost', ''],
  ];
  for (const address of refused) expect([address, isPublic(address)]).toEqual([address, false]);
  const allowed = ['8.8.8.8', '172.15.0.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111'];
  for (const address of allowed) expect([address, isPublic(address)]).toEqual([address, true]);
});
