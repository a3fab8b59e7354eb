import type { Clock } from './clock.ts';
import type { Notice } from './clock_watch.ts';

/** Processes look for jobs at least as often as its advice says. */
export const QUEUE_AWAY = {
  code: 'queue_server_unreachable',
  title: 'The queue server cannot be reached.',
  advice:
    'No job is lost, but jobs may start up to 3 s later. Check that the server of XGPT_QUEUE_URL runs and accepts connections; xgpt connects to it again by itself.',
};

/** Remembers since when no jobs are handed out by the server that should do it. */
export class QueueWatch {
  #since: Date | undefined;

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  get notice(): Notice | undefined {
    return this.#since && { ...QUEUE_AWAY, since: this.#since };
  }

  /** @returns whether that is new. */
  noticed(error: unknown): boolean {
    const isAway = error !== undefined;
    if (isAway === (this.#since !== undefined)) return false;
    this.#since = isAway ? new Date(this.clock.now()) : undefined;
    return true;
  }
}
