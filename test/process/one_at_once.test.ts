import { Database } from 'bun:sqlite';
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { HISTORY, historyAfter } from '../support/job_history.ts';
import { freshDataDir, startServer, stopServers } from '../support/server.ts';
import { SqliteJobDatabase } from '../support/sqlite_job_database.ts';
import { start, stopCommands } from '../support/terminal.ts';
import { until } from '../support/wait.ts';

// Three processes, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);
afterAll(stopServers);

/** By the changes that SQLite itself recorded, whichever process made them. */
async function mostAtOnce(trace: Database): Promise<number> {
  const runs = (status: string | null) => status === 'running' || status === 'cancelling';
  let running = 0;
  let most = 0;
  for (const { before, after } of await historyAfter(new SqliteJobDatabase(trace), 0)) {
    running += Number(runs(after)) - Number(runs(before));
    most = Math.max(most, running);
  }
  return most;
}

/** Who has run jobs, whichever process wrote it. */
function recordOwners(trace: Database): void {
  trace.run(`
    CREATE TABLE owners (owner TEXT);
    CREATE TRIGGER record_owners AFTER UPDATE OF owner ON jobs WHEN NEW.owner IS NOT NULL
      BEGIN INSERT INTO owners VALUES (NEW.owner); END`);
}

/** Kills the one of them that runs a job just now. */
async function killOwner(trace: Database, children: Bun.Subprocess[]): Promise<void> {
  const busy = trace.query<{ owner: string }, []>(
    'SELECT owner FROM jobs WHERE owner IS NOT NULL AND completed_at IS NULL',
  );
  const child = await until('one of them runs a job', () => {
    // An owner is `host:pid:boot`.
    const pid = busy.get()?.owner.split(':').at(-2);
    return children.find((one) => one.pid === Number(pid));
  });
  child.kill('SIGKILL');
  children.splice(children.indexOf(child), 1);
}

test('FEATURES 42: a server and two workers run one job at once when that is set, and none while its type is paused', async () => {
  const server = await startServer(freshDataDir(), { XGPT_SAMPLE_PAGE_MS: '20' });
  const workers = [start(['worker'], server), start(['worker'], server)];
  const trace = new Database(`${server.dataDir}/xgpt.sqlite`);
  trace.run('PRAGMA busy_timeout = 5000');
  trace.run(HISTORY);
  recordOwners(trace);
  const post = (path: string, body: object = {}) =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    });
  const count = (status: string) =>
    trace
      .query<{ n: number }, [string]>('SELECT COUNT(*) AS n FROM jobs WHERE status = ?')
      .get(status)?.n;
  const processes = async () =>
    (await server.json<{ processes: { jobs: string[] }[] }>('/api/workers')).processes;
  await until('all processes are there', async () => (await processes()).length === 3);
  await post('/api/types/scrape/pause');
  await post('/api/types/scrape/concurrency', { concurrency: 1 });
  const list = Array.from({ length: 8 }, (_, index) => ({
    type: 'scrape',
    input: { username: 'aurora_lab', maxTweets: index % 3 ? 40 : 1_000 },
  }));
  expect((await post('/api/jobs', list)).status).toBe(202);
  expect(await mostAtOnce(trace)).toBe(0);
  await post('/api/types/scrape/resume');
  const running = async () => (await processes()).flatMap(({ jobs }) => jobs).length;
  await until('one process is told to run a job', async () => (await running()) === 1);
  // Whoever has just ended a job takes the next one, so each of the three has its turn by a kill.
  const children = [server.child, ...workers.map(({ child }) => child)];
  for (let kill = 0; kill < 2; kill++) await killOwner(trace, children);
  await until('all have ended', () => count('completed') === list.length);
  expect(await mostAtOnce(trace)).toBe(1);
  expect(trace.query('SELECT DISTINCT owner FROM owners').all()).toHaveLength(3);
  trace.close();
  for (const worker of workers) worker.child.kill();
});
