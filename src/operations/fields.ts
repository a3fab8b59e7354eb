import { z } from 'zod';
import { fieldText } from '../text/field_text.ts';
import { MAX_TYPED_LENGTH, sourceOfAddress, usernameProblem } from '../text/usernames.ts';
import {
  acceptsNull,
  choicesOf,
  isOf,
  jsonExample,
  type Rule,
  rulesOf,
  syntaxOf,
  valuesOf,
} from './json_rules.ts';
import { partsOf } from './schema_parts.ts';
import { ALL, MAX_TERMS, termsOf, tooManyTerms } from './sentences.ts';

/**
 * The kinds of fields that inputs are made of. They accept forms and JSON: an empty field counts as
 * absent, a number may be digits, a tick may be `on`. Messages are shown next to the field and say
 * what to do. What forms check and what the API's document says follow from these schemas.
 */

const MAX_QUERY_LENGTH = 500;

/** How a field looks in the form. */
export interface FieldWords {
  label: string;
  /** Below the field. */
  help?: string;
  placeholder?: string;
  /** What the form begins with, where that is not the field's default. */
  initial?: string | number | boolean;
  /** The same for single sources. A field that may begin empty is not required. */
  initialBySource?: Record<string, string>;
  /** How each choice is called, where its value does not do. */
  choices?: Record<string, string>;
  /** It stands beside the field before it. */
  sameRow?: boolean;
  /** What is said beside the form of a value that breaks the rule which a browser checks. */
  invalid?: string;
  /** A rule that the browser's script checks. */
  rule?: 'username';
  /** Of a number: `all` may be typed, too. */
  orAll?: true;
}

interface Described extends FieldWords {
  kind?: Field['kind'];
  /** How messages call it; the label by default. */
  name?: string;
  /** For the API's document, and the help of the command's option. */
  description?: string;
}

/** How the fields look, by their schemas. What Zod's own registry holds goes into the API's document. */
const WORDS = new WeakMap<z.ZodType, FieldWords & { kind?: Field['kind'] }>();

/** A field that may be left out; `run` gets the default then. */
type WithDefault<Value, Sent = Value> = z.ZodType<
  Value,
  Sent | undefined,
  z.core.$ZodTypeInternals<Value, Sent | undefined> & { optin: 'optional' }
>;

/** A field that may be left out. */
type Optional<Value> = z.ZodType<
  Value | undefined,
  Value | undefined,
  z.core.$ZodTypeInternals<Value | undefined, Value | undefined> & {
    optin: 'optional';
    optout: 'optional';
  }
>;

/** A whole number between two bounds, both included. */
export function wholeNumber(
  field: Described & { min: number; max: number; default: number },
): WithDefault<number> {
  const schema = between(field).default(field.default);
  return described(withRule(field), z.preprocess(digitsAsNumber, schema));
}

export function optionalWholeNumber(
  field: Described & { min: number; max: number },
): Optional<number> {
  return described(withRule(field), z.preprocess(digitsAsNumber, between(field).optional()));
}

/** A maximum: a whole number between two bounds, or `all`, which is the larger bound. */
export function maximum(
  field: Described & { min: number; max: number; default: number },
): WithDefault<number, number | typeof ALL> {
  const schema = numberOrAll(field)
    .default(field.default)
    .transform((given) => (given === ALL ? field.max : given));
  return described(withAll(field), z.preprocess(digitsAsNumber, schema));
}

/** The same where `all` may mean more than the larger bound. */
export function optionalMaximum(
  field: Described & { min: number; max: number },
): Optional<number | typeof ALL> {
  return described(withAll(field), z.preprocess(digitsAsNumber, numberOrAll(field).optional()));
}

export function tick(field: Described & { default: boolean }): WithDefault<boolean> {
  const error = `${nameOf(field)} must be true or false.`;
  const schema = z.boolean({ error }).default(field.default);
  return described(field, z.preprocess(tickAsBoolean, schema));
}

