/** A job type is one folder: everything else finds it. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ApiDocument } from '../../src/web/openapi/document.ts';
import { compileProgram, copyProgram, PARTS, removeCopies } from '../support/program_copy.ts';
import { startServer, stopServers, type TestServer } from '../support/server.ts';
import { TSC } from '../support/tsc.ts';
import { attributesOf, elements } from '../views/pages/fixtures.ts';

// It compiles the program, on a machine that may be busy.
setDefaultTimeout(300_000);

const ROOT = join(import.meta.dir, '../..');

const FOLDER = {
  'input.ts': `
    import { z } from 'zod';
    import { wholeNumber } from '../fields.ts';
    import type { JobTypeOf } from '../job_type.ts';

    declare module '../../jobs/job.ts' {
      interface JobTypes {
        count: JobTypeOf<typeof countInput, { counted: number }>;
      }
    }

    export default function countInput() {
      const to = wholeNumber({ label: 'Count to', help: 'One by one.', min: 1, max: 500, default: 10 });
      return z.object({ to });
    }`,
  'run.ts': `
    import { defineOperation } from '../operation.ts';

    export default defineOperation<'count'>(() => ({
      concurrency: 1,
      async run({ to }, job) {
        for (let n = 1; n <= to; n++) {
          job.signal.throwIfAborted();
          await job.updateProgress(n, to, \`At \${n}\`);
        }
        return { counted: to };
      },
    }));`,
  'words.ts': `
    import { defineWords } from '../operation.ts';

    export default defineWords({
      icon: 'M3 8h10',
      summary: 'Count to a number.',
      result: ({ counted }) => \`counted to \${counted}\`,
    });`,
  'sentence.ts': `
    import type { Values } from '../sentences.ts';

    export default function sentence({ to }: Values): string {
      return \`Counts from 1 to \${to}.\`;
    }`,
};

const PROGRAM = `
  import type { Client, JobTypes, OutputOf } from 'xgpt/client';

  export const input: JobTypes['count']['sent'] = { to: 3 };

  export async function uses({ track }: Client): Promise<OutputOf<'count'>['counted']> {
    track({ type: 'count', input: {} });
    // @ts-expect-error There is no such field.
    track({ type: 'count', input: { upTo: 3 } });
    // @ts-expect-error It is a number.
    track({ type: 'count', input: { to: 'three' } });
    const { counted } = await track({ type: 'count', input }).done;
    return counted;
  }`;

let root: string;
let server: TestServer;

beforeAll(async () => {
  root = copyProgram();
  for (const [name, source] of Object.entries(FOLDER)) {
    await Bun.write(join(root, 'src/operations/count', name), source);
  }
  expect(compileProgram(root).stderr.toString()).toBe('');
  // The compiled program; the command below runs the sources.
  server = await startServer(undefined, {}, [], [], join(root, 'src/main.ts'));
}, 600_000);

afterAll(async () => {
  await stopServers();
  removeCopies();
});

const page = async (path: string) => (await fetch(server.url + path)).text();

describe('FEATURES 56: a type that is one folder', () => {
  test('has a page with its form, in the menu Collect', async () => {
    const html = await page('/count');
    expect(attributesOf(html, '#to')).toMatchObject({ type: 'number', min: '1', max: '500' });
    expect(attributesOf(html, '#to').value).toBe('10');
    expect(attributesOf(html, '.start-form').action).toBe('/api/count');
    expect(html).toContain('Counts from 1 to 10.');
    expect(attributesOf(html, '.top nav a[aria-current]').href).toBe('/count');
    const links = elements(html, '.top nav a').map(({ attributes }) => attributes.href);
    expect(links).toEqual([
      '/',
      '/scrape',
      '/search',
      '/discover',
      '/scrape?source=archive',
      '/embed',
      '/count',
      '/schedules',
      '/find',
      '/profiles',
      '/jobs',
    ]);
  });

  test('shows a start without JavaScript what was wrong with it', async () => {
    const answer = await fetch(`${server.url}/api/count`, {
      method: 'POST',
      body: new URLSearchParams({ to: '501' }),
      headers: { accept: 'text/html,*/*;q=0.8', 'sec-fetch-mode': 'navigate' },
    });
    expect(answer.status).toBe(422);
    const html = await answer.text();
    expect(attributesOf(html, '#to').value).toBe('501');
    expect(html).toContain('Count to must be a whole number from 1 to 500.');
  });

  test('runs, and its card and page say what came of it', async () => {
    const { id } = await server.start('count', { to: '3' });
    expect(id).toStartWith('count-');
    expect(await server.ended(id)).toMatchObject({
      status: 'completed',
      metadata: { to: 3 },
      progress: { current: 3, total: 3, message: 'At 3' },
      result: { counted: 3 },
    });
    const taskbar = await page('/api/jobs');
    expect(elements(taskbar, `#job-${id}`)).toHaveLength(1);
    expect(taskbar).toContain('counted to 3');
    const report = await page(`/jobs/${id}`);
    expect(report).toContain('Completed: counted to 3');
    expect(attributesOf(report, '#report-change').href).toBe('/count?to=3');
    expect(await page('/count')).toContain(`run-${id}`);
  });

  test('has an icon, and its sentence in the browser', async () => {
    const html = await page('/');
    const styles = await page(attributesOf(html, 'link[rel="stylesheet"]').href ?? '');
    expect(styles).toMatch(/\[id\^="job-count-"\] > a \{\s*--shape: url\([^)]*M3 8h10/);
    const script = elements(html, 'script').find(({ attributes }) =>
      attributes.src?.includes('/app.'),
    );
    expect(await page(script?.attributes.src ?? '')).toContain('Counts from 1 to');
  });

  test('is in the API’s document', async () => {
    const { paths } = await server.json<ApiDocument>('/openapi.json');
    const { summary, requestBody } = paths['/api/count']?.post ?? {};
    expect(summary).toBe('Count to a number.');
    expect(JSON.stringify(requestBody)).toContain('"minimum":1,"maximum":500');
    expect(JSON.stringify(paths['/api/jobs']?.post)).toContain('"const":"count"');
  });

  test('is a command, with an option for each field', () => {
    const xgpt = (...words: string[]) => {
      const main = join(root, 'src/main.ts');
      const env = { ...process.env, XGPT_CODE_CACHE: 'off', XGPT_DATA_DIR: join(root, 'data') };
      const { stdout, stderr } = Bun.spawnSync([process.execPath, main, ...words], { env });
      return { stdout: stdout.toString(), stderr: stderr.toString() };
    };
    expect(xgpt('--help').stdout).toMatch(/count \[options\] +count to a number\n/);
    expect(xgpt('count', '--help').stdout).toContain(
      '--to <n>          count to, 1–500 (default: 10)',
    );
    expect(xgpt('jobs', 'list', '--help').stdout).toMatch(
      /only jobs of this type: [\w\s,]*\bcount\b/,
    );
    expect(xgpt('count', '--to', '3').stdout).toBe('counted to 3\n');
    expect(xgpt('count', '--to', '0').stderr).toContain('--to must be a whole number');
  });

  test('has its types in the client', async () => {
    const files = ['program.ts', 'src/operations/*/input.ts'];
    // Neither Bun's types nor the server's sources are needed for it.
    const config = { extends: './tsconfig.json', compilerOptions: { types: [] }, include: files };
    await Bun.write(join(root, 'program.json'), JSON.stringify(config));
    await Bun.write(join(root, 'program.ts'), PROGRAM);
    const { stdout } = Bun.spawnSync([...TSC, '-p', 'program.json'], {
      cwd: root,
    });
    expect(stdout.toString()).toBe('');
  });

  test('without run.ts keeps the program from starting, and is named', () => {
    const incomplete = copyProgram();
    const folder = join(incomplete, 'src/operations/half');
    mkdirSync(folder);
    writeFileSync(join(folder, 'input.ts'), FOLDER['input.ts']);
    mkdirSync(join(incomplete, 'src/operations/notes'));
    const env = { ...process.env, PORT: '0', XGPT_DATA_DIR: join(incomplete, 'data') };
    const { exitCode, stderr } = Bun.spawnSync(
      [process.execPath, join(incomplete, 'src/main.ts')],
      { env, timeout: 30_000 },
    );
    expect(stderr.toString()).toBe(
      'The folder src/operations/half cannot be a job type: run.ts is missing.\nAdd the file, or remove the folder.\n',
    );
    expect(exitCode).toBe(2);
  });

  test('touches no other file', () => {
    const files = PARTS.flatMap((part) => filesBelow(join(root, part)));
    const other = files.filter((file) => !isSame(relative(root, file)));
    expect(other.map((file) => relative(root, file)).sort()).toEqual(
      Object.keys(FOLDER)
        .map((name) => `src/operations/count/${name}`)
        .sort(),
    );
  });
});

function filesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** As it is in the checkout. */
function isSame(path: string): boolean {
  const original = statSync(join(ROOT, path), { throwIfNoEntry: false });
  return original ? readFileSync(join(ROOT, path)).equals(readFileSync(join(root, path))) : false;
}
