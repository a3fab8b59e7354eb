/** Another process holds SQLite's only lock for writing. */
import { afterEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobContext } from '../../../../src/jobs/index.ts';
import { openDatabase } from '../../../../src/platform/database.ts';
import { errand, gate, setupOnSqlite } from '../../../support/jobs.ts';
import { stop } from '../../faults_setup.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function fileInFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-locks-'));
  folders.push(folder);
  return join(folder, 'xgpt.sqlite');
}

test('a cancelled job whose own end could not be written is still ended after the grace', async () => {
  const path = fileInFolder();
  const database = openDatabase(path);
  const { tracker, clock } = setupOnSqlite({ cancelGraceMs: 1_000 }, database);
  const other = openDatabase(path);
  const { jobId } = await tracker.createJob('scrape');
  expect(await tracker.cancelJob(jobId)).toBe(true);
  await clock.advance(900);
  other.run('BEGIN IMMEDIATE');
  const end = tracker.completeJob(jobId, true).catch((error: unknown) => String(error));
  await clock.advance(3_000);
  expect(await end).toContain('locked');
  other.run('COMMIT');
  other.close();
  await clock.advance(2_000);
  expect(tracker.getJob(jobId)?.status).toBe('cancelled');
  await stop(tracker, clock);
  database.close();
});

test('a shutdown while the database is locked stops every handler, and throws', async () => {
  const path = fileInFolder();
  const signals: AbortSignal[] = [];
  const run = (_: unknown, { signal }: JobContext) => {
    signals.push(signal);
    return new Promise<void>(() => {});
  };
  const definitions = [errand(run, { concurrency: 3 })];
  const { tracker, clock, database } = setupOnSqlite({ definitions }, openDatabase(path));
  await tracker.start();
  for (let index = 0; index < 3; index++) await tracker.enqueue('errand', {});
  await clock.advance(0);
  signals.push((await tracker.createJob('scrape')).signal);
  const other = openDatabase(path);
  other.run('BEGIN IMMEDIATE');
  const stopped = tracker.stop().catch((error: unknown) => String(error));
  await clock.advance(4_000);
  expect(await stopped).toContain('locked');
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true, true]);
  other.close();
  database.close();
});

test('a job that is queued while a claim waits for the lock starts as soon as the lock is free', async () => {
  const path = fileInFolder();
  const begun: string[] = [];
  const { promise: forever, resolve: finish } = gate();
  const run = ({ name }: { name: string }) => {
    begun.push(name);
    return forever;
  };
  const definitions = [errand(run, { concurrency: 2 })];
  const { tracker, clock, database } = setupOnSqlite({ definitions }, openDatabase(path));
  await tracker.start();
  const other = openDatabase(path);
  other.run('BEGIN IMMEDIATE');
  const first = tracker.enqueue('errand', { name: 'first' });
  await clock.advance(20);
  const second = tracker.enqueue('errand', { name: 'second' });
  await clock.advance(20);
  other.run('COMMIT');
  await clock.advance(20);
  await Promise.all([first, second]);
  expect(begun).toEqual(['first', 'second']);
  finish();
  await tracker.stop();
  other.close();
  database.close();
});
