import { expect, test } from 'bun:test';
import { workforceOf } from '../../src/jobs/index.ts';

test.each([
  ['nas:7:boot', 'the host alone'],
  ['nas/4026531836:7:boot', 'with its pid namespace'],
  ['nas/4026531836/0b5e-77:7:boot', 'with its pid namespace and its boot'],
])('a job of the owner %s is shown at its process: %s', async (owner) => {
  const tracker = {
    reader: {
      ownersOfRunning: async () => new Map([['scrape-1', owner]]),
      pausedSources: async () => new Map(),
    },
    queues: async () => [],
  };
  const process = (host: string, pid: number) => ({ host, pid });
  const processes = [process('nas', 7), process('nas', 8), process('attic', 7)];
  const given = { tracker, processes, sources: [] } as never;
  const { processes: shown } = await workforceOf(given);
  expect(shown.map(({ jobs }) => jobs)).toEqual([['scrape-1'], [], []]);
});
