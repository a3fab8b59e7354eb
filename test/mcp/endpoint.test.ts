import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { z } from 'zod';
import { toolsOf } from '../../src/mcp/server.ts';
import { type AgentTool, listed } from '../../src/mcp/tool.ts';
import type { Operation } from '../../src/operations/index.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';
import { testClock } from '../support/clock.ts';
import { until } from '../support/wait.ts';
import {
  type Agent,
  type AgentOptions,
  appAgent,
  type Json,
  REVISIONS,
  textsOf,
} from './agents.ts';

afterAll(closeApps);

const TOKEN = 'a-token-of-16-or-more';

let web: TestApp;

beforeAll(async () => {
  web = await setupApp({ XGPT_AGENT_WAIT_MS: '5000', XGPT_KEEP_FINISHED_HOURS: '2' });
  await web.tracker.start();
});

const agentIn = (options: AgentOptions) => appAgent(web, options);

describe('a request', () => {
  test.each(REVISIONS)(
    'FEATURES 57: of revision %s that waits does not hold up a stop, and is told that its job goes on',
    async (revision) => {
      const stopping = await setupApp({ XGPT_AGENT_WAIT_MS: '600000' });
      const agent = await appAgent(stopping, { revision, hasTasks: false });
      const answer = agent.call('scrape', { username: 'aurora_lab' }).then(
        (result) => textsOf(result)[0],
        () => 'The connection was closed.',
      );
      await until('it has started', () => stopping.tracker.getAllJobs().length === 1);
      stopping.closing.abort();
      expect(await answer).toInclude(
        'This xgpt process stops: another one runs the job, or the next one that starts. To ask again, call get_job',
      );
    },
  );

  test('FEATURES 57: for news of tasks is refused without the extension', async () => {
    const agent = await agentIn({ revision: '2026-07-28', hasTasks: false });
    const listen = await agent.request('subscriptions/listen', {
      notifications: { taskIds: ['x'] },
    });
    expect(listen.error?.code).toBe(-32021);
  });
});

describe('a type of a program', () => {
  const input = z.object({ from: z.int().min(1), sessionId: z.string().optional() });

  function toolsWith(schema: z.ZodType) {
    const scrape = web.operations.get('scrape') as Operation;
    const definition = { ...scrape.definition, input: schema } as Operation['definition'];
    const own = { ...scrape, type: 'countdown' as never, definition };
    const operations = new Map([...web.operations, ['countdown', own]]);
    return toolsOf({ ...web, operations, logger: silentLogger, closing: web.closing.signal });
  }

  test('FEATURES 57: is a tool with the input of the type', () => {
    const schema = listed(toolsWith(input).get('countdown') as AgentTool).inputSchema;
    expect(schema).toMatchObject({
      properties: { from: { type: 'integer' }, sessionId: { type: 'string' } },
      required: ['from'],
    });
    expect(schema.properties?.sessionId).not.toHaveProperty('pattern');
    const other = listed(toolsWith(z.object({ upTo: z.int() })).get('countdown') as AgentTool);
    expect(Object.keys(other.inputSchema.properties ?? {})).toEqual(['upTo', 'sessionId']);
  });
});

