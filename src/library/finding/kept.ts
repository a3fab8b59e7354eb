import type { Queries } from './queries.ts';

/** Answers that are kept until the database changes: somebody pages, or refines a query. */
const MAX_KEPT = 8;

/** @returns a function that makes an answer, or gives the one that it made under the same name. */
export function createKept<Answer>(queries: Queries) {
  const kept = createKeptAnswers<Answer>(queries);
  return function keptOr(name: string, make: () => Answer): Answer {
    const known = kept.get(name);
    if (known) return known;
    const version = kept.version();
    const made = make();
    kept.set(name, made, version);
    return made;
  };
}

/** The same for answers that take several turns of the event loop. */
export function createKeptAnswers<Answer>({ one, isUncommitted }: Queries) {
  const kept = new Map<string, Answer>();
  let keptVersion = '';

  /** Changes with every change of the database, whichever connection makes it. */
  function version(): string {
    const { data_version } = one<{ data_version: number }>('PRAGMA data_version');
    const { changes } = one<{ changes: number }>('SELECT total_changes() AS changes');
    return `${data_version} ${changes}`;
  }

  function forgetFormer(now: string): void {
    if (now !== keptVersion) kept.clear();
    keptVersion = now;
  }

  return {
    version,
    get(name: string): Answer | undefined {
      forgetFormer(version());
      return kept.get(name);
    },
    /**
     * What may still be rolled back is not kept.
     * @param since the version before the answer was made: what is older by now is not kept.
     */
    set(name: string, answer: Answer, since: string): void {
      const now = version();
      if (now !== since || isUncommitted()) return;
      forgetFormer(now);
      if (kept.size >= MAX_KEPT && !kept.has(name)) kept.delete(kept.keys().next().value as string);
      kept.set(name, answer);
    },
  };
}

/** The answer that is kept under a name, or the one that is made now. */
export async function keptOr<Answer>(
  kept: ReturnType<typeof createKeptAnswers<Answer>>,
  about: unknown,
  make: () => Promise<Answer>,
): Promise<Answer> {
  const name = JSON.stringify(about);
  const known = kept.get(name);
  if (known) return known;
  const version = kept.version();
  const made = await make();
  kept.set(name, made, version);
  return made;
}
