import type { Clock } from '../../platform/clock.ts';
import type { JobType } from '../job.ts';
import type { TypeQueue } from '../queue.ts';
import type { JobQueue, JobReader, QueueDepth, QueuePauses } from '../store/store.ts';
import type { Definitions } from './definitions.ts';
import type { Serving } from './serving.ts';

interface QueuesDeps {
  reader: JobReader;
  definitions: Definitions;
  queue: JobQueue;
  serving: Serving;
  clock: Clock;
  /** Overrides a definition's own limit, by type. */
  concurrency: Record<string, number>;
}

/** A start or a next attempt within this time is about to happen, in ms. */
const SOON_MS = 60_000;

/** The queues of all types that this process knows, and of others that have jobs or settings. */
export class Queues {
  constructor(private readonly deps: QueuesDeps) {}

  async list(): Promise<TypeQueue[]> {
    const { reader, definitions, serving } = this.deps;
    const pauses = await reader.pauses();
    const known = [...definitions.types, ...pauses.types.keys(), ...pauses.concurrency.keys()];
    const queues = await reader.queues([...new Set(known)]);
    const lackOf = serving.lacks();
    return queues
      .map((queue) => ({
        ...this.#withSettings(queue, pauses),
        ...(lackOf({ type: queue.type as JobType })?.what === 'type' && {
          unserved: true as const,
        }),
      }))
      .sort((one, other) => (one.type < other.type ? -1 : 1));
  }

  /**
   * Whether a job runs in any process, or one of a type that this process knows can start: now, or within a
   * minute if people have started it.
   */
  async isBusy(): Promise<boolean> {
    const { reader, definitions } = this.deps;
    const haveRunning = async () => (await reader.countActive()).running > 0;
    if (await haveRunning()) return true;
    const due = await Promise.all(definitions.types.map((type) => this.#isDue(type)));
    // One that was waiting may run by now.
    return due.includes(true) || haveRunning();
  }

  /** What the program has queued for itself may be retried for days: only what can start now counts. */
  async #isDue(type: string): Promise<boolean> {
    const { definitions, queue, clock } = this.deps;
    const { internal, lanes, needs } = definitions.get(type) ?? {};
    const start = await queue.nextStart(type, undefined, lanes?.stateOf, needs);
    return start !== undefined && start <= clock.now() + (internal ? 0 : SOON_MS);
  }

  #withSettings({ oldestSince, tracked: _, ...queue }: QueueDepth, pauses: QueuePauses): TypeQueue {
    const own = this.#ownLimit(queue.type);
    const set = pauses.concurrency.get(queue.type);
    const concurrency = set ?? own;
    const pausedAt = pauses.types.get(queue.type);
    return {
      ...queue,
      ...(oldestSince !== undefined && { oldestSince: new Date(oldestSince) }),
      ...(concurrency !== undefined && { concurrency }),
      ...(set !== undefined && own !== undefined && { ownConcurrency: own }),
      ...(pausedAt !== undefined && { pausedAt: new Date(pausedAt) }),
    };
  }

  #ownLimit(type: string): number | undefined {
    const { definitions, concurrency } = this.deps;
    if (Object.hasOwn(concurrency, type)) return concurrency[type];
    return definitions.get(type)?.concurrency;
  }
}
