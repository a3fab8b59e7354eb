import {
  type Enqueued,
  InvalidInput,
  type Job,
  type JobType,
  readSession,
  type Tracker,
} from '../../jobs/index.ts';
import type { RequestContext } from '../http/request_context.ts';

/** Two requests for the same within this time are one person who pressed twice, in ms. */
const DOUBLE_PRESS_MS = 500;

/**
 * Starts a job from the fields of a form or a JSON object; `sessionId` among them is the job's.
 * Asked twice within half a second, it starts one job and returns it twice, unless its id is given.
 * @throws InvalidInput, UnknownJobType, TooManyWaiting; nothing was created then.
 */
export async function startFrom(
  tracker: Tracker,
  type: string,
  { sessionId, ...input }: Record<string, unknown>,
  context: RequestContext,
): Promise<Job> {
  return tracker.enqueue(type as JobType, input, {
    sessionId: readSession(sessionId),
    client: clientOf(context),
    ...(context.uuidAt ? { uuid: context.uuidAt(0) } : { mergeMs: DOUBLE_PRESS_MS }),
  });
}

/** A start by its type: `sessionId` is among the fields. */
export interface Start {
  type: string;
  fields: Record<string, unknown>;
}

/**
 * Reads `{ type, input, sessionId }`.
 * @throws InvalidInput when it is none.
 */
export function readStart(item: unknown): Start {
  const { type, input, sessionId } = (item ?? {}) as Record<string, unknown>;
  if (typeof type !== 'string' || !type) {
    throw new InvalidInput({
      type: 'Type is missing. Send an object such as { "type": "scrape", "input": { "username": "aurora_lab" } }.',
    });
  }
  const fields = input ?? {};
  if (typeof fields !== 'object' || Array.isArray(fields)) {
    throw new InvalidInput({ input: 'Input must be an object with the fields of the type.' });
  }
  return { type, fields: { sessionId, ...fields } };
}

/**
 * Starts those of a list that can be started, all in one transaction, and answers each in its
 * place. What stands there twice is meant twice.
 */
export async function startAll(
  tracker: Tracker,
  items: unknown[],
  context: RequestContext,
): Promise<Enqueued[]> {
  const client = clientOf(context);
  const read = items.map((item, index) => {
    try {
      const { type, fields } = readStart(item);
      const { sessionId, ...input } = fields;
      const session = readSession(sessionId);
      const uuid = context.uuidAt?.(index);
      return { request: { type: type as JobType, input, sessionId: session, client, uuid } };
    } catch (error) {
      return { error };
    }
  });
  const requests = read.flatMap((each) => each.request ?? []);
  const enqueued = (await tracker.enqueueMany(requests)).values();
  return read.map((each) => (each.request ? (enqueued.next().value as Enqueued) : each));
}

function clientOf({ request, server }: RequestContext): string | undefined {
  return server?.requestIP(request)?.address;
}
