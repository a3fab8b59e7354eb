import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';

afterAll(closeApps);

const CANARY = '<script>alert(1)</script>';

let web: TestApp;
beforeAll(async () => {
  web = await setupApp();
});

interface ErrorAnswer {
  error: { code: string; message: string; details: Record<string, string>; timestamp: string };
  status: number;
}

/** type, the fields that are sent, the field that has to be named */
const REFUSED: [string, Record<string, string>, string][] = [
  ['scrape', {}, 'username'],
  ['scrape', { username: '' }, 'username'],
  ['scrape', { username: '   ' }, 'username'],
  ['scrape', { username: 'x'.repeat(10_000) }, 'username'],
  ['scrape', { username: CANARY }, 'username'],
  ['scrape', { username: 'a\u0000b' }, 'username'],
  ['scrape', { username: '../../etc/passwd' }, 'username'],
  ['scrape', { username: 'aurora_lab', maxTweets: '0' }, 'maxTweets'],
  ['scrape', { username: 'aurora_lab', maxTweets: '10001' }, 'maxTweets'],
  ['scrape', { username: 'aurora_lab', maxTweets: 'many' }, 'maxTweets'],
  ['scrape', { username: 'aurora_lab', maxTweets: '1.5' }, 'maxTweets'],
  ['scrape', { username: 'aurora_lab', maxTweets: '1e400' }, 'maxTweets'],
  ['scrape', { username: 'aurora_lab', includeReplies: 'perhaps' }, 'includeReplies'],
  ['scrape', { username: 'aurora_lab', includeRetweets: CANARY }, 'includeRetweets'],
  ['scrape', { username: 'aurora_lab', source: 'carrier_pigeon' }, 'source'],
  ['scrape', { username: 'aurora_lab', sessionId: CANARY }, 'sessionId'],
  ['scrape', { username: 'aurora_lab', sessionId: 's'.repeat(101) }, 'sessionId'],
  ['scrape', { source: 'archive' }, 'archive'],
  ['scrape', { source: 'archive', archive: '../../secret.zip' }, 'archive'],
  ['scrape', { source: 'archive', archive: 'not_there.zip' }, 'archive'],
  ['search', {}, 'query'],
  ['search', { query: ' , , ' }, 'query'],
  ['search', { query: 'q'.repeat(501) }, 'query'],
  ['search', { query: 'a\u0007b' }, 'query'],
  ['search', { query: Array.from({ length: 21 }, (_, index) => index).join() }, 'query'],
  ['search', { query: 'jazz', maxTweets: '-1' }, 'maxTweets'],
  ['search', { query: 'jazz', days: '0' }, 'days'],
  ['search', { query: 'jazz', days: '1e9' }, 'days'],
  ['search', { query: 'jazz', mode: 'sideways' }, 'mode'],
  ['search', { query: 'jazz', embed: 'maybe' }, 'embed'],
  ['search', { query: 'jazz', source: 'archive' }, 'source'],
  ['discover', {}, 'query'],
  ['discover', { query: 'jazz', maxResults: '1001' }, 'maxResults'],
  ['discover', { query: 'jazz', save: '7' }, 'save'],
  ['discover', { query: 'jazz', source: CANARY }, 'source'],
  ['embed', { model: 'gpt-99' }, 'model'],
  ['embed', { batchSize: '0' }, 'batchSize'],
  ['embed', { batchSize: '257' }, 'batchSize'],
];

describe('a form that cannot be used', () => {
  test.each(REFUSED)('%s %j is 422 and names %s', async (type, fields, named) => {
    const init = { method: 'POST', body: new URLSearchParams(fields) };
    const response = await web.json(`/api/${type}`, init);
    expect(response.status).toBe(422);
    const { error, status } = (await response.json()) as ErrorAnswer;
    expect(status).toBe(422);
    expect(Object.keys(error.details)).toContain(named);
    expect(error.timestamp).toMatch(/Z$/);

    const fragment = await web.request(`/api/${type}`, init);
    expect(fragment.status).toBe(422);
    const html = await fragment.text();
    expect(html).toStartWith('<div class="result error" role="alert">');
    expect(html).toContain(`data-field="${named}"`);
    expect(html).not.toContain(CANARY);

    const page = await web.request(`/api/${type}`, { ...init, headers: { accept: 'text/html' } });
    expect(page.status).toBe(422);
    const shown = await page.text();
    expect(shown).toContain('<!doctype html>');
    expect(shown).not.toContain(CANARY);
  });

  test('creates nothing', () => {
    expect(web.tracker.getAllJobs()).toEqual([]);
  });
});

describe('a body that cannot be read', () => {
  const send = (body: BodyInit | null, type?: string, path = '/api/scrape') =>
    web.json(path, { method: 'POST', body, headers: type ? { 'content-type': type } : {} });

  test('malformed JSON is 400', async () => {
    for (const body of ['{"username": ', '', 'undefined', "{'username': 'x'}"]) {
      const response = await send(body, 'application/json');
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { code: 'malformed_json' } });
    }
  });

  test('JSON that is no object of fields, or has fields of another type, is 422', async () => {
    for (const body of ['[]', '7', 'null', '"aurora_lab"']) {
      expect((await send(body, 'application/json')).status).toBe(422);
    }
    for (const username of [7, null, [], {}, true]) {
      const response = await send(JSON.stringify({ username }), 'application/json');
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({
        error: { details: { username: expect.any(String) } },
      });
    }
  });

  test('another kind of body is 415, one that is too large 413', async () => {
    expect((await send('<a/>', 'application/xml')).status).toBe(415);
    expect(
      (await send(`username=${'x'.repeat(2_000_000)}`, 'application/x-www-form-urlencoded')).status,
    ).toBe(413);
  });

  test('a prototype in JSON is only a field that nobody knows', async () => {
    const response = await send(
      '{"username":"aurora_lab","__proto__":{"polluted":true}}',
      'application/json',
    );
    expect(response.status).toBe(202);
    expect('polluted' in {}).toBe(false);
  });
});

