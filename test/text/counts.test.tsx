import { describe, expect, test } from 'bun:test';
import type { TypeHistory } from '../../src/jobs/history.ts';
import type { Job } from '../../src/jobs/job.ts';
import { embeddedLine, pageLine, pageProgress } from '../../src/operations/listing.ts';
import { OPERATION_TYPES, resultSummary, sentence } from '../../src/operations/words.ts';
import { historyText } from '../../src/text/history_text.ts';
import { bulkText, jobTable, progressLine } from '../../src/text/job_text.ts';
import { profileTable } from '../../src/text/library_text.ts';
import { TaskbarContent } from '../../views/jobs/taskbar.tsx';
import { BulkPage } from '../../views/pages/bulk.tsx';
import { DashboardPage } from '../../views/pages/dashboard.tsx';
import { FindPage } from '../../views/pages/find.tsx';
import { HistoryPage } from '../../views/pages/history.tsx';
import { JobPage } from '../../views/pages/job.tsx';
import { JobsPage } from '../../views/pages/jobs.tsx';
import { ProfilesPage } from '../../views/pages/profiles.tsx';
import { SessionPage } from '../../views/pages/session.tsx';
import { SessionsPage } from '../../views/pages/sessions.tsx';
import { ago, jobView, NOW, textOf } from '../views/job_view.ts';
import { dashboardModel, findModel, LAYOUT, post, profile } from '../views/pages/fixtures.ts';

const COUNTS = [0, 1, 2, 1_000, 1_000_000];

const NO_FILTER = {
  status: '',
  failure: '',
  type: '',
  q: '',
  session: '',
  since: '',
  until: '',
};

/** A plural after 1, or digits without separators; the example dates and ids have neither. */
const WRONG: [RegExp, string][] = [
  [
    /(?<![\d.,:–-])\b1 (?:posts|profiles|vectors|jobs|runs|attempts|sessions|scrapes|replies|reposts|likes|days|hours|were|are|have)\b/,
    '1 and a plural',
  ],
  [/(?<![\w.:%=/-])(?!20\d\d\b)\d{4,}(?![\w:-])/, 'no thousands separator'],
];

function wrongIn(text: string): string[] {
  return WRONG.flatMap(([pattern, what]) => {
    const found = pattern.exec(text);
    return found ? [`${what}: ${text.slice(Math.max(0, found.index - 30), found.index + 40)}`] : [];
  });
}

const result = (n: number) => ({
  posts: n,
  newPosts: n,
  profiles: n,
  newProfiles: n,
  embedded: n,
  scraped: n,
  saved: true,
  found: [],
  username: 'ada',
  model: 'minilm',
});

function jobsWith(n: number): Job[] {
  const progress = { current: n, total: n, message: '' };
  const ended = { completedAt: ago(2), progress, attempt: n + 1, attemptsUsed: n, maxAttempts: n };
  return OPERATION_TYPES.flatMap((type) => [
    jobView({ type, id: `${type}-a`, ...ended, status: 'completed', result: result(n) }).job,
    jobView({ type, id: `${type}-b`, ...ended, status: 'failed', errorMessage: 'No.' }).job,
    jobView({ type, id: `${type}-c`, ...ended, status: 'cancelled' }).job,
    jobView({ type, id: `${type}-d`, progress }).job,
    jobView({ ...ended, type, id: `${type}-e`, status: 'retrying', completedAt: undefined }).job,
  ]);
}

function historyOf(n: number): TypeHistory {
  const period = { completed: n, failed: n, cancelled: n, medianMs: n, p95Ms: n };
  return {
    type: 'scrape',
    ...period,
    periods: [{ start: ago(60), ...period }],
    reasons: [{ reason: 'No.', count: n }],
  };
}

const history = (n: number) => ({
  by: 'hour' as const,
  since: ago(3_600),
  until: NOW,
  types: [historyOf(n)],
});

const foundOf = (n: number) => ({
  ...findModel([post({ likes: n, reposts: n, replies: n })]).found,
  total: n,
});

