import type { Post } from '../../src/sources/post.ts';
import { type ArchiveContent, accountFiles, part, tweet, tweetDate } from './archive_fixture.ts';

/** An archive as X gave it out in a year, or as people keep it, and the posts that it holds. */
export interface Shape {
  name: string;
  content: ArchiveContent;
  posts: Post[];
}

const BOM = '\uFEFF';
const made = new Date('2026-03-04T05:06:07.000Z');
const ids = { thread: '1050118621198921728', answer: '1050118621198921800' };

/** The fields that all posts of an archive have. */
function post(id: string, text: string, fields: Partial<Post> = {}): Post {
  return {
    source: 'archive',
    id,
    kind: 'post',
    author: 'aurora_lab',
    authorId: '4711',
    authorName: 'Aurora & Lab',
    text,
    createdAt: timeOf(id),
    url: `https://x.com/aurora_lab/status/${id}`,
    language: 'en',
    links: [],
    media: [],
    likes: 12,
    reposts: 3,
    ...fields,
  };
}

/** A second apart, by the last digits of the id. */
function timeOf(id: string): Date {
  return new Date(Date.UTC(2016, 0, 5, 10, 0, 0) + Number(id.slice(-6)));
}

const second = (date: Date) => new Date(Math.floor(date.getTime() / 1000) * 1000);

/** The four posts that every archive has: a thread of two, a reply and a repost. */
const four: Post[] = [
  post(ids.thread, 'Ice & fire 🔥 https://t.co/abc', {
    threadId: ids.thread,
    links: [{ text: 'https://t.co/abc', url: 'https://example.com/a?b=1&c=2' }],
    media: [{ type: 'photo', url: 'https://pbs.twimg.com/1.jpg' }],
  }),
  post(ids.answer, 'and <more> of it', {
    inReplyToId: ids.thread,
    inReplyToAuthor: 'aurora_lab',
    threadId: ids.thread,
  }),
  post('1050118621198922000', '@bob I agree', {
    kind: 'reply',
    inReplyToId: '99',
    inReplyToAuthor: 'bob',
  }),
  post('1050118621198923000', 'RT @carol: Good morning', { kind: 'repost' }),
].map((each) => ({ ...each, createdAt: second(each.createdAt) }));

/** The entry of one of these posts, as archives since 2018 have it. */
function entryOf({ id, text, createdAt, inReplyToId, inReplyToAuthor }: Post) {
  const isThread = id === ids.thread;
  const media = [
    {
      url: 'https://t.co/pic',
      expanded_url: `https://x.com/aurora_lab/status/${id}/photo/1`,
      media_url: 'http://pbs.twimg.com/1.jpg',
      media_url_https: 'https://pbs.twimg.com/1.jpg',
      type: 'photo',
    },
  ];
  const urls = [{ url: 'https://t.co/abc', expanded_url: 'https://example.com/a?b=1&c=2' }];
  return tweet(id, {
    created_at: tweetDate(createdAt),
    full_text: encoded(text) + (isThread ? ' https://t.co/pic' : ''),
    favorite_count: '12',
    retweet_count: '3',
    entities: { hashtags: [], urls: isThread ? urls : [], media: isThread ? media : undefined },
    ...(isThread && { extended_entities: { media } }),
    ...(inReplyToId && {
      in_reply_to_status_id_str: inReplyToId,
      in_reply_to_status_id: inReplyToId,
      in_reply_to_user_id_str: inReplyToAuthor === 'bob' ? '88' : '4711',
      in_reply_to_screen_name: inReplyToAuthor,
    }),
  });
}

