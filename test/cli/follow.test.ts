import { afterAll, expect, spyOn, test } from 'bun:test';
import { onEveryChange } from '../../src/cli/follow.ts';
import { Feed } from '../../src/jobs/feed.ts';
import { gate } from '../support/jobs.ts';

// Only changes lead to reads.
const timers = spyOn(globalThis, 'setInterval').mockImplementation((() => 0) as never);

afterAll(() => timers.mockRestore());

/** Follows a feed with reads that take until the test lets them end. */
function following() {
  const feed = new Feed();
  const control = new AbortController();
  const reads: { end: () => void }[] = [];
  const begun: (() => void)[] = [];
  const read = () => {
    const { promise, resolve } = gate();
    reads.push({ end: resolve });
    begun.splice(0).forEach((tell) => {
      tell();
    });
    return promise;
  };
  const over = onEveryChange({ feed }, read, control.signal);
  const nextBegins = () => new Promise<void>((resolve) => begun.push(resolve));
  return { feed, control, reads, over, nextBegins };
}

test('what changes during a read is read afterwards, and not at the same time', async () => {
  const { feed, control, reads, over, nextBegins } = following();
  feed.changed('job-1');
  await Bun.sleep(0);
  expect(reads).toHaveLength(1);
  const next = nextBegins();
  reads[0]?.end();
  await next;
  expect(reads).toHaveLength(2);
  control.abort();
  reads[1]?.end();
  await over;
});

test('a read in progress ends before the caller goes on', async () => {
  const { control, reads, over } = following();
  let isOver = false;
  void over.then(() => {
    isOver = true;
  });
  control.abort();
  await Bun.sleep(0);
  expect(isOver).toBe(false);
  reads[0]?.end();
  await over;
});
