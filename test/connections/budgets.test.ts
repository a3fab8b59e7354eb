import { describe, expect, test } from 'bun:test';
import { createConnections } from '../../src/connections/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { BudgetSpent } from '../../src/sources/source.ts';
import { until } from '../support/wait.ts';

function setup(now = () => new Date(), db = openDatabase(':memory:')) {
  return createConnections({ db, secretKey: new Uint8Array(32), now }).budgets;
}

describe('a budget', () => {
  test('grants nothing until a cap is set', async () => {
    const budgets = setup();
    expect(budgets.reserve('x', 10, 10)).rejects.toThrow('No budget is set');
    expect(await budgets.read('x')).toEqual({ posts: 0, requests: 0 });
  });

  test('grants what is left, to the post, and counts what came back', async () => {
    const budgets = setup();
    await budgets.setCap('x', 25);
    const first = await budgets.reserve('x', 20, 5);
    expect(first.posts).toBe(20);
    await first.settle(18);
    await first.settle(0);
    const second = await budgets.reserve('x', 20, 5);
    expect(second.posts).toBe(7);
    await second.settle(7);
    expect(budgets.reserve('x', 20, 5)).rejects.toThrow('used up: 25 of 25 posts.');
    expect(await budgets.read('x')).toMatchObject({ cap: 25, posts: 25, requests: 2 });
  });

  test('refuses a request that is smaller than the service accepts', async () => {
    const budgets = setup();
    await budgets.setCap('x', 13);
    await budgets.reserve('x', 10, 10);
    const refusal = await budgets.reserve('x', 10, 10).catch((error) => error);
    expect(refusal).toBeInstanceOf(BudgetSpent);
    expect(refusal.message).toContain('The 3 left are fewer than the 10 of one request.');
  });

  test('goes on after the cap was raised or the count reset; an older reservation is not counted then', async () => {
    const budgets = setup();
    await budgets.setCap('x', 10);
    const before = await budgets.reserve('x', 10, 10);
    await budgets.setCap('x', 20);
    expect((await budgets.reserve('x', 50, 10)).posts).toBe(10);
    await budgets.reset('x');
    await before.settle(2);
    const { since, ...state } = await budgets.read('x');
    expect([state, since]).toEqual([{ cap: 20, posts: 0, requests: 0 }, undefined]);
    expect((await budgets.reserve('x', 50, 10)).posts).toBe(20);
    expect((await budgets.read('x')).since).toBeInstanceOf(Date);
  });
});

describe('A17: requests under way', () => {
  test('are pending until their cost is known, whatever it is, for all processes', async () => {
    const db = openDatabase(':memory:');
    const [budgets, others] = [setup(undefined, db), setup(undefined, db)];
    await budgets.setCap('x', 100);
    expect(await budgets.isPending('x')).toBe(false);
    const [whole, part] = [await budgets.reserve('x', 60, 1), await budgets.reserve('x', 40, 1)];
    expect([await others.isPending('x'), await others.isPending('bluesky')]).toEqual([true, false]);
    await whole.settle(60);
    expect(await others.isPending('x')).toBe(true);
    await part.settle(10);
    await until('neither is pending', async () => !(await others.isPending('x')));
    expect(await budgets.read('x')).toMatchObject({ posts: 70 });
  });

  test('of a process that died are pending for ten seconds, and not when the clock was set back', async () => {
    let now = 1_800_000_000_000;
    const budgets = setup(() => new Date(now));
    await budgets.setCap('x', 100);
    await budgets.reserve('x', 60, 1);
    const pendingAt = (ms: number) => {
      now = ms;
      return budgets.isPending('x');
    };
    const start = now;
    expect(await pendingAt(start + 9_999)).toBe(true);
    expect(await pendingAt(start + 10_000)).toBe(false);
    expect(await pendingAt(start - 60_000)).toBe(false);
  });
});
