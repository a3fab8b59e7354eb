import { heapStats } from 'bun:jsc';
import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from 'bun:test';
import { createClient } from 'xgpt/client';
import { createSender } from '../../src/client/api.ts';
import { createJobStream, type JobUpdate } from '../../src/client/job_stream.ts';
import { retryDelay } from '../../src/client/retry_delay.ts';
import { lastingPort } from '../support/port.ts';
import { freshDataDir, startServer, stopServers, type TestServer } from '../support/server.ts';
import { closeStagedApps, type StagedApp, startStagedApp } from '../support/staged_app.ts';
import { until } from '../support/wait.ts';
import { record } from './recorder.ts';

// Servers and streams, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(closeStagedApps);
afterAll(stopServers);

let app: StagedApp;
beforeAll(async () => {
  app = await startStagedApp();
});

/** Frees the queue for the next test. */
afterEach(async () => {
  for (const { id } of app.tracker.getActiveJobs()) await app.tracker.cancelJob(id);
});

/** A client that counts how often it has opened the stream. */
function countingClient(options: Parameters<typeof createClient>[0] = {}) {
  let opened = 0;
  const client = createClient({
    url: app.url,
    ...options,
    fetch: (url, init) => {
      if (url.pathname.endsWith('/stream/jobs')) opened++;
      return fetch(url, init);
    },
  });
  return { ...client, opened: () => opened };
}

const allStreamsClosed = () =>
  until('all streams are closed', async () => (await app.watchers()) === 0);

async function scrapes(count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `user_${index}`);
  return (await Promise.all(names.map(app.scrape))).map(({ id }) => id);
}

describe('one connection', () => {
  test('serves fifty stores, and is closed when the last one is unsubscribed', async () => {
    const client = countingClient();
    const seen = (await scrapes(50)).map((id) => record(client.track(id)));
    await Promise.all(seen.map(({ reaches }) => reaches('running')));
    expect(await app.watchers()).toBe(1);
    expect(client.opened()).toBe(1);
    for (const { stop } of seen.slice(1)) stop();
    expect(await app.watchers()).toBe(1);
    seen[0]?.stop();
    await allStreamsClosed();
  });

  test('serves more stores than fit into a URL', async () => {
    const client = countingClient();
    const ids = Array.from({ length: 400 }, (_, index) => `scrape-${'0'.repeat(30)}${index}`);
    const seen = ids.map((id) => record(client.track(id)));
    await Promise.all(seen.map(({ reaches }) => reaches('not_found')));
    expect(client.opened()).toBe(1);
    for (const { stop } of seen) stop();
    await allStreamsClosed();
  });

  test('reports an impossible id as not found without affecting other jobs', async () => {
    const client = countingClient();
    const [id = ''] = await scrapes(1);
    const good = record(client.track(id));
    const bad = ['', 'x'.repeat(3_000), ' ', '☃'].map((odd) => record(client.track(odd)));
    await Promise.all(bad.map(({ reaches }) => reaches('not_found')));
    await good.reaches('running');
    await app.tracker.cancelJob(id);
    await good.reaches('cancelled');
    expect(good.states.map(({ status }) => status)).not.toContain('refused');
    for (const { stop } of [good, ...bad]) stop();
    await allStreamsClosed();
  });

  test('is opened again for a new store, unnoticed by the others', async () => {
    const client = countingClient();
    const [one, other] = await scrapes(2);
    const first = record(client.track(String(one)));
    await first.reaches('running');
    await until('progress was shown', () => first.last().progress === 28);
    const before = first.states.length;
    const second = record(client.track(String(other)));
    await second.reaches('running');
    expect(client.opened()).toBe(2);
    expect(first.states.length).toBe(before);
    await app.tracker.cancelJob(String(one));
    await first.reaches('cancelled');
    first.stop();
    second.stop();
    await allStreamsClosed();
  });

  test('serves a second store of the same job without reopening', async () => {
    const client = countingClient();
    const id = String((await scrapes(1))[0]);
    const first = record(client.track(id));
    await first.reaches('running');
    const second = record(client.track(id));
    await second.reaches('running');
    expect(client.opened()).toBe(1);
    first.stop();
    second.stop();
    await allStreamsClosed();
  });

  test('continues for a store that is unsubscribed and subscribed again at once', async () => {
    const client = countingClient();
    const store = client.track(String((await scrapes(1))[0]));
    const first = record(store);
    await first.reaches('running');
    first.stop();
    const again = record(store);
    await app.tracker.cancelJob(String(again.last().jobId));
    await again.reaches('cancelled');
    expect(client.opened()).toBe(1);
    again.stop();
    await allStreamsClosed();
  });

  test('is opened again for a job that is followed again', () => {
    const time = manualTime();
    const asked: string[] = [];
    const ask = (path: string) => {
      asked.push(path);
      return new Promise<Response>(() => {});
    };
    const { follow } = createJobStream(ask, time);
    const address = 'api/jobs/stream/jobs?job=scrape-1&job=scrape-2';
    const [release] = ['scrape-1', 'scrape-2'].map((id) => follow(id, () => {}));
    time.pass(20);
    release?.();
    time.pass(20);
    expect(asked).toEqual([address]);
    follow('scrape-1', () => {});
    time.pass(20);
    expect(asked).toEqual([address, 'api/jobs/stream/jobs?job=scrape-2&job=scrape-1']);
  });

  test('leaks nothing over a thousand subscriptions', async () => {
    const client = countingClient();
    const lasting = new AbortController();
    const listeners = countListeners(lasting.signal);
    const id = String((await scrapes(1))[0]);
    const round = () => client.track(id, { signal: lasting.signal }).subscribe(() => {})();
    for (let index = 0; index < 1_000; index++) round();
    await allStreamsClosed();
    const before = objects();
    for (let index = 0; index < 1_000; index++) round();
    await allStreamsClosed();
    expect(listeners.count).toBe(0);
    await until('what was left is gone', () => objects() - before < 500);
  });
});

