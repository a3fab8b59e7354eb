import type { Transaction } from '../../../platform/postgres/statements.ts';
import { boundedError } from '../../engine/tidying.ts';
import type { JobData, JobProgress } from '../../job.ts';
import type { SaveInTransaction } from '../backend.ts';
import { RUNNING } from '../rows.ts';
import type { Committed, Fence, Hold, Report, Run, StepChange, Then } from '../store.ts';
import { holdOf } from './attempt_history.ts';
import type { ChangeLog } from './change_log.ts';
import { appendToLog } from './log_writer.ts';
import { changeStep, planSteps } from './step_writer.ts';

type Paced = Fence & Pick<Run, 'pace'>;

/** What a running attempt writes: progress, log, data with a checkpoint, steps. */
export class Reporting {
  constructor(
    private readonly log: ChangeLog,
    private readonly save: SaveInTransaction,
  ) {}

  report(tx: Transaction, run: Paced, report: Report, now: number): Promise<Hold> {
    return this.#write(tx, run, report, now, SAVE_PROGRESS);
  }

  /** The last report of an attempt. Its progress has no number: the log lists the end. */
  async reportLast(tx: Transaction, run: Paced, report: Report, now: number): Promise<void> {
    await this.#write(tx, run, report, now, SAVE_LAST_PROGRESS);
  }

  async #write(
    tx: Transaction,
    run: Paced,
    { progress, lines }: Report,
    now: number,
    sql: string,
  ): Promise<Hold> {
    const hold = await (progress ? saveProgress(tx, run, progress, now, sql) : holdOf(tx, run));
    if (progress) this.log.progressed(run.id);
    if (lines && hold !== 'gone') await appendToLog(tx, run.id, lines);
    return hold;
  }

  async commit(
    tx: Transaction,
    run: Run,
    data: JobData,
    then: Then,
    now: number,
  ): Promise<Committed> {
    const hold = await holdOf(tx, run);
    if (hold !== 'running') return { lost: hold };
    const saved = await this.save(data, tx);
    const state = typeof then === 'function' ? then(saved) : then;
    if (state.checkpoint !== undefined)
      await tx.run(SAVE_CHECKPOINT, [asJson(state.checkpoint), now, run.id]);
    if (state.progress) await saveProgress(tx, run, state.progress, now, SAVE_PROGRESS);
    this.log.progressed(run.id);
    return { saved, state };
  }

  async planSteps(tx: Transaction, run: Run, names: readonly string[]): Promise<Hold> {
    const hold = await holdOf(tx, run);
    if (hold !== 'gone') await planSteps(tx, run.id, names);
    return hold;
  }

  async changeStep(
    tx: Transaction,
    run: Run,
    name: string,
    change: StepChange,
    now: number,
  ): Promise<Hold> {
    const hold = await holdOf(tx, run);
    if (hold === 'gone') return hold;
    await changeStep(tx, run.id, name, change, now);
    this.log.changed(run.id);
    return hold;
  }

  async beginUndoing(tx: Transaction, run: Run, reason: string): Promise<Hold> {
    const row = await tx.get<Running>(BEGIN_UNDOING, [run.id, run.attempt, boundedError(reason)]);
    return row?.status ?? 'gone';
  }
}

interface Running {
  status: Exclude<Hold, 'gone'>;
}

async function saveProgress(
  tx: Transaction,
  { id, attempt, pace }: Paced,
  progress: JobProgress,
  now: number,
  sql: string,
): Promise<Hold> {
  const { current, total, message, stage = null } = progress;
  const rate = pace?.perSecond ?? null;
  const gap = pace ? Math.round(pace.usualGapMs) : null;
  const values = [id, attempt, now, current, total, message, stage, rate, gap];
  return (await tx.get<Running>(sql, values))?.status ?? 'gone';
}

const IF_HELD = `WHERE id = $1::text AND attempt = $2::integer AND ${RUNNING} RETURNING status`;

const PROGRESS = `
  UPDATE jobs SET updated_at = $3::bigint, progress_current = $4::bigint,
                  progress_total = $5::bigint, progress_message = $6::text,
                  progress_stage = $7::text, progress_rate = $8::double precision,
                  progress_gap = $9::bigint`;

const SAVE_PROGRESS = `
  ${PROGRESS}, revision = pg_current_xact_id()::text::bigint
  ${IF_HELD}`;

const SAVE_LAST_PROGRESS = `${PROGRESS} ${IF_HELD}`;

// A checkpoint that is written again unchanged is no progress, however often it is written.
const SAVE_CHECKPOINT = `
  UPDATE jobs SET advanced = CASE WHEN checkpoint IS DISTINCT FROM $1::text THEN 1 ELSE advanced END,
                  checkpoint = $1::text, updated_at = $2::bigint
  WHERE id = $3::text`;

const BEGIN_UNDOING = `UPDATE jobs SET undoing = $3::text ${IF_HELD}`;

/** @throws TypeError when the checkpoint has no representation in JSON. */
function asJson(checkpoint: unknown): string {
  const json = JSON.stringify(checkpoint) as string | undefined;
  if (json === undefined) throw new TypeError('The checkpoint is not JSON-serialisable.');
  return json;
}
