import { z } from 'zod';

/** What JSON Schema says of a value as it may be sent. */
export type Rule = z.core.JSONSchema.JSONSchema;

export interface ObjectRules {
  fields: [name: string, rule: Rule][];
  required: ReadonlySet<string>;
}

/** References to named schemas are followed this deep: a schema may contain itself. */
const MAX_DEPTH = 4;

/** The rules of the fields of an object, whichever way Zod states them. */
export function rulesOf(schema: z.ZodType): ObjectRules {
  const whole = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const fields = Object.entries((followed(whole, whole, 1) as Rule).properties ?? {});
  return {
    fields: fields.map(([name, rule]) => [name, followed(rule as Rule, whole, MAX_DEPTH)]),
    required: new Set(whole.required),
  };
}

function followed(rule: Rule, whole: Rule, depth: number): Rule {
  if (depth === 0) return rule;
  const path = /^#\/\$defs\/(.+)$/.exec(rule.$ref ?? '')?.[1];
  if (path !== undefined) {
    const { $ref: _, ...beside } = rule;
    return followed({ ...(whole.$defs?.[path] as Rule), ...beside }, whole, depth - 1);
  }
  const each = (rules: unknown) => (rules as Rule[]).map((one) => followed(one, whole, depth - 1));
  return {
    ...rule,
    ...(rule.anyOf && { anyOf: each(rule.anyOf) }),
    ...(rule.oneOf && { oneOf: each(rule.oneOf) }),
    ...(typeof rule.items === 'object' && { items: each([rule.items])[0] }),
    ...(rule.prefixItems && { prefixItems: each(rule.prefixItems) }),
  } as Rule;
}

/** What a value may be, each with one type, or with none where JSON Schema does not say it. */
function branchesOf(rule: Rule): Rule[] {
  const either = (rule.anyOf ?? rule.oneOf) as Rule[] | undefined;
  if (either) return either.flatMap(branchesOf);
  if (Array.isArray(rule.type))
    return (rule.type as Rule['type'][]).map((type) => ({ ...rule, type }) as Rule);
  return [rule];
}

/** The same without null, which is no text. */
export function valuesOf(rule: Rule): Rule[] {
  return branchesOf(rule).filter(({ type }) => type !== 'null');
}

export function acceptsNull(rule: Rule): boolean {
  return branchesOf(rule).some(({ type }) => type === 'null');
}

/** Whether it takes objects, and nothing else but null. */
export function takesObjects(schema: z.ZodType): boolean {
  const whole = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return isOf(valuesOf(followed(whole, whole, MAX_DEPTH)), ['object']);
}

/** The few values that it may have; `undefined` when there are others. */
export function choicesOf(rule: Rule): string[] | undefined {
  const each = valuesOf(rule).map(({ enum: values, const: only }) =>
    only === undefined ? values : [only],
  );
  if (each.length === 0 || each.includes(undefined)) return undefined;
  return each.flat().flatMap((value) => (value === null ? [] : [String(value)]));
}

/** How a text has to be written for a value that is not one word: `a, b` or `{"a": 1}`. */
export function syntaxOf(rule: Rule): 'list' | 'json' | undefined {
  const values = valuesOf(rule);
  if (isOf(values, ['array'])) return values.every(hasPlainEntries) ? 'list' : 'json';
  return isOf(values, ['array', 'object']) ? 'json' : undefined;
}

/** Whether there are values, and all have one of these types. */
export function isOf(values: Rule[], types: string[]): boolean {
  return values.length > 0 && values.every(({ type }) => types.includes(String(type)));
}

function hasPlainEntries(list: Rule): boolean {
  const { items, prefixItems = [] } = list;
  const entries = [...(typeof items === 'object' ? [items] : []), ...prefixItems] as Rule[];
  return entries.flatMap(valuesOf).every(({ type }) => type !== 'array' && type !== 'object');
}

/**
 * A text as the value that its rule wants: digits as a number, `on` as true, a text with commas as a list,
 * JSON as a list or an object. What cannot be read stays text, and so does every text that may be one.
 */
export function readText(text: string, rule: Rule): unknown {
  const values = valuesOf(rule);
  if (values.some(({ type }) => READERS[String(type)] === undefined)) return text;
  for (const value of values) {
    const read = READERS[String(value.type)]?.(text.trim(), value);
    if (read !== undefined) return read;
  }
  return text;
}

const READERS: Partial<Record<string, (text: string, rule: Rule) => unknown>> = {
  integer: readNumber,
  number: readNumber,
  boolean: readBoolean,
  array: readList,
  object: readObject,
};

/** As fields for numbers have it: `-0.5`, `.5`, `1e-7`. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function readNumber(text: string): number | undefined {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

function readBoolean(text: string): boolean | undefined {
  if (text === 'true' || text === 'on' || text === '1') return true;
  return text === 'false' || text === 'off' || text === '0' ? false : undefined;
}

function readList(text: string, rule: Rule): unknown[] | undefined {
  const list = readJson(text, '[');
  if (Array.isArray(list)) return list;
  if (!hasPlainEntries(rule)) return undefined;
  const { items, prefixItems = [] } = rule;
  return text.split(',').map((part, place) => {
    const entry = (prefixItems[place] ?? items) as Rule | boolean | undefined;
    return typeof entry === 'object' ? readText(part.trim(), entry) : part.trim();
  });
}

function readObject(text: string): object | undefined {
  return readJson(text, '{') as object | undefined;
}

function readJson(text: string, start: string): unknown {
  if (!text.startsWith(start)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An example of an object in JSON: `{"x": 0}`. */
export function jsonExample(rule: Rule): string {
  const [value = {}] = valuesOf(rule);
  return written(exampleOf(value as Rule));
}

function exampleOf(rule: Rule): unknown {
  const [value = rule] = valuesOf(rule);
  if (value.default !== undefined) return value.default;
  const [choice] = value.enum ?? [value.const];
  if (choice !== undefined) return choice;
  if (value.type === 'array') return [exampleOf((value.items ?? {}) as Rule)];
  if (value.type !== 'object') return { string: 'text', boolean: true }[String(value.type)] ?? 1;
  const names = value.required ?? Object.keys(value.properties ?? {});
  const fields = names.map((name) => [name, exampleOf((value.properties?.[name] ?? {}) as Rule)]);
  if (fields.length > 0 || typeof value.additionalProperties !== 'object') {
    return Object.fromEntries(fields);
  }
  return { name: exampleOf(value.additionalProperties as Rule) };
}

function written(value: unknown): string {
  return JSON.stringify(value).replace(/(":|,)(?=\S)/g, '$1 ');
}
