import { describe, expect, test } from 'bun:test';
import type { Post } from '../../../src/sources/post.ts';
import { readTweet } from '../../../src/sources/x/cookies/tweet.ts';
import { readUser } from '../../../src/sources/x/cookies/user.ts';
import {
  limitedTweet,
  tombstone,
  tweetJson,
  userJson,
  type XPost,
  type XUser,
} from '../../support/x_json.ts';

const ADA: XUser = { id: '4001', username: 'ada_example', name: 'Ada &amp; Co' };
const BEN: XUser = { id: '4002', username: 'ben_example', name: 'Ben Example', old: true };
const AS_OF = new Date('2026-06-01T00:00:00Z');

function read(post: Partial<XPost>, wrap = (tweet: unknown): unknown => tweet): Post | undefined {
  return readTweet(wrap(tweetJson({ id: '9', text: 'A post', ...post }, ADA)), AS_OF);
}

const link = (short: string, target: string) => ({
  url: `https://t.co/${short}`,
  expanded_url: target,
});

const cardOf = (url: string) => ({
  rest_id: url,
  legacy: {
    name: 'summary',
    binding_values: [
      { key: 'title', value: { string_value: 'Tides', type: 'STRING' } },
      { key: 'card_url', value: { string_value: url, type: 'STRING' } },
    ],
  },
});

const photo = (more: Record<string, unknown> = {}) => ({
  type: 'photo',
  url: 'https://t.co/pic1',
  expanded_url: 'https://x.com/ada_example/status/9/photo/1',
  media_url_https: 'https://media.example/one.jpg',
  ...more,
});

describe('a post', () => {
  test('has all that X tells about it', () => {
    expect(read({ likes: 5, language: 'in' })).toEqual({
      source: 'x',
      id: '9',
      kind: 'post',
      author: 'ada_example',
      authorId: '4001',
      authorName: 'Ada & Co',
      text: 'A post',
      createdAt: new Date('2026-05-04T09:30:00Z'),
      language: 'id',
      url: 'https://x.com/ada_example/status/9',
      links: [],
      media: [],
      likes: 5,
      reposts: 2,
      replies: 1,
      asOf: AS_OF,
    });
  });

  test.each([
    ['entities of its text', { text: 'R&amp;D &lt;3 &amp;copy;' }, { text: 'R&D <3 &copy;' }],
    [
      'a long text, with its links',
      {
        text: 'The beginning of it… https://t.co/more',
        note: {
          text: 'The beginning of it and &amp; the end https://t.co/aa',
          urls: [link('aa', 'https://tides.example/a')],
        },
      },
      {
        text: 'The beginning of it and & the end https://t.co/aa',
        links: [{ text: 'https://t.co/aa', url: 'https://tides.example/a' }],
      },
    ],
    [
      'links',
      { text: 'See https://t.co/bb', urls: [link('bb', 'https://tides.example/b?x=1&y=2')] },
      { links: [{ text: 'https://t.co/bb', url: 'https://tides.example/b?x=1&y=2' }] },
    ],
    [
      'a link without its target',
      { text: 'See https://t.co/cc', urls: [{ url: 'https://t.co/cc' } as never] },
      { links: [{ text: 'https://t.co/cc', url: 'https://t.co/cc' }] },
    ],
    [
      'a link whose target is no web address',
      { text: 'See https://t.co/dd', urls: [link('dd', 'javascript:alert(1)')] },
      { links: [{ text: 'https://t.co/dd', url: 'https://t.co/dd' }] },
    ],
    [
      'the address of a preview that its text lacks',
      {
        urls: [link('ff', 'https://tides.example/f')],
        fields: { card: cardOf('https://t.co/ff') },
      },
      { links: [{ text: '', url: 'https://tides.example/f' }] },
    ],
    [
      'the link of a preview once',
      {
        text: 'See https://t.co/ff',
        urls: [link('ff', 'https://tides.example/f')],
        fields: { card: cardOf('https://t.co/ff') },
      },
      { links: [{ text: 'https://t.co/ff', url: 'https://tides.example/f' }] },
    ],
    [
      'pictures with descriptions',
      {
        text: 'Low tide https://t.co/pic1',
        media: [photo({ ext_alt_text: 'A crab &amp; a shell' })],
      },
      {
        text: 'Low tide',
        links: [],
        media: [{ type: 'photo', url: 'https://media.example/one.jpg', alt: 'A crab & a shell' }],
      },
    ],
    [
      'the best variant of a video',
      {
        text: 'Waves https://t.co/pic1',
        media: [
          photo({
            type: 'video',
            video_info: {
              variants: [
                { content_type: 'application/x-mpegURL', url: 'https://media.example/v.m3u8' },
                { bitrate: 100, content_type: 'video/mp4', url: 'https://media.example/low.mp4' },
                { bitrate: 900, content_type: 'video/mp4', url: 'https://media.example/high.mp4' },
              ],
            },
          }),
        ],
      },
      { media: [{ type: 'video', url: 'https://media.example/high.mp4' }] },
    ],
    [
      'its earlier versions',
      { id: '103', versions: ['101', '102', '103'] },
      { id: '103', edits: [{ id: '101' }, { id: '102' }] },
    ],
  ] as [string, Partial<XPost>, Partial<Post>][])('has %s', (_, post, expected) => {
    expect(read(post)).toMatchObject(expected);
  });

  test.each([
    ['language when there are no words', { language: 'qme' }, 'language'],
    ['language when the tag is invalid', { language: 'en-12' }, 'language'],
    ['versions when it was not edited', { versions: ['9'] }, 'edits'],
    ['thread when it stands alone', {}, 'threadId'],
  ] as [string, Partial<XPost>, keyof Post][])('has no %s', (_, post, field) => {
    expect(read(post)).not.toHaveProperty(field);
  });

  test('without an id, author, date or text is none', () => {
    const without = (change: Record<string, unknown>) => readTweet(change, AS_OF);
    const whole = tweetJson({ id: '9', text: 'A post' }, ADA);
    const { legacy } = whole as { legacy: Record<string, unknown> };
    expect(without({ ...whole, core: {} })).toBeUndefined();
    expect(without({ ...whole, core: { user_results: {} } })).toBeUndefined();
    expect(without({ ...whole, legacy: { ...legacy, created_at: 'soon' } })).toBeUndefined();
    expect(without({ ...whole, legacy: { ...legacy, full_text: undefined } })).toBeUndefined();
    expect(
      without({ ...whole, rest_id: undefined, legacy: { ...legacy, id_str: undefined } }),
    ).toBeUndefined();
    for (const odd of [null, 'text', 7, [], {}]) expect(without(odd as never)).toBeUndefined();
  });

  test('keeps what can be read when fields are odd', () => {
    const post = read({
      legacy: {
        favorite_count: 'many',
        entities: { urls: [7, null], user_mentions: 'none' },
        lang: 4,
      },
      fields: { note_tweet: 'x', edit_control: 3, quoted_status_result: 'y' },
    });
    expect(post).toMatchObject({ text: 'A post', links: [], media: [] });
    expect(post?.likes).toBeUndefined();
  });
});

