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
 * Jobs that need nothing but what a process has: `needs` is a JSON array of the fields of the input and of the texts that it
 * has of each. An input that PostgreSQL cannot read needs nothing.
 */
export function hadOf(needs: string): string {
  const needed = 'metadata::json -> need.field';
  return `NOT EXISTS (
    SELECT 1 FROM json_to_recordset(${needs}::json) AS need (field text, has json)
    WHERE NOT CASE
      WHEN need.field = 'source' THEN source IS NULL OR source IN (SELECT json_array_elements_text(need.has))
      WHEN metadata IS NULL OR metadata ~* ${UNREADABLE} THEN true
      ELSE ${needed} IS NULL OR (${needed})::text = 'null'
        OR (${needed})::text IN (SELECT json_array_elements(need.has)::text) END)`;
}

/** Live jobs of a lane. */
export const ofLane = (type: string, lane: string) =>
  `${LIVE} AND type = ${type} AND lane = ${lane}`;
