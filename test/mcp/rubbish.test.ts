import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Logger } from '../../src/platform/logger.ts';
import { seeded } from '../../src/sources/sample/random.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';
import { IS_LONG } from '../support/length.ts';
import { REVISIONS, TASKS } from './agents.ts';

afterAll(closeApps);

const REQUESTS = IS_LONG ? 10_000 : 3_000;
const AT_ONCE = 20;

const SEED = Number(process.env.RUBBISH_SEED ?? Math.floor(Math.random() * 2 ** 32));

const METHODS = [
  ...['initialize', 'server/discover', 'ping', 'tools/list', 'tools/call', 'tools/call'],
  ...['resources/list', 'resources/read', 'resources/templates/list', 'resources/subscribe'],
  ...['tasks/get', 'tasks/update', 'tasks/cancel', 'tasks/list', 'tasks/result', 'prompts/list'],
  ...['completion/complete', 'logging/setLevel', 'notifications/cancelled', 'constructor', ''],
];

const TOOLS = [
  ...['find', 'get_post', 'get_profile', 'list_jobs', 'get_job', 'get_job_log', 'cancel_job'],
  ...['scrape', 'search', 'discover', 'embed', 'forget', 'toString', '__proto__'],
];

const ARGUMENTS = [
  ...['q', 'author', 'source', 'since', 'until', 'by', 'sort', 'like', 'limit', 'cursor', 'id'],
  ...['username', 'query', 'status', 'type', 'session', 'position', 'maxTweets', 'sessionId'],
  ...['model', 'batchSize', 'waitSeconds', '__proto__', 'constructor', 'archive', 'mode'],
];

let failures: unknown[];
let web: TestApp;
let jobId: string;

beforeAll(async () => {
  failures = [];
  const fail = (message: string, fields?: unknown) => void failures.push([message, fields]);
  const ignore = () => {};
  const logger: Logger = { debug: ignore, info: ignore, warn: ignore, error: fail };
  web = await setupApp({ XGPT_AGENT_WAIT_MS: '0', XGPT_MAX_WAITING: '50' }, { logger });
  jobId = (await web.tracker.enqueue('scrape', { username: 'aurora_lab' })).id;
  console.log(`The seed is ${SEED}; RUBBISH_SEED=${SEED} repeats it.`);
});

type Random = () => number;

const pick = <Value>(random: Random, values: readonly Value[]): Value =>
  values[Math.floor(random() * values.length)] as Value;

function value(random: Random, depth = 0): unknown {
  const kinds: (() => unknown)[] = [
    () => pick(random, ['', 'a', 'aurora_lab', jobId, 'sample', 'best', 'from:', '"', '-', '(']),
    () =>
      pick(random, [
        'xgpt://jobs/x',
        `xgpt://jobs/${jobId}`,
        'xgpt://posts/%/1',
        '\u0000',
        '\ud800',
      ]),
    () => 'x'.repeat(Math.floor(random() * 3_000)),
    () => pick(random, [0, -1, 1, 5, 1.5, 1e308, 2 ** 53, null, true, false]),
    () => (depth > 2 ? [] : [value(random, depth + 1), value(random, depth + 1)]),
    () => (depth > 2 ? {} : { [pick(random, ARGUMENTS)]: value(random, depth + 1) }),
  ];
  return pick(random, kinds)();
}

function args(random: Random): unknown {
  if (random() < 0.1) return value(random);
  const names = Array.from({ length: Math.floor(random() * 4) }, () => pick(random, ARGUMENTS));
  return Object.fromEntries(names.map((name) => [name, value(random)]));
}

function paramsFor(random: Random, method: string): unknown {
  if (random() < 0.05) return value(random);
  if (method === 'tools/call') return { name: pick(random, TOOLS), arguments: args(random) };
  if (method === 'resources/read') return { uri: value(random) };
  if (method.startsWith('tasks/')) return { taskId: value(random), inputResponses: value(random) };
  if (method === 'initialize') {
    const clientInfo = { name: value(random), version: value(random) };
    return { protocolVersion: pick(random, REVISIONS), capabilities: value(random), clientInfo };
  }
  return random() < 0.5 ? {} : { cursor: value(random) };
}

function generated(random: Random): RequestInit {
  const method = pick(random, METHODS);
  const params = paramsFor(random, method);
  const isModern = random() < 0.5;
  const envelope = {
    'io.modelcontextprotocol/protocolVersion': random() < 0.9 ? '2026-07-28' : value(random),
    'io.modelcontextprotocol/clientInfo':
      random() < 0.9 ? { name: 'r', version: '1' } : value(random),
    'io.modelcontextprotocol/clientCapabilities':
      random() < 0.7 ? { extensions: { [TASKS]: {} } } : value(random),
  };
  const withMeta =
    isModern && typeof params === 'object' && params !== null
      ? { ...params, _meta: envelope }
      : params;
  const id = random() < 0.9 ? 1 : pick(random, ['a', 0, null, 1.5, [], undefined]);
  const message = { jsonrpc: random() < 0.95 ? '2.0' : '1.0', id, method, params: withMeta };
  const body = JSON.stringify(random() < 0.05 ? [message, message] : message);
  const { taskId, name, uri } = (params ?? {}) as Record<string, unknown>;
  const named = [taskId, name, uri].find((one) => typeof one === 'string') as string | undefined;
  return {
    method: 'POST',
    body: random() < 0.03 ? body.slice(0, Math.floor(random() * body.length)) : body,
    headers: {
      'content-type': random() < 0.97 ? 'application/json' : 'text/plain',
      accept: random() < 0.95 ? 'application/json, text/event-stream' : 'text/html',
      ...(isModern && {
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': method,
        ...(named && /^[\x21-\x7e]+$/.test(named) && { 'mcp-name': named }),
      }),
      ...(random() < 0.2 && { 'mcp-session-id': pick(random, ['x', 'e30', 'bnVsbA', '////']) }),
    },
  };
}

/** The codes of the errors in an answer, as JSON or as events. */
function errorCodes(text: string): number[] {
  return [...text.matchAll(/"error":\{"code":(-?\d+)/g)].map(([, code]) => Number(code));
}

describe('generated requests', () => {
  test('FEATURES 57: never end in a 5xx or an internal error', async () => {
    const random = seeded(SEED);
    const statuses = new Map<number, number>();
    const bad: unknown[] = [];
    let answered = 0;
    const send = async (init: RequestInit) => {
      const response = await web.request('/mcp', init);
      const text = await response.text();
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      if (text.includes('"result":')) answered += 1;
      if (response.status >= 500 || errorCodes(text).includes(-32603)) bad.push([init, text]);
    };
    for (let sent = 0; sent < REQUESTS; sent += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, () => send(generated(random))));
    }
    expect(bad.slice(0, 3)).toEqual([]);
    expect(failures.slice(0, 3)).toEqual([]);
    expect(answered).toBeGreaterThan(REQUESTS / 10);
    expect((await web.request('/healthz')).status).toBe(200);
  }, 300_000);
});
