import { FIND_KINDS, type FindFilters } from '../../find/query.ts';
import type { PostRow } from '../post_row.ts';

/**
 * Facts about a post stand in the index of words, as words that no text has (tokens.ts sees to it): SQLite then joins a rare
 * language and a common word within the index. A table scan takes 500 ms at a million posts.
 */
const FACT = '\ue000';

type Facts = Pick<PostRow, 'source' | 'kind' | 'author' | 'language' | 'links' | 'media'>;

/** The facts of a post, for the index. */
export function factsOf(row: Facts): string {
  const facts = [kind(row.kind), source(row.source), author(row.author)];
  if (row.language !== null) facts.push(...ranges(row.language).map(language));
  if (row.links !== '[]') facts.push(has('link'));
  if (row.media !== '[]') facts.push(has('media'));
  return facts.join(' ');
}

/** Conditions on facts, as expressions of FTS5 that must all hold. */
export function factConditions(filters: Omit<FindFilters, 'sources'>): string[] {
  const { languages, kinds, has: parts } = filters;
  const conditions = [
    anyOf(languages.map((tag) => language(tag.toLowerCase()))),
    ...parts.map((part) => anyOf([has(part)])),
  ];
  if (!needsThreads(filters)) conditions.push(anyOf(kinds.map(kind)));
  return conditions.filter((condition) => condition !== '');
}

/** What a post must not be: expressions of FTS5 of which none may hold. */
export function excludedFacts(filters: FindFilters): string[] {
  const { notSources = [], notLanguages = [], notKinds = [], hasNot = [] } = filters;
  return [
    ...notSources.map(source),
    ...notLanguages.map((tag) => language(tag.toLowerCase())),
    ...notKinds.filter((one) => one !== 'thread').map(kind),
    ...hasNot.map(has),
  ].map((fact) => anyOf([fact]));
}

/** That a post is of one of these sources. An index of `posts` answers it too, when it stands alone. */
export function sourceConditions(sources: string[]): string[] {
  return sources.length === 0 ? [] : [anyOf(sources.map(source))];
}

/**
 * That a post is by one of these authors. A list of an author's posts tells it, too; with words, a frequent one is then
 * looked for in these posts alone.
 */
export function authorConditions(authors: string[]): string[] {
  return authors.length === 0 ? [] : [anyOf(authors.map(author))];
}

/** By none of these. */
export function excludedAuthors(authors: string[]): string[] {
  return authors.map((name) => anyOf([author(name)]));
}

/** Whether posts of threads are asked for: that is no fact of one post alone. */
export function needsThreads({ kinds }: Pick<FindFilters, 'kinds'>): boolean {
  return kinds.includes('thread') && !FIND_KINDS.every((each) => kinds.includes(each));
}

const kind = (name: string) => FACT + (name === 'thread' ? 'kpost' : `k${name}`);
const source = (name: string) => `${FACT}s${asWord(name)}`;
const language = (tag: string) => `${FACT}l${asWord(tag)}`;
const author = (name: string) => `${FACT}a${asExactWord(name)}`;
const has = (part: string) => `${FACT}h${part}`;

function anyOf(facts: string[]): string {
  const quoted = facts.map((fact) => `"${fact}"`);
  return quoted.length > 1 ? `(${quoted.join(' OR ')})` : quoted.join();
}

/** `pt` and `pt-br` of `pt-BR`. */
function ranges(tag: string): string[] {
  const parts = tag.toLowerCase().split(/[-_]/);
  return parts.map((_, index) => parts.slice(0, index + 1).join('-'));
}

/** What is neither a letter nor a digit would end a word of the index. */
function asWord(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z\d]/g, (sign) => `\ue001${sign.codePointAt(0)?.toString(16)}`);
}

/** Differs for names that differ in more than the case of ASCII letters, as the column `author` compares them. */
function asExactWord(text: string): string {
  return text
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[^a-z\d]/gu, (sign) => `\ue001${sign.codePointAt(0)?.toString(16)}\ue001`);
}
