import type { InputOf, JobDefinition } from './definition.ts';
import { InvalidInput } from './errors.ts';
import type { JobType } from './job.ts';

/**
 * Checks what was asked of a job and fills in the defaults.
 * @throws InvalidInput that names every field that does not fit.
 */
export async function parseInput<Type extends JobType>(
  definition: JobDefinition<Type>,
  input: unknown,
): Promise<InputOf<Type>> {
  const parsed = await definition.input.safeParseAsync(input ?? {});
  if (parsed.success) return parsed.data;
  const details = new Map<string, string>();
  for (const issue of parsed.error.issues) {
    const field = issue.path.map(String).join('.') || 'input';
    if (!details.has(field)) details.set(field, issue.message);
  }
  throw new InvalidInput(Object.fromEntries(details));
}