describe('jobs of agents', () => {
  test('FEATURES 57: stand in the taskbar with the agent’s name, escaped, and can be cancelled there', async () => {
    const own = await setupApp();
    const agent = await appAgent(own, { revision: '2026-07-28', name: '<b>night</b>\nshift' });
    const { taskId } = await agent.call('scrape', { username: 'aurora_lab' });
    const html = await (await own.request('/api/jobs')).text();
    expect(html).toInclude('<i title="Started by the agent ');
    expect(html).toInclude('>&lt;b&gt;night&lt;/b&gt; shift</i>');
    const cancel = await own.post(`/api/jobs/${taskId}/cancel`);
    expect(cancel.status).toBe(200);
    expect((await agent.task(taskId)).status).toBe('cancelled');
    const page = await (await own.request(`/jobs/${taskId}`, { headers: NAVIGATION })).text();
    expect(page).toInclude('agent &lt;b&gt;night&lt;/b&gt; shift');
  });

  test('FEATURES 57: belong to a session of their conversation, or to the one that a call names', async () => {
    const own = await setupApp();
    const scrape = { username: 'aurora_lab' };
    const [one, other] = await Promise.all([
      appAgent(own, { revision: '2025-11-25', name: 'one' }),
      appAgent(own, { revision: '2025-11-25', name: 'one' }),
    ]);
    const sessionOf = async (agent: Agent, more = {}) => {
      const { taskId } = await agent.call('scrape', { ...scrape, ...more });
      return own.tracker.getJob(String(taskId))?.sessionId;
    };
    const first = await sessionOf(one);
    expect(await sessionOf(one)).toBe(first);
    expect(await sessionOf(other)).not.toBe(first);
    expect(await sessionOf(other, { sessionId: 'my research' })).toBe('my research');
  });

  test('FEATURES 57: hand their agent and session on to the jobs that they start', async () => {
    const own = await setupApp();
    await own.tracker.start();
    const agent = await appAgent(own, { revision: '2026-07-28', name: 'scout' });
    const { taskId } = await agent.call('discover', {
      ...{ query: 'research station', maxResults: 1, scrape: true, maxTweets: 20 },
    });
    const parent = await own.ended(String(taskId));
    expect(parent.status).toBe('completed');
    const { children } = await own.tracker.reader.detailsOf(parent.id);
    expect(children).toHaveLength(1);
    expect(children[0]).toMatchObject({ agent: 'scout', sessionId: parent.sessionId });
  });

  const EACH_WAY = REVISIONS.flatMap((revision) =>
    [true, false].map((hasTasks) => ({ revision, hasTasks })),
  );

  test.each(EACH_WAY)(
    'FEATURES 57: are one when the same agent starts the same twice at once: %j',
    async (options) => {
      const clock = testClock(Date.now());
      const own = await setupApp({ XGPT_AGENT_WAIT_MS: '0' }, { clock });
      const agent = await appAgent(own, options);
      const scrape = async (one: Agent, more: Json = {}) => {
        const answer = await one.call('scrape', { username: 'aurora_lab', ...more });
        return /scrape-[\da-f-]{36}/.exec(JSON.stringify(answer))?.[0];
      };
      const [first, second] = await Promise.all([scrape(agent), scrape(agent)]);
      expect(second).toBe(first);
      clock.skip(500);
      expect(await scrape(agent)).toBe(first);
      expect(own.tracker.getAllJobs()).toHaveLength(1);
      const session = { sessionId: 'shared' };
      const other = await appAgent(own, { ...options, name: 'another-agent' });
      const ids = await Promise.all([
        scrape(agent, { maxTweets: 5 }),
        scrape(other),
        scrape(agent, session),
        scrape(other, session),
      ]);
      expect(new Set([first, ...ids]).size).toBe(5);
      clock.skip(1);
      expect(await scrape(agent)).not.toBe(first);
    },
  );

  test('FEATURES 57: are limited as those of other clients are', async () => {
    const own = await setupApp({ XGPT_MAX_WAITING: '2' });
    const agent = await appAgent(own, { revision: '2026-07-28' });
    const scrape = (maxTweets: number) =>
      agent.call('scrape', { username: 'aurora_lab', maxTweets });
    expect(await scrape(1)).toMatchObject({ resultType: 'task' });
    expect(await scrape(2)).toMatchObject({ resultType: 'task' });
    const refused = await scrape(3);
    expect(refused.isError).toBe(true);
    expect(textsOf(refused)[0]).toInclude('Nothing was started.');
  });
});

describe('POST /mcp', () => {
  const HEADERS = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  const ping = (headers: Record<string, string>) => ({
    method: 'POST',
    headers: { ...HEADERS, ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });

  test('FEATURES 57: is behind the same checks as everything else', async () => {
    const closed = await setupApp({ XGPT_TOKEN: TOKEN });
    expect((await closed.request('/mcp', ping({}))).status).toBe(401);
    expect((await closed.request('/mcp', ping({ authorization: 'Bearer wrong' }))).status).toBe(
      401,
    );
    expect((await web.request('/mcp', ping({ host: 'rebound.example' }))).status).toBe(403);
    expect((await web.request('/mcp', ping({ origin: 'https://evil.example' }))).status).toBe(403);
    expect((await web.request('/mcp', ping({}))).status).toBe(200);
  });

  test('FEATURES 57: answers other methods with 405, and a body that is too large with 413', async () => {
    for (const accept of ['text/event-stream', 'application/json, text/event-stream', '*/*']) {
      for (const method of ['GET', 'DELETE']) {
        const refused = await web.request('/mcp', { method, headers: { accept } });
        expect(refused.status).toBe(405);
        expect(refused.headers.get('allow')).toBe('POST');
        expect(await refused.json()).toMatchObject({ error: { code: 'method_not_allowed' } });
      }
    }
    const page = await web.request('/mcp', { headers: NAVIGATION });
    expect([page.status, page.headers.get('content-type')]).toEqual([
      ...[405, 'text/html; charset=utf-8'],
    ]);
    const large = { ...ping({}), body: 'x'.repeat(2 * 1024 * 1024) };
    expect((await web.request('/mcp', large)).status).toBe(413);
  });
});
