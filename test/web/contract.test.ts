/** What the routes state: that they state it, and that answers are what the program returns. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { AnyElysia } from 'elysia';
import type { z } from 'zod';
import type { BulkOutcome, History, Job, JobPage, SessionSummary } from '../../src/jobs/index.ts';
import type { ProfilePage } from '../../src/library/index.ts';
import type { findPosts } from '../../src/operations/find_posts.ts';
import type { StoredImport } from '../../src/operations/scrape/imports.ts';
import type { SCHEMAS } from '../../src/web/contract/answers.ts';
import { answers, type SchemaName } from '../../src/web/contract/declare.ts';
import { respond } from '../../src/web/http/rendered.ts';
import type { detailedJob } from '../../src/web/routes/job_json.ts';
import { closeApps, setupApp } from '../support/app.ts';
import { isTrue, type Same } from '../support/types.ts';

afterAll(closeApps);

interface Stated {
  query?: unknown;
  params?: unknown;
  body?: unknown;
  response?: Record<string, unknown>;
  detail?: { hide?: boolean; tags?: string[]; summary?: string; operationId?: string };
}

let routes: { method: string; path: string; hooks: Stated }[];

beforeAll(async () => {
  const { app } = await setupApp({ XGPT_TOKEN: 'correct-horse-battery' });
  routes = app.routes;
});

/** Changes that are named by their address alone. */
const WITHOUT_BODY =
  /\/(?:cancel|retry|first|pin|unpin|dismiss|logout)$|^\/api\/sessions\/:id\/remove$|^\/api\/imports\/:name\/(?:remove|undo)$|^\/api\/sources\/:name\/(?:test|pause|resume|credentials\/remove)$|^\/api\/types\/:type\/(?:pause|resume)$|^\/api\/(?:schedules|finds)\/:id\/\w+$|^\/api\/webhooks\/:id\/(?:remove|test|pause|resume)$/;

/** What a route leaves unsaid. */
function missing({ method, path, hooks }: (typeof routes)[number]): string[] {
  const { query, params, body, response = {}, detail = {} } = hooks;
  const isPublic = !detail.hide;
  const required: Record<string, boolean> = {
    query: method !== 'GET' || query !== undefined || (isPublic && params !== undefined),
    params: !path.includes(':') || params !== undefined,
    body: method !== 'POST' || WITHOUT_BODY.test(path) || body !== undefined,
    response: !isPublic || Object.keys(response).some((status) => status.startsWith('2')),
    tags: !isPublic || (detail.tags ?? []).length > 0,
    summary: !isPublic || Boolean(detail.summary),
    operationId: !isPublic || Boolean(detail.operationId),
  };
  return Object.keys(required).filter((name) => !required[name]);
}

describe('every route', () => {
  test('states its query, params, body, response and detail', () => {
    expect(routes.length).toBeGreaterThan(40);
    const incomplete = routes.map((route) => [`${route.method} ${route.path}`, missing(route)]);
    expect(incomplete.filter(([, names]) => (names as string[]).length > 0)).toEqual([]);
  });

  test('that states nothing is found', async () => {
    const { app } = await setupApp();
    const [bare] = (app as AnyElysia).post('/api/bare/:id', () => 'nothing').routes.slice(-1);
    expect(missing(bare as (typeof routes)[number])).toEqual([
      'params',
      'body',
      'response',
      'tags',
      'summary',
      'operationId',
    ]);
  });

  test('of the API has an operationId of its own', () => {
    const ids = routes.flatMap(({ hooks }) => hooks.detail?.operationId ?? []);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });
});

describe('an answer', () => {
  test('that is not what its route states fails in tests', async () => {
    const { app, request } = await setupApp();
    (app as AnyElysia).get('/wrong', () => respond(() => ({ jobs: 'many' }), {}) as never, {
      response: answers(200, 'JobPage', 'A page of jobs.'),
    });
    expect((await request('/wrong')).status).toBe(500);
  });
});

type Answer<Name extends SchemaName> = z.output<ReturnType<(typeof SCHEMAS)[Name]>>;

/** The same fields in one object, where a type joins several. */
type Flat<Type> = Type extends Date
  ? Type
  : Type extends (infer Item)[]
    ? Flat<Item>[]
    : { [Name in keyof Type]: Flat<Type[Name]> };

/** Never called: only read by `tsc`. The schemas are the types that the program works with. */
export function whatTheSchemasAre() {
  isTrue<Same<Answer<'Job'>, Job>>();
  isTrue<Same<Answer<'JobAnswer'>, { job: Job }>>();
  isTrue<Same<Answer<'DetailedJob'>, Awaited<ReturnType<typeof detailedJob>>>>();
  isTrue<Same<Answer<'JobPage'>, JobPage>>();
  isTrue<Same<Flat<Answer<'SessionPage'>>, Flat<JobPage & { summary: SessionSummary }>>>();
  isTrue<Same<Answer<'BulkAnswer'>, BulkOutcome>>();
  isTrue<Same<Flat<Answer<'History'>>, Flat<History>>>();
  isTrue<Same<Flat<Answer<'PostPage'>>, Flat<Awaited<ReturnType<typeof findPosts>>>>>();
  isTrue<Same<Answer<'ProfilePage'>, ProfilePage>>();
  isTrue<Same<Answer<'Imports'>, { imports: StoredImport[] }>>();
}
