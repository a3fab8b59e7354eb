import { InvalidInput } from './errors.ts';
import { JOB_STATUSES, type JobStatus } from './lifecycle.ts';
import { FAILURES, type JobQuery } from './listing.ts';

const MAX_TEXT = 200;
const MAX_PAGE = 1_000;

/** A time without a zone, as a form's field sends it; it is taken as UTC. */
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/;

/**
 * Parses a query from a URL or a terminal: `status`, `failure`, `type`, `session`, `q`, `since`,
 * `until`, `limit` (1 to 1,000), `cursor`, `newer`. Empty values filter nothing; a time without a
 * zone is UTC.
 * @throws InvalidInput that names the invalid values.
 */
export function parseJobQuery(typed: { get(name: string): string | null | undefined }): JobQuery {
  const wrong: Record<string, string> = {};
  const read = <Value>(name: string, parse: (text: string) => Value | undefined, rule: string) => {
    const text = typed.get(name)?.trim();
    if (!text) return undefined;
    const value = parse(text);
    if (value === undefined) wrong[name] = rule;
    return value;
  };
  const query: JobQuery = {
    status: read('status', statusOf, `Status must be one of: ${JOB_STATUSES.join(', ')}.`),
    failure: read('failure', failureOf, `Failure must be one of: ${FAILURES.join(', ')}.`),
    type: read('type', short, 'Type is too long.'),
    session: read('session', short, 'Session is too long.'),
    q: read('q', short, `Search text may have ${MAX_TEXT} characters at most.`),
    since: read('since', timeOf, 'Since must be a time, such as 2026-01-31T12:00:00Z.'),
    until: read('until', timeOf, 'Until must be a time, such as 2026-01-31T12:00:00Z.'),
    limit: read('limit', limitOf, `Limit must be a whole number from 1 to ${MAX_PAGE}.`),
    cursor: read('cursor', cursorOf, 'Invalid cursor.'),
    newerThan: read('newer', cursorOf, 'Invalid cursor.'),
  };
  if (query.failure && query.status && query.status !== 'failed') {
    wrong.failure = 'Failure applies to failed jobs only. Leave out status, or set it to failed.';
  }
  if (Object.keys(wrong).length > 0) throw new InvalidInput(wrong);
  return query;
}

const statusOf = (text: string): JobStatus | undefined =>
  JOB_STATUSES.find((status) => status === text);

const failureOf = (text: string) => FAILURES.find((failure) => failure === text);

const short = (text: string) => (text.length <= MAX_TEXT ? text : undefined);

/** Milliseconds since 1970 UTC. */
export function timeOf(text: string): number | undefined {
  const time = Date.parse(WITHOUT_ZONE.test(text) ? `${text}Z` : text);
  return Number.isNaN(time) ? undefined : time;
}

function limitOf(text: string): number | undefined {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= MAX_PAGE ? limit : undefined;
}

const cursorOf = (text: string) => (/^\d{1,15}_\d{1,15}$/.test(text) ? text : undefined);