/** One of a few values. */
export function choice<const Value extends string>(
  field: Described & { values: readonly Value[]; default: NoInfer<Value> },
): WithDefault<Value> {
  const error = `${nameOf(field)} must be ${oneOf(field.values)}.`;
  const schema = z.enum(field.values as [Value, ...Value[]], { error });
  const read = z.preprocess(absentWhenBlank, schema.default(field.default as never));
  // Of no values at all, as where the sources are not known, the rule does not show what it is.
  return described({ ...field, kind: 'choice' }, read);
}

/** The values in a rule: `one of: latest, top`, or the only one. */
export function oneOf(values: readonly string[]): string {
  return values.length === 1 ? `${values[0]}` : `one of: ${values.join(', ')}`;
}

const DEFAULT_SOURCE = 'sample';

/** The sources that can do what the type does. */
export function sourceChoice(values: string[]): WithDefault<string> {
  const schema = choice({ label: 'Source', values, default: DEFAULT_SOURCE });
  SOURCES.add(schema);
  return schema;
}

const SOURCES = new WeakSet<z.ZodType>();

/** The name of the field that `sourceChoice` has made. */
export function sourceField(input: z.ZodType): string | undefined {
  return Object.entries(shapeOf(input)).find(([, schema]) => SOURCES.has(schema))?.[0];
}

/** The same where a pasted address tells the source: absent, it is left to `sourceOf`. */
export function optionalSource(values: string[]): Optional<string> {
  const error = `Source must be ${oneOf(values)}.`;
  // Inside of the preprocessing: Zod leaves a default out of the document where a value is transformed.
  const named = z.enum(values as [string, ...string[]], { error });
  const read = z.preprocess(absentWhenBlank, named.meta({ default: DEFAULT_SOURCE }).optional());
  return described({ label: 'Source', kind: 'choice' }, read);
}

/** The source of an input: the given one, that of a pasted address, or the default one. */
export function sourceOf(given: string | undefined, typed: unknown, values: string[]): string {
  const told = typeof typed === 'string' ? sourceOfAddress(typed) : undefined;
  return given ?? (told !== undefined && values.includes(told) ? told : DEFAULT_SOURCE);
}

/** Free words, without control characters. */
export function words(field: Described & { example: string }): z.ZodType<string, string> {
  return described({ ...field, invalid: noControlCharacters(field) }, freeWords(field));
}

/** Comma-separated terms: at least one, 20 at most. */
export function terms(field: Described & { example: string }): z.ZodType<string, string> {
  const name = nameOf(field);
  const schema = freeWords(field)
    .refine((query) => termsOf(query).length > 0, `${name} has no words. Type what to look for.`)
    .refine((query) => termsOf(query).length <= MAX_TERMS, tooManyTerms(name));
  return described({ ...field, invalid: noControlCharacters(field) }, schema);
}

/** A username as people write it, which may be absent. `readUsername` takes the name out of it. */
export function optionalUsername(field: Described): Optional<string> {
  const schema = z
    .string({ error: missingOrNoText('Username', 'Type one, for example aurora_lab.') })
    .superRefine((typed, context) => {
      const message = usernameProblem(typed);
      if (message) context.addIssue({ code: 'custom', message });
    });
  const read = z.preprocess(absentWhenBlank, schema.optional());
  return described({ ...field, rule: 'username' }, read.meta({ maxLength: MAX_TYPED_LENGTH }));
}

/** A text that may be absent, `maxLength` UTF-16 code units at most. */
export function optionalText(field: Described & { maxLength: number }): Optional<string> {
  const schema = z.string().max(field.maxLength).optional();
  return described(
    field,
    z.preprocess((value) => value || undefined, schema),
  );
}

function described<Schema extends z.ZodType>(field: Described, schema: Schema): never {
  const { name: _, description, ...words } = field;
  const said = description === undefined ? schema : schema.meta({ ...schema.meta(), description });
  WORDS.set(said, words);
  return said as never;
}

