import { expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesMatching, ROOT, readText } from '../house/source_files.ts';

const DOCUMENTS = filesMatching('*.md', 'docs/**/*.md');

/** `[text](target)`, without addresses of other hosts. */
function linksOf(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^\w+:/.test(target));
}

/** Paths that are written as code, such as `src/main.ts` in `bun src/main.ts worker`. */
function pathsOf(text: string): string[] {
  const found = text.matchAll(
    /(?<![\w./-])(?:\.\/)?((?:src|views|test|bench|bin|docs|findings)\/[\w./-]*\w)/g,
  );
  // What the document tells the reader to create does not exist yet.
  const created = new Set([...text.matchAll(/^```\w+ (\S+)$/gm)].map(([, path = '']) => path));
  return [...found].map(([, path = '']) => path).filter((path) => !created.has(path));
}

/** As GitHub makes it of a headline. */
function anchorOf(headline: string): string {
  return headline
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

test('documents name only files that exist', async () => {
  const missing: string[] = [];
  for (const document of DOCUMENTS) {
    for (const path of pathsOf(await readText(document))) {
      const isInstalled = path.includes('node_modules');
      if (!isInstalled && !existsSync(join(ROOT, path))) missing.push(`${document}: ${path}`);
    }
  }
  expect(missing).toEqual([]);
});

test.each(DOCUMENTS)('the links of %s lead to a file and a headline', async (document) => {
  const broken: string[] = [];
  for (const link of linksOf(await readText(document))) {
    const [file = '', anchor] = link.split('#');
    const path = file === '' ? document : join(dirname(document), file);
    const text = existsSync(join(ROOT, path)) ? await readText(path) : '';
    const anchors = [...text.matchAll(/^#+ (.*)$/gm)].map(([, headline = '']) =>
      anchorOf(headline),
    );
    if (text === '' || (anchor !== undefined && !anchors.includes(anchor))) broken.push(link);
  }
  expect(broken).toEqual([]);
});
