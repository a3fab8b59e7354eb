import { expect, test } from 'bun:test';
import type { Schedule, ScheduleRun } from '../../src/schedules/schedule.ts';
import { scheduleChanges, scheduleDetails } from '../../src/text/schedule_details.ts';
import { runLine } from '../../src/text/schedule_text.ts';

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

test('FEATURES 40: a run that was late by seconds says the seconds', () => {
  expect(runLine(LATE, SCHEDULE)).toBe(
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
