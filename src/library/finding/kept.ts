import type { Queries } from './queries.ts';

/** Answers that are kept until the database changes: somebody pages, or refines a query. */
const MAX_KEPT = 8;

/** @returns a function that makes an answer, or gives the one that it made under the same name. */
export function createKept<Answer>({ one }: Queries) {
  const kept = new Map<string, Answer>();
  let version = '';

  /** Changes with every change of the database, whichever connection makes it. */
  function versionNow(): string {
    const { data_version } = one<{ data_version: number }>('PRAGMA data_version');
    const { changes } = one<{ changes: number }>('SELECT total_changes() AS changes');
    return `${data_version} ${changes}`;
  }

  return function keptOr(name: string, make: () => Answer): Answer {
    const now = versionNow();
    if (now !== version) kept.clear();
    version = now;
    const known = kept.get(name);
    if (known) return known;
    const made = make();
    if (kept.size >= MAX_KEPT) kept.delete(kept.keys().next().value as string);
    kept.set(name, made);
    return made;
  };
}
