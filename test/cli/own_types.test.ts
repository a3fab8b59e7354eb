/** What a program's own job types may not be called, and may not have. */
import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { createProgram } from '../../src/cli/commands.ts';
import { TAKEN_OPTIONS } from '../../src/cli/option_flags.ts';
import { refuseUnusable } from '../../src/cli/own_types.ts';
import { OPTION_NAMES } from '../../src/jobs/index.ts';
import { asCustomType, defineJob } from '../../src/operations/define_job.ts';
import { OPERATION_TYPES, RESERVED_NAMES } from '../../src/operations/index.ts';
import type { OperationCommand } from '../../src/operations/operation.ts';
import { SCHEDULE_TIMES } from '../../src/schedules/index.ts';

/** What is wrong with a type, one sentence a line; empty when nothing is. */
function refusal(input: z.ZodType, command: OperationCommand = {}, type = 'own'): string {
  return refused(asCustomType(defineJob({ type, input, command, run: () => 1 })));
}

function refused(...types: Parameters<typeof refuseUnusable>[0][number][]): string {
  try {
    refuseUnusable(types);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

const withField = (name: string) => z.object({ [name]: z.string().optional() });

describe('FEATURES 46: at the start is refused', () => {
  test('a type with the name of one that xgpt has, for itself too', () => {
    expect(OPERATION_TYPES.length).toBeGreaterThanOrEqual(5);
    for (const type of [...OPERATION_TYPES, 'deliver', 'index']) {
      expect(refusal(z.object({}), {}, type)).toBe(
        `“${type}” cannot be a job type: xgpt has one of that name. Give it another name.`,
      );
    }
  });

  test('a type with the name of a command or an address', () => {
    for (const type of RESERVED_NAMES.filter(
      (name) => /^[a-z]+$/.test(name) && name !== 'deliver',
    )) {
      expect(refusal(z.object({}), {}, type)).toContain(
        'already the name of an address or a command',
      );
    }
  });

  test('a type that is defined twice, and a command that there is', () => {
    const own = asCustomType(defineJob({ type: 'own', input: z.object({}), run: () => 1 }));
    expect(refused(own, own)).toBe('The job type “own” is defined twice. Give one another name.');
    for (const name of ['find', 'scrape']) {
      expect(refusal(z.object({}), { name })).toContain(`cannot have the command “${name}”`);
    }
    expect(refusal(z.object({}), { name: 'mine' })).toBe('');
  });

  test('an input that is no object', () => {
    const { object, string } = z;
    for (const input of [
      string(),
      z.array(object({})),
      z.any(),
      z.undefined(),
      z.union([object({}), string()]),
    ]) {
      expect(refusal(input)).toBe(
        '“own” cannot be a job type: its input must be an object, such as z.object({ … }).',
      );
    }
    const one = object({ one: string() });
    for (const input of [
      one,
      z.strictObject({ one: string() }),
      z.record(string(), string()),
      one.default({ one: 'a' }),
      one.transform((given) => given),
      one.refine(() => true),
      z.intersection(one, object({ two: string() })),
      z.union([one, object({ two: string() })]),
    ]) {
      expect(refusal(input), input.type).toBe('');
    }
  });

  test('a field with the name of what every start and every schedule has', () => {
    const taken = [...OPTION_NAMES, 'type', 'input', 'every', 'at', 'day', 'cron', 'timeZone'];
    for (const name of taken) {
      expect(refusal(withField(name)), name).toBe(
        `The job type “own” cannot have the field “${name}”: a start or a schedule has a field of that name. Give the field another name.`,
      );
    }
  });

  test('a field whose option its command has already, whichever it is', async () => {
    const program = await createProgram(async () => {}, []);
    const find = (...path: string[]) =>
      path.reduce((parent, name) => {
        const found = parent.commands.find((one) => one.name() === name);
        if (!found) throw new Error(`There is no command ${path.join(' ')}.`);
        return found;
      }, program);
    const options = [find('scrape'), find('schedule', 'add', 'scrape')].flatMap((command) =>
      command
        .createHelp()
        .visibleOptions(command)
        .map(({ long }) => long?.slice(2) ?? ''),
    );
    expect(options).toContain('help');
    expect(options).toContain('zone');
    for (const name of options) {
      expect(refusal(withField(name)), name).toContain(`cannot have the field “${name}”`);
      expect(refusal(withField('own'), { options: { own: { name } } }), name).toContain(
        `its command has an option --${name} already`,
      );
    }
  });

  test('what docs/own_jobs.md lists', () => {
    const page = readFileSync(join(import.meta.dir, '../../docs/own_jobs.md'), 'utf8');
    const section = page.slice(page.indexOf('### Fields'));
    const names = ['type', 'input', ...OPTION_NAMES, ...SCHEDULE_TIMES, ...TAKEN_OPTIONS];
    expect(names.filter((name) => !section.includes(`\`${name}\``))).toEqual([]);
  });

  test('fields whose options are in each other’s way, or are none', () => {
    const both = z.object({ dryRun: z.boolean().default(false), 'dry-run': z.string() });
    expect(refusal(both)).toContain('the field “dry-run” has the same option, --dry-run');
    expect(refusal(withField('noCache'))).toContain('--no-cache would turn off --cache');
    for (const name of [
      'a b',
      '1st',
      'größe',
      '-a',
      'a.b',
      '_a',
      'id',
      'elements',
      'constructor',
    ]) {
      expect(refusal(withField(name)), name).toContain(`cannot have the field “${name}”`);
    }
    expect(refusal(withField('noCache'), { options: { noCache: { name: 'fresh' } } })).toBe('');
    expect(refusal(withField('json'), { options: { json: { name: 'as' } } })).toBe('');
    for (const name of ['a', 'upTo', 'a_b', 'x2', 'north'])
      expect(refusal(withField(name))).toBe('');
  });
});
