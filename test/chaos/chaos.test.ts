import { describe, expect, test } from 'bun:test';
import type { Job } from '../../src/jobs/index.ts';
import { runChaos } from './chaos.ts';
import type { TraceLine } from './trace.ts';
import { faultsIn } from './verdict.ts';

describe('FEATURES 32, 35: a server and two workers, killed and frozen at random', () => {
  test('lose no job, run none twice, and leave none stuck', async () => {
    const seed = Date.now() % 100_000;
    const { counts, faults } = await runChaos({
      kills: 8,
      freezes: 1,
      freezeMs: 9_000,
      leaseMs: 5_000,
      seed,
    });
    expect({ seed, faults }).toEqual({ seed, faults: [] });
    expect(counts['jobs answered 202']).toBeGreaterThan(5);
    expect(counts.commits).toBeGreaterThan(20);
  }, 600_000);
});

describe('the verdict on a trace', () => {
  const job = (over: Partial<Job> = {}) =>
    ({ id: 'one', status: 'completed', attempt: 2, completedAt: new Date(), ...over }) as Job;
  const line = (at: number, pid: number, attempt: number, what: TraceLine['what']): TraceLine => ({
    at,
    pid,
    job: 'one',
    attempt,
    what,
  });
  const lives = (
    stops: { from: number; to: number }[] = [],
    endedAt = Number.POSITIVE_INFINITY,
  ) => [
    { pid: 1, endedAt, stops },
    { pid: 2, endedAt: Number.POSITIVE_INFINITY, stops: [] },
  ];
  const second = [line(200, 2, 2, 'begin'), line(250, 2, 2, 'commit'), line(300, 2, 2, 'end')];
  const killed = [line(10, 1, 1, 'begin'), line(20, 1, 1, 'commit')];

  test('accepts an attempt that follows a killed one', () => {
    expect(faultsIn([...killed, ...second], [job()], lives([], 150))).toEqual([]);
  });

  test('reports two attempts at once, and a late commit', () => {
    expect(faultsIn([...killed, ...second], [job()], lives())).toEqual([
      'one: attempts 1 and 2 ran at the same time.',
    ]);
    const late = [...killed, line(260, 1, 1, 'commit'), line(270, 1, 1, 'end'), ...second];
    expect(faultsIn(late, [job()], lives())).toContain('one: 1 committed after 2 began.');
  });

  test('gives a frozen process a moment to notice, but accepts no commit of it', () => {
    const frozen = lives([{ from: 30, to: 220 }]);
    const woken = [...killed, line(230, 1, 1, 'end'), ...second];
    expect(faultsIn(woken, [job()], frozen)).toEqual([]);
    const commits = [...killed, line(225, 1, 1, 'commit'), line(230, 1, 1, 'end'), ...second];
    expect(faultsIn(commits, [job()], frozen)).toEqual(['one: 1 committed after 2 began.']);
  });

  test('accepts a late start only of a process that was frozen between claim and start', () => {
    const late = [line(230, 1, 1, 'begin'), line(235, 1, 1, 'end'), ...second];
    expect(faultsIn(late, [job()], lives([{ from: 5, to: 225 }]))).toEqual([]);
    expect(faultsIn(late, [job()], lives())).toContain('one: attempt 2 began too early.');
  });

  test('reports a double claim, a stuck job, and one that never ran', () => {
    const twice = [line(10, 1, 2, 'begin'), line(15, 1, 2, 'end'), ...second];
    expect(faultsIn(twice, [job()], lives())).toEqual(['one was claimed twice as 2.']);
    expect(faultsIn(second, [job({ status: 'running', completedAt: undefined })], lives())).toEqual(
      ['one is stuck: running.'],
    );
    expect(faultsIn([], [job()], lives())).toEqual(['one completed without having run.']);
  });
});
