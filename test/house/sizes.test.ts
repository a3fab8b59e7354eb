import { describe, expect, test } from 'bun:test';
import ts from 'typescript';
import { expectOnly } from './remaining.ts';
import { filesMatching, parse, readText, walk } from './source_files.ts';

const MAX_FUNCTION_LINES = 60;
const MAX_FILE_LINES = 400;

const CODE = filesMatching('{src,views,bench}/**/*.{ts,tsx}').filter(isOurs);
const TESTS = filesMatching('test/**/*.{ts,tsx}');
const STYLES = filesMatching('public/css/*.css');

/** Files over the limit that are left, without the number of their lines. To be emptied. */
const REMAINING_FILES: string[] = [
  'test/browser/job_page.test.ts',
  'test/browser/tabs.test.ts',
  'test/browser/taskbar.test.ts',
  'test/embedding/model_files.test.ts',
  'test/jobs/async_interleavings.test.ts',
  'test/jobs/faults.test.ts',
  'test/jobs/queued_jobs.test.ts',
  'test/jobs/store/migrated_jobs.test.ts',
  'test/platform/writer.test.ts',
  'test/process/bad_days.test.ts',
  'test/sources/archive.test.ts',
  'test/sources/sample.test.ts',
];

/** Functions over the limit that are left. To be emptied. */
const REMAINING_FUNCTIONS: string[] = [
  'bench/peers/bare_sqlite.ts openBareSqlite',
  'bench/peers/bare_tables.ts openBareTables',
  'src/browser/live_source.ts openLiveSource',
  'src/browser/shared_stream.ts openSharedStream',
  'src/client/job_stream.ts createJobStream',
  'src/client/starts.ts createStarts',
  'src/client/tracked_job.ts createTrackedJob',
  'src/embedding/local/model_files.ts createModelFiles',
  'src/embedding/local/model_process.ts createModelProcess',
  'src/embedding/local_embedder.ts createLocalEmbedder',
  'src/jobs/store/sqlite/reader.ts createSqliteJobReader',
  'src/web/live/jobs_stream.ts follow',
  'src/web/live/taskbar.tsx createLiveTaskbar',
];

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
    expectOnly(long, REMAINING_FILES);
  });

  test(`no function of the program has more than ${MAX_FUNCTION_LINES} lines`, async () => {
    const long: string[] = [];
    for (const path of CODE) {
      for (const { name } of longFunctions(await parse(path), MAX_FUNCTION_LINES)) {
        long.push(`${path} ${name}`);
      }
    }
    expectOnly(long, REMAINING_FUNCTIONS);
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
