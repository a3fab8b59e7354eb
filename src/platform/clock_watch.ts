import type { Clock } from './clock.ts';

/** Smaller changes are ordinary corrections of the machine's clock, in ms. */
const MIN_JUMP_MS = 60_000;

/** How long people are told that the clock was changed, in ms. */
const NOTICE_MS = 300_000;

/** Something that people who use the program should know. */
export interface Notice {
  /** Stable, for programs: `clock_set`. */
  code: string;
  title: string;
  advice: string;
  since: Date;
}

/** Notices when somebody sets the machine's clock. */
export class ClockWatch {
  #last: { now: number; elapsed: number };
  #change: (Notice & { until: number }) | undefined;

  constructor(private readonly clock: Clock) {
    this.#last = this.#read();
  }

  /** The last change of the clock, for five minutes. */
  get notice(): Notice | undefined {
    const change = this.#change;
    return change && this.clock.elapsed() < change.until ? change : undefined;
  }

  /** Compares the clock with the time that has passed. @returns the change, if there was one. */
  check(): Notice | undefined {
    const last = this.#last;
    this.#last = this.#read();
    const jump = this.#last.now - last.now - (this.#last.elapsed - last.elapsed);
    if (Math.abs(jump) < MIN_JUMP_MS) return undefined;
    this.#change = {
      code: 'clock_set',
      title: `The machine’s clock was set ${jump > 0 ? 'forward' : 'back'} by ${span(Math.abs(jump))}.`,
      advice: 'Jobs continue as before. Times shown for earlier events may look wrong.',
      since: new Date(this.#last.now),
      until: this.#last.elapsed + NOTICE_MS,
    };
    return this.#change;
  }

  #read() {
    return { now: this.clock.now(), elapsed: this.clock.elapsed() };
  }
}

/** "5 minutes", "1.5 hours". */
function span(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  const [size, unit] = minutes < 60 ? [minutes, 'minute'] : [Math.round(minutes / 6) / 10, 'hour'];
  return `${size.toLocaleString('en')} ${unit}${size === 1 ? '' : 's'}`;
}
