import type { z } from 'zod';
import type { InputOf, JobDefinition } from '../definition.ts';
import { InvalidInput } from '../errors.ts';
import type { JobType } from '../job.ts';
import { messageOf } from './input_messages.ts';

/** Definitions whose schema can only be checked asynchronously. */
const asynchronous = new WeakSet<JobDefinition>();

const WORDED = { error: messageOf };

/** The name of a session, as a regular expression with Unicode classes. */
export const SESSION_PATTERN = '^[\\p{L}\\p{N}][\\p{L}\\p{N} ._-]{0,99}$';

const SESSION = new RegExp(SESSION_PATTERN, 'u');

/**
 * The session of a job as a person typed it; nothing and an empty text are no session.
 * @throws InvalidInput that names `sessionId`.
 */
export function readSession(typed: unknown): string | undefined {
  if (typed === undefined || typed === null || typed === '') return undefined;
  const session = typeof typed === 'string' ? typed.trim() : '';
  if (SESSION.test(session)) return session;
  const message =
    'Session may have letters, digits, spaces and . _ - only, 100 at most, starting with a letter or digit.';
  throw new InvalidInput({ sessionId: message });
}

/**
 * Checks a job's input and fills in the defaults. A promise only where the definition needs one:
 * quick jobs come in thousands.
 * @throws InvalidInput that names every field that is wrong.
 */
export function checked<Type extends JobType>(
  definition: JobDefinition<Type>,
  input: unknown,
): InputOf<Type> | Promise<InputOf<Type>> {
  const value = parsed(definition, input);
  return value instanceof Promise
    ? value.then((value) => afterCheck(definition, value))
    : afterCheck(definition, value);
}

/** What the schema alone says. */
function parsed<Type extends JobType>(
  definition: JobDefinition<Type>,
  input: unknown,
): InputOf<Type> | Promise<InputOf<Type>> {
  const given = input ?? {};
  if (!asynchronous.has(definition)) {
    try {
      return inputFrom(definition.input.safeParse(given, WORDED));
    } catch (error) {
      // Zod does not check asynchronous rules synchronously.
      if ((error as Error).constructor.name !== '$ZodAsyncError') throw error;
      asynchronous.add(definition);
    }
  }
  return definition.input.safeParseAsync(given, WORDED).then(inputFrom);
}

function afterCheck<Type extends JobType>(
  definition: JobDefinition<Type>,
  value: InputOf<Type>,
): InputOf<Type> | Promise<InputOf<Type>> {
  return definition.check?.(value)?.then(() => value) ?? value;
}

interface Issue {
  path: PropertyKey[];
  message: string;
}

/**
 * What is wrong with the fields that were typed, by field, as far as the schema says; empty when they are
 * complete and right.
 */
export async function problemsOf(
  { input }: Pick<JobDefinition, 'input'>,
  typed: object,
): Promise<Record<string, string>> {
  const { error } = await (input as z.ZodType).safeParseAsync(typed, WORDED);
  return error ? detailsOf(error) : {};
}

function inputFrom<Value>(
  outcome: { success: true; data: Value } | { success: false; error: { issues: Issue[] } },
): Value {
  if (outcome.success) return outcome.data;
  throw new InvalidInput(detailsOf(outcome.error));
}

/** The first message of each field, which says what of it is meant where it is a list or an object. */
function detailsOf({ issues }: { issues: Issue[] }): Record<string, string> {
  const details = new Map<string, string>();
  for (const { path, message } of issues) {
    const field = String(path[0] ?? 'input');
    if (!details.has(field)) details.set(field, message);
  }
  return Object.fromEntries(details);
}
