import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createTaskSessionFromClient } from '@modelcontextprotocol/ext-tasks/client';
import {
  CancelTaskResultV2Schema,
  CreateTaskResultV2Schema,
  GetTaskResultV2Schema,
  UpdateTaskResultV2Schema,
} from '@modelcontextprotocol/ext-tasks/core/v2';
import type { JobStatus } from '../../src/jobs/index.ts';
import { TASK_STATUS } from '../../src/mcp/task.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';
import { until } from '../support/wait.ts';
import {
  type Agent,
  type AgentOptions,
  appAgent,
  dataOf,
  type Json,
  REVISIONS,
  TASKS,
  textsOf,
} from './agents.ts';

afterAll(closeApps);

const TOKEN = 'a-token-of-16-or-more';
const READ_TOKEN = 'a-reader-of-16-or-more';

let web: TestApp;

beforeAll(async () => {
  web = await setupApp({ XGPT_AGENT_WAIT_MS: '5000', XGPT_KEEP_FINISHED_HOURS: '2' });
  await web.tracker.start();
});

const agentIn = (options: AgentOptions) => appAgent(web, options);

async function endedTask(agent: Agent, taskId: unknown): Promise<Json> {
  return until('the task has ended', async () => {
    const task = await agent.task(taskId);
    return task.status === 'working' ? undefined : task;
  });
}

