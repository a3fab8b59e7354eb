import { describe, expect, test } from 'bun:test';
import { shownOf } from '../../src/browser/stream_parts.ts';

const part = (id: string, text = 'page 1') =>
  `<div id="live-${id}" hx-swap-oob="morph">${text}</div>`;
const NOTICES = '<div id="notices" hx-swap-oob="true"></div>';
const event = (data: string, type = 'job') => ({ type, data, lastEventId: 'b-7' });

describe('of a job event, a page gets', () => {
  const isShown = (id: string) => id === 'live-scrape-1';

  test('the parts of the jobs that it shows, and what is about no job', () => {
    const data = NOTICES + part('scrape-1') + part('deliver-2');
    expect(shownOf(event(data), isShown)).toEqual(event(NOTICES + part('scrape-1')));
  });

  test('nothing when it shows none of the jobs', () => {
    expect(shownOf(event(part('deliver-2') + part('embed-3')), isShown)).toBeUndefined();
  });
});

test('other events are left as they are', () => {
  const whole = event(part('deliver-2'), 'jobs');
  expect(shownOf(whole, () => false)).toBe(whole);
});
