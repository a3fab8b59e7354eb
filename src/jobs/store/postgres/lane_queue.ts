import type { Query, Transaction } from '../../../platform/postgres/statements.ts';
import type { LaneStateOf } from '../../lanes.ts';
import { IN_ORDER } from '../queue_order.ts';
import { LIVE, RUNNING } from '../rows.ts';
import { ofLane } from './conditions.ts';

/** A lane that has jobs, and how its queue stands. */
interface LaneRow {
  lane: string;
  running: number;
  is_ready: boolean;
  due_at: number | null;
}

/**
 * The queue of a type that is divided into lanes. Each step of it reads a few entries of the index for each
 * lane that has jobs, however many wait.
 */
export class LaneQueue {
  /** The keys of the first jobs that can be claimed now, of lanes that have free places. */
  async next(
    tx: Transaction,
    type: string,
    stateOf: LaneStateOf,
    free: number,
    now: number,
  ): Promise<number[]> {
    const open = (await openLanes(tx, type, stateOf)).filter(({ from }) => from <= now);
    if (open.length === 0) return [];
    const rows = await tx.all<{ key: number }>(FIRST, [
      type,
      open.map(({ lane }) => lane),
      open.map(({ places }) => Math.min(places, free)),
      free,
    ]);
    return rows.map(({ key }) => key);
  }

  /** When the first job of a lane with a free place can start, in ms since 1970; 0 when that is now. */
  async nextStart(query: Query, type: string, stateOf: LaneStateOf): Promise<number | undefined> {
    const starts = (await openLanes(query, type, stateOf)).flatMap(({ from, is_ready, due_at }) => {
      if (is_ready) return from;
      return due_at === null ? [] : Math.max(from, due_at);
    });
    return starts.length > 0 ? Math.min(...starts) : undefined;
  }

  /** The ids of the jobs of a lane that have not ended, oldest first. */
  async live(query: Query, type: string, lane: string): Promise<string[]> {
    return (await query.all<{ id: string }>(LIVE_JOBS, [type, lane])).map(({ id }) => id);
  }
}

/** Lanes with a free place, and from when on they start jobs; none while the type is paused. */
async function openLanes(query: Query, type: string, stateOf: LaneStateOf) {
  const lanes = await query.all<LaneRow>(LANES, [type]);
  return lanes.flatMap((row) => {
    const { limit, blockedUntil: from = 0 } = stateOf(row.lane);
    const places = limit - row.running;
    return from === Number.POSITIVE_INFINITY || places <= 0 ? [] : { ...row, from, places };
  });
}

const READY = "status IN ('queued', 'retrying') AND due_at IS NULL";

const first = (status: string) => `
  SELECT key, priority FROM jobs
  WHERE ${ofLane('$1::text', 'open.lane')} AND status = '${status}' AND due_at IS NULL
  ${IN_ORDER} LIMIT open.places FOR NO KEY UPDATE SKIP LOCKED`;

// Each status is read by its index.
const FIRST = `
  SELECT key FROM unnest($2::text[], $3::integer[]) AS open (lane, places)
  CROSS JOIN LATERAL (
    SELECT * FROM (SELECT * FROM (${first('queued')}) AS queued
                   UNION ALL SELECT * FROM (${first('retrying')}) AS retrying) AS waiting
    ${IN_ORDER} LIMIT open.places) AS first
  ${IN_ORDER} LIMIT $4::bigint`;

const least = (more: string) =>
  `(SELECT MIN(lane) FROM jobs WHERE lane IS NOT NULL AND ${LIVE} AND type = $1::text ${more})`;

const countOf = (what: string, condition: string) =>
  `(SELECT ${what} FROM jobs WHERE ${ofLane('$1::text', 'lanes.lane')} AND ${condition})`;

const WAITS = "status IN ('queued', 'retrying') AND due_at IS NOT NULL";

// Each step skips the other jobs of a lane.
const LANES = `
  WITH RECURSIVE lanes (lane) AS (
    SELECT ${least('')}
    UNION ALL SELECT ${least('AND jobs.lane > lanes.lane')} FROM lanes WHERE lanes.lane IS NOT NULL)
  SELECT lane, ${countOf('COUNT(*)', RUNNING)} AS running,
         EXISTS ${countOf('1', READY)} AS is_ready,
         ${countOf('MIN(due_at)', WAITS)} AS due_at
  FROM lanes WHERE lane IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM job_types WHERE type = $1::text AND paused_at IS NOT NULL)`;

const LIVE_JOBS = `SELECT id FROM jobs WHERE ${ofLane('$1::text', '$2::text')} ORDER BY key`;
