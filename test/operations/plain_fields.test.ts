/** Fields of a type of one's own that are plain Zod schemas: how they are read, and how they look. */
import { describe, expect, test } from 'bun:test';
import { z } from 'zod';
import { problemsOf } from '../../src/jobs/index.ts';
import { type Field, fieldsOf } from '../../src/operations/fields.ts';
import { sendable } from '../../src/operations/sendable.ts';
import { fieldText } from '../../src/text/field_text.ts';
import { fitsForm } from '../../views/forms/hidden_fields.tsx';
import { FormField, withInitialValues } from '../../views/forms/start_form.tsx';
import { attributesOf, elements } from '../views/pages/fixtures.ts';

const objectOf = (field: z.ZodType) => sendable(z.object({ field }));

/** What `run` gets for what a form, curl or the terminal sends. */
function read(schema: z.ZodType, sent: unknown): unknown {
  const { data, error } = objectOf(schema).safeParse({ field: sent });
  return error
    ? error.issues.map(({ path, code }) => `${path.join('.')} ${code}`)
    : (data as { field: unknown }).field;
}

function fieldOf(schema: z.ZodType): Field {
  const [field] = fieldsOf(objectOf(schema));
  if (!field) throw new Error('It has no field.');
  return field;
}

/** The form's control, as a browser gets it. */
function control(schema: z.ZodType, typed: Record<string, string> = {}) {
  const fields = [fieldOf(schema)];
  const form = withInitialValues({ values: typed, errors: {} }, fields);
  const markup = String(FormField({ field: fields[0] as Field, model: { form, sources: [] } }));
  return { markup, attributes: attributesOf(markup, '#field') };
}

describe('FEATURES 46: a number in the form', () => {
  test.each<[string, z.ZodType, { step: string; min?: string; max?: string; value?: string }]>([
    ['a fraction', z.number().min(0).max(1).default(0.5), { step: 'any', min: '0', max: '1' }],
    ['a fraction without bounds', z.number().default(1e-7), { step: 'any', value: '1e-7' }],
    ['nullable', z.number().nullable(), { step: 'any' }],
    ['coerced', z.coerce.number(), { step: 'any' }],
    // A browser would count from the value, which may have been typed wrong.
    ['a multiple', z.number().multipleOf(0.25).default(0.75), { step: 'any', value: '0.75' }],
    [
      'a multiple from a minimum',
      z.number().multipleOf(0.25).min(0.5),
      { step: '0.25', min: '0.5' },
    ],
    ['a multiple from another', z.number().multipleOf(0.1).min(0.25), { step: '0.1', min: '0.3' }],
    ['a multiple from its own', z.number().multipleOf(0.1).min(0.3), { step: '0.1', min: '0.3' }],
    ['a whole multiple', z.int().multipleOf(5).min(1).max(20), { step: '5', min: '5', max: '20' }],
    ['a whole number', z.int().min(1).max(9), { step: '1', min: '1', max: '9' }],
    ['a whole number without bounds', z.int().default(3), { step: '1', value: '3' }],
    ['above a number', z.int().positive().lt(10), { step: '1', min: '1', max: '9' }],
    ['from Zod 3', z.number().int().default(3), { step: '1' }],
  ])('%s', (_, schema, expected) => {
    const { attributes } = control(schema);
    expect(attributes.type).toBe('number');
    expect(attributes).toMatchObject(expected);
    if (expected.min === undefined) expect(attributes).not.toHaveProperty('min');
  });

  test('a wrong one of a former request does not count as the base of the steps', () => {
    expect(control(z.int(), { field: '2.5' }).attributes.step).toBe('any');
    expect(control(z.int(), { field: '2' }).attributes.step).toBe('1');
    expect(control(z.int().min(1), { field: '2.5' }).attributes.step).toBe('1');
  });
});

