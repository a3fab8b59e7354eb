import type { z } from 'zod';
import { cut, MAX_NAME } from '../text/cut.ts';
import { escaped } from '../text/printable.ts';
import type { QueuedJobContext } from './engine/context.ts';
import { DEFAULT_RETRY, type RetryPolicy } from './engine/retry.ts';
import type { JobType, JobTypes } from './job.ts';
import type { Lanes } from './lanes.ts';
import type { Need } from './needs.ts';

/** The input and output of a type, from its entry in `JobTypes`. */
export type InputOf<Type extends JobType> = EntryOf<Type>['input'];
export type OutputOf<Type extends JobType> = EntryOf<Type>['output'];

type EntryOf<Type extends JobType> = Type extends keyof JobTypes
  ? JobTypes[Type]
  : { input: Record<string, unknown>; output: unknown };

export interface JobDefinition<Type extends JobType = JobType> {
  type: Type;
  /** Queued by the program only: it has no address, and nobody can start it. Default: false. */
  internal?: boolean;
  /** Checks the input and fills in the defaults; its messages are shown next to the fields. */
  input: z.ZodType<InputOf<Type>>;
  /**
   * Checks what the schema cannot, such as whether a file exists. It returns a promise only when it
   * has something to wait for.
   * @throws InvalidInput
   */
  check?(input: InputOf<Type>): Promise<void> | undefined;
  /**
   * How many jobs of this type run at once in all processes on the database, 1 or more. A process
   * with another limit obeys its own.
   */
  concurrency: number;
  retry: RetryPolicy;
  /**
   * How long one attempt may run, in ms, 1 or more, for jobs that are started without a limit of their
   * own. Then `signal` aborts with a `JobTimedOut`, and the job has failed. By default there is no limit.
   */
  timeoutMs?: number;
  /** What a process must have to run a job. By default every process that knows the type can run it. */
  needs?: readonly Need[];
  /** By default its queue is not divided. */
  lanes?: Lanes<InputOf<Type>>;
  /** The names of its steps for that input, so that they are shown before they begin. */
  steps?(input: InputOf<Type>): string[];
  /**
   * Does the work. It may be stopped at any point and started again: what it wrote through `commit`
   * is kept, with its checkpoint. It should check `signal` between two parts of the work.
   */
  run(input: InputOf<Type>, job: QueuedJobContext): Promise<OutputOf<Type>>;
}

type Schema<Type extends JobType> = JobDefinition<Type>['input'];

type Given<Type extends JobType> = Omit<JobDefinition<Type>, 'input' | 'retry'> & {
  /** The schema, or a function that makes it at its first use: making it takes about 1 ms. */
  input: Schema<Type> | (() => Schema<Type>);
  retry?: Partial<RetryPolicy>;
};

/** The name of a job type, as a regular expression. It is part of ids, addresses and log lines. */
export const JOB_TYPE_PATTERN = '^[A-Za-z][A-Za-z0-9_.:-]{0,63}$';

const JOB_TYPE = new RegExp(JOB_TYPE_PATTERN);

/** @throws TypeError when `type` cannot be the name of a job type. */
export function checkJobType(type: string): void {
  if (typeof type === 'string' && JOB_TYPE.test(type)) return;
  throw new TypeError(
    `${quoted(type)} cannot be a job type. Use letters, digits and . _ : -, at most 64, starting with a letter.`,
  );
}

function quoted(type: unknown): string {
  return typeof type === 'string' ? `"${escaped(cut(type, MAX_NAME))}"` : String(type);
}

/**
 * Defines a job type; what `retry` leaves out has its default.
 * @throws TypeError when the type's name does not match `JOB_TYPE_PATTERN`.
 */
export function defineJob<Type extends JobType>(given: Given<Type>): JobDefinition<Type> {
  const { input, ...definition } = given;
  checkJobType(definition.type);
  let schema: Schema<Type> | undefined;
  return {
    ...definition,
    get input() {
      schema ??= typeof input === 'function' ? input() : input;
      return schema;
    },
    retry: { ...DEFAULT_RETRY, ...definition.retry },
  };
}
