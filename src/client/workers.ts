import { expectSuccess, readJson, type SendRequest } from './api.ts';

/** A process that runs jobs, and the ids of those that it runs. Times are ISO 8601. */
export interface WorkerProcess {
  kind: string;
  pid: number;
  host: string;
  /** Of xgpt. */
  version?: string;
  startedAt: string;
  /** Its last heartbeat. */
  seenAt: string;
  jobs: string[];
}

/** The queue of a type in all processes. */
export interface TypeQueue {
  type: string;
  waiting: number;
  running: number;
  /** Since when the job waits that has been able to start for the longest time. */
  oldestSince?: string;
  /** How many run at once; absent for a type that the server does not know. */
  concurrency?: number;
  /** The server’s own limit, where another one is set for all processes. */
  ownConcurrency?: number;
  pausedAt?: string;
}

export interface Workers {
  processes: WorkerProcess[];
  types: TypeQueue[];
  sources: { name: string; label: string; pausedAt?: string }[];
}

/** Reads the processes and the queues. @throws RequestError */
export function createReadWorkers(send: SendRequest, signal?: AbortSignal) {
  return async (): Promise<Workers> => {
    const request = { accept: 'application/json', ...(signal && { signal }) };
    const { processes, types, sources } = await readJson(
      await expectSuccess(await send('api/workers', request)),
    );
    return { processes, types, sources } as Workers;
  };
}
