import type { Query } from '../../../platform/postgres/statements.ts';
import type { JobAttempt, JobStep, LogPart } from '../../details.ts';
import type { Job } from '../../job.ts';
import {
  ATTEMPT,
  type AttemptRow,
  type LogChunk,
  logPart,
  type StepRow,
  toAttempts,
  toStep,
} from '../detail_rows.ts';
import { inQueueOrder, RUNNING_BY_START } from '../queue_order.ts';
import { BRIEF, type JobRow, LIVE, RUNNING, toJob, WAITING, WHOLE } from '../rows.ts';
import type { CurrentLimits, Fence, Hold, JobReader, QueueDepth, QueuePauses } from '../store.ts';
import { MAX_RECENT } from '../transaction_changes.ts';
import { QueueReader } from './queue_reader.ts';

/** How many chunks of a log are read at once. */
const MAX_CHUNKS = 64;

/** Reads jobs from PostgreSQL. */
export class PostgresJobReader implements JobReader {
  readonly #queues: QueueReader;

  constructor(
    private readonly db: Query,
    /** The time in ms since 1970 UTC. */
    private readonly now: () => number,
  ) {
    this.#queues = new QueueReader(db);
  }

  async get(id: string): Promise<Job | undefined> {
    return this.#job(`SELECT ${WHOLE} FROM jobs WHERE id = $1`, id);
  }

  async brief(id: string): Promise<Job | undefined> {
    return this.#job(`SELECT ${BRIEF} FROM jobs WHERE id = $1`, id);
  }

  async holdOf({ id, attempt }: Fence): Promise<Hold> {
    const row = await this.db.get<{ status: Exclude<Hold, 'gone'> }>(
      `SELECT status FROM jobs WHERE id = $1 AND attempt = $2 AND ${RUNNING}`,
      [id, attempt],
    );
    return row?.status ?? 'gone';
  }

  async idsLike(part: string, limit: number): Promise<string[]> {
    const rows = await this.db.all<{ id: string }>(IDS_LIKE, [part, limit]);
    const ids = rows.map(({ id }) => id);
    return ids.includes(part) ? [part] : ids;
  }

  children(id: string): Promise<Job[]> {
    return this.#jobs(`SELECT ${BRIEF} FROM jobs WHERE parent_id = $1 ORDER BY key`, id);
  }

  running(): Promise<Job[]> {
    return this.#jobs(RUNNING_BY_START);
  }

  async active(): Promise<Job[]> {
    const [running, waiting] = await Promise.all([
      this.db.all<JobRow>(RUNNING_BY_START),
      this.db.all<JobRow>(`SELECT ${BRIEF} FROM jobs WHERE ${LIVE} AND ${WAITING}`),
    ]);
    return this.#toJobs([...running, ...waiting.sort(inQueueOrder)]);
  }

  countActive(except: readonly string[] = []): Promise<{ running: number; waiting: number }> {
    return this.#queues.countActive(except);
  }

  waitingByLane(type: string): Promise<Map<string, number>> {
    return this.#queues.waitingByLane(type);
  }

  async ownersOfRunning(): Promise<Map<string, string>> {
    const rows = await this.db.all<{ id: string; owner: string }>(
      `SELECT id, owner FROM jobs WHERE ${LIVE} AND ${RUNNING} AND owner IS NOT NULL`,
    );
    return new Map(rows.map(({ id, owner }) => [id, owner]));
  }

  pauses(): Promise<QueuePauses> {
    return this.#queues.pauses();
  }

  queues(types: readonly string[]): Promise<QueueDepth[]> {
    return this.#queues.queues(types);
  }

  async current(endedSince: number, now: number, limits: CurrentLimits): Promise<Job[]> {
    const { except = [], failed, waiting, ended } = limits;
    const lists = await Promise.all([
      this.db.all<JobRow>(RUNNING_SHOWN, [except]),
      this.db.all<JobRow>(FAILED, [failed, except]),
      this.#queues.nextWaiting(waiting, except),
      this.db.all<JobRow>(RECENTLY_ENDED, [endedSince, now, ended, except]),
    ]);
    return this.#toJobs(lists.flat());
  }

