import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { JOB_STATUSES } from '../../src/jobs/lifecycle.ts';
import { JobCard } from '../../views/jobs/job_card.tsx';
import { JobLive } from '../../views/jobs/job_live.tsx';
import { StatusIcon, StatusLabel } from '../../views/jobs/status_icon.tsx';
import { ago, jobView, NOW, textOf } from './job_view.ts';
import { elements } from './pages/fixtures.ts';

const ICONS = await Bun.file(join(import.meta.dir, '../../public/css/icons.css')).text();

const HALFWAY = { current: 280, total: 1_000, message: 'Reading page 14 of 50' };

function card(...args: Parameters<typeof jobView>): string {
  return String(<JobCard view={jobView(...args)} now={NOW} />);
}

/** Where the card's buttons lead, in order. */
function actions(markup: string): string[] {
  return [...markup.matchAll(/ action="\/api\/jobs\/[^"]*\/(\w+)"/g)].map(([, verb]) =>
    String(verb),
  );
}

describe('a card', () => {
  test('has an id from its job, and its status for styles and scripts', () => {
    expect(card()).toStartWith(
      '<article id="job-scrape-0198a" class="job-card" data-status="running">',
    );
  });

  test('has an element for its live part in every status', () => {
    for (const status of JOB_STATUSES) {
      expect(card({ status })).toContain('<div id="live-scrape-0198a">');
    }
  });

  test('names its job and links to its page', () => {
    const markup = card();
    expect(markup).toContain('href="/jobs/scrape-0198a"');
    expect(textOf(markup)).toStartWith('scrape @aurora_lab');
  });

  test('escapes untrusted text', () => {
    const hostile = '<img src=x onerror=alert(1)>';
    const markup = card({
      metadata: { username: hostile },
      progress: { current: 1, total: 2, message: hostile },
    });
    expect(markup).not.toContain('<img');
    expect(card({ type: hostile, id: '1' })).not.toContain('<img');
    expect(textOf(markup)).toContain(`@${hostile}`);
    expect(card({ status: 'failed', errorMessage: hostile })).not.toContain('<img');
    expect(card({ status: 'retrying', errors: [hostile] })).not.toContain('<img');
  });

  test('has no inline style or script in any status', () => {
    for (const status of JOB_STATUSES) {
      expect(card({ status, progress: HALFWAY })).not.toMatch(/ style=| on\w+=|<script/);
    }
  });
});

describe('the button', () => {
  test('is Cancel while running', () => {
    expect(actions(card({ status: 'running' }))).toEqual(['cancel']);
  });

  test.each(['queued', 'retrying'] as const)(
    'FEATURES 41: is Run next and Cancel while %s',
    (status) => {
      expect(actions(card({ status }))).toEqual(['first', 'cancel']);
    },
  );

  test('FEATURES 41: is Cancel alone for the job that starts next', () => {
    expect(actions(card({ status: 'queued' }, { place: 1 }))).toEqual(['cancel']);
  });

  test('is disabled while cancelling, in the same place', () => {
    const markup = card({ status: 'cancelling' });
    expect(actions(markup)).toEqual([]);
    expect(markup).toMatch(/<button id="cancel-scrape-0198a"[^>]* disabled[^>]*>Cancelling…</);
  });

  test('is Dismiss when completed', () => {
    expect(actions(card({ status: 'completed' }))).toEqual(['dismiss']);
  });

  test.each(['failed', 'cancelled'] as const)('is Retry and Dismiss when %s', (status) => {
    expect(actions(card({ status }))).toEqual(['retry', 'dismiss']);
  });

  test('is only Dismiss for a tracked job, which the server cannot run again', () => {
    expect(actions(card({ status: 'failed', tracked: true }))).toEqual(['dismiss']);
  });

  test('works as a plain form, which htmx takes over', () => {
    expect(card()).toContain(
      '<form method="post" action="/api/jobs/scrape-0198a/cancel" hx-boost="true"><button id="cancel-scrape-0198a">Cancel',
    );
  });

  test('names its job for screen readers', () => {
    expect(textOf(card().match(/<button.*<\/button>/)?.[0] ?? '')).toBe('Cancel @aurora_lab');
  });

  test('removes the card when dismissed, and updates it otherwise', () => {
    const [retry, dismiss] = card({ status: 'failed' }).match(/<form [^>]*>/g) ?? [];
    expect(retry).not.toContain('hx-swap');
    expect(dismiss).toContain('hx-swap="delete"');
  });

  test('encodes the id in its URL', () => {
    const markup = card({ id: 'x/../../posts?"' });
    expect(markup).toContain('action="/api/jobs/x%2F..%2F..%2Fposts%3F%22/cancel"');
  });
});

