// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are source code.
/** F14: markup is written as JSX alone, where texts are escaped and the scan for unescaped ones looks. */
import { describe, expect, test } from 'bun:test';
import ts from 'typescript';
import { filesMatching, parse, walk } from './source_files.ts';

/** The start of an element, or its end. */
const TAG = /(?<!\w)<\/?[a-z][\w-]*[\s>/]|\w<\/[a-z][\w-]*>/;

/** What is no page: the icon of a job type, an SVG inside a style; its path comes from the program. */
const EXCEPT = new Set(['src/operations/words.ts']);

/** The templates and sums of texts in which something is put between tags. */
function markupOf(file: ts.SourceFile): string[] {
  const found: string[] = [];
  walk(file, (node) => {
    const isTemplate = ts.isTemplateExpression(node);
    const isSum =
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
      [node.left, node.right].some(ts.isStringLiteralLike);
    if ((isTemplate || isSum) && TAG.test(node.getText())) found.push(node.getText());
  });
  return found;
}

const sourceOf = (text: string) =>
  ts.createSourceFile('example.ts', text, ts.ScriptTarget.Latest, true);

describe('markup with something put into it', () => {
  test.each([
    'const html = `<p>${job.message}</p>`;',
    "const html = '<p>' + job.message + '</p>';",
    'const html = `${open}</b>`;',
  ])('is found as text: %s', (text) => {
    expect(markupOf(sourceOf(text)).length).toBeGreaterThan(0);
  });

  test.each([
    'const text = `${a} < ${b}`;',
    'const type = (value: Array<string>) => `${value}`;',
    "const html = '<p>nothing put in</p>';",
    'const list = `Promise<${name}>`;',
  ])('is not: %s', (text) => {
    expect(markupOf(sourceOf(text))).toEqual([]);
  });

  test('stands nowhere outside JSX', async () => {
    const paths = filesMatching('src/**/*.{ts,tsx}', 'views/**/*.{ts,tsx}');
    expect(paths.length).toBeGreaterThan(200);
    const found: string[] = [];
    for (const path of paths) {
      if (EXCEPT.has(path)) continue;
      for (const text of markupOf(await parse(path))) found.push(`${path}: ${text.slice(0, 80)}`);
    }
    expect(found).toEqual([]);
  });
});
