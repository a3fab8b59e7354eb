import { describe, expect, test } from 'bun:test';
import type { StreamEvent } from '../../src/browser/stream_messages.ts';
import { StreamReplay } from '../../src/browser/stream_replay.ts';
import { LiveTaskbar } from '../../src/web/live/taskbar.ts';
import { setup as setupTracker } from '../support/jobs.ts';
import { until } from '../support/wait.ts';

let number = 0;
const event = (type: string, data: string): StreamEvent => ({
  type,
  data,
  lastEventId: `b-${++number}`,
});
const part = (id: string, text: string) =>
  `<div id="live-${id}" hx-swap-oob="morph"><p>${text}</p></div>`;

describe('a tab that joins later gets', () => {
  test('nothing while there were no events', () => {
    expect(new StreamReplay().events()).toEqual([]);
  });

  test('the last whole state', () => {
    const replay = new StreamReplay();
    replay.add(event('jobs', 'old'));
    const last = event('jobs', 'new');
    replay.add(last);
    expect(replay.events()).toEqual([last]);
  });

  test('the newest part of each job since', () => {
    const replay = new StreamReplay();
    replay.add(event('job', part('a', 'before')));
    const whole = event('jobs', 'whole');
    replay.add(whole);
    replay.add(event('job', part('a', '1') + part('b', '1')));
    replay.add(event('job', part('b', '2')));
    const last = event('job', part('b', '3'));
    replay.add(last);
    expect(replay.events()).toEqual([
      whole,
      { type: 'job', data: part('a', '1') + part('b', '3'), lastEventId: last.lastEventId },
    ]);
  });

  test('the newest notices only, also those that were shown before', () => {
    const replay = new StreamReplay();
    const whole = event('jobs', 'whole');
    replay.add(whole);
    const notices = (text: string) => `<div id="notices" hx-swap-oob="morph">${text}</div>`;
    for (const text of ['', 'away', '', 'away', '']) replay.add(event('job', notices(text)));
    expect(replay.events()[1]?.data).toBe(notices(''));
  });

  test('parts without a whole state, as while a button is pressed', () => {
    const replay = new StreamReplay();
    const only = event('job', part('a', '1'));
    replay.add(only);
    expect(replay.events()).toEqual([only]);
  });

  test('nothing of a lost connection', () => {
    const replay = new StreamReplay();
    replay.add(event('jobs', 'whole'));
    replay.add(event('job', part('a', '1')));
    replay.clear();
    expect(replay.events()).toEqual([]);
  });
});

test('a replay does not grow with the number of events', async () => {
  const { tracker, clock } = setupTracker();
  const live = new LiveTaskbar(tracker);
  const jobs = [await tracker.createJob('scrape'), await tracker.createJob('search')];
  const replay = new StreamReplay();
  let events = 0;
  live.lean.subscribe(() => {
    const [type = '', data = ''] = ['event', 'data'].map((field) =>
      fieldOf(live.lean.delta(), field),
    );
    replay.add({ type, data, lastEventId: live.lean.id });
    events++;
  });
  const sizes: number[] = [];
  for (let step = 1000; step < 1010; step++) {
    for (const job of jobs) void job.updateProgress(step, 5000, '<div id="live-x">');
    const before = events;
    await clock.advance(100);
    await until('an event tells of it', () => events > before);
    sizes.push(replay.events().at(-1)?.data.length ?? 0);
  }
  expect(replay.events().at(-1)?.data).toContain('1,009');
  expect(Math.max(...sizes.slice(2))).toBeLessThan((sizes[2] ?? 0) * 1.2);
});

function fieldOf(event: Uint8Array, name: string): string {
  return new TextDecoder()
    .decode(event)
    .split('\n')
    .filter((line) => line.startsWith(`${name}: `))
    .map((line) => line.slice(name.length + 2))
    .join('\n');
}
