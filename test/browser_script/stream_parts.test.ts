import { describe, expect, test } from 'bun:test';
import { shownOf } from '../../src/browser/stream_parts.ts';

const part = (id: string, text = 'page 1\nof 2') =>
  `<div id="live-${id}" hx-swap-oob="morph">${text}</div>`;
const NOTICES = '<div id="notices" hx-swap-oob="true"></div>';

describe('of a job event, a page gets', () => {
  const isShown = (id: string) => id === 'live-scrape-1';

  test('the parts of the jobs that it shows, and what is about no job', () => {
    const data = NOTICES + part('embed-3') + part('scrape-1') + part('deliver-2');
    expect(shownOf(data, isShown)).toBe(NOTICES + part('scrape-1'));
    expect(shownOf(part('embed-3') + NOTICES + part('scrape-1') + NOTICES, isShown)).toBe(
      NOTICES + part('scrape-1') + NOTICES,
    );
  });

  test('nothing when it shows none of the jobs', () => {
    expect(shownOf(part('deliver-2') + part('embed-3'), isShown)).toBe('');
  });
});
