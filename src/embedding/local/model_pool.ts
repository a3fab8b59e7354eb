import type { Logger } from '../../platform/logger.ts';
import type { EmbeddedPart, TextReading } from '../embedder.ts';
import {
  createModelProcess,
  type ModelProcess,
  type ModelProcessOptions,
  Unserved,
} from './model_process.ts';
import { orAborted } from './shared_run.ts';

/** Portions that a process has at once: it goes on with the second while the first is being answered. */
const AHEAD = 2;

/** Another process is worth its start when so many portions in a row had to wait: a second or two of work. */
const WORTH_ANOTHER = 16;

/** How long a process beyond the first is kept while it is idle, in ms. */
const KEEP_OTHERS_MS = 10_000;

export interface ModelPoolOptions extends ModelProcessOptions {
  /** The largest number of processes. */
  processes: number;
  logger: Logger;
}

/**
 * The processes that the model runs in: one, and more of them while there are many texts. All of it throws
 * what `ModelProcess` throws, and `Unserved` also when no process has loaded the model.
 */
export interface ModelPool {
  readonly isLoaded: boolean;
  /** Loads the model in the first process. */
  load(dir: string, signal: AbortSignal): Promise<void>;
  embed(texts: string[], signal: AbortSignal): Promise<Float32Array[]>;
  read(texts: string[], signal: AbortSignal): Promise<TextReading[]>;
  /** Portions are served in order, by whichever process is free; a few texts each keep all of them busy. */
  embedParts(texts: string[], signal: AbortSignal): Promise<EmbeddedPart[][]>;
  /** Ends the processes at once; pending calls reject. */
  stop(): Promise<void>;
}

export function createModelPool(options: ModelPoolOptions): ModelPool {
  return new ProcessPool(options);
}

interface Member {
  process: ModelProcess;
  /** The number of portions that it has. */
  portions: number;
}

interface Portion extends PromiseWithResolvers<EmbeddedPart[][]> {
  texts: string[];
  signal: AbortSignal;
}

class ProcessPool implements ModelPool {
  readonly #members: Member[];
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #waiting: Portion[] = [];
  #dir = '';
  /** How many portions in a row left others waiting. */
  #crowded = 0;
  #isGrowing = false;

  constructor({ processes, logger, ...options }: ModelPoolOptions) {
    this.#logger = logger;
    this.#members = Array.from({ length: Math.max(1, processes) }, (_, index) => {
      const keepMs = index === 0 ? options.keepMs : Math.min(options.keepMs, KEEP_OTHERS_MS);
      return { process: createModelProcess({ ...options, keepMs }), portions: 0 };
    });
  }

  get isLoaded(): boolean {
    return this.#members.some(({ process }) => process.isLoaded);
  }

  async load(dir: string, signal: AbortSignal): Promise<void> {
    this.#dir = dir;
    this.#crowded = 0;
    await this.#members[0]?.process.load(dir, signal);
  }

  async embed(texts: string[], signal: AbortSignal): Promise<Float32Array[]> {
    return this.#anyLoaded().embed(texts, signal);
  }

  async read(texts: string[], signal: AbortSignal): Promise<TextReading[]> {
    return this.#anyLoaded().read(texts, signal);
  }

  embedParts(texts: string[], signal: AbortSignal): Promise<EmbeddedPart[][]> {
    const portion = { texts, signal, ...Promise.withResolvers<EmbeddedPart[][]>() };
    this.#waiting.push(portion);
    this.#assign();
    return orAborted(portion.promise, signal);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#members.map(({ process }) => process.stop()));
  }

  #anyLoaded(): ModelProcess {
    const loaded = this.#members.find(({ process }) => process.isLoaded);
    if (!loaded) throw unloaded();
    return loaded.process;
  }

  #assign(): void {
    this.#waiting = this.#waiting.filter(({ signal }) => !signal.aborted);
    if (!this.isLoaded) {
      for (const { reject } of this.#waiting.splice(0)) reject(unloaded());
    }
    for (let free = this.#freest(); free && this.#waiting.length > 0; free = this.#freest()) {
      void this.#serve(free, this.#waiting.shift() as Portion);
      this.#crowded = this.#waiting.length > 0 ? this.#crowded + 1 : 0;
    }
    if (this.#crowded >= WORTH_ANOTHER) void this.#grow();
  }

  #freest(): Member | undefined {
    return this.#members
      .filter(({ process, portions }) => process.isLoaded && portions < AHEAD)
      .toSorted((one, other) => one.portions - other.portions)[0];
  }

  async #serve(member: Member, { texts, signal, resolve, reject }: Portion): Promise<void> {
    member.portions++;
    try {
      resolve(await member.process.embedParts(texts, signal));
    } catch (error) {
      reject(error);
    } finally {
      member.portions--;
      this.#assign();
    }
  }

  /** Loads the model in one more process. Without that one, the others do the work. */
  async #grow(): Promise<void> {
    const next = this.#members.find(({ process }) => !process.isLoaded);
    if (!next || this.#isGrowing) return;
    this.#isGrowing = true;
    this.#crowded = 0;
    try {
      await next.process.load(this.#dir, this.#stopping.signal);
    } catch (error) {
      if (!this.#stopping.signal.aborted)
        this.#logger.warn('Another embedding process cannot be started.', { error });
    } finally {
      this.#isGrowing = false;
      this.#assign();
    }
  }
}

function unloaded(): Unserved {
  return new Unserved('No process has loaded the model.');
}
