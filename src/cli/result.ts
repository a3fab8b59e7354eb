import type { Job } from '../jobs/index.ts';
import { resultSummary } from '../operations/words.ts';
import { printable } from '../text/printable.ts';

/** What a completed job brought, for standard output: usernames that were found, or a summary. */
export function resultLines(job: Job): string[] {
  return foundLines(job) ?? [printable(resultSummary(job))].filter(Boolean);
}

/** Usernames that were found, if it looked for any: what the line about a job's end does not tell. */
export function foundLines({ result }: Job): string[] | undefined {
  const { found } = (result ?? {}) as { found?: unknown };
  if (!Array.isArray(found)) return undefined;
  return found.map((name) => (typeof name === 'string' ? printable(name) : '')).filter(Boolean);
}
