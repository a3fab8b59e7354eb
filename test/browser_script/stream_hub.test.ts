import { describe, expect, test } from 'bun:test';
import type { Supply } from '../../src/browser/live_source.ts';
import { StreamHub, type Tab } from '../../src/browser/stream_hub.ts';
import type { StreamEvent, StreamNews } from '../../src/browser/stream_messages.ts';

class FakeTab implements Tab {
  told: StreamNews[] = [];

  postMessage(news: StreamNews): void {
    this.told.push(news);
  }

  get last(): StreamNews | undefined {
    return this.told.at(-1);
  }
}

function setup() {
  let time = 0;
  const connections: { tell: (news: StreamNews) => void; open: boolean }[] = [];
  const asked: string[] = [];
  const openSupply = (tell: (news: StreamNews) => void): Supply => {
    const connection = { tell, open: true };
    connections.push(connection);
    return {
      close() {
        connection.open = false;
      },
      wake: () => asked.push('wake'),
      reconnect: () => asked.push('reconnect'),
    };
  };
  const hub = new StreamHub(openSupply, () => time);
  return {
    hub,
    asked,
    connections,
    open: () => connections.filter(({ open }) => open).length,
    say: (open: boolean, ...events: StreamEvent[]) => connections.at(-1)?.tell({ open, events }),
    pass(ms: number) {
      time += ms;
    },
    join() {
      const tab = new FakeTab();
      hub.hear(tab, 'ready');
      hub.hear(tab, 'ready');
      return tab;
    },
  };
}

const jobs = (data: string): StreamEvent => ({ type: 'jobs', data, lastEventId: 'b-1' });
const job = (id: string, text: string): StreamEvent => ({
  type: 'job',
  data: `<div id="live-${id}">${text}</div>`,
  lastEventId: 'b-2',
});

describe('many tabs', () => {
  test('share one connection, which is closed when the last of them has left', () => {
    const { hub, join, open, connections } = setup();
    const tabs = Array.from({ length: 30 }, join);
    expect(connections).toHaveLength(1);
    for (const tab of tabs.slice(1)) hub.hear(tab, 'bye');
    expect(open()).toBe(1);
    hub.hear(tabs[0] as FakeTab, 'bye');
    expect(open()).toBe(0);
  });

  test('are told the same', () => {
    const { join, say } = setup();
    const tabs = [join(), join(), join()];
    say(true, jobs('one'));
    for (const tab of tabs) expect(tab.last).toEqual({ open: true, events: [jobs('one')] });
  });
});

describe('a tab that joins later', () => {
  test('is told what is true now', () => {
    const { join, say } = setup();
    join();
    say(true, jobs('one'));
    say(true, job('a', '1'));
    expect(join().told[0]).toEqual({ open: true, events: [jobs('one'), job('a', '1')] });
  });

  test('is told nothing old when the connection is lost', () => {
    const { join, say } = setup();
    join();
    say(true, jobs('one'));
    say(false);
    expect(join().told).toEqual([{ open: false, events: [] }]);
  });

  test('than all others begins with a connection of its own', () => {
    const { hub, join, say, open } = setup();
    const first = join();
    say(true, jobs('one'));
    hub.hear(first, 'bye');
    expect(join().told).toEqual([{ open: false, events: [] }]);
    expect(open()).toBe(1);
  });
});

describe('a tab that does not answer', () => {
  test('is told nothing more until it does, and then what is true by then', () => {
    const { hub, join, say } = setup();
    const tab = join();
    say(true, jobs('one'));
    for (let step = 0; step < 1000; step++) say(true, job('a', String(step)));
    expect(tab.last?.events).toEqual([jobs('one')]);
    hub.hear(tab, 'ready');
    expect(tab.last?.events).toEqual([jobs('one'), job('a', '999')]);
  });

  test('is given up after a minute, and its connection with it', () => {
    const { hub, join, open, pass } = setup();
    join();
    hub.ping();
    pass(59_000);
    hub.ping();
    expect(open()).toBe(1);
    pass(2_000);
    hub.ping();
    expect(open()).toBe(0);
  });

  test('is one of them again when it answers after all', () => {
    const { hub, join, open, pass, say } = setup();
    const tab = join();
    hub.ping();
    pass(61_000);
    hub.ping();
    hub.hear(tab, 'ready');
    hub.hear(tab, 'ready');
    expect(open()).toBe(1);
    say(true, jobs('one'));
    expect(tab.last?.events).toEqual([jobs('one')]);
  });
});

test('a tab that is seen again or online again tells the connection', () => {
  const { hub, join, asked } = setup();
  const tab = join();
  hub.hear(tab, 'seen');
  hub.hear(tab, 'online');
  expect(asked).toEqual(['wake', 'reconnect']);
});
