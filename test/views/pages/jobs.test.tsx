import { describe, expect, test } from 'bun:test';
import type { Job } from '../../../src/jobs/job.ts';
import { FAILURES } from '../../../src/jobs/listing.ts';
import { JobsPage } from '../../../views/pages/jobs.tsx';
import type { JobsModel } from '../../../views/view_models.ts';
import { ago, jobView, textOf } from '../job_view.ts';
import { attributesOf, elements, LAYOUT } from './fixtures.ts';

const NO_QUERY = {
  status: '',
  failure: '',
  type: '',
  q: '',
  session: '',
  since: '',
  until: '',
};

function page(jobs: Job[], model: Partial<JobsModel> = {}): string {
  const whole = {
    jobs,
    tabs: [],
    query: NO_QUERY,
    types: ['scrape', 'search'],
    filter: '',
    ...model,
  };
  return String(JobsPage({ layout: LAYOUT, model: whole }));
}

/** The cells of the only row, as read. */
function row(...args: Parameters<typeof jobView>): string {
  return textOf(page([jobView(...args).job]).replace(/.*<tbody>|<\/tbody>.*/gs, ''));
}

const ended = { completedAt: ago(2), startedAt: ago(10) };

describe('a row', () => {
  test('of a running job shows its progress', () => {
    const progress = { current: 280, total: 1000, message: 'Reading page 14 of 50' };
    expect(row({ progress })).toBe(
      'running scrape @aurora_lab Reading page 14 of 50 280 / 1,000 7 s ago 0:07',
    );
  });

  test('of a completed job shows its result and duration', () => {
    const result = { posts: 1000, newPosts: 940, username: 'aurora_lab' };
    expect(row({ status: 'completed', ...ended, result })).toBe(
      'completed scrape @aurora_lab 1,000 posts, 940 new 10 s ago 0:08',
    );
  });

  test('of a failed job shows the error', () => {
    const progress = { current: 2, total: 9, message: 'Reading page 2' };
    expect(row({ status: 'failed', ...ended, progress, errorMessage: 'No such user.' })).toContain(
      '@aurora_lab No such user. 10 s ago',
    );
  });

  test('of a cancelled job shows where it stopped', () => {
    const progress = { current: 60, total: 100, message: 'Reading page 3' };
    expect(row({ status: 'cancelled', ...ended, progress })).toContain('Stopped at 60 / 100');
  });

  test('of a waiting job has a dash in place of the duration', () => {
    expect(row({ status: 'queued', startedAt: undefined, updatedAt: ago(13) })).toEndWith(' –');
    expect(row({ status: 'retrying', startedAt: ago(30), retryAt: ago(-60) })).toEndWith(' –');
  });

  test('B6: of a waiting job says since when it is in the queue, and not when it started', () => {
    const waiting = { startedAt: undefined, createdAt: ago(3_600), updatedAt: ago(13) };
    expect(row({ ...waiting, status: 'queued' })).toEndWith('queued 13 s ago –');
    expect(row({ ...waiting, status: 'cancelled', completedAt: ago(2) })).toEndWith('– –');
  });

  test('links to the job, also without a subject', () => {
    const markup = page([jobView({ id: 'scrape-0/1', metadata: {} }).job]);
    expect(attributesOf(markup, '.cell-subject a').href).toBe('/jobs/scrape-0%2F1');
    expect(textOf(markup)).toContain('running scrape scrape');
  });
});

describe.each<[string, unknown, string]>([
  ['scrape', { posts: 1, newPosts: 0, username: 'ada' }, '1 post of @ada, none new'],
  ['scrape', { newPosts: 3 }, '3 new'],
  ['search', { posts: 200, newPosts: 180, embedded: 180 }, '200 posts, 180 new, 180 embedded'],
  ['search', { posts: 0, newPosts: 0, embedded: 0 }, 'no posts'],
  ['embed', { embedded: 0, model: 'MiniLM' }, 'no posts without a vector'],
  ['discover', { profiles: 20, newProfiles: 18, saved: true }, '20 profiles, 18 new'],
  ['discover', { profiles: 20, saved: false }, '20 profiles, not kept'],
  ['embed', { embedded: 5012, model: 'minilm' }, '5,012 vectors, minilm'],
  ['scrape', undefined, 'All read'],
  ['scrape', null, 'All read'],
  ['scrape', 'posts', 'All read'],
  ['scrape', { posts: '<many>' }, 'All read'],
  ['translate', { posts: 3 }, 'All read'],
])('the result of %s %j', (type, result, said) => {
  test(`reads "${said}"`, () => {
    const progress = { current: 0, total: 0, message: 'All read' };
    expect(row({ type, status: 'completed', ...ended, result, progress })).toContain(` ${said} `);
  });
});

describe('E7: the tabs', () => {
  const TABS: JobsModel['tabs'] = [
    { href: '/jobs', jobs: 12_345, isCurrent: false, hasMore: true },
    { status: 'failed', href: '/jobs?status=failed', jobs: 1, isCurrent: true, hasMore: false },
  ];

  test('have a count each, and mark the current one', () => {
    const markup = page([jobView().job], { tabs: TABS });
    const tabs = elements(markup, '.tabs a').map(({ attributes }) => attributes);
    expect(tabs).toEqual([
      { href: '/jobs' },
      { href: '/jobs?status=failed', 'aria-current': 'true' },
    ]);
    expect(textOf(markup.match(/<nav class="tabs".*?<\/nav>/s)?.[0] ?? '')).toBe(
      'All 12,345+ Failed 1',
    );
  });

  test('are refreshed with the list', () => {
    expect(page([jobView().job], { tabs: TABS })).toMatch(
      /<section id="jobs"[^>]*><nav class="tabs"/,
    );
  });
});

