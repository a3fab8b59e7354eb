import { expect, test } from 'bun:test';
import { timeOf } from '../../src/platform/time.ts';

test('a time is of the years 0 to 9999; without a zone it is UTC', () => {
  expect(timeOf('2026-01-31T12:00')).toBe(Date.UTC(2026, 0, 31, 12));
  expect(timeOf('2026-01-31T12:00:00+02:00')).toBe(Date.UTC(2026, 0, 31, 10));
  for (const text of ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z']) {
    expect(new Date(timeOf(text) ?? Number.NaN).toISOString()).toBe(new Date(text).toISOString());
  }
  // A day before the first of these cannot be represented.
  for (const text of ['-271821-04-20T00:00:00Z', '+275760-09-13T00:00:00Z', 'soon', '']) {
    expect(timeOf(text)).toBeUndefined();
  }
});
