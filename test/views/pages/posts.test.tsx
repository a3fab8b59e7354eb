import { describe, expect, test } from 'bun:test';
import type { Post } from '../../../src/sources/post.ts';
import { unrankedText } from '../../../src/text/found_text.ts';
import { FindPage } from '../../../views/pages/find.tsx';
import type { FindModel } from '../../../views/view_models.ts';
import { textOf } from '../job_view.ts';
import { attributesOf, elements, findModel, LAYOUT, post } from './fixtures.ts';

function posts(found: Post[], model: Partial<FindModel> = {}): string {
  return String(FindPage({ layout: LAYOUT, model: findModel(found, model) }));
}

const query = (fields: Partial<FindModel['query']>) => ({
  query: { q: '', by: 'best' as const, sort: 'best' as const, ...fields },
});

describe('the form', () => {
  test('is a GET form with the query in its box, and keeps how to find', () => {
    const page = posts([], query({ q: 'a &amp; "b"', by: 'meaning' }));
    expect(attributesOf(page, '.filter')).toMatchObject({ method: 'get', action: '/find' });
    expect(attributesOf(page, '#q').value).toBe('a &amp; "b"');
    expect(attributesOf(page, '.filter [name="by"]').value).toBe('meaning');
    expect(textOf(posts([], query({ by: 'words' })))).toContain('Both Words Meaning');
  });

  test('the box on top of the page has the query, too', () => {
    const page = posts([], query({ q: 'a &amp; "b"' }));
    expect(attributesOf(page, '#find-box').value).toBe('a &amp; "b"');
    expect(attributesOf(posts([]), '#find-box')).not.toHaveProperty('value');
  });

  test('says of a find like a post what else holds', () => {
    const { found } = findModel([post()]);
    const understood = 'Posts like “Comets”, by @ada';
    const model = { found: { ...found, total: 2, understood }, like: 'Comets' };
    const like = { like: 'sample:1' };
    expect(textOf(posts([], { ...model, ...query({ ...like, q: 'from:ada' }) }))).toContain(
      'Posts like “Comets”, by @ada · 2 posts',
    );
  });

  test('offers to show all pictures where there are some', () => {
    const picture = { type: 'photo' as const, url: 'https://pictures.example/1.jpg' };
    expect(posts([post({ media: [picture] })])).toContain('id="always-pictures"');
    expect(posts([post()])).not.toContain('id="always-pictures"');
  });

  test('says what can be typed', () => {
    expect(textOf(posts([]))).toContain('deadl* with a word that begins so');
  });
});

describe('the list', () => {
  test('says how many posts were found, and how the query was understood', () => {
    const { found } = findModel([post()]);
    const many = { ...found, total: 1284, understood: 'Posts with “fjord”' };
    expect(textOf(posts([], { found: many, ...query({ q: 'fjord' }) }))).toContain(
      'Posts with “fjord” · 1,284 posts',
    );
    const capped = { ...many, isCapped: true as const };
    expect(textOf(posts([], { found: capped }))).toContain('At least 1,284 posts');
    const counted = { ...capped, total: 10_001 };
    expect(textOf(posts([], { found: counted }))).toContain('More than 10,000 posts');
    expect(unrankedText({ ...counted, unranked: 9_001 })).toStartWith(
      'These are the best 1,000 of more than 10,000 posts.',
    );
  });

  test('marks what matched, without cutting markup in a post or a link', () => {
    const { found } = findModel([]);
    const text = '<b>fjord</b> https://example.org/fjord';
    const marked = {
      ...post({ text }),
      marks: [
        { from: 3, to: 8 },
        { from: 33, to: 38 },
      ],
      why: { words: true as const },
    };
    const page = posts([], { found: { ...found, posts: [marked], total: 1 } });
    expect(page).toContain('&lt;b&gt;<mark>fjord</mark>&lt;/b&gt;');
    expect(page).toContain('https://example.org/<mark>fjord</mark></a>');
    expect(textOf(page)).toContain('found by words');
  });

  test('narrows down by what was found, with the operator in the query', () => {
    const { found } = findModel([post()]);
    const facets = {
      authors: [
        { value: 'ada', count: 3 },
        { value: 'mo', count: 1 },
      ],
      years: [
        { value: '2026', count: 2 },
        { value: '2025', count: 2 },
      ],
      kinds: [],
      sources: [],
      isCapped: false,
      counted: 4,
    };
    const page = posts([], { found: { ...found, facets }, ...query({ q: 'tea from:mo' }) });
    const capped = { ...facets, isCapped: true, counted: 2_000 };
    expect(textOf(posts([], { found: { ...found, facets: capped } }))).toContain(
      'Counted among 2,000 of the posts found, beginning with the first of the list.',
    );
    const links = elements(page, '.facets a').map(({ attributes }) => attributes.href);
    expect(links).toEqual([
      '/find?q=tea+from%3Aada',
      '/find?q=tea+from%3Amo',
      '/find?q=tea+from%3Amo+since%3A2026+until%3A2026',
      '/find?q=tea+from%3Amo+since%3A2025+until%3A2025',
    ]);
  });

  test('leaves as CSV and JSON lines', () => {
    const page = posts([post()], query({ q: 'tea', by: 'words' }));
    expect(elements(page, '.find-end a').map(({ attributes }) => attributes.href)).toEqual([
      '/api/find?q=tea&by=words&format=csv',
      '/api/find?q=tea&by=words&format=jsonl',
    ]);
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
