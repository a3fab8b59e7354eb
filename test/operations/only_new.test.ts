import { describe, expect, test } from 'bun:test';
import type { Library } from '../../src/library/index.ts';
import type { ListingPosition } from '../../src/library/library.ts';
import type { Post } from '../../src/sources/post.ts';
import { setup } from '../library/synthetic.ts';
import {
  Interrupted,
  type Random,
  type RunOptions,
  ScrapeRun,
  TimelineService,
} from '../support/timeline_service.ts';

/** Whole pages: the size is always the largest. */
const largest: Random = (n) => n - 1;

function world(posts: number, pageSize = 5, random = largest) {
  const { library } = setup();
  const service = new TimelineService(random, pageSize);
  for (let i = 0; i < posts; i++) service.publish();
  return { library, service };
}

async function run(library: Library, service: TimelineService, options: RunOptions = {}) {
  const before = service.requests;
  const job = new ScrapeRun(library, service, options);
  await job.attempt();
  return { ...job.result, log: job.log, pages: service.requests - before };
}

/** A run that ends after so many pages, and is not started again. */
async function cutShort(
  library: Library,
  service: TimelineService,
  pages: number,
  options: RunOptions = {},
) {
  service.failsAfter = pages;
  expect(run(library, service, options)).rejects.toThrow(Interrupted);
  await Bun.sleep(0);
  service.failsAfter = Number.POSITIVE_INFINITY;
}

const held = (library: Library) => library.counts().posts;
const onlyNew = { onlyNew: true };
const LISTING = { source: 'network', account: 'did:plc:a', options: 'posts' };

