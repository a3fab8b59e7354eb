import {
  type Enqueued,
  InvalidInput,
  type Job,
  type JobType,
  readSession,
  type Tracker,
} from '../../jobs/index.ts';
import { actorOf } from '../http/actor.ts';
import { addressOf } from '../http/incoming.ts';
import type { RequestContext } from '../http/request_context.ts';

/** Identical requests within this time count as one: a double click, in ms. */
const DOUBLE_PRESS_MS = 500;

/**
 * Starts a job from the fields of a form or a JSON object; `sessionId` among them is the job's.
 * Identical starts within half a second return the same job, unless its id is given.
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
    client: addressOf(context),
    by: actorOf(context),
    ...(context.uuidAt ? { uuid: context.uuidAt(0) } : { mergeMs: DOUBLE_PRESS_MS }),
  });
}

/** A job to start; `sessionId` is among the fields. */
export interface Start {
  type: string;
  fields: Record<string, unknown>;
}

/**
 * Reads `{ type, input, sessionId }`.
 * @throws InvalidInput when the item has no type or no valid input.
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
 * Starts every valid entry of a list in one transaction, and returns the results in the same order.
 * Identical entries are separate jobs.
 */
export async function startAll(
  tracker: Tracker,
  items: unknown[],
  context: RequestContext,
): Promise<Enqueued[]> {
  const client = addressOf(context);
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
  const enqueued = (await tracker.enqueueMany(requests, actorOf(context))).values();
  return read.map((each) => (each.request ? (enqueued.next().value as Enqueued) : each));
}
