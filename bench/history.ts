/**
 * A long history: with a million ended jobs on disk, how soon the server is ready, how fast the lists
 * are, and whether deleting old jobs delays writers.
 *
 *     bun bench/history.ts [jobs, default 1000000]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTracker } from '../src/jobs/index.ts';
import { openDatabase } from '../src/platform/database.ts';

const JOBS = Number(process.argv[2] ?? 1_000_000);
const MAIN = join(import.meta.dir, '../src/main.ts');
const ROUNDS = 50;
const DAY_MS = 86_400_000;

const HOUR_AGO = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

/** A cursor among the oldest. */
const DEEP = `cursor=${Date.now() - 71_990_000}_scrape-0`;

const PAGES = [
  '',
  'jobs',
  'jobs?status=completed',
  'jobs?status=failed',
  'jobs?status=cancelled',
  'jobs?status=queued',
  'jobs?failure=exhausted',
  'jobs?failure=permanent',
  'jobs?type=scrape',
  'jobs?type=scrape&status=failed',
  'jobs?type=scrape&status=cancelled',
  'jobs?type=search&status=completed',
  'jobs?session=session+7',
  'jobs?session=session+7&status=failed',
  `jobs?since=${HOUR_AGO(10)}&until=${HOUR_AGO(9)}`,
  `jobs?status=failed&since=${HOUR_AGO(10)}&until=${HOUR_AGO(9)}`,
  'jobs?q=user_17',
  'jobs?q=nothing+like+it',
  'jobs?q=nothing+like+it&status=failed',
  'jobs?q=nothing+like+it&type=embed',
  `jobs?q=nothing+like+it&since=${HOUR_AGO(10)}&until=${HOUR_AGO(9)}`,
  `jobs?${DEEP}`,
  `jobs?${DEEP.replace('cursor', 'newer')}`,
  `jobs?status=failed&${DEEP}`,
  `jobs?type=scrape&${DEEP}`,
  `jobs?q=nothing+like+it&${DEEP}`,
  'history?span=day',
  'history?span=week',
  'history?span=month',
  'history?span=quarter',
  'sessions',
  'sessions/session%207',
];

const folder = mkdtempSync(join(tmpdir(), 'xgpt-history-'));
const path = join(folder, 'xgpt.sqlite');
const rows: [string, string, string][] = [];
let longestStep = 0;

try {
  const filling = performance.now();
  fill();
  console.log(`${JOBS.toLocaleString('en')} finished jobs written in ${seconds(filling)} s\n`);
  await measureServer();
  await measureDeletion();
  for (const [what, value, limit] of rows) {
    console.log(what.slice(0, 72).padEnd(72), value.padStart(24), ` ${limit}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Jobs of all types, spread over the last twenty hours: one in twenty failed, one in five thousand was
 * cancelled, one in ten belongs to one of a thousand sessions. They end by an update, so that the
 * triggers count the failures.
 */
function fill(): void {
  const db = openDatabase(path);
  db.run('PRAGMA synchronous = OFF');
  db.query(
    `
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1)
    INSERT INTO jobs (key, id, type, status, attempt, max_attempts, metadata, session_id,
                      progress_current, progress_total, progress_message,
                      created_at, started_at, updated_at)
    SELECT i + 1, printf('%s-%012d', type, i), type, 'running', 1, 1 + i % 3,
           json_object('username', 'user_' || (i % 997), 'maxTweets', 100),
           CASE i % 10 WHEN 0 THEN 'session ' || (i / 10 % 1000) END,
           100, 100, 'Read page 5 of 5', at, at, at
    FROM (SELECT i, $now - 72000000 + i * 72000000 / $jobs AS at,
                 CASE i % 4 WHEN 0 THEN 'scrape' WHEN 1 THEN 'search' WHEN 2 THEN 'embed' ELSE 'discover' END AS type
          FROM n)`
      .replaceAll('$now', String(Date.now()))
      .replaceAll('$jobs', String(JOBS)),
  ).run(JOBS);
  db.run(`
    UPDATE jobs SET completed_at = started_at + 500 + key * 7919 % 60000, dismissed_at = updated_at,
      status = CASE WHEN key % 20 = 7 THEN 'failed' WHEN key % 5000 = 1 THEN 'cancelled'
                    ELSE 'completed' END,
      error_message = CASE WHEN key % 20 = 7 THEN 'The source refused request ' || (key % 13) END,
      result = CASE WHEN key % 20 <> 7 THEN json_object('posts', 100) END`);
  db.close();
}

async function measureServer(): Promise<void> {
  const started = performance.now();
  const child = Bun.spawn([process.execPath, MAIN], {
    env: { ...process.env, PORT: '0', XGPT_DATA_DIR: folder, XGPT_LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { value } = await child.stdout.getReader().read();
  rows.push(['ready after start, ms', (performance.now() - started).toFixed(0), '< 1000']);
  const url = /http:\S+/.exec(new TextDecoder().decode(value))?.[0];
  if (!url) throw new Error('The server printed no address.');
  const json = { accept: 'application/json' };
  await measure(url, 'GET /api/jobs (HTML), ms', 'api/jobs', {}, '< 50');
  await measure(url, 'GET /api/jobs (JSON), ms', 'api/jobs', json, '< 50');
  for (const at of PAGES) await measure(url, `GET /${at}, ms`, at, {}, 'p50 < 100');
  child.kill('SIGTERM');
  await child.exited;
}

async function measure(
  url: string,
  name: string,
  at: string,
  headers: Record<string, string>,
  limit: string,
): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now();
    const answer = await fetch(url + at, { headers });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${at} answered ${answer.status}.`);
    times.push(performance.now() - from);
  }
  rows.push([name, `p50 ${percentile(times, 50)}, p99 ${percentile(times, 99)}`, limit]);
}

/** Two days later all jobs are old; another connection writes every few ms during the deletion. */
async function measureDeletion(): Promise<void> {
  const left = Math.min(JOBS, 50_000);
  const db = openDatabase(path);
  db.query('DELETE FROM jobs WHERE key >= ?').run(left);
  const writer = openDatabase(path);
  const tracker = createTracker({
    database: db,
    clock: {
      now: () => Date.now() + 2 * DAY_MS,
      elapsed: () => performance.now(),
      after: later,
      soon: (run) => void setImmediate(run),
    },
  });
  const waits: number[] = [];
  const from = performance.now();
  const remaining = () => (writer.query('SELECT COUNT(*) AS n FROM jobs').get() as { n: number }).n;
  let known = remaining();
  await tracker.initialize();
  while (known > 0 && performance.now() - from < 120_000) {
    await Bun.sleep(5);
    const now = performance.now();
    writer.run('CREATE TABLE IF NOT EXISTS probe (n INTEGER)');
    writer.run('INSERT INTO probe VALUES (1)');
    waits.push(performance.now() - now);
    known = remaining();
  }
  rows.push(['old jobs deleted in the background', `${left - known} of ${left}`, '']);
  rows.push(['longest hold of one step, ms', longestStep.toFixed(1), '< 50']);
  rows.push([
    'a write meanwhile, ms',
    `p50 ${percentile(waits, 50)}, max ${percentile(waits, 100)}`,
    '< 50',
  ]);
  await tracker.stop();
  writer.close();
  db.close();
}

/** The system's timers, with what each run took. */
function later(ms: number, run: () => void): () => void {
  const timer = setTimeout(() => {
    const from = performance.now();
    run();
    longestStep = Math.max(longestStep, performance.now() - from);
  }, ms);
  return () => clearTimeout(timer);
}

function percentile(values: number[], p: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))] ?? 0).toFixed(
    1,
  );
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
