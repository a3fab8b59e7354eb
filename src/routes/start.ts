import { InvalidInput, type Job, type JobType, type Tracker } from '../jobs/index.ts';

const SESSION = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u;

/**
 * Starts a job from the fields of a form or a JSON object; `sessionId` among them is the job's.
 * @throws InvalidInput, UnknownJobType; nothing was created then.
 */
export async function enqueueFrom(
  tracker: Tracker,
  type: string,
  { sessionId, ...input }: Record<string, unknown>,
): Promise<Job> {
  return tracker.enqueue(type as JobType, input, { sessionId: readSession(sessionId) });
}

function readSession(given: unknown): string | undefined {
  if (given === undefined || given === null || given === '') return undefined;
  const session = typeof given === 'string' ? given.trim() : '';
  if (SESSION.test(session)) return session;
  const message =
    'Session may have letters, digits, spaces and . _ - only, 100 at most, starting with a letter or digit.';
  throw new InvalidInput({ sessionId: message });
}
