import type { Job, JobDefinition, JobType } from '../jobs/index.ts';
import type { OperationDeps } from './deps.ts';
import type { Field } from './fields.ts';

/**
 * A job type. Each is a folder beside this file, and the folder's name is the type. Every file of it
 * has a default export. Two are required:
 *
 * - `input.ts`: a function from `InputDeps` to the Zod schema of the input. The form, the command's
 *   options, the API's schema and the client's types follow from it. It also adds the type to
 *   `JobTypes`.
 * - `run.ts`: what `defineOperation` returns.
 *
 * Four are optional: `words.ts` (`OperationWords`), `sentence.ts` (`Sentence`), `command.ts` (one
 * or several `OperationCommand`) and `form.tsx` (`OperationForm` of `views/forms`).
 */
export interface Operation<Type extends JobType = JobType> {
  type: Type;
  definition: JobDefinition<Type>;
  /** The fields of the input, in the order of the form. */
  fields: Field[];
  words: Words;
}

/** All operations by type, in the order of the navigation. */
export type Operations = ReadonlyMap<string, Operation>;

/** What `run.ts` defines; see `JobDefinition` for each property. */
export type OperationRun<Type extends JobType> = Pick<
  JobDefinition<Type>,
  'concurrency' | 'needs' | 'check' | 'steps' | 'run'
> & { retry?: Partial<JobDefinition<Type>['retry']> };

/** The default export of `run.ts`. */
export function defineOperation<Type extends JobType>(
  create: (deps: OperationDeps) => OperationRun<Type>,
): (deps: OperationDeps) => OperationRun<Type> {
  return create;
}

/** What the interface calls a type and its results. Every program loads it at its start. */
export interface OperationWords {
  /** In the navigation and on the form's button: "Scrape". Default: the type. */
  name?: string;
  /** The texts of the form's button with and without a tick in this field. Default: the name. */
  button?: { field: string; ticked: string; unticked: string };
  /** Its jobs are started by hand only, never by a schedule. Default: schedules can start them. */
  isOnce?: boolean;
  /** The heading of the page: "Scrape a user’s posts". Default: the name. */
  heading?: string;
  /** Position in the navigation, lowest first. Types without one come last, by name. */
  order?: number;
  /** The entries of its form in the menu Collect. Default: one, with the name and the summary. */
  menu?: MenuEntry[];
  /** SVG path data in a box of 16 × 16, stroked 1.5 wide. Default: a rounded square. */
  icon?: string;
  /** For the API's document and the command's help: "Collect the posts of one author". */
  summary?: string;
  /** An example of the input, for the API's document. */
  example?: Record<string, unknown>;
  /** Whether its input has a field `source`: where to read from. Default: no. */
  readsSource?: boolean;
  /** What it asks its source for. Default: posts of a user. */
  ability?: 'posts' | 'search' | 'discover';
  /** A form on the dashboard, with one field or none. Default: no form. */
  quick?: QuickWords;
  /**
   * What a start would do, in one sentence, for a type without `sentence.ts`: "Waits for 60 s." The form
   * shows it beside the fields and follows them; so does a schedule. Default: no sentence.
   * @param input complete and checked, with its defaults.
   */
  starts?(input: Record<string, unknown>): string;
  /**
   * Set when a job may be started with an uploaded file. The file becomes an import, whose name is
   * the field `archive`; these fields are added to it. Default: no file.
   */
  upload?: Record<string, string>;
  /**
   * The result in a few words: "1,000 posts of @aurora_lab, 940 new".
   * @param beside the input, where its name stands beside the words and need not be repeated.
   */
  result?(result: Record<string, unknown>, beside?: Record<string, unknown>): string;
  /**
   * What else to say of a result, in whole sentences: "6 replies were left out. Tick “Include replies”
   * to read them too." Default: nothing.
   */
  notes?(result: Record<string, unknown>, place: NotePlace): string[];
  /**
   * What a schedule's input has where nothing else was given: a repeated run may need less than a
   * single one. Default: nothing.
   */
  repeated?(input: Record<string, unknown>): Record<string, unknown>;
  /** What its page says of the job's effects. Default: that what it has collected is kept. */
  effects?: EffectWords;
  /** How to take back what the job did: a button. Default: none. */
  undo?(result: Record<string, unknown>, input: Record<string, unknown>): UndoWords | undefined;
  /** Where to go from the result: "See the 200 posts". Default: nowhere. */
  next?(result: Record<string, unknown>, input: Record<string, unknown>): ResultLink | undefined;
  /** Links to what the job collected. */
  links?(result: Record<string, unknown>, input: Record<string, unknown>): ResultLink[];
  /** Labels of input and result fields on a job's page. Default: the name of the field in words. */
  labels?: Record<string, string>;
}

