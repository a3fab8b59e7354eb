import { describe, expect, test } from 'bun:test';
import type { LiveSource } from '../../src/browser/live_source.ts';
import { StreamHub, type Tab } from '../../src/browser/stream_hub.ts';
import type { LogPart, StreamEvent, StreamUpdate } from '../../src/browser/stream_messages.ts';

class FakeTab implements Tab {
  told: StreamUpdate[] = [];

  postMessage(update: StreamUpdate): void {
    this.told.push(update);
  }

  get last(): StreamUpdate | undefined {
    return this.told.at(-1);
  }
}

function setup() {
  let time = 0;
  const connections: { tell: (news: StreamUpdate) => void; open: boolean }[] = [];
  const queries: string[] = [];
  let runLater: (() => void)[] = [];
  const asked: string[] = [];
  const openSource = (tell: (news: StreamUpdate) => void, query: () => string): LiveSource => {
    const connect = () => void queries.push(decodeURIComponent(query()));
    connect();
    const connection = { tell, open: true };
    connections.push(connection);
    return {
      close() {
        connection.open = false;
      },
      wake: () => asked.push('wake'),
      reconnect: () => asked.push('reconnect'),
      move: connect,
    };
  };
  const hub = new StreamHub(
    openSource,
    () => time,
    (run) => runLater.push(run),
  );
  return {
    hub,
    asked,
    connections,
    /** What each connection asked for, the newest last. */
    queries,
    /** The time for which quick changes are put together is over. */
    later() {
      const due = runLater;
      runLater = [];
      for (const run of due) run();
    },
    open: () => connections.filter(({ open }) => open).length,
    say: (open: boolean, ...events: StreamEvent[]) => connections.at(-1)?.tell({ open, events }),
    /** The server says 401. */
    refuse: () => connections.at(-1)?.tell({ open: null, events: [] }),
    pass(ms: number) {
      time += ms;
    },
    join() {
      const tab = new FakeTab();
      hub.receive(tab, 'ready');
      hub.receive(tab, 'ready');
      return tab;
    },
    /** A tab that shows the log of `job`, and has `position` bytes of it. */
    joinLog(name: string, position: number) {
      const tab = new FakeTab();
      const answer = (has: number) => hub.receive(tab, { ready: { job: name, position: has } });
      const parts = () =>
        tab.told
          .flatMap(({ events }) => events)
          .filter(({ type }) => type === 'log')
          .map(({ data }) => JSON.parse(data) as LogPart);
      answer(position);
      answer(parts().at(-1)?.position ?? position);
      /** All that it was told of logs. */
      const text = () =>
        parts()
          .map((part) => part.text)
          .join('');
      return Object.assign(tab, { answer, text });
    },
  };
}

const jobs = (data: string): StreamEvent => ({ type: 'jobs', data, lastEventId: 'b-1' });
const job = (id: string, text: string): StreamEvent => ({
  type: 'job',
  data: `<div id="live-${id}">${text}</div>`,
  lastEventId: 'b-2',
});

/** So many bytes of a log. */
const log = (name: string, from: number, text: string): StreamEvent => ({
  type: 'log',
  data: JSON.stringify({ job: name, from, position: from + text.length, text }),
  lastEventId: 'b-2',
});

describe('many tabs', () => {
  test('share one connection, which is closed when the last tab leaves', () => {
    const { hub, join, open, connections } = setup();
    const tabs = Array.from({ length: 30 }, join);
    expect(connections).toHaveLength(1);
    for (const tab of tabs.slice(1)) hub.receive(tab, 'bye');
    expect(open()).toBe(1);
    hub.receive(tabs[0] as FakeTab, 'bye');
    expect(open()).toBe(0);
  });

  test('get the same events', () => {
    const { join, say } = setup();
    const tabs = [join(), join(), join()];
    say(true, jobs('one'));
    for (const tab of tabs) expect(tab.last).toEqual({ open: true, events: [jobs('one')] });
  });
});

