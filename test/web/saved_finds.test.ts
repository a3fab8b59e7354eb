import { afterAll, describe, expect, test } from 'bun:test';
import { MAX_SAVED_FINDS } from '../../src/library/index.ts';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';
import { textOf } from '../views/job_view.ts';
import { attributesOf, elements, post } from '../views/pages/fixtures.ts';

afterAll(closeApps);

const JSON_BODY = { accept: 'application/json', 'content-type': 'application/json' };

const save = (web: TestApp, fields: object) =>
  web.json('/api/finds', { method: 'POST', body: JSON.stringify(fields), headers: JSON_BODY });

const bodyOf = async (answer: Response | Promise<Response>) =>
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any form
  (await (await answer).json()) as any;

const listed = async (web: TestApp) => (await bodyOf(web.json('/api/finds'))).finds;

const pageOf = async (web: TestApp, path: string) =>
  (await web.request(path, { headers: NAVIGATION })).text();

describe('FEATURES 47: saved finds in the API', () => {
  test('are saved, listed with their new posts, opened and removed', async () => {
    const web = await setupApp();
    web.library.savePosts([post({ id: '1', text: 'green tea' })]);
    const query = { q: 'tea', author: '@aurora_lab', since: '2020', by: 'words', sort: 'newest' };
    const saved = await save(web, { name: 'Tea', ...query, source: '', limit: 5 });
    expect(saved.status).toBe(201);
    const { find } = await bodyOf(saved);
    expect(find).toMatchObject({ id: 1, name: 'Tea', query, newPosts: { count: 0 } });
    expect(find.understood).toContain('by @aurora_lab');

    web.library.savePosts([
      post({ id: '2', text: 'black tea' }),
      post({ id: '3', text: 'tea of another', author: 'ada' }),
      post({ id: '4', text: 'coffee' }),
    ]);
    expect(await listed(web)).toMatchObject([{ name: 'Tea', newPosts: { count: 1 } }]);
    const opened = await bodyOf(web.json('/api/finds/1/open', { method: 'POST' }));
    expect(opened.find).toMatchObject({ query, newPosts: { count: 1, isCapped: false } });
    expect(await listed(web)).toMatchObject([{ newPosts: { count: 0 } }]);

    const removed = await web.json('/api/finds/1', { method: 'DELETE' });
    expect([removed.status, (await bodyOf(removed)).find.name]).toEqual([200, 'Tea']);
    expect(await listed(web)).toEqual([]);
    for (const [method, path] of [
      ['DELETE', '/api/finds/1'],
      ['POST', '/api/finds/1/remove'],
      ['POST', '/api/finds/1/open'],
      ['POST', '/api/finds/1e0/open'],
      ['DELETE', '/api/finds/Tea'],
    ] as const) {
      const answer = await web.json(path, { method });
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });

  test('are renamed, and what is new in them stays new', async () => {
    const web = await setupApp();
    for (const name of ['Tea', 'Coffee']) await save(web, { name, q: name });
    web.library.savePosts([post({ id: '1', text: 'green tea' })]);
    const rename = (id: number, fields: object) =>
      web.json(`/api/finds/${id}/rename`, {
        method: 'POST',
        body: JSON.stringify(fields),
        headers: JSON_BODY,
      });
    expect((await bodyOf(rename(1, { name: ' Green\n tea ' }))).find).toMatchObject({
      name: 'Green tea',
      query: { q: 'Tea' },
      newPosts: { count: 1 },
    });
    // Its own name in other letters is no other find.
    expect((await bodyOf(rename(1, { name: 'GREEN TEA' }))).find.name).toBe('GREEN TEA');
    const taken = await rename(2, { name: 'green tea' });
    expect([taken.status, (await bodyOf(taken)).error]).toMatchObject([
      409,
      { code: 'name_taken', message: expect.stringContaining('Nothing was renamed.') },
    ]);
    for (const [id, name, status] of [
      [9, 'x', 404],
      [2, ' ', 422],
      [2, 'x'.repeat(81), 422],
    ] as const)
      expect([name, (await rename(id, { name })).status]).toEqual([name, status]);
    expect((await listed(web)).map(({ name }: { name: string }) => name)).toEqual([
      'Coffee',
      'GREEN TEA',
    ]);
  });

  test('give what was new when they are opened', async () => {
    const web = await setupApp();
    web.library.savePosts([post({ id: '1', text: 'green tea' })]);
    await save(web, { name: 'Tea', q: 'tea' });
    web.library.savePosts([post({ id: '2', text: 'black tea' }), post({ id: '3', text: 'milk' })]);
    const { find } = await bodyOf(web.json('/api/finds/1/open', { method: 'POST' }));
    expect(find).toMatchObject({ after: 1, newPosts: { count: 1 } });
    for (const by of ['words', 'best'])
      for (const sort of ['best', 'newest']) {
        const query = new URLSearchParams({ q: 'tea', by, sort, after: String(find.after) });
        const { posts, total } = await bodyOf(web.json(`/api/find?${query}`));
        expect([posts.map(({ id }: { id: string }) => id), total]).toEqual([['2'], 1]);
      }
    expect((await bodyOf(web.json('/api/find?after=1'))).total).toBe(2);
  });

  test('count no new posts by meaning alone, and are understood in words', async () => {
    const web = await setupApp();
    await save(web, { name: 'a', q: 'a quiet evening', by: 'meaning' });
    web.library.savePosts([post({ id: '42' })]);
    await save(web, { name: 'b', like: 'sample:42' });
    await save(web, { name: 'c', q: 'tea' });
    const finds = await listed(web);
    expect(finds.map((find: object) => 'newPosts' in find)).toEqual([false, false, true]);
    expect(finds[1].understood).toBe('Posts like “First light over the fjord.”');
  });

  test('move with the date, because the query is stored as it was typed', async () => {
    const web = await setupApp();
    await save(web, { name: 'week', q: 'since:7d', since: '2d' });
    expect(await listed(web)).toMatchObject([{ query: { q: 'since:7d', since: '2d' } }]);
  });

  test.each<[object, string, string]>([
    [{ q: 'tea' }, 'name', 'Name is missing.'],
    [{ name: ' ', q: 'tea' }, 'name', 'Name is missing.'],
    [{ name: '\u200b', q: 'tea' }, 'name', 'Name is missing.'],
    [{ name: 'x'.repeat(81), q: 'tea' }, 'name', 'at most 80 characters'],
    [{ name: 'a\u0000b', q: 'tea' }, 'name', 'no control characters'],
    [{ name: 7, q: 'tea' }, 'name', 'Name is missing.'],
    [{ name: 'x' }, 'q', 'The query is missing.'],
    [{ name: 'x', sort: 'newest', by: 'words' }, 'q', 'The query is missing.'],
    [{ name: 'x', by: 'meaning', author: 'ada' }, 'q', 'The query is missing.'],
    [{ name: 'x', q: 'x'.repeat(501) }, 'q', 'at most 500'],
    [{ name: 'x', q: 'tea', by: 'smell' }, 'by', 'By must be'],
    [{ name: 'x', q: 'tea', sort: 'oldest' }, 'sort', 'Sort must be'],
    [{ name: 'x', author: '@not a name!!' }, 'author', 'Author'],
    [{ name: 'x', source: 'nowhere' }, 'source', 'Source must be'],
    [{ name: 'x', since: 'someday' }, 'since', 'Since must be'],
    [{ name: 'x', like: 'none' }, 'like', 'Like must be'],
    [{ name: 'x', like: 'sample:none' }, 'like', 'not in the library'],
    [{ name: 'x', q: 'tea', replace: 'perhaps' }, 'replace', 'Replace must be'],
  ])('are refused when invalid, and the field is named: %j', async (fields, field, reason) => {
    const web = await setupApp();
    const answer = await save(web, fields);
    expect(answer.status).toBe(422);
    const { error } = await bodyOf(answer);
    expect(error.code).toBe('invalid_input');
    expect(error.details[field]).toContain(reason);
    expect(await listed(web)).toEqual([]);
  });

  test('have one name each, unless the second is to replace the first', async () => {
    const web = await setupApp();
    await save(web, { name: 'Tea', q: 'tea' });
    const again = await save(web, { name: 'Tea', q: 'tea' });
    expect(again.status).toBe(200);
    const other = await save(web, { name: 'tea', q: 'black tea' });
    expect(other.status).toBe(409);
    expect((await bodyOf(other)).error).toMatchObject({
      code: 'name_taken',
      message: expect.stringContaining('There is already a saved find “Tea”.'),
      details: { name: expect.any(String) },
    });
    expect(await listed(web)).toMatchObject([{ name: 'Tea', query: { q: 'tea' } }]);
    for (const replace of [true, 'true']) {
      const answer = await save(web, { name: 'tea', q: `black tea ${replace}`, replace });
      expect([answer.status, (await bodyOf(answer)).find.id]).toEqual([200, 1]);
    }
    expect(await listed(web)).toHaveLength(1);
  });

  test('are limited in number', async () => {
    const web = await setupApp();
    for (let n = 0; n < MAX_SAVED_FINDS; n += 1)
      await web.library.savedFinds.save({ name: `${n}`, query: { q: 'tea' } }, false);
    const answer = await save(web, { name: 'one more', q: 'tea' });
    expect(answer.status).toBe(409);
    expect((await bodyOf(answer)).error).toMatchObject({
      code: 'too_many_finds',
      message: expect.stringContaining('Remove one first.'),
    });
  });

  test('of another version say that they are no longer valid, and do not count as opened', async () => {
    const web = await setupApp();
    await web.library.savedFinds.save(
      { name: 'old', query: { q: 'tea', source: 'pigeon', by: 'smell' } },
      false,
    );
    await web.library.savedFinds.save({ name: 'new', query: { q: 'tea', mood: 'glad' } }, false);
    web.library.savePosts([post({ text: 'tea' })]);
    const [newer, older] = await listed(web);
    expect(older.problems).toEqual({
      source: expect.stringContaining('Source must be'),
      by: expect.stringContaining('By must be'),
    });
    expect(Object.values(newer.problems)).toEqual([expect.stringContaining('“mood”')]);
    expect('newPosts' in older).toBe(false);
    const answer = await web.json('/api/finds/1/open', { method: 'POST' });
    expect(answer.status).toBe(422);
    expect((await bodyOf(answer)).error).toMatchObject({
      code: 'find_invalid',
      message: expect.stringContaining('“old” is no longer valid.'),
      details: { source: expect.any(String), by: expect.any(String) },
    });
    expect(web.library.savedFinds.read(1)?.seenKey).toBe(0);
    const html = await pageOf(web, '/find');
    expect(elements(html, '.saved-find form').map(({ attributes }) => attributes.action)).toEqual([
      '/api/finds/2/rename',
      '/api/finds/2/remove',
      '/api/finds/1/rename',
      '/api/finds/1/remove',
    ]);
    expect(textOf(html)).toContain('No longer valid: Source must be');
  });

  test('stay valid when the authors in them are deleted', async () => {
    const web = await setupApp();
    await web.tracker.start();
    web.library.savePosts([
      post({ id: '1', text: 'tea' }),
      post({ id: '2', text: 'tea', author: 'ada' }),
    ]);
    await save(web, { name: 'Ada', q: 'tea from:ada', author: 'ada' });
    await save(web, { name: 'Tea', q: 'tea' });
    await save(web, { name: 'ZZ like Ada', like: 'sample:2' });
    const { job } = await bodyOf(
      web.json('/api/forget', {
        method: 'POST',
        body: JSON.stringify({ username: 'ada', source: 'sample' }),
        headers: JSON_BODY,
      }),
    );
    await web.ended(job.id);
    const none = { count: 0, isCapped: false };
    const problems = { like: 'The post that others should be like is not in the library.' };
    expect(await listed(web)).toMatchObject([{ newPosts: none }, { newPosts: none }, { problems }]);
    expect((await web.json('/api/finds/1/open', { method: 'POST' })).status).toBe(200);
    expect((await web.json('/api/finds/3/open', { method: 'POST' })).status).toBe(422);
    const page = await web.request('/find?like=sample:2', { headers: NAVIGATION });
    expect([page.status, textOf(await page.text())]).toEqual([
      422,
      expect.stringContaining(problems.like),
    ]);
    // It takes the key of the post that was deleted.
    web.library.savePosts([post({ id: '3', text: 'tea again' })]);
    expect(await listed(web)).toMatchObject([
      { newPosts: none },
      { newPosts: { count: 1 } },
      { problems },
    ]);
  });

  test('are a table in plain text, and escaped in HTML', async () => {
    const web = await setupApp();
    const name = '<script>alert(1)</script> \u202e';
    await save(web, { name, q: '<b>tea</b>' });
    const html = await (await web.request('/api/finds')).text();
    expect(html).not.toContain('<script>');
    expect(textOf(html)).toContain('<script>alert(1)</script>');
    const text = await web.request('/api/finds', { headers: { accept: 'text/plain' } });
    expect(await text.text()).toMatch(/^ID {2}NAME .+\n1 {3}<script>.+tea/);
  });
});

describe('FEATURES 47: saved finds on the page', () => {
  const form = (web: TestApp, path: string, fields: Record<string, string> = {}) =>
    web.post(path, fields, {
      ...NAVIGATION,
      origin: 'http://localhost:3000',
      referer: 'http://localhost:3000/find?q=tea',
    });
  const fieldsOf = (html: string, selector: string) =>
    Object.fromEntries(
      elements(html, `${selector} input`).map(({ attributes }) => [
        attributes.name,
        attributes.value ?? '',
      ]),
    );

  test('are saved, opened and removed by forms alone', async () => {
    const web = await setupApp();
    web.library.savePosts([post({ id: '1', text: 'green tea' })]);
    const page = '/find?q=tea&author=aurora_lab&by=words&sort=newest';
    const fields = fieldsOf(await pageOf(web, page), '.save-find-form');
    const q = 'tea from:aurora_lab';
    expect(fields).toEqual({ q, by: 'words', sort: 'newest', name: q });

    const saved = await form(web, '/api/finds', { ...fields, name: 'Tea' });
    const shown = `/find?${new URLSearchParams({ q, by: 'words', sort: 'newest' })}`;
    expect([saved.status, saved.headers.get('location')]).toEqual([303, shown]);
    const html = await pageOf(web, shown);
    expect(textOf(html)).toContain('Saved as “ Tea ”.');
    expect(elements(html, '.save-find-form')).toEqual([]);
    expect(attributesOf(html, '.saved-find')['aria-current']).toBe('true');

    web.library.savePosts([post({ id: '2', text: 'black tea' })]);
    const empty = await pageOf(web, '/find');
    expect('open' in attributesOf(empty, '.saved-finds')).toBe(true);
    expect(textOf(empty)).toContain('Saved finds (1) · 1 with new posts');
    expect(textOf(empty)).toContain('1 new');
    const opened = await form(web, elements(empty, '.saved-find form')[0]?.attributes.action ?? '');
    const news = `${shown}&after=1`;
    expect([opened.status, opened.headers.get('location')]).toEqual([303, news]);
    const marked = await pageOf(web, news);
    expect(textOf(marked)).toContain('Saved as “ Tea ”. New and marked so: 1 post.');
    expect(textOf(marked)).toContain('Opening the saved find has counted what is new as seen.');
    const alone = attributesOf(marked, '.marked-news a').href ?? '';
    const only = await pageOf(web, alone.replaceAll('&amp;', '&'));
    expect(textOf(only)).toMatch(/Only new posts: 1 post\. Show all .+ 1 post .+ black tea/);
    expect(textOf(only)).not.toContain('green tea');
    const none = await pageOf(web, `${shown}&after=9&only=new`);
    expect(textOf(none)).toContain('No post is new. Show all');
    const href = attributesOf(only, 'a[href*="format=csv"]').href ?? '';
    const csv = await (await web.request(href.replaceAll('&amp;', '&'))).text();
    expect(csv.trim().split('\r\n')).toHaveLength(2);
    expect(textOf(marked)).toMatch(/new sample .+ black tea .+ @aurora_lab sample .+ green tea/);
    expect(elements(marked, '.post-new')).toHaveLength(1);
    const next = 'a[rel="next"][href*="after=1"]';
    expect(elements(await pageOf(web, `${news}&limit=1`), next)).toHaveLength(1);
    const again = await form(web, '/api/finds/1/open');
    expect(again.headers.get('location')).toBe(shown);
    expect(textOf(await pageOf(web, '/find'))).not.toContain('1 new');

    const removed = await form(web, '/api/finds/1/remove');
    expect([removed.status, removed.headers.get('location')]).toEqual([303, '/find?q=tea']);
    expect(elements(await pageOf(web, '/find'), '.saved-finds')).toEqual([]);
  });

  test('are renamed by forms alone, also when the name is taken', async () => {
    const web = await setupApp();
    await save(web, { name: 'Tea', q: 'tea' });
    await save(web, { name: 'Coffee', q: 'coffee' });
    web.library.savePosts([post({ id: '1', text: 'green tea' })]);
    const taken = await form(web, '/api/finds/1/rename', { name: 'coffee' });
    expect(taken.status).toBe(409);
    const html = await taken.text();
    expect(textOf(html)).toContain('Nothing was renamed. Choose another name.');
    expect(textOf(html)).not.toContain('Replace it');
    const { action = '' } = attributesOf(html, '.confirm form');
    const renamed = await form(web, action, { name: 'Green tea' });
    expect([renamed.status, renamed.headers.get('location')]).toEqual([303, '/find?q=tea']);
    expect(await listed(web)).toMatchObject([
      { name: 'Coffee' },
      { id: 1, name: 'Green tea', newPosts: { count: 1 } },
    ]);
  });

  test('are listed while there are no posts, and the form is shown for a query only', async () => {
    const web = await setupApp();
    await save(web, { name: 'Tea', q: 'tea' });
    const empty = await pageOf(web, '/find');
    expect(textOf(empty)).toContain('No posts yet.');
    expect(elements(empty, '.saved-find')).toHaveLength(1);
    expect(elements(empty, '.save-find')).toEqual([]);
    const query = await pageOf(web, '/find?q=coffee');
    expect(elements(query, '.save-find-form')).toHaveLength(1);
    expect('open' in attributesOf(query, '.saved-finds')).toBe(false);
  });

  test('of a name that is taken lead to a page that replaces it, or saves under another name', async () => {
    const web = await setupApp();
    await save(web, { name: 'Tea', q: 'tea' });
    const refused = await form(web, '/api/finds', { name: 'tea', q: 'black tea', by: 'words' });
    expect(refused.status).toBe(409);
    const html = await refused.text();
    expect(textOf(html)).toContain('There is already a saved find “ Tea ”: Posts with “tea” .');
    const query = { q: 'black tea', by: 'words' };
    expect(fieldsOf(html, '.save-find-form')).toEqual({ ...query, name: 'tea' });
    const replacing = fieldsOf(html, '.form-actions');
    expect(replacing).toEqual({ ...query, name: 'tea', replace: 'true' });
    expect((await form(web, '/api/finds', replacing)).status).toBe(303);
    expect(await listed(web)).toMatchObject([{ id: 1, name: 'tea', query }]);
  });

  test('of posts like another are named after that post', async () => {
    const web = await setupApp();
    web.library.savePosts([post({ id: '42' })]);
    const html = await pageOf(web, '/find?like=sample:42');
    const fields = fieldsOf(html, '.save-find-form');
    expect(fields).toEqual({ like: 'sample:42', name: 'Like “First light over the fjord.”' });
    expect((await form(web, '/api/finds', fields)).status).toBe(303);
    const saved = await pageOf(web, '/find?like=sample:42');
    expect(textOf(saved)).toContain('Saved as “ Like “First light over the fjord.” ”.');
  });

  test('keep no name of more than 80 characters of a long query', async () => {
    const web = await setupApp();
    const html = await pageOf(web, `/find?q=${'🍵'.repeat(90)}`);
    expect(fieldsOf(html, '.save-find-form').name).toBe('🍵'.repeat(80));
  });
});
