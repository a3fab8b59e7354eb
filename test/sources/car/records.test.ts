import { describe, expect, test } from 'bun:test';
import type { CidLinkWrapper } from '@atcute/cbor';
import type { Post } from '../../../src/sources/post.ts';
import {
  address,
  block,
  did,
  exportOf,
  linkTo,
  post,
  postPath,
  type Records,
  tid,
} from '../../support/car_fixture.ts';
import { pagesOf, postsOf, readRecord } from './reading.ts';

const picture = linkTo(block({ picture: 1 }));
const cid = picture.$link;
const blob = (ref: CidLinkWrapper = picture) => ({
  $type: 'blob',
  ref,
  mimeType: 'image/jpeg',
  size: 10,
});
const image = { $type: 'app.bsky.embed.images', images: [{ image: blob(), alt: 'A heron' }] };
const theirs = 'at://did:plc:other/app.bsky.feed.post/3kaaaaaaaaa22';
const ref = (uri: string) => ({ uri, cid });
const photo = {
  type: 'photo',
  url: `https://cdn.bsky.app/img/feed_fullsize/plain/${did}/${cid}@jpeg`,
} as const;

test('a post has all that the record says of it', async () => {
  expect(await readRecord(post(500, { text: 'Two herons.' }))).toEqual({
    source: 'bluesky',
    id: address(postPath(500)),
    kind: 'post',
    author: did,
    authorId: did,
    authorName: did,
    text: 'Two herons.',
    createdAt: new Date(Date.UTC(2026, 0, 1, 0, 500)),
    language: 'en',
    url: `https://bsky.app/profile/${did}/post/${postPath(500).split('/')[1]}`,
    links: [],
    media: [],
    asOf: new Date(Date.UTC(2026, 5, 1)),
  });
});

describe('what is attached', () => {
  const link = (byteStart: number, byteEnd: number, uri = 'https://example.com/long') => ({
    index: { byteStart, byteEnd },
    features: [{ $type: 'app.bsky.richtext.facet#link', uri }],
  });
  const card = {
    $type: 'app.bsky.embed.external',
    external: { uri: 'https://example.com/card', title: 'A', description: '' },
  };
  const quote = { id: theirs, url: 'https://bsky.app/profile/did:plc:other/post/3kaaaaaaaaa22' };
  const video = { $type: 'app.bsky.embed.video', video: blob(), alt: 'It flies' };
  const playlist = `https://video.bsky.app/watch/did%3Aplc%3Aaurora22222222222222222/${cid}/playlist.m3u8`;
  const cases: [string, object, Partial<Post>][] = [
    ['a picture with its description', { embed: image }, { media: [{ ...photo, alt: 'A heron' }] }],
    [
      'a picture without one',
      { embed: { ...image, images: [{ image: blob(), alt: '' }] } },
      { media: [photo] },
    ],
    [
      'a picture as records of 2023 have it',
      { embed: { ...image, images: [{ image: { cid, mimeType: 'image/jpeg' }, alt: '' }] } },
      { media: [photo] },
    ],
    [
      'a gallery',
      { embed: { $type: 'app.bsky.embed.gallery', items: image.images } },
      { media: [{ ...photo, alt: 'A heron' }] },
    ],
    ['a video', { embed: video }, { media: [{ type: 'video', url: playlist, alt: 'It flies' }] }],
    [
      'a video that is shown like a GIF',
      { embed: { ...video, presentation: 'gif' } },
      { media: [{ type: 'animated_gif', url: playlist, alt: 'It flies' }] },
    ],
    ['a card', { embed: card }, { links: [{ text: '', url: 'https://example.com/card' }] }],
    [
      'a quoted post',
      { embed: { $type: 'app.bsky.embed.record', record: ref(theirs) } },
      { quote },
    ],
    [
      'a quoted post and a picture',
      {
        embed: {
          $type: 'app.bsky.embed.recordWithMedia',
          record: { record: ref(theirs) },
          media: image,
        },
      },
      { quote, media: [{ ...photo, alt: 'A heron' }] },
    ],
    [
      'a list, which is no post',
      {
        embed: {
          $type: 'app.bsky.embed.record',
          record: ref('at://did:plc:other/app.bsky.graph.list/a'),
        },
      },
      { quote: undefined },
    ],
    [
      'an attachment of a later year',
      { embed: { $type: 'app.bsky.embed.hologram', x: 1 } },
      { media: [], links: [] },
    ],
    [
      'a picture without a file, beside a whole one',
      { embed: { ...image, images: [{ alt: 'x' }, ...image.images] } },
      { media: [{ ...photo, alt: 'A heron' }] },
    ],
    [
      'a link after a character of four bytes',
      { text: '🔥 here', facets: [link(5, 9)] },
      { links: [{ text: 'here', url: 'https://example.com/long' }] },
    ],
    [
      'links out of range, reversed or inside of a character',
      { text: '🔥 here', facets: [link(5, 99), link(9, 5), link(2, 9)] },
      { links: [] },
    ],
    [
      'a link that is no web address',
      { text: 'here', facets: [link(0, 4, 'javascript:alert(1)')] },
      { links: [] },
    ],
    ['the first language that is one', { langs: ['en-12', 'pt-br'] }, { language: 'pt-BR' }],
    ['no language', { langs: ['en-12'] }, { language: undefined }],
    ['a label of its author', { labels: { values: [{ val: 'nudity' }] } }, { limited: 'nudity' }],
    [
      'a date that is none: the time of the key',
      { createdAt: 'yesterday' },
      { createdAt: new Date(Date.UTC(2026, 0, 1, 0, 500)) },
    ],
    [
      'a date before the account',
      { createdAt: '2011-03-01T10:00:00+02:00' },
      { createdAt: new Date('2011-03-01T08:00:00Z') },
    ],
    [
      'a date after the export',
      { createdAt: '2031-03-01T10:00:00Z' },
      { createdAt: new Date(Date.UTC(2026, 5, 1)) },
    ],
    [
      'fields of other types',
      { langs: 7, facets: 'x', embed: null, labels: [], reply: null },
      { kind: 'post', links: [] },
    ],
  ];
  test.each(cases)('%s', async (_, fields, wanted) => {
    const read = await readRecord(post(500, fields));
    for (const [field, value] of Object.entries(wanted)) {
      expect(read[field as keyof Post]).toEqual(value);
    }
  });
});

