import type { Subprocess } from 'bun';
import { type EmbeddedPart, ModelUnavailable, type TextReading } from '../embedder.ts';
import type { ModelSpec } from './manifest.ts';
import type { ModelAnswer, ModelRequest, ModelResponse } from './model_program.ts';

const PROGRAM = new URL('./model_program.ts', import.meta.url);

export interface ModelProcessOptions {
  /** How long a response may take after its request was aborted, in ms; then the process is ended. */
  graceMs: number;
  /** How long the process is kept while it is idle, in ms. */
  keepMs: number;
  program?: URL;
  /** Default: all-MiniLM-L6-v2. */
  spec?: ModelSpec;
}

/** Takes one request at a time: the caller waits for a response before it sends the next one. */
export interface ModelProcess {
  readonly isLoaded: boolean;
  /**
   * Starts the process if necessary. After an abort it still waits for the response or the grace.
   * @throws ModelUnavailable when the model does not load, or the process ends first.
   */
  load(dir: string, signal: AbortSignal): Promise<void>;
  /**
   * After an abort it still waits for the response or the grace.
   * @throws ModelUnavailable when the process ends first, Error when the model fails.
   */
  embed(texts: string[], signal: AbortSignal): Promise<Float32Array[]>;
  /** As `embed`. */
  embedParts(texts: string[], signal: AbortSignal): Promise<EmbeddedPart[][]>;
  /** As `embed`. */
  read(texts: string[], signal: AbortSignal): Promise<TextReading[]>;
  /** Ends the process at once; a pending request rejects. */
  stop(): Promise<void>;
}

/**
 * The model in its own process, which keeps this one alive only while it has work. A thread would not
 * do: onnxruntime-node 1.30.0 crashes the whole process when its thread is ended during an inference,
 * so an inference that hangs could never be ended.
 */
export function createModelProcess(options: ModelProcessOptions): ModelProcess {
  return new LocalModelProcess(options);
}

class LocalModelProcess implements ModelProcess {
  #isLoaded = false;
  readonly #program: string;
  #child: Subprocess | undefined;
  #pending: PromiseWithResolvers<ModelAnswer> | undefined;
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
    return started;
  }

  async #send(request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer> {
    const child = this.#child;
    if (!child) throw crashed('between two batches');
    const pending = Promise.withResolvers<ModelAnswer>();
    this.#pending = pending;
    let overdue: Timer | undefined;
    const onAbort = () => {
      overdue = setTimeout(() => this.#end(child), this.options.graceMs);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    clearTimeout(this.#idle);
    child.ref();
    try {
      child.send(request);
    } catch (cause) {
      // The process has ended, but the exit event has not arrived yet.
      this.#forget(crashed((cause as Error).message));
    }
    try {
      return await pending.promise;
    } finally {
      clearTimeout(overdue);
      signal.removeEventListener('abort', onAbort);
    }
  }

  #receive(response: ModelResponse, child: Subprocess): void {
    if (child !== this.#child) return;
    child.unref();
    this.#idle = setTimeout(() => this.#end(child), this.options.keepMs);
    this.#idle.unref();
    if ('failure' in response) this.#pending?.reject(new Error(response.failure));
    else this.#pending?.resolve(response);
    this.#pending = undefined;
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
    this.#pending?.reject(reason);
    this.#pending = undefined;
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
    `The model does not load on this machine: ${cause.message}. It needs onnxruntime-node, which runs on Linux (glibc), macOS (arm64) and Windows.`,
    { permanent: true, cause },
  );
}