/** An entry of the menu Collect. */
export interface MenuEntry {
  /** What is collected: "User". */
  name: string;
  /** Default: the summary. */
  does?: string;
  /** Values of fields that the form begins with. */
  query?: Record<string, string>;
  /** As the type's. Default: the type's. */
  order?: number;
}

export interface QuickWords {
  /** The name of the field. */
  field?: string;
  /** The rule of that field, where the form is shown before the schema is loaded. Default: none. */
  rule?: 'username';
  label?: string;
  /** The text of the button. Default: the name of the type. */
  action?: string;
  help: string;
}

/** Where notes are read: options have other names there. */
export type NotePlace = 'page' | 'terminal' | 'api';

/** Whole sentences of what a job leaves behind. */
export interface EffectWords {
  /** Of a running one. */
  ifCancelled: string;
  /** Of a completed one. */
  ifRemoved: string;
  /** Of one that was stopped after it had begun. */
  stopped: string;
}

export interface UndoWords {
  /** The address to post to. */
  path: `/${string}`;
  /** "Undo import". */
  label: string;
  /** What it does: "Removes the posts that only this import has brought." */
  help: string;
}

export interface ResultLink {
  words: string;
  path: '/find' | '/profiles' | '/forget' | '/scrape';
  query: Record<string, string>;
}

/** Words with their defaults filled in. */
export type Words = OperationWords &
  Required<Pick<OperationWords, 'name' | 'heading' | 'summary' | 'menu'>>;

export function defineWords(words: OperationWords): OperationWords {
  return words;
}

/**
 * A command of the terminal. Defaults: the type as its name, the summary as its description, and an
 * option for each field.
 */
export interface OperationCommand {
  name?: string;
  /** The command it is a subcommand of: `users` in `xgpt users discover`. */
  parent?: string;
  does?: string;
  argument?: { name: string; field: string; does: string };
  /** Options by field; `false` for a field without an option. */
  options?: Record<string, OptionWords | false>;
  examples?: [command: string, does: string][];
  /** It only changes what was collected: without a data folder it is refused, and creates none. */
  needsData?: boolean;
  /**
   * Runs before the job is created and may change the input.
   * @returns a function that undoes it, called when no job was created.
   */
  prepare?(
    input: Record<string, unknown>,
    tools: CommandTools,
  ): Promise<(() => Promise<void>) | undefined>;
}

export interface CommandTools {
  /** Copies an archive into the imports folder; `forget` removes the copy. */
  copyArchive(path: string): Promise<{ name: string; forget(): Promise<void> }>;
  /** Ends the command with a message about how it was used. */
  refuse(message: string): never;
}

export interface OptionWords {
  /** Without dashes: `max`. Default: the field's name in kebab case. */
  name?: string;
  /** Range and default are added to it. Default: the field's description or label. */
  does?: string;
  /** The description of `--no-…`, for a tick that is on by default. */
  not?: string;
  /** Shown as the default in place of the field's own. */
  default?: string;
}

export function defineCommand<Command extends OperationCommand | OperationCommand[]>(
  command: Command,
): Command {
  return command;
}

/** The result of a job, if it is an object. */
export function resultOf({ result }: Pick<Job, 'result'>): Record<string, unknown> | undefined {
  return typeof result === 'object' && result !== null
    ? (result as Record<string, unknown>)
    : undefined;
}
