import type { Database } from 'bun:sqlite';
import type { JobAttempt, JobStep, LogPart } from '../../details.ts';
import type { Job } from '../../job.ts';
import { IN_ORDER, inQueueOrder, laterAs, RUNNING_BY_START, readyAs } from '../queue_order.ts';
import { BRIEF, type JobRow, LIVE, RUNNING, toJob } from '../rows.ts';
import type {
  CurrentLimits,
  Fence,
  Hold,
  JobNews,
  JobReader,
  QueueDepth,
  QueuePauses,
  RecentJobs,
} from '../store.ts';
import type { Place } from '../transaction_changes.ts';
import { createAttemptReader, Ownership } from './attempts.ts';
import type { ChangeLog } from './changes.ts';
import { LaneQueue } from './lanes.ts';
import { createLogReader } from './log.ts';
import { QueueSettings } from './queue_settings.ts';
import { createSqliteRecentJobs } from './recent_jobs.ts';
import { query } from './statements.ts';
import { createStepReader } from './steps.ts';

/** Reads jobs from SQLite. Needs the tables of `migrations/`. */
export class SqliteJobReader implements JobReader {
  readonly #attempts: (id: string) => JobAttempt[];
  readonly #steps: (id: string) => JobStep[];
  readonly #log: ReturnType<typeof createLogReader>;
  readonly #ownership: Ownership;
  readonly #settings: QueueSettings;
  readonly #lanes: LaneQueue;
  readonly #recent: RecentJobs;
  readonly #sql;

  constructor(
    db: Database,
    private readonly changes: ChangeLog,
    /** The time in ms since 1970 UTC. */
    private readonly now: () => number = Date.now,
  ) {
    this.#ownership = new Ownership(db);
    this.#settings = new QueueSettings(db, changes);
    this.#lanes = new LaneQueue(db);
    this.#recent = createSqliteRecentJobs(db, now);
    this.#sql = statements(db);
    this.#attempts = createAttemptReader(db);
    this.#steps = createStepReader(db);
    this.#log = createLogReader(db);
  }

  async get(id: string): Promise<Job | undefined> {
    return this.#recent.get(id);
  }

  async brief(id: string): Promise<Job | undefined> {
    const row = this.#sql.brief.get(id);
    return row ? toJob(row, this.now()) : undefined;
  }

  async holdOf(run: Fence): Promise<Hold> {
    return this.#ownership.holdOf(run);
  }

  async idsLike(part: string, limit: number): Promise<string[]> {
    if (this.#sql.brief.get(part)) return [part];
    return this.#sql.idsLike.all(part, limit).map(({ id }) => id);
  }

  async children(id: string): Promise<Job[]> {
    return this.#jobs(this.#sql.children.all(id));
  }

  async running(): Promise<Job[]> {
    return this.#jobs(this.#sql.running.all());
  }

  async active(): Promise<Job[]> {
    return this.#recent.active();
  }

  async countActive(except: readonly string[] = []): Promise<{ running: number; waiting: number }> {
    const total = (place: Place) =>
      except.reduce(
        (sum, type) => sum - this.changes.count(type, place),
        this.changes.total(place),
      );
    return { running: total('running') + total('tracked'), waiting: total('waiting') };
  }

  async waitingByLane(type: string): Promise<Map<string, number>> {
    return this.#lanes.waiting(type);
  }

  async ownersOfRunning(): Promise<Map<string, string>> {
    return new Map(this.#sql.owners.all().map(({ id, owner }) => [id, owner]));
  }

  async pauses(): Promise<QueuePauses> {
    return this.#settings.pauses();
  }

  async queues(types: readonly string[]): Promise<QueueDepth[]> {
    const all = new Set([
      ...types,
      ...this.changes.typesWith('waiting'),
      ...this.changes.typesWith('running'),
      ...this.changes.typesWith('tracked'),
    ]);
    return [...all].map((type) => ({
      type,
      waiting: this.changes.count(type, 'waiting'),
      running: this.changes.count(type, 'running'),
      tracked: this.changes.count(type, 'tracked'),
      oldestSince: this.#sql.oldest.get(type)?.since ?? undefined,
    }));
  }

  async current(endedSince: number, now: number, limits: CurrentLimits): Promise<Job[]> {
    const { except = [] } = limits;
    const isShown = ({ type }: JobRow) => !except.includes(type);
    const rows = [
      ...this.#sql.running.all().filter(isShown),
      ...this.#sql.failed.all(limits.failed, JSON.stringify(except)),
      ...this.#nextWaiting(limits.waiting, except),
      ...this.#recentlyEnded(endedSince, now, limits),
    ];
    return this.#jobs(rows);
  }

  async attempts(id: string): Promise<JobAttempt[]> {
    return this.#attempts(id);
  }

  async steps(id: string): Promise<JobStep[]> {
    return this.#steps(id);
  }

  async readLog(id: string, position: number, limit: number): Promise<LogPart> {
    return this.#log.readLog(id, position, limit);
  }

  async logEnd(id: string): Promise<number> {
    return this.#log.logEnd(id);
  }

  #jobs(rows: JobRow[]): Job[] {
    const now = this.now();
    return rows.map((row) => toJob(row, now));
  }

  /** The first jobs of each type's queue, in the order of their position. */
  #nextWaiting(limit: number, except: readonly string[]): JobRow[] {
    const statements = Object.values(this.#sql.firstWaiting);
    const first = this.changes
      .typesWith('waiting')
      .filter((type) => !except.includes(type))
      .flatMap((type) => statements.flatMap((statement) => statement.all(type, limit)));
    return first.sort(inQueueOrder).slice(0, limit);
  }

  /** A job that ended in the future ended before the machine's clock was set back: it is left out. */
  #recentlyEnded(since: number, now: number, { ended, except = [] }: CurrentLimits): JobRow[] {
    const found: JobRow[] = [];
    for (const id of this.changes.recentlyEnded) {
      const row = this.#sql.brief.get(id);
      if (!row || row.completed_at === null || row.dismissed_at !== null) continue;
      if (except.includes(row.type)) continue;
      if (row.status === 'failed' || row.completed_at < since || row.completed_at > now) continue;
      if (!found.some((known) => known.id === id)) found.push(row);
      if (found.length === ended) break;
    }
    return found;
  }
}