describe('F3: a refused stream', () => {
  test('is reported to every tab, also to one that has not answered yet', () => {
    const { hub, join, say, refuse } = setup();
    const [first, behind] = [join(), join()];
    say(true, jobs('private'));
    hub.receive(first, 'ready');
    refuse();
    expect(first.last).toEqual({ open: null, events: [] });
    expect(behind.last).toEqual({ open: true, events: [jobs('private')] });
    hub.receive(behind, 'ready');
    expect(behind.last).toEqual({ open: null, events: [] });
  });

  test('is tried again at once for a tab that joins later, which is told only of its result', () => {
    const { join, say, refuse, asked } = setup();
    const first = join();
    refuse();
    expect(asked).toEqual([]);
    const second = join();
    expect(asked).toEqual(['wake']);
    expect(second.last).toEqual({ open: false, events: [] });
    say(true, jobs('again'));
    expect(second.last).toEqual({ open: true, events: [jobs('again')] });
    expect(first.last?.open).toBeNull();
    join();
    expect(asked).toEqual(['wake']);
  });
});

describe('a tab that joins later', () => {
  test('gets the current state', () => {
    const { join, say } = setup();
    join();
    say(true, jobs('one'));
    say(true, job('a', '1'));
    expect(join().told[0]).toEqual({ open: true, events: [jobs('one'), job('a', '1')] });
  });

  test('gets no old state while the connection is lost', () => {
    const { join, say } = setup();
    join();
    say(true, jobs('one'));
    say(false);
    expect(join().told).toEqual([{ open: false, events: [] }]);
  });

  test('than all others gets a new connection', () => {
    const { hub, join, say, open } = setup();
    const first = join();
    say(true, jobs('one'));
    hub.receive(first, 'bye');
    expect(join().told).toEqual([{ open: false, events: [] }]);
    expect(open()).toBe(1);
  });
});

