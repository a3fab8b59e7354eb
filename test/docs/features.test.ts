import { expect, test } from 'bun:test';
import { join } from 'node:path';

const ROOT = join(import.meta.dir, '../..');
const NUMBERS = [...Array.from({ length: 53 }, (_, i) => i + 1), 55, 56, 57];

/** "| 9, 10 | … | `test/a.test.ts`, `bench/b.ts` |" → numbers and files. */
function rowsOf(document: string) {
  return [...document.matchAll(/^\| ([\d, ]+) \|.*\| (.*) \|$/gm)].map(([, numbers, shown]) => ({
    numbers: (numbers ?? '').split(',').map(Number),
    files: [...(shown ?? '').matchAll(/`([^`]+)`/g)].map(([, file]) => file ?? ''),
  }));
}

const rows = rowsOf(await Bun.file(join(ROOT, 'docs/features.md')).text());

test('docs/features.md lists every number once', () => {
  const numbers = rows.flatMap((row) => row.numbers);
  expect(numbers.toSorted((a, b) => a - b)).toEqual(NUMBERS);
});

test.each(rows)(
  'each test file of feature $numbers has a test with that number in its name',
  async ({ numbers, files }) => {
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const text = await Bun.file(join(ROOT, file)).text();
      if (!file.startsWith('test/')) continue;
      const named = [...text.matchAll(/FEATURES ([\d, and]+)/g)].flatMap(([, list]) =>
        (list ?? '').match(/\d+/g)?.map(Number),
      );
      for (const number of numbers) expect(named).toContain(number);
    }
  },
);
