import type { QueryIds } from './library.ts';

const OPERATIONS = ['UserByScreenName', 'UserTweets', 'UserTweetsAndReplies', 'SearchTimeline'];

/**
 * Reads `UserTweets=abc SearchTimeline=def`, separated by blanks or commas.
 * @returns what is wrong with it, for people, instead of the ids.
 */
export function parseQueryIds(text: string): QueryIds | string {
  const ids: QueryIds = {};
  for (const part of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const [, operation, id] = part.match(/^(\w+)=([\w-]{8,64})$/) ?? [];
    if (!operation || !id || !OPERATIONS.includes(operation)) {
      return `"${part}" is not an operation and its id. Write for example UserTweets=N2tFDY-MlrLxXJ9F_ZxJGA; the operations are ${OPERATIONS.join(', ')}.`;
    }
    ids[operation] = id;
  }
  return ids;
}
