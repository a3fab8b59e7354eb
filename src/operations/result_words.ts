import { cut, MAX_NAME } from '../text/cut.ts';
import { count, counted, money } from '../text/format.ts';
import type { ResultLink } from './operation.ts';

/** Phrases that the results of several types share. */

/** At most this many people or terms are linked, each by name. */
export const MAX_LINKS = 20;

/** A count with its noun: "1,000 posts", "no posts"; empty when `n` is not a number. */
export function amount(n: unknown, noun: string): string {
  if (typeof n !== 'number') return '';
  return n === 0 ? `no ${noun}s` : counted(n, noun);
}

export function fresh(n: unknown): string {
  return n === 0 ? 'none new' : numbered(n, 'new');
}

export function numbered(n: unknown, what: string): string {
  return typeof n === 'number' ? `${count(n)} ${what}` : '';
}

/** What it has cost: "for $0.51"; empty when it was free. */
export function charged(cost: unknown): string {
  return typeof cost === 'number' ? `for ${money(cost, 'USD')}` : '';
}

/** The parts separated by commas; only the first when its count `n` is 0. */
export function list(n: unknown, first: string, ...others: (string | false)[]): string {
  return [first, ...(n === 0 ? [] : others)].filter(Boolean).join(', ');
}

/** "See the 200 posts", for a link to them; `undefined` when there are none. */
export function see(n: unknown, noun: string): string | undefined {
  if (typeof n !== 'number' || n <= 0) return undefined;
  return n === 1 ? `See the ${noun}` : `See the ${counted(n, noun)}`;
}

export function postsOf(username: string): ResultLink {
  const author = cut(username.trim().replace(/^@\s*/, ''), MAX_NAME);
  return { words: `Posts of @${author}`, path: '/find', query: { author } };
}
