import type { InputOf, JobDefinition } from '../definition.ts';
import { InvalidInput } from '../errors.ts';
import type { JobType } from '../job.ts';

/** Definitions whose input can only be checked asynchronously, such as against a disk. */
const asynchronous = new WeakSet<JobDefinition>();

/**
 * Checks what was asked of a job and fills in the defaults; a promise only where the schema needs
 * one.
 * @throws InvalidInput that names every field that does not fit.
 */
function parsed<Type extends JobType>(
  definition: JobDefinition<Type>,
  input: unknown,
): InputOf<Type> | Promise<InputOf<Type>> {
  const asked = input ?? {};
  if (!asynchronous.has(definition)) {
    try {
      return inputFrom(definition.input.safeParse(asked));
    } catch (error) {
      // Zod refuses to check what has an asynchronous rule.
      if ((error as Error).constructor.name !== '$ZodAsyncError') throw error;
      asynchronous.add(definition);
    }
  }
  return definition.input.safeParseAsync(asked).then(inputFrom);
}

/** The same, with what the definition checks beyond its schema. */
export function checked<Type extends JobType>(
  definition: JobDefinition<Type>,
  input: unknown,
): InputOf<Type> | Promise<InputOf<Type>> {
  const value = parsed(definition, input);
  return value instanceof Promise
    ? value.then((value) => afterCheck(definition, value))
    : afterCheck(definition, value);
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

function inputFrom<Value>(
  outcome: { success: true; data: Value } | { success: false; error: { issues: Issue[] } },
): Value {
  if (outcome.success) return outcome.data;
  const details = new Map<string, string>();
  for (const issue of outcome.error.issues) {
    const field = issue.path.map(String).join('.') || 'input';
    if (!details.has(field)) details.set(field, issue.message);
  }
  throw new InvalidInput(Object.fromEntries(details));
}
