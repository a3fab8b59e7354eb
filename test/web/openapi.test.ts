import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { COMPLETED_JOB, SAVED_FIND } from '../../src/web/contract/examples.ts';
import { SCHEDULE } from '../../src/web/contract/schedules.ts';
import { WEBHOOK_EXAMPLE } from '../../src/web/contract/webhooks.ts';
import type { ApiDocument, Operation, Schema } from '../../src/web/openapi/document.ts';
import { closeApps, NAVIGATION, noBluesky, setupApp, type TestApp } from '../support/app.ts';
import {
  accountFiles,
  manyTweets,
  part,
  temporaryFolder,
  writeZip,
} from '../support/archive_fixture.ts';

afterAll(closeApps);

/** Runs jobs. */
let web: TestApp;
/** Takes jobs and leaves them in the line. */
let idle: TestApp;
let document: ApiDocument;
let archive: File;

beforeAll(async () => {
  web = await setupApp({}, { addSources: noBluesky });
  idle = await setupApp();
  await web.tracker.start();
  document = (await (await web.json('/openapi.json')).json()) as ApiDocument;
  await using folder = await temporaryFolder();
  const path = await writeZip(`${folder.path}/archive.zip`, {
    ...accountFiles('ida_k'),
    'data/tweets.js': part('tweets.part0', manyTweets(3)),
  });
  archive = new File([await Bun.file(path).arrayBuffer()], 'twitter-archive.zip');
});

interface Described {
  path: string;
  method: string;
  operation: Operation;
}

const described = (): Described[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation,
    })),
  );

const contentsOf = ({ requestBody }: Operation) => Object.entries(requestBody?.content ?? {});

/** The status of an answer to what is in order, and what such an answer may be. */
function goodAnswer({ responses = {} }: Operation) {
  const [status, answer] = Object.entries(responses)[0] ?? [];
  if (!answer || '$ref' in answer) throw new Error('Every operation has a good answer first.');
  return { status: Number(status), content: answer.content ?? {} };
}

/** As the document has it, but a field that it does not name is a mistake. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const parts = Object.entries(schema).map(([key, value]) => [key, closed(value)]);
  const isOpen = 'additionalProperties' in schema && schema.additionalProperties !== false;
  const names = 'type' in schema && schema.type === 'object' && 'properties' in schema && !isOpen;
  return { ...Object.fromEntries(parts), ...(names && { additionalProperties: false }) };
}

/** By the schema as JSON; to compile one takes 40 ms. */
const checkers = new Map<string, ValidateFunction>();
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);

function checkerOf(schema: Schema): ValidateFunction {
  const key = JSON.stringify(schema);
  const known = checkers.get(key);
  if (known) return known;
  const components = closed(document.components) as object;
  const checker = ajv.compile({ ...(closed(schema) as object), components });
  checkers.set(key, checker);
  return checker;
}

function expectToFit(value: unknown, schema: Schema): void {
  const check = checkerOf(schema);
  check(value);
  expect({ value, errors: check.errors }).toEqual({ value, errors: null });
}

describe('the document', () => {
  test('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document) as never);
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    expect(document.openapi).toBe('3.1.0');
  });

  test('describes every address of the API, and none that is not there', () => {
    const there = web.app.routes
      .filter(({ path }) => path.startsWith('/api/') || ['/healthz', '/metrics'].includes(path))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const told = described().map(({ method, path }) => `${method} ${path}`);
    expect(told.sort()).toEqual(there.sort());
    // Of a route without a description the plugin tells the address alone.
    expect(described().filter(({ operation }) => !operation.summary)).toEqual([]);
  });

  test('has examples that fit its own schemas', () => {
    let answers = 0;
    for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
      for (const example of schema.examples ?? []) {
        expectToFit(example, { $ref: `#/components/schemas/${name}` });
        answers++;
      }
    }
    expect(answers).toBeGreaterThanOrEqual(8);
    for (const { operation } of described()) {
      for (const [, { schema = {}, example }] of contentsOf(operation)) {
        if (example !== undefined) expectToFit(example, schema);
      }
      for (const { schema, example } of operation.parameters ?? []) {
        if (example !== undefined) expectToFit(example, schema);
      }
    }
  });

  test('has the ranges that starts are checked against', async () => {
    let checked = 0;
    const isStart = ({ path, operation }: Described) =>
      operation.tags?.includes('Start') && !path.includes('jobs');
    for (const { path, operation } of described().filter(isStart)) {
      const { schema, example } = operation.requestBody?.content['application/json'] ?? {};
      if (!schema || '$ref' in schema) continue;
      for (const [name, field] of Object.entries(schema.properties ?? {})) {
        if ('$ref' in field || field.maximum === undefined) continue;
        const ask = (value: number) => send(idle, 'POST', path, { ...example, [name]: value });
        const { status } = goodAnswer(operation);
        expect([name, (await ask(field.maximum)).status]).toEqual([name, status]);
        expect([name, (await ask(field.maximum + 1)).status]).toEqual([name, 422]);
        expect([name, (await ask((field.minimum ?? 0) - 1)).status]).toEqual([name, 422]);
        checked += 1;
      }
    }
    expect(checked).toBeGreaterThanOrEqual(6);
  });

  test('asks for access where the server does', async () => {
    const locked = await setupApp({ XGPT_TOKEN: 'correct-horse-battery' });
    expect((await locked.json('/openapi.json')).status).toBe(401);
    expect((await locked.json('/docs/api')).status).toBe(401);
    const headers = { authorization: 'Bearer correct-horse-battery' };
    const its = (await (await locked.json('/openapi.json', { headers })).json()) as ApiDocument;
    expect(its.security).toEqual([{ token: [] }]);
    expect(its.paths['/healthz']?.get?.security).toEqual([]);
    expect(document.security).toEqual([]);

    const lines = async (app: TestApp) => {
      const page = await (
        await app.request('/docs/api', { headers: { ...NAVIGATION, ...headers } })
      ).text();
      return [...page.matchAll(/<pre>(curl [^<]*)/g)].map(([, line = '']) => line);
    };
    const bearer = 'curl -H &quot;Authorization: Bearer $XGPT_TOKEN&quot; ';
    const [open, ...asking] = (await lines(locked)).sort((a) => (a.includes('/healthz') ? -1 : 1));
    expect(open).not.toContain('Authorization');
    expect(asking.filter((line) => !line.startsWith(bearer))).toEqual([]);
    expect(asking.length).toBeGreaterThan(20);
    expect((await lines(web)).filter((line) => line.includes('Authorization'))).toEqual([]);
  });
});

