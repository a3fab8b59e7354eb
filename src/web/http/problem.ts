import type { Job, Tracker } from '../../jobs/index.ts';
import type { DatabaseIssue } from '../../platform/database_issue.ts';
import type { StorageIssue } from '../../platform/storage_issue.ts';
import { cut, MAX_NAME } from '../../text/cut.ts';
import type { ErrorModel } from '../../text/error_text.ts';

/** `Retry-After` for an unusable database, in seconds. */
const UNUSABLE_RETRY_S = 5;

/** Part of a URL, shortened and without control characters. */
export function printable(text: string): string {
  return cut(text.replace(/\p{Cc}/gu, ''), MAX_NAME);
}

interface ProblemParts extends ErrorOptions {
  /** What was kept, and what to do. */
  message?: string;
  /** Field → what is wrong with it. */
  details?: Record<string, string>;
  /** When to retry. */
  retryAfterSeconds?: number;
  /** Further headers of the response. */
  headers?: Record<string, string>;
}

/** The error class of the web side: a status and a message for people. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly advice: string;
  readonly details: Record<string, string>;
  readonly headers: Record<string, string>;

  constructor(
    readonly status: number,
    /** Stable, for programs: `not_found`. */
    readonly code: string,
    /** What happened, in a sentence. */
    title: string,
    { message = '', details = {}, retryAfterSeconds, headers = {}, ...options }: ProblemParts = {},
  ) {
    super(title, options);
    this.advice = message;
    this.details = details;
    this.headers = {
      ...headers,
      ...(retryAfterSeconds && { 'retry-after': String(retryAfterSeconds) }),
    };
  }

  /** The error as JSON. */
  json() {
    const { code, message, advice, details } = this;
    const reasons = advice || [...new Set(Object.values(details))].join(' ');
    const timestamp = new Date().toISOString();
    return { code, message: [message, reasons].filter(Boolean).join(' '), details, timestamp };
  }

  /** The error for a view. */
  model(): ErrorModel {
    const { status, message: title, advice: message, details } = this;
    return { status, title, message, details };
  }
}

/** @throws Problem when there is none. */
export async function jobOr404(tracker: Pick<Tracker, 'readJob'>, id: string): Promise<Job> {
  const job = await tracker.readJob(id);
  if (job) return job;
  throw new Problem(404, 'not_found', 'There is no such job.', {
    message: `No job has the id ${printable(id)}. It may have been removed, or deleted a day after it ended.`,
  });
}

/** What invalid input kept from happening, and what to do. */
export const BAD_QUERY = {
  title: 'Invalid query.',
  ifInvalid: 'Correct the parameters below, or omit them.',
};

/** The refusal of a request while the database or the disk cannot be used. */
export function outOfOrder(
  { code, title, advice }: DatabaseIssue | StorageIssue,
  cause?: unknown,
): Problem {
  return new Problem(503, code, title, {
    message: advice,
    retryAfterSeconds: UNUSABLE_RETRY_S,
    cause,
  });
}
