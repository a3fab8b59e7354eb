import type { Post, Profile } from '../../../src/sources/post.ts';
import type { Area, AreaCase } from '../area.ts';
import { emptyApp, fullApp } from '../world.ts';

const POSTS: [what: string, query: string][] = [
  ['all', ''],
  ['first page', '?limit=2'],
  ['by author', '?author=@aurora_lab&limit=2'],
  ['by source', '?source=sample&limit=1'],
  ['by words', '?q=jazz&limit=2'],
  ['no match', '?q=nothing-like-it'],
  ['unknown way of searching', '?by=smell'],
  ['unknown source', '?source=nowhere'],
  ['limit 0', '?limit=0'],
  ['limit above the maximum', '?limit=101'],
  ['invalid cursor', '?cursor=x'],
  ['cursor with a search by meaning', '?by=meaning&q=jazz&cursor=x'],
  ['words too long', `?q=${'x'.repeat(501)}`],
  ['author too long', `?author=${'x'.repeat(501)}`],
];

const FINDS: [what: string, query: string][] = [
  ['all', '?limit=1'],
  ['by words', '?q=jazz&limit=2'],
  ['with operators', '?q=jazz+-trumpet+from:@aurora_lab&limit=1'],
  ['with facets', '?q=jazz&facets=true&limit=1'],
  ['newest', '?q=jazz&sort=newest&limit=1'],
  ['no match', '?q=nothing-like-it'],
  ['unknown way', '?by=smell'],
  ['unknown source', '?source=nowhere'],
  ['invalid author', '?author=@not+a+name!!'],
  ['invalid date', '?since=someday'],
  ['invalid cursor', '?q=jazz&cursor=x'],
  ['by meaning without a text', '?by=meaning'],
  ['like what is no post', '?like=sample:none'],
  ['like what is no id', '?like=none'],
  ['collected since', '?after=3&limit=1'],
  ['collected since, by meaning', '?q=jazz&by=meaning&after=3'],
];

const PROFILES: [what: string, query: string][] = [
  ['all', ''],
  ['first page', '?limit=2'],
  ['by words', '?q=jazz&limit=1'],
  ['no match', '?q=nothing-like-it'],
  ['invalid limit', '?limit=x'],
  ['invalid cursor', '?cursor=x'],
  ['words too long', `?q=${'x'.repeat(501)}`],
];

const LIVE_POST: Post = {
  source: 'bluesky',
  id: 'at://did:plc:ada/app.bsky.feed.post/3',
  kind: 'post',
  author: 'ada.example',
  authorId: 'did:plc:ada',
  authorName: 'Ada',
  text: 'More of this, please.',
  createdAt: new Date('2026-02-01T08:00:00Z'),
  language: 'en',
  url: 'https://bsky.app/profile/did:plc:ada/post/3',
  threadId: 'at://did:plc:ada/app.bsky.feed.post/1',
  quote: { id: 'at://did:plc:mo/app.bsky.feed.post/2', author: 'mo.example', text: 'A comet <3' },
  edits: [{ id: 'at://did:plc:ada/app.bsky.feed.post/3', text: 'More of this' }],
  limited: 'hidden from readers without an account',
  links: [],
  media: [{ type: 'photo', url: 'https://example.org/a.jpg', alt: 'A comet' }],
  likes: 3,
  reposts: 2,
  replies: 1,
  asOf: new Date('2026-02-02T00:00:00Z'),
};

const LIVE_PROFILE: Profile = {
  source: 'bluesky',
  id: 'did:plc:ada',
  username: 'ada.example',
  name: 'Ada of today',
  bio: 'Comets.',
  asOf: new Date('2026-02-02T00:00:00Z'),
};

const cases: AreaCase[] = [
  ...POSTS.map(([what, query]) => ({ name: `posts: ${what}`, route: 'GET /api/posts', query })),
  ...FINDS.map(([what, query]) => ({
    name: `find: ${what}`,
    route: 'GET /api/find',
    query,
  })),
  ...PROFILES.map(([what, query]) => ({
    name: `profiles: ${what}`,
    route: 'GET /api/profiles',
    query,
  })),
];

/** Posts and profiles. */
export const library: Area = { name: 'library', setup: fullApp, cases };

/** A post with everything that a live source knows. */
export const livePosts: Area = {
  name: 'live_posts',
  async setup() {
    const web = await emptyApp();
    web.library.save({ posts: [LIVE_POST], profiles: [LIVE_PROFILE] });
    return web;
  },
  cases: [
    { name: 'posts', route: 'GET /api/posts' },
    { name: 'profiles', route: 'GET /api/profiles' },
    {
      name: 'posts: by address',
      route: 'GET /api/posts',
      query: '?author=bsky.app/profile/ada.example',
    },
    {
      name: 'posts: by an address of nobody',
      route: 'GET /api/posts',
      query: '?author=x.com/home',
    },
    { name: 'page /find', route: 'GET /find', formats: ['browser'] as const },
  ],
};

/** A new installation. */
export const emptyLibrary: Area = {
  name: 'empty_library',
  setup: emptyApp,
  cases: [
    { name: 'posts', route: 'GET /api/posts' },
    { name: 'profiles', route: 'GET /api/profiles' },
    { name: 'jobs', route: 'GET /api/jobs' },
    { name: 'imports', route: 'GET /api/imports' },
    ...['/', '/jobs', '/find', '/profiles', '/sessions', '/scrape', '/embed'].map((path) => ({
      name: `page ${path}`,
      route: `GET ${path}`,
      formats: ['browser'] as const,
    })),
  ],
};
