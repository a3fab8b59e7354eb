import { counted } from './format.ts';

/** How the model reads a text; see `TextReading` of the embedder. */
interface Reading {
  parts: number;
  unknown: number;
  isCut: boolean;
}

/**
 * What limits a search by meaning, as sentences for people: only what applies to this query and these
 * posts.
 */
export function meaningNotes(query: Reading, posts: readonly Reading[]): string[] {
  return [queryNote(query), unknownPostsNote(posts), cutPostsNote(posts)].filter(Boolean);
}

function queryNote(query: Reading): string {
  const { parts, unknown, isCut } = query;
  if (isUnreadable(query)) {
    return 'The model knows no part of this query: all such texts are alike to it, so the order of the posts says nothing. Search by words instead.';
  }
  if (unknown * 2 >= parts)
    return `The model does not know ${unknown} of ${parts} parts of this query.`;
  return isCut ? 'This query is longer than the model reads: only its beginning was compared.' : '';
}

function unknownPostsNote(posts: readonly Reading[]): string {
  const { length } = posts.filter(isUnreadable);
  if (length === 0) return '';
  return `${counted(length, 'post')} below ${length === 1 ? 'has' : 'have'} nothing that the model knows, such as emoji alone: the similarity says nothing.`;
}

function cutPostsNote(posts: readonly Reading[]): string {
  const { length } = posts.filter(({ isCut }) => isCut);
  if (length === 0) return '';
  return `${counted(length, 'post')} below ${length === 1 ? 'is' : 'are'} longer than the model reads, about 200 words: only the beginning was compared.`;
}

/** The model cannot tell such texts apart. */
function isUnreadable({ parts, unknown }: Reading): boolean {
  return unknown === parts;
}
