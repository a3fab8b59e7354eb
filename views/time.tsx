import { escapeHtml } from '@kitajs/html';
import { clockTime, date, duration, exact, relative } from '../src/text/format.ts';
import { zonedTime as zonedText } from '../src/text/schedule_text.ts';
import { dueText, isNear } from '../src/text/start_text.ts';

/** `3 min ago`, updated by the browser's script; the exact time is the tooltip. */
export function relativeTime(at: Date, now: Date): JSX.Element {
  return (
    <time datetime={at.toISOString()} title={exact(at)} data-clock="relative" safe>
      {relative(at, now)}
    </time>
  );
}

/** `in 3 min`, `was due 2 min ago`, updated by the script of schedules; the exact time is the tooltip. */
export function dueTime(at: Date, now: Date): JSX.Element {
  return (
    <time datetime={at.toISOString()} title={exact(at)} data-clock="due" safe>
      {dueText(at, now)}
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

/** `14:05 UTC`, to which the browser's script gives the reader's time zone. */
export function localTime(at: Date, now: Date): JSX.Element {
  return (
    <time datetime={at.toISOString()} title={exact(at)} data-clock="local" safe>
      {clockTime(at, now)}
    </time>
  );
}

/** `Mon 30 Nov, 03:00 Europe/Berlin`, to which the browser's script gives the reader's time zone. */
export function zonedTime(at: Date, timeZone: string, now: Date): JSX.Element {
  return (
    <time datetime={at.toISOString()} title={exact(at)} data-clock="zoned" safe>
      {zonedText(at, timeZone, now)}
    </time>
  );
}

const NAMED_TIME = /\d\d:\d\d(?::\d\d)? UTC/;

/** A text that names `at`, such as "goes on at 14:05 UTC", with the reader's time in its place. */
export function withLocalTime(text: string, at: Date, now: Date): JSX.Element {
  const named = NAMED_TIME.exec(text);
  if (!named) return escapeHtml(text) as JSX.Element;
  return (
    <>
      {escapeHtml(text.slice(0, named.index))}
      {localTime(at, now)}
      {escapeHtml(text.slice(named.index + named[0].length))}
    </>
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

const DAY_MS = 86_400_000;

/** "starts in 4:59", counted down; "starts in 5 h", "starts in 1 day", with the exact time as the tooltip. */
export function startDistance(at: Date, now: Date): JSX.Element {
  return isNear(at, now) ? startTime(at, now) : <>starts {relativeTime(at, now)}</>;
}

/** "starts in 4:59", counted down; "starts at 03:00"; "starts 3 Dec 2026, 03:00". */
export function startTime(at: Date, now: Date): JSX.Element {
  if (isNear(at, now)) return <>starts in {remainingTime(at, now)}</>;
  if (at.getTime() - now.getTime() < DAY_MS) return <>starts at {localTime(at, now)}</>;
  return (
    <>
      starts {escapeHtml(date(at))}, {localTime(at, now)}
    </>
  );
}
