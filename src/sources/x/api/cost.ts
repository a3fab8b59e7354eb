import type { Answer } from './answers.ts';
import { POSTS_PER_USER } from './prices.ts';

/** @returns what X charges for an answer, in posts. */
export type Meter = (answer: Answer) => number;

/**
 * X charges for each post and each user in an answer, the expanded ones among them, and once a day (UTC)
 * for each. Users come again on every page; a post that comes again is counted again.
 *
 * By docs.x.com (pricing, usage and billing) and the price list of X's own plugin for editors, which
 * says that expanded objects are charged and media are not.
 */
export function createMeter(now: () => Date): Meter {
  let day = '';
  let charged = new Set<string>();
  return (answer) => {
    const today = now().toISOString().slice(0, 10);
    if (today !== day) charged = new Set();
    day = today;
    const { data, includes } = answer;
    const isUser = typeof data === 'object' && data !== null && 'username' in data;
    const items: unknown[] = Array.isArray(data) ? data : [];
    const own = new Set(items.map((item) => (Object(item) as { id?: unknown }).id));
    const expanded = [...(includes.tweets ?? []), ...(includes.posts ?? [])];
    const others = expanded.filter(({ id }) => !own.has(id)).length;
    const users = includes.users.filter(({ id }) => !charged.has(id));
    for (const { id } of users) charged.add(id);
    return items.length + others + (users.length + (isUser ? 1 : 0)) * POSTS_PER_USER;
  };
}
