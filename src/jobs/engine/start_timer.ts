import type { Clock } from '../../platform/clock.ts';

/** Calls `run` when the next waiting job of a type is due, so that nobody has to look for it often. */
export class StartTimer {
  #planned: { at: number; cancel: () => void } | undefined;

  /** @param withinMs a later time is planned again by then: until then the clock may be set. */
  constructor(
    private readonly clock: Clock,
    private readonly withinMs: number,
    private readonly run: (at: number) => void,
  ) {}

  /** @param at in ms since 1970; ignored when it is not ahead, too far ahead, or after the planned time. */
  plan(at: number | undefined): void {
    if (at === undefined) return;
    const wait = at - this.clock.now();
    if (wait <= 0 || wait > this.withinMs) return;
    if (this.#planned && this.#planned.at <= at) return;
    this.cancel();
    const cancel = this.clock.after(wait, () => {
      this.#planned = undefined;
      this.run(at);
    });
    this.#planned = { at, cancel };
  }

  cancel(): void {
    this.#planned?.cancel();
    this.#planned = undefined;
  }
}
