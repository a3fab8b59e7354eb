import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { addAccount, type DoublePost } from '../../support/x_api_double.ts';
import { type Reading, setupReading } from './api_reading.ts';

let reading: Reading;

beforeEach(async () => {
  reading = await setupReading();
});

afterEach(() => reading.stop());

/** Adds a post of the account, newer than the others, and reads it. */
async function readOne(fields: Partial<DoublePost>) {
  const { double } = reading;
  const user = addAccount(double, 'sea_example', 0);
  double.posts.unshift({
    id: '2000000000000000009',
    text: 'Short',
    author_id: user.id,
    conversation_id: '2000000000000000009',
    created_at: '2026-10-05T19:00:46.000Z',
    edit_history_tweet_ids: ['2000000000000000009'],
    lang: 'en',
    ...fields,
  });
  const [page] = await reading.posts();
  const [post] = page?.items ?? [];
  if (!post || !page) throw new Error('The post was not read.');
  return { post, page };
}

describe('a post by the official API', () => {
  test('has all its fields', async () => {
    reading.double.media.push(
      { media_key: '3_1', type: 'photo', url: 'https://pbs.example/1.jpg', alt_text: 'A &amp; B' },
      {
        media_key: '7_2',
        type: 'video',
        preview_image_url: 'https://pbs.example/2.jpg',
        variants: [
          { content_type: 'application/x-mpegURL', url: 'https://video.example/2.m3u8' },
          { content_type: 'video/mp4', bit_rate: 256, url: 'https://video.example/low.mp4' },
          { content_type: 'video/mp4', bit_rate: 2048, url: 'https://video.example/high.mp4' },
        ],
      },
    );
    const { post } = await readOne({
      text: 'Salt &amp; <b> https://t.co/a https://t.co/m',
      lang: 'iw',
      entities: {
        urls: [
          { url: 'https://t.co/a', expanded_url: 'https://sea.example/article' },
          {
            url: 'https://t.co/m',
            expanded_url: 'https://x.com/sea_example/status/2000000000000000009/photo/1',
            media_key: '3_1',
          },
        ],
      },
      attachments: { media_keys: ['7_2', '3_1', '3_9'] },
      public_metrics: { like_count: 5, retweet_count: 3, reply_count: 2, quote_count: 1 },
    });
    expect(post).toEqual({
      source: 'x',
      id: '2000000000000000009',
      kind: 'post',
      author: 'sea_example',
      authorId: '1001',
      authorName: 'sea_example the example',
      text: 'Salt & <b> https://t.co/a',
      createdAt: new Date('2026-10-05T19:00:46.000Z'),
      url: 'https://x.com/sea_example/status/2000000000000000009',
      language: 'he',
      links: [{ text: 'https://t.co/a', url: 'https://sea.example/article' }],
      media: [
        { type: 'video', url: 'https://video.example/high.mp4' },
        { type: 'photo', url: 'https://pbs.example/1.jpg', alt: 'A & B' },
      ],
      likes: 5,
      reposts: 3,
      replies: 2,
      asOf: expect.any(Date),
    });
  });

  test('that is long is whole, with the links of the whole text', async () => {
    const whole = `${'A long post that goes on. '.repeat(20)}The end: https://t.co/end`;
    const { post } = await readOne({
      text: `${whole.slice(0, 270)}… https://t.co/more`,
      note_tweet: {
        text: whole,
        entities: { urls: [{ url: 'https://t.co/end', expanded_url: 'https://sea.example/end' }] },
      },
    });
    expect(post.text).toBe(whole);
    expect(post.links).toEqual([{ text: 'https://t.co/end', url: 'https://sea.example/end' }]);
  });

  test('that was edited has its earlier versions, and is there once', async () => {
    const { post, page } = await readOne({
      edit_history_tweet_ids: ['2000000000000000001', '2000000000000000005', '2000000000000000009'],
    });
    expect(post.edits).toEqual([{ id: '2000000000000000001' }, { id: '2000000000000000005' }]);
    expect(page.items).toHaveLength(1);
  });

  test('that replies names whom, by the names in its text', async () => {
    const { post } = await readOne({
      text: '@other_example yes',
      conversation_id: '2000000000000000001',
      in_reply_to_user_id: '77',
      referenced_tweets: [{ type: 'replied_to', id: '2000000000000000002' }],
      entities: { mentions: [{ start: 0, end: 14, username: 'other_example', id: '77' }] },
    });
    expect(post).toMatchObject({
      kind: 'reply',
      inReplyToId: '2000000000000000002',
      inReplyToAuthor: 'other_example',
      threadId: '2000000000000000001',
    });
  });

  test('of the author’s own thread is a post', async () => {
    const { post } = await readOne({
      conversation_id: '2000000000000000001',
      in_reply_to_user_id: '1001',
      referenced_tweets: [{ type: 'replied_to', id: '2000000000000000002' }],
    });
    expect(post).toMatchObject({
      kind: 'post',
      inReplyToId: '2000000000000000002',
      inReplyToAuthor: 'sea_example',
      threadId: '2000000000000000001',
    });
  });

  const original = {
    id: '2000000000000000002',
    text: 'The first 270 characters…',
    note_tweet: { text: 'The whole original &amp; more' },
    author_id: '77',
    created_at: '2026-10-04T10:00:00.000Z',
    edit_history_tweet_ids: ['2000000000000000002'],
    lang: 'fr',
    public_metrics: { like_count: 50, retweet_count: 30, reply_count: 20, quote_count: 10 },
  };

  test('that quotes has the text of the quoted post', async () => {
    reading.double.posts.push(original);
    const { post } = await readOne({
      text: 'Look https://t.co/q',
      referenced_tweets: [{ type: 'quoted', id: original.id }],
      entities: {
        urls: [
          {
            url: 'https://t.co/q',
            expanded_url: `https://twitter.com/other_example/status/${original.id}`,
          },
        ],
      },
    });
    expect(post.quote).toEqual({
      id: original.id,
      author: 'other_example',
      text: 'The whole original & more',
      url: `https://x.com/other_example/status/${original.id}`,
    });
    expect(post.kind).toBe('post');
  });

  test('that reposts has the whole text of its original', async () => {
    reading.double.posts.push(original);
    const { post } = await readOne({
      text: 'RT @other_example: The first 120 char…',
      referenced_tweets: [{ type: 'retweeted', id: original.id }],
      public_metrics: { like_count: 0, retweet_count: 30, reply_count: 0, quote_count: 0 },
    });
    expect(post).toMatchObject({
      kind: 'repost',
      author: 'sea_example',
      text: 'RT @other_example: The whole original & more',
      repostOf: {
        id: original.id,
        author: 'other_example',
        text: 'The whole original & more',
        url: `https://x.com/other_example/status/${original.id}`,
      },
      language: 'fr',
      likes: 50,
      reposts: 30,
      replies: 20,
    });
  });

  test('whose original is deleted keeps what X tells of it, and the page is read', async () => {
    const { post } = await readOne({
      text: 'RT @other_example: The first 120 char…',
      referenced_tweets: [{ type: 'retweeted', id: '2000000000000000002' }],
      public_metrics: { like_count: 0, retweet_count: 30, reply_count: 0, quote_count: 0 },
    });
    expect(post).toMatchObject({
      text: 'RT @other_example: The first 120 char…',
      repostOf: { id: '2000000000000000002', author: 'other_example' },
    });
    expect(post.likes).toBeUndefined();
  });

  test.each([
    [{ possibly_sensitive: true }, 'marked as sensitive'],
    [{ withheld: { copyright: false, country_codes: ['DE', 'FR'] } }, 'withheld in DE, FR'],
    [
      { possibly_sensitive: true, withheld: { copyright: true, country_codes: [] } },
      'marked as sensitive; withheld because of a copyright claim',
    ],
    [{ possibly_sensitive: false }, undefined],
  ])('with %j is limited: %s', async (fields, limited) => {
    expect((await readOne(fields)).post.limited).toBe(limited as string);
  });

  test('is read in X’s newer vocabulary too', async () => {
    const user = addAccount(reading.double, 'sea_example', 1);
    reading.double.next('timeline', () =>
      Response.json({
        data: [
          {
            id: '9',
            text: 'RT @other_example: The wh…',
            author_id: user.id,
            created_at: '2026-10-05T19:00:46.000Z',
            referenced_posts: [{ type: 'retweeted', id: '5' }],
            edit_history_post_ids: ['8', '9'],
          },
        ],
        includes: {
          posts: [
            {
              id: '5',
              text: 'The wh…',
              note_post: { text: 'The whole' },
              author_id: '77',
              created_at: '2026-10-05T19:00:46.000Z',
              public_metrics: { repost_count: 4 },
            },
          ],
        },
        meta: { result_count: 1 },
      }),
    );
    const [page] = await reading.posts();
    expect(page?.items[0]).toMatchObject({
      kind: 'repost',
      text: 'RT @other_example: The whole',
      edits: [{ id: '8' }],
      reposts: 4,
    });
    // The original came with the page: it is not looked up.
    expect(reading.double.requests.map(({ endpoint }) => endpoint)).toEqual(['user', 'timeline']);
  });
});
