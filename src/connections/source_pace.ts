import type { Costs, Reach } from '../sources/connection.ts';
import type { Source } from '../sources/source.ts';
import type { Ability } from '../sources/source_state.ts';
import type { Connections } from './connections.ts';

/** How a source is read as it is connected now: how fast, how far back, and what a post costs. */
export interface SourcePace {
  label: string;
  /** Milliseconds per page, and items on one. */
  pageMs: number;
  pageSize: number;
  /** Absent where it is not known. */
  reach?: Reach;
  /** Absent when the method in use is free. */
  price?: SourcePrice;
}

interface SourcePrice {
  costPerPost: number;
  currency: string;
  /** Nothing is read until the user has set one. */
  hasNoBudget?: boolean;
  /** What is left of the one that is set, in posts. */
  budget?: { left: number } & Costs;
}

export function sourcePace(
  { name, label, pageMs, pageSize, connection }: Source,
  ability: Ability,
  { credentials, budgets }: Pick<Connections, 'credentials' | 'budgets'>,
): SourcePace {
  const stored = connection && credentials.stored(name);
  const method = connection?.methods.find((one) => one.name === stored?.method);
  const { costs, ...pace } = method?.pace?.[ability] ?? {};
  const left = budgets.left(name);
  const budget = left === undefined ? { hasNoBudget: true } : { budget: { left, ...costs } };
  return {
    ...{ label, pageMs, pageSize },
    ...pace,
    ...(method?.paid && { price: { ...method.paid, ...budget } }),
  };
}