describe('a tab that does not answer', () => {
  test('gets nothing until it does, and then the current state', () => {
    const { hub, join, say } = setup();
    const tab = join();
    say(true, jobs('one'));
    for (let step = 0; step < 1000; step++) say(true, job('a', String(step)));
    expect(tab.last?.events).toEqual([jobs('one')]);
    hub.receive(tab, 'ready');
    expect(tab.last?.events).toEqual([jobs('one'), job('a', '999')]);
  });

  test('is removed after a minute, and its connection is closed', () => {
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

  test('joins again when it answers after all', () => {
    const { hub, join, open, pass, say } = setup();
    const tab = join();
    hub.ping();
    pass(61_000);
    hub.ping();
    hub.receive(tab, 'ready');
    hub.receive(tab, 'ready');
    expect(open()).toBe(1);
    say(true, jobs('one'));
    expect(tab.last?.events).toEqual([jobs('one')]);
  });
});

test('a tab that is visible or online again wakes the connection', () => {
  const { hub, join, asked } = setup();
  const tab = join();
  hub.receive(tab, 'seen');
  hub.receive(tab, 'online');
  expect(asked).toEqual(['wake', 'reconnect']);
});

describe('the log that a tab shows', () => {
  test('is requested from the tab’s position', () => {
    const { joinLog, queries } = setup();
    joinLog('a', 120);
    expect(queries).toEqual(['?whole=changes&log=a@120']);
  });

  test('goes to the tabs that show it, and to no other', () => {
    const { join, joinLog, say } = setup();
    const [mine, same, other, none] = [joinLog('a', 0), joinLog('a', 0), joinLog('b', 0), join()];
    say(true, log('a', 0, 'one\n'));
    expect([mine.text(), same.text(), other.text()]).toEqual(['one\n', 'one\n', '']);
    expect(none.told.flatMap(({ events }) => events)).toEqual([]);
  });

  test('is requested with all others, by one new connection for quick changes', () => {
    const { join, joinLog, later, queries, say, hub } = setup();
    const first = join();
    say(true, jobs('one'));
    joinLog('a', 10);
    const leaving = joinLog('b', 20);
    joinLog('c', 30);
    hub.receive(leaving, 'bye');
    hub.receive(first, 'bye');
    expect(queries).toEqual(['?whole=changes']);
    later();
    // The connection before had brought everything up to that event.
    expect(queries.slice(1)).toEqual(['?whole=changes&log=a@10&log=c@30&lastEventId=b-1']);
    later();
    expect(queries).toHaveLength(2);
  });

  test('is no longer requested when its last tab has left', () => {
    const { join, joinLog, hub, later, queries } = setup();
    join();
    const tab = joinLog('a', 0);
    later();
    hub.receive(tab, 'bye');
    later();
    expect(queries).toEqual(['?whole=changes', '?whole=changes&log=a@0', '?whole=changes']);
  });

  test('continues in a new connection where the last one ended', () => {
    const { joinLog, later, queries, say } = setup();
    const tab = joinLog('a', 0);
    say(true, log('a', 0, 'one\n'));
    tab.answer(4);
    joinLog('b', 0);
    later();
    expect(queries.at(-1)).toBe('?whole=changes&log=a@4&log=b@0');
  });

  test('leaves the taskbar as it is while the connection moves', () => {
    const { join, joinLog, later, say } = setup();
    join();
    say(true, jobs('one'));
    joinLog('a', 0);
    later();
    expect(join().told[0]).toEqual({ open: true, events: [jobs('one')] });
  });

  test('is replayed to a tab that joins later, without another connection', () => {
    const { joinLog, later, queries, say } = setup();
    const first = joinLog('a', 0);
    say(true, log('a', 0, 'one\n'));
    first.answer(4);
    say(true, log('a', 4, 'two\n'));
    const second = joinLog('a', 4);
    later();
    expect(second.text()).toBe('two\n');
    expect(queries).toHaveLength(1);
  });

  test('is requested from an earlier position for a tab that lacks more than is kept', () => {
    const { joinLog, later, queries, say } = setup();
    const first = joinLog('a', 500);
    say(true, log('a', 500, 'late\n'));
    first.answer(505);
    const second = joinLog('a', 100);
    later();
    expect(queries.at(-1)).toBe('?whole=changes&log=a@100');
    say(true, log('a', 100, 'x'.repeat(405)));
    expect(second.text()).toBe('x'.repeat(405));
    // The first has it all, and is told nothing twice.
    expect(first.text()).toBe('late\n');
    second.answer(505);
    say(true, log('a', 505, 'last\n'));
    expect([first.text(), second.text()]).toEqual(['late\nlast\n', `${'x'.repeat(405)}last\n`]);
  });

  test('is kept for a tab that does not answer, and complete when it does', () => {
    const { joinLog, say } = setup();
    const tab = joinLog('a', 0);
    say(true, log('a', 0, '0\n'));
    for (let line = 1; line < 100; line++) say(true, log('a', line * 2, `${line % 10}\n`));
    expect(tab.text()).toBe('0\n');
    tab.answer(2);
    expect(tab.text()).toBe(Array.from({ length: 100 }, (_, line) => `${line % 10}\n`).join(''));
  });

  test('is requested again when too much came for a tab that did not answer', () => {
    const { joinLog, later, queries, say } = setup();
    const tab = joinLog('a', 0);
    const size = 30_000;
    for (let part = 0; part < 20; part++) say(true, log('a', part * size, 'x'.repeat(size)));
    later();
    expect(queries).toEqual(['?whole=changes&log=a@0']);
    tab.answer(size);
    later();
    expect(queries).toEqual(['?whole=changes&log=a@0', `?whole=changes&log=a@${size}`]);
    for (let part = 1; part < 20; part++) {
      say(true, log('a', part * size, 'x'.repeat(size)));
      tab.answer((part + 1) * size);
    }
    expect(tab.text()).toHaveLength(20 * size);
  });

  test('is not requested again for a tab that is frozen', () => {
    const { joinLog, later, queries, say } = setup();
    joinLog('a', 0);
    const size = 30_000;
    for (let part = 0; part < 20; part++) say(true, log('a', part * size, 'x'.repeat(size)));
    joinLog('b', 0);
    later();
    expect(queries.at(-1)).toBe(`?whole=changes&log=a@${20 * size}&log=b@0`);
  });

  test('whose oldest lines are no longer kept is requested once, and continues with what is left', () => {
    const { joinLog, later, queries, say } = setup();
    const tab = joinLog('a', 0);
    say(true, log('a', 1_000, 'left\n'));
    expect(tab.text()).toBe('left\n');
    const second = joinLog('a', 0);
    later();
    expect(second.text()).toBe('left\n');
    expect(queries).toHaveLength(1);
  });

  test('is followed if it is one of the twenty opened last', () => {
    const { joinLog, later, queries } = setup();
    for (let index = 0; index < 25; index++) joinLog(`j${index}`, 0);
    later();
    const asked = [...(queries.at(-1) ?? '').matchAll(/log=(j\d+)@0/g)].map(([, name]) => name);
    expect(asked).toEqual(Array.from({ length: 20 }, (_, index) => `j${index + 5}`));
    later();
    expect(queries).toHaveLength(2);
  });
});
