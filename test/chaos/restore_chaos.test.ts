import { expect, test } from 'bun:test';
import { runRestoreChaos } from './restore_chaos.ts';

test('F1: restores under the worst moments give the backup’s state, or are refused with the reason', async () => {
  const seed = Date.now() % 100_000;
  const { counts, faults } = await runRestoreChaos(5, seed);
  expect({ seed, faults }).toEqual({ seed, faults: [] });
  expect(counts.kills).toBeGreaterThan(5);
}, 240_000);
