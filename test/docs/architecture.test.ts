import { describe, expect, test } from 'bun:test';
import { readText } from '../house/source_files.ts';

const MAX_FILES = 12;

const document = await readText('docs/architecture.md');

/** The numbered lists of "Three walks through the code", by their headlines. */
function walks(): { name: string; files: string[] }[] {
  const [, section = ''] = /^## Three walks.*?$([\s\S]*?)^## /m.exec(document) ?? [];
  return section
    .split(/^### /m)
    .slice(1)
    .map((part) => ({
      name: part.split('\n')[0] ?? '',
      files: [...part.matchAll(/^\d+\. `([^`]+)`/gm)].map(([, file = '']) => file),
    }));
}

describe('the walks through the code', () => {
  test('are three', () => {
    expect(walks()).toHaveLength(3);
  });

  test.each(walks())(`$name needs at most ${MAX_FILES} files`, ({ files }) => {
    expect(files.length).toBeGreaterThan(4);
    expect(new Set(files).size).toBe(files.length);
    expect(files.length).toBeLessThanOrEqual(MAX_FILES);
  });
});
