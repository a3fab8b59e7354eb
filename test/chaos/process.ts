import { join } from 'node:path';

const MAIN = join(import.meta.dir, '../../src/main.ts');
const TRACE = join(import.meta.dir, 'trace.ts');

/** When a process ended, and when it was frozen; in ms since 1970. */
export interface Life {
  pid: number;
  endedAt: number;
  stops: { from: number; to: number }[];
}

const running = new Set<Bun.Subprocess>();

/** An interrupted script leaves none of its processes behind. */
export function endWithScript(): void {
  process.on('exit', () => {
    for (const child of running) child.kill('SIGKILL');
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(1));
}

/** A process of the program that can be killed and restarted any number of times. */
export class ChaosProcess {
  /** Of every process that was started here. */
  readonly lives: Life[] = [];
  #child: Bun.Subprocess<'ignore', 'pipe', 'pipe'> | undefined;
  #life: Life | undefined;

  constructor(
    readonly command: 'serve' | 'worker',
    private readonly env: Record<string, string>,
    /** A command that runs it elsewhere. */
    private readonly prefix: string[] = [],
  ) {}

  /** Resolves with the line that reports it is ready. */
  async start(): Promise<string> {
    const program = [process.execPath, '--preload', TRACE, MAIN, this.command];
    const child = Bun.spawn([...this.prefix, ...program], {
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    void child.exited.then(() => running.delete(child));
    this.#child = child;
    this.#life = { pid: child.pid, endedAt: Number.POSITIVE_INFINITY, stops: [] };
    this.lives.push(this.#life);
    const decoder = new TextDecoder();
    let printed = '';
    for await (const chunk of child.stdout as unknown as AsyncIterable<Uint8Array>) {
      printed += decoder.decode(chunk);
      if (printed.includes('\n')) return printed;
    }
    const code = await child.exited;
    const said = await new Response(child.stderr).text();
    throw new Error(`${this.command} ended at once with ${child.signalCode ?? code}: ${said}`);
  }

  async kill(): Promise<void> {
    // Others may rescue its jobs before this process learns of its end.
    const endedAt = now();
    this.#child?.kill('SIGKILL');
    await this.#child?.exited;
    if (this.#life) this.#life.endedAt = Math.min(this.#life.endedAt, endedAt);
  }

  /** Sends SIGTERM and returns the exit code. */
  async end(): Promise<number | undefined> {
    this.#child?.kill('SIGTERM');
    const code = await this.#child?.exited;
    if (this.#life) this.#life.endedAt = now();
    return code;
  }

  /** Stops it for `ms`, as when a laptop sleeps, and continues it. */
  async freeze(ms: number): Promise<void> {
    const from = now();
    this.#child?.kill('SIGSTOP');
    await Bun.sleep(ms);
    this.#child?.kill('SIGCONT');
    this.#life?.stops.push({ from, to: now() });
  }
}

/** The clock of the trace. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
