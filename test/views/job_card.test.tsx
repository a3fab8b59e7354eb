import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { JOB_STATUSES } from '../../src/jobs/lifecycle.ts';
import { JobCard } from '../../views/jobs/job_card.tsx';
import { JobLive } from '../../views/jobs/job_live.tsx';
import { StatusIcon, StatusLabel } from '../../views/jobs/status_icon.tsx';
import { ago, jobView, NOW, textOf } from './job_view.ts';

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
  test('is found by its job and says its status for styles and scripts', () => {
    expect(card()).toStartWith(
      '<article id="job-scrape-0198a" class="job-card" data-status="running">',
    );
  });

  test('has room for its live part, whatever its status', () => {
    for (const status of JOB_STATUSES) {
      expect(card({ status })).toContain('<div id="live-scrape-0198a">');
    }
  });

  test('names its job and leads to its page', () => {
    const markup = card();
    expect(markup).toContain('href="/jobs/scrape-0198a"');
    expect(textOf(markup)).toStartWith('scrape @aurora_lab');
  });

  test('escapes what people and sources wrote', () => {
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

describe('what can be pressed', () => {
  test.each(['queued', 'running', 'retrying'] as const)('is Cancel while %s', (status) => {
    expect(actions(card({ status }))).toEqual(['cancel']);
  });

  test('is nothing while cancelling: the button stays where it was and says so', () => {
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

  test('is Dismiss alone for a job that nobody here can run again', () => {
    expect(actions(card({ status: 'failed', tracked: true }))).toEqual(['dismiss']);
  });

  test('works as a plain form, which htmx takes over', () => {
    expect(card()).toContain(
      '<form method="post" action="/api/jobs/scrape-0198a/cancel" hx-boost="true"><button id="cancel-scrape-0198a">Cancel',
    );
  });

  test('names its job to those who only hear the button', () => {
    expect(textOf(card().match(/<button.*<\/button>/)?.[0] ?? '')).toBe('Cancel @aurora_lab');
  });

  test('takes the card away when it is dismissed, and brings it up to date otherwise', () => {
    const [retry, dismiss] = card({ status: 'failed' }).match(/<form [^>]*>/g) ?? [];
    expect(retry).not.toContain('hx-swap');
    expect(dismiss).toContain('hx-swap="delete"');
  });

  test('keeps an id in its address from leading elsewhere', () => {
    const markup = card({ id: 'x/../../posts?"' });
    expect(markup).toContain('action="/api/jobs/x%2F..%2F..%2Fposts%3F%22/cancel"');
  });
});

describe('a running job', () => {
  const view = jobView({ progress: HALFWAY }, { perSecond: 38 });
  const markup = String(<JobLive view={view} now={NOW} />);

  test('shows message, count, speed and time left', () => {
    expect(textOf(markup)).toBe('Reading page 14 of 50 280 / 1,000 38/s · about 19 s left');
  });

  test('shows the time it has taken outside of what is sent with progress', () => {
    expect(String(<JobCard view={view} now={NOW} />)).toEndWith('>0:07</time></article>');
  });

  test('has a bar of its known total', () => {
    expect(markup).toContain('<progress aria-label="Progress" value="280" max="1000">');
  });

  test('never shows more than all', () => {
    const over = jobView({ progress: { current: 12, total: 10, message: '' } });
    expect(String(<JobLive view={over} now={NOW} />)).toContain('value="10" max="10"');
  });

  test('has a bar without value while its total is unknown', () => {
    const unknown = jobView({ progress: { current: 12, total: 0, message: 'Looking' } });
    const shown = String(<JobLive view={unknown} now={NOW} />);
    expect(shown).toContain('<progress aria-label="Progress"></progress>');
    expect(textOf(shown)).toBe('Looking 12');
  });

  test('keeps quiet about bytes a second', () => {
    const progress = { current: 31e6, total: 50e6, message: 'Fetching', stage: 'fetching' };
    const fetching = jobView({ progress }, { perSecond: 1e6 });
    expect(textOf(<JobLive view={fetching} now={NOW} />)).toBe('Fetching 62 % about 19 s left');
  });

  test('that has stopped moving says for how long, in place of a speed that is over', () => {
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

  test('a queued job says its place in line and has no live part to fill', () => {
    expect(textOf(card({ status: 'queued' }, { place: 1 }))).toContain('next in line');
    expect(textOf(card({ status: 'queued' }, { place: 2 }))).toContain('2nd in line');
    expect(textOf(card({ status: 'queued' }))).toContain('waiting');
    expect(body({ status: 'queued' })).toBe('');
  });

  test('a retrying job says why, and counts down to its next attempt', () => {
    const errorMessage = 'The source does not answer.';
    expect(body({ status: 'retrying', errorMessage, retryAt: ago(-72) })).toBe(
      'The source does not answer. Attempt 2 of 3 in 1:12',
    );
  });

  test('a failed job says why, after how many attempts and when', () => {
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

  test('A5: a message, a name and a result are bounded and say that they were cut', () => {
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

  test('a completed job says what it brought rather than its last step', () => {
    const done = { status: 'completed', completedAt: ago(0), progress: HALFWAY } as const;
    expect(body({ ...done, result: { posts: 1_000, newPosts: 940 } })).toBe(
      '1,000 posts, 940 new Completed just now 0:07',
    );
    expect(body(done)).toStartWith('Reading page 14 of 50 Completed');
  });

  test('a cancelled job says how far it had come, or what had to be done to stop it', () => {
    const job = { status: 'cancelled', completedAt: ago(20), progress: HALFWAY } as const;
    expect(body(job)).toStartWith('Stopped at 280 / 1,000 Cancelled 20 s ago');
    expect(body({ ...job, errorMessage: 'It did not stop in time.' })).toStartWith(
      'It did not stop in time. Cancelled',
    );
  });
});

test('the live part finds its own place when it comes out of band, and is plain otherwise', () => {
  expect(String(<JobLive view={jobView()} now={NOW} oob />)).toStartWith(
    '<div id="live-scrape-0198a" hx-swap-oob="morph">',
  );
  expect(card()).not.toContain('hx-swap-oob');
});

describe('what is sent over and over is short', () => {
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

test('every status has a shape of its own and is told in words', () => {
  for (const status of JOB_STATUSES) {
    const icon = String(<StatusIcon status={status} />);
    expect(icon).toContain(`data-status="${status}"`);
    expect(ICONS).toContain(`[data-status="${status}"] {\n  --shape: url(`);
    expect(icon).toContain(`role="img" aria-label="${status}"`);
    expect(textOf(<StatusLabel status={status} />)).toBe(status);
  }
});
