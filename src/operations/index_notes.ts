import type { Library } from '../library/index.ts';
import { counted } from '../text/format.ts';
import { OUTDATED_COPY } from '../text/outdated_text.ts';
import type { OperationDeps } from './deps.ts';

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

/** That posts may be missing which were collected on other machines, for people. */
export function outdatedNotes({ isOutdated }: Pick<OperationDeps, 'isOutdated'>): string[] {
  return isOutdated?.() ? [OUTDATED_COPY] : [];
}

const isOrAre = (count: number) => (count === 1 ? 'is' : 'are');
