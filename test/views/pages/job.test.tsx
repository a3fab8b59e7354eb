import { describe, expect, test } from 'bun:test';
import type { JobStatus } from '../../../src/jobs/lifecycle.ts';
import { FAILURES, type Failure } from '../../../src/jobs/listing.ts';
import { JobPage } from '../../../views/pages/job.tsx';
import type { JobPageModel } from '../../../views/view_models.ts';
import { ago, jobView, NOW, textOf } from '../job_view.ts';
import { attributesOf, elements, LAYOUT } from './fixtures.ts';

const NOTHING_MORE = {
  attempts: [],
  steps: [],
  children: [],
  log: { text: '', position: 0, isCut: false },
};

function page(...args: Parameters<typeof jobView>): string {
  return detailed({}, ...args);
}

/** The page of a job of which there is more to tell. */
function detailed(
  details: Partial<Omit<JobPageModel, 'view'>>,
  ...args: Parameters<typeof jobView>
): string {
  const model = { view: jobView(...args), ...NOTHING_MORE, ...details };
  return String(JobPage({ layout: LAYOUT, model }));
}

function headline(...args: Parameters<typeof jobView>): string {
  return textOf(page(...args).match(/<h1[^>]*>.*?<\/h1>/s)?.[0] ?? '');
}

const ended = { startedAt: ago(10), completedAt: ago(2) };

describe('the headline', () => {
  test('describes the status', () => {
    const result = { posts: 1000, username: 'aurora_lab' };
    expect(headline({ status: 'queued' }, { place: 2 })).toBe(
      'Waiting: scrape @aurora_lab, 2nd in queue',
    );
    expect(headline({ status: 'queued' })).toBe('Waiting: scrape @aurora_lab');
    expect(headline()).toBe('Running: scrape @aurora_lab');
    expect(headline({ status: 'retrying' })).toBe('Waiting to retry: scrape @aurora_lab');
    expect(headline({ status: 'cancelling' })).toBe('Cancelling: scrape @aurora_lab');
    expect(headline({ status: 'completed', ...ended, result })).toBe(
      'Completed: 1,000 posts of @aurora_lab in 0:08',
    );
    expect(headline({ status: 'failed', ...ended })).toBe('Failed: scrape @aurora_lab after 0:08');
    expect(headline({ status: 'cancelled', completedAt: ago(1), startedAt: undefined })).toBe(
      'Cancelled: scrape @aurora_lab before it started',
    );
  });

  test('leaves out a duration of less than a second', () => {
    const instant = { startedAt: ago(2), completedAt: ago(1.5) };
    const result = { posts: 40, username: 'aurora_lab' };
    expect(headline({ status: 'failed', ...instant })).toBe('Failed: scrape @aurora_lab');
    expect(headline({ status: 'cancelled', ...instant })).toBe('Cancelled: scrape @aurora_lab');
    expect(headline({ status: 'completed', ...instant, result })).toBe(
      'Completed: 40 posts of @aurora_lab',
    );
  });
});

describe('the reason', () => {
  test('is shown in full', () => {
    const errorMessage = 'There is no such user. Check the spelling, then retry.';
    expect(textOf(page({ status: 'failed', ...ended, errorMessage }))).toContain(errorMessage);
  });

  test('of a waiting job of a foreign type is that its program must run', () => {
    const text = 'Only a program that defines this type runs the job.';
    expect(textOf(page({ type: 'tidy' as never, status: 'queued' }))).toContain(text);
    expect(textOf(page({ status: 'queued' }))).not.toContain(text);
  });

  test('of a retrying job includes the time of the next attempt', () => {
    const due = page({ status: 'retrying', retryAt: ago(30), errorMessage: 'Refused.' });
    expect(textOf(due)).toContain('The next attempt is due.');
    const markup = page({ status: 'retrying', retryAt: ago(-30), errorMessage: 'Refused.' });
    expect(textOf(markup)).toContain('Refused. Next attempt in 30 s');
  });

  test('of a cancelled job is its progress', () => {
    const progress = { current: 280, total: 1000, message: 'Reading' };
    expect(textOf(page({ status: 'cancelled', ...ended, progress }))).toContain(
      'Stopped at 280 / 1,000.',
    );
  });
});

