import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeApps, noBluesky, setupApp, type TestApp } from '../support/app.ts';
import { accountFiles, manyTweets, part, writeZip } from '../support/archive_fixture.ts';

afterAll(closeApps);

const document = await Bun.file(join(import.meta.dir, '../../docs/api.md')).text();

/** The `curl` commands in the shell blocks of the document; one may have several lines. */
const commands = [...document.matchAll(/^```sh\n([\s\S]*?)\n```$/gm)].flatMap(([, block = '']) =>
  block.split(/^(?=curl )/m).map((command) => command.trim()),
);

/** Streams that have no end. */
const ENDLESS = /\/api\/jobs\/(stream|events)/;

/** The request of a command: `POST /api/jobs/<id>/cancel`. */
function requestOf(command: string): { method: string; path: string } {
  const path = /localhost:3000(\/[^\s'"?]*)/.exec(command)?.[1] ?? '';
  const sends = / (-d|-F|--json) /.test(command) ? 'POST' : 'GET';
  return { method: / -X (\w+)/.exec(command)?.[1] ?? sends, path };
}

/** The route of a request: of several that match, the one with the fewest parameters. */
function routeOf({ app }: TestApp, { method, path }: { method: string; path: string }) {
  const fits = (route: string) => new RegExp(`^${route.replace(/:\w+/g, '[^/]+')}$`).test(path);
  const routes = app.routes.filter((route) => route.method === method && fits(route.path));
  return routes.sort((a, b) => a.path.split(':').length - b.path.split(':').length)[0];
}

test('every route under /api has an example', async () => {
  const web = await setupApp({}, { addSources: noBluesky });
  const name = (route?: { method: string; path: string }) => `${route?.method} ${route?.path}`;
  const shown = new Set(commands.map((command) => name(routeOf(web, requestOf(command)))));
  const missing = web.app.routes
    .filter(({ path }) => path.startsWith('/api/'))
    .map(name)
    .filter((route) => !shown.has(route));
  expect(missing).toEqual([]);
});

/** curl that writes the status to standard error, like the stand-in. */
const CURL = 'exec "$REAL_CURL" --silent --write-out \'%{stderr}%{http_code}\\n\' "$@"';
const STAND_IN = `exec '${process.execPath}' '${join(import.meta.dir, '../support/curl.ts')}' "$@"`;

/** Versions before 7.82 have no `--json`. */
function curlHere(): string | undefined {
  const path = Bun.which('curl');
  if (!path) return undefined;
  const { stdout } = Bun.spawnSync([path, '--help', 'all']);
  return stdout.includes('--json') ? path : undefined;
}

const realCurl = curlHere();
const programs = [
  { name: 'a stand-in for curl', script: STAND_IN },
  ...(realCurl ? [{ name: 'curl', script: CURL }] : []),
];

for (const { name, script } of programs) {
  describe(`with ${name}`, () => {
    let web: TestApp;
    let folder: string;
    let host: string;

    beforeAll(async () => {
      web = await setupApp({}, { addSources: noBluesky });
      web.app.listen({ port: 0, hostname: '127.0.0.1' });
      host = `127.0.0.1:${web.app.server?.port}`;
      folder = await mkdtemp(join(tmpdir(), 'xgpt-examples-'));
      await writeZip(join(folder, 'twitter-archive.zip'), {
        ...accountFiles(),
        'data/tweets.js': part('tweets.part0', manyTweets(3)),
      });
      const program = join(folder, 'curl');
      await Bun.write(program, `#!/bin/sh\n${script}\n`);
      await chmod(program, 0o755);
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    /** A job in a status that the command needs, or a schedule. */
    async function idFor(command: string): Promise<string> {
      if (command.includes('/api/schedules/')) return scheduleId();
      const { id } = await web.tracker.enqueue('scrape', { username: 'aurora_lab' });
      if (!/\/(cancel|first)$/.test(command)) await web.tracker.cancelJob(id);
      return id;
    }

    async function webhookFor(command: string): Promise<string> {
      if (!command.includes('<webhook>')) return '';
      const url = `https://hooks.example/${Bun.randomUUIDv7()}`;
      const { webhook } = await web.webhooks.store.add({ url, events: ['failed'], types: [] });
      return webhook.id;
    }

    async function scheduleId(): Promise<string> {
      const input = { username: 'aurora_lab' };
      const request = { type: 'scrape', input, cron: '0 3 * * *', timeZone: 'UTC' };
      return (await web.schedules.add(request)).id;
    }

    /** An import is not undone while a job of it waits. */
    async function cancelAll(): Promise<void> {
      for (const { id } of web.tracker.getActiveJobs()) await web.tracker.cancelJob(id);
    }

    async function start(command: string) {
      if (command.endsWith('/undo')) await cancelAll();
      const filledIn = command
        .replaceAll('localhost:3000', host)
        .replaceAll('<webhook>', await webhookFor(command))
        .replaceAll('<id>', await idFor(command));
      return Bun.spawn(['sh', '-c', filledIn], {
        cwd: folder,
        env: { ...process.env, PATH: `${folder}:${process.env.PATH}`, REAL_CURL: realCurl },
        stdout: 'pipe',
        stderr: 'pipe',
      });
    }

    for (const command of commands) {
      test(command, async () => {
        const child = await start(command);
        if (ENDLESS.test(command)) {
          expect(await firstEvent(child.stdout)).toContain('event: ');
          child.kill();
          await child.exited;
          return;
        }
        const [answer, status] = await Promise.all([
          new Response(child.stdout).text(),
          new Response(child.stderr).text(),
        ]);
        expect(`${status.trim()} ${answer}`).toMatch(/^2\d\d /);
        expect(await child.exited).toBe(0);
      });
    }
  });
}

/** The text of a stream up to the start of its first event, or all of it. */
async function firstEvent(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (!text.includes('event: ')) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  return text;
}
