import { describe, expect, test } from 'bun:test';
import { part, tweet } from '../support/archive_fixture.ts';
import { readContent, readTweets, refusal, whole } from './archive_reading.ts';

describe('a post', () => {
  test('has all fields of an archive', async () => {
    const [post] = await readTweets(
      tweet('1050118621198921728', {
        created_at: 'Wed Oct 10 20:19:24 +0000 2018',
        full_text: 'Ice &amp; fire 🔥 https://t.co/abc https://t.co/pic1 https://t.co/pic2',
        favorite_count: '12',
        retweet_count: '3',
        entities: {
          urls: [
            {
              url: 'https://t.co/abc',
              expanded_url: 'https://example.com/a?b=1&c=2',
              display_url: 'example.com/a…',
              indices: ['18', '34'],
            },
          ],
          media: [
            {
              url: 'https://t.co/pic1',
              media_url_https: 'https://pbs.twimg.com/1.jpg',
              type: 'photo',
            },
          ],
        },
        extended_entities: {
          media: [
            {
              url: 'https://t.co/pic1',
              media_url_https: 'https://pbs.twimg.com/1.jpg',
              type: 'photo',
              ext_alt_text: 'A candle',
            },
            {
              url: 'https://t.co/pic2',
              media_url_https: 'https://pbs.twimg.com/2.jpg',
              type: 'video',
              video_info: {
                variants: [
                  { content_type: 'application/x-mpegURL', url: 'https://video.twimg.com/2.m3u8' },
                  {
                    bitrate: '288000',
                    content_type: 'video/mp4',
                    url: 'https://video.twimg.com/s.mp4',
                  },
                  {
                    bitrate: '2176000',
                    content_type: 'video/mp4',
                    url: 'https://video.twimg.com/l.mp4',
                  },
                ],
              },
            },
          ],
        },
      }),
    );
    expect(post).toEqual({
      source: 'archive',
      id: '1050118621198921728',
      kind: 'post',
      author: 'aurora_lab',
      authorId: '4711',
      authorName: 'Aurora & Lab',
      text: 'Ice & fire 🔥 https://t.co/abc',
      createdAt: new Date('2018-10-10T20:19:24Z'),
      language: 'en',
      url: 'https://x.com/aurora_lab/status/1050118621198921728',
      links: [{ text: 'https://t.co/abc', url: 'https://example.com/a?b=1&c=2' }],
      media: [
        { type: 'photo', url: 'https://pbs.twimg.com/1.jpg', alt: 'A candle' },
        { type: 'video', url: 'https://video.twimg.com/l.mp4' },
      ],
      likes: 12,
      reposts: 3,
      asOf: expect.any(Date),
    });
  });

  test.each([
    ['a &lt;b&gt; &amp;&amp; c', 'a <b> && c'],
    ['written as &amp;lt; and &amp;copy;', 'written as &lt; and &copy;'],
    ['&copy; &nbsp; AT&T &quot;&#39;', '&copy; &nbsp; AT&T "\''],
  ])('decodes what X encodes, once: %p', async (full_text, text) => {
    expect((await readTweets(tweet(1, { full_text })))[0]?.text).toBe(text);
  });

  test('is a repost when its text starts with RT @', async () => {
    const [repost, quoting] = await readTweets(
      tweet(1, { full_text: 'RT @bob: What a nig…', retweeted: false }),
      tweet(2, { full_text: 'He wrote RT @bob: hello' }),
    );
    expect(repost).toMatchObject({ kind: 'repost', author: 'aurora_lab' });
    expect(quoting?.kind).toBe('post');
  });

  test('is a reply when its parent is by somebody else', async () => {
    const [reply, old, mention] = await readTweets(
      tweet(1, { in_reply_to_status_id_str: '99', in_reply_to_screen_name: 'bob' }),
      tweet(2, { in_reply_to_status_id: '98' }),
      tweet(4, { full_text: '@bob hello', in_reply_to_screen_name: 'bob' }),
    );
    expect(reply).toMatchObject({ kind: 'reply', inReplyToId: '99', inReplyToAuthor: 'bob' });
    expect(old).toMatchObject({ kind: 'reply', inReplyToId: '98' });
    expect(mention).toMatchObject({ kind: 'post' });
    expect(mention).not.toHaveProperty('inReplyToAuthor');
  });

  test.each([
    ['en', 'en'],
    ['in', 'id'],
    ['iw', 'he'],
    ['zh-cn', 'zh-CN'],
    ['und', undefined],
    ['zxx', undefined],
    ['qme', undefined],
    ['art', undefined],
    ['???', undefined],
    ['', undefined],
  ])('has a language when X names one: %p', async (lang, language) => {
    expect((await readTweets(tweet(1, { lang })))[0]?.language).toBe(language);
  });

  test('keeps picture links that are not at the end, and links only http(s) URLs', async () => {
    const [post] = await readTweets(
      tweet(1, {
        full_text: 'See https://t.co/pic and https://t.co/bad now',
        entities: {
          urls: [
            { url: 'https://t.co/bad', expanded_url: 'javascript:alert(1)' },
            { url: 'https://t.co/gone', expanded_url: 'https://example.com' },
            null,
          ],
        },
        extended_entities: {
          media: [
            {
              url: 'https://t.co/pic',
              expanded_url: 'https://x.com/a/status/1/photo/1',
              media_url_https: 'https://pbs.twimg.com/1.jpg',
              type: 'photo',
            },
            { url: 'https://t.co/odd', media_url_https: 'ftp://example.com/1', type: 'photo' },
          ],
        },
      }),
    );
    expect(post?.text).toBe('See https://t.co/pic and https://t.co/bad now');
    expect(post?.links).toEqual([
      { text: 'https://t.co/pic', url: 'https://x.com/a/status/1/photo/1' },
      { text: 'https://t.co/bad', url: 'https://t.co/bad' },
    ]);
    expect(post?.media).toEqual([{ type: 'photo', url: 'https://pbs.twimg.com/1.jpg' }]);
  });

  test('of 2019 has no wrapper, and may have only id and text', async () => {
    const { tweet: bare } = tweet(7, { full_text: 'Old & plain' });
    const { id_str: _, full_text: __, ...older } = bare;
    const posts = await readTweets(bare, { ...older, text: 'Older' });
    expect(posts.map(({ id, text }) => ({ id, text }))).toEqual([
      { id: '7', text: 'Old & plain' },
      { id: '7', text: 'Older' },
    ]);
  });
});

