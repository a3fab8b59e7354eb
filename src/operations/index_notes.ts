import type { Library } from '../library/index.ts';
import { counted } from '../text/format.ts';

/** What limits a find by words after an update of xgpt, for people: nothing nearly always. */
export function indexNotes({ reindexing }: Pick<Library, 'reindexing'>): string[] {
  const pending = reindexing.pending();
  if (pending === 0) return [];
  const [waiting, verb] = [
    counted(pending, 'post or profile', 'posts and profiles'),
    isOrAre(pending),
  ];
  return [
    `xgpt was updated, and ${waiting} ${verb} not indexed anew yet, so words may miss some. A running server (xgpt serve) indexes them.`,
  ];
}

const isOrAre = (count: number) => (count === 1 ? 'is' : 'are');
