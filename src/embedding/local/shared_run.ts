type OnProgress = (current: number, total: number, message: string) => void;

export interface RunOptions {
  signal: AbortSignal;
  onProgress?: OnProgress;
}

/** Settles like `promise`, or rejects with the signal's reason as soon as it aborts. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: result, resolve, reject } = Promise.withResolvers<T>();
  const leave = () => reject(signal.reason);
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  return result;
}

/**
 * Lets concurrent callers share one run of `work`. Each gets its progress and can leave by its own
 * signal; the run is aborted when the last has left.
 */
export function shareRun(
  work: (options: Required<RunOptions>) => Promise<void>,
): (options: RunOptions) => Promise<void> {
  let current: SharedRun | undefined;

  return async ({ signal, onProgress }) => {
    signal.throwIfAborted();
    const run = current ?? start(work);
    current = run;
    const waiting = { onProgress };
    run.waiting.add(waiting);
    try {
      await orAborted(run.done, signal);
    } finally {
      run.waiting.delete(waiting);
      if (run.waiting.size === 0) {
        // Cleared first: a new caller must not join a run that is being aborted.
        if (current === run) current = undefined;
        run.controller.abort(signal.reason);
      }
    }
  };
}

interface SharedRun {
  waiting: Set<{ onProgress?: OnProgress }>;
  done: Promise<void>;
  controller: AbortController;
}

function start(work: (options: Required<RunOptions>) => Promise<void>): SharedRun {
  const controller = new AbortController();
  const waiting: SharedRun['waiting'] = new Set();
  const onProgress: OnProgress = (...progress) => {
    for (const one of waiting) one.onProgress?.(...progress);
  };
  return { waiting, controller, done: work({ signal: controller.signal, onProgress }) };
}
