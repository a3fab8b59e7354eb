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

/** A job to start. */
export interface StartRequest<Type extends JobType = JobType> {
  type: Type;
  input: InputOf<Type>;
  /** The session, which groups jobs. */
  sessionId?: string;
}
