/** docs/api.md lists every code that an error can have. */
import { expect, test } from 'bun:test';
import { Glob } from 'bun';

/** A code as it stands in the source: of a Problem, of a problem with an upload, or of an issue of the storage. */
const CODES = [
  /new Problem\(\s*\d{3},\s*['`]([a-z_${}]+)['`]/g,
  /badFile\(\d{3}, '([a-z_]+)'/g,
  /\b(?:temporary|permanent|issueOf)\(\s*'([a-z_]+)'/g,
  /\bcode: '([a-z_]+)',\s*title/g,
];

/** Codes that are put together, and those they stand for. */
const MADE: Record<string, string[]> = { 'webhook_${state}': ['webhook_paused', 'webhook_ended'] };

const paths = [...new Glob('src/{web,platform}/**/*.{ts,tsx}').scanSync('.')];
const sources = await Promise.all(paths.map((path) => Bun.file(path).text()));
const found = sources.flatMap((source) =>
  CODES.flatMap((pattern) => [...source.matchAll(pattern)].map(([, code = '']) => code)),
);

test('every code of an error in the source is documented', async () => {
  const codes = new Set(found.flatMap((code) => MADE[code] ?? code));
  expect(codes.size).toBeGreaterThan(40);
  const [, section = ''] = (await Bun.file('docs/api.md').text()).split('\n## Errors\n');
  const documented = new Set([...section.matchAll(/`([a-z_]+)`/g)].map(([, code = '']) => code));
  expect([...codes].filter((code) => !documented.has(code))).toEqual([]);
});
