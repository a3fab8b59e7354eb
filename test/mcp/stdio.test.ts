import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { PassThrough } from 'node:stream';
import { createLineReader, MAX_LINE } from '../../src/mcp/lines.ts';
import { type PipeOptions, serveAgentOnStdio } from '../../src/mcp/stdio.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';
import { testClock } from '../support/clock.ts';
import { until } from '../support/wait.ts';
import { dataOf, type Json, type Reply, textsOf } from './agents.ts';

afterAll(closeApps);

let web: TestApp;

beforeAll(async () => {
  web = await setupApp({ XGPT_AGENT_WAIT_MS: '600000', XGPT_SAMPLE_PAGE_MS: '200' });
  await web.tracker.start();
});

type Answer = Reply & { id: unknown };

/** An agent behind a pipe of this process. */
function piped(options: PipeOptions = {}, app = web) {
  const input = new PassThrough();
  const output = new PassThrough();
  let text = '';
  output.on('data', (chunk) => {
    text += chunk;
  });
  const closing = new AbortController();
  const deps = { ...app, logger: silentLogger, closing: closing.signal };
  const served = serveAgentOnStdio(deps, options, { input, output });
  const answers = () =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Answer);
  return { input, output, closing, served, answers };
}

const line = (message: Json) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;

const hello = line({
  ...{ id: 'hello', method: 'initialize' },
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'shell', version: '1' },
  },
});

const call = (id: number, name: string, args: Json) =>
  line({ id, method: 'tools/call', params: { name, arguments: args } });

const ping = (id: number) => line({ id, method: 'ping' });

