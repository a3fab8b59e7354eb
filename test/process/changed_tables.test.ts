import { Database } from 'bun:sqlite';
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import { freshDataDir, startServer, stopServers } from '../support/server.ts';

// Each start is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopServers);

test('a start on a database without one of its tables says what to do', async () => {
  const dataDir = freshDataDir();
  const first = await startServer(dataDir);
  await first.end('SIGTERM');
  const db = new Database(join(dataDir, 'xgpt.sqlite'));
  db.run('DROP TABLE job_log');
  db.close();
  const start = startServer(dataDir);
  await expect(start).rejects.toThrow(/is not as xgpt made it: no such table: job_log/);
  await expect(start).rejects.toThrow(/put a backup in its place with: xgpt restore/);
});