function objects(): number {
  Bun.gc(true);
  return heapStats().objectCount;
}

function countListeners(signal: AbortSignal) {
  const listeners = { count: 0 };
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
    listeners.count++;
    addEventListener.apply(signal, given);
  };
  signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
    listeners.count--;
    removeEventListener.apply(signal, given);
  };
  return listeners;
}

describe('an abort', () => {
  test('of a store’s own signal ends only that store', async () => {
    const client = countingClient();
    const [one, other] = await scrapes(2);
    const controller = new AbortController();
    const left = client.track(String(one), { signal: controller.signal });
    const [first, second] = [record(left), record(client.track(String(other)))];
    await first.reaches('running');
    const { done } = left;
    controller.abort(new Error('The tab was closed.'));
    await expect(done).rejects.toThrow('The tab was closed.');
    await expect(left.done).rejects.toThrow('The tab was closed.');
    const before = first.states.length;
    await app.tracker.cancelJob(String(one));
    await app.tracker.cancelJob(String(other));
    await second.reaches('cancelled');
    expect(first.states.length).toBe(before);
    second.stop();
    await allStreamsClosed();
  });

  test('of the client’s signal ends all stores and loops, and the connection', async () => {
    const controller = new AbortController();
    const client = countingClient({ signal: controller.signal });
    const stores = (await scrapes(3)).map((id) => client.track(id));
    const loop = (async () => {
      for await (const { status } of stores[0] ?? []) if (status === 'running') controller.abort();
    })();
    await expect(loop).rejects.toMatchObject({ name: 'AbortError' });
    await expect(stores[1]?.done).rejects.toMatchObject({ name: 'AbortError' });
    const late = client.track({ type: 'scrape', input: { username: 'late' } });
    await expect(late.done).rejects.toMatchObject({ name: 'AbortError' });
    expect(app.tracker.getAllJobs().some(({ metadata }) => metadata?.username === 'late')).toBe(
      false,
    );
    await allStreamsClosed();
  });
});

describe('a server that is killed and started again', () => {
  test('is not noticed by subscribers: no state is repeated or missed', async () => {
    const dataDir = freshDataDir();
    const settings = { XGPT_SAMPLE_PAGE_MS: '800', PORT: lastingPort() };
    const server = await startServer(dataDir, settings);
    const client = createClient({ url: server.url });
    const stores = Array.from({ length: 3 }, () =>
      client.track({ type: 'scrape', input: { username: 'aurora_lab', maxTweets: 100 } }),
    );
    const seen = stores.map(record);
    // The third waits in the queue.
    await Promise.all(seen.slice(0, 2).map(({ reaches }) => reaches('running')));
    await server.end('SIGKILL');
    const again = await startServer(dataDir, settings);
    for (const { done } of stores) expect(await done).toMatchObject({ posts: 100 });
    for (const { states } of seen) {
      const shown = states.map((state) => JSON.stringify(state));
      expect(new Set(shown).size).toBe(shown.length);
      const statuses = new Set(states.map(({ status }) => status));
      expect([...statuses].sort()).toEqual(['completed', 'loading', 'queued', 'running']);
    }
    expect(await again.json<{ watchers: number }>('/healthz')).toMatchObject({ watchers: 1 });
    for (const { stop } of seen) stop();
    await again.end('SIGTERM');
  });
});

