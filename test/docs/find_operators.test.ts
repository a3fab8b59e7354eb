import { expect, test } from 'bun:test';
import { describeFind, parseFind } from '../../src/find/index.ts';
import { FIND_OPERATORS } from '../../src/text/find_operators.ts';
import { readText } from '../house/source_files.ts';

const typedIn = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, typed]) => typed);

test('the help of the find page has every operator of docs/find.md, in its order', async () => {
  const rows = (await readText('docs/find.md')).match(/^\| `.*$/gm) ?? [];
  const documented = rows.map((row) => typedIn(row.split(' | ')[0] ?? ''));
  expect(documented.length).toBeGreaterThan(10);
  expect(FIND_OPERATORS.map(({ typed }) => [...typed])).toEqual(documented as string[][]);
});

test.each(FIND_OPERATORS.flatMap(({ typed }) => typed).filter((one) => one.includes(':')))(
  'what the help has is an operator: %s',
  (typed) => {
    const { words } = parseFind(typed, Date.now());
    expect(words).toBeUndefined();
    expect(describeFind(parseFind(typed, Date.now()))).not.toBe(describeFind(parseFind('', 0)));
  },
);
