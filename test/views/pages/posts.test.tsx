import { describe, expect, test } from 'bun:test';
import type { Post } from '../../../src/sources/post.ts';
import { PostsPage } from '../../../views/pages/posts.tsx';
import type { PostsModel } from '../../../views/view_models.ts';
import { textOf } from '../job_view.ts';
import { attributesOf, elements, LAYOUT, post, postsModel } from './fixtures.ts';

function posts(found: Post[], model: Partial<PostsModel> = {}): string {
  return String(PostsPage({ layout: LAYOUT, model: postsModel(found, model) }));
}

const query = (fields: Partial<PostsModel['query']>) => ({
  query: { author: '', q: '', by: 'words' as const, ...fields },
});

describe('the filter', () => {
  test('is a GET form with the values of the query', () => {
    const page = posts([], query({ author: 'aurora_lab', q: 'a &amp; "b"', by: 'meaning' }));
    expect(attributesOf(page, '.filter')).toMatchObject({ method: 'get', action: '/find' });
    expect(attributesOf(page, '#q').value).toBe('a &amp; "b"');
    expect(attributesOf(page, '#author').value).toBe('aurora_lab');
    expect(attributesOf(page, '#by option[selected]').value).toBe('meaning');
  });
});

describe('the list', () => {
  test('shows how many posts match', () => {
    const page = { posts: [post()], total: 1284 };
    const said = (fields: Partial<PostsModel['query']>) =>
      textOf(posts([], { page, ...query(fields) }));
    expect(said({}).replace(/.*Author /, '')).toStartWith('1,284 posts');
    expect(said({ author: 'aurora_lab' })).toContain('1,284 posts of @aurora_lab');
    expect(said({ q: 'fjord' })).toContain('1,284 posts with “fjord”');
    expect(said({ q: 'fjord', by: 'meaning' })).toContain(
      'The 1 post nearest in meaning to “fjord”',
    );
  });

  test('links to the next page', () => {
    const more = posts([post()], { nextHref: '/find?q=a&cursor=b' });
    expect(attributesOf(more, 'a[rel="next"]').href).toBe('/find?q=a&cursor=b');
    expect(elements(posts([post()]), 'a[rel="next"]')).toEqual([]);
  });

  test('refreshes only while it is empty', () => {
    expect(attributesOf(posts([]), '#posts')['hx-trigger']).toBe('jobs-changed from:body');
    expect(attributesOf(posts([post()]), '#posts')['hx-trigger']).toBeUndefined();
  });
});

describe('an empty list', () => {
  test('links to the pages that collect posts', () => {
    const links = elements(posts([]), '.empty a').map(({ attributes }) => attributes.href);
    expect(links).toEqual(['/scrape', '/search']);
  });

  test('says that nothing matches a query', () => {
    const page = posts([], query({ q: 'xyz' }));
    expect(textOf(page)).toContain('No posts match');
    expect(elements(page, '.empty a')[0]?.attributes.href).toBe('/find');
  });

  test('distinguishes a failed search from one without results', () => {
    const problem = { message: 'No vectors yet.', href: '/embed', action: 'Embed posts' };
    const page = posts([], { problem, ...query({ q: 'xyz', by: 'meaning' }) });
    expect(textOf(page)).toContain('No vectors yet. Embed posts');
    expect(attributesOf(page, '.empty a').href).toBe('/embed');
    expect(textOf(page)).not.toContain('match');
  });
});
