import { constants, getPriority, setPriority } from 'node:os';
import type { Subprocess } from 'bun';
import { asSentence } from '../../text/sentence.ts';
import { type EmbeddedPart, ModelUnavailable, type TextReading } from '../embedder.ts';
import type { ModelSpec } from './manifest.ts';
import {
  type Lane,
  laneOf,
  type ModelAnswer,
  type ModelRequest,
  type ModelResponse,
  type ModelWork,
} from './model_messages.ts';

const { PRIORITY_LOW } = constants.priority;

const PROGRAM = new URL('./model_program.ts', import.meta.url);

export interface ModelProcessOptions {
  /** How long a response may take after its request was aborted, in ms; then the process is ended. */
  graceMs: number;
  /** How long the process is kept while it is idle, in ms. */
  keepMs: number;
  program?: URL;
  /** How much more it leaves to other processes than this one does, 0 (the default) to 19. */
  niceness?: number;
  /** Default: all-MiniLM-L6-v2. */
  spec?: ModelSpec;
}

/**
 * Takes any number of requests. It serves queries in order and texts in order, a query after the inference
 * that is running.
 */
export interface ModelProcess {
  readonly isLoaded: boolean;
  /**
   * Starts the process if necessary. After an abort it still waits for the response or the grace.
   * @throws ModelUnavailable when the model does not load, or the process ends first.
   */
  load(dir: string, signal: AbortSignal): Promise<void>;
  /**
   * An abort cancels it after the inference that is running; it still waits for the response or the grace.
   * @throws ModelUnavailable when the process ends meanwhile, Unserved when it ended before this request had
   * its turn, Error when the model fails or the request was cancelled.
   */
  embed(texts: string[], signal: AbortSignal): Promise<Float32Array[]>;
  /** As `embed`. */
  embedParts(texts: string[], signal: AbortSignal): Promise<EmbeddedPart[][]>;
  /** As `embed`. */
  read(texts: string[], signal: AbortSignal): Promise<TextReading[]>;
  /** Ends the process at once; pending requests reject. */
  stop(): Promise<void>;
}

/** The process ended before the request had its turn: another process can serve it. */
export class Unserved extends Error {
  override readonly name = 'Unserved';
}

/**
 * The model in its own process, which keeps this one alive only while it has work. A thread would not
 * do: onnxruntime-node 1.30.0 crashes the whole process when its thread is ended during an inference,
 * so an inference that hangs could never be ended.
 */
export function createModelProcess(options: ModelProcessOptions): ModelProcess {
  return new LocalModelProcess(options);
}

interface Pending extends PromiseWithResolvers<ModelAnswer> {
  lane: Lane;
}

class LocalModelProcess implements ModelProcess {
  #isLoaded = false;
  readonly #program: string;
  #child: Subprocess | undefined;
  #lastId = 0;
  /** By the requests' ids, in the order in which they were sent. */
  readonly #pending = new Map<number, Pending>();
  #idle: Timer | undefined;

