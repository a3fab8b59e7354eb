import { Database } from 'bun:sqlite';
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import { freshDataDir, startServer, stopServers } from '../support/server.ts';

// Each start is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopServers);

// The second one is of the library, which is loaded after the first answer.
test.each(['job_log', 'vector_models'])(
  'a start without the table %s says what to do',
  async (table) => {
    const dataDir = freshDataDir();
    const first = await startServer(dataDir);
    await first.end('SIGTERM');
    const db = new Database(join(dataDir, 'xgpt.sqlite'));
    db.run(`DROP TABLE ${table}`);
    db.close();
    const start = startServer(dataDir);
    await expect(start).rejects.toThrow(
      new RegExp(`is not as xgpt made it: no such table: (main\\.)?${table}`),
    );
    await expect(start).rejects.toThrow(/put a backup in its place with: xgpt restore/);
  },
);
