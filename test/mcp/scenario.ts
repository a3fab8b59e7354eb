import { type Agent, dataOf, type Json, type Revision } from './agents.ts';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until<Value>(read: () => Promise<Value | undefined>): Promise<Value> {
  const end = Date.now() + 30_000;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error('Waited 30 s.');
    await sleep(20);
  }
}

export interface Outcome {
  revision: Revision;
  era: string | undefined;
  tools: string[];
  found: number;
  handle: Json;
  /** The progress that was seen while it worked, each different from the one before. */
  seen: string[];
  ended: Json;
  posts: unknown;
  cancelled: string;
}

/**
 * What an agent does: it lists tools, finds, starts a scrape as a task, sees it move, gets its result,
 * and cancels another. Uses nothing of Bun, because Node runs it, too.
 */
export async function runScenario(agent: Agent, revision: Revision): Promise<Outcome> {
  const { tools } = await agent.client.listTools();
  const handle = await agent.call('scrape', { username: 'aurora_lab', maxTweets: 60 });
  const seen: string[] = [];
  const ended = await until(async () => {
    const task = await agent.task(handle.taskId);
    const message = String(task.statusMessage);
    if (task.status === 'working' && seen.at(-1) !== message) seen.push(message);
    return task.status === 'working' ? undefined : task;
  });
  const found = dataOf(await agent.call('find', { q: 'from:aurora_lab', limit: 5 }));
  const job = dataOf(ended.result as Json).job as { result?: { posts?: unknown } };
  return {
    revision,
    era: agent.client.getProtocolEra(),
    tools: tools.map(({ name }) => name),
    found: Number(found.total),
    handle,
    seen,
    ended,
    posts: job.result?.posts,
    cancelled: await cancelOne(agent),
  };
}

async function cancelOne(agent: Agent): Promise<string> {
  const { taskId } = await agent.call('scrape', { username: 'aurora_lab', maxTweets: 5_000 });
  const { result } = await agent.request('tasks/cancel', { taskId });
  if (!result) throw new Error('It was not acknowledged.');
  return until(async () => {
    const { status } = await agent.task(taskId);
    return status === 'working' ? undefined : String(status);
  });
}
