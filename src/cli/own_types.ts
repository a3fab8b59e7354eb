import { REINDEX } from '../app/reindex.ts';
import { OPTION_NAMES } from '../jobs/index.ts';
import type { CustomType } from '../operations/custom_types.ts';
import { type Field, fieldsOf } from '../operations/fields.ts';
import { folderWords } from '../operations/folder_words.ts';
import { NO_INPUT_DEPS } from '../operations/job_type.ts';
import { takesObjects } from '../operations/json_rules.ts';
import { isReserved, TAKEN } from '../operations/names.ts';
import type { OperationCommand } from '../operations/operation.ts';
import { InvalidConfig } from '../platform/config.ts';
import { SCHEDULE_OPTIONS, SCHEDULE_TIMES } from '../schedules/index.ts';
import { DELIVER } from '../webhooks/webhook.ts';
import { optionName, TAKEN_OPTIONS } from './option_flags.ts';

/** Job types that the program has already, those for itself too. */
const BUILT_IN: ReadonlySet<string> = new Set([...Object.keys(folderWords), DELIVER, REINDEX]);

/** What forms and requests send beside the fields of the input. */
const TAKEN_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'input',
  ...OPTION_NAMES,
  ...SCHEDULE_TIMES,
  ...SCHEDULE_OPTIONS,
]);

/** A field of that name hides what htmx, or the script of this program, reads of a form. */
const FORM_MEMBERS: ReadonlySet<string> = new Set(['id', 'elements', 'parentNode']);

/** A field is part of an address, of an option and of an id in the page. */
const FIELD_NAME = /^[a-z][\w-]*$/i;

/**
 * Finds what would only fail when it is used. It needs the types before they are added.
 * @throws InvalidConfig that says of each type what is wrong, in sentences.
 */
export function refuseUnusable(types: readonly CustomType[]): void {
  const problems = types.flatMap((type, place) => {
    const isTwice = types.slice(0, place).some((earlier) => earlier.type === type.type);
    if (isTwice) return [`The job type “${type.type}” is defined twice. Give one another name.`];
    const name = nameProblem(type.type);
    return name === undefined ? [...commandProblems(type), ...inputProblems(type)] : [name];
  });
  if (problems.length > 0) throw new InvalidConfig(problems.join('\n'));
}

/** Of a command that is not called like its type. */
function commandProblems({ type, commands }: CustomType): string[] {
  return commands.flatMap(({ name = type, parent }) => {
    if (name === type || parent !== undefined || !(BUILT_IN.has(name) || isReserved(name)))
      return [];
    return [`The job type “${type}” cannot have the command “${name}”: xgpt has one of that name.`];
  });
}

function nameProblem(type: string): string | undefined {
  const refused = `“${type}” cannot be a job type:`;
  if (BUILT_IN.has(type)) return `${refused} xgpt has one of that name. Give it another name.`;
  return isReserved(type) ? `${refused} “${type}” ${TAKEN}` : undefined;
}

function inputProblems({ type, input, commands }: CustomType): string[] {
  const schema = input(NO_INPUT_DEPS);
  if (!takesObjects(schema)) {
    return [
      `“${type}” cannot be a job type: its input must be an object, such as z.object({ … }).`,
    ];
  }
  const fields = fieldsOf(schema);
  return fields.flatMap((field) => {
    const problem =
      fieldProblem(field) ??
      commands.map((command) => optionProblem(field, fields, command)).find(Boolean);
    if (problem === undefined) return [];
    return [`The job type “${type}” cannot have the field “${field.name}”: ${problem}`];
  });
}

const RENAME = 'Give the field another name.';

function fieldProblem({ name }: Field): string | undefined {
  if (TAKEN_FIELDS.has(name)) return `a start or a schedule has a field of that name. ${RENAME}`;
  if (name in {}) return `every object has something of that name. ${RENAME}`;
  if (FORM_MEMBERS.has(name)) return `the page’s script reads that of every form. ${RENAME}`;
  if (FIELD_NAME.test(name)) return undefined;
  return `a name has letters, digits, - and _, and begins with a letter. ${RENAME}`;
}

function optionProblem(
  field: Field,
  fields: Field[],
  command: OperationCommand,
): string | undefined {
  const name = optionName(field, command);
  if (name === undefined) return undefined;
  if (TAKEN_OPTIONS.has(name)) return `its command has an option --${name} already. ${RENAME}`;
  if (name.startsWith('no-')) return `--${name} would turn off --${name.slice(3)}. ${RENAME}`;
  const twin = fields.find((other) => other !== field && optionName(other, command) === name);
  return twin && `the field “${twin.name}” has the same option, --${name}. ${RENAME}`;
}