/** Nothing of it is due during the test. */
async function newSchedule({ schedules }: TestApp): Promise<string> {
  const request = { type: 'scrape', input: { username: 'aurora_lab' } };
  return (await schedules.add({ ...request, cron: '0 0 1 1 *', timeZone: 'UTC' })).id;
}

const send = (app: TestApp, method: string, path: string, body: unknown) =>
  app.json(path, {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });

describe('each example', () => {
  test('is accepted, and its answer fits', async () => {
    const read = await finished(web, 'discover');
    expect((await upload('/api/imports')).status).toBe(201);
    for (const { path, method, operation } of described()) {
      const app = operation.tags?.includes('Start') ? idle : web;
      const bodies = contentsOf(operation);
      for (const [type, { example }] of bodies.length > 0 ? bodies : [['', {}] as const]) {
        const id = await jobFor(operation, read);
        await prepareFind();
        const webhook = await webhookFor(path);
        const scheduleId = path.includes('schedules') ? await newSchedule(app) : '';
        const real = (text: string) =>
          text
            .replaceAll(COMPLETED_JOB.id, id)
            .replaceAll(SCHEDULE.id, scheduleId)
            .replaceAll(WEBHOOK_EXAMPLE.id, webhook);
        // Deleting the session of the examples would delete the job that the others read.
        const isDeletion = /^(delete|remove)_session$/.test(operation.operationId ?? '');
        const where = addressOf(path, operation).replace('monday', isDeletion ? 'none' : 'monday');
        const address = real(where);
        const init = requestOf(type, example && JSON.parse(real(JSON.stringify(example))));
        await expectGoodAnswer(operation, await app.json(address, { method, ...init }));
        if (method !== 'GET') continue;
        await expectGoodAnswer(operation, await app.request(address));
        if (!('text/plain' in goodAnswer(operation).content)) continue;
        const inText = await app.request(address, { headers: { accept: 'text/plain' } });
        expect(inText.headers.get('content-type')).toStartWith('text/plain');
        await inText.body?.cancel();
      }
    }
  });

  test('of what goes wrong fits too', async () => {
    for (const [method, path] of [
      ['GET', '/api/jobs?limit=0'],
      ['GET', '/api/jobs/no-such-job'],
      ['POST', '/api/scrape'],
      ['GET', '/api/nothing'],
    ] as const) {
      const answer = await web.json(path, { method });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expectToFit(await answer.json(), { $ref: '#/components/schemas/Error' });
    }
  });

  test.each([
    [[]],
    [null],
    [{ type: 'juggle' }],
    [[{ type: 'scrape', input: {} }]],
    [Array.from({ length: 1_001 }, () => ({ type: 'embed' }))],
  ])('of a list that starts nothing fits: %j', async (body) => {
    const answer = await send(idle, 'POST', '/api/jobs', body);
    expect(answer.status).toBe(422);
    const refused = document.paths['/api/jobs']?.post?.responses?.['422'];
    const content = refused && 'content' in refused ? refused.content : undefined;
    expectToFit(await answer.json(), content?.['application/json']?.schema ?? {});
  });

  test('of a start by its type has the fields of that type', () => {
    const schema =
      document.paths['/api/jobs']?.post?.requestBody?.content['application/json']?.schema ?? {};
    const check = checkerOf(schema);
    const start = (type: string, input: object) => ({ type, input });
    expect(check(start('scrape', { username: '@aurora_lab', maxTweets: 5 }))).toBeTrue();
    expect(check([start('search', { query: 'jazz' }), { type: 'embed' }])).toBeTrue();
    expect(check(start('scrape', { username: 'aurora_lab', maxTweets: 0 }))).toBeFalse();
    expect(check(start('scrape', { username: 7 }))).toBeFalse();
    expect(check(start('search', {}))).toBeFalse();
    expect(check(start('search', { username: 'aurora_lab' }))).toBeFalse();
  });
});

