/** Reads that take time, while what they read changes. */
import { expect, test } from 'bun:test';
import { ErrorReporter } from '../../src/jobs/engine/error_reporter.ts';
import { Executions } from '../../src/jobs/engine/executions.ts';
import { Notifier } from '../../src/jobs/engine/notifier.ts';
import { Queues } from '../../src/jobs/engine/queues.ts';
import { Signal } from '../../src/jobs/engine/signal.ts';
import { Feed } from '../../src/jobs/feed.ts';
import { BY_SIGNALS } from '../../src/jobs/queue/create_dispatcher.ts';
import type { News } from '../../src/jobs/store/store.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { testClock } from '../support/clock.ts';
import { gate, setup } from '../support/jobs.ts';

/** A notifier whose news arrive when the test says so. */
function notifying() {
  const clock = testClock();
  const feed = new Feed();
  const taken: ((news: News | undefined) => void)[] = [];
  const take = () => {
    const { promise, resolve } = gate<News | undefined>();
    taken.push(resolve);
    return promise;
  };
  const notifier = new Notifier({
    news: { take, isSignalled: false },
    reader: setup().tracker.reader as never,
    executions: new Executions(clock),
    feed,
    claimable: new Signal(),
    dispatcher: BY_SIGNALS,
    foreignCommits: new Signal(),
    clock,
    errors: new ErrorReporter(silentLogger),
    owner: 'here',
  });
  return { clock, feed, taken, notifier, stop: notifier.start() };
}

const newsOf = (...ids: string[]): News => ({
  changed: new Set(ids),
  progressed: [],
  hasRemoved: false,
});

test('a commit that is signalled while news are taken is looked at afterwards, not at the same time', async () => {
  const { clock, feed, taken, notifier, stop } = notifying();
  notifier.signalled();
  await clock.advance(10);
  notifier.signalled();
  await clock.advance(10);
  expect(taken).toHaveLength(1);
  taken[0]?.(newsOf('job-1'));
  await clock.advance(10);
  expect(feed.since(0)?.cards).toEqual(new Set(['job-1']));
  expect(taken).toHaveLength(2);
  taken[1]?.(newsOf('job-2'));
  await clock.advance(10);
  expect(feed.since(1)?.cards).toEqual(new Set(['job-2']));
  expect(taken).toHaveLength(2);
  stop();
});

test('news that arrive after the end are not told', async () => {
  const { clock, feed, taken, notifier, stop } = notifying();
  notifier.signalled();
  stop();
  taken[0]?.(newsOf('job-1'));
  await clock.advance(10);
  expect(feed.version).toBe(0);
});

test('a job that begins while it is checked what is left to do is not overlooked', async () => {
  let isRunning = false;
  const queues = new Queues({
    reader: { countActive: () => ({ running: isRunning ? 1 : 0, waiting: 0 }) } as never,
    definitions: { types: ['errand'], get: () => ({}) } as never,
    queue: {
      async nextStart() {
        isRunning = true;
        return undefined;
      },
    } as never,
    serving: undefined as never,
    clock: testClock(),
    concurrency: {},
  });
  expect(await queues.isBusy()).toBe(true);
  isRunning = false;
});
