import { cut, MAX_NAME } from '../text/cut.ts';

/**
 * What the job system looks at in any error a handler throws, whatever its class: an error with
 * `permanent` is not tried again, one with `retryAt` not before that time.
 */
export interface RetryHints {
  permanent?: boolean;
  retryAt?: Date;
}

/** A handler throws this to say that another attempt would fail the same way. */
export class PermanentError extends Error {
  override readonly name: string = 'PermanentError';
  readonly permanent = true;
}

/** Nothing was created: the input does not fit the job type. */
export class InvalidInput extends PermanentError {
  override readonly name = 'InvalidInput';
  constructor(
    /** Field → what is wrong with it, as a sentence. */
    readonly details: Record<string, string>,
  ) {
    super(Object.values(details).join(' '));
  }
}

export class UnknownJobType extends PermanentError {
  override readonly name = 'UnknownJobType';
  constructor(type: string, known: string[]) {
    super(`There is no job type "${cut(type, MAX_NAME)}". Choose one of: ${known.join(', ')}.`);
  }
}

/** Nothing was created: so many jobs wait already that this one would wait for very long. */
export class TooManyWaiting extends Error {
  override readonly name = 'TooManyWaiting';
  constructor(
    /** Whose limit was reached. */
    readonly full: 'type' | 'client',
    limit: number,
    type: string,
  ) {
    const whose = full === 'type' ? `${type} jobs` : 'jobs of yours';
    super(`${limit.toLocaleString('en')} ${whose} are waiting already.`);
  }
}

/** The base of the reasons with which a job's signal aborts. */
export abstract class JobStopped extends Error {}

/** Somebody cancelled the job. */
export class JobCancelled extends JobStopped {
  override readonly name = 'JobCancelled';
  constructor() {
    super('The job was cancelled.');
  }
}

/** Another attempt owns the job now, or it is gone: nothing this handler writes counts any more. */
export class JobFenced extends JobStopped {
  override readonly name = 'JobFenced';
  constructor() {
    super('The job is no longer this attempt’s to work on.');
  }
}

/** The process is about to end; the job goes on in the next one. */
export class ShuttingDown extends JobStopped {
  override readonly name = 'ShuttingDown';
  constructor() {
    super('The process is shutting down.');
  }
}

/** What an error says, whoever made it and whatever it is. */
export function messageOf(error: unknown): string {
  if (error instanceof InvalidInput) return `The input cannot be used. ${error.message}`;
  if (!(error instanceof Error)) {
    return typeof error === 'object' ? Bun.inspect(error) : String(error);
  }
  return typeof error.message === 'string' && error.message ? error.message : String(error);
}
