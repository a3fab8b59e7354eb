import { cut, MAX_NAME } from '../../text/cut.ts';
import { counted } from '../../text/format.ts';
import { defineWords } from '../operation.ts';
import { amount, fresh, list, postsOf } from '../result_words.ts';
import { from, howMany, type Pace, time, trimmed, type Values } from '../sentences.ts';

export default defineWords({
  name: 'Scrape',
  heading: 'Scrape a user’s posts',
  order: 1,
  icon: 'M2.75 3.5h10.5M2.75 6.75h6M8 9.5v4.25M5.75 11.75 8 14l2.25-2.25',
  summary: 'Collect the posts of one author',
  example: { username: 'aurora_lab', maxTweets: 40 },
  quick: { field: 'username', label: 'Scrape a user', help: 'Up to 100 posts' },
  sentence,
  result: ({ posts, newPosts, username }) =>
    list(posts, `${amount(posts, 'post')}${of(username)}`, fresh(newPosts)),
  links: (result, input) => {
    const username = result.username ?? input.username;
    return typeof username === 'string' ? [postsOf(username)] : [];
  },
  labels: {
    maxTweets: 'Posts at most',
    includeReplies: 'Replies',
    includeRetweets: 'Reposts',
  },
});

function of(username: unknown): string {
  return typeof username === 'string' ? ` of @${cut(username, MAX_NAME)}` : '';
}

function sentence(values: Values, source?: Pace): string {
  const most = howMany(values.maxTweets);
  if (most === undefined) return 'Say how many posts to read, from 1 to 10,000.';
  const posts = `up to ${counted(most, 'post')}${andKinds(values)}`;
  if (values.source === 'archive') return `Reads ${posts} from ${theArchive(values.archive)}.`;
  const username = trimmed(values.username).replace(/^@/, '');
  if (username === '') return 'Name a user, and this says what will be read.';
  return `Reads ${posts} of @${username}${from(source)}${time(most, source)}.`;
}

function andKinds({ includeReplies, includeRetweets }: Values): string {
  const kinds = [
    includeReplies === 'true' && 'replies',
    includeRetweets === 'true' && 'reposts',
  ].filter(Boolean);
  return kinds.length > 0 ? `, ${kinds.join(' and ')} included,` : '';
}

function theArchive(name: string | undefined): string {
  return trimmed(name) === '' ? 'the archive you choose' : `the archive ${trimmed(name)}`;
}
