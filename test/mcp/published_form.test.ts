import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { z } from 'zod';
import { refuseUnpublished } from '../../src/mcp/arguments.ts';
import { type Form, wrongPart } from '../../src/mcp/published_form.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';
import { type Agent, appAgent, type Json, textsOf } from './agents.ts';

afterAll(closeApps);

let web: TestApp;
let agent: Agent;

beforeAll(async () => {
  web = await setupApp({ XGPT_AGENT_WAIT_MS: '0' });
  agent = await appAgent(web, { revision: '2026-07-28', hasTasks: false });
});

/** What the tools cannot do without. */
const REQUIRED: Record<string, Json> = {
  scrape: { username: 'aurora_lab' },
  search: { query: 'soup' },
  discover: { query: 'coach' },
  get_post: { source: 'sample', id: '1' },
  get_job: { id: 'x' },
  get_job_log: { id: 'x' },
};

const NUMBER_OR_ALL = 'This must be a whole number or "all".';
const TICK = 'This must be true or false.';
const SOURCES = 'one of: sample, archive, bluesky, x.';

describe('an argument in another form than the published one', () => {
  // Forms, queries and commands may have most of these: they send texts.
  test.each([
    ['scrape', 'maxTweets', '12', NUMBER_OR_ALL],
    ['scrape', 'maxTweets', 'ALL', NUMBER_OR_ALL],
    ['scrape', 'maxTweets', '', NUMBER_OR_ALL],
    ['scrape', 'maxTweets', 1.5, 'Posts must be a whole number from 1 to 10,000, or “all”.'],
    ['scrape', 'onlyNew', 'on', TICK],
    ['scrape', 'includeReplies', 'false', TICK],
    ['scrape', 'includeRetweets', 1, 'Include reposts must be true or false.'],
    ['scrape', 'source', '', `This must be ${SOURCES}`],
    ['scrape', 'source', null, `This must be ${SOURCES}`],
    ['scrape', 'source', 'mastodon', `Source must be ${SOURCES}`],
    ['scrape', 'archive', null, 'This must be a string.'],
    ['search', 'days', '3', 'This must be a whole number.'],
    ['search', 'mode', null, 'This must be one of: latest, top.'],
    ['discover', 'maxResults', '5', NUMBER_OR_ALL],
    ['embed', 'batchSize', '32', 'This must be a whole number.'],
    ['find', 'limit', '5', 'Limit must be a whole number from 1 to 30.'],
    ['find', 'after', '5', 'This must be a whole number.'],
    ['find', 'q', 5, 'This must be a string.'],
    ['list_jobs', 'limit', '5', 'Limit must be a whole number from 1 to 50.'],
    ['get_post', 'offset', '5', 'This must be a whole number from 0 on.'],
    ['get_job_log', 'position', '5', 'This must be a whole number from 0 on.'],
    ['get_job', 'waitSeconds', '1', 'This must be a whole number from 0 to 1.'],
  ])('FEATURES 57: is refused by %s: %s = %j', async (tool, name, value, sentence) => {
    const answer = await agent.call(tool, { ...REQUIRED[tool], [name]: value });
    expect(answer.isError).toBe(true);
    expect(textsOf(answer)[0]).toBe(
      `Nothing was done. Correct these arguments and call again.\n${name}: ${sentence}`,
    );
    expect(web.tracker.getAllJobs()).toEqual([]);
  });

  test('FEATURES 57: is named beside all else that is wrong', async () => {
    const answer = await agent.call('scrape', { onlyNew: 'on', source: 'x y', maxPosts: 5 });
    const [, ...lines] = textsOf(answer)[0]?.split('\n') ?? [];
    expect(lines.map((line) => line.split(':')[0]).sort()).toEqual([
      ...['maxPosts', 'onlyNew', 'source'],
    ]);
  });
});

const hasForm = (form: Form, value: unknown) => wrongPart(form, value, []) === undefined;

const NESTED = z.object({
  o: z.object({ a: z.string(), deep: z.object({ k: z.number() }).optional() }).optional(),
  tags: z.array(z.string()).optional(),
  rows: z.array(z.object({ x: z.number() })).optional(),
});

test.each([
  [{ tags: ['a', 5] }, { 'tags.1': 'This must be a string.' }],
  [{ tags: 'a' }, { tags: 'This must be an array.' }],
  [{ o: { a: 1 } }, { 'o.a': 'This must be a string.' }],
  [{ o: { a: 'x', deep: { k: 's' } } }, { 'o.deep.k': 'This must be a number.' }],
  [{ rows: [{ x: 1 }, { x: 'y' }] }, { 'rows.1.x': 'This must be a number.' }],
])('FEATURES 57: a wrong part of an argument is named by its path: %j', async (given, details) => {
  const refused = refuseUnpublished(NESTED, given);
  expect(await refused.catch((error) => error.details)).toEqual(details);
});

test('FEATURES 57: a form covers lists, objects and alternatives', () => {
  const list = { type: 'array', items: { type: 'integer' } };
  const group = { type: 'object', properties: { on: { type: 'boolean' }, all: list } };
  const either = { anyOf: [{ type: 'integer' }, { const: 'all' }, { type: 'null' }] };
  expect([[1, 2], []].map((value) => hasForm(list, value))).toEqual([true, true]);
  expect([['1'], '1,2', [1.5], null].map((value) => hasForm(list, value))).toEqual([
    ...[false, false, false, false],
  ]);
  expect(hasForm(group, { on: true, all: [1], other: 'x' })).toBe(true);
  expect([{ on: 'on' }, { all: '1' }, [], 'x'].map((value) => hasForm(group, value))).toEqual([
    ...[false, false, false, false],
  ]);
  expect([5, 'all', null, 'ALL', true].map((value) => hasForm(either, value))).toEqual([
    ...[true, true, true, false, false],
  ]);
  expect(hasForm({ type: ['string', 'null'] }, null)).toBe(true);
  expect(hasForm({}, { anything: 1 })).toBe(true);
});
