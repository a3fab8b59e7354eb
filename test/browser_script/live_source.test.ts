import { describe, expect, test } from 'bun:test';
import { openLiveSource, type RawSource, retryDelay } from '../../src/browser/live_source.ts';
import type { StreamUpdate } from '../../src/browser/stream_messages.ts';
import { testClock } from '../support/clock.ts';

/** The browser's side: connections that do what the test says. */
class FakeSource extends EventTarget implements RawSource {
  onopen: RawSource['onopen'] = null;
  onerror: RawSource['onerror'] = null;
  closed = false;
  readyState = 0;

  close(): void {
    this.closed = true;
  }

  open(): void {
    this.onopen?.(new Event('open'));
  }

  fail(): void {
    this.onerror?.(new Event('error'));
  }

  /** The answer is no stream. */
  refuse(): void {
    this.readyState = 2;
    this.fail();
  }

  say(type: string, data = '', lastEventId = ''): void {
    this.dispatchEvent(new MessageEvent(type, { data, lastEventId }));
  }
}

function setup() {
  const clock = testClock();
  const sources: FakeSource[] = [];
  const told: StreamUpdate[] = [];
  const opened: string[] = [];
  const address = { now: '/stream' };
  const asked: string[] = [];
  const status: { now: number | undefined } = { now: undefined };
  const surroundings = {
    ...clock,
    random: () => 0.5,
    async status(url: string) {
      asked.push(url);
      if (status.now === undefined) throw new TypeError('Failed to fetch');
      return status.now;
    },
    open(url: string) {
      opened.push(url);
      const source = new FakeSource();
      sources.push(source);
      return source;
    },
  };
  const supply = openLiveSource(
    () => address.now,
    (news) => told.push(news),
    surroundings,
  );
  const newest = () => sources.at(-1) as FakeSource;
  return { clock, sources, told, supply, newest, opened, address, asked, status };
}

const REFUSED = { open: null, events: [] };

describe('F3: a stream that is answered with something else', () => {
  test('is reported as refused when the server says 401, and tried again', async () => {
    const { clock, told, newest, status, asked, sources } = setup();
    newest().open();
    newest().fail();
    await clock.advance(3_000);
    expect(asked).toEqual([]);
    status.now = 401;
    newest().refuse();
    await clock.advance(3_000);
    expect(asked).toEqual(['/stream']);
    expect(told.slice(1)).toEqual([{ open: false, events: [] }, REFUSED]);
    expect(sources).toHaveLength(3);
  });

  test.each([[undefined], [200], [403], [429], [502], [503]])(
    'is not reported as refused when the next answer is %p',
    async (next) => {
      const { clock, told, newest, status, asked } = setup();
      status.now = next;
      newest().refuse();
      await clock.advance(1);
      expect(asked).toEqual(['/stream']);
      expect(told).toEqual([]);
    },
  );

  test('is not reported once the connection is open again or closed', async () => {
    for (const step of ['open', 'close'] as const) {
      const { clock, told, newest, status, supply } = setup();
      status.now = 401;
      newest().refuse();
      if (step === 'close') supply.close();
      else {
        supply.wake();
        newest().open();
      }
      await clock.advance(1);
      expect(told).not.toContainEqual(REFUSED);
    }
  });
});

