import { eventsOf } from '../../src/client/event_reader.ts';
import type { Job } from '../../src/jobs/index.ts';
import type { TestApp } from './app.ts';

export const FEED = '/api/jobs/events';

export interface Told {
  type: string;
  id: string;
  job?: Job;
  /** Of a deleted job. */
  jobId?: string;
}

export function told({ type, data, id = '' }: { type: string; data: string; id?: string }): Told {
  if (type === 'job.upsert') return { type, id, job: JSON.parse(data) };
  if (type === 'job.deleted') return { type, id, jobId: JSON.parse(data).id };
  return { type, id };
}

/** A client that leaves: a generator that waits learns of it only in this way. */
export function leaving() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

/** The feed as a program reads it, from `after` on. */
export async function follow(app: TestApp, query = '', after?: string) {
  const headers: Record<string, string> = after === undefined ? {} : { 'last-event-id': after };
  const { signal, abort } = leaving();
  const response = await app.request(FEED + query, { headers, signal });
  const events = eventsOf(response.body as ReadableStream<Uint8Array>, () => {});
  const next = async (): Promise<Told> => {
    const event = told((await events.next()).value ?? { type: 'end', data: '' });
    // Only the time to wait before a reconnection.
    return event.type === 'message' ? next() : event;
  };
  return {
    next,
    /** All events up to the first that `isLast`, this one included. */
    async until(isLast: (event: Told) => boolean): Promise<Told[]> {
      const seen: Told[] = [];
      for (;;) {
        const event = await next();
        seen.push(event);
        if (event.type === 'end' || isLast(event)) return seen;
      }
    },
    async close() {
      abort();
      await events.return(undefined);
    },
  };
}

export const isReady = ({ type }: Told) => type === 'feed.ready';

/** What stays the same while a job does not change: the rate and what follows from it do not. */
export function state({ ratePerSecond, etaSeconds, stalledSince, ...rest }: Job): string {
  return JSON.stringify(rest);
}
