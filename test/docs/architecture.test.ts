/** Executes what docs/architecture.md says: its walks, its job type and its source. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiDocument } from '../../src/web/openapi/document.ts';
import { copyProgram, removeCopies } from '../support/program_copy.ts';
import { startServer, stopServers, type TestServer } from '../support/server.ts';
import { TSC } from '../support/tsc.ts';

setDefaultTimeout(300_000);

const ROOT = join(import.meta.dir, '../..');
const DOCUMENT = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');

/** Most files that a walk may pass through. */
const MAX_FILES = 12;

/** The text below a heading, to the next one of its level or above. */
function section(heading: string): string {
  const level = /^#+/.exec(heading)?.[0].length ?? 0;
  const [, rest = ''] = DOCUMENT.split(`\n${heading}\n`);
  return rest.split(new RegExp(`^#{1,${level}} `, 'm'))[0] ?? '';
}

/** The code blocks that name the file they belong to, in their order. */
function blocks(text: string, language: string): { path: string; code: string }[] {
  const pattern = new RegExp(`^\`\`\`${language} (\\S+)\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...text.matchAll(pattern)].map(([, path = '', code = '']) => ({ path, code }));
}

/** @throws when what a hunk changes is not in the text. */
function patched(text: string, diff: string): string {
  const hunks = diff.split(/^@@.*\n/m).slice(1);
  return hunks.reduce((result, hunk) => {
    const lines = hunk.split('\n').slice(0, -1);
    const side = (sign: string) =>
      lines
        .filter((line) => line === '' || line[0] === ' ' || line[0] === sign)
        .map((line) => `${line.slice(1)}\n`)
        .join('');
    expect(result).toContain(side('-'));
    return result.replace(side('-'), () => side('+'));
  }, text);
}

const walks = section('## Three walks through the code')
  .split(/^### /m)
  .slice(1)
  .map((walk) => {
    const paths = [...walk.matchAll(/^\d+\. `([^`]+)`/gm)].map(([, path = '']) => path);
    return { title: walk.split('\n')[0] ?? '', paths };
  });

test('three ways through the code are described', () => {
  expect(walks).toHaveLength(3);
});

describe.each(walks)('$title', ({ paths }) => {
  test(`passes through at most ${MAX_FILES} files, each of which exists`, () => {
    expect(paths.length).toBeGreaterThan(5);
    expect(paths.length).toBeLessThanOrEqual(MAX_FILES);
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

test('every file and folder that the document names exists', () => {
  const own = [...blocks(DOCUMENT, 'ts'), ...blocks(DOCUMENT, 'diff')].map(({ path }) => path);
  const named = [...DOCUMENT.matchAll(/`((?:src|views|test)\/[\w./]+)`/g)].map(
    ([, path = '']) => path,
  );
  expect(named.length).toBeGreaterThan(30);
  const missing = named.filter((path) => !existsSync(join(ROOT, path)) && !own.includes(path));
  expect(missing).toEqual([]);
});

describe('what the document adds', () => {
  let root: string;
  let server: TestServer;
  const type = blocks(section('## How to add a job type'), 'ts');
  const source = section('## How to add a source');

  beforeAll(async () => {
    root = copyProgram();
    for (const { path, code } of [...type, ...blocks(source, 'ts')]) {
      expect(existsSync(join(root, path))).toBeFalse();
      await Bun.write(join(root, path), code);
    }
    for (const { path, code } of blocks(source, 'diff')) {
      const before = readFileSync(join(root, path), 'utf8');
      await Bun.write(join(root, path), patched(before, code));
    }
    const main = join(root, 'src/main.ts');
    server = await startServer(undefined, { XGPT_CODE_CACHE: 'off' }, [], [], main);
  });

  afterAll(async () => {
    await stopServers();
    removeCopies();
  });

  function xgpt(...words: string[]): string {
    const main = join(root, 'src/main.ts');
    const settings = { XGPT_CODE_CACHE: 'off', XGPT_DATA_DIR: join(root, 'data') };
    const { stdout, stderr, exitCode } = Bun.spawnSync([process.execPath, main, ...words], {
      env: { ...process.env, ...settings },
    });
    expect([exitCode, exitCode === 0 ? '' : stderr.toString()]).toEqual([0, '']);
    return stdout.toString();
  }

  test('is strictly typed', async () => {
    const files = [...type, ...blocks(source, 'ts')].map(({ path }) => path);
    const config = { extends: './tsconfig.json', include: files };
    await Bun.write(join(root, 'added.json'), JSON.stringify(config));
    const { stdout } = Bun.spawnSync([...TSC, '-p', 'added.json'], {
      cwd: root,
    });
    expect(stdout.toString()).toBe('');
  });

  test('is a job type with a command, a page and a start', async () => {
    expect(type.map(({ path }) => path.split('/').slice(0, -1).join('/'))).toEqual(
      type.map(() => 'src/operations/countdown'),
    );
    expect(xgpt('countdown', '--from', '3')).toBe('counted down from 3\n');
    const html = await (await fetch(`${server.url}/countdown`)).text();
    expect(html).toContain('Counts down from 10.');
    const { id } = await server.start('countdown', { from: '2' });
    expect(await server.ended(id)).toMatchObject({ status: 'completed', result: { counted: 2 } });
  });

  test('is a source that can be scraped and searched', async () => {
    expect(xgpt('scrape', 'river_notes', '--source', 'notes')).toContain('4 posts');
    expect(xgpt('search', 'rain', '--source', 'notes')).toContain('2 posts');
    for (const page of ['scrape', 'search']) {
      const html = await (await fetch(`${server.url}/${page}`)).text();
      expect(html).toContain('<option value="notes"');
    }
    const document = await (await fetch(`${server.url}/openapi.json`)).json();
    const start = (document as ApiDocument).paths['/api/scrape']?.post;
    expect(JSON.stringify(start?.requestBody)).toContain('"notes"');
  });
});
