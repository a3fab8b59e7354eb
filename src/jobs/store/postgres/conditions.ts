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
