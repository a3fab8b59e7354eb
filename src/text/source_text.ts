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
export function connectionWords({ status, test, without }: ConnectionState): string {
  switch (status) {
    case 'unconnected':
      if (without === undefined) return 'Not connected';
      return test?.outcome === 'passed' ? firstSentence(test.message) : 'Works without an account';
    case 'untested':
      return 'Credentials stored, not tested';
    case 'connected':
      return firstSentence(test?.message ?? 'Connected');
    case 'refused':
      return 'Credentials refused';
    case 'unreadable':
      return 'Credentials cannot be read';
  }
}

/** What else the last test has said: `X has counted 1,234 of 3,000,000 posts this month.` */
export function connectionDetail({ test }: ConnectionState): string {
  if (test?.outcome !== 'passed') return '';
  return test.message.slice(firstSentence(test.message).length).replace(/^\.\s*/, '');
}

function firstSentence(text: string): string {
  return text.split('. ', 1)[0] ?? text;
}

/** `Posts on a topic need an app password`; empty when nothing is missing. */
export function missingWords({ missing, methods }: ConnectionState): string {
  if (missing.length === 0) return '';
  const words = abilityWords(missing);
  const [only, ...others] = methods;
  const needed = only && others.length === 0 ? withArticle(only.label) : 'credentials';
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} need ${needed}`;
}

function withArticle(label: string): string {
  const noun = label.charAt(0).toLowerCase() + label.slice(1);
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** What is wrong, and what to do; empty when nothing is. */
export function connectionProblem({ status, test }: ConnectionState): string {
  if (status === 'unreadable') {
    return 'Their secret key is not the one they were sealed with. Put the former secret.key back into the data folder, or enter the credentials again.';
  }
  return test && test.outcome !== 'passed' ? test.message : '';
}

/** `Rate limited until 14:05 UTC`; empty when it is not. */
export function limitWords({ limits }: ConnectionState, now = new Date()): string {
  const last = limits.at(-1);
  return last ? `Rate limited until ${clockTime(last.until, now)}` : '';
}

/** `120 of 250 posts = $0.60 of $1.25`. */
export function budgetWords({ cap, posts, costPerPost, currency }: PaidBudget): string {
  if (cap === 0 && posts === 0) return '0 posts: nothing may be read';
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
    connectionDetail(connection),
    connectionProblem(connection),
    missingWords(connection),
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
    priceWords(source),
    sourceLine(source),
  ]);
  return `${table(['NAME', 'SOURCE', 'GIVES', 'PRICE', 'STATE'], rows, columns)}\n`;
}

/** `$0.005 a post (api)`, with the method that costs it. */
function priceWords({ connection }: SourceState): string {
  const paid = connection?.methods.flatMap(({ name, paid }) =>
    paid ? [`${money(paid.costPerPost, paid.currency)} a post (${name})`] : [],
  );
  return paid?.join(', ') || 'free';
}
