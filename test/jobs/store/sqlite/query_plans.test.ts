import type { Database } from 'bun:sqlite';
import { beforeAll, describe, expect, test } from 'bun:test';
import { JOB_STATUSES, type JobQuery } from '../../../../src/jobs/index.ts';
import { FAILURES, WINDOW } from '../../../../src/jobs/listing.ts';
import { openDatabase } from '../../../../src/platform/database.ts';
import { prepareStatements } from '../../../../src/platform/statement.ts';
import { errand, setupOnSqlite } from '../../../support/jobs.ts';

const START = Date.UTC(2026, 0, 1);

/** Tables with rows for every job, ended or not. */
const GROWING = ['jobs', 'job_log', 'job_steps', 'job_attempts', 'job_changes'];

/** Tables with rows for every hour or day of a year in which jobs ended. */
const HISTORY = ['job_ends', 'job_failures'];

/** These find one row, the live jobs, or the rows of one job. */
const FEW = [
  /\((row)?id=\?\)/,
  /USING INDEX jobs_(live|lanes)\b/,
  /USING (COVERING )?INDEX jobs_by_parent \(parent_id=\?\)/,
  /\(job_id=\?/,
];

/** Statements that may read more, and why. */
const EXCEPTIONS: { statement: RegExp; why: string }[] = [
  {
    statement: /^SELECT id FROM jobs WHERE substr\(id, 1, length\(\?1\)\) = \?1 OR/,
    why: 'A person typed the beginning or the end of an id. No index finds an end.',
  },
  {
    statement: /^SELECT ended FROM job_changes ORDER BY seq DESC LIMIT \?$/,
    why: 'Once, when the database is opened. At most 64 rows.',
  },
  {
    statement: /^INSERT INTO job_ends .* FROM job_changes, json_each\(ends\) WHERE seq < \?/,
    why: 'Reads what is then deleted: the rows of 256 transactions.',
  },
  {
    statement: /^INSERT INTO job_ends .* FROM job_changes, json_each\(ends\)\) WHERE true/,
    why: 'Before the history is tidied, every hour. At most 2,256 rows of job_changes are kept.',
  },
  {
    statement: /^UPDATE job_changes SET ends = NULL/,
    why: 'Of the rows that the statement before it has read.',
  },
  {
    statement: /^DELETE FROM job_changes WHERE seq < \?$/,
    why: 'Deletes what it reads: the rows of 256 transactions.',
  },
  {
    statement: /^SELECT hour - hour % \$step AS start/,
    why: 'The history. At most 2,256 rows of job_changes are kept, however many jobs there are.',
  },
  {
    statement: /^SELECT status, COUNT\(\*\) AS count(, .*)? FROM jobs INDEXED BY jobs_by_session_/,
    why: 'Sums up one session, from an index of sessions alone.',
  },
  {
    statement: /^SELECT session_id AS id, MAX\(created_at\) AS last FROM \(SELECT .* LIMIT 5000\)/,
    why: 'The newest 5,000 jobs that have a session, from an index of these alone.',
  },
  {
    statement: /^SELECT status, tracked, COUNT\(\*\) AS count FROM jobs INDEXED BY \w+ WHERE/,
    why: `Counts the jobs of one window, ${WINDOW} at most: what is beyond is bounded by its place.`,
  },
];

interface Statement {
  sql: string;
  /** One line for each table or index that SQLite reads. */
  plan: string[];
}

const isException = ({ sql }: Statement) => EXCEPTIONS.some(({ statement }) => statement.test(sql));

/** Records what is prepared on a connection from now on. */
function recordStatements(database: Database): Set<string> {
  const statements = new Set<string>();
  for (const name of ['query', 'prepare', 'run'] as const) {
    const original = database[name].bind(database) as (...rest: unknown[]) => unknown;
    Object.assign(database, {
      [name]: (sql: string, ...rest: unknown[]) => {
        if (!sql.startsWith('EXPLAIN')) statements.add(sql);
        return original(sql, ...rest);
      },
    });
  }
  return statements;
}

const READS_OR_WRITES = /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|REPLACE)\b/i;

