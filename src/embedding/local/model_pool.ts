import type { Logger } from '../../platform/logger.ts';
import { type EmbeddedPart, ModelUnavailable, type TextReading } from '../embedder.ts';
import {
  createModelProcess,
  type ModelProcess,
  type ModelProcessOptions,
  Unserved,
} from './model_process.ts';
import { orAborted } from './shared_run.ts';

/** Portions that the first process has at once: it continues with the second when one is done. */
const AHEAD = 2;

/** Another process is worth its start when portions had to wait so many times in a row: for most of a second. */
const WORTH_ANOTHER = 16;

/** How long the second process is kept while it is idle, in ms. */
const KEEP_SECOND_MS = 10_000;

/** It takes up to 150 MB; this much has to be available before it starts, in bytes. */
const SPARE_BYTES = 500_000_000;

/** Gives it a tenth of a busy core, and all that is left of one. Less would hold up what it has begun. */
const SECOND_NICENESS = 10;

export interface ModelPoolOptions extends ModelProcessOptions {
  /** Whether there may be a second process. */
  hasSecond: boolean;
  logger: Logger;
}

/**
 * The processes that the model runs in: the first one, and a second one while there are many texts. Its calls
 * reject as those of `ModelProcess` do, and with `Unserved` when the first one has not loaded the model.
 */
export interface ModelPool {
  readonly isLoaded: boolean;
  /** Loads the model in the first process. */
  load(dir: string, signal: AbortSignal): Promise<void>;
  embed(texts: string[], signal: AbortSignal): Promise<Float32Array[]>;
  read(texts: string[], signal: AbortSignal): Promise<TextReading[]>;
  /** Portions are begun in order, by whichever process is free: with few texts in each, all are busy. */
  embedParts(texts: string[], signal: AbortSignal): Promise<EmbeddedPart[][]>;
  /** Ends the processes at once; pending calls reject. */
  stop(): Promise<void>;
}

export function createModelPool(options: ModelPoolOptions): ModelPool {
  return new ProcessPool(options);
}

interface Member {
  process: ModelProcess;
  /** The number of portions that it has, and the largest number that it may have. */
  portions: number;
  ahead: number;
}

interface Portion extends PromiseWithResolvers<EmbeddedPart[][]> {
  texts: string[];
  signal: AbortSignal;
}

class ProcessPool implements ModelPool {
  readonly #logger: Logger;
  readonly #first: Member;
  readonly #second: Member | undefined;
  readonly #stopping = new AbortController();
  #waiting: Portion[] = [];
  #dir = '';
  /** How many times in a row a portion was begun while others waited. */
  #crowded = 0;
  /** Not while the second process is starting, nor after it has failed. */
  #mayGrow = true;

  constructor({ hasSecond, logger, ...options }: ModelPoolOptions) {
    this.#logger = logger;
    this.#first = { process: createModelProcess(options), portions: 0, ahead: AHEAD };
    if (!hasSecond) return;
    const keepMs = Math.min(options.keepMs, KEEP_SECOND_MS);
    this.#second = {
      process: createModelProcess({ ...options, keepMs, niceness: SECOND_NICENESS }),
      portions: 0,
      // While others use the core, what it has begun must not hold up a whole batch for long.
      ahead: 1,
    };
  }

  get isLoaded(): boolean {
    return this.#first.process.isLoaded;
  }

  async load(dir: string, signal: AbortSignal): Promise<void> {
    await this.#first.process.load(dir, signal);
    this.#dir = dir;
    this.#mayGrow = true;
  }

  async embed(texts: string[], signal: AbortSignal): Promise<Float32Array[]> {
    return this.#loaded().embed(texts, signal);
  }

  async read(texts: string[], signal: AbortSignal): Promise<TextReading[]> {
    return this.#loaded().read(texts, signal);
  }

  embedParts(texts: string[], signal: AbortSignal): Promise<EmbeddedPart[][]> {
    const portion = { texts, signal, ...Promise.withResolvers<EmbeddedPart[][]>() };
    this.#waiting.push(portion);
    this.#assign();
    return orAborted(portion.promise, signal);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#first.process.stop(), this.#second?.process.stop()]);
  }

  #loaded(): ModelProcess {
    if (!this.isLoaded) throw unloaded();
    return this.#first.process;
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
    if (this.#crowded >= WORTH_ANOTHER && this.#mayGrow) void this.#grow();
  }

  #freest(): Member | undefined {
    return [this.#first, ...(this.#second ? [this.#second] : [])]
      .filter(({ process, portions, ahead }) => process.isLoaded && portions < ahead)
      .toSorted((one, other) => one.portions - other.portions)[0];
  }

  async #serve(member: Member, portion: Portion): Promise<void> {
    const { texts, signal } = portion;
    member.portions++;
    try {
      portion.resolve(await member.process.embedParts(texts, signal));
    } catch (error) {
      if (member === this.#first || signal.aborted || !hasEnded(error)) portion.reject(error);
      else this.#doWithout(error, portion);
    } finally {
      member.portions--;
      this.#assign();
    }
  }

  /** Another process may have been too much for the machine's memory. */
  #doWithout(error: unknown, portion?: Portion): void {
    this.#mayGrow = false;
    if (portion) this.#waiting.unshift(portion);
    if (!this.#stopping.signal.aborted)
      this.#logger.warn('Embedding continues in one process: another one has failed.', { error });
  }

  async #grow(): Promise<void> {
    const second = this.#second?.process;
    if (!second || second.isLoaded || process.availableMemory() < SPARE_BYTES) return;
    this.#mayGrow = false;
    this.#crowded = 0;
    try {
      await second.load(this.#dir, this.#stopping.signal);
      this.#mayGrow = true;
      this.#assign();
    } catch (error) {
      this.#doWithout(error);
    }
  }
}

function hasEnded(error: unknown): boolean {
  return error instanceof ModelUnavailable || error instanceof Unserved;
}

function unloaded(): Unserved {
  return new Unserved('The model is not loaded.');
}
