import { cut, MAX_NAME } from '../../text/cut.ts';
import { defineWords, type ResultLink } from '../operation.ts';
import { amount, charged, fresh, postsOf, see } from '../result_words.ts';
import { leftOutInShort, leftOutNotes } from './left_out.ts';
import { FIRST_RUN, MORE_NEW } from './only_new_words.ts';

export default defineWords({
  name: 'Scrape',
  heading: 'Scrape a user’s posts',
  order: 1,
  menu: [
    { name: 'User', does: 'The posts of one author' },
    {
      name: 'Archive',
      does: 'Your own posts, from the archive that X gives you',
      query: { source: 'archive' },
      order: 4,
    },
  ],
  icon: 'M2.75 3.5h10.5M2.75 6.75h6M8 9.5v4.25M5.75 11.75 8 14l2.25-2.25',
  summary: 'Collect the posts of one author',
  example: { username: 'aurora_lab', maxTweets: 40 },
  readsSource: true,
  quick: {
    field: 'username',
    rule: 'username',
    label: 'Scrape a user',
    help: 'Up to 100 posts',
  },
  upload: { source: 'archive' },
  result: (result, beside) =>
    [
      `${amount(result.posts, 'post')}${of(result.username, beside)}`,
      result.posts !== 0 && fresh(result.newPosts),
      result.moreNew === true && 'and there may be more',
      leftOutInShort(result),
      charged(result.cost),
    ]
      .filter(Boolean)
      .join(', '),
  notes: (result, place) => [...onlyNewNotes(result), ...leftOutNotes(result, place)],
  // An archive is read whole.
  repeated: ({ source }) => (source === 'archive' ? {} : { onlyNew: true }),
  undo: ({ newPosts }, { source, archive }) =>
    source === 'archive' && typeof archive === 'string' && newPosts !== 0
      ? {
          path: `/api/imports/${encodeURIComponent(archive)}/undo`,
          label: 'Undo import',
          help: 'Removes the posts that only this import has brought. The archive stays.',
        }
      : undefined,
  next: (result, input) => {
    const words = see(result.posts, 'post');
    const [posts] = postsOfAuthor(result, input);
    return words && posts ? { ...posts, words } : undefined;
  },
  links: postsOfAuthor,
  labels: {
    cost: 'Cost in US dollars',
    maxTweets: 'Maximum posts',
    includeReplies: 'Replies',
    includeRetweets: 'Reposts',
    onlyNew: 'Only what is new',
    firstRun: 'First run with these options',
    moreNew: 'More may be new',
    leftOut: 'Left out',
    notRead: 'Not read',
  },
});

function postsOfAuthor(
  result: Record<string, unknown>,
  input: Record<string, unknown>,
): ResultLink[] {
  const username = result.username ?? input.username;
  return typeof username === 'string' ? [postsOf(username)] : [];
}

function isSameName(username: string, other: unknown): boolean {
  return typeof other === 'string' && other.toLowerCase() === username.toLowerCase();
}

function onlyNewNotes({ firstRun, moreNew }: Record<string, unknown>): string[] {
  if (firstRun === true) return [FIRST_RUN];
  return moreNew === true ? [MORE_NEW] : [];
}

function of(username: unknown, beside: Record<string, unknown> = {}): string {
  const isNamed = typeof username === 'string' && !isSameName(username, beside.username);
  return isNamed ? ` of @${cut(username, MAX_NAME)}` : '';
}