/** Whether the schema is one of the above, and reads texts as forms send them. */
export function hasWords(schema: z.ZodType): boolean {
  return WORDS.has(schema);
}

function freeWords(field: Described & { example: string }) {
  const name = nameOf(field);
  return z.preprocess(
    (value) => {
      const given = absentWhenBlank(value);
      return typeof given === 'string' ? given.trim() : given;
    },
    z
      .string({
        error: missingOrNoText(name, `Type what to look for, for example ${field.example}.`),
      })
      .max(MAX_QUERY_LENGTH, `${name} may have at most ${MAX_QUERY_LENGTH} characters.`)
      .regex(/^\P{Cc}*$/u, noControlCharacters(field)),
  );
}

function noControlCharacters(field: Described): string {
  return `${nameOf(field)} may not have line breaks or other control characters.`;
}

function withRule<Rule extends Described & { min: number; max: number }>(field: Rule): Rule {
  const [from, to] = [field.min, field.max].map((bound) => bound.toLocaleString('en'));
  return { ...field, invalid: `${nameOf(field)} must be a whole number from ${from} to ${to}.` };
}

function withAll<Rule extends Described & { min: number; max: number }>(field: Rule): Rule {
  const invalid = withRule(field).invalid?.replace(/\.$/, `, or “${ALL}”.`);
  return { ...field, kind: 'number', invalid, orAll: true };
}

function numberOrAll(field: Described & { min: number; max: number }) {
  const { invalid: error } = withAll(field);
  return z.union([numberFrom(field, error), z.literal(ALL)], { error });
}

function between(field: Described & { min: number; max: number }) {
  const { invalid: error } = withRule(field);
  return numberFrom(field, error);
}

function numberFrom({ min, max }: { min: number; max: number }, error: string | undefined) {
  return z.number({ error }).int(error).min(min, error).max(max, error);
}

function missingOrNoText(name: string, advice: string) {
  return ({ input }: { input?: unknown }) =>
    input === undefined ? `${name} is missing. ${advice}` : `${name} must be text. ${advice}`;
}

function nameOf({ name, label }: Described): string {
  return name ?? label;
}

function absentWhenBlank(value: unknown): unknown {
  return value === null || (typeof value === 'string' && value.trim() === '') ? undefined : value;
}

function digitsAsNumber(value: unknown): unknown {
  const given = absentWhenBlank(value);
  if (typeof given !== 'string') return given;
  const typed = given.trim();
  if (typed.toLowerCase() === ALL) return ALL;
  return /^\d+$/.test(typed) ? Number(typed) : given;
}

function tickAsBoolean(value: unknown): unknown {
  const given = absentWhenBlank(value);
  if (given === 'true' || given === 'on' || given === '1') return true;
  if (given === 'false' || given === 'off' || given === '0') return false;
  return given;
}

/** A field of an input: its rule and how it looks. */
export interface Field extends FieldWords {
  name: string;
  kind: 'text' | 'number' | 'tick' | 'choice';
  description?: string;
  /** It has no default and may not be left out. */
  required: boolean;
  default?: string | number | boolean;
  min?: number;
  max?: number;
  /** Of a number that need not be whole. */
  decimal?: boolean;
  /** Of a number that must be a multiple of it. */
  step?: number;
  /** Of a text that is read as something else. */
  syntax?: 'list' | 'json';
  /** How such a text is written, in a sentence. */
  written?: string;
  maxLength?: number;
  /** As HTML has it: for all of the text. */
  pattern?: string;
  /** Of a choice. */
  values?: string[];
}

