import type { Database } from 'bun:sqlite';
import type { JobStep } from '../../details.ts';
import { type StepRow, stepValues, toStep } from '../detail_rows.ts';
import type { StepChange } from '../store.ts';
import { command, query } from './statements.ts';

export type StepWriter = ReturnType<typeof createStepWriter>;

/** Changes the steps of jobs, inside the transaction of the caller. */
export function createStepWriter(db: Database) {
  const plan = command(
    db,
    `
    INSERT INTO job_steps (job_id, name, place, status)
    VALUES (?1, ?2, (SELECT COALESCE(MAX(place), 0) + 1 FROM job_steps WHERE job_id = ?1), 'pending')
    ON CONFLICT DO NOTHING`,
  );
  const set = command(
    db,
    `
    UPDATE job_steps SET status = ?1, result = COALESCE(?2, result), error = ?3,
                         started_at = CASE ?1 WHEN 'pending' THEN NULL
                                      ELSE COALESCE(?4, started_at) END,
                         ended_at = ?5
    WHERE job_id = ?6 AND name = ?7`,
  );
  const reset = command(
    db,
    `
    UPDATE job_steps SET status = 'pending', result = NULL, error = NULL,
                         started_at = NULL, ended_at = NULL
    WHERE job_id = ?1 AND (status <> 'completed' OR ?2)`,
  );
  return {
    plan: (id: string, name: string) => void plan.run(id, name),
    change(id: string, name: string, change: StepChange, now: number): void {
      plan.run(id, name);
      set.run(...stepValues(change, now), id, name);
    },
    /** Resets the steps that are not completed, or all of them. */
    reset: (id: string, all: boolean) => void reset.run(id, all),
  };
}

/** The steps of a job, in their order. */
export function createStepReader(db: Database): (id: string) => JobStep[] {
  const steps = query<StepRow>(db, 'SELECT * FROM job_steps WHERE job_id = ? ORDER BY place');
  return (id) => steps.all(id).map(toStep);
}
