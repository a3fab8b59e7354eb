import { describe, expect, test } from 'bun:test';
import { type CardState, endedBetween, haveChanged, sentences } from '../../src/browser/cards.ts';

function cards(
  ...states: [id: string, status: string, message?: string][]
): Map<string, CardState> {
  return new Map(
    states.map(([id, status, message = '']) => [id, { status, name: `scrape @${id}`, message }]),
  );
}

describe('the page hears of the jobs', () => {
  test('when one came, went or has another status', () => {
    const before = cards(['a', 'running']);
    expect(haveChanged(before, cards(['a', 'running'], ['b', 'queued']))).toBe(true);
    expect(haveChanged(before, cards())).toBe(true);
    expect(haveChanged(before, cards(['a', 'completed']))).toBe(true);
    expect(haveChanged(before, cards(['b', 'running']))).toBe(true);
  });

  test('not when they only progressed or changed places', () => {
    const before = cards(['a', 'running', 'page 1'], ['b', 'queued']);
    expect(haveChanged(before, cards(['b', 'queued'], ['a', 'running', 'page 2']))).toBe(false);
  });
});

describe('a screen reader hears', () => {
  const heard = (before: Map<string, CardState>, after: Map<string, CardState>) =>
    sentences(endedBetween(before, after));

  test('of each job that ended, and how', () => {
    const before = cards(['a', 'running'], ['b', 'retrying'], ['c', 'cancelling']);
    const after = cards(
      ['a', 'completed', '200 posts'],
      ['b', 'failed', 'No answer.'],
      ['c', 'cancelled'],
    );
    expect(heard(before, after)).toBe(
      'scrape @a completed. 200 posts scrape @b failed. No answer. scrape @c cancelled.',
    );
  });

  test('of a job that came and ended between two frames', () => {
    expect(heard(cards(), cards(['a', 'failed', 'No answer.']))).toBe(
      'scrape @a failed. No answer.',
    );
  });

  test('nothing of progress, of starts, or of the same end again', () => {
    const failed = cards(['a', 'failed'], ['b', 'queued']);
    expect(heard(failed, cards(['a', 'failed'], ['b', 'running', 'page 2']))).toBe('');
  });
});
