import type { JobData, SavedData } from '../data.ts';
import type { Job, JobProgress, JobType } from '../job.ts';
import type { CommitState, Then } from '../store/store.ts';
import { allEnded } from './children.ts';
import { type Desk, lost } from './desk.ts';
import type { Execution } from './executions.ts';
import { tidied } from './report.ts';
import type { StepOptions, Steps } from './steps.ts';

/** What the one who does the work holds in hand. */
export interface JobContext {
  readonly jobId: string;
  /** Aborts when the job is cancelled, taken away, or the process shuts down. */
  readonly signal: AbortSignal;
  isCancelled(): boolean;
  /** `total` 0 = unknown. Kept in memory and flushed at most every 50 ms: call it as often as you like. */
  updateProgress(current: number, total: number, message: string): Promise<void>;
}

export interface QueuedJobContext extends JobContext {
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** What the last `commit` of any attempt stored; `undefined` at the very start. */
  readonly checkpoint: unknown;
  readonly sessionId: string | undefined;
  /** Names the part of the work that is under way; goes with the progress from now on. */
  stage(name: string): void;
  /** Adds a line to the job's log, which keeps its newest 1 MB. What has line breaks is several lines. */
  log(line: string): void;
  /**
   * A part of the work with a name of its own. What it returns is kept (as JSON), so that a later
   * attempt does not do it again; `compensate` undoes it when a later step fails for good.
   * @throws what `work` throws, or the signal's reason when the job was stopped or taken away.
   */
  step<Result>(
    name: string,
    work: () => Promise<Result> | Result,
    options?: StepOptions<Result>,
  ): Promise<Result>;
  /**
   * Starts a job for each input as a child of this one, unless an earlier attempt has, and waits
   * until all have ended. Progress is the sum of theirs meanwhile. Cancelling this job cancels them,
   * retrying it retries those that did not complete.
   * @param expected how much a child will have to do at most, as long as it does not know itself.
   */
  runChildren<Type extends JobType>(
    type: Type,
    inputs: Record<string, unknown>[],
    expected?: (child: Job) => number,
  ): Promise<Job[]>;
  /**
   * Saves data and a checkpoint in one transaction: both are on disk when it resolves, or neither.
   * @param then the checkpoint and progress, or how they follow from what was saved; synchronous,
   * and without effect elsewhere, because it may be called again.
   * @returns what was saved.
   * @throws the signal's reason when the job was cancelled or taken away, and what saving threw;
   * nothing is saved then.
   */
  commit(data: JobData, then?: Then): Promise<SavedData>;
}

export function trackedContext(execution: Execution, { executions }: Desk): JobContext {
  const { signal } = execution.controller;
  return {
    jobId: execution.id,
    signal,
    isCancelled: () => signal.aborted,
    async updateProgress(current, total, message) {
      if (!signal.aborted) executions.report(execution, { current, total, message });
    },
  };
}

export function queuedContext(
  execution: Execution,
  start: { checkpoint: unknown; sessionId: string | undefined },
  steps: Steps,
  desk: Desk,
): QueuedJobContext {
  const { store, executions, clock } = desk;
  const { signal } = execution.controller;
  let checkpoint = start.checkpoint;
  let stage: string | undefined;
  const staged = (progress: JobProgress) => (stage ? { stage, ...progress } : progress);

  /** What a commit reports is newer than what was reported `earlier`, which goes with it otherwise. */
  const withProgress = (state: CommitState, earlier: JobProgress | undefined): CommitState => {
    if (state.progress) return { ...state, progress: tidied(staged(state.progress)) };
    return earlier ? { ...state, progress: earlier } : state;
  };
  const thenWith = (then: Then, earlier: JobProgress | undefined): Then =>
    typeof then === 'function'
      ? (saved) => withProgress(then(saved), earlier)
      : withProgress(then, earlier);

  const context: QueuedJobContext = {
    ...trackedContext(execution, desk),
    log: (line) => executions.log(execution, line),
    step: (name, work, options = {}) => steps.run(name, work, options),
    async runChildren(type, inputs, expected = () => 0) {
      await desk.startChildren(execution, type, inputs);
      return allEnded(execution, desk, expected, context.updateProgress);
    },
    attempt: execution.attempt,
    sessionId: start.sessionId,
    get checkpoint() {
      return checkpoint;
    },
    stage(name) {
      stage = name;
    },
    async updateProgress(current, total, message) {
      if (!signal.aborted) executions.report(execution, staged({ current, total, message }));
    },
    async commit(data, then = {}) {
      const taken = executions.takeProgress(execution);
      const committed = await store
        .commit(execution, data, thenWith(then, taken.progress), clock.now())
        .catch((error: unknown) => {
          executions.putBack(execution, taken);
          throw error;
        });
      if ('lost' in committed) {
        executions.putBack(execution, taken);
        lost(desk, execution, committed.lost);
        throw signal.reason;
      }
      const { saved, state } = committed;
      if (state.checkpoint !== undefined) checkpoint = state.checkpoint;
      executions.committed(execution, taken, state.progress);
      return saved;
    },
  };
  return context;
}
