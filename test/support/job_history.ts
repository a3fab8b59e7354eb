import type { JobStatus } from '../../src/jobs/index.ts';
import type { JobDatabase } from './job_database.ts';
import type { Row } from './job_world.ts';

/** One change of a row, as recorded by the database, whichever process made it. */
export interface Event {
  seq: number;
  what: 'came' | 'changed' | 'went';
  id: string;
  tracked: number;
  before: JobStatus | null;
  after: JobStatus | null;
  attempt_before: number | null;
  attempt_after: number | null;
  checkpoint_before: string | null;
  checkpoint_after: string | null;
  result_after: string | null;
  errors_before: string | null;
  errors_after: string | null;
  completed_at: number | null;
  /** Of a job that began: how many of its type that could begin as well were before it in the queue. */
  overtaken: number;
  /** Of a job that began: the time it was to begin at, and when it began. */
  run_at: number | null;
  started_at: number | null;
  /** Of a job that began: 1 when its type was paused, or too many of it ran. */
  forbidden: number;
}

export const COLUMNS = ['status', 'attempt', 'checkpoint', 'errors'] as const;

/** An independent copy, so that a mistake in `lifecycle.ts` is noticed. */
const LEGAL = new Set([
  'queued→running',
  'queued→cancelled',
  'running→completed',
  'running→failed',
  'running→retrying',
  'running→cancelling',
  'running→queued',
  'retrying→running',
  'retrying→cancelled',
  'cancelling→cancelled',
  'completed→queued',
  'failed→queued',
  'cancelled→queued',
]);

/** Counts by the columns that people set, not by the one that the queue is sorted by. */
export const OVERTAKEN = `(
  SELECT COUNT(*) FROM jobs AS other
  WHERE new.attempt > old.attempt AND other.type = new.type AND other.id <> new.id
    AND ((other.status = 'queued' AND COALESCE(other.run_at, 0) <= new.started_at)
      OR (other.status = 'retrying' AND other.retry_at <= new.started_at))
    AND (other.priority > old.priority OR (other.priority = old.priority AND other.key < old.key)))`;

export const FORBIDDEN = `(
  new.attempt > old.attempt AND EXISTS (
    SELECT 1 FROM job_types AS setting WHERE setting.type = new.type AND (
      setting.paused_at IS NOT NULL OR setting.concurrency < (
        SELECT COUNT(*) FROM jobs AS other
        WHERE other.type = new.type AND other.tracked = 0 AND other.status IN ('running', 'cancelling')))))`;

const FINAL = ['completed', 'failed', 'cancelled'];

const BOTH = COLUMNS.map((name) => `${name}_before, ${name}_after`).join(', ');

const CHANGED = [...COLUMNS, 'result', 'completed_at']
  .map((name) => `new.${name} IS NOT old.${name}`)
  .join(' OR ');

function noted(what: string, old: boolean, now: boolean): string {
  return `
    INSERT INTO history (what, id, tracked, completed_at, result_after, ${BOTH},
                         overtaken, run_at, started_at, forbidden)
    VALUES ('${what}', ${now ? 'new' : 'old'}.id, ${now ? 'new' : 'old'}.tracked,
            ${now ? 'new' : 'old'}.completed_at, ${now ? 'new.result' : 'NULL'},
            ${COLUMNS.map((name) => `${old ? `old.${name}` : 'NULL'}, ${now ? `new.${name}` : 'NULL'}`).join(', ')},
            ${old && now ? `${OVERTAKEN}, new.run_at, new.started_at, ${FORBIDDEN}` : '0, NULL, NULL, 0'});`;
}

