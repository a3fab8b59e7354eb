import type { SourcePace } from '../sources/connection.ts';
import type { Source } from '../sources/source.ts';
import type { Ability } from '../sources/source_state.ts';
import type { Connections } from './connections.ts';

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
