import { InvalidInput, type JobQuery, parseJobQuery } from '../../jobs/index.ts';
import { wrongInput } from '../wrong_input.ts';

/** What commander makes of them. */
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
 * @param more what else the query has, as it was typed.
 * @throws CommandFailed that names the options that cannot be used.
 */
export function readFilter(
  { status, failure, type, session, words: q, since, until }: FilterOptions,
  more: { limit?: string | undefined } = {},
): JobQuery {
  const [from, to] = [since, until].map((time) => time && timeAgo(time));
  const typed = { status, failure, type, session, q, since: from, until: to, ...more };
  try {
    return parseJobQuery(new Map(Object.entries(typed)));
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw wrongInput(error, (field) => `--${field === 'q' ? 'words' : field}`);
  }
}

/** Whether anything is filtered at all. */
export function isFiltered(options: FilterOptions): boolean {
  const { status, failure, type, session, words, since, until } = options;
  return [status, failure, type, session, words, since, until].some((value) => value?.trim());
}

const UNIT_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90m`, `24h`, `7d` as the time that was then; what is written otherwise stays as it is. */
function timeAgo(text: string): string {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const ms = UNIT_MS[unit];
  return ms === undefined ? text : new Date(Date.now() - Number(count) * ms).toISOString();
}
