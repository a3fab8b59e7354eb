import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { createClient, type WatchEvent } from 'xgpt/client';
import { lastingPort } from '../support/port.ts';
import { freshDataDir, startServer, stopServers } from '../support/server.ts';
import { closeStagedApps, startStagedApp } from '../support/staged_app.ts';
import { until } from '../support/wait.ts';

// Servers and streams, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(closeStagedApps);
afterAll(stopServers);

const app = await startStagedApp();

afterEach(async () => {
  for (const { id } of app.tracker.getActiveJobs()) await app.tracker.cancelJob(id);
});

describe('FEATURES 45: watch', () => {
  test('FEATURES 45: gives active jobs, then what happens, and ends with its loop', async () => {
    const { jobId } = await app.tracker.createJob('embed');
    const seen: string[] = [];
    for await (const event of createClient({ url: app.url }).watch({ type: 'embed' })) {
      if (event.event === 'job.upsert') {
        // The job has the type that was asked for.
        const batchSize: number | undefined = event.job.metadata?.batchSize as number | undefined;
        seen.push(`${event.job.type} ${event.job.status} ${batchSize ?? ''}`.trim());
      } else seen.push(event.event);
      if (event.event === 'feed.ready') {
        await app.tracker.createJob('scrape');
        await app.tracker.completeJob(jobId, true);
        await app.tracker.removeJob(jobId);
      }
      if (event.event === 'job.deleted') break;
    }
    expect(seen[0]).toBe('embed running');
    expect(seen[1]).toBe('feed.ready');
    expect(seen.at(-1)).toBe('job.deleted');
    expect(seen.join()).not.toContain('scrape');
    await until('the connection is closed', async () => (await app.watchers()) === 0);
  });

  test('FEATURES 45: continues after an event that an earlier loop has had', async () => {
    const { watch } = createClient({ url: app.url });
    let after = '';
    for await (const { event, id } of watch()) {
      after = id;
      if (event === 'feed.ready') break;
    }
    const { jobId } = await app.tracker.createJob('embed');
    for await (const event of watch({ after })) {
      expect(event).toMatchObject({ event: 'job.upsert', job: { id: jobId } });
      break;
    }
  });

  test('FEATURES 45: ends with the reason of an abort, also while it waits', async () => {
    const reason = new Error('Enough.');
    const controller = new AbortController();
    const { watch } = createClient({ url: app.url });
    const watching = (async () => {
      for await (const { event } of watch({ signal: controller.signal })) {
        if (event === 'feed.ready') setTimeout(() => controller.abort(reason), 1);
      }
    })();
    await expect(watching).rejects.toBe(reason);
  });

  test('FEATURES 45: reports a refusal that waiting would not change', async () => {
    const client = createClient({
      url: app.url,
      fetch: async () =>
        Response.json({ error: { code: 'unauthorised', message: 'No.' } }, { status: 401 }),
    });
    await expect(client.watch().next()).rejects.toMatchObject({ code: 'unauthorised' });
  });

  test('FEATURES 45: goes on after a kill and a restart, without a gap and without a repeat', async () => {
    const dataDir = freshDataDir();
    const settings = { XGPT_SAMPLE_PAGE_MS: '300', PORT: lastingPort() };
    const server = await startServer(dataDir, settings);
    const client = createClient({ url: server.url });
    const ids = await Promise.all(
      [1, 2, 3].map(() =>
        client.start({ type: 'scrape', input: { username: 'aurora_lab', maxTweets: 100 } }),
      ),
    );
    const events: WatchEvent[] = [];
    const last = new Map<string, string>();
    const watching = (async () => {
      for await (const event of client.watch()) {
        events.push(event);
        if (event.event === 'job.upsert') last.set(event.job.id, event.job.status);
        if (ids.every((id) => last.get(id) === 'completed')) break;
      }
    })();
    await until('two run', () => [...last.values()].filter((one) => one === 'running').length > 1);
    await server.end('SIGKILL');
    const again = await startServer(dataDir, settings);
    await watching;
    expect(events.filter(({ event }) => event === 'feed.ready')).toHaveLength(1);
    expect(events.map(({ event }) => event)).not.toContain('feed.reset');
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    const states = events.flatMap((event) => {
      if (event.event !== 'job.upsert') return [];
      const { ratePerSecond, etaSeconds, stalledSince, ...rest } = event.job;
      return JSON.stringify(rest);
    });
    expect(new Set(states).size).toBe(states.length);
    await again.end('SIGTERM');
  });
});
