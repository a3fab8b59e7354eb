import { describe, expect, test } from 'bun:test';
import { z } from 'zod';
import { addCustomTypes } from '../../src/operations/custom_types.ts';
import { asCustomType, defineJob } from '../../src/operations/define_job.ts';
import { fieldsOf, wholeNumber } from '../../src/operations/fields.ts';
import { OPERATION_TYPES } from '../../src/operations/index.ts';
import { sendable } from '../../src/operations/sendable.ts';
import { InvalidConfig } from '../../src/platform/config.ts';
import { customSources, type SourceDefinition } from '../../src/sources/custom_sources.ts';
import { createSampleSource } from '../../src/sources/sample/index.ts';
import { unconnected } from '../../src/sources/unconnected.ts';
import { setup } from '../support/jobs.ts';

const input = z
  .object({
    rows: z
      .number()
      .int()
      .min(1)
      .max(9)
      .default(3)
      .meta({ title: 'Rows', description: 'Per page' }),
    share: z.number().gt(0).max(1).optional(),
    dryRun: z.boolean().default(false),
    tags: z.array(z.string().min(1)).max(2).optional(),
    order: z.enum(['old', 'new']).default('new'),
    title: z.string().min(2),
    mail: z.email().optional(),
    width: wholeNumber({ label: 'Width', min: 1, max: 5, default: 2 }),
  })
  .refine(({ rows }) => rows !== 7, { path: ['rows'], error: 'Rows may not be 7.' });

const parsed = (given: Record<string, unknown>) =>
  sendable(input).safeParse({ title: 'ab', ...given }).data;

describe('FEATURES 46: plain schemas', () => {
  test('read what forms and commands send, and JSON as before', () => {
    const values = { rows: 4, share: 0.5, dryRun: true, tags: ['a', 'b'], width: 3 };
    const texts = { rows: '4', share: ' 0.5 ', dryRun: 'on', tags: 'a, b', width: '3' };
    expect(parsed(texts)).toEqual(parsed(values));
    expect(parsed(values)).toMatchObject(values);
    expect(parsed({ rows: '', share: ' ', dryRun: '', tags: '', order: '' })).toEqual(parsed({}));
    expect(parsed({ dryRun: 'false' })).toMatchObject({ dryRun: false });
  });

  test('keep what is checked of the whole', () => {
    expect(sendable(input).safeParse({ title: 'ab', rows: '7' }).error?.issues).toMatchObject([
      { path: ['rows'], message: 'Rows may not be 7.' },
    ]);
  });

  test('have labels, ranges and kinds in the form', () => {
    expect(fieldsOf(sendable(input))).toMatchObject([
      { name: 'rows', label: 'Rows', description: 'Per page', kind: 'number', min: 1, max: 9 },
      { name: 'share', label: 'Share', kind: 'number', decimal: true, max: 1 },
      { name: 'dryRun', label: 'Dry run', kind: 'tick', default: false },
      { name: 'tags', kind: 'text', required: false },
      { name: 'order', kind: 'choice', values: ['old', 'new'] },
      { name: 'title', kind: 'text', required: true },
      { name: 'mail', kind: 'text' },
      { name: 'width', label: 'Width', min: 1, max: 5 },
    ]);
    const [any] = fieldsOf(sendable(z.object({ any: z.int() })));
    expect(any).not.toHaveProperty('max');
  });

  test('say in a sentence what is wrong, where they have no words of their own', async () => {
    const { create, type } = asCustomType(defineJob({ type: 'print', input, run: () => 1 }));
    const { tracker } = setup();
    tracker.define({ ...create({} as never), type, input: sendable(input) } as never);
    const wrong = {
      rows: 'x',
      share: '0',
      tags: 'a,b,c',
      order: 'odd',
      mail: 'nobody',
      dryRun: 'perhaps',
    };
    const refused = tracker.enqueue('print' as never, wrong).catch(({ details }) => details);
    expect(await refused).toEqual({
      rows: 'Rows must be a number.',
      share: 'Share must be more than 0.',
      dryRun: 'Dry run must be true or false.',
      tags: 'Tags must have at most 2 entries.',
      order: 'Order must be one of: old, new.',
      title: 'Title is missing.',
      mail: 'Mail is not a valid email.',
    });
  });
});

describe('FEATURES 46: names', () => {
  test('of a type are those of addresses and commands', () => {
    for (const type of ['Print', 'print_all', '1st', 'print-', '']) {
      expect(() => defineJob({ type, input, run: () => 1 })).toThrow('cannot be a job type');
    }
  });

  test('of types cannot be added once the list has been read', () => {
    expect(OPERATION_TYPES).not.toContain('print');
    const print = asCustomType(defineJob({ type: 'print', input, run: () => 1 }));
    expect(() => addCustomTypes([print])).toThrow('cannot be added any more');
  });

  test('of a source are those of an address, each used once', () => {
    const builtIn = [createSampleSource({ pageMs: 0 })];
    const named = (name: string) => ({ ...createSampleSource({ pageMs: 0 }), name });
    const sources = (...added: SourceDefinition[]) =>
      customSources(unconnected(), builtIn, added).map(({ name }) => name);
    expect(sources(named('river-notes'), () => named('sea'))).toEqual(['river-notes', 'sea']);
    expect(() => sources(named('sample'))).toThrow('There is another source "sample".');
    // The program ends with the sentence, and without a stack.
    expect(() => sources(named('sample'))).toThrow(InvalidConfig);
    expect(() => sources(named('the sea'))).toThrow('"the sea" cannot be a source.');
  });
});