describe('replies and threads', () => {
  const mention = (user: XUser, from: number, to: number) => ({
    id_str: user.id,
    screen_name: user.username,
    indices: [from, to] as [number, number],
  });

  test.each([
    [
      'a reply to someone else',
      { text: '@ben_example Yes', replyTo: { postId: '7', user: BEN } },
      { kind: 'reply', inReplyToId: '7', inReplyToAuthor: 'ben_example', threadId: '7' },
    ],
    [
      'a post of the author’s own thread',
      { replyTo: { postId: '8', user: ADA, threadId: '8' } },
      { kind: 'post', inReplyToId: '8', threadId: '8' },
    ],
    [
      'a reply to oneself below a post of someone else',
      {
        text: '@ben_example And then',
        displayFrom: 13,
        mentions: [mention(BEN, 0, 12)],
        replyTo: { postId: '8', user: ADA, threadId: '7' },
      },
      { kind: 'reply', threadId: '7' },
    ],
    [
      'a post of a thread that mentions someone in its text',
      {
        text: 'As @ben_example said',
        mentions: [mention(BEN, 3, 15)],
        replyTo: { postId: '8', user: ADA, threadId: '8' },
      },
      { kind: 'post' },
    ],
    [
      'a reply to a post that was deleted',
      {
        legacy: { in_reply_to_user_id_str: '4002', in_reply_to_screen_name: 'ben_example' },
      },
      { kind: 'reply', inReplyToAuthor: 'ben_example' },
    ],
  ] as [string, Partial<XPost>, Partial<Post>][])('%s', (_, post, expected) => {
    expect(read(post)).toMatchObject(expected);
  });
});