describe('progress', () => {
  test('shows stage, message, count, rate and time left', () => {
    const progress = { current: 280, total: 1000, message: 'Reading page 14', stage: 'reading' };
    const text = textOf(page({ progress }, { perSecond: 38 }));
    expect(text).toContain('reading Reading page 14 280 / 1,000 38/s · about 19 s left');
  });

  test('shows that a job has stalled', () => {
    const progress = { current: 280, total: 0, message: 'Reading' };
    expect(textOf(page({ progress }, { stalledSince: ago(90) }))).toContain('No progress for 1:30');
  });
});

describe('the steps', () => {
  const steps: JobPageModel['steps'] = [
    { name: 'Fetch', status: 'compensated', startedAt: ago(65), endedAt: ago(60) },
    { name: 'Read', status: 'completed', startedAt: ago(60), endedAt: ago(18) },
    { name: 'Count', status: 'failed', startedAt: ago(18), endedAt: ago(17), error: 'No sum.' },
    { name: 'Check', status: 'running', startedAt: ago(7) },
    { name: 'Write', status: 'pending' },
    { name: 'Send', status: 'skipped' },
  ];

  test('are listed in order, each with icon, status, duration and error', () => {
    const markup = detailed({ steps });
    expect(textOf(markup)).toContain(
      'Fetch compensated 0:05 Read completed 0:42 Count failed 0:01 No sum. Check running 0:07 Write pending Send skipped',
    );
    const shapes = elements(markup, '.steps .status-icon').map((e) => e.attributes['data-status']);
    expect(shapes).toEqual(steps.map(({ status }) => status));
    expect(attributesOf(markup, '.steps [aria-current="step"]')['data-status']).toBe('running');
  });

  test('are left out when there are none', () => {
    expect(textOf(page())).not.toContain('Steps');
  });
});

describe('the attempts', () => {
  test('are listed with outcome, start, duration and error', () => {
    const attempts: JobPageModel['attempts'] = [
      {
        attempt: 1,
        startedAt: ago(300),
        endedAt: ago(290),
        outcome: 'failed',
        error: 'No answer.',
      },
      {
        attempt: 2,
        startedAt: ago(200),
        endedAt: ago(100),
        outcome: 'interrupted',
        error: 'Gone.',
      },
      { attempt: 3, startedAt: ago(7) },
    ];
    expect(textOf(detailed({ attempts }))).toContain(
      '1 failed 5 min ago 0:10 No answer. 2 interrupted 3 min ago 1:40 Gone. 3 running 7 s ago 0:07',
    );
  });
});

describe('the jobs it started', () => {
  test('are listed and counted, failures first', () => {
    const child = (id: string, status: JobStatus, more = {}) =>
      jobView({ id, status, metadata: { username: id }, ...more }).job;
    const children = [
      child('ada', 'completed', ended),
      child('bob', 'failed', { ...ended, errorMessage: 'There is no such user.' }),
      child('cleo', 'running', { progress: { current: 3, total: 9, message: 'Reading' } }),
    ];
    const markup = detailed({ children });
    const links = elements(markup, '.report-children a').map((e) => e.attributes.href);
    expect(links).toEqual(['/jobs/bob', '/jobs/cleo', '/jobs/ada']);
    const text = textOf(markup);
    expect(text).toContain('1 failed · 1 running · 1 completed');
    expect(text).toContain('@bob There is no such user.');
    expect(text).toContain('3 / 9');
  });
});

