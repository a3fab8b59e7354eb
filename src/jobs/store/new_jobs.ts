import type { Deed } from '../audit.ts';
import { InvalidInput } from '../errors.ts';
import type { Job } from '../job.ts';
import { asColumns } from './rows.ts';
import type { Inserted, NewJob } from './store.ts';

/** Maximum size of a job's input as JSON, in UTF-16 code units: its page shows all of it. */
const MAX_INPUT = 16 * 1024 * 1024;

/** The columns of a job that is queued. */
export function columnsOf(job: NewJob, now: number) {
  const { id, type, maxAttempts, sessionId = null, parentId = null, client = null } = job;
  const { priority = 0, timeoutMs = null, agent = null, lane = null } = job;
  const [metadata, brief] = inputColumns(job);
  const { runAt, isDelayed } = startOf(job, now);
  const dueAt = runAt !== null && runAt > now ? runAt : null;
  return {
    ...{ id, type, maxAttempts, metadata, brief, sessionId, parentId, client },
    ...{ priority, runAt, isDelayed, dueAt, timeoutMs, agent, lane },
  };
}

/** The jobs that were queued now. Those that are started together have one deed. */
export function startsOf(
  jobs: NewJob[],
  inserted: Inserted[],
): { deed: Deed | undefined; ids: string[] } {
  const started = jobs.filter((_, index) => isNew(inserted[index]));
  return { deed: started[0]?.deed, ids: started.map(({ id }) => id) };
}

function isNew(inserted: Inserted | undefined): boolean {
  return inserted !== undefined && 'isNew' in inserted && inserted.isNew;
}

/** The source that its input names, by which its queue can be paused. */
export function sourceOf({ metadata }: NewJob): string | null {
  return typeof metadata?.source === 'string' ? metadata.source : null;
}

function startOf(
  { runAt, delayMs }: NewJob,
  now: number,
): { runAt: number | null; isDelayed: 0 | 1 } {
  if (delayMs !== undefined) return { runAt: now + delayMs, isDelayed: 1 };
  return { runAt: runAt ?? null, isDelayed: 0 };
}

/**
 * The two columns of its input.
 * @throws InvalidInput when it is too long.
 */
export function inputColumns({ metadata }: NewJob): [whole: string | null, brief: string | null] {
  if (!metadata) return [null, null];
  const columns = asColumns(metadata);
  if (columns[0].length > MAX_INPUT) {
    throw new InvalidInput({ input: 'The input has more than 16 MB as JSON. Store it elsewhere.' });
  }
  return columns;
}

/** The job as it would be read, without reading it. */
export function newJob(job: NewJob, now: number): Job {
  const at = new Date(now);
  const made: Job = {
    id: job.id,
    type: job.type,
    status: 'queued',
    createdAt: at,
    updatedAt: at,
    progress: { current: 0, total: 0, message: '' },
    errors: [],
    attempt: 0,
    attemptsUsed: 0,
    maxAttempts: job.maxAttempts,
    priority: job.priority ?? 0,
    tracked: false,
  };
  const { runAt } = startOf(job, now);
  if (runAt !== null) made.runAt = new Date(runAt);
  if (job.timeoutMs !== undefined) made.timeoutMs = job.timeoutMs;
  if (job.metadata) made.metadata = job.metadata;
  if (job.sessionId !== undefined) made.sessionId = job.sessionId;
  if (job.parentId !== undefined) made.parentId = job.parentId;
  if (job.agent !== undefined) made.agent = job.agent;
  return made;
}