/** The oldest of each is the first in the index. */
const PRIORITIES = Array.from({ length: 21 }, (_, index) => `(${index - 10})`).join(', ');

function statements(db: Database) {
  const rows = (sql: string) => query<JobRow>(db, sql);
  return {
    brief: rows(`SELECT ${BRIEF} FROM jobs WHERE id = ?`),
    idsLike: query<{ id: string }>(
      db,
      `SELECT id FROM jobs
       WHERE substr(id, 1, length(?1)) = ?1 OR substr(id, -length(?1)) = ?1
       ORDER BY created_at DESC, key DESC LIMIT ?2`,
    ),
    owners: query<{ id: string; owner: string }>(
      db,
      `SELECT id, owner FROM jobs WHERE ${LIVE} AND ${RUNNING} AND owner IS NOT NULL`,
    ),
    oldest: query<{ since: number | null }>(
      db,
      `WITH levels (level) AS (VALUES ${PRIORITIES})
       SELECT MIN(CASE attempt WHEN 0 THEN created_at ELSE updated_at END) AS since
       FROM levels CROSS JOIN jobs
       WHERE key = (SELECT key FROM jobs ${readyAs('queued', '?1')} AND priority = level
                    ORDER BY key LIMIT 1)`,
    ),
    children: rows(`SELECT ${BRIEF} FROM jobs WHERE parent_id = ? ORDER BY key`),
    running: rows(RUNNING_BY_START),
    firstWaiting: {
      queued: rows(`SELECT ${BRIEF} FROM jobs ${readyAs('queued', '?1')} ${IN_ORDER} LIMIT ?2`),
      later: rows(`SELECT ${BRIEF} FROM jobs ${laterAs('queued', '?1')} ORDER BY due_at LIMIT ?2`),
      due: rows(`SELECT ${BRIEF} FROM jobs ${readyAs('retrying', '?1')} ${IN_ORDER} LIMIT ?2`),
      retrying: rows(
        `SELECT ${BRIEF} FROM jobs ${laterAs('retrying', '?1')} ORDER BY due_at LIMIT ?2`,
      ),
    },
    failed: rows(`
      SELECT ${BRIEF} FROM jobs INDEXED BY jobs_failed_unseen
      WHERE status = 'failed' AND dismissed_at IS NULL
        AND type NOT IN (SELECT value FROM json_each(?2))
      ORDER BY completed_at DESC LIMIT ?1`),
  };
}

/** Reads from SQLite what other processes changed. */
export function createSqliteJobNews(db: Database, log: ChangeLog): JobNews {
  const progress = query<{ id: string; mark: string }>(
    db,
    `
    SELECT id, attempt || ' ' || updated_at || ' ' || progress_current AS mark
    FROM jobs WHERE ${LIVE} AND ${RUNNING} AND owner <> ?`,
  );
  let seen = new Map<string, string>();

  return {
    isSignalled: false,
    async take(owner) {
      const news = log.takeNews();
      if (!news) return undefined;
      const before = seen;
      const rows = progress.all(owner);
      seen = new Map(rows.map(({ id, mark }) => [id, mark]));
      const progressed = rows.filter(({ id, mark }) => before.get(id) !== mark);
      return { ...news, progressed: progressed.map(({ id }) => id) };
    },
  };
}
