/** docs/own_jobs.md: a job type and a source in a program outside of the checkout. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '../../src/jobs/index.ts';
import { folderWithPackage, removeFoldersWithPackage } from '../support/installed_package.ts';
import { freshDataDir, startServer, stopServers, type TestServer } from '../support/server.ts';
import { TSC } from '../support/tsc.ts';
import { until } from '../support/wait.ts';
import { attributesOf, elements } from '../views/pages/fixtures.ts';

// The compiler reads the types of the package, on a machine that may be busy.
setDefaultTimeout(300_000);

const PAGE = readFileSync(join(import.meta.dir, '../../docs/own_jobs.md'), 'utf8');
const BLOCKS = [...PAGE.matchAll(/^```ts(?: (\S+))?\n([\s\S]*?)^```$/gm)].map(
  ([, name = 'client.ts', code = '']) => ({ name, code }),
);

/** Wrong uses that the compiler finds. */
const WRONG = `
  import { defineJob, serve, z } from 'xgpt';
  import { track } from 'xgpt/client';
  import { timer } from './timer.ts';

  // @ts-expect-error It is a number.
  track({ type: 'timer', input: { seconds: 'ten' } });
  // @ts-expect-error There is no such field.
  track({ type: 'timer', input: { minutes: 1 } });
  // @ts-expect-error It has no such result.
  (await track({ type: 'timer', input: {} }).done).minutes;
  defineJob({
    type: 'other',
    input: z.object({ word: z.string() }),
    // @ts-expect-error The input has no such field.
    run: ({ words }) => ({ words }),
  });
  // @ts-expect-error It is not a source.
  await serve({ jobs: [timer], sources: [{ name: 'notes' }] });
`;

const [, TSCONFIG = ''] = /^```json tsconfig\.json\n([\s\S]*?)^```$/m.exec(PAGE) ?? [];

let folder: string;
let server: TestServer;

/** A program of the folder, run from there. */
const startProgram = (file: string, dataDir?: string, env = {}) =>
  startServer(dataDir, env, ['env', '-C', folder], [], join(folder, file));

function command(file: string, words: string[], env: Record<string, string> = {}) {
  const child = Bun.spawnSync([process.execPath, file, ...words], {
    cwd: folder,
    env: { ...process.env, XGPT_LOG_LEVEL: 'warn', XGPT_DATA_DIR: freshDataDir(), ...env },
  });
  return { code: child.exitCode, out: child.stdout.toString(), err: child.stderr.toString() };
}

