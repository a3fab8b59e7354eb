import { duration, exact, relative } from '../src/text/format.ts';

/** `3 min ago`, updated by the browser's script; the exact time is the tooltip. */
export function relativeTime(at: Date, now: Date): JSX.Element {
  return (
    <time datetime={at.toISOString()} title={exact(at)} data-clock="relative" safe>
      {relative(at, now)}
    </time>
  );
}

/**
 * The elapsed time as a clock: `0:07`. The browser's script updates every `<time>` without
 * `data-clock` this way: this one is in every event of the taskbar and must be short.
 */
export function elapsedTime(since: Date, now: Date): JSX.Element {
  return (
    <time datetime={since.toISOString()} safe>
      {duration(now.getTime() - since.getTime())}
    </time>
  );
}

/** The time until then, counted down to `0:00` by the browser's script. */
export function remainingTime(until: Date, now: Date): JSX.Element {
  return (
    <time datetime={until.toISOString()} title={exact(until)} data-clock="remaining" safe>
      {duration(until.getTime() - now.getTime())}
    </time>
  );
}