describe('an agent behind a pipe', () => {
  test.each([
    ['{"jsonrpc":"2.0",', null, -32700],
    ['[]', null, -32600],
    [`[${ping(1).trim()}]`, null, -32600],
    ['null', null, -32600],
    ['5', null, -32600],
    ['{"jsonrpc":"1.0","id":7,"method":"ping"}', 7, -32600],
    ['{"id":"a","method":"ping"}', 'a', -32600],
    ['{"jsonrpc":"2.0","id":8,"method":5}', 8, -32600],
    ['{"jsonrpc":"2.0","id":{},"method":"ping"}', null, -32600],
  ])('FEATURES 57: is told that %s is no message, and goes on', async (wrong, id, code) => {
    const { input, served, answers } = piped();
    input.end(`${wrong}\n\n${ping(99)}`);
    await served;
    const [refused, next] = answers();
    expect(refused).toMatchObject({ jsonrpc: '2.0', id, error: { code } } as object);
    expect(next).toMatchObject({ id: 99, result: {} });
  });

  test('FEATURES 57: is told of a line that is too long, and goes on', async () => {
    const { input, served, answers } = piped();
    const part = Buffer.alloc(1_000_000, 'x');
    for (let sent = 0; sent <= MAX_LINE; sent += part.length) input.write(part);
    input.end(`\n${ping(1)}`);
    await served;
    expect(answers()).toMatchObject([
      { id: null, error: { code: -32600 } },
      { id: 1, result: {} },
    ]);
  });

  test('FEATURES 57: that never ends a line that is too long is let go when it leaves', async () => {
    const { input, served } = piped();
    input.end(Buffer.alloc(MAX_LINE + 1, 'x'));
    await served;
    const other = piped();
    other.input.destroy();
    await other.served;
  });

  test('FEATURES 57: gets its answers after the end of its input, those of a last line without an end too', async () => {
    const { input, served, answers } = piped();
    const search = call(2, 'find', { q: 'soup', limit: 1 });
    const scrape = call(3, 'scrape', { username: 'aurora_lab', maxTweets: 5_000 });
    input.end(hello + search + scrape.trim());
    await served;
    const [greeted, found, started] = answers();
    expect(greeted).toMatchObject({ id: 'hello' });
    expect(found).toMatchObject({ id: 2 });
    expect(started).toMatchObject({ id: 3 });
    const [text = ''] = textsOf(started?.result ?? {});
    const { id } = dataOf(started?.result ?? {}).job as { id: string };
    expect(text).toInclude(`The job ${id} has not ended`);
    await web.tracker.cancelJob(id);
  });

  test.each([false, true])(
    'FEATURES 57: starts one job with two equal calls, as tasks: %j',
    async (isTask) => {
      const own = await setupApp({}, { clock: testClock() });
      const { input, served, answers } = piped({}, own);
      const capabilities = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
      const _meta = { 'io.modelcontextprotocol/clientCapabilities': capabilities };
      const args = { username: 'aurora_lab', maxTweets: 5 };
      const params = { name: 'scrape', arguments: args, ...(isTask && { _meta }) };
      const start = (id: number) => line({ id, method: 'tools/call', params });
      input.end(hello + start(2) + start(3));
      await served;
      const ids = answers().flatMap((one) => /scrape-[\da-f-]{36}/.exec(JSON.stringify(one)) ?? []);
      for (const { id, result } of answers().slice(1)) {
        const [text] = textsOf(result ?? {});
        expect([id, text]).toEqual([
          id,
          expect.stringContaining('This xgpt process stops: another'),
        ]);
        expect(text).not.toInclude('goes on');
      }
      expect(ids).toHaveLength(2);
      expect(ids[1]).toBe(ids[0] as string);
      expect(own.tracker.getAllJobs()).toHaveLength(1);
    },
  );

  test('FEATURES 57: is told that its job goes on when the process has to stop', async () => {
    const { input, served, answers, closing } = piped();
    input.write(hello + call(2, 'scrape', { username: 'aurora_lab', maxTweets: 4_000 }));
    const before = web.tracker.getAllJobs().length;
    await until('it has started', () => web.tracker.getAllJobs().length > before);
    closing.abort();
    await served;
    expect(textsOf(answers()[1]?.result ?? {})[0]).toInclude(
      'it is running. This xgpt process stops: another one runs the job, or the next one that starts.',
    );
  });

  test('FEATURES 57: that may only read sees everything, and changes nothing', async () => {
    const job = await web.tracker.enqueue(
      'discover',
      { query: 'a' },
      { agent: 'other', delayMs: 3_600_000 },
    );
    const before = web.tracker.getAllJobs().length;
    const { input, served, answers } = piped({ isReader: true });
    const scrape = call(3, 'scrape', { username: 'aurora_lab' });
    const cancel = call(4, 'cancel_job', { id: job.id });
    const ask = call(5, 'get_job', { id: job.id });
    input.end(hello + line({ id: 2, method: 'tools/list' }) + scrape + cancel + ask);
    await served;
    const byId = new Map(answers().map((answer) => [answer.id, answer.result]));
    const { tools } = byId.get(2) as { tools: { name: string }[] };
    expect(tools.map(({ name }) => name).sort()).toEqual([
      ...['find', 'get_job', 'get_job_log', 'get_post', 'get_profile', 'list_jobs'],
    ]);
    for (const id of [3, 4]) {
      expect(byId.get(id)).toMatchObject({ isError: true });
      expect(textsOf(byId.get(id) ?? {})[0]).toInclude('xgpt mcp without --read-only');
    }
    expect(dataOf(byId.get(5) ?? {}).job).toMatchObject({ id: job.id, status: 'queued' });
    expect(JSON.stringify(byId.get('hello'))).not.toInclude('scrape');
    expect(web.tracker.getAllJobs()).toHaveLength(before);
    await web.tracker.cancelJob(job.id);
  });

  test('FEATURES 57: that can no longer be reached is let go', async () => {
    const { input, output, served } = piped();
    output.destroy(new Error('EPIPE'));
    input.write(ping(1));
    await served;
  });
});

describe('a line reader', () => {
  test('FEATURES 57: joins lines from parts of any size, in the middle of a character too', () => {
    const text = 'né\n\nüber\r\nletzte';
    for (const size of [1, 2, 3, 100]) {
      const lines: string[] = [];
      const reader = createLineReader({ onLine: (one) => lines.push(one), onTooLong: () => {} });
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
      reader.end();
      expect(lines).toEqual(['né', '', 'über\r', 'letzte']);
    }
  });

  test('FEATURES 57: passes over what is too long, and says so once', () => {
    const seen: unknown[] = [];
    const events = {
      onLine: (one: string) => seen.push(one),
      onTooLong: (max: number) => seen.push(max),
    };
    const reader = createLineReader(events, 3);
    for (const part of ['abc\nabcd', 'efgh', '\nab', 'c\n']) reader.push(Buffer.from(part));
    reader.end();
    expect(seen).toEqual(['abc', 3, 'abc', '']);
  });
});
