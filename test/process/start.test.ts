import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Listener } from '../../src/app/listener.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { compileProgram, copyProgram, removeCopies } from '../support/program_copy.ts';
import { endServers, startServer, stopServers } from '../support/server.ts';
import { until } from '../support/wait.ts';

const ROOT = join(import.meta.dir, '../..');

// Compiling takes a second, and several on a busy machine.
setDefaultTimeout(300_000);

afterEach(endServers);

afterAll(async () => {
  await stopServers();
  removeCopies();
});

/** One that is compiled. To compile takes 4 s of processor time, so tests that leave it as it was share it. */
let compiledRoot: Promise<string> | undefined;

/** Made as by two servers that start together. */
function compiledProgram(): Promise<string> {
  const make = async () => {
    const root = await copyOfProgram();
    expect(found(root)).toBe('none');
    const both = [0, 1].map(() =>
      Bun.spawn([process.execPath, join(root, 'src/app/compiled/compile.ts')], { cwd: root }),
    );
    expect(await Promise.all(both.map(({ exited }) => exited))).toEqual([0, 0]);
    return root;
  };
  compiledRoot ??= make();
  return compiledRoot;
}

async function copyOfProgram(): Promise<string> {
  const root = copyProgram();
  await Bun.write(join(root, 'find.ts'), FIND);
  return root;
}

const FIND = `import { findCompiled } from './src/app/compiled/compiled.ts';
console.log(findCompiled() ?? 'none');`;

function found(root: string, env: Record<string, string> = {}): string {
  const { stdout } = Bun.spawnSync([process.execPath, join(root, 'find.ts')], {
    cwd: root,
    env: { ...process.env, ...env },
  });
  return stdout.toString().trim();
}

describe('before its first answer the server', () => {
  test('has loaded only what the first page needs', async () => {
    const refuse = join(ROOT, 'test/support/refuse_late_modules.ts');
    const server = await startServer(
      undefined,
      { XGPT_LOG_LEVEL: 'error' },
      [],
      ['--preload', refuse],
    );
    for (const path of ['/', '/scrape', '/api/jobs', '/healthz']) {
      expect((await fetch(server.url + path)).status, path).toBe(200);
    }
    expect(server.log()).toEqual([]);
    // The document is among what is refused.
    expect((await fetch(`${server.url}/openapi.json`)).status).toBe(500);
    expect(server.log().join()).toContain('was loaded');
  });
});

test('whoever connects before there is an app is answered when there is one', async () => {
  const listener = new Listener({
    config: { host: '127.0.0.1', port: 0 },
    logger: silentLogger,
  });
  const answered = fetch(listener.url).then((answer) => answer.text());
  await until('the request has arrived', () => listener.pendingRequests === 1);
  const told: string[] = [];
  listener.answerWith({
    fetch: () => new Response('here'),
    onServer: ({ url }) => told.push(url.href),
    onShortage: () => {},
  });
  expect(await answered).toBe('here');
  expect(told).toEqual([listener.url.href]);
  await listener.stop();
});

/** The sources of the scripts of a compiled program: what starts, and what follows. */
async function scriptsOf(folder: string): Promise<[string[], string[]]> {
  const sourcesOf = async (script: string): Promise<string[]> =>
    (await Bun.file(join(folder, `${script}.map`)).json()).sources;
  return [await sourcesOf('program.js'), await sourcesOf('later.js')];
}

/** Makes a package seem newer than the compiled program in that folder. @returns what undoes it */
async function changeLibrary(folder: string): Promise<() => Promise<number>> {
  const list = join(folder, 'libraries.json');
  const before = await Bun.file(list).text();
  const libraries = JSON.parse(before) as [string, number, number][];
  expect(libraries.some(([path]) => path.includes('elysia'))).toBe(true);
  const [path, bytes, changedAt] = libraries[0] as [string, number, number];
  await Bun.write(list, JSON.stringify([[path, bytes, changedAt + 1], ...libraries.slice(1)]));
  return () => Bun.write(list, before);
}

/** Packages and rooms that no first page needs. */
const LATE =
  /node_modules\/(?:zod|stopword|croner|prom-client|commander|csv-stringify)\/|\/src\/(?:jobs\/store\/postgres|platform\/postgres|webhooks|schedules|cli\/commands|web\/(?:openapi|metrics|contract\/requests|routes\/(?:find|jobs|schedules|webhooks|audit|start_pages))|operations\/\w+\/(?:run|input|form)|sources\/sample\/topics|library\/(?:index|posts|finding|vectors)|embedding\/endpoint)|\/views\/pages\/(?:find|jobs|start|schedules)/;

