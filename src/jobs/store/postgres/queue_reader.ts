import type { Query } from '../../../platform/postgres/statements.ts';
import { IN_ORDER, inQueueOrder } from '../queue_order.ts';
import { type SettingRow, toPauses } from '../queue_state.ts';
import { BRIEF, type JobRow, LIVE, RUNNING, WAITING } from '../rows.ts';
import type { QueueDepth, QueuePauses } from '../store.ts';
import { laterOf, readyOf } from './conditions.ts';

/** Reads the queues of all types from PostgreSQL. */
export class QueueReader {
  constructor(private readonly db: Query) {}

  async countActive(except: readonly string[]): Promise<{ running: number; waiting: number }> {
    const rows = await this.db.all<{ is_waiting: number; count: number }>(COUNT_ACTIVE, [except]);
    const count = (isWaiting: number) =>
      rows.find(({ is_waiting }) => is_waiting === isWaiting)?.count ?? 0;
    return { running: count(0), waiting: count(1) };
  }

  async waitingByLane(type: string): Promise<Map<string, number>> {
    const rows = await this.db.all<{ lane: string; count: number }>(WAITING_BY_LANE, [type]);
    return new Map(rows.map(({ lane, count }) => [lane, count]));
  }

  async pauses(): Promise<QueuePauses> {
    const [types, sources] = await Promise.all([
      this.db.all<SettingRow>('SELECT type, paused_at, concurrency FROM job_types ORDER BY type'),
      this.db.all<{ source: string; paused_at: number }>(
        'SELECT source, paused_at FROM paused_sources ORDER BY source',
      ),
    ]);
    return toPauses(types, sources);
  }

  async queues(types: readonly string[]): Promise<QueueDepth[]> {
    const rows = await this.db.all<DepthRow>(DEPTHS, [types]);
    const depths = rows.map(({ oldest_since, ...depth }) => ({
      ...depth,
      oldestSince: oldest_since ?? undefined,
    }));
    const given = (type: string) => depths.find((depth) => depth.type === type) ?? nothing(type);
    return [...types.map(given), ...depths.filter(({ type }) => !types.includes(type))];
  }

  /** The first jobs of each type's queue, in the order of their position. */
  async nextWaiting(limit: number, except: readonly string[]): Promise<JobRow[]> {
    const rows = await this.db.all<JobRow>(FIRST_WAITING, [limit, except]);
    return rows.sort(inQueueOrder).slice(0, limit);
  }
}

interface DepthRow extends Omit<QueueDepth, 'oldestSince'> {
  oldest_since: number | null;
}

const nothing = (type: string): QueueDepth => ({
  type,
  waiting: 0,
  running: 0,
  tracked: 0,
  oldestSince: undefined,
});

const COUNT_ACTIVE = `
  SELECT CASE WHEN ${WAITING} THEN 1 ELSE 0 END AS is_waiting, COUNT(*) AS count
  FROM jobs WHERE ${LIVE} AND type <> ALL($1::text[]) GROUP BY 1`;

const WAITING_BY_LANE = `
  SELECT lane, COUNT(*) AS count FROM jobs
  WHERE lane IS NOT NULL AND ${LIVE} AND type = $1 AND ${WAITING} GROUP BY lane`;

/** The types that have waiting jobs; each step skips all other jobs of a type. */
const WAITING_TYPES = `
  RECURSIVE waiting_types (type) AS (
    SELECT MIN(type) FROM jobs WHERE ${LIVE} AND ${WAITING}
    UNION ALL
    SELECT (SELECT MIN(type) FROM jobs WHERE ${LIVE} AND ${WAITING} AND jobs.type > waiting_types.type)
    FROM waiting_types WHERE waiting_types.type IS NOT NULL)`;

/** The oldest of each priority is the first in the index of those that can be claimed. */
const OLDEST = `
  SELECT MIN(CASE first.attempt WHEN 0 THEN first.created_at ELSE first.updated_at END)
  FROM generate_series(-10, 10) AS levels (level)
  CROSS JOIN LATERAL (
    SELECT attempt, created_at, updated_at FROM jobs
    WHERE ${readyOf('depths.type')} AND status = 'queued' AND priority = level
    ORDER BY key LIMIT 1) AS first`;

const DEPTHS = `
  SELECT type, waiting, running, tracked, (${OLDEST}) AS oldest_since
  FROM (
    SELECT type, SUM(waiting)::bigint AS waiting, SUM(running)::bigint AS running,
           SUM(tracked)::bigint AS tracked
    FROM (
      SELECT type, COUNT(*) AS waiting, 0 AS running, 0 AS tracked
      FROM jobs WHERE ${LIVE} AND ${WAITING} GROUP BY type
      UNION ALL
      SELECT type, 0, COUNT(*) FILTER (WHERE tracked = 0), COUNT(*) FILTER (WHERE tracked = 1)
      FROM jobs WHERE ${LIVE} AND ${RUNNING} GROUP BY type
      UNION ALL SELECT unnest($1::text[]), 0, 0, 0) AS counted
    GROUP BY type) AS depths
  ORDER BY type`;

const first = (where: string, order: string) =>
  `(SELECT ${BRIEF} FROM jobs WHERE ${where} ${order} LIMIT $1::bigint)`;

const later = (status: string) =>
  first(`${laterOf('of.type')} AND status = '${status}'`, 'ORDER BY due_at');

const FIRST_WAITING = `
  WITH ${WAITING_TYPES}
  SELECT first.* FROM waiting_types AS of
  CROSS JOIN LATERAL (
    ${first(readyOf('of.type'), IN_ORDER)}
    UNION ALL ${later('queued')} UNION ALL ${later('retrying')}) AS first
  WHERE of.type <> ALL($2::text[])`;
