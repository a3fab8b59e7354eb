import { ModelUnavailable } from '../../embedding/embedder.ts';
import {
  InvalidInput,
  type Job,
  TooManyWaiting,
  type Tracker,
  UnknownJobType,
} from '../../jobs/index.ts';
import { InvalidCursor } from '../../library/index.ts';
import { DatabaseUnusable } from '../../platform/database.ts';
import { type DatabaseIssue, databaseIssueOf } from '../../platform/database_issue.ts';
import { ImportTooLarge } from '../../sources/archive/imports.ts';
import { NotFound, SourceError } from '../../sources/source.ts';
import { cut, MAX_NAME } from '../../text/cut.ts';
import type { ErrorModel } from '../../text/error_text.ts';
import { MalformedUpload } from './multipart.ts';

/** When a full line may have a place again, in seconds. */
const LINE_MOVES_S = 10;

/** When what stands in the way may be gone, in seconds. */
const RECOVERS_S = 5;

/** Part of an address, as far as it can stand in a sentence. */
export function printable(text: string): string {
  return cut(text.replace(/\p{Cc}/gu, ''), MAX_NAME);
}

interface ProblemParts extends ErrorOptions {
  /** What was kept, and what to do. */
  message?: string;
  /** Field → what is wrong with it. */
  details?: Record<string, string>;
  /** When another attempt is worth it. */
  retryAfterSeconds?: number;
  /** What the answer carries besides. */
  headers?: Record<string, string>;
}

/** The one error class of the web side: a status, and words for a person. */
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

  /** What a program gets of it. */
  json() {
    const { code, message, advice, details } = this;
    const reasons = advice || Object.values(details).join(' ');
    const timestamp = new Date().toISOString();
    return { code, message: [message, reasons].filter(Boolean).join(' '), details, timestamp };
  }

  /** What a view shows of it. */
  model(): ErrorModel {
    const { status, message: title, advice: message, details } = this;
    return { status, title, message, details };
  }
}

/** @throws Problem when there is none. */
export function jobOr404(tracker: Pick<Tracker, 'getJob'>, id: string): Job {
  const job = tracker.getJob(id);
  if (job) return job;
  throw new Problem(404, 'not_found', 'There is no such job.', {
    message: `No job has the id ${printable(id)}. It may have been removed, or deleted a day after it ended.`,
  });
}

/** The one place where errors become answers. What is not known here is a fault of ours: 500. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const refusal = refusedStart(error, REQUEST);
  if (refusal) return refusal;
  if (error instanceof InvalidCursor) {
    return new Problem(422, 'invalid_input', 'Invalid cursor.', {
      message: 'Take cursor from nextCursor of the previous page, or leave it out.',
      details: { cursor: 'Cursor must be one that an earlier page gave.' },
    });
  }
  if (error instanceof MalformedUpload) {
    return new Problem(422, 'malformed_upload', 'The upload cannot be read.', {
      details: { file: error.message },
      cause: error,
    });
  }
  if (error instanceof ImportTooLarge) return badFile(413, 'too_large', error);
  if (error instanceof NotFound) return new Problem(404, 'not_found', error.message);
  if (error instanceof SourceError) return badFile(422, 'invalid_input', error);
  if (error instanceof ModelUnavailable) {
    return new Problem(503, 'model_unavailable', 'The model is not ready.', {
      message: error.message,
      cause: error,
    });
  }
  if (error instanceof DatabaseUnusable) {
    return new Problem(503, 'database_unusable', error.message, { cause: error });
  }
  const issue = databaseIssueOf(error);
  if (issue) return outOfOrder(issue, error);
  return new Problem(500, 'internal', 'Internal error.', {
    message: 'The request was not at fault. The log has the details; running jobs continue.',
    cause: error,
  });
}

/** The same of one entry of a list: others of it may have started. */
export function entryProblem(error: unknown): Problem {
  return refusedStart(error, ENTRY) ?? toProblem(error);
}

const REQUEST = {
  title: 'Nothing was started.',
  ifInvalid: 'Correct the fields named here and send it again.',
  ifTooMany: 'Wait until some have ended, or cancel those you do not need.',
};

const ENTRY = {
  title: 'This entry was not started.',
  ifInvalid: 'Correct the fields named here, and send it without the entries that were started.',
  ifTooMany: 'Send it again when some have ended.',
};

/** What keeps a job from being started, when it is that. */
function refusedStart(error: unknown, words: typeof REQUEST): Problem | undefined {
  const { title, ifInvalid, ifTooMany } = words;
  if (error instanceof InvalidInput) {
    const { details } = error;
    return new Problem(422, 'invalid_input', title, { message: ifInvalid, details, cause: error });
  }
  if (error instanceof UnknownJobType) {
    return new Problem(422, 'invalid_input', title, { details: { type: error.message } });
  }
  if (!(error instanceof TooManyWaiting)) return undefined;
  return new Problem(429, 'too_many_waiting', error.message, {
    message: `${title} ${ifTooMany}`,
    retryAfterSeconds: LINE_MOVES_S,
  });
}

/** What keeps the program from working, as the answer to a request that met it. */
export function outOfOrder({ code, title, advice }: DatabaseIssue, cause?: unknown): Problem {
  return new Problem(503, code, title, {
    message: advice,
    retryAfterSeconds: RECOVERS_S,
    cause,
  });
}

function badFile(status: number, code: string, error: Error): Problem {
  return new Problem(status, code, 'The file was not kept.', {
    details: { file: error.message },
    cause: error,
  });
}
