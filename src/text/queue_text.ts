import type { Lack, Pause, Wait } from '../jobs/job.ts';
import type { SourceQueue, TypeQueue } from '../jobs/queue.ts';
import type { Worker, Workforce } from '../jobs/workers.ts';
import { count, relative } from './format.ts';
import { table } from './table.ts';

const TYPE_HEAD = ['TYPE', 'WAITING', 'RUNNING', 'AT ONCE', 'OLDEST', 'STATE'];
const WORKER_HEAD = ['PROCESS', 'HOST', 'PID', 'VERSION', 'SINCE', 'HEARTBEAT', 'RUNS'];

/** Types and their queues, of any width. */
export function queueTable(types: TypeQueue[], now = new Date()): string {
  const rows = types.map((queue) => [
    queue.type,
    count(queue.waiting),
    count(queue.running),
    limitWords(queue),
    queue.oldestSince ? relative(queue.oldestSince, now) : '–',
    typeState(queue, now),
  ]);
  return `${table(TYPE_HEAD, rows, false)}\n`;
}

/** "paused 2 min ago", "no running process has it", "open". */
function typeState({ pausedAt, unserved }: TypeQueue, now: Date): string {
  if (pausedAt) return `paused ${relative(pausedAt, now)}`;
  return unserved ? UNSERVED : 'open';
}

/** Of a type whose jobs wait for that. */
export const UNSERVED = 'no running process has it';

/** "2", or "2 (own: 1)" where another limit is set for all processes. */
export function limitWords({ concurrency, ownConcurrency }: TypeQueue): string {
  if (concurrency === undefined) return '–';
  return ownConcurrency === undefined
    ? count(concurrency)
    : `${count(concurrency)} (own: ${count(ownConcurrency)})`;
}

export function sourceQueueLine({ name, pausedAt }: SourceQueue, now = new Date()): string {
  return `${name} is ${pausedAt ? `paused (${relative(pausedAt, now)})` : 'open'}.`;
}

/** What is true of a type since it was changed, in sentences. */
export function typeChangeText(queue: TypeQueue): string {
  const { type, pausedAt, unserved, ownConcurrency, concurrency } = queue;
  const start = unserved
    ? `Its jobs wait: ${lackText({ what: 'type', name: type })}.`
    : 'Its jobs start.';
  const state = pausedAt
    ? `${type} is paused. Its jobs wait until it is resumed.`
    : `${type} is open. ${start}`;
  if (concurrency === undefined) return state;
  const own =
    ownConcurrency === undefined ? ', as each process has set it' : ', in all processes together';
  return `${state} ${count(concurrency)} at once${own}.`;
}

/** The same of a source. */
export function sourceChangeText({ label, pausedAt }: SourceQueue): string {
  const state = pausedAt
    ? 'is paused. Its jobs wait until it is resumed.'
    : 'is open. Its jobs start.';
  return `${label.charAt(0).toUpperCase()}${label.slice(1)} ${state}`;
}

/** Processes, then types, then sources. */
export function workforceText({ processes, types, sources }: Workforce, now: Date): string {
  const ofSources = sources.map((source) => `${sourceQueueLine(source, now)}\n`).join('');
  return [workerTable(processes, now), queueTable(types, now), ofSources].join('\n');
}

export function workerTable(workers: Worker[], now: Date): string {
  const rows = workers.map(({ kind, host, pid, version = '–', startedAt, seenAt, jobs }) => [
    kind,
    host,
    String(pid),
    version,
    relative(startedAt, now),
    `${relative(seenAt, now)}${silentText(seenAt, now)}`,
    jobs.join(' ') || '–',
  ]);
  return `${table(WORKER_HEAD, rows, false)}\n`;
}

/** A process writes its heartbeat every 5 s. Without one for so long, in ms, it has ended or hangs. */
const SILENT_MS = 30_000;

/** ", silent" for a process whose heartbeat is overdue. */
export function silentText(seenAt: Date, now: Date): string {
  return now.getTime() - seenAt.getTime() > SILENT_MS ? ', silent' : '';
}

/** Why a job waits: "scrape is paused", "the source x is paused". */
export function pauseText(pause: Pause): string {
  return pause.source === undefined
    ? `${pause.type} is paused`
    : `the source ${pause.source} is paused`;
}

/** Archives are missing only where several machines share the database. */
const NO_ARCHIVE =
  'no running process has the archive: start xgpt on the machine to which it was uploaded, or set XGPT_IMPORTS_DIR on all machines to a folder that they share';

/** Why a job waits, and what to do: "no running process has this type: start the program that has it". */
export function lackText(lack: Lack): string {
  if (lack.what === 'archive') return NO_ARCHIVE;
  const missing = lack.what === 'type' ? 'this type' : lackName(lack);
  return `no running process has ${missing}: start the program that has it`;
}

/** "the type countdown", "the source notes" */
export function lackName({ what, name }: Lack): string {
  return `the ${what} ${name}`;
}

/** What holds up a job besides those before it; empty when nothing does. */
export function heldText({ pause, lack }: Pick<Wait, 'pause' | 'lack'>): string {
  if (pause) return pauseText(pause);
  return lack ? lackText(lack) : '';
}
