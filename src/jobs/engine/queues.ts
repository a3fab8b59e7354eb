import type { TypeQueue } from '../queue.ts';
import type { JobReader, QueueDepth } from '../store/store.ts';
import type { Definitions } from './definitions.ts';

interface QueuesDeps {
  reader: JobReader;
  definitions: Definitions;
  /** Overrides a definition's own limit, by type. */
  concurrency: Record<string, number>;
}

/** The queues of all types that this process knows, and of others that have jobs or settings. */
export class Queues {
  constructor(private readonly deps: QueuesDeps) {}

  list(): TypeQueue[] {
    const { reader, definitions } = this.deps;
    const pauses = reader.pauses();
    const known = [...definitions.types, ...pauses.types.keys(), ...pauses.concurrency.keys()];
    return reader
      .queues([...new Set(known)])
      .map((queue) => this.#withSettings(queue, pauses))
      .sort((one, other) => (one.type < other.type ? -1 : 1));
  }

  #withSettings(
    { oldestSince, tracked: _, ...queue }: QueueDepth,
    pauses: ReturnType<JobReader['pauses']>,
  ): TypeQueue {
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