describe('FEATURES 46: texts are read as what the schema wants', () => {
  const anObject = z.object({ x: z.number() });
  test.each<[string, z.ZodType, string, unknown]>([
    ['numbers', z.array(z.number()).default([]), '1, 2.5,-3', [1, 2.5, -3]],
    ['one number', z.array(z.int()), '7', [7]],
    ['ticks', z.array(z.boolean()), 'true,off', [true, false]],
    ['texts', z.array(z.string()), 'a, 1', ['a', '1']],
    ['choices', z.array(z.enum(['a', 'b'])), 'b,a', ['b', 'a']],
    ['a list of several kinds', z.tuple([z.string(), z.number()]), 'a,1', ['a', 1]],
    ['a list that may be null', z.array(z.number()).nullable(), '1,2', [1, 2]],
    ['a list as JSON', z.array(z.string()), '["a, b", "c"]', ['a, b', 'c']],
    ['an empty list as JSON', z.array(z.string()).default(['a']), '[]', []],
    ['a list of lists', z.array(z.array(z.number())), '[[1],[2,3]]', [[1], [2, 3]]],
    ['a list of objects', z.array(anObject), '[{"x":3}]', [{ x: 3 }]],
    ['an object', anObject, ' {"x":3}', { x: 3 }],
    ['an object with a default', anObject.default({ x: 1 }), '{"x":3}', { x: 3 }],
    ['a record', z.record(z.string(), z.number()), '{"a":3}', { a: 3 }],
    [
      'one of two objects',
      z.union([anObject, z.object({ y: z.string() })]),
      '{"y":"a"}',
      { y: 'a' },
    ],
    ['a named schema', z.number().meta({ id: 'OwnNumber' }), '3', 3],
    ['a list of a named schema', z.array(z.int().meta({ id: 'OwnEntry' })), '3,4', [3, 4]],
    ['a nullable number', z.number().nullable(), '3', 3],
    ['a nullable tick', z.boolean().nullish(), 'on', true],
    ['nothing, where null is all that is left', z.number().nullable(), ' ', null],
    ['nothing, where it may be absent', z.number().nullish(), '', undefined],
    ['a number or a tick', z.union([z.number(), z.boolean()]), 'true', true],
    ['what may be a text', z.union([z.number(), z.string()]), '3', '3'],
    ['an exponent', z.number(), '1e-7', 1e-7],
    ['a bare fraction', z.number(), '.5', 0.5],
    ['one of a few numbers', z.literal([1, 2]), '2', 2],
    ['a text that looks like JSON', z.string(), '{"x":3}', '{"x":3}'],
    ['no JSON', anObject, '{x:3}', ['field invalid_type']],
    ['a wrong entry', z.array(z.number()), '1,b', ['field.1 invalid_type']],
    ['beyond all numbers', z.number(), '1e999', ['field invalid_type']],
  ])('%s', (_, schema, sent, expected) => {
    expect(read(schema, sent)).toEqual(expected);
  });

  test('JSON is taken as before, null included', () => {
    for (const value of [null, 3]) expect(read(z.number().nullable(), value)).toBe(value);
    expect(read(z.array(z.number()), [1, 2])).toEqual([1, 2]);
    expect(read(z.number().default(3), null)).toBe(3);
  });

  test('in an object that is changed, has a default or consists of two as well', () => {
    const n = z.object({ n: z.number() });
    for (const input of [
      n.transform((given) => given),
      n.default({ n: 1 }),
      n.readonly(),
      z.preprocess((given) => given, n),
      z.intersection(n, z.object({ word: z.string().optional() })),
    ]) {
      expect(sendable(input).safeParse({ n: '3' }).data, input.type).toEqual({ n: 3 });
      expect(fieldsOf(sendable(input))[0], input.type).toMatchObject({ name: 'n', kind: 'number' });
    }
  });

  test('and what is wrong is said of the field, and of which of its entries', async () => {
    const input = sendable(
      z.object({
        nn: z.array(z.number()),
        o: z.object({ x: z.number() }),
        r: z.record(z.string(), z.int()),
      }),
    );
    const problems = (typed: object) => problemsOf({ input } as never, typed);
    expect(await problems({ nn: '1,b', o: '{"y":1}', r: 'a' })).toEqual({
      nn: 'Entry 2 of “Nn” must be a number.',
      o: 'O.x is missing.',
      r: 'R must be an object.',
    });
    expect(await problems({ nn: '1', o: '{"x":1}', r: '{}' })).toEqual({});
  });
});

