import { Worker } from 'node:worker_threads';
import { ModelUnavailable } from '../embedder.ts';
import type { Answer, Request } from './worker.ts';

const SCRIPT = new URL('./worker.ts', import.meta.url);

export interface ModelWorker {
  readonly isLoaded: boolean;
  /** Starts the thread when there is none. @throws ModelUnavailable when the model does not load. */
  load(dir: string): Promise<void>;
  /** @throws ModelUnavailable when the thread ends first, Error when the model fails. */
  embed(texts: string[]): Promise<Float32Array[]>;
  /** Ends the thread, once what was asked of it is answered. */
  stop(): Promise<void>;
}

/** The model on a thread of its own, which keeps the process alive only while it has work. */
export function createModelWorker(script: URL = SCRIPT): ModelWorker {
  const waiting = new Map<number, PromiseWithResolvers<Float32Array[]>>();
  let thread: Worker | undefined;
  let loading: Promise<unknown> | undefined;
  let isLoaded = false;
  let lastId = 0;

  function ask(question: { load: string } | { embed: string[] }): Promise<Float32Array[]> {
    thread ??= startThread();
    const id = ++lastId;
    const answer = Promise.withResolvers<Float32Array[]>();
    waiting.set(id, answer);
    thread.ref();
    thread.postMessage({ id, ...question } as Request);
    return answer.promise;
  }

  function startThread(): Worker {
    const started = new Worker(script);
    let cause: Error | undefined;
    started.on('message', settle);
    started.on('error', (error: Error) => {
      cause = error;
    });
    started.on('exit', () => {
      if (thread === started) end(crashed(cause));
    });
    return started;
  }

  function settle(answer: Answer): void {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) thread?.unref();
    if ('failure' in answer) asked?.reject(answer.failure);
    else asked?.resolve(answer.vectors);
  }

  function end(reason: ModelUnavailable): void {
    thread = undefined;
    loading = undefined;
    isLoaded = false;
    for (const asked of waiting.values()) asked.reject(reason);
    waiting.clear();
  }

  async function loadOnce(dir: string): Promise<void> {
    try {
      await ask({ load: dir });
      isLoaded = true;
    } catch (cause) {
      loading = undefined;
      throw cause instanceof ModelUnavailable ? cause : doesNotLoad(cause as Error);
    }
  }

  return {
    get isLoaded() {
      return isLoaded;
    },
    async load(dir) {
      loading ??= loadOnce(dir);
      await loading;
    },
    embed: (texts) => ask({ embed: texts }),
    async stop() {
      // Ended in the middle of an inference, onnxruntime-node 1.30.0 takes the process with it.
      await Promise.allSettled([...waiting.values()].map((asked) => asked.promise));
      await thread?.terminate();
    },
  };
}

function crashed(cause?: Error): ModelUnavailable {
  const reason = cause ? ` (${cause.message})` : '';
  const message = `The thread that embeds has ended unexpectedly${reason}. Try again.`;
  return new ModelUnavailable(message, { cause });
}

function doesNotLoad(cause: Error): ModelUnavailable {
  return new ModelUnavailable(
    `The model does not load on this machine: ${cause.message}. It needs onnxruntime-node, which runs on Linux (glibc), macOS (arm64) and Windows.`,
    { permanent: true, cause },
  );
}
