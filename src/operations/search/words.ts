import { cut, MAX_NAME } from '../../text/cut.ts';
import { count, counted } from '../../text/format.ts';
import { defineWords, type ResultLink } from '../operation.ts';
import { amount, fresh, list, MAX_LINKS, numbered } from '../result_words.ts';
import { from, howMany, type Pace, time, trimmed, type Values } from '../sentences.ts';

/** Posts are not searched for a longer term, in UTF-16 code units. */
const MAX_TERM = 500;

export default defineWords({
  name: 'Search',
  heading: 'Search posts on a topic',
  order: 2,
  icon: 'M2.75 7a4.25 4.25 0 1 0 8.5 0a4.25 4.25 0 1 0-8.5 0M10.25 10.25l3.5 3.5',
  summary: 'Collect posts on a topic',
  example: { query: 'space, jazz', maxTweets: 20, mode: 'latest' },
  quick: { field: 'query', label: 'Search a topic', help: 'Up to 100 posts' },
  sentence,
  result: ({ posts, newPosts, embedded }) =>
    list(posts, amount(posts, 'post'), fresh(newPosts), numbered(embedded, 'embedded')),
  links: (_, { query }) =>
    typeof query === 'string' ? query.split(',', MAX_LINKS).flatMap(postsAbout) : [],
  labels: { maxTweets: 'Posts at most', days: 'Of the last days', mode: 'Order' },
});

function postsAbout(term: string): ResultLink[] {
  const q = term.trim();
  if (q === '' || q.length > MAX_TERM) return [];
  return [{ words: `Posts about “${cut(q, MAX_NAME)}”`, path: '/posts', query: { q } }];
}

function sentence(values: Values, source?: Pace): string {
  const terms = trimmed(values.query).split(',').map(trimmed).filter(Boolean);
  const most = howMany(values.maxTweets);
  if (terms.length === 0) return 'Name one or more terms, and this says what will be read.';
  if (most === undefined) return 'Say how many posts to read, from 1 to 10,000.';
  const mode = values.mode === 'top' ? 'top' : 'latest';
  const which = `up to ${counted(most, `${mode} post`)} about ${either(terms)}`;
  const then = values.embed === 'true' ? ', then embeds them' : '';
  return `Reads ${which}${since(values.days)}${from(source)}${time(most, source)}${then}.`;
}

function since(days: string | undefined): string {
  const n = howMany(days);
  if (n === undefined) return '';
  return n === 1 ? ' of the last day' : ` of the last ${count(n)} days`;
}

/** `“space”`, `“space” or “jazz”`, `“space”, “jazz” or “tea”`. */
function either(terms: string[]): string {
  const quoted = terms.map((term) => `“${term}”`);
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}
