import { describe, expect, test } from 'bun:test';
import { embedParts } from '../../../src/operations/embed/form.tsx';
import { scrapeParts } from '../../../src/operations/scrape/form.tsx';
import { AuthorPage } from '../../../views/pages/author.tsx';
import { BulkPage } from '../../../views/pages/bulk.tsx';
import { DashboardPage } from '../../../views/pages/dashboard.tsx';
import { BareErrorPage, ErrorPage } from '../../../views/pages/error.tsx';
import { FindPage } from '../../../views/pages/find.tsx';
import { HistoryPage } from '../../../views/pages/history.tsx';
import { JobPage } from '../../../views/pages/job.tsx';
import { JobsPage } from '../../../views/pages/jobs.tsx';
import { LoginPage } from '../../../views/pages/login.tsx';
import { ProfilesPage } from '../../../views/pages/profiles.tsx';
import { SessionPage } from '../../../views/pages/session.tsx';
import { SessionsPage } from '../../../views/pages/sessions.tsx';
import { StartPage } from '../../../views/pages/start.tsx';
import { ThreadPage } from '../../../views/pages/thread.tsx';
import { WorkersPage } from '../../../views/pages/workers.tsx';
import type { FormParts, HistoryModel, Layout } from '../../../views/view_models.ts';
import { ago, jobView, NOW } from '../job_view.ts';
import {
  dashboardModel,
  elements,
  findModel,
  HOSTILE,
  LAYOUT,
  post,
  profile,
  startModel,
} from './fixtures.ts';

/** Everything that a person, a source or a handler can write says something hostile. */
const view = jobView({
  status: 'failed',
  completedAt: ago(1),
  metadata: { username: HOSTILE, query: HOSTILE, [HOSTILE]: [HOSTILE, { deep: HOSTILE }] },
  errorMessage: HOSTILE,
  errors: [HOSTILE],
  progress: { current: 3, total: 9, message: HOSTILE },
  sessionId: HOSTILE,
  parentId: HOSTILE,
  result: { posts: 1, username: HOSTILE, [HOSTILE]: HOSTILE },
});
const completed = { ...view.job, id: 'scrape-0198b', status: 'completed' as const };
const jobs = [view.job, completed];
const layout: Layout = { ...LAYOUT, taskbar: { jobs: [view], now: NOW } };

const hostileForm = {
  values: { username: HOSTILE, query: HOSTILE, maxTweets: HOSTILE, sessionId: HOSTILE },
  errors: { username: HOSTILE, query: HOSTILE, sessionId: HOSTILE },
};
const start = (type: string, parts: FormParts = {}) =>
  StartPage({ layout, model: startModel(type, { form: hostileForm, runs: jobs, parts }) });
const scrapeContext = { ...startModel('scrape', { form: hostileForm }), now: NOW };
const scrapeForm = scrapeParts(scrapeContext, [
  { name: HOSTILE, addedAt: ago(5), posts: 3, problem: HOSTILE },
]);
const embedForm = embedParts({
  models: [{ name: HOSTILE, dimensions: 384, ready: false, fetchBytes: 50_000_000 }],
  posts: 3,
  postsWithoutVector: 1,
  vectors: 2,
  isBusy: true,
});
const hostilePost = post({
  author: HOSTILE,
  authorName: HOSTILE,
  text: HOSTILE,
  url: 'javascript:alert(1)',
  kind: 'reply',
  inReplyToAuthor: HOSTILE,
  links: [{ text: 'script', url: 'javascript:alert(1)' }],
  media: [{ type: 'photo', url: 'data:text/html,x', alt: HOSTILE }],
});
const query = { q: HOSTILE, by: 'meaning' as const, sort: 'best' as const, like: HOSTILE };

const hostileFilter = {
  status: '',
  failure: '',
  type: '',
  q: HOSTILE,
  session: HOSTILE,
  since: HOSTILE,
  until: HOSTILE,
};
const runs = { completed: 2, failed: 1, cancelled: 1, medianMs: 7_000, p95Ms: 19_000 };
const hostileHistory: HistoryModel = {
  span: 'day',
  type: HOSTILE,
  types: [HOSTILE],
  history: {
    by: 'hour',
    since: ago(7_200),
    until: NOW,
    types: [
      {
        type: HOSTILE,
        ...runs,
        periods: [{ start: ago(7_200), ...runs }],
        reasons: [{ reason: HOSTILE, count: 1 }],
      },
    ],
  },
};

