import { describe, expect, test } from 'bun:test';
import { circlesIn, type ImportGraph, importGraph } from './import_graph.ts';
import { expectOnly } from './remaining.ts';
import { filesMatching } from './source_files.ts';

const graph = await importGraph(filesMatching('src/**/*.{ts,tsx}', 'views/**/*.{ts,tsx}'));

/**
 * What each folder of `src`, and `views`, may import. Whoever adds a line here changes the
 * architecture: docs/architecture.md shows the same arrows.
 */
const ALLOWED: Record<string, readonly string[]> = {
  platform: ['text'],
  text: ['jobs', 'library', 'sources', 'platform'],
  jobs: ['platform', 'text'],
  sources: ['platform', 'text'],
  embedding: ['platform', 'text'],
  library: ['jobs', 'sources', 'platform', 'text'],
  // A type's form is made of fields from views; pages take the words of a type from operations.
  operations: ['views', 'jobs', 'library', 'sources', 'embedding', 'platform', 'text'],
  views: ['operations', 'jobs', 'library', 'sources', 'text'],
  client: ['jobs'],
  browser: ['operations', 'platform', 'text'],
  web: [
    'client',
    'views',
    'operations',
    'jobs',
    'library',
    'sources',
    'embedding',
    'platform',
    'text',
  ],
  app: ['web', 'operations', 'jobs', 'library', 'sources', 'embedding', 'platform', 'text'],
  cli: ['app', 'operations', 'jobs', 'library', 'sources', 'embedding', 'platform', 'text'],
  'main.ts': ['app', 'cli'],
};

/** Files outside of `src` and `views` that any folder may read. */
const SHARED = ['package.json'];

/** Circles that are left. To be emptied. */
const REMAINING_CIRCLES: string[] = [
  'src/browser/cards.ts → src/browser/notifications.ts → src/browser/cards.ts',
  'src/cli/progress/bars.ts → src/cli/progress/reporter.ts → src/cli/progress/bars.ts',
  'src/jobs/definition.ts → src/jobs/engine/context.ts → src/jobs/engine/enqueuer.ts → src/jobs/engine/definitions.ts → src/jobs/definition.ts',
  'src/jobs/engine/cancellation.ts → src/jobs/engine/completion.ts → src/jobs/engine/cancellation.ts',
  'src/jobs/job.ts → src/jobs/listing.ts → src/jobs/job.ts',
  'src/sources/archive/archive_files.ts → src/sources/archive/folder_files.ts → src/sources/archive/archive_files.ts',
];

/** Imports against the table that are left. To be emptied. */
const REMAINING_IMPORTS: string[] = [
  'src/cli/progress/job_line.ts imports views/view_models.ts, but cli may not import views',
  'src/operations/folders.ts imports src/app/compiled/import_file.ts, but operations may not import app',
  'src/platform/vitals.ts imports src/jobs/index.ts, but platform may not import jobs',
  'src/text/error_text.ts imports views/view_models.ts, but text may not import views',
  'src/text/format.ts imports views/view_models.ts, but text may not import views',
  'src/text/history_text.ts imports views/pages/history_table.tsx, but text may not import views',
  'src/text/source_title.ts imports views/view_models.ts, but text may not import views',
];

/** `src/web/app.ts` → `web`, `views/time.tsx` → `views`. */
function roomOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  return top === 'src' ? second : top;
}

function* wrongImports(): Generator<string> {
  for (const [file, imports] of graph) {
    const allowed = ALLOWED[roomOf(file)];
    for (const target of imports) {
      const room = roomOf(target);
      if (SHARED.includes(target) || room === roomOf(file) || allowed?.includes(room)) continue;
      yield `${file} imports ${target}, but ${roomOf(file)} may not import ${room}`;
    }
  }
}

describe('imports', () => {
  test('form no circle, and imports of types count', () => {
    expectOnly(
      circlesIn(graph).map((circle) => circle.join(' → ')),
      REMAINING_CIRCLES,
    );
  });

  test('follow the table of folders', () => {
    expectOnly(wrongImports(), REMAINING_IMPORTS);
  });

  test('name files that exist', () => {
    const missing = [...graph.values()]
      .flatMap((imports) => [...imports])
      .filter((target) => !graph.has(target) && !SHARED.includes(target));
    expect(missing).toEqual([]);
  });

  test('are in the table for every folder', () => {
    const rooms = new Set([...graph.keys()].map(roomOf));
    expect([...rooms].sort()).toEqual(Object.keys(ALLOWED).sort());
  });
});

describe('the search for circles', () => {
  const graphOf = (edges: Record<string, string[]>): ImportGraph =>
    new Map(Object.entries(edges).map(([file, imports]) => [file, new Set(imports)]));

  test('finds a file that imports itself, a pair and a longer way round', () => {
    expect(circlesIn(graphOf({ a: ['a'] }))).toEqual([['a', 'a']]);
    expect(circlesIn(graphOf({ a: ['b'], b: ['a'] }))).toEqual([['a', 'b', 'a']]);
    expect(circlesIn(graphOf({ z: ['a'], a: ['b'], b: ['c'], c: ['a'] }))).toEqual([
      ['a', 'b', 'c', 'a'],
    ]);
  });

  test('reports separate circles separately, and none where two ways lead to one file', () => {
    expect(circlesIn(graphOf({ a: ['b'], b: ['a'], c: ['d', 'a'], d: ['c'] }))).toHaveLength(2);
    expect(circlesIn(graphOf({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }))).toEqual([]);
  });
});
