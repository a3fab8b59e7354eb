import { expectSuccess, readJson, type SendRequest } from './api.ts';
import type { SourceQueue, TypeQueue } from './queues.ts';

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

export interface Workers {
  processes: WorkerProcess[];
  types: TypeQueue[];
  sources: SourceQueue[];
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