describe('an address that leads nowhere', () => {
  test.each([
    ['GET', '/nothing'],
    ['GET', `/jobs/${encodeURIComponent(CANARY)}`],
    ['GET', '/assets/..%2f..%2fpackage.json'],
    ['GET', '/assets/app.css/../../package.json'],
    ['GET', `/api/jobs/${encodeURIComponent(CANARY)}/stream`],
    ['POST', '/api/juggle'],
    ['POST', `/api/jobs/${'x'.repeat(5_000)}/cancel`],
    ['DELETE', '/api/nothing'],
    ['POST', '/api/imports/..%2f..%2fetc/remove'],
  ])('%s %s is a 404 in every form', async (method, path) => {
    for (const accept of ['*/*', 'application/json', 'text/html']) {
      const response = await web.request(path, { method, headers: { accept } });
      expect(response.status).toBe(404);
      // In JSON it is no markup: the type and nosniff see to that.
      if (accept !== 'application/json') expect(await response.text()).not.toContain(CANARY);
    }
  });

  test.each([
    ['DELETE', '/api/scrape', 'POST'],
    ['PUT', '/api/jobs', 'GET, HEAD, POST'],
    ['PATCH', '/api/jobs/some-id', 'DELETE, GET, HEAD'],
    ['GET', '/api/jobs/some-id/cancel', 'POST'],
    ['OPTIONS', '/api/jobs/some-id/stream', 'GET, HEAD'],
    ['POST', '/jobs', 'GET, HEAD'],
    ['POST', '/assets/app.css', 'GET, HEAD'],
  ])('%s %s is a 405 that names the supported methods: %s', async (method, path, allowed) => {
    const response = await web.json(path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allowed]);
    const { error } = (await response.json()) as ErrorAnswer;
    expect(error).toMatchObject({
      code: 'method_not_allowed',
      message: `Method not allowed. ${path} supports ${allowed}, not ${method}.`,
    });
  });

  test('one that cannot be decoded is a 400', async () => {
    for (const path of ['/api/jobs/%E0%A4%A', '/jobs/%', '/assets/%zz', '/api/jobs/%ff/cancel']) {
      expect((await web.request(path)).status).toBe(400);
    }
  });

  test('a way of searching, a source or a page that is none is a 422 by name', async () => {
    const refused = { by: 'feel', source: 'pigeon', cursor: 'x' };
    for (const [name, value] of Object.entries(refused)) {
      const way = name === 'cursor' ? '&q=a&by=meaning' : '';
      const response = await web.json(`/api/posts?${name}=${value}${way}`);
      expect(response.status).toBe(422);
      expect(Object.keys(((await response.json()) as ErrorAnswer).error.details)).toEqual([name]);
    }
  });

  test('a search by meaning without a text asks for one, whatever the other filters', async () => {
    for (const more of ['', '&q=', '&q=%20', '&author=aurora_lab', '&source=sample', '&limit=5']) {
      const response = await web.json(`/api/posts?by=meaning${more}`);
      expect(response.status).toBe(422);
      expect(((await response.json()) as ErrorAnswer).error.details).toEqual({
        q: 'The query is missing. A search by meaning needs a text to compare posts with.',
      });
      const page = await web.request(`/find?by=meaning${more}`, { headers: NAVIGATION });
      expect(page.status).toBe(200);
      const html = await page.text();
      expect(html).toContain('Type a text above');
      expect(html).not.toContain('class="total"');
    }
    const filtered = await web.request('/find?by=meaning&author=aurora_lab&source=sample');
    expect(await filtered.text()).toContain(
      '<a class="button" href="/find?q=from%3Aaurora_lab+source%3Asample"',
    );
    for (const by of ['', '&by=words', '&by=words&q=']) {
      expect((await web.json(`/api/posts?limit=5${by}`)).status).toBe(200);
    }
  });

  test.each(['/find', '/profiles', '/jobs', '/api/posts', '/api/profiles', '/api/jobs'])(
    '%s takes hostile words as words, and refuses what it cannot use',
    async (path) => {
      for (const q of [CANARY, '"', "' OR 1=1 --", 'NEAR(', '*', '%', '\u0000', '🪐'.repeat(40)]) {
        const response = await web.request(`${path}?q=${encodeURIComponent(q)}`);
        expect(response.status).toBe(200);
        expect(await response.text()).not.toContain(CANARY);
      }
      for (const query of ['limit=0', 'limit=x', 'limit=99999', 'cursor=!!', `cursor=${CANARY}`]) {
        const response = await web.json(`${path}?${query}`);
        expect(response.status).toBe(422);
      }
    },
  );
});
