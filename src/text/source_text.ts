import type { Ability, ConnectionState, PaidBudget, SourceState } from '../sources/source_state.ts';
import { clockTime, count, counted, money, sourceTitle } from './format.ts';
import { table } from './table.ts';

const ABILITIES: Record<Ability, string> = {
  posts: 'posts of a user',
  search: 'posts on a topic',
  discover: 'people',
};

/** `posts of a user, posts on a topic and people`. */
export function abilityWords(abilities: readonly Ability[]): string {
  const words = abilities.map((ability) => ABILITIES[ability]);
  const last = words.pop() ?? '';
  return words.length > 0 ? `${words.join(', ')} and ${last}` : last;
}

/** The state of a source's connection in a few words: `Connected as @ada.example`. */
export function connectionWords({ status, test }: ConnectionState): string {
  switch (status) {
    case 'unconnected':
      return 'Not connected';
    case 'untested':
      return 'Credentials stored, not tested';
    case 'connected':
      return test?.message ?? 'Connected';
    case 'refused':
      return 'Credentials refused';
    case 'unreadable':
      return 'Credentials cannot be read';
  }
}

/** What is wrong, and what to do; empty when nothing is. */
export function connectionProblem({ status, test }: ConnectionState): string {
  if (status === 'unreadable') {
    return 'Their secret key is not the one they were sealed with. Put the former secret.key back into the data folder, or enter the credentials again.';
  }
  return test && test.outcome !== 'passed' ? test.message : '';
}

/** `Rate limited until 14:05 UTC`; empty when it is not. */
export function limitWords({ limits }: ConnectionState): string {
  const last = limits.at(-1);
  return last ? `Rate limited until ${clockTime(last.until)}` : '';
}

/** `120 of 250 posts = $0.60 of $1.25`. */
export function budgetWords({ cap, posts, costPerPost, currency }: PaidBudget): string {
  const cost = (n: number) => money(n * costPerPost, currency);
  if (cap === undefined) return `No budget set; ${counted(posts, 'post')} = ${cost(posts)} so far`;
  return `${count(posts)} of ${counted(cap, 'post')} = ${cost(posts)} of ${cost(cap)}`;
}

/** The state of a source as one line. */
export function sourceLine(source: SourceState): string {
  const { connection } = source;
  if (!connection) return 'Ready';
  const { budget } = connection;
  const parts = [
    connectionWords(connection),
    connectionProblem(connection),
    connection.missing.length > 0 && `Not without credentials: ${abilityWords(connection.missing)}`,
    limitWords(connection),
    budget?.inUse && budgetWords(budget),
  ];
  return parts
    .filter((part) => typeof part === 'string' && part !== '')
    .map((part) => String(part).replace(/\.$/, ''))
    .join('. ');
}

/** @param columns of the terminal. False = any width. */
export function sourceTable(sources: SourceState[], columns: number | false = false): string {
  const rows = sources.map((source) => [
    source.name,
    sourceTitle(source),
    abilityWords(source.abilities),
    sourceLine(source),
  ]);
  return `${table(['NAME', 'SOURCE', 'GIVES', 'STATE'], rows, columns)}\n`;
}