  constructor(private readonly options: ModelProcessOptions) {
    this.#program = Bun.fileURLToPath(options.program ?? PROGRAM);
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  async load(dir: string, signal: AbortSignal): Promise<void> {
    if (this.#isLoaded) return;
    this.#child ??= this.#start();
    try {
      await this.#send({ load: dir, spec: this.options.spec }, signal);
      this.#isLoaded = true;
    } catch (cause) {
      throw cause instanceof ModelUnavailable ? cause : doesNotLoad(cause as Error);
    }
  }

  async embed(texts: string[], signal: AbortSignal): Promise<Float32Array[]> {
    return (await this.#send({ embed: texts }, signal)).vectors;
  }

  async embedParts(texts: string[], signal: AbortSignal): Promise<EmbeddedPart[][]> {
    return (await this.#send({ embedParts: texts }, signal)).parts ?? [];
  }

  async read(texts: string[], signal: AbortSignal): Promise<TextReading[]> {
    return (await this.#send({ read: texts }, signal)).readings ?? [];
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    // Keeps this process alive until the child has ended: the caller waits for that.
    child.ref();
    this.#end(child);
    await child.exited;
  }

  #start(): Subprocess {
    const started = spawn(
      this.#program,
      (response, child) => this.#receive(response, child),
      (reason) => {
        if (started === this.#child) this.#forget(crashed(reason));
      },
    );
    const { niceness } = this.options;
    if (niceness) setPriority(started.pid, Math.min(getPriority() + niceness, PRIORITY_LOW));
    return started;
  }

  async #send(work: ModelWork, signal: AbortSignal): Promise<ModelAnswer> {
    const child = this.#child;
    if (!child) throw crashed('between two requests');
    const id = ++this.#lastId;
    const pending = { ...Promise.withResolvers<ModelAnswer>(), lane: laneOf(work) };
    this.#pending.set(id, pending);
    let overdue: Timer | undefined;
    const onAbort = () => {
      overdue = setTimeout(() => this.#end(child), this.options.graceMs);
      this.#post(child, { id });
    };
    signal.addEventListener('abort', onAbort, { once: true });
    clearTimeout(this.#idle);
    child.ref();
    this.#post(child, { id, work });
    try {
      return await pending.promise;
    } finally {
      clearTimeout(overdue);
      signal.removeEventListener('abort', onAbort);
    }
  }

  #post(child: Subprocess, request: ModelRequest): void {
    try {
      child.send(request);
    } catch (cause) {
      // The process has ended, but the exit event has not arrived yet.
      if (child === this.#child) this.#forget(crashed((cause as Error).message));
    }
  }

  #receive(response: ModelResponse, child: Subprocess): void {
    const pending = this.#pending.get(response.id);
    if (child !== this.#child || !pending) return;
    this.#pending.delete(response.id);
    if (this.#pending.size === 0) {
      child.unref();
      this.#idle = setTimeout(() => this.#end(child), this.options.keepMs);
      this.#idle.unref();
    }
    if ('failure' in response) pending.reject(new Error(response.failure));
    else pending.resolve(response);
  }

  /** Kills the process: it has no state to save. */
  #end(child: Subprocess): void {
    child.kill('SIGKILL');
    if (child === this.#child) this.#forget(new ModelUnavailable(ENDED));
  }

  #forget(reason: ModelUnavailable): void {
    clearTimeout(this.#idle);
    this.#child = undefined;
    this.#isLoaded = false;
    const begun = new Set<Lane>();
    for (const { lane, reject } of this.#pending.values()) {
      reject(begun.has(lane) ? new Unserved(reason.message) : reason);
      begun.add(lane);
    }
    this.#pending.clear();
  }
}

function spawn(
  program: string,
  onResponse: (response: ModelResponse, child: Subprocess) => void,
  onEnd: (reason: string) => void,
): Subprocess {
  try {
    const child = Bun.spawn([process.execPath, program], {
      // onnxruntime-node 1.30.0 sends telemetry, and stores a device id in the user's home.
      env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
      ipc: onResponse,
      // Transfers vectors as Float32Array, bit for bit.
      serialization: 'advanced',
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: 'inherit',
      onExit(_, exitCode, signalCode) {
        process.off('exit', kill);
        onEnd(endOf(exitCode, signalCode));
      },
    });
    // During an inference the child would notice only later that this process has ended.
    const kill = () => child.kill('SIGKILL');
    process.on('exit', kill);
    return child;
  } catch (cause) {
    throw new ModelUnavailable(
      `Cannot start the embedding process (${(cause as Error).message}). Free some memory, or allow more processes, and try again.`,
      { cause },
    );
  }
}

function endOf(exitCode: number | null, signalCode: string | number | null): string {
  if (signalCode === 'SIGKILL') return 'SIGKILL, possibly out of memory';
  return signalCode === null ? `exit code ${exitCode}` : String(signalCode);
}

const ENDED = 'The embedding process was ended before it responded. Try again.';

function crashed(reason: string): ModelUnavailable {
  return new ModelUnavailable(`The embedding process ended unexpectedly (${reason}). Try again.`);
}

function doesNotLoad(cause: Error): ModelUnavailable {
  return new ModelUnavailable(
    `The model does not load on this machine: ${asSentence(cause.message)} It needs onnxruntime-node, which runs on Linux (glibc), macOS (arm64) and Windows.`,
    { permanent: true, cause },
  );
}
