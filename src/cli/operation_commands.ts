import { Option } from 'commander';
import type { Field } from '../operations/fields.ts';
import { loadCommands, loadInput } from '../operations/folders.ts';
import { NO_INPUT_DEPS } from '../operations/job_type.ts';
import type { OperationCommand, OptionWords } from '../operations/operation.ts';
import { OPERATION_TYPES, wordsOf } from '../operations/words.ts';
import type { DocumentedCommand } from './help.ts';
import { optionName, RUN_FLAGS } from './option_flags.ts';
import type { TypedField } from './run_operation.ts';
import { addStartOptions } from './start_options.ts';

/** The field of each option, for the completion of its values. */
const FIELDS = new WeakMap<Option, { type: string; field: string }>();

/**
 * Adds the commands of each job type: those of its `command.ts`, or one with all defaults.
 * @param words what was typed. Only commands that are named in it get the options of their fields,
 * because schemas are slow to load.
 */
export async function addOperationCommands(
  program: DocumentedCommand,
  words: string[],
): Promise<void> {
  for (const type of OPERATION_TYPES) {
    for (const given of await loadCommands(type)) await add(program, type, given, words);
  }
}

async function add(
  program: DocumentedCommand,
  type: string,
  given: OperationCommand,
  words: string[],
): Promise<void> {
  const parent = given.parent ? parentOf(program, given.parent) : program;
  const name = given.name ?? type;
  const command = parent
    .command(name)
    .description(given.does ?? startingSmall(wordsOf(type).summary));
  const typedFields = await addFields(command, type, given, words.includes(name));
  addStartOptions(command);
  if (given.examples) command.examples(...given.examples);
  for (const [flags, does] of RUN_FLAGS) command.option(flags, does);
  command.action(async () => {
    const { runOperation } = await import('./run_operation.ts');
    process.exitCode = await runOperation(type, typedFields(), command.opts(), given);
  });
}

/**
 * Adds the argument and the options of a type's input to a command.
 * @param isNamed whether the command was typed; only then the options are needed.
 * @returns what reads the fields once the command was parsed.
 */
export async function addFields(
  command: DocumentedCommand,
  type: string,
  given: OperationCommand,
  isNamed: boolean,
): Promise<() => TypedField[]> {
  const { argument } = given;
  if (argument) command.argument(argument.name, argument.does);
  const fields = isNamed ? await fieldsOfType(type) : [];
  const options = fields.flatMap((field) =>
    optionsOf(field, given).map((option) => ({ option, field: field.name })),
  );
  for (const { option, field } of options) {
    FIELDS.set(option, { type, field });
    command.addOption(option);
  }
  return () => {
    const typed: TypedField[] = options.map(({ option, field }) => ({
      field,
      value: command.getOptionValue(option.attributeName()),
      typedAs: option.long ?? option.flags,
    }));
    if (argument) {
      const value = command.args.join(' ');
      typed.unshift({ field: argument.field, value, typedAs: argument.name });
    }
    return typed;
  };
}

function parentOf(program: DocumentedCommand, name: string): DocumentedCommand {
  return program.commands.find((command) => command.name() === name) ?? program.command(name);
}

async function fieldsOfType(type: string): Promise<Field[]> {
  const { fieldsOf } = await import('../operations/fields.ts');
  return fieldsOf((await loadInput(type, NO_INPUT_DEPS))());
}

/** `--max <n>`; for a tick that is on by default also `--no-save`. */
function optionsOf(field: Field, given: OperationCommand): Option[] {
  const name = optionName(field, given);
  const words = given.options?.[field.name] ?? {};
  if (name === undefined || words === false) return [];
  const does = descriptionOf(field, words);
  if (field.kind !== 'tick') return [new Option(`--${name} ${placeholderOf(field)}`, does)];
  const on = new Option(`--${name}`, does);
  if (field.default !== true) return [on];
  return [on, new Option(`--no-${name}`, words.not ?? `turn --${name} off`)];
}

const VALUES = { text: '<text>', number: '<n>', choice: '<name>' };
const SYNTAXES = { list: '<a,b>', json: '<json>' };

function placeholderOf({ kind, syntax, orAll }: Field): string {
  if (kind === 'tick') return '';
  if (orAll) return '<n|all>';
  return syntax ? SYNTAXES[syntax] : VALUES[kind];
}

/** "maximum number of posts, 1–10,000 (default: 100)" */
function descriptionOf(field: Field, words: OptionWords): string {
  const { label, description, min, max, values = [], initial, written } = field;
  const does = words.does ?? startingSmall(description ?? label);
  const range = min === undefined || max === undefined ? '' : `, ${inWords(min)}–${inWords(max)}`;
  const how = written === undefined ? '' : `, ${startingSmall(written)}`;
  const choices = values.length > 1 ? `: ${values.join(' or ')}` : '';
  const fallback = words.default ?? field.default ?? initial ?? '';
  return `${does}${range}${how}${choices}${defaultOf(fallback)}`;
}

function defaultOf(value: string | number | boolean): string {
  if (value === true) return ' (default)';
  return value === false || value === '' ? '' : ` (default: ${inWords(value)})`;
}

function inWords(value: string | number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 20 });
}

function startingSmall(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
}

/** The values that an option of an operation may have; `undefined` for any other option. */
export async function valuesOfOption(option: Option): Promise<string[] | undefined> {
  const of = FIELDS.get(option);
  if (!of) return undefined;
  const [{ createSources }, { createEmbedder }, { loadConfig }, { fieldsOf }] = await Promise.all([
    import('../sources/index.ts'),
    import('../embedding/index.ts'),
    import('../platform/config.ts'),
    import('../operations/fields.ts'),
  ]);
  const config = loadConfig();
  const deps = { sources: createSources(config), embedder: await createEmbedder(config) };
  const fields = fieldsOf((await loadInput(of.type, deps))());
  return fields.find(({ name }) => name === of.field)?.values ?? [];
}
