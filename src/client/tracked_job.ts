import { JobError, type JobErrorCode, RequestError } from './errors.ts';
import {
  isEnd,
  type JobState,
  loadingState,
  type ServerJob,
  stateOf,
  stateWithoutJob,
} from './job_state.ts';
import type { JobStream, JobUpdate } from './job_stream.ts';

/**
 * A job as a store with the contract of Svelte stores. It is followed only while there are subscribers,
 * pending `done` promises or loops. Its functions need no `this`.
 */
export interface TrackedJob<Output> extends AsyncIterable<JobState<Output>> {
  /**
   * Calls `run` with the current state at once, and with every later one.
   * @returns a function that unsubscribes.
   */
  subscribe(run: (state: JobState<Output>) => void): () => void;
  /** Ends all subscriptions and loops of this job, and rejects `done`. */
  unsubscribe(): void;
  /**
   * The output of the job. Each read waits for the next end.
   * @throws JobError whose `code` says how the job ended; RequestError when the server refused; the
   * signal's reason when that has aborted.
   */
  readonly done: Promise<Output>;
  /**
   * Requests the job to stop; it may be `cancelling` for a while. False when it has already ended.
   * @throws RequestError
   */
  cancel(): Promise<boolean>;
  /**
   * Queues an ended job again.
   * @throws RequestError with the code `active` when it has not ended, `tracked` when it cannot.
   */
  retry(): Promise<void>;
  /**
   * Lets a waiting job start next of its type, whatever it waits for. False when it does not wait.
   * @throws RequestError
   */
  runNext(): Promise<boolean>;
}

/** Requests about one job. */
export interface JobActions {
  cancel(id: string): Promise<boolean>;
  retry(id: string): Promise<ServerJob>;
  runNext(id: string): Promise<boolean>;
}

interface Follower<Output> {
  run(state: JobState<Output>): void;
  /** Called when the subscription was ended by others. */
  left(reason: unknown): void;
}

interface TrackedJobParts {
  /** An existing job, or one that is being started. */
  job: string | Promise<ServerJob>;
  stream: JobStream;
  actions: JobActions;
  /** Each of them ends all subscriptions. */
  signals: AbortSignal[];
}

export function createTrackedJob<Output>(parts: TrackedJobParts): TrackedJob<Output> {
  const { actions } = parts;
  const store = new JobStore<Output>(parts);
  return {
    subscribe: (run) => store.join({ run, left() {} }),
    unsubscribe: () => store.leaveAll(new JobError('The job was unsubscribed.', 'unsubscribed')),
    get done() {
      return untilDone(store);
    },
    cancel: async () => actions.cancel(await store.started),
    runNext: async () => actions.runNext(await store.started),
    retry: async () => store.retried(await actions.retry(await store.started)),
    [Symbol.asyncIterator]: () => statesOf(store),
  };
}

class JobStore<Output> {
  /** The job's id, once it has started. */
  readonly started: Promise<string>;
  /** Why the server refused the job. */
  refusal: unknown;
  readonly #followers = new Set<Follower<Output>>();
  #state: JobState<Output>;
  #known: ServerJob | undefined;
  #stopFollowing: (() => void) | undefined;

  constructor(private readonly parts: TrackedJobParts) {
    const { job } = parts;
    this.#state = loadingState(this.#id());
    this.started =
      typeof job === 'string' ? Promise.resolve(job) : job.then((started) => this.#begun(started));
    this.started.catch((error) => this.#refused(error));
  }

  join(follower: Follower<Output>): () => void {
    const aborted = this.parts.signals.find((signal) => signal.aborted);
    if (aborted) {
      follower.run(this.#state);
      follower.left(aborted.reason);
      return () => {};
    }
    this.#followers.add(follower);
    if (this.#followers.size === 1) this.#begin();
    follower.run(this.#state);
    return () => {
      if (this.#followers.delete(follower) && this.#followers.size === 0) this.#end();
    };
  }

  leaveAll(reason: unknown): void {
    const all = [...this.#followers];
    this.#followers.clear();
    if (all.length > 0) this.#end();
    for (const follower of all) follower.left(reason);
  }

  /** Shows and follows a retried job, unless the stream has sent a newer state. */
  retried(job: ServerJob): void {
    if (this.#known && job.updatedAt <= this.#known.updatedAt) return;
    const update = { job, steps: [] };
    this.#update(update);
    this.parts.stream.resume(update);
  }

  #begun(job: ServerJob): string {
    this.#update({ job, steps: [] });
    return job.id;
  }

  #update(update: JobUpdate): void {
    if (update instanceof RequestError) {
      this.#refused(update);
    } else if (update !== 'not_found') {
      this.#known = update.job;
      this.#show(stateOf(update.job, update.steps));
    } else if (!isEnd(this.#state.status)) {
      // An ended job keeps its state when the server removes it.
      const jobId = this.#id() ?? '';
      const message = `There is no job with the id ${jobId}.`;
      this.#show(stateWithoutJob({ status: 'not_found', jobId }, message));
    }
  }

  #refused(error: unknown): void {
    this.refusal = error;
    this.#show(stateWithoutJob({ status: 'refused', jobId: this.#id() }, messageOf(error)));
  }

  #id(): string | null {
    const { job } = this.parts;
    return typeof job === 'string' ? job : (this.#known?.id ?? null);
  }

  #show(next: JobState<Output>): void {
    if (JSON.stringify(next) === JSON.stringify(this.#state)) return;
    this.#state = next;
    for (const follower of [...this.#followers]) {
      try {
        if (this.#followers.has(follower)) follower.run(this.#state);
      } catch (error) {
        // Thrown later: an error of one subscriber must not affect the others.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  #begin(): void {
    for (const signal of this.parts.signals) signal.addEventListener('abort', this.#onAbort);
    let isOver = false;
    let release = () => {};
    this.#stopFollowing = () => {
      isOver = true;
      release();
    };
    this.started.then(
      (id) => {
        if (!isOver) release = this.parts.stream.follow(id, (update) => this.#update(update));
      },
      () => {},
    );
  }

  #end(): void {
    for (const signal of this.parts.signals) signal.removeEventListener('abort', this.#onAbort);
    this.#stopFollowing?.();
    this.#stopFollowing = undefined;
  }

  readonly #onAbort = ({ target }: Event) => this.leaveAll((target as AbortSignal).reason);
}

function untilDone<Output>(store: JobStore<Output>): Promise<Output> {
  return new Promise((resolve, reject) => {
    let leave = () => {};
    let isSettled = false;
    leave = store.join({
      run(current) {
        if (!isEnd(current.status)) return;
        isSettled = true;
        leave();
        if (current.status === 'completed') resolve(current.output);
        else reject(current.status === 'refused' ? store.refusal : errorOf(current));
      },
      left: reject,
    });
    // The first call of `run` comes before `leave` is set.
    if (isSettled) leave();
  });
}

async function* statesOf<Output>(store: JobStore<Output>): AsyncGenerator<JobState<Output>> {
  let latest: JobState<Output> | undefined;
  let left: { reason: unknown } | undefined;
  let wake = () => {};
  const leave = store.join({
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

/** Whether a signal ended the loop. After `unsubscribe` it just ends. */
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