/** Records in an SQLite database every change of every row, every progress, and the data that handlers commit with it. */
export const HISTORY = `
  CREATE TABLE history (
    seq INTEGER PRIMARY KEY, what TEXT, id TEXT, tracked INTEGER,
    status_before TEXT, status_after TEXT, attempt_before INTEGER, attempt_after INTEGER,
    checkpoint_before TEXT, checkpoint_after TEXT, errors_before TEXT, errors_after TEXT,
    overtaken INTEGER, run_at INTEGER, started_at INTEGER, forbidden INTEGER,
    result_after TEXT, completed_at INTEGER);
  CREATE TABLE written (
    seq INTEGER PRIMARY KEY, job_id TEXT, attempt INTEGER, note TEXT);
  CREATE TABLE progressed (seq INTEGER PRIMARY KEY, attempt INTEGER, current INTEGER);
  CREATE TRIGGER history_progressed AFTER UPDATE OF progress_current ON jobs
    WHEN new.progress_current IS NOT old.progress_current
    BEGIN INSERT INTO progressed (attempt, current) VALUES (new.attempt, new.progress_current); END;
  CREATE TRIGGER history_came AFTER INSERT ON jobs BEGIN ${noted('came', false, true)} END;
  CREATE TRIGGER history_changed AFTER UPDATE ON jobs WHEN ${CHANGED}
    BEGIN ${noted('changed', true, true)} END;
  CREATE TRIGGER history_went AFTER DELETE ON jobs BEGIN ${noted('went', true, false)} END;`;

/** The changes after `seq`, oldest first. */
export function historyAfter(db: JobDatabase, seq: number): Promise<Event[]> {
  return db.all<Event>(
    'SELECT *, status_before AS before, status_after AS after FROM history WHERE seq > ? ORDER BY seq',
    seq,
  );
}

/** All statuses of a job, in order. */
export async function statusesOf(db: JobDatabase, id: string): Promise<(JobStatus | 'gone')[]> {
  const events = (await historyAfter(db, 0)).filter((event) => event.id === id);
  const moved = events.filter(({ before, after }) => before !== after);
  return moved.map(({ after }) => after ?? 'gone');
}

/** Why this change is illegal; undefined when it is legal. */
export function objection(event: Event): string | undefined {
  if (event.what === 'came') return objectionToNew(event);
  if (event.what === 'went') return undefined;
  const { before, after } = event;
  const started = Number(event.attempt_after) - Number(event.attempt_before);
  if (before !== after && !LEGAL.has(`${before}→${after}`)) return 'an illegal transition';
  if (started !== (before !== after && after === 'running' ? 1 : 0)) return 'an attempt miscounted';
  if (FINAL.includes(String(after)) !== (event.completed_at !== null)) return 'an end without time';
  if (started > 0 && event.forbidden > 0) return 'a start in spite of a pause or a limit';
  if (started > 0 && event.overtaken > 0) return 'a job that jumped the queue';
  if (event.result_after !== null && after !== 'completed') return 'a result of what is not done';
  if (!isLonger(event.errors_before, event.errors_after)) return 'errors forgotten';
  if (event.checkpoint_before !== event.checkpoint_after) return objectionToCheckpoint(event);
  return undefined;
}

function objectionToNew({ tracked, after, attempt_after }: Event): string | undefined {
  const expected = tracked ? ['running', 1] : ['queued', 0];
  return after === expected[0] && attempt_after === expected[1] ? undefined : 'a strange beginning';
}

function objectionToCheckpoint({ before, after }: Event): string | undefined {
  const isCommit = before === 'running' && after === 'running';
  const isNewRun = before === 'completed' && after === 'queued';
  return isCommit || isNewRun ? undefined : 'a checkpoint moved by no running job';
}

function isLonger(before: string | null, after: string | null): boolean {
  const [old, now] = [JSON.parse(before ?? '[]'), JSON.parse(after ?? '[]')] as string[][];
  return JSON.stringify(now?.slice(0, old?.length)) === JSON.stringify(old);
}

/** The status of a job after an attempt that failed so, or that was stopped for this reason. */
export function endOfAttempt(row: Row, how: string, reason: string | undefined): string {
  if (row.tracked) return 'failed';
  if (reason === 'ShuttingDown') return 'queued';
  const isUsedUp = row.attempt - row.uncounted >= row.max_attempts + row.advanced;
  // Whatever its handler did when its time was up.
  if (reason === 'JobTimedOut') return isUsedUp ? 'failed' : 'retrying';
  // It waits for its source, which is no failed attempt.
  if (how === 'until later') return 'retrying';
  return how === 'for good' || isUsedUp ? 'failed' : 'retrying';
}
