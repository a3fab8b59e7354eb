import type { EndedJobs, JobCounters, RepeatedJobs } from '../counters.ts';
import type { CountedEnd } from './ends.ts';

type Ended = Omit<EndedJobs, 'buckets'> & { buckets: Map<number, number> };

/** Adds up what transactions say about ends. */
export class EndCounters implements JobCounters {
  readonly #ended = new Map<string, Ended>();
  readonly #repeated = new Map<string, RepeatedJobs>();

  ended(): EndedJobs[] {
    return [...this.#ended.values()];
  }

  repeated(): RepeatedJobs[] {
    return [...this.#repeated.values()];
  }

  /** The columns of a row that another process has written. */
  take({ ends, retries }: { ends: string | null; retries: string | null }): void {
    if (ends === null && retries === null) return;
    this.add(JSON.parse(ends ?? '[]'), JSON.parse(retries ?? '[]'));
  }

  add(ends: CountedEnd[], retries: [type: string, outcome: string][]): void {
    for (const end of ends) this.#addEnd(end);
    for (const [type, outcome] of retries) {
      const key = `${type} ${outcome}`;
      const known = this.#repeated.get(key) ?? { type, outcome, count: 0 };
      this.#repeated.set(key, known);
      known.count++;
    }
  }

  #addEnd([, type, outcome, bucket, count, , sumMs = 0]: CountedEnd): void {
    const key = `${type} ${outcome}`;
    const nothing = { type, outcome, count: 0, timed: 0, sumMs: 0, buckets: new Map() };
    const known = this.#ended.get(key) ?? nothing;
    this.#ended.set(key, known);
    known.count += count;
    // A job that was cancelled before it began took no time.
    if (bucket < 0) return;
    known.timed += count;
    known.sumMs += sumMs;
    known.buckets.set(bucket, (known.buckets.get(bucket) ?? 0) + count);
  }
}
