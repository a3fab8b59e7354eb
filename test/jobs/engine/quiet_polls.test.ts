/** How often a process looks at the database that other processes may have changed. */
import { describe, expect, test } from 'bun:test';
import { ErrorReporter } from '../../../src/jobs/engine/error_reporter.ts';
import { Notifier } from '../../../src/jobs/engine/notifier.ts';
import { Runner } from '../../../src/jobs/engine/runner.ts';
import { Signal } from '../../../src/jobs/engine/signal.ts';
import { BY_SIGNALS } from '../../../src/jobs/queue/create_dispatcher.ts';
import { Echo } from '../../../src/jobs/store/postgres/echo.ts';
import { silentLogger } from '../../../src/platform/logger.ts';
import { testClock } from '../../support/clock.ts';

const errors = new ErrorReporter(silentLogger);

/** A notifier whose database can be told to fail, or to signal every commit. */
function notifying() {
  const clock = testClock();
  const state = { isSignalled: false, isFailing: false, taken: 0 };
  const news = {
    get isSignalled() {
      return state.isSignalled;
    },
    async take() {
      state.taken++;
      if (state.isFailing) throw new Error('It cannot be reached.');
      return undefined;
    },
  };
  const notifier = new Notifier({ news, clock, errors, owner: 'here' } as never);
  notifier.start();
  return { clock, state };
}

/** A runner that has nothing to run. */
function running() {
  const clock = testClock();
  const state = { isSignalled: false, isFailing: false, polls: 0, starts: [] as number[] };
  const runner = new Runner({
    news: state,
    clock,
    errors,
    claimable: new Signal(),
    dispatcher: BY_SIGNALS,
    definitions: { types: ['errand'], get: () => undefined },
    rescuer: { rescue: async () => void state.polls++ },
    store: {
      async rebaseWaits() {
        if (state.isFailing) throw new Error('It cannot be reached.');
      },
    },
    queue: {
      nextStart: async () => state.starts[0],
      afterWrites: () => void state.starts.shift(),
    },
  } as never);
  return { clock, state, runner };
}

describe('a process that no signals reach', () => {
  test('looks for news every half second, and for what can start every second', async () => {
    const [{ clock, state }, other] = [notifying(), running()];
    await clock.advance(10_000);
    expect(state.taken).toBe(20);
    await other.runner.start();
    await other.clock.advance(10_000);
    expect(other.state.polls).toBe(11);
  });
});

describe('a process that is signalled every commit', () => {
  test('looks for news every 2 s, and as often as before when it fails or signals are lost', async () => {
    const { clock, state } = notifying();
    state.isSignalled = true;
    await clock.advance(10_000);
    expect(state.taken).toBe(5);
    state.isSignalled = false;
    await clock.advance(5_000);
    expect(state.taken).toBe(15);
    Object.assign(state, { isSignalled: true, isFailing: true, taken: 0 });
    await clock.advance(10_000);
    expect(state.taken).toBeGreaterThanOrEqual(16);
  });

  test('looks for what can start every 3 s, and as often as before when that fails or signals are lost', async () => {
    const { clock, state, runner } = running();
    state.isSignalled = true;
    await runner.start();
    await clock.advance(30_000);
    expect(state.polls).toBe(11);
    state.isSignalled = false;
    await clock.advance(5_000);
    expect(state.polls).toBe(16);
    Object.assign(state, { isSignalled: true, isFailing: true, polls: 0 });
    await clock.advance(10_000);
    expect(state.polls).toBeGreaterThanOrEqual(8);
  });

  test('looks at once when it is started again', async () => {
    const { clock, state, runner } = running();
    state.isSignalled = true;
    await runner.start();
    await clock.advance(1_000);
    await runner.stop(0);
    await runner.start();
    expect(state.polls).toBe(2);
  });

  test('starts in time what is due between two looks', async () => {
    const { clock, state, runner } = running();
    state.isSignalled = true;
    state.starts.push(clock.now() + 2_500);
    await runner.start();
    await clock.advance(2_499);
    expect(state.starts).toHaveLength(1);
    await clock.advance(1);
    expect(state.starts).toEqual([]);
  });
});

describe('the echo of a process', () => {
  function echoing() {
    const clock = testClock();
    const echo = new Echo('here:1:boot', clock.elapsed);
    return { clock, echo };
  }

  test('is sent every 2 s, once the process listens', async () => {
    const { clock, echo } = echoing();
    expect(echo.next()).toBe('');
    echo.isListening = true;
    const sent = echo.next();
    expect(sent).not.toBe('');
    expect(echo.next()).toBe('');
    clock.skip(1_999);
    expect(echo.next()).toBe('');
    clock.skip(1);
    expect(echo.next()).not.toBeOneOf(['', sent]);
  });

  test('tells after half a second whether the connection that listens is deaf', () => {
    const { clock, echo } = echoing();
    echo.isListening = true;
    const first = echo.next();
    // Nothing is known yet.
    expect(echo.isHeard).toBe(false);
    expect(echo.hears(first)).toBe(true);
    expect(echo.isHeard).toBe(true);
    clock.skip(2_000);
    const second = echo.next();
    clock.skip(499);
    expect(echo.isHeard).toBe(true);
    clock.skip(1);
    expect(echo.isHeard).toBe(false);
    // Only the last one counts.
    echo.hears(first);
    expect(echo.isHeard).toBe(false);
    echo.hears(second);
    expect(echo.isHeard).toBe(true);
  });

  test('is told from that of another process, and from a commit', () => {
    const [{ echo }, other] = [echoing(), new Echo('there:1:boot', () => 0)];
    echo.isListening = true;
    other.isListening = true;
    echo.next();
    expect(echo.hears(other.next())).toBe(true);
    expect(echo.isHeard).toBe(false);
    expect(echo.hears('there:1:boot')).toBe(false);
  });
});
