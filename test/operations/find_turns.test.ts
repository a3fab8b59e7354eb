import { expect, test } from 'bun:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inTurn } from '../../src/operations/find/turns.ts';

test('finds that come together leave turns of the event loop to others, and keep their order', async () => {
  const order: number[] = [];
  const all = Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      inTurn(async () => {
        order.push(n);
      }),
    ),
  );
  for (let turn = 1; turn <= 5; turn++) {
    await nextTurn();
    expect(order.length).toBeLessThanOrEqual(2 * turn);
  }
  await all;
  expect(order).toEqual(Array.from({ length: 20 }, (_, n) => n));
});

test('at most two finds run at once, and one that fails lets the next one run', async () => {
  let running = 0;
  let most = 0;
  const all = Array.from({ length: 8 }, (_, n) =>
    inTurn(async () => {
      running++;
      most = Math.max(most, running);
      await Bun.sleep(1);
      running--;
      if (n % 2 === 0) throw new Error('No.');
      return n;
    }),
  );
  const outcomes = await Promise.allSettled(all);
  expect(most).toBe(2);
  expect(outcomes.map(({ status }) => status)).toEqual(
    Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? 'rejected' : 'fulfilled')),
  );
});
