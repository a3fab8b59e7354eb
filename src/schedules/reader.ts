import { checkedStart, readSession, readStartOptions, type Tracker } from '../jobs/index.ts';
import { Collector } from './collector.ts';
import { readDueCron, readZone } from './cron.ts';
import { type IsOnce, requireRepeatable } from './once.ts';
import { changedRepetition, cronOf } from './repetition.ts';
import type { ScheduleChanges, ScheduleRequest } from './schedule.ts';
import type { NewSchedule, StoredSchedule } from './store.ts';

export interface ReaderDeps {
  tracker: Pick<Tracker, 'checkedInput'>;
  /** Fields that a repeated start has where its input leaves them out, such as `onlyNew`. */
  repeatedDefaults?: (type: string, input: Record<string, unknown>) => Record<string, unknown>;
  /** Types that no schedule starts. Default: none. */
  isOnce?: IsOnce | undefined;
}

type Read = Omit<NewSchedule, 'id' | 'type' | 'client' | 'createdAt'>;

/** Reads what was typed of a schedule, and names everything that is wrong with it. */
export class ScheduleReader {
  constructor(private readonly deps: ReaderDeps) {}

  /** @param now in ms since 1970. @throws InvalidInput */
  async read(request: ScheduleRequest, now: number): Promise<Read> {
    requireRepeatable(request.type, this.deps.isOnce);
    const found = new Collector();
    const input = await found.check(() => this.#input(request.type, request.input));
    const sessionId = await found.check(() => readSession(request.sessionId));
    const how = await found.check(() => startOptions(request));
    const timeZone = await found.check(() => readZone(request.timeZone));
    const cron = await found.check(() => cronOf(request));
    const nextDue = await found.check(() => nextDueOf(cron, timeZone, now));
    found.finish();
    const times = { cron, timeZone, nextDue };
    return { input, sessionId, priority: 0, ...how, ...times } as Read;
  }

  /** What is changed of a schedule. @throws InvalidInput */
  async change(before: StoredSchedule, typed: ScheduleChanges, now: number) {
    requireRepeatable(before.type, this.deps.isOnce);
    const found = new Collector();
    const { input = before.input } = typed;
    const changes = {
      input:
        input === before.input ? input : await found.check(() => this.#input(before.type, input)),
      ...('sessionId' in typed && {
        sessionId: await found.check(() => readSession(typed.sessionId)),
      }),
      ...(await found.check(() => startOptions(typed))),
    };
    const times = await this.#times(before, typed, now, found);
    found.finish();
    return { ...changes, ...times } as Partial<StoredSchedule> & { isMoved: boolean };
  }

  /** Times that stay are not read again: the system may not know their zone any more. */
  async #times(before: StoredSchedule, typed: ScheduleChanges, now: number, found: Collector) {
    const zone = typed.timeZone === undefined ? before.timeZone : typed.timeZone;
    const repetition = changedRepetition(typed, before.cron);
    const cron = repetition ? await found.check(() => cronOf(repetition)) : before.cron;
    if (cron === before.cron && zone === before.timeZone) return { isMoved: false };
    const timeZone = await found.check(() => readZone(zone));
    if (cron === before.cron && timeZone === before.timeZone) return { isMoved: false };
    const nextDue = await found.check(() => nextDueOf(cron, timeZone, now));
    return { cron, timeZone, nextDue, isMoved: true };
  }

  /** With what a repeated start has in it; checked, and stored as it was given. */
  async #input(type: string, typed: Record<string, unknown>): Promise<Record<string, unknown>> {
    const given = withoutBlanks(typed);
    const input = { ...this.deps.repeatedDefaults?.(type, given), ...given };
    await this.deps.tracker.checkedInput(type, input);
    return input;
  }
}

/** An expression is read in any case, so that what is wrong with it is named too. */
async function nextDueOf(cron: string | undefined, timeZone = 'UTC', now: number) {
  return cron === undefined ? undefined : (await readDueCron(cron, timeZone, now)).next(now);
}

/** Those that are given; an empty one is the default. */
function startOptions(typed: Pick<ScheduleRequest, 'priority' | 'timeoutMs'>) {
  const { priority = 0, timeoutMs } = checkedStart(readStartOptions(typed), 0);
  return {
    ...('priority' in typed && { priority }),
    ...('timeoutMs' in typed && { timeoutMs }),
  };
}

/** An empty field counts as absent, as everywhere. */
function withoutBlanks(input: Record<string, unknown>): Record<string, unknown> {
  const given = Object.entries(input).filter(
    ([, value]) => !(typeof value === 'string' && value.trim() === ''),
  );
  return Object.fromEntries(given);
}
