import type { BudgetLeft, SourcePace } from '../sources/connection.ts';
import { count, counted, estimate, money } from '../text/format.ts';

export type { SourcePace } from '../sources/connection.ts';

/** Phrases that the sentences of several types share. */

/** The fields of a form by name, as text, and what `form.tsx` adds to them. */
export type Values = Record<string, string | undefined>;

/**
 * The default export of `sentence.ts`: what a form would start, in one sentence. It must accept any
 * text, and its result must be escaped. It runs in the browser too, so it may only import what
 * works there.
 */
export type Sentence = (values: Values, source?: SourcePace) => string;

/** Whether a start would fail at once. */
export function isTooSmall(budget: BudgetLeft | undefined): boolean {
  return budget !== undefined && budget.left < (budget.least ?? 1);
}

export const MAX_TERMS = 20;

/** The terms of a search, which are separated by commas. */
export function termsOf(query: string): string[] {
  return query
    .split(',')
    .map((term) => term.trim())
    .filter(Boolean);
}

export function tooManyTerms(name: string): string {
  return `${name} may have at most ${MAX_TERMS} terms. Start several searches instead.`;
}

/** How people say that they want no maximum. */
export const ALL = 'all';

export function isAll(typed: string | undefined): boolean {
  return trimmed(typed).toLowerCase() === ALL;
}

/** The number in the field of a maximum, which for `all` is the largest one. */
export function atMost(typed: string | undefined, largest: number): number | undefined {
  return isAll(typed) ? largest : howMany(typed);
}

/** The whole number in a field, 1 to 10,000; `undefined` for anything else. */
export function howMany(typed: string | undefined): number | undefined {
  const n = /^\d+$/.test(trimmed(typed)) ? Number(trimmed(typed)) : Number.NaN;
  return n > 0 && n <= 10_000 ? n : undefined;
}

export function from(source: SourcePace | undefined): string {
  return source ? ` from ${source.label}` : '';
}

/** As how many posts a source that costs money may charge an item. */
export interface Charge {
  least: number;
  /** Absent when it is not known how much has to be read for an item. */
  most?: number;
}

/** Originals that are quoted or reposted come on top, as long as the budget covers them. */
export const POST: Charge = { least: 1, most: 1 };

/** What it costs; empty where it is free. */
export function cost(
  items: number,
  source: SourcePace | undefined,
  { least, most }: Charge,
): string {
  if (!source?.price) return '';
  const { costPerPost, currency, hasNoBudget } = source.price;
  const words = (charge: number) => money(items * charge * costPerPost, currency);
  const first = hasNoBudget ? ' (set a budget on the Sources page first)' : '';
  if (most === undefined) return `, ${words(least)} or more${first}`;
  if (least === most) return `, about ${words(least)}${first}`;
  return `, ${words(least)} to ${words(most)}${first}`;
}

/** The estimated duration, where it is known how fast the pages come, and the cost. */
export function time(items: number, source: SourcePace | undefined, charge = POST): string {
  const costs = cost(items, source, charge);
  if (!source || source.pageMs <= 0 || source.pageSize <= 0) return costs;
  return `, about ${estimate(Math.ceil(items / source.pageSize) * source.pageMs)}${costs}`;
}

/**
 * A sentence after the first one: that the budget does not cover a start, or may not cover it to its end; empty
 * where it does.
 * @param more as how many posts what follows may be charged, such as jobs that it starts.
 */
export function budgetNote(
  items: number,
  source: SourcePace | undefined,
  { least, most = Number.POSITIVE_INFINITY }: Charge,
  more = 0,
): string {
  const { budget, costPerPost = 0, currency = '' } = source?.price ?? {};
  if (budget === undefined) return '';
  const { left, lookup = 0 } = budget;
  if (left === 0) {
    return ' Nothing is left of the budget: raise or reset it on the Sources page first.';
  }
  const rest = ` The budget has only ${money(left * costPerPost, currency)} left (${counted(left, 'post')})`;
  if (isTooSmall(budget)) {
    return `${rest}, too little to begin: raise or reset it on the Sources page first.`;
  }
  if (items * least + lookup > left) return `${rest}: the job stops there.`;
  return items * most + lookup + more > left ? `${rest}: the job may stop there.` : '';
}

/** How many posts of an author the service gives at most. */
export function reachOf(source: SourcePace | undefined, withReplies: boolean): number {
  const { posts = Number.POSITIVE_INFINITY, withoutReplies = posts } = source?.reach ?? {};
  return withReplies ? posts : withoutReplies;
}

/** A sentence after the first one: that the service does not give as many posts of an author. */
export function reachNote(
  posts: number,
  source: SourcePace | undefined,
  withReplies: boolean,
): string {
  const most = reachOf(source, withReplies);
  if (!source || posts <= most) return '';
  const all = reachOf(source, true);
  const more = all > most ? ` (${count(all)} with replies)` : '';
  return ` Only the newest ${counted(most, 'post')}${more} of an author can be read${from(source)}.`;
}

export function trimmed(typed: string | undefined): string {
  return (typed ?? '').trim();
}