describe('FEATURES 40: only what is new', () => {
  test('stops at the posts of the last run, and says how many are new', async () => {
    const { library, service } = world(59);
    await run(library, service);
    for (let i = 0; i < 3; i++) service.publish();
    const again = await run(library, service, onlyNew);
    expect(again).toMatchObject({ newPosts: 3, pages: 2 });
    expect(again.log.at(-1)).toStartWith('Reached the posts of the last run.');
    expect(held(library)).toBe(62);
    expect(await run(library, service, onlyNew)).toMatchObject({ newPosts: 0, pages: 1 });
  });

  test('reads like a first run when there is no mark, and says so', async () => {
    const { library, service } = world(20);
    const first = await run(library, service, onlyNew);
    expect(first).toMatchObject({ posts: 20, newPosts: 20, firstRun: true });
    expect(first.log.at(-1)).toStartWith('No earlier run has read this author');
    expect(await run(library, service, onlyNew)).not.toHaveProperty('firstRun');
  });

  test('a first run that was killed at 3 of 10 pages leaves no post out', async () => {
    const { library, service } = world(50);
    await cutShort(library, service, 3, onlyNew);
    expect(held(library)).toBe(15);
    await run(library, service, onlyNew);
    expect(held(library)).toBe(50);
  });

  test('nor does a later one that was killed in the middle', async () => {
    const { library, service } = world(20);
    await run(library, service);
    for (let i = 0; i < 30; i++) service.publish();
    await cutShort(library, service, 3, onlyNew);
    await run(library, service, onlyNew);
    expect(held(library)).toBe(50);
  });

  test('the maximum counts new posts; what is left is said, and read by the next run', async () => {
    const { library, service } = world(20);
    await run(library, service);
    for (let i = 0; i < 12; i++) service.publish();
    const limited = { ...onlyNew, maxTweets: 5 };
    const first = await run(library, service, limited);
    expect(first).toMatchObject({ newPosts: 5, moreNew: true });
    expect(first.log.at(-1)).toContain('The maximum was reached');
    expect(await run(library, service, limited)).toMatchObject({ newPosts: 5, moreNew: true });
    const last = await run(library, service, limited);
    expect(last).toMatchObject({ newPosts: 2 });
    expect(last).not.toHaveProperty('moreNew');
    expect(held(library)).toBe(32);
  });

  test('a first run with a maximum is where later ones stop', async () => {
    const { library, service } = world(50);
    await run(library, service, { maxTweets: 10 });
    service.publish();
    expect(await run(library, service, onlyNew)).toMatchObject({ newPosts: 1 });
    expect(held(library)).toBe(11);
  });

  test.each([
    { published: 0, expected: { newPosts: 0, posts: 10 } },
    { published: 3, expected: { newPosts: 3, posts: 13 } },
    { published: 17, expected: { newPosts: 17, posts: 27 } },
  ])(
    'stops past the mark with $published new, though what is below the first run is unknown',
    async (row) => {
      const { library, service } = world(60, 20);
      await run(library, service, { maxTweets: 10 });
      for (let i = 0; i < row.published; i++) service.publish();
      const again = await run(library, service, { ...onlyNew, maxTweets: 100 });
      expect(again).toMatchObject(row.expected);
      expect(again).not.toHaveProperty('moreNew');
      expect(again.log.at(-1)).toStartWith('Reached the posts of the last run.');
      expect(await run(library, service, onlyNew)).toMatchObject({ newPosts: 0 });
      expect(held(library)).toBe(10 + row.published);
    },
  );

  test('leaves what is below the first run to a run of everything', async () => {
    const { library, service } = world(30);
    await run(library, service, { maxTweets: 10 });
    service.publish();
    await run(library, service, onlyNew);
    expect(await run(library, service)).toMatchObject({ posts: 31, newPosts: 20 });
  });

  test('reads more than the maximum in two runs, without a gap and without more', async () => {
    const { library, service } = world(250, 100);
    await run(library, service, { maxTweets: 100 });
    for (let i = 0; i < 150; i++) service.publish();
    const limited = { ...onlyNew, maxTweets: 100 };
    expect(await run(library, service, limited)).toMatchObject({ newPosts: 100, moreNew: true });
    expect(await run(library, service, limited)).toMatchObject({ newPosts: 50 });
    expect(await run(library, service, limited)).toMatchObject({ newPosts: 0, pages: 1 });
    expect(held(library)).toBe(250);
  });

  test('moves the mark at the end of a listing whose last page has unknown posts', async () => {
    const endsAtOnce: Random = (n) => (n === 2 ? 0 : n - 1);
    const { library, service } = world(13, 20, endsAtOnce);
    await run(library, service, { maxTweets: 10 });
    service.publish();
    const before = library.mark(LISTING);
    expect(await run(library, service, onlyNew)).toMatchObject({ posts: 11, newPosts: 1 });
    expect(library.mark(LISTING)?.id).not.toBe(before?.id);
  });

  test('keeps a post with an earlier date that stands between known ones', async () => {
    const { library, service } = world(40);
    await run(library, service, { maxTweets: 20 });
    service.backdate(2);
    expect(await run(library, service, onlyNew)).toMatchObject({ newPosts: 1 });
    expect(held(library)).toBe(21);
  });

  test('a run of everything that ends before the mark does not move it', async () => {
    const { library, service } = world(10);
    await run(library, service);
    for (let i = 0; i < 20; i++) service.publish();
    await run(library, service, { maxTweets: 5 });
    await run(library, service, onlyNew);
    expect(held(library)).toBe(30);
  });

  test('a pinned post that is alone on the first page does not end it', async () => {
    const { library, service } = world(20);
    service.pinned = service.listed.at(-1);
    await run(library, service);
    for (let i = 0; i < 6; i++) service.publish();
    let calls = 0;
    const short = new TimelineService((n) => (calls++ === 0 ? 0 : n - 1), 5);
    short.listed.push(...service.listed);
    short.pinned = service.pinned;
    expect(await run(library, short, onlyNew)).toMatchObject({ newPosts: 6 });
    expect(held(library)).toBe(26);
  });

  test('backdated posts need a run of everything', async () => {
    const { library, service } = world(40);
    await run(library, service);
    service.backdate(30);
    expect(await run(library, service, onlyNew)).toMatchObject({ newPosts: 0 });
    expect(await run(library, service)).toMatchObject({ newPosts: 1 });
  });

  test('each choice of replies and reposts has a mark of its own', async () => {
    const { library, service } = world(20);
    await run(library, service);
    const other = await run(library, service, { ...onlyNew, includeReplies: true });
    expect(other.log.at(-1)).toStartWith('No earlier run');
    expect(other).toMatchObject({ posts: 20, newPosts: 0, firstRun: true });
  });

  test('a post dated in the future does not hide those that come until then', async () => {
    const { library, service } = world(10);
    (service.listed[0] as { createdAt: Date }).createdAt = new Date(Date.now() + 1e12);
    await run(library, service);
    for (const post of [...Array(15)].map(() => service.publish())) {
      post.createdAt = new Date(Date.now() + 60_000);
    }
    await cutShort(library, service, 1, onlyNew);
    await run(library, service, onlyNew);
    expect(held(library)).toBe(25);
  });
});

