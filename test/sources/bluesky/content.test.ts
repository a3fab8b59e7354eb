import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Post } from '../../../src/sources/post.ts';
import { cidOf } from '../../support/bluesky/ids.ts';
import { quoteView } from '../../support/bluesky/views.ts';
import type { Label, PostFields } from '../../support/bluesky/world.ts';
import { type BlueskyDouble, startBlueskyDouble } from '../../support/bluesky_double.ts';
import { readAll, sourceOf, wanted } from './reading.ts';

let double: BlueskyDouble;
beforeAll(async () => {
  double = await startBlueskyDouble();
});
afterAll(() => double.stop());

let authors = 0;

/** How the product reads a post that the official lexicons accept. */
async function readBack(fields: PostFields, labels: Label[] = []): Promise<Post> {
  const handle = `author-${++authors}.example`;
  double.world.post(double.world.account(handle, { labels }), fields);
  const { items } = await readAll(sourceOf(double).posts(wanted(handle)));
  return items[0] as Post;
}

const link = (byteStart: number, byteEnd: number, uri = 'https://news.example/a') => ({
  index: { byteStart, byteEnd },
  features: [{ $type: 'app.bsky.richtext.facet#link', uri }],
});

describe('links', () => {
  test.each<[string, string, unknown[], { text: string; url: string }[]]>([
    [
      'plain',
      'see news.example/a…',
      [link(4, 21)],
      [{ text: 'news.example/a…', url: 'https://news.example/a' }],
    ],
    [
      'after wide characters',
      '🌊ü news.example',
      [link(7, 19)],
      [{ text: 'news.example', url: 'https://news.example/a' }],
    ],
    ['out of range', 'short', [link(2, 50)], []],
    ['inside of a character', '🌊 sea', [link(1, 5)], []],
    ['empty', 'nothing', [link(3, 3)], []],
    ['backwards', 'nothing', [link(5, 3)], []],
    ['no web address', 'at://x', [link(0, 6, 'at://did:plc:x/y/z')], []],
    [
      'of other kinds',
      'a #tag',
      [
        {
          index: { byteStart: 2, byteEnd: 6 },
          features: [{ $type: 'app.bsky.richtext.facet#tag', tag: 'tag' }],
        },
      ],
      [],
    ],
  ])('%s', async (_, text, facets, links) => {
    expect((await readBack({ text, facets })).links).toEqual(links);
  });
});