describe('the result', () => {
  const links = (...args: Parameters<typeof jobView>) =>
    elements(page(...args), '.result-links a').map((e) => e.attributes.href);

  test('links to what was collected', () => {
    const done = { status: 'completed', ...ended } as const;
    expect(links({ ...done, result: { posts: 3, username: 'aurora_lab' } })).toEqual([
      '/find?author=aurora_lab',
    ]);
    const query = 'space, free jazz';
    expect(links({ ...done, type: 'search', metadata: { query }, result: { posts: 3 } })).toEqual([
      '/find?q=space',
      '/find?q=free+jazz',
    ]);
    const found = { profiles: 2, saved: true, found: ['ada', 'bob'] };
    expect(links({ ...done, type: 'discover', result: found })).toEqual([
      '/profiles?q=ada',
      '/profiles?q=bob',
    ]);
    expect(links({ ...done, type: 'discover', result: { ...found, saved: false } })).toEqual([]);
    expect(links({ ...done, type: 'discover', result: { ...found, scraped: 2 } })).toEqual([
      '/find?author=ada',
      '/find?author=bob',
    ]);
    expect(links({ ...done, type: 'embed', result: { embedded: 3 } })).toEqual([
      '/find?by=meaning',
    ]);
  });
});

describe('the log', () => {
  test('shows its lines, and the position to continue from', () => {
    const log = { text: 'one\n2026-11-28T14:03:22.518Z   <two>\n', position: 12, isCut: false };
    const markup = detailed({ log });
    expect(attributesOf(markup, '#job-log')).toMatchObject({
      'data-job': 'scrape-0198a',
      'data-position': '12',
    });
    expect(markup).toMatch(
      /<pre[^>]*><span class="log-part"><span class="log-line"><span>one\n<\/span><\/span><span class="log-line"><time datetime="2026-11-28T14:03:22.518Z" title="28 Nov 2026, 14:03:22.518 UTC" data-clock="local">14:03:22<\/time> <span> {2}&lt;two&gt;\n<\/span>/,
    );
    expect(attributesOf(markup, '#log-cut')).toHaveProperty('hidden');
  });

  test('links to the whole log when it is cut', () => {
    const markup = detailed({ log: { text: 'last\n', position: 9999, isCut: true } });
    expect(attributesOf(markup, '#log-cut')).not.toHaveProperty('hidden');
    expect(attributesOf(markup, '#log-cut a').href).toBe('/api/jobs/scrape-0198a/log');
  });

  test('says that it is empty, and whether that can change', () => {
    expect(textOf(page())).toContain('The log is empty so far.');
    expect(textOf(page({ status: 'failed', ...ended }))).toContain('The log is empty.');
  });

  test('is no live region', () => {
    expect(attributesOf(page(), '#log-lines')).toMatchObject({ role: 'log', 'aria-live': 'off' });
  });
});

