import type { CappedCount } from '../library/finding.ts';
import { count, exact } from './format.ts';
import { printable } from './printable.ts';
import { table } from './table.ts';

/** A saved find, as lists show it. */
interface ListedFind {
  id: number;
  name: string;
  query: { by?: string; sort?: string; like?: string };
  understood: string;
  newPosts?: CappedCount;
  problems?: Record<string, string>;
  openedAt: Date;
}

/** `Posts with “soup”, by words, newest first`; of a find that is no longer valid, why. */
export function savedFindWords({ query, understood, problems }: ListedFind): string {
  if (problems) return `No longer valid: ${Object.values(problems).join(' ')}`;
  // By meaning they are understood as "near in meaning".
  const way = query.like === undefined && query.by === 'words' && 'by words';
  return [understood, way, query.sort === 'newest' && 'newest first'].filter(Boolean).join(', ');
}

/** `12 new`, `1,000+ new`; empty when nothing is new or nothing was counted. */
export function newPostsWords({ newPosts }: Pick<ListedFind, 'newPosts'>): string {
  if (!newPosts || newPosts.count === 0) return '';
  return `${count(newPosts.count)}${newPosts.isCapped ? '+' : ''} new`;
}

/**
 * Saved finds as a table.
 * @param columns of the terminal; false for any width.
 */
export function savedFindTable(finds: ListedFind[], columns: number | false = false): string {
  if (finds.length === 0) return 'No saved finds.\n';
  const rows = finds.map((find) => [
    String(find.id),
    printable(find.name),
    newPostsWords(find),
    exact(find.openedAt),
    printable(savedFindWords(find)),
  ]);
  return `${table(['ID', 'NAME', 'NEW', 'OPENED', 'FIND'], rows, columns)}\n`;
}
