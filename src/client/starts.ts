import { type Ask, jsonOf, refusalOf } from './api.ts';
import type { ServerJob } from './job_state.ts';
import type { StartRequest } from './job_types.ts';

/** Starts that go in one request at most; the server takes 1,000 of them, and 1 MB. */
const MOST_AT_ONCE = 200;

interface Pending {
  request: StartRequest;
  resolve(job: ServerJob): void;
  reject(error: unknown): void;
}

/**
 * Starts jobs. What is asked for in one go is one request. Each is asked for once: nobody can tell
 * whether a request without an answer has started anything.
 * @returns a function that resolves when the job is on the server's disk; it rejects with a
 * RequestError, and nothing was started then, unless its code is `unreachable` or `not_json`.
 */
export function createStarts(ask: Ask, signal?: AbortSignal) {
  let pending: Pending[] = [];

  function sendAll(): void {
    const all = pending;
    pending = [];
    for (let from = 0; from < all.length; from += MOST_AT_ONCE) {
      void send(all.slice(from, from + MOST_AT_ONCE));
    }
  }

  async function send(batch: Pending[]): Promise<void> {
    try {
      // A list even of one: the same asked for twice as a list is meant twice.
      const response = await ask('api/jobs', {
        method: 'POST',
        accept: 'application/json',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(batch.map(({ request }) => request)),
        signal: signal ?? null,
      });
      const body = await jsonOf(response);
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

  return (request: StartRequest): Promise<ServerJob> =>
    new Promise((resolve, reject) => {
      if (pending.length === 0) queueMicrotask(sendAll);
      pending.push({ request, resolve, reject });
    });
}
