import { spyOn } from 'bun:test';
import type { Clock } from '../../src/jobs/index.ts';
import { consequences } from './clock.ts';

/** Larger than any real process id, so that the machine under the test can never have it. */
const FIRST_PID = 5_000_000;

interface Timer {
  at: number;
  run: () => void;
}

/**
 * One machine with processes that the test starts, puts to sleep and kills. They share its clock;
 * each has timers and a process id of its own, and can tell which of the others are alive.
 */
export class Machine {
  /** Somebody sets the machine's time: no time passes. */
  offset = Date.UTC(2026, 0, 1);
  /** Ids that belong to a process now, be it one of ours or an unrelated newcomer. */
  readonly alive = new Set<number>();
  readonly processes: SimulatedProcess[] = [];
  /** Turns of the event loop come only when somebody asks for them. */
  isStepped = false;
  #pid = FIRST_PID;
  readonly #realPid = process.pid;
  readonly #kill = spyOn(process, 'kill').mockImplementation((pid) => {
    if (this.alive.has(pid)) return true;
    throw Object.assign(new Error('ESRCH'), { code: 'ESRCH' });
  });

  /** @param pid of a process that has ended, as it happens with containers; by default a new one. */
  start(pid = this.#pid++): SimulatedProcess {
    const started = new SimulatedProcess(this, pid, this.processes[0]?.elapsed ?? 0);
    this.alive.add(pid);
    this.processes.push(started);
    return started;
  }

  /** Time goes on everywhere; what falls due runs in order, each with its consequences. */
  async advance(ms: number): Promise<void> {
    const ends = new Map(this.processes.map((one) => [one, one.elapsed + ms]));
    // Of those that were asleep, or that nobody has asked for.
    for (const one of this.processes) for (const turn of [...one.turns]) one.take(turn);
    await consequences();
    for (let next = this.#nextDue(ends); next; next = this.#nextDue(ends)) {
      for (const [one, end] of ends) one.elapsed = Math.max(one.elapsed, end + next.wait);
      next.owner.fire(next.timer);
      await consequences(4);
    }
    for (const [one, end] of ends) one.elapsed = Math.max(one.elapsed, end);
    await consequences();
  }

  /** The whole machine was asleep. */
  skip(ms: number): void {
    for (const one of this.processes) one.elapsed += ms;
  }

  /** Gives the test's own process its id and its signals back. */
  close(): void {
    this.#kill.mockRestore();
    pretendToBe(this.#realPid);
  }

  #nextDue(ends: Map<SimulatedProcess, number>) {
    let next: { owner: SimulatedProcess; timer: Timer; wait: number } | undefined;
    for (const [owner, end] of ends) {
      const timer = owner.state === 'awake' ? owner.timers[0] : undefined;
      if (!timer || timer.at > end) continue;
      const wait = timer.at - end;
      if (!next || wait < next.wait) next = { owner, timer, wait };
    }
    return next;
  }
}

export class SimulatedProcess {
  state: 'awake' | 'asleep' | 'dead' = 'awake';
  /** Soonest first. */
  readonly timers: Timer[] = [];
  /** What is to happen in its next turn of the event loop. */
  readonly turns: (() => void)[] = [];
  readonly clock: Clock;

  constructor(
    private readonly machine: Machine,
    readonly pid: number,
    /** Milliseconds on this process's monotonic clock. */
    public elapsed: number,
  ) {
    this.clock = {
      now: () => Math.floor(machine.offset + this.elapsed),
      elapsed: () => this.elapsed,
      after: (ms, run) => this.#after(ms, run),
      soon: (run) => this.#soon(run),
    };
  }

  /** Runs code that asks who it is. */
  be<Value>(run: () => Value): Value {
    const real = process.pid;
    pretendToBe(this.pid);
    try {
      return run();
    } finally {
      pretendToBe(real);
    }
  }

  /** Its time jumps to when that timer is due, if it is not past that already, and the timer runs. */
  fire(timer: Timer): void {
    this.timers.splice(this.timers.indexOf(timer), 1);
    this.elapsed = Math.max(this.elapsed, timer.at);
    timer.run();
  }

  /** @param pidReused an unrelated process has its id now, so that only its lease tells its end. */
  die(pidReused = false): void {
    this.state = 'dead';
    this.timers.length = 0;
    this.turns.length = 0;
    if (!pidReused) this.machine.alive.delete(this.pid);
  }

  /** Its turn comes, unless it is over or asleep. */
  take(turn: () => void): void {
    const at = this.turns.indexOf(turn);
    if (at < 0 || this.state !== 'awake') return;
    this.turns.splice(at, 1);
    turn();
  }

  #soon(run: () => void): void {
    // Of its own, so that the same function may wait twice.
    const turn = () => run();
    this.turns.push(turn);
    if (!this.machine.isStepped) setImmediate(() => this.take(turn));
  }

  #after(ms: number, run: () => void): () => void {
    const timer = { at: this.elapsed + Math.max(0, ms), run };
    const later = this.timers.findIndex(({ at }) => at > timer.at);
    this.timers.splice(later < 0 ? this.timers.length : later, 0, timer);
    return () => {
      const at = this.timers.indexOf(timer);
      if (at >= 0) this.timers.splice(at, 1);
    };
  }
}

function pretendToBe(pid: number): void {
  Object.defineProperty(process, 'pid', { value: pid, configurable: true });
}