describe('replies', () => {
  const [start, middle] = [address(postPath(1)), address(postPath(2))];
  const cases: [string, string, string, Partial<Post>][] = [
    ['to others', theirs, theirs, { kind: 'reply', inReplyToId: theirs, threadId: theirs }],
    [
      'to oneself in a thread of one’s own are posts',
      start,
      middle,
      { kind: 'post', inReplyToId: middle, inReplyToAuthor: did, threadId: start },
    ],
    [
      'to oneself in somebody’s thread',
      theirs,
      middle,
      { kind: 'reply', inReplyToId: middle, threadId: theirs },
    ],
    [
      'to others in a thread of one’s own',
      start,
      theirs,
      { kind: 'reply', inReplyToId: theirs, threadId: start },
    ],
  ];
  test.each(cases)('%s', async (_, root, parent, wanted) => {
    const read = await readRecord(post(500, { reply: { root: ref(root), parent: ref(parent) } }));
    expect(read).toMatchObject(wanted);
  });

  test('whose addresses cannot be read are replies', async () => {
    expect(await readRecord(post(500, { reply: {} }))).toMatchObject({ kind: 'reply' });
  });
});

test('a repost has the address of its original, and no text', async () => {
  const path = `app.bsky.feed.repost/${tid(Date.UTC(2026, 1, 1))}`;
  const record = {
    $type: 'app.bsky.feed.repost',
    subject: ref(theirs),
    createdAt: '2026-02-01T00:00:00Z',
  };
  const url = 'https://bsky.app/profile/did:plc:other/post/3kaaaaaaaaa22';
  expect(await postsOf(exportOf({ [path]: record }))).toMatchObject([
    {
      id: address(path),
      kind: 'repost',
      author: did,
      text: '',
      url,
      repostOf: { id: theirs, url },
    },
  ]);
});

describe('of the account’s own posts', () => {
  const path = postPath(1);
  const url = `https://bsky.app/profile/${did}/post/${path.split('/')[1]}`;
  const original = { author: did, authorName: did, text: 'Post 1' };
  const own: Records = { [path]: post(1, { embed: image }) };

  test('a quote has the text', async () => {
    const embed = { $type: 'app.bsky.embed.record', record: ref(address(path)) };
    const read = await readRecord(post(500, { embed }), own);
    expect(read.quote).toEqual({ id: address(path), url, ...original });
  });

  test('a repost has the text and the pictures', async () => {
    const subject = ref(address(path));
    const record = { $type: 'app.bsky.feed.repost', subject, createdAt: '2026-02-01T00:00:00Z' };
    const posts = await postsOf(exportOf({ ...own, [path.replace('post', 'repost')]: record }));
    expect(posts.find(({ kind }) => kind === 'repost')).toMatchObject({
      kind: 'repost',
      text: `RT @${did}: Post 1`,
      repostOf: { id: address(path), url, ...original },
      media: [{ ...photo, alt: 'A heron' }],
    });
  });

  test('one that was deleted, or cannot be read, has its address', async () => {
    const embed = { $type: 'app.bsky.embed.record', record: ref(address(postPath(2))) };
    const unreadable = { [postPath(2)]: { $type: 'app.bsky.feed.post' } };
    for (const others of [own, unreadable]) {
      const { quote } = await readRecord(post(500, { embed }), others);
      expect(quote).toEqual({ id: address(postPath(2)), url: expect.stringContaining('bsky.app') });
    }
  });
});

test('the profile has what its record says, and the counts of the export', async () => {
  const profile = {
    $type: 'app.bsky.actor.profile',
    displayName: 'Aurora Lab',
    description: 'Ice and light',
    avatar: blob(),
    createdAt: '2023-05-01T00:00:00Z',
    labels: { values: [{ val: '!no-unauthenticated' }] },
  };
  const [page] = await pagesOf(
    exportOf({
      'app.bsky.actor.profile/self': profile,
      'app.bsky.graph.follow/3kaaaaaaaaa22': {
        $type: 'app.bsky.graph.follow',
        subject: 'did:plc:other',
      },
      [postPath(1)]: post(1),
    }),
    { username: 'aurora.example' },
  );
  expect(page?.profile).toEqual({
    source: 'bluesky',
    id: did,
    username: 'aurora.example',
    name: 'Aurora Lab',
    bio: 'Ice and light',
    posts: 1,
    following: 1,
    avatarUrl: `https://cdn.bsky.app/img/avatar/plain/${did}/${cid}@jpeg`,
    createdAt: new Date('2023-05-01T00:00:00Z'),
    asOf: new Date(Date.UTC(2026, 5, 1)),
  });
  expect(page?.items).toMatchObject([
    { author: 'aurora.example', authorName: 'Aurora Lab', limited: 'signed-in readers only' },
  ]);
});