describe('reposts and quotes', () => {
  const original = tweetJson({
    id: '5',
    text: 'The first words of it…',
    note: { text: 'The first words of it, and all the others' },
    author: BEN,
    likes: 40,
    language: 'de',
  });
  const whole = {
    id: '5',
    author: 'ben_example',
    authorName: 'Ben Example',
    text: 'The first words of it, and all the others',
    url: 'https://x.com/ben_example/status/5',
  };

  test('a repost has the whole text, and the counts, of its original', () => {
    const post = read({ text: 'RT @ben_example: The first words…', repost: original });
    expect(post).toMatchObject({
      id: '9',
      kind: 'repost',
      author: 'ada_example',
      text: 'RT @ben_example: The first words of it, and all the others',
      repostOf: whole,
      likes: 40,
      language: 'de',
    });
  });

  test('a repost of one with limited visibility is whole too', () => {
    const repost = limitedTweet(original, {
      tweetInterstitial: { text: { text: 'Visibility limited:\nthis post may be hateful' } },
    });
    expect(read({ text: 'RT @ben_example: The…', repost })).toMatchObject({
      repostOf: whole,
      limited: 'Visibility limited: this post may be hateful',
    });
  });

  test('a repost whose original is not shown keeps the text that X gives', () => {
    for (const repost of [null, tombstone('This post is unavailable.')]) {
      const post = read({ text: 'RT @ben_example: The first words…', repost });
      expect(post).toMatchObject({ kind: 'repost', text: 'RT @ben_example: The first words…' });
      expect(post?.repostOf).toBeUndefined();
    }
  });

  test('a post that only begins like a repost is a post', () => {
    expect(read({ text: 'RT @ben_example: quoted by hand' })?.kind).toBe('post');
  });

  test('a quote has the quoted post', () => {
    expect(read({ quote: { id: '5', post: original } })).toMatchObject({
      kind: 'post',
      quote: whole,
    });
    expect(read({ quote: { id: '5', post: limitedTweet(original, {}) } })?.quote).toEqual(whole);
  });

  test('a quoted or reposted text has the targets of its links', () => {
    const linked = tweetJson({
      id: '5',
      text: 'See https://t.co/gg',
      urls: [link('gg', 'https://tides.example/g?a=$&b')],
      author: BEN,
    });
    const text = 'See https://tides.example/g?a=$&b';
    expect(read({ quote: { id: '5', post: linked } })?.quote?.text).toBe(text);
    expect(read({ text: 'RT @ben_example: See…', repost: linked })).toMatchObject({
      text: 'RT @ben_example: See https://t.co/gg',
      links: [{ text: 'https://t.co/gg', url: 'https://tides.example/g?a=$&b' }],
      repostOf: { text },
    });
  });

  test('a quote of a post that is gone has its id, author and address', () => {
    const permalink = {
      url: 'https://t.co/qq',
      expanded: 'https://twitter.com/ben_example/status/5',
    };
    const quote = { id: '5', post: tombstone('This post was deleted.'), permalink };
    expect(read({ text: 'Look https://t.co/qq', quote })).toMatchObject({
      quote: { id: '5', author: 'ben_example', url: permalink.expanded },
      links: [{ text: permalink.url, url: permalink.expanded }],
    });
    expect(read({ quote: { id: '5' } })?.quote).toEqual({ id: '5' });
  });
});

describe('limited visibility', () => {
  const said = (text: string) => ({ rtl: false, text, entities: [] });
  const limit = (action: string, subtext: string) => ({
    limitedActionResults: {
      limited_actions: [
        { action, prompt: { __typename: 'CtaLimitedActionPrompt', subtext: said(subtext) } },
      ],
    },
  });

  test.each([
    ['a warning', { tweetInterstitial: { text: said('May break a rule') } }, 'May break a rule'],
    [
      'blurred pictures',
      {
        mediaVisibilityResults: {
          blurred_image_interstitial: { title: said('Content warning: Adult Content') },
        },
      },
      'Content warning: Adult Content',
    ],
    ['a hint', { softInterventionPivot: { text: said('Get the facts') } }, 'Get the facts'],
    ['limited reposts', limit('Retweet', 'Reposts are off'), 'Reposts are off'],
    ['limited replies, which limit no reader', limit('Reply', 'Followers can reply'), undefined],
    ['nothing that is known', { somethingNew: {} }, 'limited visibility'],
  ])('%s', (_, more, limited) => {
    const post = read({}, (tweet) => limitedTweet(tweet, more));
    expect(post).toMatchObject({ text: 'A post', id: '9' });
    expect(post?.limited).toBe(limited as string);
  });

  test.each([
    ['a protected account', { author: { ...ADA, isProtected: true } }, 'for approved followers'],
    ['subscribers', { fields: { exclusive_tweet_info: {} } }, 'for subscribers'],
    ['countries', { legacy: { withheld_in_countries: ['DE', 'FR'] } }, 'withheld in DE, FR'],
  ])('%s', (_, post, limited) => {
    expect(read(post)?.limited).toBe(limited);
  });
});

test('a profile has the targets of its links, in both forms of X’s JSON', () => {
  for (const old of [false, true]) {
    const json = userJson({
      ...ADA,
      old,
      bio: 'Rocks &amp; pools https://t.co/ee',
      bioLinks: [link('ee', 'https://tides.example/?a=$&b')],
    });
    expect(readUser(json, AS_OF)?.profile).toMatchObject({
      source: 'x',
      id: '4001',
      username: 'ada_example',
      name: 'Ada & Co',
      bio: 'Rocks & pools https://tides.example/?a=$&b',
      followers: 12,
      following: 7,
      createdAt: new Date('2016-03-05T08:00:00Z'),
      asOf: AS_OF,
    });
  }
  expect(readUser({ __typename: 'User', rest_id: '1' }, AS_OF)).toBeUndefined();
});
