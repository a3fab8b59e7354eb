import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { writeCursor } from '../../src/library/listing.ts';
import { forAgents } from '../../src/mcp/agent_words.ts';
import { taskHandle } from '../../src/mcp/task.ts';
import { resultNotes } from '../../src/operations/words.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';
import { createHarbour } from '../support/harbour_source.ts';
import { until } from '../support/wait.ts';
import { type Agent, appAgent, dataOf, type Json, textsOf } from './agents.ts';

afterAll(closeApps);

const TOKEN = 'a-token-of-16-or-more';
const READ_TOKEN = 'a-reader-of-16-or-more';
const [revision] = ['2026-07-28'] as const;

/** A call that an answer suggests. */
type NextCall = { tool: string; arguments: Json };

let web: TestApp;
let agent: Agent;

beforeAll(async () => {
  web = await setupApp({ XGPT_AGENT_WAIT_MS: '20000' });
  await web.tracker.start();
  agent = await appAgent(web, { revision, hasTasks: false });
});

describe('an answer to an argument that is wrong', () => {
  test.each([
    ['find', { bogus: 2 }, /^bogus: There is no such argument\. Use: q, .*cursor\.$/m],
    ['get_post', { source: 'sample' }, /^id: This argument is missing\. It is a string\.$/m],
    ['get_post', { source: 'sample', id: 5 }, /^id: This must be a string\.$/m],
    ['get_job', { id: 'x', waitSeconds: 31 }, /^waitSeconds: .* whole number from 0 to 20\.$/m],
    ['get_job_log', { id: 'x', position: -1 }, /^position: .* whole number from 0 on\.$/m],
    ['list_jobs', { status: 'working' }, /^status: This must be one of: queued, .*cancelled\.$/m],
    ['list_jobs', { limit: 51 }, /^limit: Limit must be a whole number from 1 to 50\.$/m],
    ['scrape', { username: 'a', bogus: 1 }, /^bogus: There is no such argument\. Use: username, /m],
    ['get_job', { id: 'x', '<b>\n': 1 }, /^b>: There is no such argument/m],
  ])('FEATURES 57: %s %j says what it may be', async (tool, args, expected) => {
    const answer = await agent.call(tool, args);
    expect(answer.isError).toBe(true);
    expect(textsOf(answer)[0]).toMatch(expected);
  });

  test('FEATURES 57: is no surprise: every tool lists all of its arguments', async () => {
    const { tools } = await agent.client.listTools();
    expect(tools.map(({ inputSchema }) => inputSchema.additionalProperties)).toEqual(
      tools.map(() => false),
    );
  });
});

