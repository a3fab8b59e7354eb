import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { UriTemplate } from '@modelcontextprotocol/client';
import type { Post } from '../../src/sources/post.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';
import { type Agent, appAgent, dataOf, type Json, REVISIONS } from './agents.ts';

afterAll(closeApps);

/** As long as posts of X may be and longer, with characters of several code units where parts end. */
const TEXTS = {
  long: `${'a'.repeat(19_999)}👩‍👧 and ${'b '.repeat(2_490)}`,
  longer: '👩‍👧 é '.repeat(7_000),
  short: 'short',
};

let web: TestApp;

beforeAll(async () => {
  web = await setupApp();
  const post = { source: 'sample', kind: 'post', author: 'ada', authorName: 'Ada' } as const;
  const rest = { createdAt: new Date(0), links: [], media: [] };
  const posts = Object.entries(TEXTS).map(([id, text]): Post => ({ ...post, ...rest, id, text }));
  const quote = { id: 'q', author: 'bo', text: 'word '.repeat(1_000) };
  web.library.savePosts([...posts, { ...post, ...rest, id: 'quoting', text: 'see', quote }]);
});

type Part = { text: string; textLength?: number; offset?: number; nextOffset?: number };

/** All parts of a text, from the first to the one without a next. */
async function partsOf(read: (offset: number | undefined) => Promise<Part>): Promise<Part[]> {
  const parts: Part[] = [];
  let offset: number | undefined;
  do {
    const part = await read(offset);
    parts.push(part);
    offset = part.nextOffset;
  } while (offset !== undefined && parts.length < 10);
  return parts;
}

describe.each(REVISIONS)('a long text, for an agent of revision %s', (revision) => {
  const ways: [string, (agent: Agent, id: string, offset?: number) => Promise<Json>][] = [
    [
      'get_post',
      async (agent, id, offset) => {
        const at = offset === undefined ? {} : { offset };
        return dataOf(await agent.call('get_post', { source: 'sample', id, ...at }));
      },
    ],
    [
      'resources/read',
      async ({ client }, id, offset) => {
        const { resourceTemplates } = await client.listResourceTemplates();
        const [{ uriTemplate = '' } = {}] = resourceTemplates;
        const variables: Record<string, string> = { source: 'sample', id };
        if (offset !== undefined) variables.offset = String(offset);
        const uri = new UriTemplate(uriTemplate).expand(variables);
        const { contents } = await client.readResource({ uri });
        return JSON.parse((contents[0] as { text: string }).text);
      },
    ],
  ];

  test.each(ways)('FEATURES 57: comes in parts that make the whole: %s', async (_, read) => {
    const agent = await appAgent(web, { revision });
    for (const [id, text] of Object.entries(TEXTS)) {
      const parts = await partsOf(
        async (offset) => (await read(agent, id, offset)).post as unknown as Part,
      );
      expect(parts.map((part) => part.text).join('')).toBe(text);
      expect(parts.length).toBe(Math.ceil(text.length / 20_000));
      const isLong = text.length > 20_000;
      expect(parts.map(({ textLength }) => textLength)).toEqual(
        parts.map(() => (isLong ? text.length : undefined)),
      );
      for (const part of parts) expect(part.text.isWellFormed()).toBe(true);
    }
    const { post } = await read(agent, 'long', 1_000_000);
    expect(post).toMatchObject({ text: '', textLength: TEXTS.long.length });
  });

  test('FEATURES 57: tells its length where it is cut', async () => {
    const { call } = await appAgent(web, { revision });
    const found = dataOf(await call('find', { q: 'from:ada source:sample', limit: 30 }));
    const byId = new Map((found.posts as Json[]).map((post) => [post.id, post]));
    expect(byId.get('long')?.textLength).toBe(TEXTS.long.length);
    expect(byId.get('short')).not.toHaveProperty('textLength');
    expect(byId.get('quoting')?.quote).toMatchObject({ id: 'q', textLength: 5_000 });
  });

  test('FEATURES 57: has no part at an offset that is none', async () => {
    const { request } = await appAgent(web, { revision });
    for (const query of ['?offset=-1', '?offset=x', '?offset=', '?at=5', '?offset=1&x=2']) {
      const { error } = await request('resources/read', {
        uri: `xgpt://posts/sample/long${query}`,
      });
      expect([query, error?.code]).toEqual([query, -32602]);
    }
    const { error } = await request('resources/read', { uri: 'xgpt://profiles/sample/a?offset=1' });
    expect(error?.code).toBe(-32602);
  });
});
