import type { JobTypes as Known } from '../jobs/job.ts';

/**
 * What each type of job takes and returns, for programs that start and follow jobs. The folder of a
 * type adds its entry: in a program outside of this checkout, name the types that you use once with
 * `import type {} from 'xgpt/operations/scrape'`. A type without a folder is added by declaration
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

/** What `output` is once a job of that type has completed. */
export type OutputOf<Type extends JobType> = JobTypes[Type]['output'];

/** A job's id begins with its type. */
export type JobId<Type extends string = string> = `${Type}-${string}`;

/** What to start. */
export interface StartRequest<Type extends JobType = JobType> {
  type: Type;
  input: InputOf<Type>;
  /** The group it belongs to. */
  sessionId?: string;
}