function explained(database: Database, statements: Iterable<string>): Statement[] {
  return [...statements]
    .filter((sql) => READS_OR_WRITES.test(sql))
    .map((sql) => {
      const explain = database.prepare<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${sql}`);
      const rows = explain.all();
      // Until then no index can be dropped.
      explain.finalize();
      return { sql: sql.replace(/\s+/g, ' ').trim(), plan: rows.map(({ detail }) => detail) };
    });
}

/** The statements of the triggers; EXPLAIN does not show them. */
function triggerStatements(database: Database): string[] {
  return database
    .query<{ sql: string }, []>("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
    .all()
    .filter(({ sql }) => /\bON jobs\b/.test(sql))
    .flatMap(({ sql }) => {
      const body = sql.slice(sql.search(/\bBEGIN\b/) + 'BEGIN'.length, sql.lastIndexOf('END'));
      return body.split(';').map((statement) => statement.replace(/\b(new|old)\.\w+/g, '?').trim());
    });
}

/** Why a statement's time grows with the number of ended jobs; undefined if it does not. */
function objection({ sql, plan }: Statement): string | undefined {
  const tables = [...GROWING, ...aliasesIn(sql)];
  const reads = plan.filter((line) => tables.includes(line.split(' ')[1] ?? ''));
  const many = reads.filter((line) => !FEW.some((few) => few.test(line)) && !isFirst(sql, line));
  const whole = plan.find((line) => HISTORY.some((table) => line.startsWith(`SCAN ${table}`)));
  if (whole) return whole;
  if (many.length === 0) return undefined;
  if (plan.some((line) => line.includes('TEMP B-TREE'))) return `${many[0]}, sorted`;
  // Along an index, up to its limit.
  const isAlongIndex = many.every((line) => /USING .*(INDEX|PRIMARY KEY)/.test(line));
  return /\bLIMIT\b/.test(sql) && isAlongIndex ? undefined : many[0];
}

function aliasesIn(sql: string): string[] {
  return [...sql.matchAll(/\bjobs AS (\w+)/g)].map(([, alias]) => alias as string);
}

/** The first or last entry of an index: SQLite stops there. */
function isFirst(sql: string, line: string): boolean {
  return line.startsWith('SEARCH') && /SELECT (MIN|MAX)\(\w+\)/.test(sql) && !sql.includes('GROUP');
}

const cursor = `${START}_5`;
const TIMES: JobQuery[] = [
  {},
  { since: START },
  { until: START + 1_000 },
  { since: START, until: START + 1_000 },
];
const PLACES: JobQuery[] = [{}, { cursor }, { newerThan: cursor }];

/** Every combination of filters; of times and places those given. */
function allQueries(times: JobQuery[]): JobQuery[] {
  const one = <Value>(name: keyof JobQuery, values: Value[]): JobQuery[] => [
    {},
    ...values.map((value) => ({ [name]: value })),
  ];
  const dimensions = [
    one('session', ['night']),
    [...one('status', [...JOB_STATUSES]), ...one('failure', [FAILURES[0]]).slice(1)],
    one('type', ['errand']),
    one('q', ['space']),
    times,
    PLACES,
  ];
  return dimensions.reduce<JobQuery[]>(
    (queries, values) =>
      queries.flatMap((query) => values.map((value) => ({ ...query, ...value }))),
    [{}],
  );
}

/** More waiting and ended jobs than a list checks at a time. */
function fill(database: Database): void {
  for (const status of ['queued', 'failed', 'cancelled']) {
    database.run(`
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${WINDOW + 2})
      INSERT INTO jobs (id, type, status, created_at, completed_at, session_id)
      SELECT '${status}-' || i, 'errand', '${status}', ${START} + i,
             iif('${status}' = 'queued', NULL, ${START} + i), 'night' FROM n`);
  }
}

/** Every statement that a tracker's store can run. */
async function statementsOf(database: Database): Promise<Set<string>> {
  const statements = recordStatements(database);
  const { tracker, clock } = setupOnSqlite({ definitions: [errand(async () => 'done')] }, database);
  await tracker.start();
  prepareStatements(database);
  const { id } = await tracker.enqueue('errand', {}, { sessionId: 'night', client: 'somebody' });
  await clock.advance(1_000);
  expect(tracker.getJob(id)?.status).toBe('completed');
  await tracker.reader.sessionSummary('night');
  await tracker.reader.recentSessions(10);
  await tracker.reader.history({ by: 'hour', since: START, until: START + 1 });
  await tracker.reader.getCurrentJobs(new Date(START), 10);
  for (const query of allQueries(TIMES)) await tracker.reader.listJobs(query);
  await tracker.reader.countJobs({ type: 'errand' });
  await tracker.stop();
  fill(database);
  const full = setupOnSqlite({}, database).tracker;
  for (const query of allQueries([{}, { since: START, until: START + 5 }]))
    await full.reader.listJobs(query);
  for (const query of allQueries([{}]).filter(({ cursor, newerThan }) => !cursor && !newerThan))
    await full.reader.countJobs(query);
  return statements;
}

let database: Database;
let statements: Set<string>;
let all: Statement[];

beforeAll(async () => {
  database = openDatabase(':memory:');
  statements = await statementsOf(database);
  all = explained(database, [...statements, ...triggerStatements(database)]);
}, 600_000);

describe('FEATURES 53: no statement of the job system takes longer when more jobs have ended', () => {
  test('apart from exceptions', () => {
    expect(all.length).toBeGreaterThan(100);
    const wrong = all
      .filter((statement) => !isException(statement))
      .flatMap((statement) => {
        const why = objection(statement);
        return why ? { why, sql: statement.sql } : [];
      });
    expect(wrong).toEqual([]);
  });

  test('and every exception is still one', () => {
    for (const { statement } of EXCEPTIONS) {
      const meant = all.filter(({ sql }) => statement.test(sql));
      expect({ statement, isOne: meant.some((one) => objection(one) !== undefined) }).toEqual({
        statement,
        isOne: true,
      });
    }
  });

  test('and every index is needed for that', () => {
    const without = openDatabase(':memory:');
    const indexes = without
      .query<{ name: string; sql: string }, []>(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'jobs' AND sql IS NOT NULL",
      )
      .all();
    expect(indexes.length).toBeGreaterThan(5);
    for (const { name, sql } of indexes) {
      without.run(`DROP INDEX ${name}`);
      expect({ name, isMissed: isMissed(without, name) }).toEqual({ name, isMissed: true });
      without.run(sql);
    }
  });

  test.each([
    ["SELECT * FROM jobs WHERE client = 'somebody'", 'SCAN jobs'],
    ["SELECT COUNT(*) FROM jobs WHERE type = 'errand'", 'SEARCH jobs USING COVERING INDEX'],
    ["SELECT * FROM jobs WHERE type = 'errand' ORDER BY updated_at LIMIT 1", ', sorted'],
    ["SELECT * FROM jobs AS other WHERE type = 'errand'", 'SEARCH other'],
    ["DELETE FROM job_log WHERE text = ''", 'SCAN job_log'],
    ['SELECT hour FROM job_ends', 'SCAN job_ends'],
  ])('as %s would', (sql, why) => {
    const [statement] = explained(database, [sql]);
    expect(objection(statement as Statement)).toContain(why);
  });
});

/** Whether a statement names the index, which `without` lacks, or would take longer without it. */
function isMissed(without: Database, index: string): boolean {
  const others = [...statements].filter((sql) => !sql.includes(index));
  if (others.length < statements.size) return true;
  return explained(without, [...others, ...triggerStatements(without)]).some(
    (statement) => !isException(statement) && objection(statement) !== undefined,
  );
}

test('the audit trail uses its indexes for a job and for a page', async () => {
  const db = openDatabase(':memory:');
  await setupOnSqlite({}, db).tracker.audit.list({});
  const plan = (sql: string) => JSON.stringify(db.query(`EXPLAIN QUERY PLAN ${sql}`).all());
  expect(plan("SELECT * FROM audit WHERE job_id = 'a' ORDER BY id DESC LIMIT 9")).toContain(
    'audit_by_job (job_id=?)',
  );
  expect(plan("SELECT * FROM audit WHERE id < 'a' ORDER BY id DESC LIMIT 9")).not.toContain(
    'TEMP B-TREE',
  );
});