/** The fields of a schema, whichever Zod makes: what the forms and the commands know of a type. */
export function fieldsOf(input: z.ZodType): Field[] {
  const { fields, required } = rulesOf(input);
  const shape = shapeOf(input);
  return fields.map(([name, rule]) => {
    const schema = shape[name];
    const words = (schema && WORDS.get(schema)) ?? plainWords(name, rule);
    // An empty field is null where that is a value.
    const isRequired = required.has(name) && !acceptsNull(rule);
    return { name, required: isRequired, ...ruleOf(rule), ...words };
  });
}

/** Of a plain schema, which knows only its title and its description. */
function plainWords(name: string, rule: Rule): FieldWords {
  const { title: label = labelOf(name), description = '' } = rule;
  const { written = '' } = syntaxRule(rule);
  const needsPoint = written !== '' && /[^.!?…]$/.test(description);
  const help = `${description}${needsPoint ? '.' : ''} ${written}`.trim();
  return { label, ...(help !== '' && { help }) };
}

function syntaxRule(rule: Rule): Pick<Field, 'syntax' | 'written'> {
  const syntax = syntaxOf(rule);
  if (syntax === undefined) return {};
  if (syntax === 'list') return { syntax, written: 'Separated by commas.' };
  return { syntax, written: `As JSON, for example ${jsonExample(rule)}.` };
}

function ruleOf(rule: Rule): Omit<Field, 'name' | 'label' | 'required'> {
  const { maxLength, pattern, description } = rule;
  const values = choicesOf(rule);
  const { default: fallback } = rule;
  return {
    kind: values ? 'choice' : kindOf(rule),
    ...(description !== undefined && { description }),
    ...(fallback !== undefined && fallback !== null && { default: typedDefault(fallback) }),
    ...numberRule(rule),
    ...(maxLength !== undefined && { maxLength }),
    ...(pattern !== undefined && { pattern: pattern.replace(/^\^|\$$/g, '') }),
    ...(values && { values }),
    ...syntaxRule(rule),
  };
}

function typedDefault(value: unknown): string | number | boolean {
  if (Array.isArray(value) && value.length === 0) return '';
  return typeof value === 'object' ? (fieldText(value, 'json') ?? '') : (value as string);
}

function kindOf(rule: Rule): Field['kind'] {
  const values = valuesOf(rule);
  if (isOf(values, ['boolean'])) return 'tick';
  return isOf(values, ['integer', 'number']) ? 'number' : 'text';
}

type NumberRule = Pick<Field, 'min' | 'max' | 'decimal' | 'step'>;

/** Of one that takes other values too, such as `all`, the bounds of its numbers. */
function numberRule(rule: Rule): NumberRule {
  const number = valuesOf(rule).find((value) => isOf([value], ['integer', 'number']));
  if (!number || number.const !== undefined || number.enum) return {};
  const decimal = number.type === 'number';
  const above = decimal ? undefined : next(number.exclusiveMinimum, 1);
  const below = decimal ? undefined : next(number.exclusiveMaximum, -1);
  const { minimum: min = above, maximum: max = below } = number;
  const { multipleOf } = number;
  return {
    ...(isBound(min) && { min }),
    ...(isBound(max) && { max }),
    ...(decimal && { decimal }),
    ...(multipleOf !== undefined && { step: multipleOf }),
  };
}

/** The first whole number that an exclusive bound lets through. */
function next(bound: Rule['exclusiveMinimum'], step: 1 | -1): number | undefined {
  if (typeof bound !== 'number') return undefined;
  return (step === 1 ? Math.floor(bound) : Math.ceil(bound)) + step;
}

/** Zod also states the bounds of what a number can hold exactly. */
function isBound(value: number | undefined): value is number {
  return value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER;
}

/** The fields that are sent, also of an object that is checked or changed as a whole. */
function shapeOf(input: z.ZodType): Record<string, z.ZodType> {
  if (input instanceof z.ZodObject) return input.shape as Record<string, z.ZodType>;
  return Object.assign({}, ...partsOf(input).map(shapeOf));
}

/** `upTo` → "Up to". */
function labelOf(name: string): string {
  const words = name.replace(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