describe('the compiled program', () => {
  test('is used until a source, a package or the way it is started changes', async () => {
    const root = await compiledProgram();
    const first = found(root);
    expect(first).toStartWith(join(root, 'node_modules/.cache/xgpt/'));
    expect(found(root, { XGPT_CODE_CACHE: 'off' })).toBe('none');

    const source = join(root, 'views/icons.tsx');
    const before = await Bun.file(source).text();
    await Bun.write(source, `${before}\n// changed\n`);
    expect(found(root)).toBe('none');
    await Bun.write(source, before);
    expect(found(root)).toBe(first);

    await Bun.write(join(root, 'src/operations/another.ts'), 'export {};\n');
    expect(found(root)).toBe('none');
    rmSync(join(root, 'src/operations/another.ts'));

    const restore = await changeLibrary(first);
    expect(found(root)).toBe('none');
    await restore();
    expect(found(root)).toBe(first);
  });

  test('is found without reading the sources when they have not changed for a while', async () => {
    const root = await compiledProgram();
    // Copied a moment ago, they could be written to again within one tick of the clock.
    const seen = join(root, 'node_modules/.cache/xgpt/seen.json');
    await until(
      'they are remembered',
      () => compileProgram(root).exitCode === 0 && Bun.file(seen).exists(),
      20_000,
    );
    const folder = found(root);
    expect(((await Bun.file(seen).json()) as { key: string }).key).toBe(basename(folder));

    // Of the same length and, as far as that can be set, of the same time.
    const source = join(root, 'views/icons.tsx');
    const { atime, mtime } = statSync(source);
    const before = await Bun.file(source).text();
    await Bun.write(source, before.replace('Icon', 'Icom'));
    utimesSync(source, atime, mtime);
    expect(found(root)).toBe('none');
    await Bun.write(source, before);
    await Bun.write(join(root, 'views/another.ts'), 'export {};');
    expect(found(root)).toBe('none');
    rmSync(join(root, 'views/another.ts'));
    expect(found(root)).toBe(folder);
  });

  test('is created once when two servers start together', async () => {
    const root = await compiledProgram();
    expect(found(root)).not.toBe('none');
    const made = readdirSync(join(root, 'node_modules/.cache/xgpt'));
    expect(made.filter((name) => name !== 'seen.json')).toHaveLength(1);
  });

  test('is created by the first server for the next one, in place of one of other packages', async () => {
    const root = await compiledProgram();
    const folder = found(root);
    await changeLibrary(folder);
    expect(found(root)).toBe('none');
    const { ino } = statSync(folder);
    const made = () => statSync(folder, { throwIfNoEntry: false })?.ino;
    await startServer(undefined, {}, [], [], join(root, 'src/main.ts'));
    // The compiler has the lowest priority, so beside other tests it takes long.
    await until('it is compiled', () => ![undefined, ino].includes(made()), 240_000);
    expect(found(root)).toBe(folder);
  });

  test('serves pages, assets, documents and jobs of every type as the sources do', async () => {
    const root = await compiledProgram();
    const [first, later] = await scriptsOf(found(root));
    expect(first.some((path) => path.endsWith('views/pages/dashboard.tsx'))).toBe(true);
    expect(first.filter((path) => LATE.test(path))).toEqual([]);
    expect(first.filter((path) => later.includes(path))).toEqual([]);
    const main = join(root, 'src/main.ts');
    const compiled = await startServer(undefined, {}, [], [], main);
    // None of them could be loaded any more.
    compiledRoot = undefined;
    for (const folder of ['src/web/routes', 'views/pages'])
      rmSync(join(root, folder), { recursive: true });
    const sources = await startServer(undefined, { XGPT_CODE_CACHE: 'off' });
    for (const path of [
      '/',
      '/scrape',
      '/jobs',
      '/docs/api',
      '/assets/app.css',
      '/assets/client.js',
    ]) {
      const [one, other] = await Promise.all([
        fetch(compiled.url + path),
        fetch(sources.url + path),
      ]);
      expect(one.status, path).toBe(200);
      const withoutPlace = async (answer: Response, url: string) =>
        (await answer.text())
          .replaceAll(new URL(url).host, 'host')
          .replace(/datetime="[^"]*"|\d\d:\d\d/g, '');
      expect(await withoutPlace(one, compiled.url), path).toBe(
        await withoutPlace(other, sources.url),
      );
    }
    expect(await compiled.json('/openapi.json')).toEqual(await sources.json('/openapi.json'));
    const scrape = await compiled.start('scrape', { username: 'aurora_lab', maxTweets: '40' });
    expect((await compiled.ended(scrape.id)).status).toBe('completed');
    const search = await compiled.start('search', { query: 'jazz' });
    expect((await compiled.ended(search.id)).status).toBe('completed');
    const discover = await compiled.start('discover', { query: 'jazz' });
    expect((await compiled.ended(discover.id)).status).toBe('completed');
    expect(compiled.log()).toEqual([]);
  });

  test('is not used where nothing can be written beside the program', async () => {
    const root = await copyOfProgram();
    // As a folder that takes no files, whoever runs the test.
    await Bun.write(join(root, 'node_modules/.cache'), 'a file');
    const server = await startServer(undefined, {}, [], [], join(root, 'src/main.ts'));
    expect((await fetch(server.url)).status).toBe(200);
    await Bun.sleep(3_000);
    expect((await fetch(server.url)).status).toBe(200);
    expect(server.log()).toEqual([]);
  });
});
