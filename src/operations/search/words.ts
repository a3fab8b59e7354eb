import { cut, MAX_NAME } from '../../text/cut.ts';
import { quoted } from '../../text/isolated.ts';
import { defineWords, type ResultLink } from '../operation.ts';
import { amount, charged, fresh, list, MAX_LINKS, numbered, see } from '../result_words.ts';

/** Posts are not searched for a longer term, in UTF-16 code units. */
const MAX_TERM = 500;

export default defineWords({
  name: 'Search',
  heading: 'Search posts on a topic',
  order: 2,
  menu: [{ name: 'Topic', does: 'Posts that contain certain words' }],
  icon: 'M2.75 7a4.25 4.25 0 1 0 8.5 0a4.25 4.25 0 1 0-8.5 0M10.25 10.25l3.5 3.5',
  summary: 'Collect posts on a topic',
  example: { query: 'space, jazz', maxTweets: 20, mode: 'latest' },
  readsSource: true,
  ability: 'search',
  quick: { field: 'query', label: 'Search a topic', help: 'Up to 100 posts' },
  result: ({ posts, newPosts, embedded, cost }) =>
    list(
      posts,
      amount(posts, 'post'),
      fresh(newPosts),
      numbered(embedded, 'embedded'),
      charged(cost),
    ),
  next: ({ posts }, { query }) => {
    const words = see(posts, 'post');
    const [first, ...others] = linksOf(query);
    if (!words || !first) return undefined;
    return others.length === 0
      ? { ...first, words }
      : { ...first, words: `See ${lower(first.words)}` };
  },
  links: (_, { query }) => linksOf(query),
  labels: {
    cost: 'Cost in US dollars',
    maxTweets: 'Maximum posts',
    days: 'Days back',
    mode: 'Order',
  },
});

function linksOf(query: unknown): ResultLink[] {
  return typeof query === 'string' ? query.split(',', MAX_LINKS).flatMap(postsAbout) : [];
}

const lower = (words: string) => words.charAt(0).toLowerCase() + words.slice(1);

function postsAbout(term: string): ResultLink[] {
  const q = term.trim();
  if (q === '' || q.length > MAX_TERM) return [];
  return [{ words: `Posts about ${quoted(cut(q, MAX_NAME))}`, path: '/find', query: { q } }];
}
