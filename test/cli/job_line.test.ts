import { describe, expect, test } from 'bun:test';
import { endLine, jobLine } from '../../src/cli/progress/job_line.ts';
import type { Job } from '../../src/jobs/index.ts';

const NOW = new Date('2026-11-22T12:00:02Z');

const JOB: Job = {
  id: 'scrape-1',
  type: 'scrape',
  status: 'running',
  createdAt: NOW,
  startedAt: new Date('2026-11-22T12:00:00Z'),
  updatedAt: NOW,
  progress: { current: 280, total: 1000, message: 'Reading page 15 of 50' },
  metadata: { username: 'aurora_lab' },
  errors: [],
  attempt: 1,
  attemptsUsed: 1,
  maxAttempts: 5,
  priority: 0,
  tracked: false,
};

/** The line without its rotating icon. */
function lineAt(columns: number, job: Partial<Job> = {}): string {
  const line = jobLine({ job: { ...JOB, ...job }, perSecond: 120 }, NOW, columns);
  return Bun.stripANSI(line).slice(2);
}

describe('the line of an active job', () => {
  test.each([
    [
      140,
      'scrape @aurora_lab  ▓▓▓▓▓░░░░░░░░░░░░░░░  280 / 1,000  120/s · about 6 s left · 0:02  Reading page 15 of 50',
    ],
    [
      99,
      'scrape @aurora_lab  ▓▓▓░░░░░░░░  280 / 1,000  about 6 s left · 0:02  Reading page 15 of 50',
    ],
    [79, 'scrape @aurora_lab  ▓░░░░░░  280 / 1,000  about 6 s left  Reading page 15 of…'],
    [60, 'scrape @aurora_lab  ▓░░░░  280 / 1,000  about 6 s left'],
    [49, 'scrape @au…  ▓░░░░  280 / 1,000  about 6 s left'],
    [48, 'scrape @aurora_l…  280 / 1,000  about 6 s left'],
    [40, 'scrape @…  280 / 1,000  about 6 s left'],
    [30, '280 / 1,000  about 6 s left'],
    [19, 'scr…  280 / 1,000'],
    [10, '280 / 1…'],
  ])('in %d columns', (columns, text) => {
    expect(lineAt(columns)).toBe(text);
  });

  test('never exceeds its width, however long the name and message', () => {
    const metadata = { username: '東京'.repeat(20) };
    for (const status of ['queued', 'running', 'retrying', 'cancelling'] as const) {
      for (let columns = 3; columns < 160; columns += 1) {
        const line = lineAt(columns, { status, metadata, errorMessage: 'The source is down.' });
        expect(Bun.stringWidth(line)).toBeLessThanOrEqual(columns - 2);
      }
    }
  });

  test('A5: is drawn quickly, however long the texts are', () => {
    const long = 'é😀'.repeat(1_000_000);
    const job = { metadata: { query: long }, errorMessage: long };
    const start = performance.now();
    for (let n = 0; n < 20; n++) {
      const line = lineAt(80, { status: 'retrying', ...job });
      expect(Bun.stringWidth(line)).toBeLessThanOrEqual(78);
    }
    expect(performance.now() - start).toBeLessThan(500);
    const end = endLine({ ...JOB, ...job, status: 'failed', completedAt: NOW });
    expect(end.length).toBeLessThan(700);
    expect(end).toEndWith('… (3,000,000 characters)');
  });

  test('shows the elapsed time when the total is unknown', () => {
    const progress = { current: 40, total: 0, message: 'Reading' };
    expect(lineAt(79, { progress })).toBe('scrape @aurora_lab  40  0:02  Reading');
  });
});
