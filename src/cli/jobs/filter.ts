import type { JobQuery } from '../../jobs/index.ts';
import { timeOf } from '../../platform/time.ts';
import { CommandFailed, EXIT } from '../exit.ts';
import { parsed } from '../input_errors.ts';

/** The filter options as commander parses them. */
export interface FilterOptions {
  status?: string;
  failure?: string;
  type?: string;
  session?: string;
  words?: string;
  since?: string;
  until?: string;
}

/**
 * @param more other fields of the query, as typed.
 * @throws CommandFailed that names the invalid options.
 */
export async function readFilter(
  { status, failure, type, session, words: q, since, until }: FilterOptions,
  more: { limit?: string | undefined } = {},
): Promise<JobQuery> {
  const [from, to] = [readTime('--since', since), readTime('--until', until)];
  const typed = { status, failure, type, session, q, since: from, until: to, ...more };
  if (!isFiltered(typed)) return {};
  const { parseJobQuery } = await import('../../jobs/job_query.ts');
  const typedAs = (field: string) => `--${field === 'q' ? 'words' : field}`;
  return parsed(() => parseJobQuery(typed), typedAs);
}

/** Whether any filter is set. */
export function isFiltered(options: FilterOptions & { limit?: string }): boolean {
  return Object.values(options).some((value: string | undefined) => value?.trim());
}

const UNIT_MS = new Map([
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** A time, or an age such as `90m`, `24h` or `7d`, as ISO 8601. */
export function readTime(option: string, typed: string | undefined): string | undefined {
  if (!typed?.trim()) return undefined;
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(typed.trim()) ?? [];
  const unitMs = UNIT_MS.get(unit);
  const time = unitMs === undefined ? timeOf(typed.trim()) : Date.now() - Number(count) * unitMs;
  if (time !== undefined) return new Date(time).toISOString();
  throw new CommandFailed(
    `${option} must be a time such as 2026-01-31T12:00:00Z, or an age such as 90m, 24h or 7d.`,
    EXIT.usage,
  );
}