describe('a long post', () => {
  const beginning = 'It began in the morning, when nobody was awake &amp; the ice was quiet';
  const long = `${beginning}, and so it went on. https://t.co/more`.replace('&amp;', '&');
  const note = (createdAt: string, text: string) => ({
    noteTweet: {
      noteTweetId: '777',
      createdAt,
      core: {
        text,
        urls: [{ shortUrl: 'https://t.co/more', expandedUrl: 'https://example.com/more' }],
      },
    },
  });
  const read = (fullText: string, notes: unknown[]) =>
    readContent({
      'data/tweets.js': part('tweets.part0', [tweet(1, { full_text: fullText })]),
      'data/note-tweet.js': part('note_tweet.part0', notes),
    }).then(([post]) => post);

  test('has its full text and all links', async () => {
    const post = await read(`${beginning}… https://t.co/self`, [
      note('2018-10-10T20:19:24.000Z', 'Another of that second'),
      note('2018-10-10T20:19:24.731Z', long),
    ]);
    expect(post?.text).toBe(long);
    expect(post?.links).toEqual([{ text: 'https://t.co/more', url: 'https://example.com/more' }]);
  });

  test.each([
    ['@bob @carol_x ', '', '@bob @carol_x '],
    ['@bob @carol_x ', '@bob @carol_x ', '@bob @carol_x '],
    ['@bob @carol_x ', '@carol_x ', '@bob @carol_x '],
    ['', '@dan ', '@dan '],
  ])('C12: keeps the mentions of a reply: %p, of its long form %p', async (cut, own, mentions) => {
    const post = await read(`${cut}${beginning}… https://t.co/self`, [
      note('2018-10-10T20:19:24.000Z', own + long),
    ]);
    expect(post?.text).toBe(mentions + long);
    expect(post?.links).toEqual([{ text: 'https://t.co/more', url: 'https://example.com/more' }]);
  });

  test.each([
    ['a second', '2018-10-10T20:19:23.999Z'],
    ['two seconds', '2018-10-10T20:19:22.000Z'],
  ])('C12: may be stamped %s before its post', async (_delay, createdAt) => {
    const post = await read(`${beginning}… https://t.co/self`, [note(createdAt, long)]);
    expect(post?.text).toBe(long);
  });

  test.each([
    ['before it', `${beginning}…`, note('2018-10-10T20:19:25.000Z', long)],
    ['long after it', `${beginning}…`, note('2018-10-10T20:19:20.000Z', long)],
    ['that begins otherwise', 'It began late…', note('2018-10-10T20:19:24.000Z', long)],
    ['that a short post begins by chance', 'It', note('2018-10-10T20:19:24.000Z', long)],
  ])('does not take the place of a post %s', async (_case, fullText, entry) => {
    expect((await read(fullText, [entry]))?.text).toBe(fullText.replace('&amp;', '&'));
  });

  test('counts against the limit of memory', async () => {
    const notes = part('note_tweet.part0', [note('2018-10-10T20:19:24.000Z', long)]);
    const content = { ...whole, 'data/note-tweet.js': notes };
    expect((await refusal(content, undefined, { maxNoteBytes: 10 })).message).toContain(
      'long posts',
    );
  });
});