describe('a token', () => {
  const TOKEN = 'sesame-open-sesame-open';
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(undefined, { XGPT_TOKEN: TOKEN });
  });

  test('gives access to starts and the stream', async () => {
    const client = createClient({ url: server.url, token: TOKEN });
    const input = { username: 'aurora_lab', maxTweets: 20 };
    expect(await client.track({ type: 'scrape', input }).done).toMatchObject({ posts: 20 });
  });

  test('that is wrong is reported at once, and not retried', async () => {
    const stranger = countingClient({ url: server.url, token: 'sesame-open-sesame-shut' });
    const store = stranger.track('scrape-something');
    await expect(store.done).rejects.toMatchObject({ code: 'unauthorised', status: 401 });
    await expect(
      stranger.start({ type: 'scrape', input: { username: 'aurora_lab' } }),
    ).rejects.toMatchObject({ code: 'unauthorised' });
    expect(stranger.opened()).toBe(1);
  });
});

describe('a silent connection', () => {
  test('is dead after 45 s, and is opened again after a delay', () => {
    const time = manualTime();
    const lines: string[] = [];
    const ask = () => {
      lines.push('opened');
      return new Promise<Response>(() => {});
    };
    const stream = createJobStream(ask, time);
    const release = stream.follow('scrape-1', () => {});
    time.pass(20);
    expect(lines).toHaveLength(1);
    time.pass(44_999);
    expect(lines).toHaveLength(1);
    time.pass(1);
    time.pass(999);
    expect(lines).toHaveLength(1);
    time.pass(1);
    expect(lines).toHaveLength(2);
    release();
    time.pass(20);
    expect(time.pending()).toBe(0);
  });

  test('is alive while heartbeats arrive', async () => {
    const time = manualTime();
    let opened = 0;
    let line: ReadableStreamDefaultController<Uint8Array> | undefined;
    const fetch = async () => {
      opened++;
      return new Response(
        new ReadableStream({
          start: (controller) => {
            line = controller;
          },
        }),
      );
    };
    const news: JobUpdate[] = [];
    const stream = createJobStream(createSender({ url: app.url, fetch }), time);
    const release = stream.follow('scrape-1', (each) => news.push(each));
    time.pass(20);
    const send = (text: string) => line?.enqueue(new TextEncoder().encode(text));
    for (let beat = 0; beat < 5; beat++) {
      time.pass(20_000);
      // Cut in the middle, as networks do.
      send(': still here\nevent: beat\ndata: \n\nevent: jo');
      send('b\ndata: {"job":{"id":"scrape-1","status":"running"},"steps":[]}\n\n');
      await until('it was heard', () => news.length === beat + 1);
    }
    expect(opened).toBe(1);
    expect(news[0]).toMatchObject({ job: { id: 'scrape-1' } });
    release();
    time.pass(20);
  });
});

test('the delays between retries double from half a second to half a minute', () => {
  expect([0, 1, 2, 3, 4, 5, 9].map((failures) => retryDelay(failures, 0))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000,
  ]);
  expect(retryDelay(0, 1)).toBe(1_000);
  expect(retryDelay(20, 1)).toBe(30_000);
});

test('a full server is asked again after its retry-after', async () => {
  const time = manualTime();
  let opened = 0;
  const fetch = async () => {
    opened++;
    const error = { code: 'too_many_watchers', message: 'Too many live connections are open.' };
    return Response.json({ error }, { status: 503, headers: { 'retry-after': '10' } });
  };
  const stream = createJobStream(createSender({ url: app.url, fetch }), time);
  const release = stream.follow('scrape-1', () => {});
  time.pass(20);
  await until('the next attempt is planned', () => time.next() === 10_000);
  time.pass(9_999);
  expect(opened).toBe(1);
  time.pass(1);
  expect(opened).toBe(2);
  release();
  time.pass(20);
});

/** Time that the test moves; chance always says 1. */
function manualTime() {
  let time = 0;
  const timers = new Set<{ at: number; run: () => void }>();
  const due = () => [...timers].sort((a, b) => a.at - b.at)[0];
  return {
    elapsed: () => time,
    random: () => 1,
    after(ms: number, run: () => void) {
      const timer = { at: time + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    pass(ms: number) {
      const end = time + ms;
      for (let timer = due(); timer && timer.at <= end; timer = due()) {
        timers.delete(timer);
        time = timer.at;
        timer.run();
      }
      time = end;
    },
    pending: () => timers.size,
    /** How long until the next timer, in ms. */
    next: () => (due()?.at ?? Number.NaN) - time,
  };
}
