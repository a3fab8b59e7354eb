import type { z } from 'zod';
import type { QueuedJobContext, RetryPolicy } from '../jobs/index.ts';
import type { CustomType } from './custom_types.ts';
import type { OperationDeps } from './deps.ts';
import type { InputDeps } from './job_type.ts';
import { isNamedLikeAType } from './names.ts';
import type { OperationCommand, OperationRun, OperationWords } from './operation.ts';
import { sendable } from './sendable.ts';

/**
 * A job type in one object, for a program that imports xgpt. Its form, its command, its address in the
 * API and its card follow from it, as from a folder of this program.
 */
export interface JobTypeDefinition<Type extends string, Schema extends z.ZodType, Output> {
  /** Lower-case letters, digits and single hyphens. It becomes a command and an address. */
  type: Type;
  /**
   * The schema of the input, an object. Its fields may be plain schemas, or those that xgpt exports
   * (`wholeNumber`, `choice` …), which know how they look in the form. They are named unlike the options of
   * a start, a schedule and a command.
   */
  input: Schema | ((deps: InputDeps) => Schema);
  /**
   * Does the work. It may be stopped at any point and started again: what it wrote through
   * `job.commit` is kept, with its checkpoint. It should check `job.signal` between two parts of the work.
   * Place it before `words`: TypeScript takes the type of the result from it.
   * @throws PermanentError for a failure that no retry can repair; every other error is retried.
   */
  run(
    input: z.output<Schema>,
    job: QueuedJobContext,
    deps: OperationDeps,
  ): Promise<Output> | Output;
  /** How many jobs of the type run at once in all processes, 1 or more. Default 1. */
  concurrency?: number;
  /** Default: as of the built-in types. */
  retry?: Partial<RetryPolicy>;
  /**
   * Checks what the schema cannot. It returns a promise only when it has something to wait for.
   * @throws InvalidInput
   */
  check?(input: z.output<Schema>): Promise<void> | undefined;
  /** The names of its steps for that input, so that they are shown before they begin. */
  steps?(input: z.output<Schema>): string[];
  /** What the interface calls the type and its results. */
  words?: JobWords<NoInfer<Output>, z.output<Schema>>;
  /** Its commands. Default: one with the type as its name and an option for each field. */
  command?: OperationCommand | OperationCommand[];
}

/** As `OperationWords`, with the type's own input and result. */
export interface JobWords<Output, Input = Record<string, unknown>>
  extends Omit<OperationWords, 'starts' | 'result' | 'notes' | 'next' | 'links' | 'undo'> {
  /**
   * What a start would do, in one sentence: "Waits for 60 s." The form shows it beside the fields and
   * follows them. Default: no sentence.
   * @param input complete and checked, with its defaults.
   */
  starts?(input: Input): string;
  /** The result in a few words: "counted down from 10". */
  result?(result: Output): string;
  /** What else to say of a result, in whole sentences. Default: nothing. */
  notes?(result: Output): string[];
}

/** A job type, whatever its input and its result. */
// biome-ignore lint/suspicious/noExplicitAny: its input and its result are known to the type alone.
export type AnyJobType = JobTypeDefinition<string, z.ZodType<any>, any>;

/**
 * The entry of a type in `JobTypes`:
 *
 *     declare module 'xgpt' { interface JobTypes { countdown: JobOf<typeof countdown> } }
 */
export type JobOf<Definition> =
  Definition extends JobTypeDefinition<string, infer Schema, infer Output>
    ? { input: z.output<Schema>; sent: z.input<Schema>; output: Output }
    : never;

/**
 * Defines a job type for `serve`.
 * @throws TypeError when the name cannot be one of a type. `serve` says what else cannot be used, such as
 * a name that is taken, or a field of every start.
 */
export function defineJob<const Type extends string, Schema extends z.ZodType, Output>(
  definition: JobTypeDefinition<Type, Schema, Output>,
): JobTypeDefinition<Type, Schema, Output> {
  if (isNamedLikeAType(definition.type)) return definition;
  throw new TypeError(
    `"${definition.type}" cannot be a job type. A name has lower-case letters, digits and single hyphens.`,
  );
}

/** The parts that a folder would have. */
export function asCustomType(definition: AnyJobType): CustomType {
  const {
    type,
    input,
    words = {},
    command = {},
    concurrency = 1,
    retry,
    check,
    steps,
  } = definition;
  const run = (deps: OperationDeps) =>
    ({
      concurrency,
      ...(retry && { retry }),
      ...(check && { check }),
      ...(steps && { steps }),
      run: async (given, job) => definition.run(given, job, deps),
    }) as OperationRun<never>;
  return {
    type,
    input: (deps) => sendable(typeof input === 'function' ? input(deps) : input),
    create: run as CustomType['create'],
    words: words as OperationWords,
    commands: [command].flat(),
  };
}
