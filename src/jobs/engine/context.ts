import type { Clock } from '../../platform/clock.ts';
import type { Job, JobData, JobProgress, JobType, SavedData } from '../job.ts';
import type { CommitState, JobReader, JobStore, Then } from '../store/store.ts';
import { allEnded } from './children.ts';
import type { Execution, Executions } from './executions.ts';
import type { HandOver } from './report_buffer.ts';
import type { Reports } from './reports.ts';
import type { StepOptions, Steps } from './steps.ts';
import { tidied } from './tidying.ts';

/** What the caller of a tracked job, or the handler of a queued one, works with. */
export interface JobContext {
  readonly jobId: string;
  /** Aborts when the job is cancelled or taken by another process, or when this one shuts down. */
  readonly signal: AbortSignal;
  isCancelled(): boolean;
  /** `total` 0 = unknown. Kept in memory and flushed every 50 ms at most: call it as often as you like. */
  updateProgress(current: number, total: number, message: string): Promise<void>;
}

export interface QueuedJobContext extends JobContext {
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** What the last `commit` of any attempt stored; `undefined` when there was none. */
  readonly checkpoint: unknown;
  readonly sessionId: string | undefined;
  /** Names the current part of the work; reported with the progress from now on. */
  stage(name: string): void;
  /** Adds a line to the job's log, which keeps its newest 1 MB. Text with line breaks becomes several lines. */
  log(line: string): void;
  /**
   * Runs a named part of the work. Its result is kept (as JSON), so that a later attempt does not run
   * it again; `compensate` undoes it when a later step fails permanently.
   * @throws what `work` throws, or the signal's reason when the job was stopped.
   */
  step<Result>(
    name: string,
    work: () => Promise<Result> | Result,
    options?: StepOptions<Result>,
  ): Promise<Result>;
  /**
   * Starts a child job for each input, unless an earlier attempt has, and waits until all children
   * have ended. Meanwhile the progress is the sum of theirs. Cancelling this job cancels its
   * children; retrying it retries those that did not complete.
   * @param expected the total of a child at most, for as long as the child has not reported one.
   */
  runChildren<Type extends JobType>(
    type: Type,
    inputs: Record<string, unknown>[],
    expected?: (child: Job) => number,
  ): Promise<Job[]>;
  /**
   * Saves data and a checkpoint in one transaction: when it resolves, both are on disk.
   * @param then the checkpoint and progress, or a function that gives them from what was saved. It
   * must be synchronous and have no other effect, because it may be called again.
   * @returns what was saved.
   * @throws the signal's reason when the job was cancelled or taken by another process, and what
   * saving threw; nothing is saved then.
   */
  commit(data: JobData, then?: Then): Promise<SavedData>;
}

/** Enqueues a child for each input, unless the parent has children already. */
interface ChildEnqueuer {
  enqueueChildren(parent: Execution, type: JobType, inputs: unknown[]): Promise<void>;
}

export interface ContextDeps {
  store: JobStore;
  reader: JobReader;
  executions: Executions;
  reports: Reports;
  enqueuer: ChildEnqueuer;
  clock: Clock;
}

export function trackedContext(execution: Execution, reports: Reports): JobContext {
  const { signal } = execution.controller;
  return {
    jobId: execution.id,
    signal,
    isCancelled: () => signal.aborted,
    async updateProgress(current, total, message) {
      if (!signal.aborted) reports.report(execution, { current, total, message });
    },
  };
}

export function queuedContext(
  execution: Execution,
  start: { checkpoint: unknown; sessionId: string | undefined },
  steps: Steps,
  deps: ContextDeps,
): QueuedJobContext {
  const { reports, enqueuer } = deps;
  const { signal } = execution.controller;
  let { checkpoint } = start;
  let stage: string | undefined;
  const staged = (progress: JobProgress) => (stage ? { stage, ...progress } : progress);
  const context: QueuedJobContext = {
    jobId: execution.id,
    signal,
    isCancelled: () => signal.aborted,
    attempt: execution.attempt,
    sessionId: start.sessionId,
    get checkpoint() {
      return checkpoint;
    },
    stage(name) {
      stage = name;
    },
    log: (line) => reports.log(execution, line),
    async updateProgress(current, total, message) {
      if (!signal.aborted) reports.report(execution, staged({ current, total, message }));
    },
    step: (name, work, options = {}) => steps.run(name, work, options),
    async runChildren(type, inputs, expected = () => 0) {
      await enqueuer.enqueueChildren(execution, type, inputs);
      return allEnded(deps, execution, expected, context.updateProgress);
    },
    async commit(data, then = {}) {
      const { saved, state } = await commit(deps, execution, data, (earlier) =>
        withProgress(then, staged, earlier),
      );
      if (state.checkpoint !== undefined) checkpoint = state.checkpoint;
      return saved;
    },
  };
  return context;
}

/** @param thenWith gives what is stored with the data, from progress that was reported before. */
async function commit(
  { store, executions, reports, clock }: ContextDeps,
  execution: Execution,
  data: JobData,
  thenWith: (earlier: JobProgress | undefined) => Then,
) {
  const report: HandOver = execution.reports.takeForCommit();
  let committed: Awaited<ReturnType<JobStore['commit']>>;
  try {
    committed = await store.commit(execution, data, thenWith(report.progress), clock.now());
  } catch (error) {
    reports.failed(execution, report);
    throw error;
  }
  if ('lost' in committed) {
    reports.failed(execution, report);
    throw executions.refused(execution, committed.lost);
  }
  reports.committed(execution, report, committed.state.progress);
  return committed;
}

/** A commit's own progress is newer than what was reported `earlier`, which it stores otherwise. */
function withProgress(
  then: Then,
  staged: (progress: JobProgress) => JobProgress,
  earlier: JobProgress | undefined,
): Then {
  const complete = (state: CommitState): CommitState => {
    if (state.progress) return { ...state, progress: tidied(staged(state.progress)) };
    return earlier ? { ...state, progress: earlier } : state;
  };
  return typeof then === 'function' ? (saved) => complete(then(saved)) : complete(then);
}
