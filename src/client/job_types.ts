import type { JobTypes as Known } from '../jobs/job.ts';

/**
 * The input and output of each job type, for programs that start and follow jobs. The folder of a type
 * adds its entry: a program outside of this checkout imports the types that it uses once by
 * `import type {} from 'xgpt/operations/scrape'`. Add a type without a folder by declaration
 * merging:
 *
 *     declare module 'xgpt/client' {
 *       interface JobTypes { count: { input: { upTo: number }; output: { counted: number } } }
 *     }
 */
export interface JobTypes extends Known {}

export type JobType = keyof JobTypes & string;

/** As it may be sent: without what has a default. */
export type InputOf<Type extends JobType> = {
  [Each in Type]: JobTypes[Each] extends { sent: infer Sent } ? Sent : JobTypes[Each]['input'];
}[Type];

/** The output of a completed job of that type. */
export type OutputOf<Type extends JobType> = JobTypes[Type]['output'];

/** A job's id begins with its type. */
export type JobId<Type extends string = string> = `${Type}-${string}`;

/** When a job starts, before which others, and for how long it may run. */
export interface StartOptions {
  /** The session, which groups jobs. */
  sessionId?: string;
  /** −10 to 10, 0 by default. Of the waiting jobs of a type, the highest starts first. */
  priority?: number;
  /** It does not start before this time (ISO 8601); at most 366 days ahead. */
  runAt?: string | Date;
  /** In place of `runAt`: how long it waits at least, in ms. */
  delayMs?: number;
  /** How long one attempt may run, in ms; then the job fails with the failure `timeout`. */
  timeoutMs?: number;
}

/** A job to start. */
export interface StartRequest<Type extends JobType = JobType> extends StartOptions {
  type: Type;
  input: InputOf<Type>;
}
