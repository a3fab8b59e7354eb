import { type Desk, lost } from './desk.ts';
import type { Execution } from './executions.ts';
import type { JobProgress } from './job.ts';
import type { CommitState } from './store.ts';

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
  /**
   * Runs `write` and stores the checkpoint in one SQLite transaction: both are on disk afterwards,
   * or neither. `write` must be synchronous; the checkpoint is read after it has run.
   * @throws the signal's reason when the job was cancelled or taken away; nothing is written then.
   */
  commit(write: () => void, state: CommitState): void;
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
  desk: Desk,
): QueuedJobContext {
  const { store, executions, clock } = desk;
  const { signal } = execution.controller;
  let checkpoint = start.checkpoint;
  let stage: string | undefined;
  const staged = (progress: JobProgress) => (stage ? { stage, ...progress } : progress);

  return {
    ...trackedContext(execution, desk),
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
    commit(write, state) {
      const progress = state.progress && staged(state.progress);
      const held = store.commit(execution, write, { ...state, progress }, clock.now());
      if (!held) {
        lost(desk, execution);
        throw signal.reason;
      }
      if (state.checkpoint !== undefined) checkpoint = state.checkpoint;
      if (progress) executions.reported(execution, progress);
    },
  };
}
