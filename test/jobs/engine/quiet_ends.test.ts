import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ErrorReporter } from '../../../src/jobs/engine/error_reporter.ts';
import { Notifier } from '../../../src/jobs/engine/notifier.ts';
import { Pruner } from '../../../src/jobs/engine/pruner.ts';
import type { Logger } from '../../../src/platform/logger.ts';
import { testClock } from '../../support/clock.ts';

function reporter() {
  const logged: string[] = [];
  const log = (message: string) => void logged.push(message);
  const logger = { debug: log, info: log, warn: log, error: log } as unknown as Logger;
  return { logged, errors: new ErrorReporter(logger) };
}

test('a signal that arrives after the end is not answered by a database that was closed', async () => {
  const clock = testClock();
  const { logged, errors } = reporter();
  const db = new Database(':memory:');
  const news = { take: () => void db.query('SELECT 1').get() };
  const notifier = new Notifier({ news, clock, errors, owner: 'me' } as never);
  const stop = notifier.start();
  notifier.signalled();
  // Another one is put off for a moment.
  notifier.signalled();
  stop();
  db.close();
  notifier.signalled();
  await clock.advance(1_000);
  expect(logged).toEqual([]);
});

test('old jobs wait without a word while another process keeps the database locked', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-locked-'));
  const path = join(folder, 'a.sqlite');
  const [here, there] = [new Database(path), new Database(path)];
  try {
    here.run('CREATE TABLE jobs (id)');
    here.run('PRAGMA busy_timeout = 0');
    there.run('BEGIN IMMEDIATE');
    const clock = testClock();
    const { logged, errors } = reporter();
    let pruned = 0;
    const store = {
      prune: async () => {
        here.run('DELETE FROM jobs');
        pruned += 1;
        return false;
      },
      pruneHistory: async () => 0,
      pruneAudit: async () => 0,
      giveBackSpace: () => false,
    };
    const feed = { progressed: () => {} };
    const pruner = new Pruner({ store, feed, clock, errors } as never);
    await pruner.start();
    expect([pruned, logged]).toEqual([0, []]);
    there.run('COMMIT');
    await clock.advance(60_000);
    expect([pruned, logged]).toEqual([1, []]);
    pruner.stop();
  } finally {
    here.close();
    there.close();
    rmSync(folder, { recursive: true });
  }
});
