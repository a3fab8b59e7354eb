import { duration, exact, relative } from '../src/text/format.ts';

/** `3 min ago`, kept current by the browser's script; the exact time is its tooltip. */
export function relativeTime(at: Date, now: Date): JSX.Element {
  return (
    <time datetime={at.toISOString()} title={exact(at)} data-clock="relative" safe>
      {relative(at, now)}
    </time>
  );
}

/**
 * The time since then as a clock shows it: `0:07`. The browser's script lets every `<time>` tick
 * that does not say otherwise; this one is in every frame of the taskbar and says as little as it can.
 */
export function elapsedTime(since: Date, now: Date): JSX.Element {
  return (
    <time datetime={since.toISOString()} safe>
      {duration(now.getTime() - since.getTime())}
    </time>
  );
}

/** The time until then, which the browser's script lets run down to `0:00`. */
export function remainingTime(until: Date, now: Date): JSX.Element {
  return (
    <time datetime={until.toISOString()} title={exact(until)} data-clock="remaining" safe>
      {duration(until.getTime() - now.getTime())}
    </time>
  );
}
