import { describe, expect, test } from 'bun:test';
import { z } from 'zod';
import { InvalidInput } from '../../src/jobs/index.ts';
import { fieldsOf } from '../../src/operations/fields.ts';
import { parsePostsQuery } from '../../src/operations/find_posts.ts';
import { loadInput } from '../../src/operations/folders.ts';
import { howMany } from '../../src/operations/sentences.ts';
import { OPERATION_TYPES, sentence, wordsOf } from '../../src/operations/words.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { createSources } from '../../src/sources/index.ts';

const DEPS = { sources: createSources(loadConfig({})), embedder: { model: 'minilm' } };

const scrape = (await loadInput('scrape', DEPS))();
const INPUTS = {
  scrape,
  search: (await loadInput('search', DEPS))(),
  discover: (await loadInput('discover', DEPS))(),
};

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

describe('B14: "all" is a maximum', () => {
  const maximumOf = (type: keyof typeof INPUTS, given: Record<string, unknown>) => {
    const { data } = INPUTS[type].safeParse(given);
    const { maxTweets, maxResults } = data as { maxTweets?: number; maxResults?: number };
    return { maxTweets, maxResults };
  };
  const ofScrape = (maxTweets: unknown, given: object) =>
    maximumOf('scrape', { username: 'ada', maxTweets, ...given }).maxTweets;

  test.each(['all', ' ALL ', 'All'])('%j', (all) => {
    expect(ofScrape(all, { source: 'archive', username: '', archive: 'a.zip' })).toBeUndefined();
    expect(ofScrape(all, { source: 'sample' })).toBe(10_000);
    expect(maximumOf('search', { query: 'a', maxTweets: all })).toMatchObject({
      maxTweets: 10_000,
    });
    expect(maximumOf('discover', { query: 'a', maxTweets: all, maxResults: all })).toEqual({
      maxTweets: 10_000,
      maxResults: 1_000,
    });
  });

  test.each(['alle', 'al', '0', '10001', '1.5', '1e3', '-1', true, {}])('%j is none', (given) => {
    expect(messagesFor(scrape, { username: 'ada', maxTweets: given })).toEqual([
      'Posts must be a whole number from 1 to 10,000, or “all”.',
    ]);
  });

  test('numbers are as before, and so is nothing', () => {
    expect(ofScrape('5', { source: 'sample' })).toBe(5);
    expect(ofScrape('', { source: 'sample' })).toBe(100);
    expect(ofScrape('5', { source: 'archive', username: '', archive: 'a.zip' })).toBe(5);
  });

  test('a field that is no maximum does not take it', () => {
    expect(messagesFor(INPUTS.search, { query: 'a', days: 'all' })).toEqual([
      'Days must be a whole number from 1 to 3,650.',
    ]);
  });

  test('the sentence beside the form says what it means', () => {
    expect(
      sentence('scrape', { source: 'archive', archive: 'a.zip', maxTweets: 'all' }),
    ).toStartWith('Reads all posts from the archive a.zip.');
    expect(sentence('scrape', { username: 'ada', maxTweets: 'ALL' })).toStartWith(
      'Reads up to 10,000 posts of @ada',
    );
    expect(sentence('search', { query: 'a', maxTweets: 'all' })).toContain(
      'up to 10,000 latest posts',
    );
    expect(sentence('discover', { query: 'a', maxResults: 'all' })).toContain(
      'up to 1,000 profiles',
    );
  });
});

describe('D9: the rule of a username', () => {
  const names: [typed: string, username?: string][] = [
    ['aurora_lab', 'aurora_lab'],
    [' @aurora_lab ', 'aurora_lab'],
    ['https://x.com/aurora_lab/status/123', 'aurora_lab'],
    ['https://bsky.app/profile/ada.example', 'ada.example'],
    ['x'.repeat(100), 'x'.repeat(100)],
    ['x'.repeat(101)],
    ['@@aurora_lab'],
    ['.aurora'],
    ['a b'],
    ['https://x.com/home'],
  ];

  test.each(names.map(([typed, username]) => ({ typed, username })))(
    'D9: is the same in the input, the sentence beside the form and the filter: $typed',
    ({ typed, username }) => {
      const values = { username: typed, maxTweets: '10' };
      const filter = () => parsePostsQuery({ author: typed }, DEPS.sources).author;
      const field = fieldsOf(scrape).find(({ name }) => name === 'username');
      expect(field).toMatchObject({ rule: 'username' });
      if (username) {
        expect(typed.length).toBeLessThanOrEqual(field?.maxLength ?? 0);
        expect(scrape.parse(values)).toMatchObject({ username });
        expect(sentence('scrape', values)).toBe(`Reads up to 10 posts of @${username}.`);
        expect(filter()).toBe(username);
      } else {
        const [said = ''] = messagesFor(scrape, values);
        expect(said).toStartWith('Username ');
        expect(sentence('scrape', values)).toBe(said);
        expect(filter).toThrow(InvalidInput);
      }
    },
  );

  const sources = [
    { typed: { username: 'https://x.com/ada' }, source: 'x' },
    { typed: { username: 'bsky.app/profile/ada.example', source: '' }, source: 'bluesky' },
    { typed: { username: '@ada.example' }, source: 'bluesky' },
    { typed: { username: 'ada' }, source: 'sample' },
    { typed: { username: 'https://x.com/ada', source: 'x' }, source: 'x' },
    { typed: { username: 'did:web:ada.example', source: 'bluesky' }, source: 'bluesky' },
  ];

  test('D9: the API’s document and the form name the default source', () => {
    const field = fieldsOf(scrape).find(({ name }) => name === 'source');
    expect(field).toMatchObject({ kind: 'choice', default: 'sample', required: false });
  });

  const bluesky = 'https://bsky.app/profile/ada.example';
  test.each([
    ['https://x.com/ada', 'bluesky', 'This is an address of X; the source is Bluesky.'],
    [bluesky, 'x', 'This is an address of Bluesky; the source is X.'],
    ['at://ada.example', 'x', 'This is an address of Bluesky; the source is X.'],
    [bluesky, 'sample', 'This is an address of Bluesky; the source is the synthetic sample.'],
    ['@ada', 'bluesky', 'has a dot, for example ada.bsky.social.'],
    ['ada_b', 'bluesky', 'has a dot, for example ada.bsky.social.'],
    ['ada.example', 'x', 'must be a name on X'],
    ['did:web:ada.example', 'x', 'must be a name on X'],
  ])('D9: %p cannot be read from %s', (username, source, message) => {
    expect(messagesFor(scrape, { username, source })).toEqual([expect.stringContaining(message)]);
  });

  test.each(sources)('D9: $typed is read from $source', ({ typed, source }) => {
    expect(scrape.parse(typed)).toMatchObject({ source });
  });
});

test('FEATURES 40: an archive has no order, so "only what is new" is refused', () => {
  const typed = { source: 'archive', archive: 'mine.zip', onlyNew: 'true' };
  expect(messagesFor(scrape, typed)).toEqual([expect.stringContaining('An archive has no order')]);
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

  // What deletes posts names their source and reads nothing from it.
  const reading = OPERATION_TYPES.filter((type) => type !== 'forget');

  test.each(reading)('%s reads a source exactly if its input has one', async (type) => {
    expect(wordsOf(type).readsSource ?? false).toBe((await sourcesOf(type)) !== undefined);
  });

  test('the first type that reads a source reads every source: it begins with each of them', async () => {
    const [first = ''] = OPERATION_TYPES.filter((type) => wordsOf(type).readsSource);
    expect(await sourcesOf(first)).toEqual([...DEPS.sources.keys()]);
  });
});
