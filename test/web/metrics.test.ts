import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EndCounters } from '../../src/jobs/store/end_counters.ts';
import { bucketOf } from '../../src/jobs/store/ends.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { writerOf } from '../../src/platform/writer.ts';
import type { Distribution } from '../../src/web/metrics/family.ts';
import { createMetrics } from '../../src/web/metrics/index.ts';
import { jobMetrics } from '../../src/web/metrics/job_metrics.ts';
import { LagMeter } from '../../src/web/metrics/lag_meter.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';
import { errand, setup } from '../support/jobs.ts';
import { until } from '../support/wait.ts';

const folders: string[] = [];

afterAll(async () => {
  await closeApps();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function databasePath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-metrics-'));
  folders.push(folder);
  return join(folder, 'xgpt.sqlite');
}

/** The values by series, such as `xgpt_jobs_running{type="embed"}`. */
async function scrape(app: TestApp, accept = 'text/plain'): Promise<Map<string, number>> {
  const response = await app.request('/metrics', { headers: { accept } });
  expect(response.status).toBe(200);
  const lines = (await response.text()).split('\n').filter((line) => /^[a-z]/.test(line));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

const ended = (type: string, outcome: string) =>
  `xgpt_jobs_ended_total{type="${type}",outcome="${outcome}"}`;

const duration = (part: string, more = '') =>
  `xgpt_job_duration_seconds_${part}{type="embed",outcome="completed"${more}}`;

describe('FEATURES 44: /metrics', () => {
  test('FEATURES 44: has what waits and runs, and since when', async () => {
    const app = await setupApp();
    await app.tracker.enqueue('scrape', { username: 'ada' });
    await app.tracker.enqueue('scrape', { username: 'bea' });
    await app.tracker.createJob('embed');
    app.database.run("UPDATE jobs SET created_at = created_at - 60000 WHERE type = 'scrape'");
    const values = await scrape(app);
    expect(values.get('xgpt_jobs_waiting{type="scrape"}')).toBe(2);
    expect(values.get('xgpt_jobs_waiting{type="embed"}')).toBe(0);
    expect(values.get('xgpt_jobs_running{type="embed"}')).toBe(1);
    const age = values.get('xgpt_jobs_oldest_waiting_age_seconds{type="scrape"}');
    expect(age).toBeGreaterThanOrEqual(60);
    expect(age).toBeLessThan(120);
    expect(values.get('xgpt_jobs_oldest_waiting_age_seconds{type="embed"}')).toBe(0);
    expect(values.get('xgpt_healthy')).toBe(1);
    expect(values.get('xgpt_sqlite_transactions_total')).toBeGreaterThan(0);
  });

  test('FEATURES 44: counts ends and durations of all processes, and starts at zero with each', async () => {
    const path = databasePath();
    const [here, there] = [
      await setupApp({}, {}, openDatabase(path)),
      await setupApp({}, {}, openDatabase(path)),
    ];
    expect((await scrape(here)).get(ended('embed', 'completed'))).toBe(0);
    const takes = async (app: TestApp, ms: number) => {
      const { jobId } = await app.tracker.createJob('embed');
      app.database.run('UPDATE jobs SET started_at = started_at - ? WHERE id = ?', [ms, jobId]);
      return jobId;
    };
    await here.tracker.completeJob(await takes(here, 0), true);
    await there.tracker.completeJob(await takes(there, 0), true);
    await there.tracker.completeJob(await takes(there, 0), false, 'Something was missing.');
    const { id } = await there.tracker.enqueue('scrape', { username: 'ada' });
    await there.tracker.cancelJob(id);
    const seen = () => scrape(here);
    await until('all was noticed', async () => (await seen()).get(ended('scrape', 'cancelled')));
    for (const app of [here, there]) {
      const values = await scrape(app);
      expect(values.get(ended('embed', 'completed'))).toBe(2);
      expect(values.get(ended('embed', 'failed'))).toBe(1);
      expect(values.get(ended('scrape', 'cancelled'))).toBe(1);
      expect(values.get(duration('count'))).toBe(2);
      expect(values.get(duration('bucket', ',le="+Inf"'))).toBe(2);
      expect(values.get(duration('bucket', ',le="4194.304"'))).toBe(2);
      // A job that never began took no time.
      const cancelled = 'xgpt_job_duration_seconds_count{type="scrape",outcome="cancelled"}';
      expect(values.get(cancelled)).toBe(0);
    }
    const again = await scrape(await setupApp({}, {}, openDatabase(path)));
    expect(again.get(ended('embed', 'completed'))).toBe(0);
  });

  test('FEATURES 44: counts what other processes did while this one did not look', async () => {
    const path = databasePath();
    const app = await setupApp({}, {}, openDatabase(path));
    await app.tracker.stop();
    await scrape(app);
    const other = openDatabase(path);
    const row = other.query('INSERT INTO job_changes (jobs, ends) VALUES (?, ?)');
    const end = JSON.stringify([[0, 'embed', 'completed', 8, 1, null, 4]]);
    // More transactions than are read one by one.
    other.transaction(() => {
      for (let n = 0; n < 600; n++) row.run('[]', end);
    })();
    other.close();
    expect((await scrape(app)).get(ended('embed', 'completed'))).toBe(600);
  });

  test('FEATURES 44: counts streams and what they sent', async () => {
    const app = await setupApp();
    const leaving = new AbortController();
    const open = await app.request('/api/jobs/events', { signal: leaving.signal });
    const { value = '' } = (await open.body?.getReader().read()) ?? {};
    const values = await scrape(app);
    expect(values.get('xgpt_streams_open')).toBe(1);
    expect(values.get('xgpt_stream_frames_sent_total')).toBe(1);
    expect(values.get('xgpt_stream_sent_bytes_total')).toBe(value.length);
    leaving.abort();
  });

  test('FEATURES 44: comes as OpenMetrics when that is asked for', async () => {
    const app = await setupApp();
    const accept = 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5';
    const response = await app.request('/metrics', { headers: { accept } });
    expect(response.headers.get('content-type')).toStartWith('application/openmetrics-text');
    const text = await response.text();
    expect(text).toEndWith('# EOF\n');
    expect(text).toContain('# TYPE xgpt_jobs_ended counter\nxgpt_jobs_ended_total{');
    // prom-client 15.1.3 renames the counters that it writes as OpenMetrics.
    expect((await scrape(app)).has(ended('embed', 'failed'))).toBeTrue();
  });

  test('FEATURES 44: is behind the token', async () => {
    const token = 'sesame-open-sesame-open';
    const app = await setupApp({ XGPT_TOKEN: token });
    expect((await app.request('/metrics')).status).toBe(401);
    const headers = { authorization: `Bearer ${token}` };
    expect((await app.request('/metrics', { headers })).status).toBe(200);
  });

  test('FEATURES 44: leaves out what cannot be read, and says that something is wrong', async () => {
    const app = await setupApp();
    await app.tracker.createJob('embed');
    await scrape(app);
    const failure = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' });
    app.tracker.reader.queues = () => {
      throw failure;
    };
    const values = await scrape(app);
    expect(values.has('xgpt_jobs_waiting{type="embed"}')).toBeFalse();
    expect(values.get('xgpt_healthy')).toBe(0);
    expect(values.get('process_resident_memory_bytes')).toBeGreaterThan(0);
  });
});

describe('FEATURES 44: what is measured', () => {
  test('FEATURES 44: the duration of each job, in its bucket', () => {
    const counters = new EndCounters();
    for (const ms of [5, 300, 3_000, 9_000_000]) {
      counters.add([[0, 'embed', 'completed', bucketOf(ms), 1, null, ms]], []);
    }
    const metrics = jobMetrics({ types: ['embed'], counters } as never);
    const durations = metrics.find(({ name }) => name === 'xgpt_job_duration_seconds');
    const { bounds, counts, sum } = (
      durations as { read(): Distribution[] }
    ).read()[0] as Distribution;
    const upTo = (bound: number) => {
      const last = bounds.indexOf(bound);
      return counts.slice(0, last + 1).reduce((total, count) => total + count, 0);
    };
    expect([0.004, 0.008, 0.256, 0.512].map(upTo)).toEqual([0, 1, 1, 2]);
    expect([2.048, 4.096, 4194.304].map(upTo)).toEqual([2, 3, 3]);
    expect(counts.at(-1)).toBe(1);
    expect(sum).toBe(9_003.305);
  });

  test('FEATURES 44: attempts after which a job waits again, by how they ended', async () => {
    let attempts = 0;
    const definition = errand(
      async () => {
        attempts++;
        if (attempts < 3) throw new Error('not yet');
      },
      { retry: { maxAttempts: 5, baseMs: 1_000, maxMs: 1_000 } },
    );
    const { tracker, clock } = setup({ definitions: [definition] });
    await tracker.enqueue('errand', { name: 'Ada' });
    await tracker.start();
    await clock.advance(10_000);
    expect(tracker.counters.repeated()).toEqual([{ type: 'errand', outcome: 'failed', count: 2 }]);
    expect(tracker.counters.ended()).toMatchObject([{ outcome: 'completed', count: 1 }]);
  });

  test('FEATURES 44: the lag of the event loop', () => {
    const lag = new LagMeter();
    for (const seconds of [0, 0.002, 0.3, 60]) lag.add(seconds);
    const { bounds, counts, sum } = lag.read();
    const counted = (bound: number) => counts[bounds.indexOf(bound)];
    expect([counted(0.001), counted(0.005), counted(0.5)]).toEqual([1, 1, 1]);
    expect(counts.at(-1)).toBe(1);
    expect(sum).toBeCloseTo(60.302);
  });

  test('FEATURES 44: waits for another process that writes', async () => {
    const path = databasePath();
    const db = openDatabase(path);
    const other = openDatabase(path);
    const writer = writerOf(db);
    other.run('BEGIN IMMEDIATE');
    const write = writer.write(() => db.run("DELETE FROM posts WHERE id = 'nobody'"));
    await Bun.sleep(5);
    expect(writer.waits).toEqual({ count: 0, ms: 0 });
    other.run('COMMIT');
    await write;
    expect(writer.waits.count).toBe(1);
    expect(writer.waits.ms).toBeGreaterThan(0);
    for (const each of [db, other]) each.close();
  });
});

describe('FEATURES 44: the documents', () => {
  const read = (name: string) => Bun.file(join(import.meta.dir, '../../docs', name)).text();

  async function families() {
    const app = await setupApp();
    const streams = { open: 0, sent: { pieces: 0, bytes: 0 } };
    const deps = { ...app, closing: app.closing.signal, writer: writerOf(app.database) };
    return createMetrics({ ...deps, streams } as never);
  }

  test('FEATURES 44: docs/metrics.md lists every metric with its type, and no other', async () => {
    const listed = [...(await read('metrics.md')).matchAll(/^\| `([a-z_]+)` \| (\w+) \|/gm)];
    const all = (await families()).map(({ name, type }) => `${name} ${type}`);
    expect(listed.map(([, name, type]) => `${name} ${type}`).sort()).toEqual(all.sort());
  });

  test('FEATURES 44: every metric of the Grafana dashboard exists', async () => {
    const dashboard = JSON.parse(await read('grafana.json')) as {
      panels: { title: string; targets?: { expr: string }[] }[];
    };
    const exprs = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    expect(exprs.length).toBeGreaterThan(10);
    const named = new Set(exprs.join(' ').match(/\b(xgpt|process)_[a-z_]+/g));
    const series = (await families()).flatMap(({ name, type }) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    );
    expect([...named].filter((name) => !series.includes(name))).toEqual([]);
  });
});