describe('the live connection', () => {
  test('reports that it is open, its events, and that it was lost', () => {
    const { told, newest } = setup();
    newest().open();
    newest().say('jobs', '<p>', 'b-1');
    newest().fail();
    expect(told).toEqual([
      { open: true, events: [] },
      { open: true, events: [{ type: 'jobs', data: '<p>', lastEventId: 'b-1' }] },
      { open: false, events: [] },
    ]);
  });

  test('reconnects within three seconds, however often it has failed', async () => {
    const { clock, sources, newest } = setup();
    for (let failure = 0; failure < 30; failure++) {
      newest().fail();
      const before = sources.length;
      await clock.advance(3_000);
      expect(sources.length).toBe(before + 1);
    }
    expect(sources.filter(({ closed }) => !closed)).toHaveLength(1);
  });

  test('reports a lost connection once, and not at each attempt', async () => {
    const { clock, told, newest } = setup();
    newest().open();
    for (let failure = 0; failure < 5; failure++) {
      newest().fail();
      await clock.advance(3_000);
    }
    expect(told.map(({ open }) => open)).toEqual([true, false]);
  });

  test('reconnects after 45 s without an event or a heartbeat', async () => {
    const { clock, sources, newest } = setup();
    newest().open();
    for (let beat = 0; beat < 6; beat++) {
      await clock.advance(20_000);
      newest().say('beat');
    }
    expect(sources).toHaveLength(1);
    await clock.advance(40_000);
    expect(sources).toHaveLength(1);
    await clock.advance(10_000);
    expect(sources).toHaveLength(2);
    expect(sources[0]?.closed).toBe(true);
  });

  test('reconnects when a request is not answered at all', async () => {
    const { clock, sources } = setup();
    await clock.advance(15_000);
    expect(sources).toHaveLength(2);
  });

  test('reconnects at once when the page becomes visible', () => {
    const { sources, newest, supply } = setup();
    newest().open();
    newest().fail();
    supply.wake();
    expect(sources).toHaveLength(2);
  });

  test('is kept when the page becomes visible, unless a heartbeat is missing', async () => {
    const { clock, sources, newest, supply } = setup();
    newest().open();
    await clock.advance(20_000);
    supply.wake();
    expect(sources).toHaveLength(1);
    await clock.advance(10_000);
    supply.wake();
    expect(sources).toHaveLength(2);
  });

  test('reconnects once when thirty tabs report that the machine is online again', async () => {
    const { clock, sources, newest, supply } = setup();
    newest().open();
    await clock.advance(10_000);
    for (let tab = 0; tab < 30; tab++) supply.reconnect();
    expect(sources).toHaveLength(2);
  });

  test('moves to another address without reporting an interruption, and can fail there', () => {
    const { sources, told, newest, supply, opened, address } = setup();
    newest().open();
    address.now = '/stream?log=a%400';
    supply.move();
    expect(opened).toEqual(['/stream', '/stream?log=a%400']);
    expect(sources[0]?.closed).toBe(true);
    newest().open();
    newest().say('log', '{}');
    newest().fail();
    expect(told.map(({ open }) => open)).toEqual([true, true, false]);
  });

  test('uses the new address when a retry is scheduled', async () => {
    const { clock, newest, supply, opened, address } = setup();
    newest().fail();
    address.now = '/elsewhere';
    supply.move();
    expect(opened).toEqual(['/stream']);
    await clock.advance(3_000);
    expect(opened).toEqual(['/stream', '/elsewhere']);
  });

  test('reports nothing after it is closed', async () => {
    const { clock, sources, told, newest, supply } = setup();
    newest().open();
    supply.close();
    await clock.advance(120_000);
    expect(sources).toHaveLength(1);
    expect(newest().closed).toBe(true);
    expect(told).toHaveLength(1);
  });
});

test('after a machine has slept the connection is replaced at once', async () => {
  let time = 0;
  let look = () => {};
  const sources: FakeSource[] = [];
  openLiveSource(
    () => '/stream',
    () => {},
    {
      status: async () => 200,
      open: () => sources[sources.push(new FakeSource()) - 1] as FakeSource,
      now: () => time,
      after(_ms, run) {
        look = run;
        return () => {};
      },
      random: () => 0,
    },
  );
  sources[0]?.open();
  time += 5_000;
  look();
  expect(sources).toHaveLength(1);
  time += 36_000;
  look();
  expect(sources).toHaveLength(2);
});

test('the clients of a restarted server reconnect over two seconds', () => {
  expect([0, 1, 2, 9].map((failures) => retryDelay(failures, 0))).toEqual([250, 500, 1000, 1000]);
  expect([0, 1, 2, 9].map((failures) => retryDelay(failures, 1))).toEqual([750, 1500, 3000, 3000]);
});
