import { type Ask, jsonOf, refusalOf } from './api.ts';
import { type ClientClock, clientClock } from './clock.ts';
import { RequestError } from './errors.ts';
import type { ServerJob } from './job_state.ts';
import type { StartRequest } from './job_types.ts';
import { retryDelay } from './retry_delay.ts';

/** Starts that go in one request at most; the server takes 1,000 of them, and 1 MB. */
const MAX_AT_ONCE = 200;

/** How often a request is sent that gets no answer: over 3.5 to 7 s, enough for a restart. */
const MAX_ASKED = 4;

interface Pending {
  request: StartRequest;
  resolve(job: ServerJob): void;
  reject(error: unknown): void;
}

/**
 * Starts jobs. What is asked for in one go is one request. One that gets no answer is sent again with
 * the same key, so that nothing is started twice.
 * @returns a function that resolves when the job is on the server's disk; it rejects with a
 * RequestError, and nothing was started then, unless its code is `unreachable` or `not_json`.
 */
export function createStarts(
  ask: Ask,
  signal?: AbortSignal,
  { after, random }: ClientClock = clientClock,
) {
  let pending: Pending[] = [];

  function sendAll(): void {
    const all = pending;
    pending = [];
    for (let from = 0; from < all.length; from += MAX_AT_ONCE) {
      void send(all.slice(from, from + MAX_AT_ONCE));
    }
  }

  async function send(batch: Pending[]): Promise<void> {
    try {
      const { response, body } = await askUntilAnswered(batch);
      if (!Array.isArray(body.results)) throw refusalOf(response.status, body, response.headers);
      // Where some started, what did not was refused for itself.
      const status = response.status === 207 ? 422 : response.status;
      for (const [index, { resolve, reject }] of batch.entries()) {
        const result = body.results[index] as { job: ServerJob } | { error: object };
        if ('job' in result) resolve(result.job);
        else reject(refusalOf(status, result, response.headers));
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  async function askUntilAnswered(batch: Pending[]) {
    const key = randomKey();
    for (let asked = 1; ; asked++) {
      try {
        return await askFor(batch, key);
      } catch (error) {
        signal?.throwIfAborted();
        const isUnanswered = error instanceof RequestError && error.code === 'unreachable';
        if (!isUnanswered || asked === MAX_ASKED) throw error;
        await wait(retryDelay(asked - 1, random()));
      }
    }
  }

  async function askFor(batch: Pending[], key: string) {
    // A list even of one: the same asked for twice as a list is meant twice.
    const response = await ask('api/jobs', {
      method: 'POST',
      accept: 'application/json',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(batch.map(({ request }) => request)),
      signal: signal ?? null,
    });
    return { response, body: await jsonOf(response) };
  }

  /** Rejects when this client is given up meanwhile. */
  function wait(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = after(ms, () => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      });
      const giveUp = () => {
        stop();
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  return (request: StartRequest): Promise<ServerJob> =>
    new Promise((resolve, reject) => {
      if (pending.length === 0) queueMicrotask(sendAll);
      pending.push({ request, resolve, reject });
    });
}

/** Not `crypto.randomUUID`, which pages have only over HTTPS and on this machine. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join('-');
}
