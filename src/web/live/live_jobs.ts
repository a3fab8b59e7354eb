import type { Job, JobDetails, JobStep, Tracker } from '../../jobs/index.ts';

/** How many answers are kept for other streams. */
const MAX_SHARED = 256;

/**
 * Reads jobs for the streams of single jobs: each once after a change, for all of them. Of what is
 * asked for again, the next read begins when the last one has ended, so that no stream gets an older
 * state after a newer one.
 */
export class LiveJobs {
  /** What was read at this version of the feed. */
  readonly #shared = new Map<string, Promise<unknown>>();
  #version = -1;
  /** The last read of each, until it has ended. */
  readonly #reading = new Map<string, Promise<unknown>>();

  constructor(private readonly tracker: Pick<Tracker, 'feed' | 'reader'>) {}

  /** The whole job. */
  job(id: string): Promise<Job | undefined> {
    return this.#once(`job ${id}`, () => this.tracker.reader.readJob(id));
  }

  steps(id: string): Promise<JobStep[]> {
    return this.#once(`steps ${id}`, () => this.tracker.reader.stepsOf(id));
  }

  details(id: string): Promise<JobDetails> {
    return this.#once(`details ${id}`, () => this.tracker.reader.detailsOf(id));
  }

  #once<Value>(key: string, read: () => Promise<Value>): Promise<Value> {
    const { version } = this.tracker.feed;
    if (version !== this.#version) this.#shared.clear();
    this.#version = version;
    const known = this.#shared.get(key) as Promise<Value> | undefined;
    return known ?? this.#share(key, read);
  }

  #share<Value>(key: string, read: () => Promise<Value>): Promise<Value> {
    const before = this.#reading.get(key);
    const reading = before ? before.then(read, read) : read();
    this.#shared.set(key, reading);
    this.#reading.set(key, reading);
    const [oldest] = this.#shared.keys();
    if (oldest !== undefined && this.#shared.size > MAX_SHARED) this.#shared.delete(oldest);
    const isOver = () => {
      if (this.#reading.get(key) === reading) this.#reading.delete(key);
    };
    // The next stream tries again.
    const hasFailed = () => {
      if (this.#shared.get(key) === reading) this.#shared.delete(key);
      isOver();
    };
    reading.then(isOver, hasFailed);
    return reading;
  }
}