describe.each(REVISIONS)('an agent of revision %s', (revision) => {
  test('FEATURES 57: lists a tool for each job type, with the input of the type, and none that deletes', async () => {
    const { client } = await agentIn({ revision });
    const { tools } = await client.listTools();
    const byName = new Map(tools.map((tool) => [tool.name, tool]));
    expect([...byName.keys()].sort()).toEqual([
      ...['cancel_job', 'discover', 'embed', 'find', 'get_job', 'get_job_log', 'get_post'],
      ...['get_profile', 'list_jobs', 'scrape', 'search'],
    ]);
    expect(byName.get('scrape')?.inputSchema.properties).toMatchObject({
      onlyNew: { type: 'boolean', default: false },
      source: { enum: ['sample', 'archive', 'bluesky', 'x'] },
    });
    expect(byName.get('embed')?.inputSchema.properties).toMatchObject({
      batchSize: { type: 'integer', minimum: 1, maximum: 256 },
    });
    expect(byName.get('search')?.inputSchema.required).toEqual(['query']);
    expect(byName.get('find')?.annotations?.readOnlyHint).toBe(true);
  });

  test('FEATURES 57: gets a handle at once, then the result with links to its resources', async () => {
    const agent = await agentIn({ revision, name: 'night-shift' });
    const handle = await agent.call('scrape', { username: 'aurora_lab', maxTweets: 20 });
    expect(CreateTaskResultV2Schema.safeParse(handle).error).toBeUndefined();
    expect(handle).toMatchObject({ resultType: 'task', status: 'working', ttlMs: null });
    expect(handle.pollIntervalMs).toBe(1_000);
    // A client that takes it for the result shows this to the model.
    expect(textsOf(handle)).toEqual([
      expect.stringContaining(`Call get_job with { "id": "${handle.taskId}" }`),
    ]);
    const ended = await endedTask(agent, handle.taskId);
    expect(GetTaskResultV2Schema.safeParse(ended).error).toBeUndefined();
    expect(ended.status).toBe('completed');
    const job = web.tracker.getJob(String(handle.taskId));
    expect(job).toMatchObject({ agent: 'night-shift', status: 'completed' });
    expect(job?.sessionId).toStartWith('night-shift ');
    const { content, isError } = ended.result as { content: Json[]; isError?: boolean };
    expect(ended.result).toHaveProperty('resultType', 'complete');
    expect(isError).toBeUndefined();
    const links = content.filter(({ type }) => type === 'resource_link');
    expect(links.map(({ uri }) => String(uri).split('/')[2])).toEqual([
      ...['jobs', 'profiles', 'posts', 'posts', 'posts', 'posts', 'posts'],
    ]);
    for (const { uri } of links) {
      const { contents } = await agent.client.readResource({ uri: String(uri) });
      expect(contents[0]?.mimeType).toBe('application/json');
    }
  });

  test('FEATURES 57: has as long to ask as the job is kept', async () => {
    const agent = await agentIn({ revision });
    const { taskId } = await agent.call('scrape', { username: 'aurora_lab', maxTweets: 20 });
    const { ttlMs } = await endedTask(agent, taskId);
    const job = web.tracker.getJob(String(taskId));
    const took = (job?.completedAt?.getTime() ?? 0) - (job?.createdAt.getTime() ?? 0);
    expect(ttlMs).toBe(took + 2 * 3_600_000);
  });

  test('FEATURES 57: without the extension never gets a handle, but the result', async () => {
    const agent = await agentIn({ revision, hasTasks: false });
    const answer = await agent.call('scrape', { username: 'aurora_lab', maxTweets: 20 });
    expect(answer).not.toHaveProperty('taskId');
    expect(dataOf(answer).job).toMatchObject({ status: 'completed', result: { posts: 20 } });
    const listed = dataOf(await agent.call('list_jobs', { limit: 1 })).jobs as Json[];
    for (const method of ['tasks/get', 'tasks/cancel']) {
      const { error } = await agent.request(method, { taskId: listed[0]?.id });
      expect(error?.code).toBe(-32021);
      expect(error?.data).toEqual({ requiredCapabilities: { extensions: { [TASKS]: {} } } });
    }
  });

  test('FEATURES 57: gets no handle for what it declared before, but the result', async () => {
    const agent = await agentIn({ revision: '2025-11-25', hasTasks: 'once' });
    const answer = await agent.call('scrape', { username: 'aurora_lab', maxTweets: 20 });
    expect(answer).not.toHaveProperty('taskId');
    expect(dataOf(answer).job).toMatchObject({ status: 'completed' });
  });

  test('FEATURES 57: is told to correct what it sent, and nothing starts', async () => {
    const agent = await agentIn({ revision });
    const before = web.tracker.getAllJobs().length;
    const wrong = await agent.call('scrape', { username: 'aurora_lab', maxTweets: 0 });
    expect(wrong.isError).toBe(true);
    expect(textsOf(wrong)[0]).toInclude('maxTweets: ');
    const misspelt = await agent.call('scrape', { username: 'aurora_lab', max: 5 });
    expect(textsOf(misspelt)[0]).toInclude('max: There is no such argument.');
    const session = await agent.call('scrape', { username: 'aurora_lab', sessionId: '/' });
    expect(textsOf(session)[0]).toInclude('sessionId: ');
    expect((await agent.call('find', { by: 'smell' })).isError).toBe(true);
    expect((await agent.call('find', { q: 'a', cursor: 'x' })).isError).toBe(true);
    expect(web.tracker.getAllJobs()).toHaveLength(before);
    const unknown = await agent.request('tools/call', { name: 'forget', arguments: {} });
    expect(unknown.error?.code).toBe(-32602);
  });

  test('FEATURES 57: gets the protocol’s error for ids that are wrong, not of tasks, or expired', async () => {
    const agent = await agentIn({ revision });
    const foreign = await web.tracker.enqueue('scrape', { username: 'aurora_lab' });
    const gone = await agent.call('scrape', { username: 'aurora_lab', maxTweets: 20 });
    await endedTask(agent, gone.taskId);
    await web.tracker.removeJob(String(gone.taskId));
    const ids = ['', 'nope', `${foreign.id}x`, foreign.id, gone.taskId, 'x'.repeat(10_000), '%00'];
    for (const taskId of ids) {
      for (const method of ['tasks/get', 'tasks/cancel', 'tasks/update']) {
        const { error } = await agent.request(method, { taskId, inputResponses: {} });
        expect([method, taskId, error?.code]).toEqual([method, taskId, -32602]);
      }
    }
    expect(web.tracker.getJob(foreign.id)?.status).not.toBe('cancelled');
    expect((await agent.request('tasks/get', { taskId: 5 })).error?.code).toBe(-32602);
    expect((await agent.request('tasks/get')).error?.code).toBe(-32602);
  });

  test('FEATURES 57: is told that a task has expired, although its job was not deleted yet', async () => {
    const agent = await agentIn({ revision });
    const { taskId } = await agent.call('scrape', { username: 'aurora_lab', maxTweets: 20 });
    await endedTask(agent, taskId);
    const endedAgo = (ms: number) =>
      web.database
        .query('UPDATE jobs SET completed_at = ?, updated_at = ? WHERE id = ?')
        .run(Date.now() - ms, Date.now() - ms, String(taskId));
    const keptMs = 2 * 3_600_000;
    endedAgo(keptMs + 30_000);
    expect(await agent.task(taskId)).toMatchObject({ status: 'completed' });
    endedAgo(keptMs + 61_000);
    for (const method of ['tasks/get', 'tasks/cancel', 'tasks/update']) {
      const { error } = await agent.request(method, { taskId, inputResponses: {} });
      expect(error).toMatchObject({ code: -32602, message: 'Task has expired.' });
    }
    expect(dataOf(await agent.call('get_job', { id: taskId })).job).toMatchObject({ id: taskId });
    await web.tracker.pinJob(String(taskId), true);
    expect(await agent.task(taskId)).toMatchObject({ status: 'completed', ttlMs: null });
  });

  test('FEATURES 57: reads posts, profiles and logs', async () => {
    const agent = await agentIn({ revision });
    const { taskId } = await agent.call('scrape', { username: 'aurora_lab', maxTweets: 20 });
    await endedTask(agent, taskId);
    const found = dataOf(await agent.call('find', { q: 'from:aurora_lab', limit: 2 }));
    const [first] = found.posts as { source: string; id: string; uri: string }[];
    const { source = '', id = '' } = first ?? {};
    expect(dataOf(await agent.call('get_post', { source, id })).post).toMatchObject({ source, id });
    const profile = await agent.call('get_profile', { source, username: '@aurora_lab' });
    expect(dataOf(profile).profile).toMatchObject({ username: 'aurora_lab' });
    const log = dataOf(await agent.call('get_job_log', { id: taskId }));
    expect(log.lines).toBeArray();
    expect(log.hasMore).toBe(false);
    const next = dataOf(
      await agent.call('find', { q: 'from:aurora_lab', limit: 2, cursor: found.nextCursor }),
    );
    expect((next.posts as Json[])[0]?.id).not.toBe(id);
    expect((await agent.call('get_post', { source, id: 'none' })).isError).toBe(true);
    expect((await agent.call('get_job_log', { id: 'none' })).isError).toBe(true);
  });

  test('FEATURES 57: lists every resource page by page, and is told of those that are not there', async () => {
    const agent = await agentIn({ revision });
    const kinds = new Set<string>();
    let cursor: string | undefined;
    for (let pages = 0; pages < 50; pages++) {
      const page = await agent.client.listResources(cursor === undefined ? {} : { cursor });
      for (const { uri } of page.resources) kinds.add(uri.split('/')[2] ?? '');
      cursor = page.nextCursor;
      if (cursor === undefined) break;
    }
    expect([...kinds]).toEqual(['jobs', 'profiles', 'posts']);
    expect(cursor).toBeUndefined();
    for (const uri of ['xgpt://posts/sample/none', 'xgpt://jobs/none', 'file:///etc/passwd', 'x']) {
      expect((await agent.request('resources/read', { uri })).error?.code).toBe(-32602);
    }
    for (const wrong of ['', 'x', 'WyJqb2JzIiwiLSJd', 'WyJwb3N0cyIsIi0iXQ']) {
      const { error } = await agent.request('resources/list', { cursor: wrong });
      expect([wrong, error?.code]).toEqual([wrong, -32602]);
    }
  });

  test('FEATURES 57: with the reader’s token sees everything and changes nothing', async () => {
    const closed = await setupApp({ XGPT_TOKEN: TOKEN, XGPT_READ_TOKEN: READ_TOKEN });
    const withToken = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
    const owner = await appAgent(closed, { revision, ...withToken(TOKEN) });
    const reader = await appAgent(closed, { revision, ...withToken(READ_TOKEN) });
    const names = (await reader.client.listTools()).tools.map(({ name }) => name);
    expect(names).not.toContain('scrape');
    expect(names).not.toContain('cancel_job');
    const { taskId } = await owner.call('scrape', { username: 'aurora_lab' });
    expect((await reader.call('scrape', { username: 'aurora_lab' })).isError).toBe(true);
    expect((await reader.call('cancel_job', { id: taskId })).isError).toBe(true);
    expect((await reader.request('tasks/cancel', { taskId })).error?.code).toBe(-32600);
    expect(await reader.task(taskId)).toMatchObject({ status: 'working' });
    expect(closed.tracker.getAllJobs()).toHaveLength(1);
  });
});

