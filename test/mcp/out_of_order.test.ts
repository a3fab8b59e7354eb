import { Database } from 'bun:sqlite';
import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { serveAgentOnStdio } from '../../src/mcp/stdio.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';
import { freshDataDir, stopServers } from '../support/server.ts';
import { appAgent, type Json, type Reply, TASKS, textsOf } from './agents.ts';

afterAll(async () => {
  await closeApps();
  await stopServers();
});

let path: string;
let db: Database;
let web: TestApp;
let taskId: string;

beforeEach(async () => {
  path = join(freshDataDir(), 'xgpt.sqlite');
  db = openDatabase(path);
  web = await setupApp({ XGPT_AGENT_WAIT_MS: '0' }, {}, db);
  const job = await web.tracker.enqueue(
    'scrape',
    { username: 'aurora_lab' },
    { agent: 'test-agent' },
  );
  taskId = job.id;
});

type Request = (method: string, params: Json) => Promise<Reply>;

/** The same requests over HTTP and behind a pipe. */
const TRANSPORTS: [string, () => Promise<Request>][] = [
  ['HTTP', async () => (await appAgent(web, { revision: '2025-11-25' })).request],
  ['a pipe', async () => pipedRequest],
];

/** One agent behind a pipe for each request: it answers before it ends. */
async function pipedRequest(method: string, params: Json): Promise<Reply> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const served = serveAgentOnStdio(
    { ...web, logger: silentLogger, closing: web.closing.signal },
    {},
    { input, output },
  );
  const clientInfo = { name: 'piped', version: '1' };
  const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const _meta = { 'io.modelcontextprotocol/clientCapabilities': { extensions: { [TASKS]: {} } } };
  const lines = [
    { id: 0, method: 'initialize', params: hello },
    { id: 1, method, params: { ...params, _meta } },
  ];
  input.end(lines.map((one) => `${JSON.stringify({ jsonrpc: '2.0', ...one })}\n`).join(''));
  let text = '';
  output.on('data', (chunk) => {
    text += chunk;
  });
  await served;
  return text
    .trim()
    .split('\n')
    .map((one) => JSON.parse(one) as Reply & { id: number })
    .find(({ id }) => id === 1) as Reply;
}

/** What writes, and what reads. A tool by its name and arguments. */
const WRITES: [string, Json][] = [
  ['scrape', { username: 'aurora_lab', maxTweets: 5 }],
  ['search', { query: 'soup' }],
  ['discover', { query: 'coach' }],
  ['embed', {}],
  ['cancel_job', {}],
  ['tasks/cancel', {}],
];

const READS: [string, Json][] = [
  ['find', { q: 'soup' }],
  ['get_post', { source: 'sample', id: '1' }],
  ['get_profile', { source: 'sample', username: 'ada' }],
  ['list_jobs', {}],
  ['get_job', {}],
  ['get_job_log', {}],
  ['tasks/get', {}],
  ['tasks/update', { inputResponses: {} }],
  ['resources/list', {}],
  ['resources/read', { uri: 'xgpt://posts/sample/1' }],
];

/** Calls one of the above, and says what the agent is told: as the answer of a tool, or as an error. */
async function told(request: Request, [name, given]: [string, Json]): Promise<string> {
  const ids = name.startsWith('tasks/')
    ? { taskId }
    : /_job(?:_log)?$/.test(name)
      ? { id: taskId }
      : {};
  const args = { ...ids, ...given };
  const isMethod = name.includes('/');
  const { result, error } = isMethod
    ? await request(name, args)
    : await request('tools/call', { name, arguments: args });
  if (isMethod) return `${error?.code} ${error?.message}`;
  return `${result?.isError} ${textsOf(result ?? { content: [] }).join('\n')}`;
}

let count = 0;

/** What the HTTP API says to a start. */
async function apiWords(): Promise<string> {
  const body = new URLSearchParams({ username: 'aurora_lab', maxTweets: String(++count) });
  const response = await web.json('/api/scrape', { method: 'POST', body });
  expect(response.status).toBe(503);
  return ((await response.json()) as { error: { message: string } }).error.message;
}

async function expectTold(request: Request, calls: [string, Json][], words: string) {
  const said = await Promise.all(calls.map((call) => told(request, call)));
  const expected = calls.map(([name]) => `${name.includes('/') ? '-32603' : 'true'} ${words}`);
  expect(said).toEqual(expected);
}

/** What an agent that reads is told of nothing. */
async function expectReads(request: Request) {
  for (const call of READS.slice(3, 9)) {
    expect(await told(request, call)).toMatch(/^undefined /);
  }
}

describe.each(TRANSPORTS)('an agent over %s', (_, connected) => {
  test('FEATURES 57: is told that the database was moved away, in the words of the API', async () => {
    const request = await connected();
    renameSync(path, `${path}.away`);
    try {
      const words = await apiWords();
      expect(words).toStartWith('The database file was moved or deleted');
      await expectTold(request, WRITES, words);
      await expectReads(request);
    } finally {
      renameSync(`${path}.away`, path);
    }
  });

  test('FEATURES 57: is told that the database cannot be written to', async () => {
    const request = await connected();
    db.run('PRAGMA query_only = ON');
    try {
      const words = await apiWords();
      expect(words).toStartWith('The database cannot be written to.');
      await expectTold(request, WRITES, words);
      await expectReads(request);
    } finally {
      db.run('PRAGMA query_only = OFF');
    }
  });

  test('FEATURES 57: is told that the disk is full', async () => {
    const request = await connected();
    // Pages that are free are filled first.
    db.run('VACUUM');
    const { page_count: pages } = db.query('PRAGMA page_count').get() as { page_count: number };
    db.run(`PRAGMA max_page_count = ${pages}`);
    try {
      // The pages in use have place for some more.
      const fill = async () => {
        for (let maxTweets = 1; maxTweets < 1_000; maxTweets++) {
          await web.tracker.enqueue('scrape', { username: 'aurora_lab', maxTweets });
        }
      };
      expect(await fill().catch((error) => error.code)).toBe('SQLITE_FULL');
      const words = await apiWords();
      expect(words).toStartWith('The disk is full. Free some space');
      await expectTold(request, WRITES.slice(0, 1), words);
    } finally {
      db.run('PRAGMA max_page_count = 1000000');
    }
  });

  test('FEATURES 57: is told that the database is busy, whatever it reads', async () => {
    const request = await connected();
    // Without its log, another process that writes holds up those that read.
    db.run('PRAGMA journal_mode = DELETE');
    const other = new Database(path);
    other.run('BEGIN EXCLUSIVE');
    try {
      await expectTold(
        request,
        READS,
        'The database is busy: another process has been writing to it for seconds. Let it finish, or stop it. It may be another xgpt process. xgpt then resumes automatically. Nothing that was confirmed is lost.',
      );
    } finally {
      other.run('ROLLBACK');
      other.close();
    }
  });
});
