import { JobError, type JobErrorCode, RequestError } from './errors.ts';
import {
  isEnd,
  type JobState,
  LOADING,
  type ServerJob,
  silentState,
  stateOf,
} from './job_state.ts';
import type { JobNews, JobStream } from './job_stream.ts';

/**
 * A job as a store: anything that takes a Svelte store takes this one. It is followed only while
 * somebody subscribes, waits for `done` or iterates. Its functions need no `this`.
 */
export interface TrackedJob<Output> extends AsyncIterable<JobState<Output>> {
  /**
   * Calls `run` with the present state at once, and with every other one that follows.
   * @returns what ends that.
   */
  subscribe(run: (state: JobState<Output>) => void): () => void;
  /** Ends all that follows this job: subscribers, loops, and `done`, which rejects. */
  unsubscribe(): void;
  /**
   * What the job returns. Each reading waits for the next end.
   * @throws JobError whose `code` tells how it ended; RequestError when the server refused; the
   * signal's reason when that has aborted.
   */
  readonly done: Promise<Output>;
  /**
   * Asks the job to stop; it may be `cancelling` for a while. False when it has ended already.
   * @throws RequestError
   */
  cancel(): Promise<boolean>;
  /**
   * Puts a job that has ended back into the line.
   * @throws RequestError with the code `active` when it has not, `tracked` when it cannot.
   */
  retry(): Promise<void>;
}

/** What is asked of the server about one job. */
export interface JobActions {
  cancel(id: string): Promise<boolean>;
  retry(id: string): Promise<ServerJob>;
}

interface Follower<Output> {
  run(state: JobState<Output>): void;
  /** It will hear nothing more. */
  left(reason: unknown): void;
}

interface TrackedJobParts {
  /** A job that is there, or one that is being started. */
  job: string | Promise<ServerJob>;
  stream: JobStream;
  actions: JobActions;
  /** Each of them ends all following. */
  signals: AbortSignal[];
}

export function createTrackedJob<Output>(parts: TrackedJobParts): TrackedJob<Output> {
  const { job, stream, actions, signals } = parts;
  const followers = new Set<Follower<Output>>();
  let state: JobState<Output> = LOADING;
  let known: ServerJob | undefined;
  /** Why the server does not tell of it. */
  let refusal: unknown;
  let stopFollowing: (() => void) | undefined;
  const started = typeof job === 'string' ? Promise.resolve(job) : job.then(begun);
  started.catch(refused);

  function begun(answer: ServerJob): string {
    hear({ job: answer, steps: [] });
    return answer.id;
  }

  function hear(news: JobNews): void {
    if (news instanceof RequestError) {
      refused(news);
    } else if (news !== 'not_found') {
      known = news.job;
      show(stateOf(news.job, news.steps));
    } else if (!isEnd(state.status)) {
      // What has ended stays as it was when the server forgets it.
      const jobId = idNow() ?? '';
      show(silentState({ status: 'not_found', jobId }, `There is no job with the id ${jobId}.`));
    }
  }

  function refused(error: unknown): void {
    refusal = error;
    show(silentState({ status: 'refused', jobId: idNow() }, messageOf(error)));
  }

  function idNow(): string | null {
    return typeof job === 'string' ? job : (known?.id ?? null);
  }

  function show(next: JobState<Output>): void {
    if (JSON.stringify(next) === JSON.stringify(state)) return;
    state = next;
    for (const follower of [...followers]) {
      try {
        if (followers.has(follower)) follower.run(state);
      } catch (error) {
        // Its own failure, which must keep nobody else from hearing.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  function join(follower: Follower<Output>): () => void {
    const aborted = signals.find((signal) => signal.aborted);
    if (aborted) {
      follower.run(state);
      follower.left(aborted.reason);
      return () => {};
    }
    followers.add(follower);
    if (followers.size === 1) begin();
    follower.run(state);
    return () => {
      if (followers.delete(follower) && followers.size === 0) end();
    };
  }

  function begin(): void {
    for (const signal of signals) signal.addEventListener('abort', abort);
    let isOver = false;
    let release = () => {};
    stopFollowing = () => {
      isOver = true;
      release();
    };
    started.then(
      (id) => {
        if (!isOver) release = stream.follow(id, hear);
      },
      () => {},
    );
  }

  function end(): void {
    for (const signal of signals) signal.removeEventListener('abort', abort);
    stopFollowing?.();
    stopFollowing = undefined;
  }

  function abort({ target }: Event): void {
    leaveAll((target as AbortSignal).reason);
  }

  function leaveAll(reason: unknown): void {
    const all = [...followers];
    followers.clear();
    if (all.length > 0) end();
    for (const follower of all) follower.left(reason);
  }

  function untilDone(): Promise<Output> {
    return new Promise((resolve, reject) => {
      let leave = () => {};
      let isSettled = false;
      leave = join({
        run(current) {
          if (!isEnd(current.status)) return;
          isSettled = true;
          leave();
          if (current.status === 'completed') resolve(current.output);
          else reject(current.status === 'refused' ? refusal : errorOf(current));
        },
        left: reject,
      });
      // The first call comes before there is anything to leave.
      if (isSettled) leave();
    });
  }

  async function* states(): AsyncGenerator<JobState<Output>> {
    let latest: JobState<Output> | undefined;
    let left: { reason: unknown } | undefined;
    let wake = () => {};
    const leave = join({
      run(current) {
        latest = current;
        wake();
      },
      left(reason) {
        left = { reason };
        wake();
      },
    });
    try {
      for (;;) {
        while (latest) {
          const current = latest;
          latest = undefined;
          yield current;
          if (isEnd(current.status) && !latest) return;
        }
        if (left && isAborted(left.reason)) throw left.reason;
        if (left) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      leave();
    }
  }

  return {
    subscribe: (run) => join({ run, left() {} }),
    unsubscribe: () => leaveAll(new JobError('Nobody follows the job any more.', 'unsubscribed')),
    get done() {
      return untilDone();
    },
    cancel: async () => actions.cancel(await started),
    async retry() {
      const answer = await actions.retry(await started);
      // What the stream has told meanwhile is newer.
      if (!known || answer.updatedAt > known.updatedAt) hear({ job: answer, steps: [] });
    },
    [Symbol.asyncIterator]: states,
  };
}

/** A loop that was left on purpose just ends. */
function isAborted(reason: unknown): boolean {
  return !(reason instanceof JobError);
}

function errorOf({ status, jobId, error }: JobState): JobError {
  const message = error ?? `The job was ${status}.`;
  return new JobError(message, status as JobErrorCode, jobId ?? undefined);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