const PAGES: [string, () => unknown][] = [
  ['/', () => DashboardPage({ layout, model: dashboardModel({ recent: jobs }) })],
  ['/scrape', () => start('scrape', scrapeForm)],
  ['/search', () => start('search')],
  ['/discover', () => start('discover')],
  ['/embed', () => start('embed', embedForm)],
  ['/find', () => FindPage({ layout, model: findModel([hostilePost], { query, like: HOSTILE }) })],
  [
    '/workers',
    () =>
      WorkersPage({
        layout,
        model: {
          processes: [
            {
              kind: 'server',
              host: HOSTILE,
              pid: 1,
              version: HOSTILE,
              startedAt: ago(60),
              seenAt: ago(1),
              jobs: [],
              running: jobs,
            },
          ],
          types: [{ type: HOSTILE, waiting: 1, running: 2, oldestSince: ago(5), pausedAt: ago(1) }],
          sources: [{ name: HOSTILE, label: HOSTILE, pausedAt: ago(1) }],
        },
      }),
  ],
  ['a thread', () => ThreadPage({ layout, model: { posts: [hostilePost], id: HOSTILE } })],
  [
    'an author',
    () =>
      AuthorPage({
        layout,
        model: {
          source: HOSTILE,
          username: HOSTILE,
          found: findModel([hostilePost]).found,
          news: { query: { ...findModel([]).query, q: HOSTILE }, seen: 1, since: 2, busy: true },
        },
      }),
  ],
  [
    '/find that cannot be searched',
    () =>
      FindPage({
        layout,
        model: findModel([], { problem: { message: HOSTILE, href: '/embed', action: HOSTILE } }),
      }),
  ],
  [
    '/profiles',
    () =>
      ProfilesPage({
        layout,
        model: {
          page: {
            profiles: [profile({ username: HOSTILE, name: HOSTILE, bio: HOSTILE })],
            total: 1,
          },
          query: { q: HOSTILE },
        },
      }),
  ],
  [
    '/jobs',
    () =>
      JobsPage({
        layout,
        model: {
          jobs,
          query: hostileFilter,
          types: [HOSTILE],
          tabs: [{ href: `/jobs?q=${HOSTILE}`, jobs: 1, isCurrent: true, hasMore: false }],
          filter: `q=${HOSTILE}`,
          olderHref: `/jobs?q=${HOSTILE}`,
          outcome: { action: 'retry', done: 1, skipped: 1 },
        },
      }),
  ],
  [
    '/jobs/bulk',
    () =>
      BulkPage({
        layout,
        model: {
          action: 'remove',
          query: hostileFilter,
          matching: 3,
          open: 2,
          filter: `q=${HOSTILE}`,
          backHref: `/jobs?q=${HOSTILE}`,
        },
      }),
  ],
  [
    '/sessions',
    () =>
      SessionsPage({
        layout,
        sessions: [{ id: HOSTILE, lastJobAt: ago(9), jobs: 2, byStatus: { failed: 2 } }],
      }),
  ],
  [
    '/sessions/:id',
    () =>
      SessionPage({
        layout,
        model: {
          id: HOSTILE,
          summary: { jobs: 2, byStatus: { failed: 2 }, progress: { current: 3, total: 9 } },
          jobs,
        },
      }),
  ],
  ['/history', () => HistoryPage({ layout, model: hostileHistory })],
  [
    '/jobs/:id',
    () =>
      JobPage({
        layout,
        model: {
          view,
          attempts: [{ attempt: 1, startedAt: ago(9), outcome: 'failed', error: HOSTILE }],
          steps: [{ name: HOSTILE, status: 'failed', error: HOSTILE, startedAt: ago(9) }],
          children: [completed],
          log: { text: `${HOSTILE}\n`, position: 9, isCut: true },
        },
      }),
  ],
  [
    'an error',
    () =>
      ErrorPage({
        layout,
        model: { status: 422, title: HOSTILE, message: HOSTILE, details: { [HOSTILE]: HOSTILE } },
      }),
  ],
  [
    'an error for somebody without access',
    () =>
      BareErrorPage({
        theme: 'auto',
        model: { status: 403, title: HOSTILE, message: HOSTILE, details: { [HOSTILE]: HOSTILE } },
      }),
  ],
  [
    '/login',
    () =>
      LoginPage({
        theme: 'auto',
        model: { next: HOSTILE, form: { values: {}, errors: { token: HOSTILE } } },
      }),
  ],
];

describe.each(PAGES)('%s', (_name, render) => {
  const page = String(render());

  test('escapes untrusted text', () => {
    expect(elements(page, 'script').every(({ attributes }) => attributes.src)).toBe(true);
    expect(elements(page, '[href^="javascript:"], [href^="data:"]')).toEqual([]);
    expect(elements(page, 'marquee')).toEqual([]);
  });

  test('has no inline style or handler, and loads nothing from another host', () => {
    expect(elements(page, 'style, [style], [onclick], img, iframe')).toEqual([]);
    expect(elements(page, '[src^="http"], link[href^="http"]')).toEqual([]);
  });

  test('has unique ids, with the same job in the taskbar', () => {
    const ids = elements(page, '[id]').map(({ attributes }) => attributes.id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  test('has one heading of level 1, and every label belongs to a field', () => {
    expect(elements(page, 'h1')).toHaveLength(1);
    const ids = elements(page, '[id]').map(({ attributes }) => attributes.id);
    for (const { attributes } of elements(page, 'label[for]')) {
      expect(ids).toContain(attributes.for);
    }
  });

  test('describes fields by existing elements', () => {
    const ids = elements(page, '[id]').map(({ attributes }) => attributes.id);
    for (const { attributes } of elements(page, '[aria-describedby]')) {
      for (const id of attributes['aria-describedby']?.split(' ') ?? []) expect(ids).toContain(id);
    }
  });
});
