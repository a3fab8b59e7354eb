import { describe, expect, test } from 'bun:test';
import { z } from 'zod';
import { fieldsOf } from '../../src/operations/fields.ts';
import { loadInput } from '../../src/operations/folders.ts';
import { howMany } from '../../src/operations/sentences.ts';
import { OPERATION_TYPES, wordsOf } from '../../src/operations/words.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { createSources } from '../../src/sources/index.ts';

const DEPS = { sources: createSources(loadConfig({})), embedder: { model: 'minilm' } };

const scrape = (await loadInput('scrape', DEPS))();

function messagesFor(input: z.ZodType, value: unknown): string[] {
  const { error } = input.safeParse(value);
  return error?.issues.map(({ message }) => message) ?? [];
}

test('F12: a number in a form is decimal digits only; a blank field is absent', () => {
  for (const maxTweets of ['0x10', '1e3', '+5', '-5', '5.0', '5.5', '5 posts', '٥']) {
    expect(messagesFor(scrape, { username: 'aurora_lab', maxTweets })).toHaveLength(1);
    expect(howMany(maxTweets), 'the sentence beside the form').toBeUndefined();
  }
  for (const [maxTweets, read] of [
    [' ', undefined],
    ['', undefined],
    [' 050 ', 50],
  ] as const) {
    const { data } = scrape.safeParse({ username: 'aurora_lab', maxTweets });
    expect(data).toMatchObject({ maxTweets: read ?? 100 });
    expect(howMany(maxTweets)).toBe(read as number);
  }
});

describe('the rule of a username', () => {
  const field = fieldsOf(scrape).find(({ name }) => name === 'username');
  const inForm = new RegExp(`^(?:${field?.pattern})$`, 'v');
  const { properties = {} } = z.toJSONSchema(scrape, { io: 'input', unrepresentable: 'any' });
  const inApi = new RegExp((properties.username as { pattern: string }).pattern, 'u');

  test.each([
    ['aurora_lab', true],
    ['@aurora_lab', true],
    ['ada.bsky.social', true],
    ['münchen-1', true],
    ['x'.repeat(100), true],
    [`@${'x'.repeat(100)}`, true],
    ['x'.repeat(101), false],
    ['@@aurora_lab', false],
    ['.aurora', false],
    ['a b', false],
    ['<b>', false],
  ])('is the same in the schema, the form and the API: %s', (name, fits) => {
    expect(messagesFor(scrape, { username: name }).length === 0, 'schema').toBe(fits);
    expect(inForm.test(name), 'form').toBe(fits);
    expect(inApi.test(name), 'API').toBe(fits);
    if (fits) expect(name.length).toBeLessThanOrEqual(field?.maxLength ?? 0);
  });
});

describe('a scrape', () => {
  test('of an archive needs no username, although the form sends the empty field', () => {
    const typed = { username: '', source: 'archive', archive: 'mine.zip' };
    expect(scrape.parse(typed)).toEqual({
      username: undefined,
      includeReplies: false,
      includeRetweets: false,
      onlyNew: false,
      source: 'archive',
      archive: 'mine.zip',
    });
  });

  test('of a user does, however it is left out', () => {
    for (const typed of [{}, { username: '' }, { username: null }]) {
      expect(messagesFor(scrape, typed)).toEqual([
        'Username is missing. Type one, for example aurora_lab.',
      ]);
    }
    expect(messagesFor(scrape, { username: 7 })[0]).toStartWith('Username must be text.');
  });
});

test('the fields of any Zod schema are known, with labels made of their names', () => {
  const input = z.object({
    upTo: z.int().min(1).max(9),
    loud: z.boolean().default(false),
    voice: z.enum(['low', 'high']).optional().describe('How it sounds.'),
    by: z.string().max(5),
  });
  expect(fieldsOf(input)).toMatchObject([
    { name: 'upTo', kind: 'number', label: 'Up to', required: true, min: 1, max: 9 },
    { name: 'loud', kind: 'tick', required: false, default: false },
    { name: 'voice', kind: 'choice', values: ['low', 'high'], description: 'How it sounds.' },
    { name: 'by', kind: 'text', required: true, maxLength: 5 },
  ]);
});

describe('what the words say of an input, so that the first page needs no schema', () => {
  const sourcesOf = async (type: string) => {
    const input = await loadInput(type, DEPS);
    return fieldsOf(input()).find(({ name }) => name === 'source')?.values;
  };

  test.each(OPERATION_TYPES)('%s reads a source exactly if its input has one', async (type) => {
    expect(wordsOf(type).readsSource ?? false).toBe((await sourcesOf(type)) !== undefined);
  });

  test('the first type that reads a source reads every source: it begins with each of them', async () => {
    const [first = ''] = OPERATION_TYPES.filter((type) => wordsOf(type).readsSource);
    expect(await sourcesOf(first)).toEqual([...DEPS.sources.keys()]);
  });
});
