import { listed } from '../text/listed.ts';
import { readUsername } from '../text/usernames.ts';
import { readDate } from './dates.ts';
import { FIND_KINDS, FIND_PARTS, type FindFilters } from './query.ts';

/** `key:value` as typed. */
export interface TypedFilter {
  key: string;
  value: string;
  isNot: boolean;
}

/** Adds a value to the filters. @returns false when it is none, so that it is text. */
type Reader = (value: string, filters: FindFilters, now: number) => boolean;

const LANGUAGE = /^[a-z]{2,3}(?:-[a-z\d]{2,8})*$/i;
const SOURCE = /^[a-z][a-z\d_-]*$/i;
/** What every post is one of; a thread is made of any of them. */
const EXCLUSIVE_KINDS: FindFilters['kinds'] = ['post', 'reply', 'repost'];

const READERS: Record<string, Reader> = {
  from: (value, filters) => addAll(value, filters.authors, usernameIn),
  since(value, filters, now) {
    const date = readDate(value, now);
    if (date) filters.since = Math.max(date.from, filters.since ?? date.from);
    return date !== undefined;
  },
  until(value, filters, now) {
    const date = readDate(value, now);
    if (date) filters.until = Math.min(date.to, filters.until ?? date.to);
    return date !== undefined;
  },
  lang: (value, filters) => addAll(value, filters.languages, languageIn),
  is: (value, filters) => addAll(value, filters.kinds, (text) => oneOf(FIND_KINDS, text)),
  has: (value, filters) => addAll(value, filters.has, (text) => oneOf(FIND_PARTS, text)),
  source: (value, filters) =>
    addAll(value, filters.sources, (text) => (SOURCE.test(text) ? text.toLowerCase() : undefined)),
  min_likes(value, filters) {
    const likes = /^\d[\d.,_]*$/.test(value) ? Number(value.replace(/[.,_]/g, '')) : Number.NaN;
    if (!Number.isSafeInteger(likes)) return false;
    filters.minLikes = Math.max(likes, filters.minLikes ?? 0);
    return true;
  },
};

const EXCLUDING_READERS: Record<string, Reader> = {
  from: (value, filters) => addAll(value, filters.notAuthors, usernameIn),
  is(value, filters) {
    const kind = oneOf(EXCLUSIVE_KINDS, value);
    if (!kind) return false;
    const before = filters.kinds.length > 0 ? filters.kinds : EXCLUSIVE_KINDS;
    filters.kinds = before.filter((other) => other !== kind);
    return true;
  },
};

/** What each operator takes, for people. */
const TAKES: Record<string, string> = {
  from: 'from: takes a username, or the address of a profile',
  since: 'since: takes a date such as 2024-05-31, or 7d for seven days ago',
  until: 'until: takes a date such as 2024-05-31, or 7d for seven days ago',
  lang: 'lang: takes a language such as en or pt-BR',
  is: `is: takes ${listed(FIND_KINDS, 'or')}`,
  has: `has: takes ${listed(FIND_PARTS, 'or')}`,
  source: 'source: takes the name of a source',
  min_likes: 'min_likes: takes a whole number',
};

const EXCLUDING_TAKES: Record<string, string> = {
  from: TAKES.from as string,
  is: `-is: takes ${listed(EXCLUSIVE_KINDS, 'or')}`,
};

const NOT_EXCLUDED = 'a minus can stand before from: and is: only';

/** What an operator that could not be read takes, for people. */
export function whatItTakes({ key, isNot }: Pick<TypedFilter, 'key' | 'isNot'>): string {
  return isNot ? (EXCLUDING_TAKES[key] ?? NOT_EXCLUDED) : (TAKES[key] ?? '');
}

export const FILTER_KEYS: readonly string[] = Object.keys(READERS);

export const isFilterKey = (key: string) => FILTER_KEYS.includes(key);

export function noFilters(): FindFilters {
  return { authors: [], notAuthors: [], sources: [], languages: [], kinds: [], has: [] };
}

export function hasFilters(filters: FindFilters): boolean {
  return Object.values(filters).some((value) => !Array.isArray(value) || value.length > 0);
}

/**
 * Adds a typed filter to `filters`.
 * @param now in ms since 1970.
 * @returns false when it has no such value, so that it is text. Without a value it has no effect.
 */
export function addFilter({ key, value, isNot }: TypedFilter, filters: FindFilters, now: number) {
  const reader = (isNot ? EXCLUDING_READERS : READERS)[key];
  return reader !== undefined && (value.trim() === '' || reader(value.trim(), filters, now));
}

/** Values may be separated by commas. All must be valid. */
function addAll<T>(value: string, list: T[], read: (text: string) => T | undefined): boolean {
  const values = value.split(',').filter(Boolean).map(read);
  if (values.length === 0 || values.includes(undefined)) return false;
  for (const one of values as T[]) if (!list.includes(one)) list.push(one);
  return true;
}

function usernameIn(text: string): string | undefined {
  const read = readUsername(text);
  return 'username' in read ? read.username : undefined;
}

function languageIn(text: string): string | undefined {
  if (!LANGUAGE.test(text)) return undefined;
  try {
    return Intl.getCanonicalLocales(text)[0];
  } catch {
    return undefined;
  }
}

function oneOf<T extends string>(values: readonly T[], text: string): T | undefined {
  const typed = text.toLowerCase();
  return values.find((value) => typed === value || typed === plural(value));
}

/** People ask for replies and links as well as for a reply and a link. */
const plural = (word: string) => `${word}s`.replace(/ys$/, 'ies');