function encoded(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const entries = four.map(entryOf);
/** As in archives of 2018 and 2019. */
const bare = entries.map((entry) => entry.tweet);

function at(folder: string, content: ArchiveContent): ArchiveContent {
  const moved = Object.entries(content).map(([name, text]) => [
    name.replace('data/', folder),
    text,
  ]);
  return Object.fromEntries(moved);
}

function entriesIn(file = ''): string {
  // A file that matches by its name alone, such as a map of sources, has no list.
  const list = file.slice(file.indexOf('['), file.lastIndexOf(']') + 1);
  return String(list === '' ? 0 : JSON.parse(list).length);
}

/** The manifest lists the files of posts that are in the archive. */
function withManifest(content: ArchiveContent): ArchiveContent {
  const files = (pattern: RegExp) =>
    Object.keys(content)
      .filter((name) => pattern.test(name))
      .map((fileName) => ({
        fileName,
        globalName: 'YTD.part0',
        count: entriesIn(content[fileName]),
      }));
  const dataTypes = {
    account: { files: files(/account/) },
    tweets: { mediaDirectory: 'data/tweets_media', files: files(/\/tweets?(-part\d+)?\.js/) },
    noteTweet: { files: files(/note-tweet/) },
    communityTweet: { files: files(/community-tweet/) },
  };
  const userInfo = { accountId: '4711', userName: 'aurora_lab', displayName: 'Aurora & Lab' };
  const archiveInfo = {
    sizeBytes: '1',
    generationDate: made.toISOString(),
    isPartialArchive: false,
  };
  const manifest = JSON.stringify({ userInfo, archiveInfo, dataTypes }, null, 2);
  return { ...content, 'data/manifest.js': `window.__THAR_CONFIG = ${manifest}` };
}

const asOfManifest = (posts: Post[]) => posts.map((each) => ({ ...each, asOf: made }));
/** Without a manifest, the newest file tells; tests write their files in 2024. */
export const filesModified = new Date('2024-05-06T07:08:10.000Z');
const asOfFiles = (posts: Post[]) => posts.map((each) => ({ ...each, asOf: filesModified }));

/** What X adds of others: never read. */
const others: ArchiveContent = {
  'data/direct-messages.js': part('direct_messages.part0', [{ secret: true }]),
  'data/ad-impressions.js': part('ad_impressions.part0', []),
  'data/tweets_media/1-a.jpg': 'jpg',
  'assets/js/account.js.map': '{}',
  'Your archive.html': '<!doctype html>',
};

interface OldFields {
  full_text: string;
  id_str: string;
  created_at: string;
  entities: { media?: { type: string }[] };
  extended_entities?: unknown;
}

function grailbird(): Shape {
  const user = { name: 'Aurora & Lab', screen_name: 'aurora_lab', id_str: '4711', id: 4711 };
  const months = (bare as unknown as OldFields[]).map(
    ({ full_text, id_str, created_at, extended_entities, ...fields }) => ({
      ...fields,
      id_str,
      id: Number(id_str),
      text: full_text,
      created_at: `${new Date(created_at).toISOString().replace('T', ' ').slice(0, 19)} +0000`,
      entities: {
        ...fields.entities,
        media: fields.entities.media?.map(
          ({ type: _, ...media }: object & { type: string }) => media,
        ),
      },
      favorite_count: undefined,
      retweet_count: undefined,
      lang: undefined,
      user,
      ...(full_text.startsWith('RT @') && {
        text: 'RT @carol: Good morn…',
        retweeted_status: {
          id_str: '1050118621198900000',
          id: 1050118621198900000,
          text: 'Good morning',
          user: { screen_name: 'carol', name: 'Carol', id_str: '77' },
        },
      }),
    }),
  );
  const month = (name: string, list: unknown[]) =>
    `Grailbird.data.tweets_${name} = \n ${JSON.stringify(list, null, 2)}`;
  const index = ['2016_02', '2016_01'].map((name) => ({
    file_name: `data/js/tweets/${name}.js`,
    year: 2016,
    month: Number(name.slice(-2)),
    var_name: `tweets_${name}`,
    tweet_count: 2,
  }));
  const details = {
    screen_name: 'aurora_lab',
    location: 'Tromsø',
    full_name: 'Aurora &amp; Lab',
    bio: 'Ice &lt;3 light',
    id: '4711',
    created_at: '2015-03-01 08:00:00 +0000',
  };
  const payload = { tweets: 4, created_at: '2016-03-04 05:06:07 +0000', lang: 'en' };
  const absent = { language: undefined, likes: undefined, reposts: undefined };
  return {
    name: '2016, a file for each month and a CSV',
    content: {
      'data/js/user_details.js': `var user_details =  ${JSON.stringify(details, null, 2)}`,
      'data/js/payload_details.js': `var payload_details =  ${JSON.stringify(payload)}`,
      'data/js/tweet_index.js': `var tweet_index =  ${JSON.stringify(index, null, 2)}`,
      'data/js/tweets/2016_02.js': month('2016_02', months.slice(0, 2)),
      'data/js/tweets/2016_01.js': month('2016_01', months.slice(2)),
      'data/csv/2016_01.csv': '"tweet_id","timestamp","text"\n',
      'tweets.csv': '"tweet_id","timestamp","text"\n',
      'index.html': '<!doctype html>',
    },
    posts: four.map((each) => ({
      ...each,
      ...absent,
      asOf: new Date('2016-03-04T05:06:07Z'),
      ...(each.kind === 'repost' && {
        repostOf: {
          id: '1050118621198900000',
          author: 'carol',
          authorName: 'Carol',
          text: 'Good morning',
          url: 'https://x.com/carol/status/1050118621198900000',
        },
      }),
    })),
  };
}

const longText = `${'It began in the morning, when nobody was awake, '.repeat(8)}and went on.`;
const long = post('1050118621198931000', longText);
const longEntry = entryOf({ ...long, text: `${longText.slice(0, 270)}… https://t.co/self` });
const notes = part('note_tweet.part0', [
  {
    noteTweet: {
      noteTweetId: '777',
      createdAt: long.createdAt.toISOString(),
      core: { text: longText, urls: [], mentions: [], hashtags: [] },
    },
  },
]);
const longPost = { ...long, createdAt: second(long.createdAt) };

const first = post('1050118621198941000', 'Teh first');
const editedIds = [first.id, '1050118621198942000'];
const edited = post(editedIds[1] ?? '', 'The first', {
  edits: [{ id: first.id, text: first.text, createdAt: second(first.createdAt) }],
});
const editEntries = [
  { tweet: { ...entryOf(first).tweet, edit_info: { initial: { editTweetIds: editedIds } } } },
  {
    tweet: {
      ...entryOf(edited).tweet,
      edit_info: {
        edit: { initialTweetId: first.id, editControlInitial: { editTweetIds: editedIds } },
      },
    },
  },
];
const editedPost = { ...edited, createdAt: second(edited.createdAt) };

const community = post('1050118621198951000', 'Hello, ice people');
const communityFile = part('community_tweet.part0', [
  { tweet: { ...entryOf(community).tweet, community_id_str: '5' } },
]);
const communityPost = { ...community, createdAt: second(community.createdAt) };

/** Ten archives, from 2016 to 2026. */
export const shapes: Shape[] = [
  grailbird(),
  {
    name: '2018, no data folder and no wrapper',
    content: at('', { ...accountFiles(), 'data/tweet.js': part('tweet.part0', bare) }),
    posts: asOfFiles(four),
  },
  {
    name: '2019, tweet.js in the data folder, without wrapper and manifest',
    content: { ...accountFiles(), ...others, 'data/tweet.js': part('tweet.part0', bare) },
    posts: asOfFiles(four),
  },
  {
    name: '2020, tweet.js with wrapper and manifest',
    content: withManifest({
      ...accountFiles(),
      ...others,
      'data/tweet.js': part('tweet.part0', entries),
    }),
    posts: asOfManifest(four),
  },
  {
    name: '2021, tweet.js in parts',
    content: withManifest({
      ...accountFiles(),
      'data/tweet.js': part('tweet.part0', entries.slice(0, 1)),
      'data/tweet-part1.js': part('tweet.part1', entries.slice(1)),
    }),
    posts: asOfManifest(four),
  },
  {
    name: '2022, tweets.js, one folder down',
    content: at(
      'twitter-2022-11-20/data/',
      withManifest({ ...accountFiles(), 'data/tweets.js': part('tweets.part0', entries) }),
    ),
    posts: asOfManifest(four),
  },
  {
    name: '2023, with long posts and edits',
    content: withManifest({
      ...accountFiles(),
      'data/tweets.js': part('tweets.part0', [...entries, longEntry, ...editEntries]),
      'data/note-tweet.js': notes,
    }),
    posts: asOfManifest([...four, longPost, editedPost]),
  },
  {
    name: '2024, with posts of communities, and byte order marks of an editor',
    content: Object.fromEntries(
      Object.entries(
        withManifest({
          ...accountFiles(),
          'data/tweets.js': part('tweets.part0', entries),
          'data/community-tweet.js': communityFile,
        }),
      ).map(([name, text]) => [name, BOM + text]),
    ),
    posts: asOfManifest([...four, communityPost]),
  },
  {
    name: '2025, two folders down',
    content: at(
      'Downloads/twitter-2025-01-02/data/',
      withManifest({ ...accountFiles(), 'data/tweets.js': part('tweets.part0', entries) }),
    ),
    posts: asOfManifest(four),
  },
  {
    name: '2026, in parts, with all of it',
    content: withManifest({
      ...accountFiles(),
      ...others,
      'data/tweets.js': part('tweets.part0', [editEntries[1], ...entries]),
      'data/tweets-part1.js': part('tweets.part1', [longEntry]),
      'data/tweets-part2.js': part('tweets.part2', [editEntries[0]]),
      'data/note-tweet.js': notes,
      'data/community-tweet.js': communityFile,
    }),
    posts: asOfManifest([editedPost, ...four, longPost, communityPost]),
  },
];
