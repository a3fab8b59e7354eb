import { cut, MAX_NAME } from '../../text/cut.ts';
import { count } from '../../text/format.ts';
import { defineWords, type ResultLink } from '../operation.ts';
import { amount, charged, fresh, list, MAX_LINKS, postsOf, see } from '../result_words.ts';

/** No profile has a longer name, in UTF-16 code units. */
const MAX_LENGTH = 500;

export default defineWords({
  name: 'Discover',
  heading: 'Discover profiles',
  order: 3,
  menu: [{ name: 'People', does: 'Profiles, by what their bios say' }],
  icon: 'M5.25 5.25a2.75 2.75 0 1 0 5.5 0a2.75 2.75 0 1 0-5.5 0M2.75 13.75a5.25 5.25 0 0 1 10.5 0',
  summary: 'Find profiles by their bios',
  example: { query: 'climbing coach', maxResults: 5 },
  readsSource: true,
  ability: 'discover',
  quick: { field: 'query', label: 'Discover profiles', help: 'Up to 20 profiles' },
  result: ({ profiles, newProfiles, saved, scraped, posts, cost }) =>
    list(
      profiles,
      amount(profiles, 'profile'),
      saved === false ? 'not kept' : fresh(newProfiles),
      typeof scraped === 'number' && `${count(scraped)} scraped: ${amount(posts, 'post')}`,
      charged(cost),
    ),
  notes: ({ stopped }) => (typeof stopped === 'string' ? [stopped] : []),
  next: ({ scraped, posts, saved, profiles, found }) => {
    if (typeof scraped === 'number') return seePosts(posts);
    const words = see(profiles, 'profile');
    const [first, ...others] = saved === false ? [] : profilesFound(namesOf(found));
    if (!words || !first) return undefined;
    return others.length === 0 ? { ...first, words } : { words, path: '/profiles', query: {} };
  },
  links: ({ scraped, saved, found }) => {
    if (typeof scraped === 'number') return namesOf(found).slice(0, MAX_LINKS).map(postsOf);
    return saved === false ? [] : profilesFound(namesOf(found));
  },
  labels: {
    cost: 'Cost in US dollars',
    maxTweets: 'Maximum posts each',
    maxResults: 'Profiles at most',
    save: 'Keep profiles',
    saved: 'Kept',
    scrape: 'Scrape them',
  },
});

function seePosts(posts: unknown): ResultLink | undefined {
  const words = see(posts, 'post');
  return words ? { words, path: '/find', query: {} } : undefined;
}

function profilesFound(names: string[]): ResultLink[] {
  const each = names.slice(0, MAX_LINKS).map(
    (name): ResultLink => ({
      words: `@${cut(name, MAX_NAME)}`,
      path: '/profiles',
      query: { q: name },
    }),
  );
  if (names.length <= MAX_LINKS) return each;
  return [...each, { words: 'All profiles', path: '/profiles', query: {} }];
}

function namesOf(found: unknown): string[] {
  if (!Array.isArray(found)) return [];
  return found.filter(
    (name): name is string => typeof name === 'string' && name.length <= MAX_LENGTH,
  );
}
