import { cut, MAX_NAME } from '../text/cut.ts';
import { counted, exactSpan } from '../text/format.ts';
import { escaped } from '../text/printable.ts';

/**
 * What the job system reads from an error that a handler throws, whatever its class: with `permanent`
 * the job is not retried, with a `retryAt` in the future it waits until then, without using up an attempt.
 */
export interface RetryHints {
  permanent?: boolean;
  retryAt?: Date;
  /** Its message says all there is to say: the log has no stack. */
  expected?: boolean;
}

/** Another attempt would fail the same way. Handlers throw it to prevent retries. */
export class PermanentError extends Error {
  override readonly name: string = 'PermanentError';
  readonly permanent = true;
}

/** Nothing was created: the input is invalid for the job type. */
export class InvalidInput extends PermanentError {
  override readonly name = 'InvalidInput';
  constructor(
    /** Field → its problem, as a sentence. */
    readonly details: Record<string, string>,
  ) {
    // Fields that contradict each other have the same one.
    super([...new Set(Object.values(details))].join(' '));
  }
}

export class UnknownJobType extends PermanentError {
  override readonly name = 'UnknownJobType';
  constructor(type: string, known: string[]) {
    super(`Unknown job type "${escaped(cut(type, MAX_NAME))}". Use one of: ${known.join(', ')}.`);
  }
}

/** Nothing was created: too many jobs are waiting already. */
export class TooManyWaiting extends Error {
  override readonly name = 'TooManyWaiting';
  constructor(
    /** The limit that was reached: that of the type, or that of the client. */
    readonly full: 'type' | 'client',
    limit: number,
    type: string,
  ) {
    super(
      full === 'type'
        ? `${counted(limit, `${type} job is`, `${type} jobs are`)} already waiting.`
        : `You already have ${counted(limit, 'waiting job')}.`,
    );
  }
}

/** Base class of the reasons with which a job's signal aborts. */
export abstract class JobStopped extends Error {}

/** The job was cancelled. */
export class JobCancelled extends JobStopped {
  override readonly name = 'JobCancelled';
  constructor() {
    super('The job was cancelled.');
  }
}

/** Another attempt has the job, or it was removed: nothing this handler writes counts any more. */
export class JobFenced extends JobStopped {
  override readonly name = 'JobFenced';
  constructor() {
    super('Another attempt has taken over the job, or it was removed.');
  }
}

/** This attempt has run for as long as it may. */
export class JobTimedOut extends JobStopped {
  override readonly name = 'JobTimedOut';
  constructor(
    /** In ms. */
    readonly limit: number,
  ) {
    super(`The job exceeded its time limit of ${exactSpan(limit)}.`);
  }
}

/** The process is shutting down; the job resumes in another one. */
export class ShuttingDown extends JobStopped {
  override readonly name = 'ShuttingDown';
  constructor() {
    super('The process is shutting down.');
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof InvalidInput) return `Invalid input. ${error.message}`;
  if (!(error instanceof Error)) {
    return typeof error === 'object' ? Bun.inspect(error) : String(error);
  }
  return typeof error.message === 'string' && error.message ? error.message : String(error);
}
