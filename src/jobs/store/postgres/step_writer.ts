import type { Transaction } from '../../../platform/postgres/statements.ts';
import { stepValues } from '../detail_rows.ts';
import type { StepChange } from '../store.ts';

/** Adds steps after those that the job has, in the transaction of the caller. */
export async function planSteps(
  tx: Transaction,
  id: string,
  names: readonly string[],
): Promise<void> {
  if (names.length > 0) await tx.run(PLAN, [id, names]);
}

export async function changeStep(
  tx: Transaction,
  id: string,
  name: string,
  change: StepChange,
  now: number,
): Promise<void> {
  await tx.run(CHANGE, [id, name, ...stepValues(change, now)]);
}

/** Resets the steps of these jobs that are not completed; of those in `fromTheStart` all. */
export async function resetSteps(
  tx: Transaction,
  ids: string[],
  fromTheStart: string[],
): Promise<void> {
  await tx.run(RESET, [ids, fromTheStart]);
}

const LAST = 'SELECT COALESCE(MAX(place), 0) FROM job_steps WHERE job_id = $1::text';

const PLAN = `
  INSERT INTO job_steps (job_id, name, place, status)
  SELECT $1::text, name, (${LAST}) + place, 'pending'
  FROM unnest($2::text[]) WITH ORDINALITY AS new (name, place)
  ON CONFLICT DO NOTHING`;

const CHANGE = `
  INSERT INTO job_steps (job_id, name, place, status, result, error, started_at, ended_at)
  SELECT $1::text, $2::text, (${LAST}) + 1, $3::text, $4::text, $5::text, $6::bigint, $7::bigint
  ON CONFLICT (job_id, md5(name)) DO UPDATE SET
    status = excluded.status, result = COALESCE(excluded.result, job_steps.result),
    error = excluded.error, ended_at = excluded.ended_at,
    started_at = CASE excluded.status WHEN 'pending' THEN NULL
                 ELSE COALESCE(excluded.started_at, job_steps.started_at) END`;

const RESET = `
  UPDATE job_steps SET status = 'pending', result = NULL, error = NULL,
                       started_at = NULL, ended_at = NULL
  WHERE job_id = ANY($1::text[]) AND (status <> 'completed' OR job_id = ANY($2::text[]))`;
