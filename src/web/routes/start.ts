import {
  DOUBLE_PRESS_MS,
  type Enqueued,
  InvalidInput,
  type Job,
  type JobType,
  OPTION_NAMES,
  readSession,
  readStartOptions,
  type Tracker,
} from '../../jobs/index.ts';
import { actorOf } from '../http/actor.ts';
import { addressOf } from '../http/incoming.ts';
import type { RequestContext } from '../http/request_context.ts';
import { oneSession } from './schedule_request.ts';
import { isOwnField } from './start_warnings.ts';

/**
 * Starts a job from the fields of a form or a JSON object, with the options among them.
 * Identical starts within half a second return the same job, unless its id is given.
 * @throws InvalidInput, UnknownJobType, TooManyWaiting; nothing was created then.
 */
export async function startFrom(
  tracker: Tracker,
  type: string,
  fields: Record<string, unknown>,
  context: RequestContext,
): Promise<Job> {
  const { input, options } = splitOptions(tracker, type as JobType, fields);
  return startWith(tracker, { type, input, options }, context);
}

/** The same of an entry of `POST /api/jobs`. */
export async function startWith(
  tracker: Tracker,
  { type, input, options }: Start,
  context: RequestContext,
): Promise<Job> {
  return tracker.enqueue(type as JobType, input, {
    ...enqueueOptions(options),
    client: addressOf(context),
    by: actorOf(context),
    ...(context.uuidAt ? { uuid: context.uuidAt(0) } : { mergeMs: DOUBLE_PRESS_MS }),
  });
}

/** A job to start. */
export interface Start {
  type: string;
  input: Record<string, unknown>;
  /** Those of `OPTION_NAMES`, as typed. */
  options: Record<string, unknown>;
}

function enqueueOptions({ sessionId, ...start }: Record<string, unknown>) {
  return { sessionId: readSession(sessionId), ...readStartOptions(start) };
}

/** The options stand among the fields, unless the type has a field of its own with that name. */
function splitOptions(tracker: Tracker, type: JobType, fields: Record<string, unknown>) {
  const input = { ...fields };
  const options: Record<string, unknown> = {};
  for (const name of OPTION_NAMES) {
    if (!Object.hasOwn(input, name) || isOwnField(tracker, type, name)) continue;
    options[name] = input[name];
    delete input[name];
  }
  return { input, options };
}

/**
 * Reads `{ type, input, sessionId, priority, runAt, delayMs, timeoutMs }`.
 * @throws InvalidInput when the item has no type or no valid input.
 */
export function readStart(item: unknown): Start {
  const { type, input, ...rest } = (item ?? {}) as Record<string, unknown>;
  if (typeof type !== 'string' || !type) {
    throw new InvalidInput({
      type: 'Type is missing. Send an object such as { "type": "scrape", "input": { "username": "aurora_lab" } }.',
    });
  }
  const given = input ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw new InvalidInput({ input: 'Input must be an object with the fields of the type.' });
  }
  const { sessionId, ...fields } = given as Record<string, unknown>;
  const session = oneSession(sessionId, rest.sessionId);
  return { type, input: fields, options: { ...pick(rest), sessionId: session } };
}

function pick(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(OPTION_NAMES.map((name) => [name, fields[name]]));
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
      const { type, input, options } = readStart(item);
      const uuid = context.uuidAt?.(index);
      const request = { type: type as JobType, input, ...enqueueOptions(options), client, uuid };
      return { request };
    } catch (error) {
      return { error };
    }
  });
  const requests = read.flatMap((each) => each.request ?? []);
  const enqueued = (await tracker.enqueueMany(requests, actorOf(context))).values();
  return read.map((each) => (each.request ? (enqueued.next().value as Enqueued) : each));
}
