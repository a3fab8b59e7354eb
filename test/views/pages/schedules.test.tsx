import { expect, test } from 'bun:test';
import type { AuditEntry } from '../../../src/jobs/index.ts';
import type { Schedule } from '../../../src/schedules/index.ts';
import { AuditTable } from '../../../views/pages/audit.tsx';
import { ScheduleCard } from '../../../views/schedules/schedule_card.tsx';

const SCHEDULE: Schedule = {
  id: 'schedule-1',
  type: 'scrape',
  input: { username: 'aurora_lab', source: 'sample' },
  priority: 0,
  cron: '0 3 * * *',
  timeZone: 'UTC',
  createdAt: new Date(0),
};
const now = new Date();

test('FEATURES 40: a schedule that deletes can only be paused and removed', () => {
  const [forget = '', scrape = ''] = ['forget', 'scrape'].map((type) =>
    String(ScheduleCard({ schedule: { ...SCHEDULE, type }, runs: [], now })),
  );
  for (const way of ['/run"', '/edit"']) {
    expect(forget).not.toContain(way);
    expect(scrape).toContain(way);
  }
  expect(forget).toContain('/pause"');
  expect(forget).toContain('/remove"');
});

test('FEATURES 48: the audit trail leads to a schedule that is there', () => {
  const entry = {
    ...{ id: '1', at: now, action: 'add', count: 0, kind: 'schedule', target: 'schedule-1' },
    by: { via: 'terminal' },
  } as AuditEntry;
  const table = (...ids: string[]) =>
    String(AuditTable({ entries: [entry], now, nameOf: () => undefined, schedules: new Set(ids) }));
  expect(table('schedule-1')).toContain('<a href="/schedules#schedule-1"');
  // It was removed since.
  expect(table('schedule-2')).not.toContain('<a href="/schedules');
});