describe('a result', () => {
  const linksOf = (answer: Json) =>
    (answer.content as Json[]).flatMap(({ uri }) => (uri === undefined ? [] : String(uri)));

  test('FEATURES 57: of a search or a discover has links to what it brought', async () => {
    const search = await agent.call('search', { query: 'jazz, soup', maxTweets: 20 });
    const posts = linksOf(search).filter((uri) => uri.startsWith('xgpt://posts/sample/'));
    expect(posts).toHaveLength(5);
    const discover = await agent.call('discover', { query: 'research station', maxResults: 3 });
    const { result } = dataOf(discover).job as { result: { source: string; found: string[] } };
    expect(result.source).toBe('sample');
    expect(result.found.length).toBeGreaterThan(0);
    const [username = ''] = result.found;
    expect(linksOf(discover)).toContain(`xgpt://profiles/sample/${username}`);
    for (const uri of [...posts, ...linksOf(discover)]) {
      expect((await agent.client.readResource({ uri })).contents).toHaveLength(1);
    }
  });

  test('FEATURES 57: suggests a find that works, or says what is missing for one', async () => {
    const scrape = dataOf(await agent.call('scrape', { username: 'aurora_lab', maxTweets: 20 }));
    const { next } = scrape.job as { next: NextCall[] };
    expect(next).toEqual([{ tool: 'find', arguments: { author: 'aurora_lab' } }]);
    const [call] = next as [NextCall];
    expect(dataOf(await agent.call(call.tool, call.arguments)).total).toBeGreaterThan(0);
    const embed = dataOf(await agent.call('embed')).job as Json;
    expect(embed).toMatchObject({ status: 'completed' });
    expect(embed).not.toHaveProperty('next');
    expect(embed.notes).toEqual([expect.stringContaining('call find with "by": "meaning", and q')]);
  });

  test('FEATURES 57: suggests a call for each term, author or profile that the job has brought', async () => {
    const find = (args: Json) => ({ tool: 'find', arguments: args });
    const nextOf = async (tool: string, args: Json) => {
      const job = dataOf(await agent.call(tool, args)).job as { next?: NextCall[]; result: Json };
      for (const call of job.next ?? []) {
        const answer = await agent.call(call.tool, call.arguments);
        expect([call, answer.isError]).toEqual([call, undefined]);
        if (call.tool === 'find') expect(dataOf(answer).total).toBeGreaterThan(0);
      }
      return job;
    };
    const search = await nextOf('search', { query: 'jazz, telescope', maxTweets: 20 });
    expect(search.next).toEqual([find({ q: 'jazz' }), find({ q: 'telescope' })]);
    const people = { query: 'research station', maxResults: 2 };
    const scraped = await nextOf('discover', { ...people, scrape: true, maxTweets: 20 });
    const authors = scraped.result.found as string[];
    expect(authors.length).toBeGreaterThan(0);
    expect(scraped.next).toEqual(authors.map((author) => find({ author })));
    const discovered = await nextOf('discover', people);
    expect(discovered.next).toEqual(
      (discovered.result.found as string[]).map((username) => ({
        tool: 'get_profile',
        arguments: { source: 'sample', username },
      })),
    );
    const none = [
      await nextOf('search', { query: 'qqxyzzy' }),
      await nextOf('discover', { ...people, save: false }),
    ];
    for (const job of none) expect(job.next).toBeUndefined();
  });

  test('FEATURES 57: is followed by full pages of resources', async () => {
    const seen = new Set<string>();
    let cursor: string | undefined;
    do {
      const page = await agent.client.listResources(cursor === undefined ? {} : { cursor });
      for (const { uri } of page.resources) seen.add(uri);
      cursor = page.nextCursor;
      if (cursor !== undefined) expect(page.resources).toHaveLength(50);
    } while (cursor !== undefined);
    const { posts, profiles } = web.library.counts();
    expect(seen.size).toBe(posts + profiles + web.tracker.getAllJobs().length);
  });
});

describe('the last page of a find', () => {
  test('FEATURES 57: tells how many more were found, and how to see them', async () => {
    const own = await setupApp();
    const posts = Array.from({ length: 1_100 }, (_, index) => ({
      ...{ source: 'sample', id: String(index), kind: 'post' as const, author: 'a' },
      ...{ authorName: 'A', text: `comet ${index}`, createdAt: new Date(index) },
      ...{ links: [], media: [] },
    }));
    own.library.savePosts(posts);
    const one = await appAgent(own, { revision });
    const find = async (args: Json) =>
      dataOf(await one.call('find', { q: 'comet', by: 'words', limit: 30, ...args }));
    const first = await find({});
    expect(first).toMatchObject({ total: 1_100, nextCursor: expect.any(String) });
    for (const name of ['notes', 'unranked']) expect(first).not.toHaveProperty(name);
    const last = await find({ cursor: writeCursor(['rank', 990]) });
    expect(last.nextCursor).toBeUndefined();
    expect(last.posts).toHaveLength(10);
    expect(last).toMatchObject({ total: 1_100, unranked: 100 });
    expect(last.notes).toEqual([
      'These are the best 1,000 of 1,100 posts. To see others, narrow the query, or call find with "sort": "newest", which lists all of them.',
    ]);
    const newest = await find({ sort: 'newest' });
    expect((newest.posts as Json[])[0]?.id).toBe('1099');
  });

  test('FEATURES 57: suggests similar words for those that no post has, as the page does', async () => {
    const own = await setupApp();
    own.library.savePosts([
      {
        ...{ source: 'sample', id: '1', kind: 'post', author: 'a', authorName: 'A' },
        ...{ text: 'telescope', createdAt: new Date(), links: [], media: [] },
      },
    ]);
    const one = await appAgent(own, { revision });
    const found = dataOf(await one.call('find', { q: 'telescobe', by: 'words' }));
    expect(found).toMatchObject({ total: 0, didYouMean: 'telescope' });
  });
});