async function expectGoodAnswer(operation: Operation, answer: Response): Promise<void> {
  const { status, content } = goodAnswer(operation);
  expect([operation.operationId, answer.status]).toEqual([operation.operationId, status]);
  const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
  expect(Object.keys(content)).toContain(type);
  if (type !== 'application/json') return answer.body?.cancel();
  expectToFit(await answer.json(), content[type]?.schema ?? {});
}

/** The job that an example is about: a running or waiting one, one that has ended, or the one to read. */
async function jobFor({ operationId, tags }: Operation, read: string): Promise<string> {
  if (operationId === 'cancel_job') return (await web.tracker.createJob('scrape')).jobId;
  if (operationId === 'run_job_next') {
    const input = { username: 'aurora_lab' };
    return (await web.tracker.enqueue('scrape', input, { delayMs: 60_000 })).id;
  }
  // While scrapes are paused, none ends.
  const isAboutQueue = /_(type|source|concurrency)$/.test(operationId ?? '');
  if (tags?.includes('Act') && !isAboutQueue) return finished(web, 'scrape');
  if (web.tracker.getJob(read)) return read;
  // The example that deletes a session has removed it.
  const { jobId } = await web.tracker.createJob('scrape');
  await web.tracker.completeJob(jobId, true);
  return jobId;
}

/** The only one; on this machine, where nothing listens. */
async function webhookFor(path: string): Promise<string> {
  if (!path.includes('/webhooks')) return '';
  const { store } = web.webhooks;
  for (const { id } of await store.list()) await store.remove(id);
  const url = 'http://127.0.0.1:9/';
  return (await store.add({ url, events: ['cancelled'], types: [] })).webhook.id;
}

/** The find with the id 1, which examples are about; it is saved once more by one of them. */
async function prepareFind(): Promise<void> {
  web.database.run('DELETE FROM saved_finds');
  web.database.run("DELETE FROM sqlite_sequence WHERE name = 'saved_finds'");
  const { name, query } = SAVED_FIND;
  await web.library.savedFinds.save({ name, query }, false);
}

async function finished(app: TestApp, type: 'scrape' | 'discover'): Promise<string> {
  const { id } =
    type === 'scrape'
      ? await app.tracker.enqueue(type, { username: 'aurora_lab', maxTweets: 5 })
      : await app.tracker.enqueue(
          type,
          { query: 'climbing coach', maxResults: 2, scrape: true, maxTweets: 5 },
          { sessionId: 'monday' },
        );
  expect((await app.ended(id)).status).toBe('completed');
  return id;
}

function addressOf(path: string, { parameters = [] }: Operation): string {
  const query = new URLSearchParams();
  let filled = path;
  for (const { name, in: place, example } of parameters) {
    if (place === 'path') filled = filled.replace(`{${name}}`, encodeURIComponent(example));
    else if (example !== undefined) for (const one of [example].flat()) query.append(name, one);
  }
  return query.size > 0 ? `${filled}?${query}` : filled;
}

function requestOf(type: string, example: Record<string, string> | undefined): RequestInit {
  if (type === 'multipart/form-data') return { body: formWithArchive() };
  if (example === undefined) return {};
  const isForm = type === 'application/x-www-form-urlencoded';
  const fields = Object.entries(example).flatMap(([name, value]) =>
    [value].flat().map((one) => [name, String(one)]),
  );
  const body = isForm ? new URLSearchParams(fields) : JSON.stringify(example);
  return { body, headers: { 'content-type': type } };
}

function formWithArchive(): FormData {
  const form = new FormData();
  form.append('file', archive);
  return form;
}

const upload = (path: string) => web.json(path, { method: 'POST', body: formWithArchive() });

describe('the page', () => {
  test('shows every operation of the document, with what it takes and answers', async () => {
    const page = await (await web.request('/docs/api', { headers: NAVIGATION })).text();
    for (const { path, method, operation } of described()) {
      expect(page).toContain(`id="${operation.operationId}"`);
      expect(page).toContain(`${method} ${path}`);
    }
    for (const name of Object.keys(document.components?.schemas ?? {})) {
      expect(page).toContain(`id="schema-${name}"`);
    }
    expect(page).toContain('whole number, 1 to 10,000, or all, by default 100');
  });

  test('needs no foreign host and nothing inline', async () => {
    const answer = await web.request('/docs/api', { headers: NAVIGATION });
    const page = await answer.text();
    expect(answer.headers.get('content-security-policy')).not.toContain('unsafe');
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
  });

  test('is reached from the help sheet', async () => {
    const page = await (await web.request('/', { headers: NAVIGATION })).text();
    expect(page).toContain('href="/docs/api"');
  });
});
