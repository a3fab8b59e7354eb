import { describe, expect, test } from 'bun:test';
import type { JobView } from '../../src/jobs/job.ts';
import { Taskbar, TaskbarContent } from '../../views/jobs/taskbar.tsx';
import { jobView, NOW, textOf } from './job_view.ts';

function content(...jobs: JobView[]): string {
  return String(<TaskbarContent model={{ jobs, now: NOW }} />);
}

function summary(...jobs: JobView[]): string {
  return textOf(content(...jobs).replace(/<\/h2>.*/s, ''));
}

describe('the taskbar', () => {
  const jobs = [jobView(), jobView({ type: 'search', status: 'queued' }, { place: 1 })];

  test('connects to the stream and morphs its events', () => {
    const markup = String(
      <Taskbar model={{ jobs, now: NOW }} choice="auto" isRepetition={false} />,
    );
    const [opening] = markup.match(/<div id="taskbar"[^>]*>/) ?? [];
    expect(opening).toContain('hx-ext="sse"');
    expect(opening).toContain('sse-connect="/api/jobs/stream"');
    expect(opening).toContain('sse-swap="jobs"');
    expect(opening).toContain('hx-swap="morph:innerHTML"');
  });

  test('has the same content as an event', () => {
    expect(
      String(<Taskbar model={{ jobs, now: NOW }} choice="auto" isRepetition={false} />),
    ).toContain(content(...jobs));
  });

  test('keeps its collapsed state', () => {
    const markup = String(
      <Taskbar model={{ jobs, now: NOW }} choice="closed" isRepetition={false} />,
    );
    expect(markup).toContain('data-collapsed="true"');
    expect(markup).toContain('aria-expanded="false" aria-controls="taskbar-jobs"');
  });

  test('shows its cards in the given order', () => {
    const ids = [...content(...jobs).matchAll(/<article id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toEqual(['job-scrape-0198a', 'job-search-0198a']);
  });

  test('sets the target of all buttons once', () => {
    expect(content(...jobs)).toContain(
      '<div id="taskbar-jobs" class="taskbar-jobs" hx-target="closest .job-card" hx-swap="morph:outerHTML" hx-push-url="false">',
    );
  });

  test('has one element for live parts, also when it is empty', () => {
    const ear = '<div id="taskbar-live" sse-swap="job" hx-swap="none" hidden></div>';
    expect(content(...jobs).split(ear)).toHaveLength(2);
    expect(content()).toContain(ear);
  });

  test('has unique ids', () => {
    const ids = [...content(...jobs).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the summary', () => {
  test('counts running, waiting, failed, finished and cancelled jobs', () => {
    expect(
      summary(
        jobView(),
        jobView({ status: 'cancelling' }),
        jobView({ status: 'queued' }),
        jobView({ status: 'retrying' }),
        jobView({ status: 'failed' }),
        jobView({ status: 'completed' }),
        jobView({ status: 'cancelled' }),
      ),
    ).toBe('Jobs 2 running 2 waiting 1 failed 1 finished 1 cancelled');
  });

  test('leaves out empty groups', () => {
    expect(summary(jobView({ status: 'failed' }))).toBe('Jobs 1 failed');
    expect(summary()).toBe('Jobs');
  });

  test('shows the icon of a failed job, or of the first group, for the collapsed taskbar', () => {
    const failedAndWaiting = content(jobView({ status: 'failed' }), jobView({ status: 'queued' }));
    expect(failedAndWaiting).toMatch(
      /<button id="taskbar-toggle"[^>]*><i[^>]*data-status="failed"/,
    );
    expect(content(jobView())).toMatch(
      /<button id="taskbar-toggle"[^>]*><i[^>]*data-status="running"/,
    );
  });
});

describe('waiting jobs that are not shown', () => {
  const model = { jobs: [jobView({ status: 'queued' })], more: 1_012, now: NOW };
  const markup = String(<TaskbarContent model={model} />);

  test('are counted in a link to their list', () => {
    const last = '<a id="taskbar-more" href="/jobs?status=queued">and 1,012 more waiting</a></div>';
    expect(markup).toContain(last);
    expect(content(jobView())).not.toContain('more waiting');
  });

  test('are counted in the summary', () => {
    expect(textOf(markup.replace(/<\/h2>.*/s, ''))).toBe('Jobs 1,013 waiting');
  });
});
