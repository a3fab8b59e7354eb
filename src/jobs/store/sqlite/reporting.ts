import type { Database } from 'bun:sqlite';
import { boundedError } from '../../engine/tidying.ts';
import type { JobData, JobProgress, SaveData } from '../../job.ts';
import { RUNNING } from '../rows.ts';
import type { Committed, Fence, Hold, Report, Run, StepChange, Then } from '../store.ts';
import type { Ownership } from './attempts.ts';
import type { ChangeLog } from './changes.ts';
import { createLogWriter } from './log.ts';
import { command } from './statements.ts';
import type { StepWriter } from './steps.ts';

type Paced = Fence & Pick<Run, 'pace'>;

/** What a running attempt writes: progress, log, data with a checkpoint, steps. */
export class Reporting {
  readonly #lines;
  readonly #sql;

  constructor(
    db: Database,
    private readonly log: ChangeLog,
    private readonly ownership: Ownership,
    private readonly steps: StepWriter,
    private readonly save: SaveData,
  ) {
    this.#lines = createLogWriter(db);
    this.#sql = statements(db);
  }

  report(run: Paced, report: Report, now: number): Hold {
    return this.#write(run, report, now, () => this.#nextRevision());
  }

  /** The last report of an attempt. Its progress has no number: the log lists the end. */
  reportLast(run: Paced, report: Report, now: number): void {
    this.#write(run, report, now, () => null);
  }

  #write(
    run: Paced,
    { progress, lines }: Report,
    now: number,
    revision: () => number | null,
  ): Hold {
    const hold = progress
      ? this.#saveProgress(run, progress, now, revision())
      : this.ownership.holdOf(run);
    if (lines && hold !== 'gone') this.#lines.append(run.id, lines);
    return hold;
  }

  commit(run: Run, data: JobData, then: Then, now: number): Committed {
    const hold = this.ownership.holdOf(run);
    if (hold !== 'running') return { lost: hold };
    const saved = this.save(data);
    const state = typeof then === 'function' ? then(saved) : then;
    if (state.checkpoint !== undefined)
      this.#sql.saveCheckpoint.run(asJson(state.checkpoint), now, run.id);
    if (state.progress) this.#saveProgress(run, state.progress, now, this.#nextRevision());
    return { saved, state };
  }

  planSteps(run: Run, names: readonly string[]): Hold {
    return this.#ifHeld(run, () => {
      for (const name of names) this.steps.plan(run.id, name);
    });
  }

  changeStep(run: Run, name: string, change: StepChange, now: number): Hold {
    return this.#ifHeld(run, () => {
      this.steps.change(run.id, name, change, now);
      this.log.changed(run.id);
    });
  }

  beginUndoing(run: Run, reason: string): Hold {
    return this.#ifHeld(run, () => this.#sql.setUndoing.run(boundedError(reason), run.id));
  }

  #ifHeld(run: Run, change: () => void): Hold {
    const hold = this.ownership.holdOf(run);
    if (hold !== 'gone') change();
    return hold;
  }

  #nextRevision(): number {
    return this.#sql.nextRevision.get()?.revision ?? 0;
  }

  #saveProgress(
    { id, attempt, pace }: Paced,
    progress: JobProgress,
    now: number,
    revision: number | null,
  ): Hold {
    const { current, total, message, stage = null } = progress;
    const rate = pace?.perSecond ?? null;
    const gap = pace ? Math.round(pace.usualGapMs) : null;
    const row = this.#sql.saveProgress.get(
      current,
      total,
      message,
      stage,
      now,
      id,
      attempt,
      rate,
      gap,
      revision,
    );
    return row?.status ?? 'gone';
  }
}

function statements(db: Database) {
  return {
    saveProgress: command<{ status: Exclude<Hold, 'gone'> }>(
      db,
      `UPDATE jobs SET progress_current = ?1, progress_total = ?2, progress_message = ?3,
                       progress_stage = ?4, updated_at = ?5, progress_rate = ?8, progress_gap = ?9,
                       revision = COALESCE(?10, revision)
       WHERE id = ?6 AND attempt = ?7 AND ${RUNNING} RETURNING status`,
    ),
    // A checkpoint that is written again unchanged is no progress, however often it is written.
    saveCheckpoint: command(
      db,
      `UPDATE jobs SET advanced = advanced OR checkpoint IS NOT ?1, checkpoint = ?1, updated_at = ?2
       WHERE id = ?3`,
    ),
    nextRevision: command<{ revision: number }>(
      db,
      'UPDATE job_feed SET revision = revision + 1 RETURNING revision',
    ),
    setUndoing: command(db, 'UPDATE jobs SET undoing = ? WHERE id = ?'),
  };
}

/** @throws TypeError when the checkpoint has no representation in JSON. */
function asJson(checkpoint: unknown): string {
  const json = JSON.stringify(checkpoint) as string | undefined;
  if (json === undefined) throw new TypeError('The checkpoint is not JSON-serialisable.');
  return json;
}
