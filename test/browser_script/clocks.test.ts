import { expect, test } from 'bun:test';
import { clockText } from '../../src/browser/clocks.ts';
import { elapsedTime, relativeTime, remainingTime } from '../../views/time.tsx';

const NOW = new Date('2026-03-01T12:00:00Z');
const EARLIER = new Date('2026-03-01T11:59:13Z');
const LATER = new Date('2026-03-01T12:01:30Z');

test.each([
  ['remaining', remainingTime, LATER],
  ['relative', relativeTime, EARLIER],
] as const)('the clock "%s" says what the server rendered', (clock, rendered, at) => {
  const markup = String(rendered(at, NOW));
  expect(markup).toContain(`data-clock="${clock}"`);
  expect(markup).toContain(`>${clockText(clock, at, NOW)}<`);
});

test('a time without data-clock counts up from what the server rendered', () => {
  const markup = String(elapsedTime(EARLIER, NOW));
  expect(markup).not.toContain('data-clock');
  expect(markup).toContain(`>${clockText(undefined, EARLIER, NOW)}<`);
});

test('clocks advance', () => {
  const aMinuteOn = new Date(NOW.getTime() + 60_000);
  expect(clockText(undefined, EARLIER, aMinuteOn)).toBe('1:47');
  expect(clockText('remaining', LATER, aMinuteOn)).toBe('0:30');
  expect(clockText('relative', EARLIER, aMinuteOn)).toBe('1 min ago');
});

test('a countdown that has run out stays at zero', () => {
  expect(clockText('remaining', EARLIER, NOW)).toBe('0:00');
});

test('an unknown clock is left unchanged', () => {
  expect(clockText('other', EARLIER, NOW)).toBeUndefined();
});
