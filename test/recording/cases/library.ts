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

const PROFILES: [what: string, query: string][] = [
  ['all', ''],
  ['first page', '?limit=2'],
  ['by words', '?q=jazz&limit=1'],
  ['no match', '?q=nothing-like-it'],
  ['invalid limit', '?limit=x'],
  ['invalid cursor', '?cursor=x'],
  ['words too long', `?q=${'x'.repeat(501)}`],
];

const cases: AreaCase[] = [
  ...POSTS.map(([what, query]) => ({ name: `posts: ${what}`, route: 'GET /api/posts', query })),
  ...PROFILES.map(([what, query]) => ({
    name: `profiles: ${what}`,
    route: 'GET /api/profiles',
    query,
  })),
];

/** Posts and profiles. */
export const library: Area = { name: 'library', setup: fullApp, cases };

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
