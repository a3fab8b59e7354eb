import { expect, test } from 'bun:test';
import { wasLong } from '../../src/browser/notifications.ts';

const card = { status: 'completed', name: 'scrape @aurora_lab', message: '' };

test('a job that this page saw running for more than 20 s took long', () => {
  expect(wasLong({ ...card, startedAt: 0 }, 20_001)).toBe(true);
  expect(wasLong({ ...card, startedAt: 0 }, 20_000)).toBe(false);
});

test('a job that this page has not seen running does not count as long', () => {
  expect(wasLong(card, 1_000_000)).toBe(false);
});
