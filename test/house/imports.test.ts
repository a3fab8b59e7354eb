import { describe, expect, test } from 'bun:test';
import { circlesIn, type ImportGraph, importGraph } from './import_graph.ts';
import { filesMatching, readText } from './source_files.ts';

const graph = await importGraph(filesMatching('src/**/*.{ts,tsx}', 'views/**/*.{ts,tsx}'));

/**
 * What each folder of `src`, and `views`, may import. Whoever adds a line here changes the
 * architecture: docs/architecture.md shows the same arrows.
 */
const ALLOWED: Record<string, readonly string[]> = {
  platform: ['text'],
  find: ['platform', 'text'],
  text: ['webhooks', 'jobs', 'schedules', 'library', 'sources', 'platform'],
  jobs: ['platform', 'text'],
  schedules: ['jobs', 'platform', 'text'],
  sources: ['platform', 'text'],
  embedding: ['platform', 'text'],
  connections: ['sources', 'platform', 'text'],
  webhooks: ['connections', 'jobs', 'platform', 'text'],
  library: ['find', 'jobs', 'sources', 'platform', 'text'],
  // A type's form is made of fields from views; pages take the words of a type from operations.
  operations: ['views', 'find', 'jobs', 'library', 'sources', 'embedding', 'platform', 'text'],
  views: ['webhooks', 'operations', 'find', 'jobs', 'schedules', 'library', 'sources', 'text'],
  mcp: ['operations', 'jobs', 'library', 'sources', 'embedding', 'platform', 'text'],
  client: ['jobs'],
  browser: ['operations', 'platform', 'text'],
  web: [
    'mcp',
    'webhooks',
    'client',
    'views',
    'operations',
    'find',
    'jobs',
    'schedules',
    'library',
    'connections',
    'sources',
    'embedding',
    'platform',
    'text',
  ],
  app: [
    'mcp',
    'webhooks',
    'web',
    'operations',
    'find',
    'jobs',
    'schedules',
    'library',
    'connections',
    'sources',
    'embedding',
    'platform',
    'text',
  ],
  cli: [
    'webhooks',
    'app',
    'operations',
    'find',
    'jobs',
    'schedules',
    'library',
    'connections',
    'sources',
    'embedding',
    'platform',
    'text',
  ],
  'main.ts': ['app', 'cli'],
  // It loads the rest by name, so that the compiler of another program need not read it.
  'index.ts': ['operations', 'jobs', 'sources', 'platform'],
};

/** Files outside of `src` and `views` that any folder may read. */
const SHARED = ['package.json'];

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
    expect(circlesIn(graph).map((circle) => circle.join(' → '))).toEqual([]);
  });

  test('follow the table of folders', () => {
    expect([...wrongImports()]).toEqual([]);
  });

  test('of a queue server’s packages are in one folder', async () => {
    const importing: string[] = [];
    for (const path of filesMatching('src/**/*.{ts,tsx}'))
      if (/(?:from |\()'(?:bullmq|ioredis|pg)'/.test(await readText(path))) importing.push(path);
    expect(importing).toEqual(['src/jobs/queue/bullmq/open_server.ts']);
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