describe('what is attached', () => {
  const image = (alt: string) => ({
    thumb: 'https://cdn.example/thumb',
    fullsize: `https://cdn.example/full/${alt.length}`,
    alt,
  });
  const pictures = { $type: 'app.bsky.embed.images#view', images: [image('A boat'), image('')] };
  const external = (uri: string) => ({
    $type: 'app.bsky.embed.external#view',
    external: { uri, title: 'A title', description: 'Words' },
  });

  test('pictures have their alternative text', async () => {
    expect((await readBack({ text: 'Boats', embed: pictures })).media).toEqual([
      { type: 'photo', url: 'https://cdn.example/full/6', alt: 'A boat' },
      { type: 'photo', url: 'https://cdn.example/full/0' },
    ]);
  });

  test('a gallery is pictures', async () => {
    const item = {
      $type: 'app.bsky.embed.gallery#viewImage',
      thumbnail: 'https://cdn.example/thumb',
      fullsize: 'https://cdn.example/full',
      alt: 'A quay',
      aspectRatio: { width: 4, height: 3 },
    };
    const embed = { $type: 'app.bsky.embed.gallery#view', items: [item] };
    expect((await readBack({ text: 'Gallery', embed })).media).toEqual([
      { type: 'photo', url: 'https://cdn.example/full', alt: 'A quay' },
    ]);
  });

  test.each([
    ['video', undefined],
    ['animated_gif', 'gif'],
  ])('a %s', async (type, presentation) => {
    const embed = {
      $type: 'app.bsky.embed.video#view',
      cid: cidOf('video'),
      playlist: 'https://video.example/list.m3u8',
      alt: 'Waves',
      ...(presentation && { presentation }),
    };
    expect(await readBack({ text: 'Moving', embed })).toMatchObject({
      media: [{ type, url: 'https://video.example/list.m3u8', alt: 'Waves' }],
    });
  });

  test('a card is a link without a text, unless its address stands in the text', async () => {
    const url = 'https://news.example/a';
    expect((await readBack({ text: 'Read this', embed: external(url) })).links).toEqual([
      { text: '', url },
    ]);
    expect((await readBack({ text: `Read ${url}`, embed: external(url) })).links).toEqual([]);
    const facets = [link(5, 17)];
    expect(
      (await readBack({ text: 'Read news.example', facets, embed: external(url) })).links,
    ).toEqual([{ text: 'news.example', url }]);
  });

  test('a quote is whole, and its own pictures stay with it', async () => {
    const other = double.world.account('quoted.example', { displayName: 'Quoted' });
    const quoted = double.world.post(other, { text: 'The quoted words' });
    const record = { $type: 'app.bsky.embed.record#view', record: quoteView(quoted) };
    const quote = {
      id: quoted.uri,
      author: 'quoted.example',
      authorName: 'Quoted',
      text: 'The quoted words',
      url: `https://bsky.app/profile/${other.did}/post/${quoted.uri.split('/').at(-1)}`,
    };
    expect(await readBack({ text: 'Look', embed: record })).toMatchObject({ quote, media: [] });
    const both = {
      $type: 'app.bsky.embed.recordWithMedia#view',
      record: { record: quoteView(quoted) },
      media: pictures,
    };
    const post = await readBack({ text: 'Look', embed: both });
    expect(post.quote).toEqual(quote);
    expect(post.media).toHaveLength(2);
  });

  test.each([
    ['viewNotFound', { notFound: true }],
    ['viewBlocked', { blocked: true, author: { did: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' } }],
    ['viewDetached', { detached: true }],
  ])('a quote that is %s has its id only', async (type, fields) => {
    const uri = 'at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/3aaaaaaaaaaaa';
    const embed = {
      $type: 'app.bsky.embed.record#view',
      record: { $type: `app.bsky.embed.record#${type}`, uri, ...fields },
    };
    expect((await readBack({ text: 'Look', embed })).quote).toEqual({
      id: uri,
      url: 'https://bsky.app/profile/did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/post/3aaaaaaaaaaaa',
    });
  });

  test('what is unknown, or no post, is passed over', async () => {
    const unknown = { $type: 'example.embed.hologram#view', hologram: true };
    expect(await readBack({ text: 'Odd', embed: unknown })).toMatchObject({
      text: 'Odd',
      media: [],
    });
    const list = {
      $type: 'app.bsky.embed.record#view',
      record: {
        $type: 'app.bsky.embed.record#viewNotFound',
        uri: 'at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.graph.list/3aaaaaaaaaaaa',
        notFound: true,
      },
    };
    expect(await readBack({ text: 'A list', embed: list })).not.toHaveProperty('quote');
  });
});

describe('what else is known of a post', () => {
  test.each([
    [['pt-br', 'en'], 'pt-BR'],
    [['en'], 'en'],
    [['und'], undefined],
    [undefined, undefined],
  ])('languages %p: %p', async (langs, language) => {
    expect((await readBack({ text: 'Words', langs })).language).toBe(language as string);
  });

  test.each<[Label[], string | undefined]>([
    [[], undefined],
    [[{ val: 'porn' }], 'adult content'],
    [[{ val: 'nudity' }, { val: 'graphic-media' }], 'nudity, graphic media'],
    [[{ val: 'porn' }, { val: 'porn', neg: true }], undefined],
    [[{ val: 'nudity', exp: '2020-01-01T00:00:00.000Z' }], undefined],
    [[{ val: 'bridge-rumours' }], undefined],
  ])('labels %p: %p', async (labels, limited) => {
    expect((await readBack({ text: 'Words', labels })).limited).toBe(limited as string);
  });

  test('its page, its counts and the time of the request', async () => {
    const before = Date.now();
    const post = await readBack({ text: 'Liked', likes: 7 });
    expect(post).toMatchObject({ source: 'bluesky', likes: 7, reposts: 2, replies: 1 });
    expect(post.url).toMatch(/^https:\/\/bsky\.app\/profile\/author-\d+\.example\/post\/3\w{12}$/);
    expect(post.asOf?.getTime()).toBeGreaterThanOrEqual(before);
  });
});

describe('an item that cannot be read', () => {
  test.each([
    ['null', null],
    ['no post', {}],
    ['a number for a text', { post: { record: { text: 4 } } }],
    ['no author', { post: { author: undefined } }],
    ['a date that is none', { post: { indexedAt: 'x', record: { createdAt: 'y' } } }],
    ['a repost by nobody', { reason: { $type: 'app.bsky.feed.defs#reasonRepost' } }],
  ])('%s: is counted and named, and the others are read', async (_, damage) => {
    const handle = `author-${++authors}.example`;
    const author = double.world.account(handle);
    double.world.postMany(author, 2);
    const url = `${double.url}/xrpc/app.bsky.feed.getAuthorFeed?actor=${handle}&limit=100`;
    const { feed } = (await (await fetch(url)).json()) as { feed: Record<string, object>[] };
    const [first, second] = feed;
    const damaged = damage && merged(structuredClone(first), damage);
    double.behave(({ method }) =>
      method.endsWith('getAuthorFeed')
        ? { status: 200, body: { feed: [damaged, second] } }
        : undefined,
    );
    const request = wanted(handle, { includeReplies: true, includeReposts: true });
    const { items, leftOut, notes } = await readAll(sourceOf(double).posts(request));
    double.behave();
    expect(items.map(({ text }) => text)).toEqual(['Post 1 about a quiet harbour']);
    expect(leftOut).toEqual({ unreadable: 1 });
    expect(notes).toEqual([expect.stringContaining('could not be read')]);
  });
});

/** `{}` empties; other fields replace those of the same name, to any depth. */
function merged(target: unknown, fields: object): unknown {
  if (Object.keys(fields).length === 0) return {};
  const result = Object(target) as Record<string, unknown>;
  for (const [name, value] of Object.entries(fields)) {
    result[name] = value && typeof value === 'object' ? merged(result[name], value) : value;
  }
  return result;
}
