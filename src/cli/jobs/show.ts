import { isRunning, type Job, type JobDetails, type Tracker, type Wait } from '../../jobs/index.ts';
import { resultNotes } from '../../operations/words.ts';
import { attemptWords, FAILURE_WORDS } from '../../text/attempts.ts';
import { actorLine } from '../../text/audit_text.ts';
import { cutWithLength } from '../../text/cut.ts';
import { count, duration, exact, jobName, rate, relative } from '../../text/format.ts';
import { progressLine, timeLeftText } from '../../text/job_text.ts';
import type { LogLine } from '../../text/log_lines.ts';
import { padded, printable } from '../../text/printable.ts';
import { limitText, priorityText, startsInPast } from '../../text/start_text.ts';
import { EXIT } from '../exit.ts';
import { follow } from '../follow.ts';
import { findJob, openJobs } from '../open_jobs.ts';
import { print } from '../output.ts';
import { resultLines } from '../progress/job_line.ts';
import { statusIcon } from '../progress/status_icon.ts';
import { LogReader, logLineText } from './log_reader.ts';
import { untilInterrupted } from './watch.ts';

/** How many lines of the log a report shows. */
const LAST_LINES = 10;

export interface ShowOptions {
  log?: boolean;
  follow?: boolean;
  json?: boolean;
}

/** Prints a report of a job, or its log. Returns the exit code. */
export async function showJob(part: string, options: ShowOptions): Promise<number> {
  const tracker = await openJobs();
  const job = await findJob(tracker, part);
  const asLine = options.json ? (line: LogLine) => JSON.stringify(line) : logLineText;
  if (options.follow) return followLog(tracker, job.id, asLine);
  const lines = (await new LogReader(tracker, job.id).read()).map(asLine);
  if (options.log) {
    for (const line of lines) print(line);
  } else if (options.json) {
    print(JSON.stringify({ job, ...(await tracker.reader.detailsOf(job.id)) }));
  } else {
    const start = await tracker.audit.startOf(job);
    const waitOf = await tracker.reader.waits([job]);
    const details = await tracker.reader.detailsOf(job.id);
    print(
      report({
        job,
        wait: waitOf(job),
        details,
        log: lines,
        starter: start && actorLine(start.by),
      }),
    );
  }
  return EXIT.completed;
}

async function followLog(
  tracker: Tracker,
  id: string,
  asLine: (line: LogLine) => string,
): Promise<number> {
  const log = new LogReader(tracker, id);
  const printNew = async () => {
    for (const line of await log.read()) print(asLine(line));
  };
  const { signal } = untilInterrupted();
  await follow(tracker, id, printNew, signal);
  await printNew();
  return signal.aborted ? signal.reason : EXIT.completed;
}

interface Report {
  job: Job;
  wait: Wait;
  details: JobDetails;
  log: string[];
  starter: string | undefined;
}

function report({ job, wait, details, log, starter }: Report): string {
  const parts = [
    `${statusIcon(job.status, process.stdout)} ${printable(jobName(job))}  ${printable(progressLine(job, wait))}`,
    rows(factsOf(job, details, starter)),
    section('Input', rows(Object.entries(job.metadata ?? {}).map(asText))),
    section('Result', [...resultLines(job), ...resultNotes(job, 'terminal')].join('\n')),
    section('Steps', rows(details.steps.map(({ name, status, error }) => [status, name, error]))),
    section('Attempts', rows(details.attempts.map(attemptRow))),
    section('Jobs it started', rows(details.children.map(childRow))),
    section('Log', log.slice(-LAST_LINES).join('\n')),
  ];
  return parts.filter(Boolean).join('\n\n');
}

function factsOf(job: Job, { attempts }: JobDetails, starter: string | undefined): Row[] {
  const now = new Date();
  const moment = (at: Date | undefined) => at && `${relative(at, now)} (${exact(at)})`;
  const until = job.completedAt ?? (isRunning(job.status) ? now : undefined);
  const facts: Row[] = [
    ['id', job.id],
    ['created', moment(job.createdAt)],
    ['started', moment(job.startedAt)],
    ['ended', moment(job.completedAt)],
    ['duration', job.startedAt && until && duration(until.getTime() - job.startedAt.getTime())],
    ['rate', job.ratePerSecond === undefined ? undefined : rate(job.ratePerSecond)],
    ['time left', job.etaSeconds === undefined ? undefined : timeLeftText(job.etaSeconds)],
    ['no progress since', moment(job.stalledSince)],
    ['planned for', plannedFor(job, moment)],
    ['next attempt', moment(job.retryAt)],
    ['priority', priorityText(job) || undefined],
    ['time limit', job.timeoutMs === undefined ? undefined : limitText(job.timeoutMs)],
    ['kept', job.pinned && 'until somebody removes it'],
    ['failure', job.failure && FAILURE_WORDS[job.failure]],
    ['attempts', attemptWords(job, attempts)],
    ['session', job.sessionId],
    ['started by', job.parentId ?? starter ?? (job.agent && `agent ${job.agent}`)],
  ];
  return facts.filter(([, value]) => value !== undefined);
}

function plannedFor(job: Job, moment: (at: Date | undefined) => string | undefined) {
  const past = startsInPast(job) ? ', in the past when it was created' : '';
  return job.runAt && `${moment(job.runAt)}${past}`;
}

function attemptRow({ attempt, startedAt, endedAt, outcome, error }: JobDetails['attempts'][0]) {
  const time = endedAt ? duration(endedAt.getTime() - startedAt.getTime()) : '';
  return [String(attempt), outcome ?? 'running', time, error];
}

function childRow(child: Job): Row {
  return [child.id, child.status, jobName(child), cutWithLength(child.errorMessage ?? '')];
}

function asText([name, value]: [string, unknown]): Row {
  if (typeof value === 'number') return [name, count(value)];
  return [name, typeof value === 'string' ? value : JSON.stringify(value)];
}

type Row = (string | undefined)[];

/** Aligns rows in columns; the last one keeps its width. */
function rows(all: Row[]): string {
  const cells = all.map((row) => row.map((cell) => printable(cell ?? '')));
  const widths: number[] = [];
  for (const row of cells) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, Bun.stringWidth(cell));
    }
  }
  const line = (row: string[]) => row.map((cell, index) => padded(cell, widths[index] ?? 0));
  return cells.map((row) => `  ${line(row).join('  ')}`.trimEnd()).join('\n');
}

function section(title: string, text: string): string {
  return text && `${title}\n${text}`;
}
