import type { Source } from '../sources/source.ts';
import type { Ability } from '../sources/source_state.ts';
import type { Connections } from './connections.ts';

/** How fast a source is read as it is connected now, and what a post costs. */
export interface SourcePace {
  label: string;
  /** Milliseconds per page, and items on one. */
  pageMs: number;
  pageSize: number;
  /** Absent when the method in use is free. */
  price?: { costPerPost: number; currency: string; hasNoBudget?: boolean };
}

export function sourcePace(
  { name, label, pageMs, pageSize, connection }: Source,
  ability: Ability,
  { credentials, budgets }: Pick<Connections, 'credentials' | 'budgets'>,
): SourcePace {
  const stored = connection && credentials.stored(name);
  const method = connection?.methods.find((one) => one.name === stored?.method);
  const price = method?.paid && {
    ...method.paid,
    ...(!budgets.isSet(name) && { hasNoBudget: true }),
  };
  return { label, pageMs, pageSize, ...method?.pace?.[ability], ...(price && { price }) };
}
