import type { AsSent } from '../jobs/as_sent.ts';
import type { TypeQueue as ServerQueue, SourceQueue as ServerSource } from '../jobs/queue.ts';
import { createAsk, type SendRequest } from './api.ts';
import type { JobType } from './job_types.ts';

/** The queue of a type as the server sends it; times are ISO 8601. */
export type TypeQueue = AsSent<ServerQueue>;

/** A source, and since when none of its jobs is started. */
export type SourceQueue = AsSent<ServerSource>;

/** The queues of the types, for all processes. Every method throws a RequestError. */
export interface TypeQueues {
  list(): Promise<TypeQueue[]>;
  /** Starts no more jobs of the type; running ones go on. */
  pause(type: JobType): Promise<TypeQueue>;
  resume(type: JobType): Promise<TypeQueue>;
  /**
   * Sets how many jobs of the type run at once in all processes.
   * @param limit 1 to 1,000; null: what each process has set.
   */
  setConcurrency(type: JobType, limit: number | null): Promise<TypeQueue>;
}

/** Sources, whose jobs can be held. Every method throws a RequestError. */
export interface SourceQueues {
  /** Starts no more jobs of the source; running ones go on. */
  pause(name: string): Promise<SourceQueue>;
  resume(name: string): Promise<SourceQueue>;
}

export function createTypeQueues(send: SendRequest, signal?: AbortSignal): TypeQueues {
  const ask = createAsk(send, signal);
  const change = async (type: string, action: string, body?: object) =>
    (await ask(`api/types/${encodeURIComponent(type)}/${action}`, 'POST', body)).type as TypeQueue;
  return {
    list: async () => (await ask('api/types', 'GET')).types as TypeQueue[],
    pause: (type) => change(type, 'pause'),
    resume: (type) => change(type, 'resume'),
    setConcurrency: (type, concurrency) => change(type, 'concurrency', { concurrency }),
  };
}

export function createSourceQueues(send: SendRequest, signal?: AbortSignal): SourceQueues {
  const ask = createAsk(send, signal);
  const change = async (name: string, action: string) =>
    (await ask(`api/sources/${encodeURIComponent(name)}/${action}`, 'POST')).source as SourceQueue;
  return { pause: (name) => change(name, 'pause'), resume: (name) => change(name, 'resume') };
}
