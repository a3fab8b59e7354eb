import { describe, expect, test } from 'bun:test';
import { type CardState, endedBetween, haveChanged, sentences } from '../../src/browser/cards.ts';

function cards(
  ...states: [id: string, status: string, message?: string][]
): Map<string, CardState> {
  return new Map(
    states.map(([id, status, message = '']) => [id, { status, name: `scrape @${id}`, message }]),
  );
}

describe('parts of the page are loaded again', () => {
  test('when a card was added, was removed or has another status', () => {
    const before = cards(['a', 'running']);
    expect(haveChanged(before, cards(['a', 'running'], ['b', 'queued']))).toBe(true);
    expect(haveChanged(before, cards())).toBe(true);
    expect(haveChanged(before, cards(['a', 'completed']))).toBe(true);
    expect(haveChanged(before, cards(['b', 'running']))).toBe(true);
  });

  test('not when jobs only progressed or changed places', () => {
    const before = cards(['a', 'running', 'page 1'], ['b', 'queued']);
    expect(haveChanged(before, cards(['b', 'queued'], ['a', 'running', 'page 2']))).toBe(false);
  });
});

describe('a screen reader reads', () => {
  const heard = (before: Map<string, CardState>, after: Map<string, CardState>) =>
    sentences(endedBetween(before, after));

  test('how each job ended', () => {
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

  test('how a job ended that was added since the last update', () => {
    expect(heard(cards(), cards(['a', 'failed', 'No answer.']))).toBe(
      'scrape @a failed. No answer.',
    );
  });

  test('nothing about progress, starts, or an end it has read already', () => {
    const failed = cards(['a', 'failed'], ['b', 'queued']);
    expect(heard(failed, cards(['a', 'failed'], ['b', 'running', 'page 2']))).toBe('');
  });
});