describe('E7: the filters', () => {
  const folded = (query: Partial<typeof NO_QUERY>) =>
    elements(page([jobView().job], { query: { ...NO_QUERY, ...query } }), '.filter-more[open]');

  test('are one box; the others are folded until one is set', () => {
    const markup = page([jobView().job]);
    expect(elements(markup, '.filter > .filter-box > input')).toHaveLength(1);
    expect(elements(markup, '.filter > .field')).toEqual([]);
    expect(folded({})).toEqual([]);
    expect(folded({ q: 'space', status: 'failed' })).toEqual([]);
    for (const name of ['type', 'failure', 'session', 'since', 'until'] as const) {
      expect(folded({ [name]: name === 'failure' ? 'timeout' : 'x' })).toHaveLength(1);
    }
  });

  test('are absent before the first job, as is everything but what to do', () => {
    const markup = page([]);
    expect(
      ['input', 'select', 'button', 'nav'].flatMap((tag) => elements(markup, `main ${tag}`)),
    ).toEqual([]);
    expect(textOf(markup.match(/<main.*<\/main>/s)?.[0] ?? '')).toBe(
      'Jobs Schedules Sessions History Workers Audit trail Webhooks No jobs yet, or the finished ones were removed. Scrape a user to start one.',
    );
  });
});

describe('the list', () => {
  test('can be filtered by reason for a failure and type', () => {
    const offered = (id: string) =>
      elements(page([jobView().job]), `#${id} option`).map(({ attributes }) => attributes.value);
    expect(offered('type')).toEqual(['', 'scrape', 'search']);
    expect(offered('failure')).toEqual(['', ...FAILURES]);
  });

  test('shows the values of the filter', () => {
    const markup = page([], {
      query: {
        status: 'failed',
        failure: 'permanent',
        type: 'search',
        q: 'a',
        session: 'b',
        since: '2026-01-31T12:00:05',
        until: '2026-01-31T13:00:00.000Z',
      },
      filter: 'status=failed',
    });
    expect(attributesOf(markup, '.filter input[name="status"]').value).toBe('failed');
    expect(attributesOf(markup, '#type option[selected]').value).toBe('search');
    expect(attributesOf(markup, '#q').value).toBe('a');
    expect(attributesOf(markup, '#session').value).toBe('b');
    expect(attributesOf(markup, '#failure option[selected]').value).toBe('permanent');
    expect(attributesOf(markup, '#since').value).toBe('2026-01-31T12:00:05');
    expect(attributesOf(markup, '#until').value).toBe('2026-01-31T13:00:00');
    expect(textOf(markup)).toContain('No jobs match');
  });

  test('refreshes from its own URL, including page and filter', () => {
    expect(attributesOf(page([]), '#jobs')).toMatchObject({
      'hx-get': '',
      'hx-trigger': 'jobs-changed from:body',
    });
    expect(attributesOf(page([jobView().job]), '#jobs')['hx-trigger']).toContain('every 1s');
  });

  test('links to older and newer jobs', () => {
    const markup = page([jobView().job], {
      olderHref: '/jobs?cursor=x',
      newerHref: '/jobs?newer=y',
    });
    expect(attributesOf(markup, 'a[rel="next"]').href).toBe('/jobs?cursor=x');
    expect(attributesOf(markup, 'a[rel="prev"]').href).toBe('/jobs?newer=y');
    expect(elements(page([jobView().job]), '.next-page')).toEqual([]);
  });

  test('shows how far back it searched, and does not say that nothing matches', () => {
    const markup = textOf(page([], { filter: 'q=space', lookedBackTo: ago(60) }));
    expect(markup).toContain('Found no jobs, searching back to 1 min ago');
    expect(markup).not.toContain('No jobs match');
  });

  test('has a checkbox per job, and actions for all matching jobs', () => {
    const { job } = jobView({ sessionId: 'night' });
    const markup = page([job], { filter: 'status=failed' });
    const box = attributesOf(markup, '#chosen input[name="ids"]');
    expect(box.value).toBe(job.id);
    expect(box['aria-label']).toBe('Select scrape @aurora_lab, running');
    expect(elements(markup, '#chosen button').map(({ attributes }) => attributes.value)).toEqual([
      'retry',
      'cancel',
      'remove',
    ]);
    const [first] = elements(markup, '.bulk-all a');
    expect(first?.attributes.href).toBe('/jobs/bulk?action=retry&status=failed');
    expect(attributesOf(markup, '.session-link').href).toBe('/sessions/night');
  });

  test('shows the outcome of a change of many jobs', () => {
    const markup = page([], { outcome: { action: 'retry', done: 1_200, skipped: 1 } });
    expect(textOf(markup)).toContain('1,200 jobs requeued. 1 job was skipped');
  });
});
