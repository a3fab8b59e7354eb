import type { Job, JobDefinition, JobType } from '../jobs/index.ts';
import type { OperationDeps } from './deps.ts';
import type { Field } from './fields.ts';

/**
 * A job type is a folder beside this file; its name is the type's name. Two files are required:
 *
 * - `input.ts`: the default export makes the Zod schema of the input out of `InputDeps`, and
 *   `JobTypes` gets an entry. The form, the command's options, the API's schema and the client's
 *   types follow from it.
 * - `run.ts`: the default export is made by `defineOperation`.
 *
 * Four more are read when they exist: `words.ts` (`OperationWords`), `sentence.ts` (`Sentence`),
 * `command.ts` (`OperationCommand`, or a list of them) and `form.tsx` (`OperationForm` of
 * `views/forms`).
 */
export interface Operation<Type extends JobType = JobType> {
  type: Type;
  definition: JobDefinition<Type>;
  /** The fields of the input, in the order of the form. */
  fields: Field[];
  words: Words;
  /** Fields that a start has besides the name of the archive, when a file may be uploaded with it. */
  upload?: Record<string, string>;
}

/** By their types, in the order of the navigation. */
export type Operations = ReadonlyMap<string, Operation>;

/** What `run.ts` says of its job; see `JobDefinition` for each of them. */
export type OperationRun<Type extends JobType> = Pick<
  JobDefinition<Type>,
  'concurrency' | 'check' | 'steps' | 'run'
> & { retry?: Partial<JobDefinition<Type>['retry']> } & Pick<Operation, 'upload'>;

/** The default export of `run.ts`. */
export function defineOperation<Type extends JobType>(
  create: (deps: OperationDeps) => OperationRun<Type>,
): (deps: OperationDeps) => OperationRun<Type> {
  return create;
}

/** The default export of `words.ts`, which is read before anything of the type is loaded. */
export interface OperationWords {
  /** In the navigation and on the button of the form: "Scrape". The type by default. */
  name?: string;
  /** Above the form: "Scrape a user’s posts". The name by default. */
  heading?: string;
  /** Its place in the navigation: the lowest is first. Types without one follow, by name. */
  order?: number;
  /** The path of an SVG of 16 × 16, drawn with a line of 1.5. A rounded square by default. */
  icon?: string;
  /** In the API's document and in the help of its command: "Collect the posts of one author". */
  summary?: string;
  /** What somebody might send; the API's document shows it. */
  example?: Record<string, unknown>;
  /** Its form on the dashboard, with one field or none. It is not there by default. */
  quick?: QuickWords;
  /** What a finished job brought, in a few words: "1,000 posts of @aurora_lab, 940 new". */
  result?(result: Record<string, unknown>): string;
  /** Where what a finished job collected can be seen. */
  links?(result: Record<string, unknown>, input: Record<string, unknown>): ResultLink[];
  /** How fields of its input and result are called on its job's page, where their names do not do. */
  labels?: Record<string, string>;
}

export interface QuickWords {
  /** The one field; the rule of the input says what it takes. */
  field?: string;
  label?: string;
  /** What the button says; the name by default. */
  action?: string;
  help: string;
}

export interface ResultLink {
  words: string;
  path: '/posts' | '/profiles';
  query: Record<string, string>;
}

/** With what a type leaves out filled in. */
export type Words = OperationWords & Required<Pick<OperationWords, 'name' | 'heading' | 'summary'>>;

/** The default export of `words.ts`. */
export function defineWords(words: OperationWords): OperationWords {
  return words;
}

/**
 * The default export of `command.ts`. All of it has defaults: the type's name, its summary, an
 * option for each field.
 */
export interface OperationCommand {
  name?: string;
  /** The command that it is a part of: `users` of `xgpt users discover`. */
  parent?: string;
  does?: string;
  argument?: { name: string; field: string; does: string };
  /** By fields; those without an entry follow from their rule, `false` is no option. */
  options?: Record<string, OptionWords | false>;
  examples?: [command: string, does: string][];
  /**
   * Runs before the job is created, and may change the input.
   * @returns what undoes it, when no job was created.
   */
  prepare?(
    input: Record<string, unknown>,
    deps: OperationDeps,
  ): Promise<(() => Promise<void>) | undefined>;
}

export interface OptionWords {
  /** Without dashes: `max`. The field's name in lower case by default. */
  name?: string;
  /** The field's description or label by default. Its range and its default are added. */
  does?: string;
  /** What `--no-…` does, for a tick that is on by default. */
  not?: string;
  /** What happens without the option, where that is not the field's default. */
  default?: string;
}

/** The default export of `command.ts`. */
export function defineCommand<Command extends OperationCommand | OperationCommand[]>(
  command: Command,
): Command {
  return command;
}

/** What a finished job returned, as an object; `undefined` when it is none. */
export function resultOf({ result }: Pick<Job, 'result'>): Record<string, unknown> | undefined {
  return typeof result === 'object' && result !== null
    ? (result as Record<string, unknown>)
    : undefined;
}
