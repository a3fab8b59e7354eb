import { errorFrom, readJson, type SendRequest } from './api.ts';
import { type ClientClock, clientClock } from './clock.ts';
import { RequestError } from './errors.ts';
import type { ServerJob } from './job_state.ts';
import type { StartRequest } from './job_types.ts';
import { retryDelay } from './retry_delay.ts';

/** The maximum number of starts per request; the server takes 1,000 of them, and 1 MB. */
const MAX_AT_ONCE = 200;

/** How often a request without a response is sent: over 3.5 to 7 s, enough for a restart. */
const MAX_TRIES = 4;

interface Pending {
  request: StartRequest;
  resolve(job: ServerJob): void;
  reject(error: unknown): void;
}

/**
 * Starts jobs. Starts of the same turn share one request. A request without a response is repeated with
 * the same idempotency key, so that no job is started twice.
 * @returns a function that resolves when the job is on the server's disk. It rejects with a RequestError;
 * then nothing was started, unless its code is `unreachable` or `not_json`.
 */
export function createStarts(
  send: SendRequest,
  signal?: AbortSignal,
  clock: ClientClock = clientClock,
): (request: StartRequest) => Promise<ServerJob> {
  const batcher = new StartBatcher(send, signal, clock);
  return (request) => batcher.start(request);
}

class StartBatcher {
  #pending: Pending[] = [];

  constructor(
    private readonly send: SendRequest,
    private readonly signal: AbortSignal | undefined,
    private readonly clock: ClientClock,
  ) {}

  start(request: StartRequest): Promise<ServerJob> {
    return new Promise((resolve, reject) => {
      if (this.#pending.length === 0) queueMicrotask(() => this.#sendAll());
      this.#pending.push({ request, resolve, reject });
    });
  }

  #sendAll(): void {
    const all = this.#pending;
    this.#pending = [];
    for (let from = 0; from < all.length; from += MAX_AT_ONCE) {
      void this.#sendBatch(all.slice(from, from + MAX_AT_ONCE));
    }
  }

  async #sendBatch(batch: Pending[]): Promise<void> {
    try {
      const { response, body } = await this.#retryUntilResponse(batch);
      if (!Array.isArray(body.results)) throw errorFrom(response.status, body, response.headers);
      // 207 means that some started; each of the others was refused with 422.
      const status = response.status === 207 ? 422 : response.status;
      for (const [index, { resolve, reject }] of batch.entries()) {
        const result = body.results[index] as { job: ServerJob } | { error: object };
        if ('job' in result) resolve(result.job);
        else reject(errorFrom(status, result, response.headers));
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  async #retryUntilResponse(batch: Pending[]) {
    const key = randomKey();
    for (let tries = 1; ; tries++) {
      try {
        return await this.#post(batch, key);
      } catch (error) {
        this.signal?.throwIfAborted();
        const isUnreachable = error instanceof RequestError && error.code === 'unreachable';
        if (!isUnreachable || tries === MAX_TRIES) throw error;
        await this.#wait(retryDelay(tries - 1, this.clock.random()));
      }
    }
  }

  async #post(batch: Pending[], key: string) {
    // Always a list: a single start sent twice would count as one, within a list as two.
    const response = await this.send('api/jobs', {
      method: 'POST',
      accept: 'application/json',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(batch.map(({ request }) => request)),
      signal: this.signal ?? null,
    });
    return { response, body: await readJson(response) };
  }

  /** Rejects when the client is aborted meanwhile. */
  #wait(ms: number): Promise<void> {
    const { signal } = this;
    return new Promise((resolve, reject) => {
      const stop = this.clock.after(ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      const onAbort = () => {
        stop();
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}

/** Not `crypto.randomUUID`, which pages have only over HTTPS and on localhost. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join('-');
}