describe('a task', () => {
  test('FEATURES 57: has a status for each one of a job', () => {
    const failed = { completed: 'completed', failed: 'completed', cancelled: 'cancelled' };
    const working = ['queued', 'running', 'retrying', 'cancelling'].map((one) => [one, 'working']);
    const expected = { ...Object.fromEntries(working), ...failed } as typeof TASK_STATUS;
    expect(TASK_STATUS).toEqual(expected satisfies Record<JobStatus, string>);
  });

  test('FEATURES 57: of a job that fails is completed with an error as its result', async () => {
    const agent = await agentIn({ revision: '2026-07-28' });
    const { taskId } = await agent.call('scrape', { username: 'nobody_of_this_name' });
    const ended = await endedTask(agent, taskId);
    expect(ended).toMatchObject({ status: 'completed', result: { isError: true } });
    expect(ended).not.toHaveProperty('error');
    expect(dataOf(ended.result as Json).job).toMatchObject({ status: 'failed' });
  });

  test('FEATURES 57: acknowledges a cancel and an update as the extension’s schemas say', async () => {
    const agent = await agentIn({ revision: '2026-07-28' });
    const paused = await web.tracker.pauseType('discover');
    expect(paused).toBe(true);
    const handle = await agent.call('discover', { query: 'climbing coach' });
    expect(textsOf(handle)[0]).toInclude(
      'was created: it waits, because discover is paused. It starts when',
    );
    const { taskId } = handle;
    expect((await agent.task(taskId)).statusMessage).toInclude('paused');
    const answers = { taskId, inputResponses: { name: { action: 'accept' } } };
    const update = await agent.request('tasks/update', answers);
    expect(UpdateTaskResultV2Schema.safeParse(update.result).error).toBeUndefined();
    expect((await agent.request('tasks/update', { taskId })).error?.code).toBe(-32602);
    const cancel = await agent.request('tasks/cancel', { taskId });
    expect(CancelTaskResultV2Schema.safeParse(cancel.result).error).toBeUndefined();
    expect((await agent.task(taskId)).status).toBe('cancelled');
    const again = await agent.request('tasks/cancel', { taskId });
    expect(again.error).toBeUndefined();
    const [entry] = (await web.tracker.audit.list({ job: String(taskId), action: 'cancel' }))
      .entries;
    expect(entry?.by).toEqual({ via: 'agent', user: 'test-agent' });
  });

  test('FEATURES 57: is run to its end by the official client for tasks', async () => {
    const agent = await agentIn({ revision: '2026-07-28' });
    const session = createTaskSessionFromClient(agent.client, {
      endpointId: 'xgpt',
      async rawDispatch(request) {
        const { result, error } = await agent.send(request as { method: string; params: unknown });
        return (
          result ? { kind: 'result', result } : { kind: 'error', error: error as never }
        ) as never;
      },
      v2RequestFraming: {
        protocolVersion: '2026-07-28',
        clientInfo: { name: 'ext-tasks', version: '0.2.2' },
        clientCapabilities: {},
      },
    });
    const execution = await session.callTool('scrape', { username: 'aurora_lab', maxTweets: 20 });
    const { outcome } = await execution.settle();
    expect(outcome.status).toBe('completed');
    expect(JSON.stringify(outcome)).toInclude('has completed');
    const [job] = web.tracker.getAllJobs();
    expect(job?.agent).toBe('ext-tasks');
    await session.close();
  });
});

describe('a client without the extension', () => {
  test('FEATURES 57: hears of progress, and is told how to ask again when a job takes long', async () => {
    const slow = await setupApp({ XGPT_AGENT_WAIT_MS: '1200', XGPT_SAMPLE_PAGE_MS: '100' });
    await slow.tracker.start();
    for (const revision of REVISIONS) {
      const agent = await appAgent(slow, { revision, hasTasks: false });
      const seen: number[] = [];
      const answer = await agent.client.callTool(
        { name: 'scrape', arguments: { username: 'aurora_lab', maxTweets: 5_000 } },
        { onprogress: ({ progress }) => seen.push(progress) },
      );
      expect(seen.length).toBeGreaterThan(0);
      const [id = ''] = /scrape-[\w-]+/.exec(textsOf(answer)[0] ?? '') ?? [];
      expect(textsOf(answer)[0]).toInclude(`call get_job with { "id": "${id}" }`);
      expect(dataOf(await agent.call('get_job', { id })).job).toMatchObject({ status: 'running' });
      expect((await agent.call('cancel_job', { id })).isError).toBeUndefined();
      expect((await slow.ended(id)).status).toBe('cancelled');
    }
  });
});
