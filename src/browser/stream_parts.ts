import type { StreamEvent } from './stream_messages.ts';

/** Where the part of a job begins in a `job` event; escaped text contains no `<`. */
const PART = /(?=<div id="live-)/;
const PART_ID = /^<div id="(live-[^"]*)"/;

interface StreamPart {
  /** Of the element that it replaces; undefined for what is not about a job. */
  id: string | undefined;
  html: string;
}

/** What a `job` event has for each of its jobs. */
export function partsOf({ data }: Pick<StreamEvent, 'data'>): StreamPart[] {
  return data.split(PART).map((html) => ({ id: PART_ID.exec(html)?.[1], html }));
}

/**
 * The event without the jobs that a page does not show: more jobs progress than the taskbar has cards, and
 * htmx reports an error for each part that has no place.
 * @returns undefined when nothing is left.
 */
export function shownOf(
  event: StreamEvent,
  isShown: (id: string) => boolean,
): StreamEvent | undefined {
  if (event.type !== 'job') return event;
  const parts = partsOf(event).filter(({ id }) => id === undefined || isShown(id));
  const data = parts.map(({ html }) => html).join('');
  return data === '' ? undefined : { ...event, data };
}
