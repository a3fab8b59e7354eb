import type { Clock } from '../../platform/clock.ts';
import { JobCancelled, JobFenced, JobTimedOut } from '../errors.ts';
import type { Job } from '../job.ts';
import { paceOf } from '../pace.ts';
import type { Hold, Lost, Run, StoredPace } from '../store/store.ts';
import { ProgressRate } from './progress_rate.ts';
import { ReportBuffer } from './report_buffer.ts';
import { Signal } from './signal.ts';
import { isStalled, StallDetector } from './stall_detector.ts';

/** One attempt at a job, running in this process. */
export interface Execution extends Run {
  readonly pace: StoredPace;
  readonly controller: AbortController;
  readonly rate: ProgressRate;
  readonly stall: StallDetector;
  readonly reports: ReportBuffer;
  /** Its job was cancelled. */
  isCancelled: boolean;
  /** Its handler has stopped, and what its steps did is being undone. */
  isUndoing?: boolean;
  /** Set while its end is being written: its place is free if that succeeds. */
  ending?: Promise<unknown>;
}

/**
 * The attempts that run in this process. Only here is it decided whether an attempt still holds its
 * job, and what follows when it does not. The truth about a job's status is in the database.
 */
export class Executions {
  /** An execution was asked to stop: its job was cancelled, or it has exceeded its time limit. */
  readonly stopping = new Signal<Execution>();
  readonly #byId = new Map<string, Execution>();

  constructor(private readonly clock: Clock) {}

  begin(run: Run, { current, total }: { current: number; total: number }): Execution {
    const now = this.clock.elapsed();
    const execution: Execution = {
      id: run.id,
      attempt: run.attempt,
      type: run.type,
      tracked: run.tracked,
      client: run.client,
      startedAt: run.startedAt,
      controller: new AbortController(),
      rate: new ProgressRate(now, current, total),
      stall: new StallDetector(now),
      reports: new ReportBuffer(),
      isCancelled: false,
      get pace() {
        return { perSecond: this.rate.perSecond, usualGapMs: this.stall.usualGap };
      },
    };
    const older = this.#byId.get(run.id);
    // This process lost the job and claimed it again before it noticed.
    if (older) this.fence(older);
    this.#byId.set(run.id, execution);
    return execution;
  }

  get(id: string): Execution | undefined {
    return this.#byId.get(id);
  }

  all(): Execution[] {
    return [...this.#byId.values()];
  }

  /** Whether it is still the execution of its job in this process. */
  has(execution: Execution): boolean {
    return this.#byId.get(execution.id) === execution;
  }

  /** Applies what the database says about an attempt. */
  observe(execution: Execution, hold: Hold): void {
    // While its end is being written, the answer to that decides.
    if (!this.has(execution) || execution.ending) return;
    if (hold === 'cancelling') this.cancel(execution);
    else if (hold === 'gone') this.fence(execution);
  }

  /** A write was refused. Stops the execution and returns why, for the handler. */
  refused(execution: Execution, hold: Lost): unknown {
    this.observe(execution, hold);
    const { controller } = execution;
    controller.abort(new JobFenced());
    return controller.signal.reason;
  }

  /** Asks the handler to stop, because the job was cancelled. */
  cancel(execution: Execution): void {
    if (execution.isCancelled) return;
    execution.isCancelled = true;
    execution.controller.abort(new JobCancelled());
    this.stopping.emit(execution);
  }

  /** Asks the handler to stop, because it has run for as long as it may: `limit`, in ms. */
  timeOut(execution: Execution, limit: number): void {
    const { controller, ending } = execution;
    if (!this.has(execution) || ending || controller.signal.aborted) return;
    controller.abort(new JobTimedOut(limit));
    this.stopping.emit(execution);
  }

  /** Another attempt has the job, or it is gone: nothing this execution does counts any more. */
  fence(execution: Execution): void {
    this.remove(execution);
    execution.controller.abort(new JobFenced());
  }

  /** Its end is on disk. */
  remove(execution: Execution): void {
    if (this.has(execution)) this.#byId.delete(execution.id);
    execution.reports.discard();
  }

  /** The job with progress that is not on disk yet, and its pace now. */
  withProgress(job: Job): Job {
    const execution = this.#byId.get(job.id);
    if (execution?.attempt !== job.attempt) return job;
    const { ratePerSecond: _, etaSeconds: __, stalledSince: ___, ...rest } = job;
    const live = { ...rest, progress: execution.reports.newest ?? job.progress };
    return { ...live, ...this.#paceOf(execution, live) };
  }

  #paceOf({ rate, stall }: Execution, job: Job): ReturnType<typeof paceOf> {
    const silence = stall.silence(this.clock.elapsed());
    return paceOf(job, {
      perSecond: rate.perSecond,
      progressedAt: this.clock.now() - silence,
      isStalled: isStalled(silence, stall.usualGap),
    });
  }
}
