import type { CallToolResult } from '@modelcontextprotocol/server';
import { isFinal, type Job, type JobStatus, type Tracker } from '../jobs/index.ts';
import type { Library } from '../library/index.ts';
import { resultOf } from '../operations/operation.ts';
import { collected } from './collected.ts';
import { endedJson, statusMessage } from './job_words.ts';
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

/** How often a client should ask, in ms: while a job runs, and while it waits. */
const POLL_MS = { running: 1_000, waiting: 3_000 };

/** How many of an author's newest posts a result links to. */
const MAX_POST_LINKS = 5;

interface TaskDeps {
  tracker: Tracker;
  library: Library;
  config: { keepFinishedMs: number };
}

export function taskHandle(deps: TaskDeps, job: Job): TaskHandle {
  return { resultType: 'task', ...taskOf(deps, job) };
}

/** The task as `tasks/get` tells it, with its result when it has one. */
export function taskState(deps: TaskDeps, job: Job): TaskState {
  const task = taskOf(deps, job);
  const isCompleted = task.status === 'completed';
  return {
    resultType: 'complete',
    ...task,
    ...(isCompleted && { result: jobResult(deps, job) }),
  };
}

function taskOf({ tracker, config }: TaskDeps, job: Job): Task {
  const { id, status, createdAt, updatedAt } = job;
  return {
    taskId: id,
    status: TASK_STATUS[status],
    statusMessage: statusMessage(job, tracker),
    createdAt: createdAt.toISOString(),
    lastUpdatedAt: updatedAt.toISOString(),
    ttlMs: timeToLive(job, config.keepFinishedMs),
    pollIntervalMs: status === 'running' ? POLL_MS.running : POLL_MS.waiting,
  };
}

/** A job is deleted so long after its end; before that, and when it is pinned, there is no limit. */
function timeToLive({ createdAt, completedAt, pinned }: Job, keepMs: number): number | null {
  if (!completedAt || pinned) return null;
  return Math.round(completedAt.getTime() - createdAt.getTime() + keepMs);
}

/** What the tool that started the job answers once it has ended. */
export function jobResult(deps: TaskDeps, job: Job): CallToolResult {
  const { id, type, status } = job;
  const isWell = status === 'completed';
  const words = isWell ? 'has completed' : `ended as ${status}`;
  return {
    content: [
      { type: 'text', text: `The job ${id} ${words}.` },
      collected({ job: endedJson(job, deps.tracker) }),
      { type: 'resource_link', uri: jobUri(id), name: id, description: `The ${type} job` },
      ...(isFinal(status) ? linksOf(deps, job) : []),
    ],
    ...(!isWell && { isError: true }),
  };
}

/** Links to the author whom a job has read, and to the newest posts. */
function linksOf({ library }: TaskDeps, job: Job) {
  const source = job.metadata?.source;
  const username = resultOf(job)?.username;
  if (typeof source !== 'string' || typeof username !== 'string') return [];
  const { posts } = library.posts({ source, author: username, limit: MAX_POST_LINKS });
  const links = posts.map(({ id }) => link(postUri(source, id), `post ${id}`));
  if (!library.profileOf(source, username)) return links;
  return [link(profileUri(source, username), `profile of @${username}`), ...links];
}

function link(uri: string, name: string) {
  return { type: 'resource_link' as const, uri, name };
}