/** xorshift32 */
function seeded(seed: number): Random {
  let state = seed * 2_654_435_761 || 1;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}

/** No page was asked for after two posts in a row, of whole pages, that are not newer than the mark. */
function expectStopped({ handedOn }: TimelineService, mark: ListingPosition, seed: number) {
  let below = 0;
  for (const items of handedOn.filter((page) => page.length > 0)) {
    expect(below, `seed ${seed}`).toBeLessThan(2);
    const isBelow = ({ createdAt, id }: Post) =>
      createdAt.getTime() < mark.at || (createdAt.getTime() === mark.at && id === mark.id);
    below = items.every(isBelow) ? below + items.length : 0;
  }
}

/** Whatever happens on the way, nothing is left out once the runs say that they have read all. */
async function anyHistory(seed: number): Promise<void> {
  const random = seeded(seed);
  const { library, service } = world(random(30), 1 + random(4), random);
  /** Backdated posts, and those below all that the first run with a mark has read. */
  const notPromised = new Set<string>();
  let hasMark = false;
  const mark = () => library.mark(LISTING);

  async function oneRun() {
    const options: RunOptions = {
      onlyNew: random(3) > 0,
      maxTweets: [1, 3, 7, 1_000][random(4)] as number,
      onCommit() {
        if (random(9) === 0) throw new Interrupted();
        if (random(6) === 0) service.publish();
      },
    };
    const job = new ScrapeRun(library, service, options);
    for (let attempt = 0; attempt <= random(4) && !job.result; attempt++) {
      service.failsAfter = random(3) === 0 ? random(8) : Number.POSITIVE_INFINITY;
      await job.attempt().catch((error) => expect(error).toBeInstanceOf(Interrupted));
    }
    service.failsAfter = Number.POSITIVE_INFINITY;
    const first = mark();
    if (hasMark || !first) return;
    hasMark = true;
    // Of what is older than the first mark only what has been read by then is promised.
    const older = service.listed.filter(({ createdAt }) => createdAt.getTime() < first.at);
    const ids = older.map(({ id }) => id);
    const stored = library.knownIds('network', ids);
    for (const id of ids) if (!stored.has(id)) notPromised.add(id);
  }

  for (let step = 0; step < 25; step++) {
    const what = random(8);
    if (what < 3) await oneRun();
    else if (what < 6) for (let i = random(6); i > 0; i--) service.publish();
    else if (what === 6 && service.listed.length > 0) service.delete();
    else if (random(2) === 0) notPromised.add(service.backdate().id);
    else service.pinned = service.listed[random(service.listed.length || 1)];
  }
  for (let more = true; more; ) {
    const before = mark();
    service.handedOn.length = 0;
    const job = new ScrapeRun(library, service, { onlyNew: true, maxTweets: 4 });
    await job.attempt();
    if (before) expectStopped(service, before, seed);
    more = job.result?.moreNew === true;
  }
  const due = service.listed.map(({ id }) => id).filter((id) => !notPromised.has(id));
  const stored = library.knownIds('network', due);
  if (!hasMark) return;
  expect(
    due.filter((id) => !stored.has(id)),
    `seed ${seed}`,
  ).toEqual([]);
}

test('nothing is left out for ever, whatever is killed, fails, is limited or comes meanwhile', async () => {
  const only = Number(process.env.XGPT_SEED);
  const seeds = only ? [only] : Array.from({ length: 25 }, (_, i) => i + 1);
  for (const seed of seeds) await anyHistory(seed);
});
