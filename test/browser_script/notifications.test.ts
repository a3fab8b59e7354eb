import { expect, test } from 'bun:test';
import { wasLong } from '../../src/browser/notifications.ts';

const card = { status: 'completed', name: 'scrape @aurora_lab', message: '' };

test('a job that was watched for more than 20 s was long', () => {
  expect(wasLong({ ...card, startedAt: 0 }, 20_001)).toBe(true);
  expect(wasLong({ ...card, startedAt: 0 }, 20_000)).toBe(false);
});

test('of one that nobody saw running it cannot be told', () => {
  expect(wasLong(card, 1_000_000)).toBe(false);
});
