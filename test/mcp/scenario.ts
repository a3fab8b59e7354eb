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
  /** How far the long one was when it was seen first, and when that had changed. */
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
  const ended = await until(async () => {
    const task = await agent.task(handle.taskId);
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
    ended,
    posts: job.result?.posts,
    ...(await followAndCancel(agent)),
  };
}

/** Of a scrape that takes long. */
async function followAndCancel(agent: Agent): Promise<Pick<Outcome, 'seen' | 'cancelled'>> {
  // An equal start of another client at the same time would be the same job, and end with its cancel.
  const maxTweets = 5_000 + (process.pid % 1_000);
  const { taskId } = await agent.call('scrape', { username: 'aurora_lab', maxTweets });
  const seen: string[] = [];
  await until(async () => {
    const { statusMessage } = await agent.task(taskId);
    const [count] = /[\d,]+ \/ [\d,]+/.exec(String(statusMessage)) ?? [];
    if (count !== undefined && seen.at(-1) !== count) seen.push(count);
    return seen.length > 1 ? true : undefined;
  });
  const { result } = await agent.request('tasks/cancel', { taskId });
  if (!result) throw new Error('It was not acknowledged.');
  const cancelled = await until(async () => {
    const { status } = await agent.task(taskId);
    return status === 'working' ? undefined : String(status);
  });
  return { seen, cancelled };
}
