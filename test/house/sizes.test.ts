import { describe, expect, test } from 'bun:test';
import ts from 'typescript';
import { filesMatching, parse, readText, walk } from './source_files.ts';

const MAX_FUNCTION_LINES = 60;
const MAX_FILE_LINES = 400;

const CODE = filesMatching('{src,views,bench}/**/*.{ts,tsx}').filter(isOurs);
const TESTS = filesMatching('test/**/*.{ts,tsx}');
const STYLES = filesMatching('public/css/**/*.css');

function isOurs(path: string): boolean {
  return !path.includes('node_modules/');
}

interface LongFunction {
  name: string;
  lines: number;
}

/** Every function, method, accessor, constructor and arrow function of more than `max` lines. */
function longFunctions(file: ts.SourceFile, max: number): LongFunction[] {
  const found: LongFunction[] = [];
  walk(file, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) return;
    const lines = lineOf(file, node.getEnd()) - lineOf(file, node.getStart(file)) + 1;
    if (lines > max) found.push({ name: nameOf(node), lines });
  });
  return found;
}

function lineOf(file: ts.SourceFile, position: number): number {
  return file.getLineAndCharacterOfPosition(position).line;
}

/** Its own name, or that of what it is assigned to. */
function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name) return node.name.getText();
  const { parent } = node;
  const isNamed = ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent);
  return isNamed ? parent.name.getText() : '(a function without a name)';
}

describe('sizes', () => {
  test(`no file has more than ${MAX_FILE_LINES} lines`, async () => {
    const long: string[] = [];
    for (const path of [...CODE, ...TESTS, ...STYLES]) {
      const lines = (await readText(path)).trimEnd().split('\n').length;
      if (lines > MAX_FILE_LINES) long.push(path);
    }
    expect(long).toEqual([]);
  });

  test(`no function of the program has more than ${MAX_FUNCTION_LINES} lines`, async () => {
    const long: string[] = [];
    for (const path of CODE) {
      for (const { name } of longFunctions(await parse(path), MAX_FUNCTION_LINES)) {
        long.push(`${path} ${name}`);
      }
    }
    expect(long).toEqual([]);
  });
});

test('the measurement sees every way to write a function', () => {
  const file = ts.createSourceFile(
    'sample.ts',
    `function plain() {
     }
     const arrow = () => {
     };
     const table = { method() {
     }, value: function () {
     } };
     class Thing { constructor() {
     } get field() {
       return 1; } }
     call(() => {
     });
     const short = () => 1;
     declare function without(
     ): void;`,
    ts.ScriptTarget.Latest,
    true,
  );
  expect(longFunctions(file, 1)).toEqual([
    { name: 'plain', lines: 2 },
    { name: 'arrow', lines: 2 },
    { name: 'method', lines: 2 },
    { name: 'value', lines: 2 },
    { name: '(a function without a name)', lines: 2 },
    { name: 'field', lines: 2 },
    { name: '(a function without a name)', lines: 2 },
  ]);
});
