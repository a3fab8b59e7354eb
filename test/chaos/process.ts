import { join } from 'node:path';

const MAIN = join(import.meta.dir, '../../src/main.ts');
const TRACE = join(import.meta.dir, 'trace.ts');

/** When a process lived, and when it was stopped meanwhile; ms since 1970. */
export interface Life {
  pid: number;
  endedAt: number;
  stops: { from: number; to: number }[];
}

/** One place that a process of the program has, killed and started anew as often as one likes. */
export class ChaosProcess {
  /** Of every process that had this place. */
  readonly lives: Life[] = [];
  #child: Bun.Subprocess<'ignore', 'pipe', 'pipe'> | undefined;
  #life: Life | undefined;

  constructor(
    readonly command: 'serve' | 'worker',
    private readonly env: Record<string, string>,
  ) {}

  /** Resolves with the line that says it is ready. */
  async start(): Promise<string> {
    const child = Bun.spawn([process.execPath, '--preload', TRACE, MAIN, this.command], {
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
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
    // Others may take its jobs over before this process hears of its end.
    const endedAt = now();
    this.#child?.kill('SIGKILL');
    await this.#child?.exited;
    if (this.#life) this.#life.endedAt = Math.min(this.#life.endedAt, endedAt);
  }

  /** Asks it to end; its exit code. */
  async end(): Promise<number | undefined> {
    this.#child?.kill('SIGTERM');
    const code = await this.#child?.exited;
    if (this.#life) this.#life.endedAt = now();
    return code;
  }

  /** It stands still for `ms`, as if a laptop's lid was closed, and goes on. */
  async freeze(ms: number): Promise<void> {
    const from = now();
    this.#child?.kill('SIGSTOP');
    await Bun.sleep(ms);
    this.#child?.kill('SIGCONT');
    this.#life?.stops.push({ from, to: now() });
  }
}

/** As the trace tells the time. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
