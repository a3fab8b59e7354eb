import type { CallToolResult } from '@modelcontextprotocol/server';
import { isFinal, type Job, type JobStatus, type Tracker } from '../jobs/index.ts';
import type { Library } from '../library/index.ts';
import { resultOf } from '../operations/operation.ts';
import { termsOf } from '../operations/sentences.ts';
import { collected, plainLine } from './collected.ts';
import type { AgentDeps } from './deps.ts';
import { endedJson, ownWords, statusMessage, whatBecomes } from './job_words.ts';
import { jobUri, postUri, profileUri } from './uris.ts';

/**
 * A job as a task of the extension `io.modelcontextprotocol/tasks`. The task is the job: its id is the
 * job's id, so it survives whatever the job survives.
 */

export type TaskStatus = 'working' | 'completed' | 'cancelled';

/**
 * The status of a task by that of its job. A failed job is a completed task whose result is an error:
 * the extension reserves `failed` for errors of the protocol. No job asks its client for anything, so
 * there is no `input_required`.
 */
export const TASK_STATUS: Record<JobStatus, TaskStatus> = {
  queued: 'working',
  running: 'working',
  retrying: 'working',
  cancelling: 'working',
  completed: 'completed',
  failed: 'completed',
  cancelled: 'cancelled',
};

export interface Task {
  taskId: string;
  status: TaskStatus;
  statusMessage: string;
  /** ISO 8601, in UTC. */
  createdAt: string;
  lastUpdatedAt: string;
  /** From its creation, in ms; null while its end is unknown. */
  ttlMs: number | null;
  pollIntervalMs: number;
}

/** The answer of a tool that has started a task. */
export interface TaskHandle extends Task {
  resultType: 'task';
  [more: string]: unknown;
}

export interface TaskState extends Task {
  resultType: 'complete';
  /** Of a completed task. */
  result?: CallToolResult;
  [more: string]: unknown;
}

/** How often a client should ask, in ms. A job that waits may start at any time. */
const POLL_MS = 1_000;

/** How many people and how many of the newest posts a result links to. */
const MAX_LINKS = 5;

/** The longest name of a link, in UTF-16 code units. A source has written some of it. */
const MAX_NAME = 100;

interface TaskDeps {
  tracker: Tracker;
  library: Library;
  config: { keepFinishedMs: number };
}

export async function taskHandle(
  deps: TaskDeps & Pick<AgentDeps, 'closing'>,
  job: Job,
): Promise<TaskHandle> {
  const { id, type } = job;
  // A client that takes the handle for the result shows its content to the model.
  const holdOf = await deps.tracker.reader.holds();
  const words = `The ${type} job ${id} was created: it ${ownWords(job, holdOf)}. ${whatBecomes(job, holdOf, deps.closing)}`;
  const text = `${words} Call get_job with { "id": "${id}" } for its progress and result; cancel_job stops it.`;
  return { resultType: 'task', content: [{ type: 'text', text }], ...(await taskOf(deps, job)) };
}

/** The task as `tasks/get` tells it, with its result when it has one. */
export async function taskState(deps: TaskDeps, job: Job): Promise<TaskState> {
  const task = await taskOf(deps, job);
  const isCompleted = task.status === 'completed';
  return {
    resultType: 'complete',
    ...task,
    // The result is what the call would have answered, with the member that each result has.
    ...(isCompleted && {
      result: { resultType: 'complete', ...(await jobResult(deps, job)) },
    }),
  };
}

async function taskOf({ tracker, config }: TaskDeps, job: Job): Promise<Task> {
  const { id, status, createdAt, updatedAt } = job;
  return {
    taskId: id,
    status: TASK_STATUS[status],
    statusMessage: statusMessage(job, await tracker.reader.holds()),
    createdAt: createdAt.toISOString(),
    lastUpdatedAt: updatedAt.toISOString(),
    ttlMs: timeToLive(job, config.keepFinishedMs),
    pollIntervalMs: POLL_MS,
  };
}

/** A job is deleted so long after its end; before that, and when it is pinned, there is no limit. */
function timeToLive({ createdAt, completedAt, pinned }: Job, keepMs: number): number | null {
  if (!completedAt || pinned) return null;
  return Math.round(completedAt.getTime() - createdAt.getTime() + keepMs);
}

/** How long a task is still answered after its time to live, in ms: a client asks at intervals. */
const GRACE_MS = 60_000;

/**
 * Whether a task is over for its client, although its job may still be there: ended jobs are deleted
 * once an hour. The extension lets a server discard a task when `ttlMs` has passed.
 * @param keepMs how long ended jobs are kept.
 * @param now in ms since 1970.
 */
export function hasExpired({ completedAt, pinned }: Job, keepMs: number, now: number): boolean {
  return !pinned && completedAt !== undefined && now > completedAt.getTime() + keepMs + GRACE_MS;
}

/** What the tool that started the job answers once it has ended. */
export async function jobResult(deps: TaskDeps, job: Job): Promise<CallToolResult> {
  const { id, type, status } = job;
  const isWell = status === 'completed';
  const words = isWell ? 'has completed' : `ended as ${status}`;
  return {
    content: [
      { type: 'text', text: `The job ${id} ${words}.` },
      collected({ job: endedJson(job, await deps.tracker.reader.holds()) }),
      { type: 'resource_link', uri: jobUri(id), name: id, description: `The ${type} job` },
      ...(isFinal(status) ? linksOf(deps, job) : []),
    ],
    ...(!isWell && { isError: true }),
  };
}

/** Links to the people whom a job has read, and to the newest posts of them or on its topic. */
function linksOf({ library }: TaskDeps, job: Job) {
  const source = job.metadata?.source;
  const result = resultOf(job);
  if (typeof source !== 'string' || !result) return [];
  const names = namesIn(result).slice(0, MAX_LINKS);
  const people = names.filter((username) => library.profileOf(source, username));
  const posts = queriesOf(job, names)
    .flatMap((query) => library.posts({ source, ...query, limit: MAX_LINKS }).posts)
    .sort((one, other) => other.createdAt.getTime() - one.createdAt.getTime());
  const ids = [...new Set(posts.map(({ id }) => id))].slice(0, MAX_LINKS);
  return [
    ...people.map((name) => link(profileUri(source, name), `profile of @${name}`)),
    ...ids.map((id) => link(postUri(source, id), `post ${id}`)),
  ];
}

/** Whom a job has read or found. */
function namesIn({ username, found }: Record<string, unknown>): string[] {
  const names = Array.isArray(found) ? found : [username];
  return names.filter((name): name is string => typeof name === 'string');
}

/** How the library knows what a job has brought: by its authors, or by the words of a search. */
function queriesOf({ type, metadata }: Job, names: string[]): { author?: string; q?: string }[] {
  if (type !== 'search') return names.map((author) => ({ author }));
  const query = metadata?.query;
  return typeof query === 'string'
    ? termsOf(query)
        .slice(0, MAX_LINKS)
        .map((q) => ({ q }))
    : [];
}

function link(uri: string, name: string) {
  return { type: 'resource_link' as const, uri, name: plainLine(name, MAX_NAME) };
}