describe('the actions', () => {
  const offered = (...args: Parameters<typeof jobView>) =>
    elements(page(...args), '.report-actions form').map(({ attributes }) =>
      attributes.action?.split('/').at(-1),
    );

  test('depend on the status', () => {
    expect(offered({ status: 'queued' })).toEqual(['first', 'cancel', 'pin']);
    expect(offered({ status: 'queued' }, { place: 1 })).toEqual(['cancel', 'pin']);
    expect(offered({ status: 'running' })).toEqual(['cancel', 'pin']);
    expect(offered({ status: 'retrying' })).toEqual(['first', 'cancel', 'pin']);
    expect(offered({ status: 'cancelling' })).toEqual(['pin']);
    expect(offered({ status: 'failed', ...ended })).toEqual(['retry', 'remove', 'pin']);
    expect(offered({ status: 'cancelled', ...ended })).toEqual(['retry', 'remove', 'pin']);
    expect(offered({ status: 'completed', ...ended })).toEqual(['retry', 'remove', 'pin']);
  });

  test('include running it again with changes once it has ended', () => {
    const metadata = { username: 'ada', maxTweets: 50, includeReplies: false, terms: ['a', 'b'] };
    const markup = page({ status: 'failed', ...ended, metadata, sessionId: 'monday' });
    expect(attributesOf(markup, '#report-change').href).toBe(
      '/scrape?username=ada&maxTweets=50&includeReplies=false&terms=a%2C+b&sessionId=monday',
    );
    expect(elements(page(), '#report-change')).toEqual([]);
    expect(
      elements(page({ type: 'errand', status: 'failed', ...ended }), '#report-change'),
    ).toEqual([]);
  });

  test('do not recommend a retry after a permanent error', () => {
    const advice = (failure: Failure) => textOf(page({ status: 'failed', ...ended, failure }));
    expect(advice('permanent')).toContain('A retry fails again unless the cause is removed.');
    for (const failure of ['exhausted', 'interrupted', 'timeout'] as const) {
      expect(advice(failure)).toContain('A retry resumes where it stopped.');
    }
  });

  test('leave out the retry of a tracked job', () => {
    const job = { status: 'failed', tracked: true, ...ended } as const;
    expect(offered(job)).toEqual(['remove', 'pin']);
    expect(textOf(page(job))).toContain('The job was run by another program.');
  });

  test('do not swap the response, a card, into the report', () => {
    expect(attributesOf(page(), '.report-actions form[action$="/cancel"]')).toMatchObject({
      action: '/api/jobs/scrape-0198a/cancel',
      'hx-post': '/api/jobs/scrape-0198a/cancel',
      'hx-swap': 'none',
    });
  });
});

describe('the details', () => {
  test('are the input, the result and the times', () => {
    const metadata = { username: 'ada', maxTweets: 1000, includeReplies: true, source: undefined };
    const attempts = { attempt: 2, attemptsUsed: 2 };
    const text = textOf(
      page({ status: 'completed', ...ended, metadata, result: { newPosts: 940 }, ...attempts }),
    );
    expect(text).toContain(
      'Result New posts 940 Posts of @ada Input Username ada Maximum posts 1,000 Replies yes Details',
    );
    expect(text).toContain('Id scrape-0198a Status completed Created 1 min ago Started 10 s ago');
    expect(text).toContain('Duration 0:08 Attempts 2 of 3');
  });

  test('A13: include the reason of a failure', () => {
    const words = FAILURES.map((failure) => {
      const text = textOf(page({ status: 'failed', ...ended, failure }));
      return /Status (.*) Created/.exec(text)?.[1];
    });
    expect(words).toEqual([
      'failed · permanent error',
      'failed · no attempts left',
      'failed · interrupted',
      'failed · out of time',
    ]);
  });

  test('show the duration of an attempt, not of the wait for the next one', () => {
    const waiting = { retryAt: ago(-60), startedAt: ago(30) };
    expect(textOf(page({ status: 'retrying', ...waiting }))).not.toContain('Duration so far');
    expect(textOf(page({ status: 'queued', startedAt: ago(30) }))).not.toContain('Duration so far');
    expect(textOf(page({ startedAt: ago(30) }))).toContain('Duration so far 0:30');
  });

  test('have no result before the job has ended', () => {
    expect(textOf(page())).not.toContain('Result');
    expect(textOf(page({ metadata: undefined }))).toContain('Input None.');
  });

  test('link to the session and the parent job', () => {
    const markup = page({ sessionId: 'a & b', parentId: 'discover-01' });
    const links = elements(markup, '.facts a').map(({ attributes }) => attributes.href);
    expect(links).toEqual(['/sessions/a%20%26%20b', '/jobs/discover-01']);
  });
});

describe('the report', () => {
  test('refreshes when the job changes, and every second while it is active', () => {
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
    const layout = { ...LAYOUT, taskbar: { jobs: [view], now: NOW } };
    const ids = elements(JobPage({ layout, model: { view, ...NOTHING_MORE } }), '[id]').map(
      (e) => e.attributes.id,
    );
    expect(ids).toContain('job-scrape-0198a');
    expect(new Set(ids).size).toBe(ids.length);
  });
});