describe('FEATURES 46: what a value is in a field, and read back from it', () => {
  test.each<[text: string, schema: z.ZodType, value: unknown]>([
    ['1, 2', z.array(z.number()), [1, 2]],
    ['["a, b","c"]', z.array(z.string()), ['a, b', 'c']],
    ['[" a"]', z.array(z.string()), [' a']],
    ['["","a"]', z.array(z.string()), ['', 'a']],
    ['["[\\"a\\"]"]', z.array(z.string()), ['["a"]']],
    ['[]', z.array(z.string()).default(['a']), []],
    ['{"a":1}', z.record(z.string(), z.number()), { a: 1 }],
    ['1e-7', z.number(), 1e-7],
  ])('%s', (text, schema, value) => {
    const field = fieldOf(schema);
    expect(fieldText(value, field.syntax)).toBe(text);
    expect(read(schema, text)).toEqual(value);
    expect(fitsForm({ field: value }, [field])).toBe(true);
  });

  test('an object that was cut for a list cannot be sent again', () => {
    const fields = [fieldOf(z.record(z.string(), z.string()))];
    for (const cut of [{ a: '… and 98 more' }, { a: 'b', '…': 1 }, { a: { b: 'long…' } }]) {
      expect(fitsForm({ field: cut }, fields)).toBe(false);
    }
  });

  test('the form begins with the default', () => {
    const value = (schema: z.ZodType) => control(schema).attributes.value;
    expect(value(z.array(z.number()).default([1, 2]))).toBe('1, 2');
    expect(value(z.array(z.number()).default([]))).toBe('');
    expect(value(z.object({ a: z.string() }).default({ a: 'x' }))).toBe('{"a":"x"}');
  });
});

describe('FEATURES 46: help and choices in the form', () => {
  const helpOf = (schema: z.ZodType) =>
    /<p class="field-help"[^>]*>([^<]*)</.exec(control(schema).markup)?.[1];

  test('say the description, and how a list and JSON are written', () => {
    expect(helpOf(z.enum(['good', 'bad']).describe('How it turns out'))).toBe('How it turns out');
    expect(helpOf(z.number().default(1).describe('In metres'))).toBe('In metres');
    expect(helpOf(z.boolean().default(false).describe('Try it'))).toBe('Try it');
    expect(helpOf(z.array(z.string()).describe('Who comes'))).toBe(
      'Who comes. Separated by commas.',
    );
    expect(helpOf(z.object({ x: z.number(), y: z.string().optional() }))).toBe(
      'As JSON, for example {&quot;x&quot;: 1}.',
    );
    expect(fieldOf(z.record(z.string(), z.number())).help).toContain('{"name": 1}');
    expect(fieldOf(z.array(z.object({ a: z.enum(['b', 'c']) }))).help).toContain('[{"a": "b"}]');
    expect(helpOf(z.string())).toBeUndefined();
  });

  test('what must be chosen begins with the first, and what need not can be left out', () => {
    const options = (schema: z.ZodType) =>
      elements(control(schema).markup, 'option').map(({ attributes }) => [
        attributes.value,
        attributes.selected !== undefined,
      ]);
    expect(options(z.enum(['a', 'b']))).toEqual([
      ['a', true],
      ['b', false],
    ]);
    expect(options(z.enum(['a', 'b']).default('b'))).toEqual([
      ['a', false],
      ['b', true],
    ]);
    expect(options(z.enum(['a', 'b']).optional()).map(([value]) => value)).toEqual(['', 'a', 'b']);
    expect(options(z.enum(['a', 'b']).nullable()).map(([value]) => value)).toEqual(['', 'a', 'b']);
    expect(options(z.literal([1, 2])).map(([value]) => value)).toEqual(['1', '2']);
  });
});
