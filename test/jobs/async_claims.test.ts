import { expect, test } from 'bun:test';
import { historyAfter, objection } from '../support/job_history.ts';
import type { Member } from '../support/job_world.ts';
import { type Race, races, type Script } from '../support/race.ts';

const LIMIT_MS = 300_000;

/** A few steps and an end. */
const brief: Script = (worker, race) => [
  ...Array.from({ length: race.random() * 3 }, () => () => {}),
  () =>
    race.random() < 0.2 && worker.attempt === 1
      ? worker.fail(new Error('not yet'))
      : worker.finish('done'),
];

for (const limit of [1, 2]) {
  test(
    `places become free while claims are under way: never more than ${limit} at once in both processes, and all jobs run`,
    () =>
      races(
        ['here', 'here and there', 'there'],
        async (race) => {
          race.work(brief);
          for (let index = 0; index < 4; index++) {
            const { tracker } = race.scheduler.pick(race.members);
            const request = () => ({ type: 'errand', input: {}, ...startOf(race) }) as const;
            const requests = index % 2 ? [request(), request()] : [request()];
            const ask = () => void tracker.enqueueMany(requests);
            race.act({ ...race.here, process: processOf(race, tracker) }, ask);
          }
          await race.run();
          expect(await mostRunning(race)).toBeLessThanOrEqual(limit);
          expect(
            (await historyAfter(race.world.eye, 0)).flatMap((event) => objection(event) ?? []),
          ).toEqual([]);
          const begun = new Set(race.world.workers.map(({ member }) => member));
          if (begun.size === 2) return 'here and there';
          return begun.has(race.here) ? 'here' : 'there';
        },
        { concurrency: { errand: limit } },
      ),
    LIMIT_MS,
  );
}

/** Of any priority, some of them later. */
function startOf({ random }: Race): { priority?: number; delayMs?: number } {
  return {
    ...(random() < 0.5 && { priority: Math.floor(random() * 21) - 10 }),
    ...(random() < 0.25 && { delayMs: 20 }),
  };
}

/** How many jobs ran at once at most, according to the database. */
async function mostRunning(race: Race): Promise<number> {
  const isRunning = (status: string | null) => status === 'running' || status === 'cancelling';
  let running = 0;
  let most = 0;
  for (const { before, after } of await historyAfter(race.world.eye, 0)) {
    running += Number(isRunning(after)) - Number(isRunning(before));
    most = Math.max(most, running);
  }
  return most;
}

function processOf(race: Race, tracker: Member['tracker']) {
  return (race.members.find((member) => member.tracker === tracker) as Member).process;
}
