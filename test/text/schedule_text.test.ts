import { expect, test } from 'bun:test';
import type { Schedule, ScheduleRun } from '../../src/schedules/schedule.ts';
import { scheduleChanges, scheduleDetails } from '../../src/text/schedule_details.ts';
import { nextRunText, previewText, runLine } from '../../src/text/schedule_text.ts';

const SCHEDULE: Schedule = {
  id: 'schedule-1',
  type: 'scrape',
  input: { username: 'aurora_lab', maxTweets: 50, includeReplies: true },
  priority: 0,
  cron: '0 3 * * *',
  timeZone: 'UTC',
  createdAt: new Date(0),
};

const LATE: ScheduleRun = {
  dueAt: new Date('2026-02-03T14:38:02Z'),
  at: new Date('2026-02-03T14:38:41Z'),
  outcome: 'skipped',
  delay: 'stopped',
  missedSince: new Date('2026-02-01T14:38:02Z'),
};

/** In the year of what is told. */
const NOW = new Date('2026-11-29T12:00:00Z');

test('FEATURES 40: a run that was late by seconds says the seconds', () => {
  expect(runLine(LATE, SCHEDULE, NOW)).toBe(
    'Tue 3 Feb, 14:38:41 UTC  skipped  Skipped: the job of an earlier run was still active. ' +
      'Was due at 14:38:02, skipped 14:38:41 because xgpt was not running. ' +
      'It stands for all due times since Sun 1 Feb, 14:38:02 UTC.',
  );
});

test('FEATURES 40: the details have the whole input, and a change says what differs', () => {
  expect(scheduleDetails(SCHEDULE)).toBe(
    'input: username aurora_lab, maxTweets 50, includeReplies true\n',
  );
  const changed = { ...SCHEDULE, cron: '30 4 * * 5', priority: 5, timeoutMs: 60_000 };
  expect(scheduleChanges(SCHEDULE, changed)).toBe(
    'when: every night at 03:00 → every Friday at 04:30\npriority: 0 → +5\ntime limit: none → 1 min for each attempt\n',
  );
  expect(scheduleChanges(SCHEDULE, SCHEDULE)).toBe(
    'Nothing was changed: it is like that already.\n',
  );
});

test('FEATURES 40: a time in another year says the year, by the clock of its zone', () => {
  const dueAt = ['2026-12-31T02:00:00Z', '2026-12-31T23:30:00Z', '2028-02-29T02:00:00Z'].map(
    (at) => new Date(at),
  );
  const preview = { cron: '0 3 * * *', repeats: 'every night at 03:00', dueAt };
  expect(previewText({ ...preview, timeZone: 'Europe/Berlin' }, NOW)).toBe(
    'Every night at 03:00 (Europe/Berlin). The next runs:\n' +
      '  Thu 31 Dec, 03:00 Europe/Berlin\n' +
      '  Fri 1 Jan 2027, 00:30 Europe/Berlin\n' +
      '  Tue 29 Feb 2028, 03:00 Europe/Berlin\n',
  );
  expect(previewText({ ...preview, timeZone: 'UTC' }, NOW)).toContain('Thu 31 Dec, 23:30 UTC\n');
  const next = { ...SCHEDULE, nextDueAt: new Date('2027-01-01T03:00:00Z') };
  expect(nextRunText(next, NOW)).toBe('Fri 1 Jan 2027, 03:00 UTC');
  expect(nextRunText(next, new Date('2027-01-01T00:00:00Z'))).toBe('Fri 1 Jan, 03:00 UTC');
  const started = { ...LATE, at: new Date('2027-01-02T14:38:41Z') };
  expect(runLine(started, SCHEDULE, NOW)).toContain(
    'Was due on Tue 3 Feb at 14:38:02, skipped on Sat 2 Jan 2027 at 14:38:41 because',
  );
});