describe('a running job', () => {
  const view = jobView({ progress: HALFWAY }, { perSecond: 38 });
  const markup = String(<JobLive view={view} now={NOW} />);

  test('shows message, count, rate and time left', () => {
    expect(textOf(markup)).toBe('Reading page 14 of 50 280 / 1,000 38/s · about 19 s left');
  });

  test('shows the elapsed time outside of the live part', () => {
    expect(String(<JobCard view={view} now={NOW} />)).toEndWith('>0:07</time></article>');
  });

  test('has a progress bar when the total is known', () => {
    expect(markup).toContain('<progress aria-label="Progress" value="280" max="1000">');
  });

  test('never shows more than 100 %', () => {
    const over = jobView({ progress: { current: 12, total: 10, message: '' } });
    expect(String(<JobLive view={over} now={NOW} />)).toContain('value="10" max="10"');
  });

  test('has an indeterminate progress bar while the total is unknown', () => {
    const unknown = jobView({ progress: { current: 12, total: 0, message: 'Looking' } });
    const shown = String(<JobLive view={unknown} now={NOW} />);
    expect(shown).toContain('<progress aria-label="Progress"></progress>');
    expect(textOf(shown)).toBe('Looking 12');
  });

  test('shows no rate for downloads', () => {
    const progress = { current: 31e6, total: 50e6, message: 'Fetching', stage: 'fetching' };
    const fetching = jobView({ progress }, { perSecond: 1e6 });
    expect(textOf(<JobLive view={fetching} now={NOW} />)).toBe('Fetching 62 % about 19 s left');
  });

  test('that has stalled shows for how long, in place of the rate', () => {
    const stalled = { ...view, stalledSince: ago(42) };
    const shown = String(<JobLive view={stalled} now={NOW} />);
    expect(textOf(shown)).toBe('Reading page 14 of 50 280 / 1,000 No progress for 0:42');
    expect(shown).toContain(`<time datetime="${ago(42).toISOString()}">`);
  });
});

