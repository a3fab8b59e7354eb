import { LIVE, WAITING } from '../rows.ts';

/**
 * Waiting jobs of a type that can be claimed, and those that wait for their time; the indexes `jobs_ready` and
 * `jobs_later` have them in their order.
 */
export const readyOf = (type: string) => `${WAITING} AND due_at IS NULL AND jobs.type = ${type}`;
export const laterOf = (type: string) =>
  `${WAITING} AND due_at IS NOT NULL AND jobs.type = ${type}`;

/** What PostgreSQL refuses to read of a JSON text, whichever field is asked for. */
const UNREADABLE = String.raw`'\\u(0000|d[89a-f])'`;

/**
 * Jobs that need nothing but what a process has: `field` names it in the input, `has` is a JSON array of texts. An
 * input that PostgreSQL cannot read needs nothing.
 */
export function hadOf(field: string, has: string): string {
  const needed = `metadata::json -> ${field}`;
  return `CASE
    WHEN ${field} = 'source' THEN source IS NULL OR source IN (SELECT json_array_elements_text(${has}::json))
    WHEN metadata IS NULL OR metadata ~* ${UNREADABLE} THEN true
    ELSE ${needed} IS NULL OR (${needed})::text = 'null'
      OR (${needed})::text IN (SELECT json_array_elements(${has}::json)::text) END`;
}

/** Live jobs of a lane. */
export const ofLane = (type: string, lane: string) =>
  `${LIVE} AND type = ${type} AND lane = ${lane}`;
