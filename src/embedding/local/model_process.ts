import type { Subprocess } from 'bun';
import { ModelUnavailable } from '../embedder.ts';
import type { Answer, Request } from './model_program.ts';

const PROGRAM = new URL('./model_program.ts', import.meta.url);

export interface ModelProcessOptions {
  /** How long an answer may take once its caller has left, in ms; then the process is ended. */
  graceMs: number;
  /** How long the process is kept while nothing is asked of it, in ms. */
  keepMs: number;
  program?: URL;
}

/** Takes one question at a time: who asks waits for the answer before anybody asks again. */
export interface ModelProcess {
  readonly isLoaded: boolean;
  /**
   * Starts the process when there is none. After an abort it still waits for the answer or the grace.
   * @throws ModelUnavailable when the model does not load, or the process ends first.
   */
  load(dir: string, signal: AbortSignal): Promise<void>;
  /**
   * After an abort it still waits for the answer or the grace.
   * @throws ModelUnavailable when the process ends first, Error when the model fails.
   */
  embed(texts: string[], signal: AbortSignal): Promise<Float32Array[]>;
  /** Ends the process, whatever it is doing; a question under way rejects. */
  stop(): Promise<void>;
}

/**
 * The model in a process of its own, which keeps this one alive only while it has work. A thread
 * will not do: onnxruntime-node 1.30.0 takes the whole process down when its thread is ended in
 * the middle of an inference, so an inference that hangs could never be ended.
 */
export function createModelProcess(options: ModelProcessOptions): ModelProcess {
  const program = Bun.fileURLToPath(options.program ?? PROGRAM);
  let child: Subprocess | undefined;
  let isLoaded = false;
  let asked: PromiseWithResolvers<Float32Array[]> | undefined;
  let idle: Timer | undefined;

  function start(): Subprocess {
    const started = spawn(program, settle, (reason) => {
      if (started === child) forget(crashed(reason));
    });
    return started;
  }

  async function ask(question: Request, signal: AbortSignal): Promise<Float32Array[]> {
    if (!child) throw crashed('between two batches');
    const answerer = child;
    const answer = Promise.withResolvers<Float32Array[]>();
    asked = answer;
    let overdue: Timer | undefined;
    const leave = () => {
      overdue = setTimeout(() => end(answerer), options.graceMs);
    };
    signal.addEventListener('abort', leave, { once: true });
    clearTimeout(idle);
    answerer.ref();
    try {
      answerer.send(question);
    } catch (cause) {
      // It has ended, and this is heard before its end is.
      forget(crashed((cause as Error).message));
    }
    try {
      return await answer.promise;
    } finally {
      clearTimeout(overdue);
      signal.removeEventListener('abort', leave);
    }
  }

  function settle(answer: Answer, answerer: Subprocess): void {
    if (answerer !== child) return;
    child.unref();
    idle = setTimeout(() => end(answerer), options.keepMs);
    idle.unref();
    if ('failure' in answer) asked?.reject(new Error(answer.failure));
    else asked?.resolve(answer.vectors);
    asked = undefined;
  }

  /** There is nothing in it that an orderly end would save. */
  function end(ending: Subprocess): void {
    ending.kill('SIGKILL');
    if (ending === child) forget(new ModelUnavailable(ENDED));
  }

  function forget(reason: ModelUnavailable): void {
    clearTimeout(idle);
    child = undefined;
    isLoaded = false;
    asked?.reject(reason);
    asked = undefined;
  }

  return {
    get isLoaded() {
      return isLoaded;
    },
    async load(dir, signal) {
      if (isLoaded) return;
      child ??= start();
      try {
        await ask({ load: dir }, signal);
        isLoaded = true;
      } catch (cause) {
        throw cause instanceof ModelUnavailable ? cause : doesNotLoad(cause as Error);
      }
    },
    embed: (texts, signal) => ask({ embed: texts }, signal),
    async stop() {
      if (!child) return;
      const ending = child;
      // Who waits for this must not find their program ended for want of anything else to wait for.
      ending.ref();
      end(ending);
      await ending.exited;
    },
  };
}

function spawn(
  program: string,
  onAnswer: (answer: Answer, child: Subprocess) => void,
  onEnd: (reason: string) => void,
): Subprocess {
  try {
    const child = Bun.spawn([process.execPath, program], {
      // onnxruntime-node 1.30.0 reports to its maker, and keeps a device id in the user's home.
      env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
      ipc: onAnswer,
      // Vectors arrive as the Float32Array they are, bit for bit.
      serialization: 'advanced',
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: 'inherit',
      onExit(_, exitCode, signalCode) {
        process.off('exit', kill);
        onEnd(endOf(exitCode, signalCode));
      },
    });
    // In the middle of an inference it would notice only afterwards that this process has gone.
    const kill = () => child.kill('SIGKILL');
    process.on('exit', kill);
    return child;
  } catch (cause) {
    throw new ModelUnavailable(
      `The process that embeds cannot be started (${(cause as Error).message}). Free some memory, or allow more processes, and try again.`,
      { cause },
    );
  }
}

function endOf(exitCode: number | null, signalCode: string | number | null): string {
  if (signalCode === 'SIGKILL') return 'SIGKILL, as when memory runs out';
  return signalCode === null ? `exit code ${exitCode}` : String(signalCode);
}

const ENDED = 'The process that embeds was ended before it answered. Try again.';

function crashed(reason: string): ModelUnavailable {
  return new ModelUnavailable(
    `The process that embeds has ended unexpectedly (${reason}). Try again.`,
  );
}

function doesNotLoad(cause: Error): ModelUnavailable {
  return new ModelUnavailable(
    `The model does not load on this machine: ${cause.message}. It needs onnxruntime-node, which runs on Linux (glibc), macOS (arm64) and Windows.`,
    { permanent: true, cause },
  );
}