async function post(path: string, body: object | string, accept = 'application/json') {
  const type = typeof body === 'string' ? 'application/x-www-form-urlencoded' : 'application/json';
  return fetch(server.url + path, {
    method: 'POST',
    headers: { accept, 'content-type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    redirect: 'manual',
  });
}

beforeAll(async () => {
  folder = folderWithPackage();
  for (const { name, code } of BLOCKS) {
    await Bun.write(join(folder, name), code.replace('1_000', '20'));
  }
  await Bun.write(join(folder, 'tsconfig.json'), TSCONFIG);
  server = await startProgram('timer.ts');
});

afterAll(stopServers);
afterAll(removeFoldersWithPackage);

describe('FEATURES 46: a job type of a program of one’s own', () => {
  test('takes 20 lines, and passes `tsc --strict`, as do its typed results', async () => {
    const { code = '' } = BLOCKS.find(({ name }) => name === 'timer.ts') ?? {};
    expect(code.split('\n').filter((line) => line.trim()).length).toBeLessThanOrEqual(21);
    await Bun.write(join(folder, 'wrong.ts'), WRONG);
    const { stdout, exitCode } = Bun.spawnSync(TSC, { cwd: folder });
    expect(stdout.toString()).toBe('');
    expect(exitCode).toBe(0);
  });

  test('has a form, which works without JavaScript', async () => {
    const page = await (await fetch(`${server.url}/timer`)).text();
    expect(attributesOf(page, '#seconds')).toMatchObject({ min: '1', max: '3600', value: '60' });
    expect(attributesOf(page, '.start-form').action).toBe('/api/timer');
    const links = elements(page, '.top nav a').map(({ attributes }) => attributes.href);
    expect(links).toContain('/timer');
    const browser = 'text/html,application/xhtml+xml';
    const started = await post('/api/timer', 'seconds=1', browser);
    expect(started.status).toBe(303);
    const report = await fetch(new URL(started.headers.get('location') ?? '', server.url));
    expect(await report.text()).toContain('Timer');
    const refused = await post('/api/timer', 'seconds=0', browser);
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain('Seconds must be a whole number from 1 to 3,600.');
  });

  test('has no empty box where a type without a sentence has none, and names its runs by their input', async () => {
    const page = await (await fetch(`${server.url}/timer`)).text();
    expect(attributesOf(page, '#start-sentence')).toHaveProperty('hidden');
    await post('/api/timer', { seconds: 1 });
    const later = await (await fetch(`${server.url}/timer`)).text();
    expect(later).toMatch(/class="run-what">\s*<a [^>]*>\s*seconds 1\s*</);
    // What is wrong stands there.
    const wrong = await (await fetch(`${server.url}/timer?seconds=0`)).text();
    expect(attributesOf(wrong, '#start-sentence')).not.toHaveProperty('hidden');
  });

  test('has an address and a card, and names unknown fields', async () => {
    const warnings = ['Unknown field "minutes" was ignored.'];
    for (const answer of [
      await post('/api/timer', { seconds: 1, minutes: 2 }),
      await post('/api/timer', 'seconds=2&minutes=2'),
      await post('/api/jobs', { type: 'timer', input: { seconds: 3, minutes: 2 } }),
    ]) {
      expect(answer.status).toBe(202);
      const started = (await answer.json()) as { job?: Job; warnings: string[] };
      expect(started.warnings).toEqual(warnings);
    }
    const { id } = await server.start('timer', { seconds: '4' });
    expect(await server.ended(id)).toMatchObject({ status: 'completed', result: { waited: 4 } });
    expect(await (await fetch(`${server.url}/api/jobs`)).text()).toContain('waited for 4 s');
    expect(await (await fetch(`${server.url}/openapi.json`)).text()).toContain('"/api/timer"');
  });

  test('is cancelled', async () => {
    const { id } = await server.start('timer', { seconds: '3000' });
    await until('it runs', async () => (await server.job(id)).progress.current > 1);
    expect((await post(`/api/jobs/${id}/cancel`, {})).status).toBe(200);
    expect(await server.ended(id)).toMatchObject({ status: 'cancelled' });
  });

  test('has results with types in the client', async () => {
    const env = { ...process.env, XGPT_URL: server.url };
    const child = Bun.spawn([process.execPath, 'client.ts'], { cwd: folder, env, stdout: 'pipe' });
    expect(await new Response(child.stdout).text()).toBe('waited for 2 s\n');
  });

  test('resumes after kill -9', async () => {
    const { id } = await server.start('timer', { seconds: '100' });
    await until('it is under way', async () => (await server.job(id)).progress.current >= 5);
    await server.end('SIGKILL');
    server = await startProgram('timer.ts', server.dataDir);
    expect((await server.job(id)).progress.current).toBeGreaterThanOrEqual(5);
    expect(await server.ended(id)).toMatchObject({ status: 'completed', result: { waited: 100 } });
    expect((await server.job(id)).attempt).toBe(2);
  });

  test('is a command, which refuses what it does not know', () => {
    expect(command('timer.ts', ['timer', '--seconds', '2'])).toMatchObject({
      code: 0,
      out: 'waited for 2 s\n',
    });
    expect(command('timer.ts', ['timer', '--help']).out).toContain(
      '--seconds <n>     seconds, 1–3,600 (default: 60)',
    );
    for (const words of [['--minutes', '2'], ['two'], ['--seconds', '0']]) {
      expect(command('timer.ts', ['timer', ...words]).code).toBe(2);
    }
  });

  test('FEATURES 46: names the program itself where xgpt would name its commands', () => {
    const says = (...words: string[]) => command('timer.ts', words).err;
    expect(says('timer', '--minutes', '2')).toEndWith(
      'Run bun timer.ts --help for the commands, or bun timer.ts help <command> for one of them.\n',
    );
    expect(says('jobs', 'show', 'timer-nothing')).toContain('Run bun timer.ts jobs list to see');
    expect(says('timer', '--detach')).toContain('Watch it with: bun timer.ts jobs watch timer-');
    const { out } = command('timer.ts', ['help', 'jobs', 'show']);
    expect(out).toContain('Usage: bun timer.ts jobs show');
    expect(out).toContain('\n  bun timer.ts jobs show 4f2a91c0 --log');
    for (const text of [out, command('timer.ts', ['--help']).out]) {
      expect(text).not.toMatch(/\bxgpt (jobs|scrape|help|--help)/);
    }
  });

  test('FEATURES 46: says in its form what a start will do, as its definition has it', async () => {
    const { code: timer = '' } = BLOCKS.find(({ name }) => name === 'timer.ts') ?? {};
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code.
    const starts = 'words: { starts: ({ seconds }) => `Waits for ${seconds} s & ends.`,';
    await Bun.write(join(folder, 'telling.ts'), timer.replace('words: {', starts));
    const config = { extends: './tsconfig.json', files: ['telling.ts'] };
    await Bun.write(join(folder, 'telling.json'), JSON.stringify(config));
    const { stdout } = Bun.spawnSync([...TSC, '-p', 'telling.json'], { cwd: folder });
    expect(stdout.toString()).toBe('');
    const telling = await startProgram('telling.ts');
    const said = async (query: string) => {
      const page = await (await fetch(`${telling.url}/timer?${query}`)).text();
      return /<output id="start-sentence"[^>]*>([^<]*)</.exec(page)?.[1];
    };
    const form = await (await fetch(`${telling.url}/timer`)).text();
    expect(attributesOf(form, '#start-sentence')).toMatchObject({
      'hx-get': '/timer',
      'hx-include': '.start-form',
      'hx-select': '#start-sentence',
    });
    expect(await said('')).toBe('Waits for 60 s &amp; ends.');
    expect(await said('seconds=5&repeat.every=night')).toBe('Waits for 5 s &amp; ends.');
    expect(await said('seconds=5000')).toBe('Seconds must be a whole number from 1 to 3,600.');
    await fetch(`${telling.url}/api/schedules`, {
      method: 'POST',
      body: new URLSearchParams({ type: 'timer', seconds: '7' }),
    });
    expect(await (await fetch(`${telling.url}/schedules`)).text()).toContain(
      'Waits for 7 s &amp; ends.',
    );
    await telling.end('SIGTERM');
  });

  test('has plain fields, which the form, curl and the terminal send as texts', async () => {
    await Bun.write(
      join(folder, 'fields.ts'),
      `import { defineJob, serve, z } from 'xgpt';
       const input = z.object({
         ratio: z.number().min(0).max(1).default(0.5),
         numbers: z.array(z.number()).default([]),
         names: z.array(z.string()).default([]),
         point: z.object({ x: z.number() }).optional(),
         end: z.enum(['good', 'bad']).meta({ title: 'How it ends', description: 'What comes out' }),
       });
       const words = { starts: ({ end }: { end: string }) => 'Ends ' + end + '.' };
       await serve({ jobs: [defineJob({ type: 'plain', input, run: (given) => given, words })] });`,
    );
    const wanted = {
      ...{ ratio: 0.25, numbers: [1, 2.5], names: ['a, b', 'c'], point: { x: 3 }, end: 'bad' },
    };
    const sent = {
      ratio: '0.25',
      numbers: '1,2.5',
      names: '["a, b", "c"]',
      point: '{"x":3}',
      end: 'bad',
    };
    const plain = await startProgram('fields.ts');
    const body = new URLSearchParams(sent);
    const accept = { accept: 'application/json' };
    const started = await fetch(`${plain.url}/api/plain`, {
      method: 'POST',
      body,
      headers: accept,
    });
    const { job } = (await started.json()) as { job: Job };
    expect((await plain.ended(job.id)).result).toEqual(wanted);

    const page = await (await fetch(`${plain.url}/plain`)).text();
    expect(attributesOf(page, '#ratio')).toMatchObject({ step: 'any', min: '0', value: '0.5' });
    expect(attributesOf(page, '#start-sentence')).toBeDefined();
    for (const text of ['What comes out', 'As JSON, for example', 'Ends good.']) {
      expect(page).toContain(text);
    }
    const again = Object.fromEntries(
      elements(page, '.run form input').map(({ attributes: { name, value = '' } }) => [
        name,
        value,
      ]),
    );
    const repeated = await plain.start('plain', again as Record<string, string>);
    expect((await plain.ended(repeated.id)).result).toEqual(wanted);
    const report = await (await fetch(`${plain.url}/jobs/${job.id}`)).text();
    const changes = attributesOf(report, '#report-change').href?.replaceAll('&amp;', '&') ?? '';
    const filled = await (await fetch(new URL(changes, plain.url))).text();
    expect(attributesOf(filled, '#numbers').value).toBe('1, 2.5');
    expect(JSON.parse(attributesOf(filled, '#point').value ?? '')).toEqual({ x: 3 });
    await plain.end('SIGTERM');

    const options = Object.entries(sent).flatMap(([name, value]) => [`--${name}`, value]);
    const { out } = command('fields.ts', ['plain', ...options, '--json']);
    expect(JSON.parse(out.trim().split('\n').at(-1) ?? '').result).toEqual(wanted);
    expect(command('fields.ts', ['plain', '--end', 'bad', '--numbers', '1,b'])).toMatchObject({
      code: 2,
      err: '--numbers: Entry 2 of “Numbers” must be a number.\n',
    });
    const { out: help } = command('fields.ts', ['plain', '--help']);
    expect(help).toContain('--names <a,b>     names, separated by commas\n');
    expect(help).not.toContain('(default: )');
  });

  test('is refused when its name is taken', async () => {
    await Bun.write(
      join(folder, 'taken.ts'),
      `import { defineJob, serve, z } from 'xgpt';
       const job = defineJob({ type: 'find', input: z.object({}), run: () => 1 });
       await serve({ jobs: [job] });`,
    );
    for (const words of [[], ['types'], ['find', '--help'], ['--help']]) {
      expect(command('taken.ts', words)).toMatchObject({
        code: 2,
        err: '“find” cannot be a job type: “find” is already the name of an address or a command. Give it another name.\n',
      });
    }
  });
});

test('FEATURES 46: the command of an installed package runs', () => {
  const xgpt = join(folder, 'node_modules/.bin/xgpt');
  const env = { PATH: '/usr/bin:/bin', XGPT_DATA_DIR: freshDataDir(), XGPT_LOG_LEVEL: 'warn' };
  const { stdout, stderr } = Bun.spawnSync([xgpt, 'find', 'heron'], { cwd: folder, env });
  expect(stdout.toString() + stderr.toString()).toContain('Nothing found.');
});

describe('FEATURES 46: a source of a program of one’s own', () => {
  test('is scraped and searched, and what it has is found', async () => {
    const note = (id: number, text: string) => ({
      ...{ id, author: 'ada', text, at: new Date(Date.UTC(2026, 0, id)).toISOString() },
    });
    const heron = note(1, 'Two herons on the far bank.');
    using service = Bun.serve({
      port: 0,
      fetch(request) {
        const { pathname, searchParams } = new URL(request.url);
        if (pathname === '/search') return Response.json({ notes: [heron] });
        if (pathname !== '/authors/ada') return new Response('', { status: 404 });
        if (searchParams.get('after') === '2') return Response.json({ notes: [heron] });
        return Response.json({ notes: [note(3, 'Rain.'), note(2, 'A kingfisher.')], next: '2' });
      },
    });
    const env = { NOTES_URL: service.url.href, XGPT_DATA_DIR: freshDataDir() };
    const xgpt = async (...words: string[]) => {
      const child = Bun.spawn([process.execPath, 'notes.ts', ...words], {
        cwd: folder,
        env: { ...process.env, XGPT_LOG_LEVEL: 'warn', ...env },
        stdout: 'pipe',
        stderr: 'pipe',
      });
      const [out, err] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
      ]);
      return { out, err, code: await child.exited };
    };
    expect((await xgpt('search', 'herons', '--source', 'notes')).out).toStartWith('1 post');
    expect((await xgpt('scrape', 'ada', '--source', 'notes')).out).toStartWith(
      '3 posts of @ada, 2 new',
    );
    expect((await xgpt('scrape', 'bob', '--source', 'notes')).err).toContain(
      'The notes have no such author.',
    );
    expect((await xgpt('find', 'kingfisher', '--source', 'notes', '--json')).out).toContain(
      '"source":"notes"',
    );
    const notes = await startProgram('notes.ts', env.XGPT_DATA_DIR, env);
    const form = await (await fetch(`${notes.url}/scrape`)).text();
    expect(attributesOf(form, 'option[value="notes"]')).toBeDefined();
    const job = await notes.start('scrape', { username: 'ada', source: 'notes' });
    expect(await notes.ended(job.id)).toMatchObject({ result: { posts: 3, newPosts: 0 } });
  });
});
