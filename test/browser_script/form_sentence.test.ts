import { expect, test } from 'bun:test';
import { problemOf, valuesOf } from '../../src/browser/form_sentence.ts';

test('a checkbox that is on wins over the hidden "false" before it', () => {
  const data = new FormData();
  data.append('includeReplies', 'false');
  data.append('includeReplies', 'true');
  data.append('includeRetweets', 'false');
  expect(valuesOf(data)).toEqual({ includeReplies: 'true', includeRetweets: 'false' });
});

test('D10: the first invalid field is the problem, and an empty one is none', () => {
  const field = (value: string, valid: boolean, invalid?: string, badInput = false) => ({
    value,
    validity: { valid, badInput },
    dataset: invalid === undefined ? {} : { invalid },
  });
  expect(problemOf([field('ada', true, 'Name.'), field('0', false, 'Number.')])).toBe('Number.');
  expect(problemOf([field('a b', false, 'Name.'), field('0', false, 'Number.')])).toBe('Name.');
  expect(problemOf([field(' ', false, 'Name.'), field('', false)])).toBeUndefined();
  // A browser does not tell the text of a number that it cannot read.
  expect(problemOf([field('', false, 'Number.', true)])).toBe('Number.');
});

test('D9: a name that is none is the problem, also where a browser finds nothing wrong', () => {
  const field = (value: string) => ({
    value,
    validity: { valid: true, badInput: false },
    dataset: { rule: 'username' },
  });
  expect(problemOf([field('not a name!!')])).toStartWith('Username may only have letters');
  expect(problemOf([field('x.com/home')])).toStartWith('Username is missing in this address');
  for (const fine of ['', ' ', 'https://x.com/ada'])
    expect(problemOf([field(fine)])).toBeUndefined();
});

test('D9: an address of another service, or a name that the source cannot have, is the problem', () => {
  const problem = (value: string, name: string, label: string) =>
    problemOf(
      [{ value, validity: { valid: true, badInput: false }, dataset: { rule: 'username' } }],
      {
        name,
        label,
      },
    );
  expect(problem('https://x.com/ada', 'bluesky', 'Bluesky')).toBe(
    'This is an address of X; the source is Bluesky.',
  );
  expect(problem('ada', 'bluesky', 'Bluesky')).toStartWith('Username must be a Bluesky handle');
  expect(problem('ada.example', 'x', 'X')).toStartWith('Username must be a name on X');
  expect(problem('ada', 'x', 'X')).toBeUndefined();
});
