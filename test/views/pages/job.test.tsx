import { describe, expect, test } from 'bun:test';
import { JobPage } from '../../../views/pages/job.tsx';
import { ago, jobView, NOW, textOf } from '../job_view.ts';
import { attributesOf, elements, FRAME } from './fixtures.ts';

function page(...args: Parameters<typeof jobView>): string {
  return String(JobPage({ frame: FRAME, model: jobView(...args) }));
}

function headline(...args: Parameters<typeof jobView>): string {
  return textOf(page(...args).match(/<h1[^>]*>.*?<\/h1>/s)?.[0] ?? '');
}

const ended = { startedAt: ago(10), completedAt: ago(2) };

describe('the headline', () => {
  test('says the state in words', () => {
    const result = { posts: 1000, username: 'aurora_lab' };
    expect(headline({ status: 'queued' }, { place: 2 })).toBe(
      'Waiting: scrape @aurora_lab, 2nd in line',
    );
    expect(headline({ status: 'queued' })).toBe('Waiting: scrape @aurora_lab');
    expect(headline()).toBe('Running: scrape @aurora_lab');
    expect(headline({ status: 'retrying' })).toBe('Waiting to try again: scrape @aurora_lab');
    expect(headline({ status: 'cancelling' })).toBe('Cancelling: scrape @aurora_lab');
    expect(headline({ status: 'completed', ...ended, result })).toBe(
      'Completed: 1,000 posts of @aurora_lab in 0:08',
    );
    expect(headline({ status: 'failed', ...ended })).toBe('Failed: scrape @aurora_lab after 0:08');
    expect(headline({ status: 'cancelled', completedAt: ago(1), startedAt: undefined })).toBe(
      'Cancelled: scrape @aurora_lab before it started',
    );
  });
});

describe('the reason', () => {
  test('is told in full', () => {
    const errorMessage = 'There is no such user. Check the spelling, then retry.';
    expect(textOf(page({ status: 'failed', ...ended, errorMessage }))).toContain(errorMessage);
  });

  test('names every attempt that failed, and when the next one is', () => {
    const errors = ['No answer.', 'Refused.'];
    const markup = page({
      status: 'retrying',
      errors,
      retryAt: ago(-30),
      errorMessage: 'Refused.',
    });
    expect(textOf(markup)).toContain('Failed attempts No answer. Refused.');
    expect(textOf(markup)).toContain('Next attempt in 30 s');
  });
});

describe('what can be done', () => {
  const offered = (...args: Parameters<typeof jobView>) =>
    elements(page(...args), '.report-actions form').map(({ attributes }) =>
      attributes.action?.split('/').at(-1),
    );

  test('is what means something in that state', () => {
    expect(offered({ status: 'queued' })).toEqual(['cancel']);
    expect(offered({ status: 'running' })).toEqual(['cancel']);
    expect(offered({ status: 'retrying' })).toEqual(['cancel']);
    expect(offered({ status: 'cancelling' })).toEqual([]);
    expect(offered({ status: 'failed', ...ended })).toEqual(['retry', 'remove']);
    expect(offered({ status: 'cancelled', ...ended })).toEqual(['retry', 'remove']);
    expect(offered({ status: 'completed', ...ended })).toEqual(['retry', 'remove']);
  });

  test('leaves out the retry of what nobody can resume', () => {
    const job = { status: 'failed', tracked: true, ...ended } as const;
    expect(offered(job)).toEqual(['remove']);
    expect(textOf(page(job))).toContain('It ran outside the server');
  });

  test('keeps the answer, a card, out of the report', () => {
    expect(attributesOf(page(), '.report-actions form')).toMatchObject({
      action: '/api/jobs/scrape-0198a/cancel',
      'hx-post': '/api/jobs/scrape-0198a/cancel',
      'hx-swap': 'none',
    });
  });
});

describe('the details', () => {
  test('are what was asked, what came of it, and when', () => {
    const metadata = { username: 'ada', maxTweets: 1000, includeReplies: true, source: undefined };
    const text = textOf(
      page({ status: 'completed', ...ended, metadata, result: { newPosts: 940 }, attempt: 2 }),
    );
    expect(text).toContain(
      'What was asked Username ada Posts at most 1,000 Replies yes Result New posts 940',
    );
    expect(text).toContain('Id scrape-0198a Status completed Created 1 min ago Started 10 s ago');
    expect(text).toContain('Took 0:08 Attempts 2 of 3');
  });

  test('have no result before there is one', () => {
    expect(textOf(page())).not.toContain('Result');
    expect(textOf(page({ metadata: undefined }))).toContain('What was asked Nothing.');
  });

  test('lead to the session and to the job that started it', () => {
    const markup = page({ sessionId: 'a & b', parentId: 'discover-01' });
    const links = elements(markup, '.facts a').map(({ attributes }) => attributes.href);
    expect(links).toEqual(['/sessions/a%20%26%20b', '/jobs/discover-01']);
  });
});

describe('the report', () => {
  test('follows the job, every second while it lives', () => {
    expect(attributesOf(page(), '#job-report')).toMatchObject({
      'hx-get': '/jobs/scrape-0198a',
      'hx-trigger': 'jobs-changed from:body, every 1s',
    });
    expect(attributesOf(page({ status: 'failed', ...ended }), '#job-report')['hx-trigger']).toBe(
      'jobs-changed from:body',
    );
  });

  test('shares no id with the card in the taskbar', () => {
    const view = jobView();
    const frame = { ...FRAME, taskbar: { jobs: [view], now: NOW } };
    const ids = elements(JobPage({ frame, model: view }), '[id]').map((e) => e.attributes.id);
    expect(ids).toContain('job-scrape-0198a');
    expect(new Set(ids).size).toBe(ids.length);
  });
});
