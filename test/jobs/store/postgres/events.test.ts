import { afterEach, describe, expect, test } from 'bun:test';
import { systemClock, type Tracker } from '../../../../src/jobs/index.ts';
import { decodePlace, type EventPlace, encodePlace } from '../../../../src/jobs/job_events.ts';
import type { Postgres } from '../../../../src/platform/postgres/client.ts';
import { writerOf } from '../../../../src/platform/postgres/writer.ts';
import { gate } from '../../../support/jobs.ts';
import { closeAll, connect, migratedDatabase, trackerOn } from './setup.ts';

afterEach(closeAll);

/** A reader of all events, which keeps nothing but its place, as text. */
class Follower {
  readonly told: string[] = [];
  #place = '';

  constructor(
    private readonly tracker: Tracker,
    private readonly limit: number,
  ) {}

  async begin(): Promise<void> {
    this.#place = encodePlace(await this.tracker.events.start());
    await this.read();
  }

  /** Reads to the end; `cut` stops within a page, as a connection that is lost. */
  async read(cut = Number.POSITIVE_INFINITY): Promise<void> {
    for (let isMore = true; isMore; ) {
      const page = await this.tracker.events.after(this.#decoded(), this.limit);
      if (!page) throw new Error('The place is no longer known.');
      for (const event of page.events.slice(0, cut)) {
        if (event.kind === 'upsert') this.told.push(`${event.job.id} ${event.job.status}`);
        if (event.kind === 'deleted') this.told.push(`${event.id} deleted`);
        this.#place = encodePlace(event.after);
      }
      if (page.events.length > cut) return;
      this.#place = encodePlace(page.next);
      isMore = page.isMore;
    }
  }

  #decoded(): EventPlace {
    return decodePlace(this.#place) as EventPlace;
  }
}

/** Keeps the transaction open in which the writes of this turn are. `begun`: all of them have run. */
function hold(database: Postgres): { begun: Promise<void>; release(): void } {
  const [begun, held] = [gate(), gate()];
  const writer = writerOf(database);
  // However long the writes take, they are in one transaction.
  writer.use({ ...systemClock, elapsed: () => 0 });
  void writer.write(() => {
    begun.resolve();
    return held.promise;
  });
  return { begun: begun.promise, release: () => held.resolve() };
}

describe('events across two writers', () => {
  test('are told while a transaction is held open, and once only when it ends', async () => {
    const address = await migratedDatabase();
    const [one, other] = [connect(address), connect(address)];
    const [here, there] = [trackerOn(one), trackerOn(other)];
    const follower = new Follower(here, 10);
    await follower.begin();

    const late = there.enqueue('scrape', { query: 'late' });
    const held = hold(other);
    await held.begun;
    const before = await here.enqueue('scrape', { query: 'before' });
    await follower.read();
    expect(follower.told).toEqual([`${before.id} queued`]);

    held.release();
    const { id } = await late;
    await follower.read();
    await follower.read();
    expect(follower.told).toEqual([`${before.id} queued`, `${id} queued`]);
  });

  test('are neither lost nor repeated, in whatever order transactions begin and end', async () => {
    const address = await migratedDatabase();
    const writers = [connect(address), connect(address), connect(address)];
    const trackers = writers.map((database) => trackerOn(database));
    const follower = new Follower(trackers[0] as Tracker, 3);
    await follower.begin();
    const random = seeded(7);
    const started: Promise<{ id: string }>[] = [];
    const open = new Map<number, { release(): void }>();
    for (let step = 0; step < 120; step++) {
      const index = random(writers.length);
      const [tracker, database] = [trackers[index], writers[index]] as [Tracker, Postgres];
      const isOpen = open.get(index);
      if (isOpen) {
        isOpen.release();
        open.delete(index);
      } else {
        started.push(tracker.enqueue('scrape', { query: `${step}` }));
        const held = hold(database);
        await held.begun;
        open.set(index, held);
      }
      await follower.read(random(2) === 0 ? 1 : undefined);
    }
    for (const held of open.values()) held.release();
    const ids = (await Promise.all(started)).map(({ id }) => id);
    await follower.read();
    expect(follower.told.toSorted()).toEqual(ids.map((id) => `${id} queued`).toSorted());
  });
});

function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}
