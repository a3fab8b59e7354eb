import type { QueryIds } from './library.ts';

/** Reads `UserTweets=abc SearchTimeline=def`, separated by blanks or commas. */
export function parseQueryIds(text = ''): QueryIds {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '');
  return Object.fromEntries(parts.map((part) => part.split('=', 2)));
}
