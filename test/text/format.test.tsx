import { describe, expect, test } from 'bun:test';
import {
  bytes,
  clockTime,
  count,
  counted,
  duration,
  estimate,
  exact,
  jobName,
  ordinal,
  percent,
  progressCount,
  rate,
  relative,
  subject,
  timeLeft,
} from '../../src/text/format.ts';
import { progressLine } from '../../src/text/job_text.ts';
import { elapsedTime, relativeTime, remainingTime } from '../../views/time.tsx';
import { ago, jobView, NOW } from '../views/job_view.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test('counts separate thousands', () => {
  expect(count(0)).toBe('0');
  expect(count(999)).toBe('999');
  expect(count(1_234_567)).toBe('1,234,567');
});

test('a noun agrees with its count', () => {
  expect(counted(1, 'post')).toBe('1 post');
  expect(counted(0, 'post')).toBe('0 posts');
  expect(counted(1_000, 'reply', 'replies')).toBe('1,000 replies');
});

test.each([
  [0, '0:00'],
  [7 * SECOND, '0:07'],
  [7 * SECOND + 999, '0:07'],
  [12 * MINUTE + 40 * SECOND, '12:40'],
  [HOUR + 2 * MINUTE + 3 * SECOND, '1:02:03'],
  [30 * HOUR, '30:00:00'],
  [-5 * SECOND, '0:00'],
])('a duration of %p ms is %p', (ms, shown) => {
  expect(duration(ms)).toBe(shown);
});

test.each([
  [0, '1 s'],
  [7_500, '8 s'],
  [89 * SECOND, '89 s'],
  [90 * SECOND, '2 min'],
  [89 * MINUTE, '89 min'],
  [2 * HOUR, '2 h'],
  [3 * DAY, '3 days'],
])('an estimate of %p ms is %p', (ms, shown) => {
  expect(estimate(ms)).toBe(shown);
});

test.each([
  [1_234.4, '1,234/s'],
  [38, '38/s'],
  [9.96, '10/s'],
  [4.23, '4.2/s'],
  [0.2, '12/min'],
  [0.001, '4/h'],
])('a rate of %p a second is %p', (perSecond, shown) => {
  expect(rate(perSecond)).toBe(shown);
});

test.each([
  [1, '1 byte'],
  [999, '999 bytes'],
  [1_400, '1.4 kB'],
  [31_000_000, '31 MB'],
  [1_400_000_000, '1.4 GB'],
])('%p bytes are %p', (n, shown) => {
  expect(bytes(n)).toBe(shown);
});

test('100 % means done', () => {
  expect(percent(999, 1_000)).toBe('99 %');
  expect(percent(1_000, 1_000)).toBe('100 %');
  expect(percent(5, 0)).toBe('0 %');
});

test('ordinals have their endings', () => {
  const shown = [1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(ordinal);
  expect(shown.join(' ')).toBe('1st 2nd 3rd 4th 11th 12th 13th 21st 102nd 111th');
});

test.each([
  [2, 'just now'],
  [-2, 'just now'],
  [12, '12 s ago'],
  [3 * 60, '3 min ago'],
  [2 * 3600 + 100, '2 h ago'],
  [24 * 3600, '1 day ago'],
  [6 * 86_400, '6 days ago'],
  [7 * 86_400, '22 Feb 2026'],
  [-90, 'in 1 min'],
])('%p seconds before now is %p', (seconds, shown) => {
  expect(relative(ago(seconds), NOW)).toBe(shown);
});

describe('a time on the page', () => {
  test('has its exact time for machines and as a tooltip', () => {
    const markup = String(relativeTime(ago(12), NOW));
    expect(markup).toContain('datetime="2026-03-01T11:59:48.000Z"');
    expect(markup).toContain(`title="${exact(ago(12))}"`);
    expect(exact(ago(12))).toBe('1 Mar 2026, 11:59:48 UTC');
  });

  test('says which way it counts, for the browser to update it', () => {
    expect(String(elapsedTime(ago(7), NOW))).toMatch(/^<time datetime="[^"]+">0:07</);
    expect(String(remainingTime(ago(-12), NOW))).toMatch(/data-clock="remaining">0:12</);
    expect(String(relativeTime(ago(60), NOW))).toMatch(/data-clock="relative">1 min ago</);
  });
});

describe('the progress of a job', () => {
  test('is a count of a known total', () => {
    expect(progressCount({ current: 280, total: 1_000, message: '' })).toBe('280 / 1,000');
  });

  test('is a bare count when the total is unknown, and nothing at first', () => {
    expect(progressCount({ current: 280, total: 0, message: '' })).toBe('280');
    expect(progressCount({ current: 0, total: 0, message: '' })).toBe('');
  });

  test('is a percentage of a download', () => {
    const progress = { current: 31_000_000, total: 50_000_000, message: '', stage: 'fetching' };
    expect(progressCount(progress)).toBe('62 %');
  });
});

describe('the time left', () => {
  const progress = { current: 280, total: 1_000, message: '' };

  test('follows from the rate', () => {
    expect(timeLeft(jobView({ progress }, { perSecond: 36 }))).toBe(20_000);
  });

  test('is unknown without a rate, a total, or a running job', () => {
    expect(timeLeft(jobView({ progress }))).toBeUndefined();
    expect(
      timeLeft(jobView({ progress: { ...progress, total: 0 } }, { perSecond: 36 })),
    ).toBeUndefined();
    expect(
      timeLeft(jobView({ progress, status: 'cancelling' }, { perSecond: 36 })),
    ).toBeUndefined();
  });
});

describe('the subject of a job', () => {
  test('is the user, the query, the archive or the model', () => {
    expect(subject({ metadata: { username: 'aurora_lab', source: 'sample' } })).toBe('@aurora_lab');
    expect(subject({ metadata: { username: '@aurora_lab' } })).toBe('@aurora_lab');
    expect(subject({ metadata: { query: 'space, jazz', embed: true } })).toBe('“space, jazz”');
    expect(subject({ metadata: { source: 'archive', archive: 'mine.zip' } })).toBe('mine.zip');
    expect(subject({ metadata: { model: 'MiniLM', batchSize: 32 } })).toBe('MiniLM');
  });

  test('is empty when the metadata has none of them', () => {
    expect(subject({})).toBe('');
    expect(subject({ metadata: { username: '  ', query: 7, model: null } })).toBe('');
  });

  test('follows the type in its name', () => {
    expect(jobName(jobView().job)).toBe('scrape @aurora_lab');
    expect(jobName(jobView({ type: 'embed', metadata: {} }).job)).toBe('embed');
  });
});

test('a time less than a minute ahead has seconds', () => {
  const at = new Date('2026-03-01T12:00:30.500Z');
  expect(clockTime(at)).toBe('12:01 UTC');
  expect(clockTime(at, new Date('2026-03-01T12:00:01Z'))).toBe('12:00:31 UTC');
  expect(clockTime(at, new Date('2026-03-01T11:58:00Z'))).toBe('12:01 UTC');
});

test('the line of a waiting job says why, and when it goes on', () => {
  const { job } = jobView({
    status: 'retrying',
    retryAt: new Date(Date.now() + 130_000),
    errorMessage: 'Bluesky (api.example) cannot be reached: it refuses the connection.',
    progress: { current: 0, total: 0, message: 'Opening Bluesky' },
  });
  expect(progressLine(job)).toBe(
    'retrying in 2 min  Bluesky (api.example) cannot be reached: it refuses the connection.',
  );
});
