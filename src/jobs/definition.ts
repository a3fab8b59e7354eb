import type { z } from 'zod';
import type { QueuedJobContext } from './engine/context.ts';
import { DEFAULT_RETRY, type RetryPolicy } from './engine/retry.ts';
import type { JobType, JobTypes } from './job.ts';

/** What a type's entry in `JobTypes` says of its input and output. */
export type InputOf<Type extends JobType> = JobTypes[Type]['input'];
export type OutputOf<Type extends JobType> = JobTypes[Type]['output'];

export interface JobDefinition<Type extends JobType = JobType> {
  type: Type;
  /** Checks and completes what was asked; its messages are shown next to the fields. */
  input: z.ZodType<InputOf<Type>>;
  /**
   * Checks what the schema cannot, such as whether a file is there; a promise only where there is
   * something to wait for.
   * @throws InvalidInput
   */
  check?(input: InputOf<Type>): Promise<void> | undefined;
  /**
   * How many of this type run at once, 1 or more, in all processes on the database: each obeys its
   * own limit.
   */
  concurrency: number;
  retry: RetryPolicy;
  /** The steps it will take with that input, so that they show before they are begun. */
  steps?(input: InputOf<Type>): string[];
  /**
   * Does the work. It may be stopped and started again at any point: what it wrote through
   * `commit` is kept, and its checkpoint with it. It looks at `signal` between two steps.
   */
  run(input: InputOf<Type>, job: QueuedJobContext): Promise<OutputOf<Type>>;
}

type Schema<Type extends JobType> = JobDefinition<Type>['input'];

type Given<Type extends JobType> = Omit<JobDefinition<Type>, 'input' | 'retry'> & {
  /** The schema, or what makes it when it is first used: that takes about 1 ms of a start. */
  input: Schema<Type> | (() => Schema<Type>);
  retry?: Partial<RetryPolicy>;
};

/** One job type, with the default retry policy where it names none. */
export function defineJob<Type extends JobType>(given: Given<Type>): JobDefinition<Type> {
  const { input, ...definition } = given;
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
