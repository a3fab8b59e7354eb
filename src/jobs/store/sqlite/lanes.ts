import type { Database } from 'bun:sqlite';
import type { LaneStateOf } from '../../lanes.ts';
import { firstOf, IN_ORDER } from '../queue_order.ts';
import { LIVE, RUNNING, WAITING } from '../rows.ts';
import { query } from './statements.ts';

const INDEX = 'INDEXED BY jobs_lanes';

/**
 * The queue of a type that is divided into lanes. Each step of it reads one entry of the index for each
 * lane that has jobs, however many wait.
 */
export class LaneQueue {
  readonly #sql;

  constructor(db: Database) {
    this.#sql = statements(db);
  }

  /** The key of the first job that can be claimed now, of a lane that has a free place. */
  next(type: string, stateOf: LaneStateOf, now: number): number | undefined {
    const first = this.#open(type, stateOf).flatMap(({ lane, from }) => {
      const found = from <= now && this.#sql.first.get(type, lane);
      return found || [];
    });
    return first.sort(inOrder)[0]?.key;
  }

  /** When the first job of a lane with a free place can start, in ms since 1970; 0 when that is now. */
  nextStart(type: string, stateOf: LaneStateOf): number | undefined {
    const starts = this.#open(type, stateOf).flatMap(({ lane, from }) => {
      if (this.#sql.first.get(type, lane)) return from;
      const due = this.#sql.nextDue.get(type, lane)?.due_at;
      return due === undefined ? [] : Math.max(from, due);
    });
    return starts.length > 0 ? Math.min(...starts) : undefined;
  }

  /** The ids of the jobs of a lane that have not ended, oldest first. */
  live(type: string, lane: string): string[] {
    return this.#sql.live.all(type, lane).map(({ id }) => id);
  }

  /** How many jobs of each lane wait. */
  waiting(type: string): Map<string, number> {
    return new Map(this.#sql.waiting.all(type).map(({ lane, count }) => [lane, count]));
  }

  /** Lanes with a free place, and from when on they start jobs. */
  #open(type: string, stateOf: LaneStateOf): { lane: string; from: number }[] {
    return this.#sql.lanes.all(type).flatMap(({ lane }) => {
      const { limit, blockedUntil: from = 0 } = stateOf(lane);
      if (from === Number.POSITIVE_INFINITY) return [];
      return (this.#sql.running.get(type, lane)?.count ?? 0) < limit ? { lane, from } : [];
    });
  }
}

interface First {
  key: number;
  priority: number;
}

function inOrder(one: First, other: First): number {
  return other.priority - one.priority || one.key - other.key;
}

function statements(db: Database) {
  const of = `type = ?1 AND lane = ?2 AND ${LIVE}`;
  const first = (columns: string, due: string, order: string) =>
    firstOf(columns, (status) => `${INDEX} WHERE ${of} AND status = '${status}' AND ${due}`, order);
  const least = (more: string) =>
    `SELECT MIN(lane) FROM jobs ${INDEX} WHERE lane IS NOT NULL AND ${LIVE} AND type = ?1 ${more}`;
  return {
    first: query<First>(db, first('key, priority', 'due_at IS NULL', IN_ORDER)),
    nextDue: query<{ due_at: number }>(db, first('due_at', 'due_at > 0', 'ORDER BY due_at')),
    running: query<{ count: number }>(
      db,
      `SELECT COUNT(*) AS count FROM jobs ${INDEX} WHERE ${of} AND ${RUNNING}`,
    ),
    live: query<{ id: string }>(db, `SELECT id FROM jobs ${INDEX} WHERE ${of} ORDER BY key`),
    waiting: query<{ lane: string; count: number }>(
      db,
      `SELECT lane, COUNT(*) AS count FROM jobs ${INDEX}
       WHERE lane IS NOT NULL AND ${LIVE} AND type = ?1 AND ${WAITING} GROUP BY lane`,
    ),
    // Each step skips the other jobs of a lane.
    lanes: query<{ lane: string }>(
      db,
      `WITH RECURSIVE lanes (lane) AS (
         ${least('')}
         UNION ALL SELECT (${least('AND jobs.lane > lanes.lane')}) FROM lanes WHERE lanes.lane IS NOT NULL)
       SELECT lane FROM lanes WHERE lane IS NOT NULL`,
    ),
  };
}
