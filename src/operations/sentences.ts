import { estimate } from '../text/format.ts';

/** What the sentences of several types are made of. */

/** A form's fields by name, as text, and what the page adds to them. */
export type Values = Record<string, string | undefined>;

/**
 * The default export of a type's `sentence.ts`: what a form would start, in one sentence. It takes
 * whatever was typed, and what the form adds to it. The browser's script contains it, so it imports
 * nothing but words. Holds what was typed: escape it.
 */
export type Sentence = (values: Values, source?: Pace) => string;

/** What the estimate is made of; see `SourceOption`. */
export interface Pace {
  label: string;
  pageMs: number;
  pageSize: number;
}

/** The whole number that was typed, 1 to 10,000; `undefined` for anything else. */
export function howMany(typed: string | undefined): number | undefined {
  const n = Number(trimmed(typed) || Number.NaN);
  return Number.isInteger(n) && n > 0 && n <= 10_000 ? n : undefined;
}

export function from(source: Pace | undefined): string {
  return source ? ` from ${source.label}` : '';
}

/** How long it takes; empty for a source whose pace is not known: 0 ms a page. */
export function time(items: number, source: Pace | undefined): string {
  if (!source || source.pageMs <= 0 || source.pageSize <= 0) return '';
  return `, about ${estimate(Math.ceil(items / source.pageSize) * source.pageMs)}`;
}

export function trimmed(typed: string | undefined): string {
  return (typed ?? '').trim();
}