/** Every text with counts, by its name. */
const TEXTS: [string, (n: number) => unknown][] = [
  [
    'the dashboard',
    (n) => {
      const hour = { start: ago(60), completed: n, failed: n, cancelled: n, active: n };
      const counts = { posts: n, profiles: n, vectors: n };
      const lastDay = { jobs: n, failed: n };
      const model = dashboardModel({ counts, lastDay, hours: [hour], recent: jobsWith(n) });
      return DashboardPage({ layout: LAYOUT, model });
    },
  ],
  [
    'the found posts',
    (n) => FindPage({ layout: LAYOUT, model: { ...findModel([]), found: foundOf(n) } }),
  ],
  [
    'the posts found by words',
    (n) => {
      const query = { q: 'tea from:ada', by: 'words' as const, sort: 'best' as const };
      return FindPage({ layout: LAYOUT, model: { ...findModel([]), found: foundOf(n), query } });
    },
  ],
  [
    'the profiles',
    (n) => {
      const found = profile({ followers: n, following: n, posts: n, postsHeld: n });
      return ProfilesPage({
        layout: LAYOUT,
        model: { page: { profiles: [found], total: n }, query: { q: '' } },
      });
    },
  ],
  [
    'the list of jobs',
    (n) =>
      JobsPage({
        layout: LAYOUT,
        model: {
          jobs: jobsWith(n),
          tabs: [{ href: '/jobs', jobs: n, isCurrent: true, hasMore: false }],
          query: NO_FILTER,
          types: [],
          filter: '',
          outcome: { action: 'retry', done: n, skipped: n },
        },
      }),
  ],
  [
    'the page before a change of many jobs',
    (n) =>
      BulkPage({
        layout: LAYOUT,
        model: {
          action: 'remove',
          query: NO_FILTER,
          matching: n,
          open: n,
          filter: '',
          backHref: '/jobs',
        },
      }),
  ],
  [
    'a session',
    (n) => {
      const summary = { jobs: n, byStatus: { failed: n }, progress: { current: n, total: n } };
      return SessionPage({ layout: LAYOUT, model: { id: 'night', summary, jobs: jobsWith(n) } });
    },
  ],
  [
    'the sessions',
    (n) =>
      SessionsPage({
        layout: LAYOUT,
        sessions: [{ id: 'night', lastJobAt: ago(9), jobs: n, byStatus: { queued: n } }],
      }),
  ],
  [
    'the history',
    (n) =>
      HistoryPage({
        layout: LAYOUT,
        model: { span: 'day', types: ['scrape'], history: history(n) },
      }),
  ],
  ['the history in a terminal', (n) => historyText(history(n))],
  [
    'the pages of jobs',
    (n) =>
      jobsWith(n)
        .map((job) =>
          JobPage({
            layout: LAYOUT,
            model: {
              view: { job, place: n },
              attempts: [{ attempt: n, startedAt: ago(9), outcome: 'failed' }],
              steps: [],
              children: jobsWith(n),
              log: { text: '', position: 0, isCut: true },
            },
          }),
        )
        .join(''),
  ],
  [
    'the taskbar',
    (n) =>
      TaskbarContent({
        model: { jobs: jobsWith(n).map((job) => ({ job, place: n })), more: n, now: NOW },
      }),
  ],
  ['the table of jobs in a terminal', (n) => jobTable(jobsWith(n))],
  [
    'lines of jobs',
    (n) =>
      jobsWith(n)
        .map((job) => progressLine(job))
        .join('\n'),
  ],
  [
    'results',
    (n) =>
      jobsWith(n)
        .map((job) => resultSummary(job))
        .join('\n'),
  ],
  ['changes of many jobs', (n) => bulkText({ action: 'cancel', done: n, skipped: n })],
  ['profiles in a terminal', (n) => profileTable([profile({ followers: n, postsHeld: n })])],
  [
    'log lines',
    (n) => [pageLine(n, n, n), pageLine(n, n, n, 'profile'), embeddedLine(n, n)].join('\n'),
  ],
  ['progress', (n) => pageProgress(n, { items: [1], total: n + 1, cursor: 'x' }, n + 1).message],
  [
    'sentences of forms',
    (n) => {
      const number = String(n);
      const values = {
        username: 'ada',
        query: 'tea',
        maxTweets: number,
        maxResults: number,
        days: number,
        batchSize: number,
        waiting: number,
        posts: number,
      };
      return OPERATION_TYPES.map((type) => sentence(type, values)).join('\n');
    },
  ],
];

describe.each(TEXTS)('B9: the counts of %s', (_, render) => {
  test.each(COUNTS)('are right for %d', (n) => {
    expect(
      wrongIn(
        textOf(String(render(n)).replace(/<(?:title|dialog)\b.*?<\/(?:title|dialog)>/gs, '')),
      ),
    ).toEqual([]);
  });
});

test('the check finds what is wrong', () => {
  expect(wrongIn('1 profiles')).toHaveLength(1);
  expect(wrongIn('1000 posts')).toHaveLength(1);
  expect(wrongIn('1 profile of 1,000, 28 Nov 2026, 11 profiles')).toEqual([]);
});

describe('B9: what is said is true', () => {
  test('of an empty library, that there is nothing to embed', () => {
    expect(sentence('embed', { posts: '0', waiting: '0' })).toBe(
      'There are no posts to embed yet.',
    );
    expect(sentence('embed', { posts: '3', waiting: '0' })).toStartWith('Every post has a vector.');
  });

  test('of a job that collected nothing, not that it is kept', () => {
    const page = (current: number, stage?: string) => {
      const progress = { current, total: 0, message: '', stage };
      const view = jobView({
        status: 'failed',
        completedAt: ago(1),
        failure: 'permanent',
        errorMessage: 'There is no such user.',
        progress,
      });
      const log = { text: '', position: 0, isCut: false };
      const model = { view, attempts: [], steps: [], children: [], log };
      return textOf(JobPage({ layout: LAYOUT, model }));
    };
    expect(page(0)).not.toContain('What it collected is kept');
    expect(page(9, 'fetching')).not.toContain('What it collected is kept');
    expect(page(0)).toContain('A retry fails again unless the cause is removed.');
    expect(page(20)).toContain('What it collected is kept.');
  });

  test('of a cancelled job, not that it is finished', () => {
    const jobs = (['completed', 'cancelled'] as const).map((status) =>
      jobView({ id: `scrape-${status}`, status, completedAt: ago(1) }),
    );
    const summary = textOf(TaskbarContent({ model: { jobs, now: NOW } }));
    expect(summary).toStartWith('Jobs 1 finished 1 cancelled');
  });
});