  async attempts(id: string): Promise<JobAttempt[]> {
    const [rows, job] = await Promise.all([
      this.db.all<AttemptRow>(
        `SELECT ${ATTEMPT} FROM job_attempts WHERE job_id = $1 ORDER BY attempt`,
        [id],
      ),
      this.db.get<JobRow>(`SELECT ${BRIEF} FROM jobs WHERE id = $1`, [id]),
    ]);
    return toAttempts(rows, job ?? null);
  }

  async steps(id: string): Promise<JobStep[]> {
    const sql = 'SELECT * FROM job_steps WHERE job_id = $1 ORDER BY place';
    return (await this.db.all<StepRow>(sql, [id])).map(toStep);
  }

  async readLog(id: string, position: number, limit: number): Promise<LogPart> {
    const chunks: LogChunk[] = [];
    let from = position;
    for (let isMore = true; isMore && from - position < limit; ) {
      const read = await this.db.all<LogChunk & { bytes: number }>(CHUNKS, [id, from]);
      const known = chunks.at(-1)?.position ?? -1;
      chunks.push(...read.filter((chunk) => chunk.position > known));
      const last = read.at(-1);
      from = last ? last.position + last.bytes : from;
      isMore = read.length === MAX_CHUNKS;
    }
    const end = await this.logEnd(id);
    return logPart(chunks, position, limit, () => end);
  }

  async logEnd(id: string): Promise<number> {
    const row = await this.db.get<{ end: number }>(LOG_END, [id]);
    return row?.end ?? 0;
  }

  async #job(sql: string, id: string): Promise<Job | undefined> {
    const row = await this.db.get<JobRow>(sql, [id]);
    return row && toJob(row, this.now());
  }

  async #jobs(sql: string, ...values: string[]): Promise<Job[]> {
    return this.#toJobs(await this.db.all<JobRow>(sql, values));
  }

  #toJobs(rows: JobRow[]): Job[] {
    const now = this.now();
    return rows.map((row) => toJob(row, now));
  }
}

const IDS_LIKE = `
  SELECT id FROM jobs WHERE left(id, length($1)) = $1 OR right(id, length($1)) = $1
  ORDER BY id = $1 DESC, created_at DESC, key DESC LIMIT $2::bigint`;

const RUNNING_SHOWN = `
  SELECT ${BRIEF} FROM jobs WHERE ${LIVE} AND ${RUNNING} AND type <> ALL($1::text[])
  ORDER BY started_at, key`;

const FAILED = `
  SELECT ${BRIEF} FROM jobs
  WHERE status = 'failed' AND dismissed_at IS NULL AND type <> ALL($2::text[])
  ORDER BY completed_at DESC LIMIT $1::bigint`;

/**
 * By the change log, latest first. A job that ended in the future ended before the machine's clock was
 * set back: it is left out.
 */
const RECENTLY_ENDED = `
  WITH newest AS (
    SELECT xid, seq, ended FROM job_changes WHERE ended IS NOT NULL
    ORDER BY xid DESC, seq DESC LIMIT ${MAX_RECENT}),
  listed AS (
    SELECT id, MAX(xid::text::bigint) AS xid, MAX(seq) AS seq, MAX(place) AS place FROM newest
    CROSS JOIN LATERAL json_array_elements_text(ended::json) WITH ORDINALITY AS list (id, place)
    GROUP BY id)
  SELECT ${BRIEF} FROM jobs JOIN listed USING (id)
  WHERE completed_at BETWEEN $1::bigint AND $2::bigint AND status <> 'failed'
    AND dismissed_at IS NULL AND type <> ALL($4::text[])
  ORDER BY listed.xid DESC, listed.seq DESC, listed.place DESC LIMIT $3::bigint`;

const LOG_END = `
  SELECT position + bytes AS end FROM job_log WHERE job_id = $1 ORDER BY position DESC LIMIT 1`;

const CHUNKS = `
  SELECT position, bytes, text FROM job_log
  WHERE job_id = $1 AND position >= COALESCE(
    (SELECT MAX(position) FROM job_log WHERE job_id = $1 AND position <= $2::bigint), 0)
  ORDER BY position LIMIT ${MAX_CHUNKS}`;