describe('the other states', () => {
  function body(...args: Parameters<typeof jobView>): string {
    return textOf(card(...args).replace(/^.*(?=<div)/s, ''));
  }

  test('a queued job shows its position in the queue and no progress', () => {
    expect(textOf(card({ status: 'queued' }, { place: 1 }))).toContain('next in queue');
    expect(textOf(card({ status: 'queued' }, { place: 2 }))).toContain('2nd in queue');
    expect(textOf(card({ status: 'queued' }))).toContain('waiting');
    expect(body({ status: 'queued' })).toBe('');
  });

  test('a retrying job shows the error, and counts down to its next attempt', () => {
    const errorMessage = 'The source does not answer.';
    expect(body({ status: 'retrying', errorMessage, retryAt: ago(-72) })).toBe(
      'The source does not answer. Attempt 2 of 3 in 1:12',
    );
  });

  test('the time that a waiting job names is the time zone of the reader', () => {
    const retryAt = ago(-300);
    const errorMessage = 'Rate limited by <X>, goes on at 12:05 UTC.';
    expect(card({ status: 'retrying', errorMessage, retryAt })).toContain(
      `Rate limited by &lt;X&gt;, goes on at <time datetime="${retryAt.toISOString()}" title="1 Mar 2026, 12:05:00 UTC" data-clock="local">12:05 UTC</time>.`,
    );
  });

  test('a failed job shows the error, the number of attempts and when it failed', () => {
    const job = { status: 'failed', errorMessage: 'No such user.', completedAt: ago(1) } as const;
    expect(body(job)).toBe('No such user. Failed just now 0:06');
    expect(body({ ...job, attempt: 3, attemptsUsed: 3 })).toContain(
      'Failed after 3 attempts, just now',
    );
  });

  test('A12: attempts that do not count are not counted here either', () => {
    const errorMessage = 'The source does not answer.';
    const retried = { attempt: 8, attemptsUsed: 1, maxAttempts: 5, errorMessage };
    expect(body({ status: 'retrying', retryAt: ago(-72), ...retried })).toBe(
      'The source does not answer. Attempt 2 of 5 in 1:12',
    );
    const ended = { status: 'failed', completedAt: ago(1) } as const;
    expect(body({ ...ended, ...retried })).toBe('The source does not answer. Failed just now 0:06');
    const later = { ...retried, attempt: 11, attemptsUsed: 4 };
    expect(body({ ...ended, ...later })).toContain('Failed after 4 attempts,');
  });

  test('A5: long messages, names and results are cut, with their length', () => {
    const long = 'é😀'.repeat(1_000_000);
    const ended = { completedAt: ago(1), metadata: { query: long } } as const;
    const failed = card({ status: 'failed', ...ended, errorMessage: long });
    const completed = card({
      type: 'embed',
      status: 'completed',
      ...ended,
      result: { embedded: 2, model: long },
    });
    for (const markup of [
      failed,
      completed,
      card({ id: 'job-1', type: long, metadata: { username: long } }),
    ]) {
      expect(markup.length).toBeLessThan(3_000);
      expect(markup.isWellFormed()).toBe(true);
      expect(textOf(markup)).toContain('…');
    }
    expect(textOf(failed)).toContain('… (3,000,000 characters)');
    expect(textOf(completed)).toContain('2 vectors, é😀');
  });

  test('a completed job shows its result rather than its last message', () => {
    const done = { status: 'completed', completedAt: ago(0), progress: HALFWAY } as const;
    expect(body({ ...done, result: { posts: 1_000, newPosts: 940 } })).toBe(
      '1,000 posts, 940 new Completed just now See the 1,000 posts 0:07',
    );
    expect(body(done)).toStartWith('Reading page 14 of 50 Completed');
  });

  test.each([
    ['scrape', { username: 'a b' }, { posts: 200 }, 'See the 200 posts', '/find?author=a+b'],
    [
      'scrape',
      { archive: 'x.zip' },
      { posts: 1, username: 'eve' },
      'See the post',
      '/find?author=eve',
    ],
    ['search', { query: 'space' }, { posts: 89 }, 'See the 89 posts', '/find?q=space'],
    ['search', { query: 'tea, jazz' }, { posts: 9 }, 'See posts about “tea”', '/find?q=tea'],
    [
      'discover',
      { query: 'x' },
      { profiles: 2, found: ['a', 'b'] },
      'See the 2 profiles',
      '/profiles',
    ],
    ['discover', { query: 'x' }, { scraped: 2, posts: 40 }, 'See the 40 posts', '/find'],
    ['embed', {}, { embedded: 3 }, 'Find posts by meaning', '/find?by=meaning'],
  ])('E4: a completed %s of %o leads on', (type, metadata, result, words, href) => {
    const view = jobView({ type, metadata, result, status: 'completed', completedAt: ago(0) });
    const links = elements(<JobCard view={view} now={NOW} />, '.job-times > a');
    expect(links.map(({ attributes }) => attributes.href)).toEqual([href]);
    expect(textOf(String(<JobCard view={view} now={NOW} />))).toContain(words);
  });

  test.each([
    ['scrape', 'completed', { username: 'eve' }, { posts: 0, username: 'eve' }],
    ['search', 'completed', { query: 'tea' }, { posts: 0 }],
    ['discover', 'completed', { query: 'x' }, { profiles: 2, saved: false, found: ['a', 'b'] }],
    ['scrape', 'failed', { username: 'eve' }, { posts: 3, username: 'eve' }],
  ] as const)('E4: a %s that %s with %o and %o leads nowhere', (type, status, metadata, result) => {
    const view = jobView({ type, metadata, result, status, completedAt: ago(0) });
    expect(elements(<JobCard view={view} now={NOW} />, '.job-times > a')).toEqual([]);
  });

  test('a cancelled job shows its progress, or how it was stopped', () => {
    const job = { status: 'cancelled', completedAt: ago(20), progress: HALFWAY } as const;
    expect(body(job)).toStartWith('Stopped at 280 / 1,000 Cancelled 20 s ago');
    expect(body({ ...job, errorMessage: 'It did not stop in time.' })).toStartWith(
      'It did not stop in time. Cancelled',
    );
  });
});

test('the live part has swap attributes only when sent out of band', () => {
  expect(String(<JobLive view={jobView()} now={NOW} oob />)).toStartWith(
    '<div id="live-scrape-0198a" hx-swap-oob="morph">',
  );
  expect(card()).not.toContain('hx-swap-oob');
});

describe('frequently sent parts are short', () => {
  const id = 'scrape-0199f3d2-7c1e-7abc-8def-0123456789ab';
  const view = jobView({ id, progress: HALFWAY }, { perSecond: 129 });
  const size = (markup: string | Promise<string>) => Buffer.byteLength(String(markup));

  test('the live part of a job, twenty times a second', () => {
    expect(size(<JobLive view={view} now={NOW} oob />)).toBeLessThanOrEqual(240);
  });

  test('a card, with every change of status of any job', () => {
    expect(size(<JobCard view={view} now={NOW} />)).toBeLessThanOrEqual(700);
  });
});

test('every status has its own icon and a label', () => {
  for (const status of JOB_STATUSES) {
    const icon = String(<StatusIcon status={status} />);
    expect(icon).toContain(`data-status="${status}"`);
    expect(ICONS).toContain(`[data-status="${status}"] {\n  --shape: url(`);
    expect(icon).toContain(`role="img" aria-label="${status}"`);
    expect(textOf(<StatusLabel status={status} />)).toBe(status);
  }
});
