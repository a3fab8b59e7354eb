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
/** 12, 1000, 1,000: a separator stands before three digits, so that 1,5 and 49.5 are none. */
const WHOLE_NUMBER = /^(?:\d+|\d{1,3}(?:([.,_'’])\d{3}(?:\1\d{3})*))$/;
/** What is not seen, such as a direction sign that was copied along. */
const INVISIBLE = /\p{DI}+/gu;

const READERS: Record<string, Reader> = {
  from: (value, filters) => addAll(value, filters.authors, usernameIn),
  since: (value, filters, now) => addSince(readDate(value, now)?.from, filters),
  until: (value, filters, now) => addUntil(readDate(value, now)?.to, filters),
  lang: (value, filters) => addAll(value, filters.languages, languageIn),
  is: (value, filters) => addAll(value, filters.kinds, kindIn),
  has: (value, filters) => addAll(value, filters.has, partIn),
  source: (value, filters) => addAll(value, filters.sources, sourceIn),
  min_likes(value, filters) {
    const likes = wholeNumberIn(value);
    if (likes !== undefined) filters.minLikes = Math.max(likes, filters.minLikes ?? 0);
    return likes !== undefined;
  },
};

const EXCLUDING_READERS: Record<string, Reader> = {
  from: (value, filters) => addAll(value, filters.notAuthors, usernameIn),
  // Not since a day is until the end of the day before.
  since: (value, filters, now) => addUntil(readDate(value, now)?.from, filters),
  until: (value, filters, now) => addSince(readDate(value, now)?.to, filters),
  lang(value, filters) {
    filters.notLanguages ??= [];
    return addAll(value, filters.notLanguages, languageIn);
  },
  is(value, filters) {
    filters.notKinds ??= [];
    return addAll(value, filters.notKinds, kindIn);
  },
  has(value, filters) {
    filters.hasNot ??= [];
    return addAll(value, filters.hasNot, partIn);
  },
  source(value, filters) {
    filters.notSources ??= [];
    return addAll(value, filters.notSources, sourceIn);
  },
  min_likes(value, filters) {
    const likes = wholeNumberIn(value);
    if (likes !== undefined) filters.maxLikes = Math.min(likes, filters.maxLikes ?? likes);
    return likes !== undefined;
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

/** What an operator that could not be read takes, for people. */
export function whatItTakes({ key }: Pick<TypedFilter, 'key'>): string {
  return TAKES[key] ?? '';
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
  const plain = value.normalize('NFKC').replace(INVISIBLE, '').trim();
  return reader !== undefined && (plain === '' || reader(plain, filters, now));
}

/** Without a kind, "not a repost" is a post or a reply: the index answers that faster than what is excluded. */
export function settleKinds(filters: FindFilters): void {
  const { kinds, notKinds = [] } = filters;
  const excluded = EXCLUSIVE_KINDS.filter((kind) => notKinds.includes(kind));
  const left = EXCLUSIVE_KINDS.filter((kind) => !excluded.includes(kind));
  if (kinds.length > 0 || excluded.length === 0 || left.length === 0) return;
  filters.kinds = left;
  filters.notKinds = notKinds.filter((kind) => !excluded.includes(kind));
}

/** Lists of exclusions to which nothing was added are left out. */
export function dropEmpty(filters: FindFilters): void {
  for (const name of ['notSources', 'notLanguages', 'notKinds', 'hasNot'] as const)
    if (filters[name]?.length === 0) delete filters[name];
}

function addSince(time: number | undefined, filters: FindFilters): boolean {
  if (time !== undefined) filters.since = Math.max(time, filters.since ?? time);
  return time !== undefined;
}

function addUntil(time: number | undefined, filters: FindFilters): boolean {
  if (time !== undefined) filters.until = Math.min(time, filters.until ?? time);
  return time !== undefined;
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

const kindIn = (text: string) => oneOf(FIND_KINDS, text);
const partIn = (text: string) => oneOf(FIND_PARTS, text);
const sourceIn = (text: string) => (SOURCE.test(text) ? text.toLowerCase() : undefined);

function wholeNumberIn(text: string): number | undefined {
  const number = WHOLE_NUMBER.test(text) ? Number(text.replace(/\D/g, '')) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

function oneOf<T extends string>(values: readonly T[], text: string): T | undefined {
  const typed = text.toLowerCase();
  return values.find((value) => typed === value || typed === plural(value));
}

/** People ask for replies and links as well as for a reply and a link. */
const plural = (word: string) => `${word}s`.replace(/ys$/, 'ies');