describe('sentences', () => {
  test('FEATURES 57: name tools in place of pages and buttons', async () => {
    const own = await setupApp({ XGPT_TOKEN: TOKEN, XGPT_READ_TOKEN: READ_TOKEN });
    own.library.savePosts([
      {
        ...{ source: 'sample', id: '1', kind: 'post', author: 'a', authorName: 'A', text: 'soup' },
        ...{ createdAt: new Date(), links: [], media: [] },
      },
    ]);
    const withToken = (token: string) =>
      appAgent(own, { revision, headers: { authorization: `Bearer ${token}` } });
    const [owner, reader] = await Promise.all([withToken(TOKEN), withToken(READ_TOKEN)]);
    const said = async (one: Agent) =>
      JSON.stringify([
        await one.call('find', { q: 'soup', by: 'meaning' }),
        await one.call('find', { q: 'soup' }),
        await one.call('get_profile', { source: 'sample', username: 'nobody' }),
      ]);
    expect(await said(owner)).toInclude('(with the tool embed)');
    expect(await said(reader)).not.toMatch(/with the tool embed|scrape|discover/);
    for (const one of [owner, reader]) expect(await said(one)).not.toMatch(/xgpt embed|the page/);
    expect(owner.client.getInstructions()).toInclude('scrape');
    expect(reader.client.getInstructions()).not.toMatch(/scrape|cancel_job/);
  });

  test('FEATURES 57: call a retry what it is for an agent', () => {
    expect(forAgents('Add credits, then Retry continues from here.')).toBe(
      'Add credits, then a retry by a person continues from here.',
    );
    expect(forAgents('2 failed. Retry starts again what failed.')).toBe(
      '2 failed. A retry by a person starts again what failed.',
    );
  });

  test('FEATURES 57: name the tool that reads a log', () => {
    const [note = ''] = resultNotes(
      { type: 'scrape', status: 'completed', result: { leftOut: { unreadable: 2 } } },
      'api',
    );
    expect(forAgents(note)).toBe('2 entries could not be read. get_job_log says which.');
  });

  test('FEATURES 57: about a task say whether it waits, runs, or is paused', async () => {
    const own = await setupApp({ XGPT_SAMPLE_PAGE_MS: '1000' });
    const one = await appAgent(own, { revision });
    const started = async (tool: string, args: Json) =>
      textsOf(await one.call(tool, args))[0]?.replace(/ Call get_job with .*$/, '');
    const id = '[a-z]+-[\\da-f-]{36}';
    const scrape = (maxTweets: number) => started('scrape', { username: 'aurora_lab', maxTweets });
    const said = (words: string) => expect.stringMatching(new RegExp(`^The ${words}$`));
    expect(await scrape(1)).toEqual(
      said(`scrape job ${id} was created: it waits in the queue. It starts when its turn comes.`),
    );
    await own.tracker.pauseType('scrape');
    expect(await scrape(2)).toEqual(
      said(
        `scrape job ${id} was created: it waits, because scrape is paused. It starts when a person resumes that.`,
      ),
    );
    await own.tracker.pauseSource('sample');
    expect(await started('search', { query: 'soup' })).toEqual(
      said(
        `search job ${id} was created: it waits, because the source sample is paused. It starts when a person resumes that.`,
      ),
    );
    await own.tracker.resumeSource('sample');
    await own.tracker.resumeType('scrape');
    await own.tracker.start();
    const running = await until('it runs', () =>
      own.tracker.getAllJobs().find((job) => job.status === 'running'),
    );
    const handle = async (closing?: AbortSignal) =>
      textsOf(await taskHandle({ ...own, closing }, running))[0] ?? '';
    expect(await handle()).toInclude(`${running.id} was created: it is running. It goes on. Call`);
    expect(await handle(AbortSignal.abort())).toInclude(
      'it is running. This xgpt process stops: another',
    );
  });

  test('FEATURES 57: leave to a person what no tool does', () => {
    const where = 'on the Sources page of xgpt (/sources)';
    expect(forAgents('Connect X on the Sources page, or with "xgpt sources set x".')).toBe(
      `Only a person can do this: connect X ${where}, or with "xgpt sources set x".`,
    );
    expect(
      forAgents('Sign in to x.com again, and replace it on the Sources page. Then Retry.'),
    ).toStartWith(`Only a person can do this: sign in to x.com again, and replace it ${where}.`);
    const own = 'The posts on the page are old.';
    expect(forAgents(own)).toBe(own);
  });

  test('FEATURES 57: about a budget that is used up say that a person raises it, where and how', async () => {
    const own = await setupApp(
      { XGPT_AGENT_WAIT_MS: '20000' },
      { addSources: (live) => [createHarbour(live).source] },
    );
    await own.tracker.start();
    await own.connections.credentials.replace('harbour', 'key', { key: 'KEY-9f3c-paid-0042' });
    const one = await appAgent(own, { revision, hasTasks: false });
    const search = { query: 'ships', source: 'harbour', maxTweets: 30 };
    const told = async () => {
      const answer = await one.call('search', search);
      const { id, error, statusMessage } = dataOf(answer).job as Record<string, string>;
      expect(answer.isError).toBe(true);
      const log = dataOf(await one.call('get_job_log', { id }));
      for (const text of [statusMessage, error, JSON.stringify(log)]) {
        expect(text).toMatch(
          /Only a person can do this: .* on the Sources page of xgpt \(\/sources\)/,
        );
      }
      return error;
    };
    expect(await told()).toBe(
      'No budget is set for this source, and its requests cost money. Only a person can do this: set one on the Sources page of xgpt (/sources), or with "xgpt sources budget harbour <posts>"; then a retry by a person continues from here.',
    );
    await own.connections.budgets.setCap('harbour', 10);
    expect(await told()).toBe(
      'The budget is used up: 10 of 10 posts. Only a person can do this: raise or reset it on the Sources page of xgpt (/sources), or with "xgpt sources budget harbour <posts>" or "xgpt sources budget harbour --reset"; then a retry by a person continues from here.',
    );
  });

  test('FEATURES 57: about jobs that wait say why, and what an agent can do', async () => {
    const own = await setupApp({ XGPT_AGENT_WAIT_MS: '0', XGPT_MAX_WAITING: '1' });
    const one = await appAgent(own, { revision, hasTasks: false });
    await own.tracker.pauseType('discover');
    const waits = await one.call('discover', { query: 'climbing coach' });
    expect(textsOf(waits)[0]).toInclude(
      'it waits, because discover is paused. It starts when a person resumes that.',
    );
    const full = await one.call('discover', { query: 'climbing coach', maxResults: 2 });
    expect(textsOf(full)[0]).toMatch(/list_jobs .* cancel_job/);
    const { id } = dataOf(waits).job as { id: string };
    const cancelled = await one.call('cancel_job', { id });
    expect(textsOf(cancelled)[0]).toBe(`The job ${id} was cancelled.`);
  });
});
