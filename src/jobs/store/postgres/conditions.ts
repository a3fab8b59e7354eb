import type { Needs } from '../../needs.ts';
import { LIVE, WAITING } from '../rows.ts';

/**
 * Waiting jobs of a type that can be claimed, and those that wait for their time; the indexes `jobs_ready` and
 * `jobs_later` have them in their order.
 */
export const readyOf = (type: string) => `${WAITING} AND due_at IS NULL AND jobs.type = ${type}`;
export const laterOf = (type: string) =>
  `${WAITING} AND due_at IS NOT NULL AND jobs.type = ${type}`;

/** Live jobs of a lane. */
export const ofLane = (type: string, lane: string) =>
  `${LIVE} AND type = ${type} AND lane = ${lane}`;

/** Values for `hasNeeded`. Without needs, every job can be run. */
export function neededOf(needs: Needs | undefined): [field: string | null, has: string | null] {
  return needs ? [needs.field, JSON.stringify(needs.has)] : [null, null];
}

/** Whether a job needs nothing that this process does not have: of that field of its input, one of a JSON array. */
export const hasNeeded = (field: string, has: string) => {
  const needed = `metadata::json ->> ${field}`;
  return `(${field} IS NULL OR ${needed} IS NULL OR jsonb_exists(${has}::jsonb, ${needed}))`;
};
