import { type Job, type JobType, readSession, type Tracker } from '../jobs/index.ts';

/** Two requests for the same within this time are one person who pressed twice, in ms. */
const DOUBLE_PRESS_MS = 500;

/** Part of what Elysia hands a handler. */
export interface Asking {
  request: Request;
  server: { requestIP(request: Request): { address: string } | null } | null;
}

/**
 * Starts a job from the fields of a form or a JSON object; `sessionId` among them is the job's.
 * Asked twice within half a second, it starts one job and returns it twice.
 * @throws InvalidInput, UnknownJobType, TooManyWaiting; nothing was created then.
 */
export function startFrom(
  tracker: Tracker,
  type: string,
  fields: Record<string, unknown>,
  asking: Asking,
): Promise<Job> {
  return enqueueFrom(tracker, type, fields, asking, DOUBLE_PRESS_MS);
}

/** The same for an entry of a list, where what stands there twice is meant twice. */
export async function enqueueFrom(
  tracker: Tracker,
  type: string,
  { sessionId, ...input }: Record<string, unknown>,
  { request, server }: Asking,
  mergeMs = 0,
): Promise<Job> {
  const client = server?.requestIP(request)?.address;
  const session = readSession(sessionId);
  return tracker.enqueue(type as JobType, input, { sessionId: session, client, mergeMs });
}
