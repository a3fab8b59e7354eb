import type { Clock } from '../platform/clock.ts';
import type { JobDetails, JobStep, LogPart } from './details.ts';
import { tallyMatching } from './engine/bulk.ts';
import type { Definitions } from './engine/definitions.ts';
import type { Executions } from './engine/executions.ts';
import type { Queues } from './engine/queues.ts';
import type { Reports } from './engine/reports.ts';
import type { Serving } from './engine/serving.ts';
import { type History, type HistoryQuery, type JobHistory, readHistory } from './history.ts';
import type { Job, Pause, Wait } from './job.ts';
import { isWaiting } from './lifecycle.ts';
import type {
  JobListing,
  JobPage,
  JobQuery,
  RecentSession,
  SessionSummary,
  Tally,
} from './listing.ts';
import type { JobReader, QueueDepth, RecentJobs } from './store/store.ts';
import { type HoldOf, waitsOf } from './waits.ts';

/** How many jobs `getAllJobs` and subscribers get at most: the newest. */
const MAX_RECENT = 1_000;

/** How many ended jobs `getCurrentJobs` lists at most: more would hide the running ones. */
const MAX_SHOWN = { ended: 3, failed: 20 };

/** Tells why a waiting job does not start, if people have paused something. */
export type PauseOf = (job: Job) => Pause | undefined;

/** Tells why a job waits; empty for one that does not. */
export type WaitOf = (job: Job) => Wait;

/** How many jobs of the queue have a position in lists. */
const MAX_PLACES = 100;

interface Sources {
  reader: JobReader;
  recent: RecentJobs;
  listing: JobListing;
  history: JobHistory;
  executions: Executions;
  reports: Reports;
  clock: Clock;
  definitions: Definitions;
  queues: Queues;
  serving: Serving;
}

/**
 * What can be asked about jobs. Jobs that run in this process have the progress they reported last,
 * even when it is not on disk yet.
 */
export class TrackerReader {
  readonly #sources: Sources;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** The whole job, with its input and result, which may be large. */
  async readJob(id: string): Promise<Job | undefined> {
    const { reader, executions } = this.#sources;
    const job = await reader.get(id);
    return job && executions.withProgress(job);
  }

  /** The same without waiting, as far as this process knows the job: see `RecentJobs`. */
  getJob(id: string): Job | undefined {
    const { recent, executions } = this.#sources;
    const job = recent.get(id);
    return job && executions.withProgress(job);
  }

  /** The newest 1,000, newest first, as `getJob` gives them. */
  getAllJobs(): Job[] {
    return this.#withProgress(this.#sources.recent.newest(MAX_RECENT));
  }

  /** The same as `readActiveJobs`, as `getJob` gives them. */
  getActiveJobs(): Job[] {
    return this.#withProgress(this.#sources.recent.active());
  }

  /** Running jobs by start. */
  async readRunningJobs(): Promise<Job[]> {
    return this.#withProgress(await this.#sources.reader.running());
  }

  /** Running jobs by start, then waiting jobs by their position in the queue. */
  async readActiveJobs(): Promise<Job[]> {
    return this.#withProgress(await this.#sources.reader.active());
  }

  /** The job with long texts cut, as lists and streams show it. */
  async getBriefJob(id: string): Promise<Job | undefined> {
    const { reader, executions } = this.#sources;
    const job = await reader.brief(id);
    return job && executions.withProgress(job);
  }

  /** The ids that begin or end with `part`, newest first, at most `limit`. A full id matches only itself. */
  idsLike(part: string, limit: number): Promise<string[]> {
    return this.#sources.reader.idsLike(part, limit);
  }

  /**
   * The jobs of the taskbar in its order: those that run, by their start; those that failed and were
   * not dismissed, newest first; the first `waiting` of the queue; those that ended since `endedSince`,
   * newest first.
   */
  async getCurrentJobs(endedSince: Date, waiting: number): Promise<Job[]> {
    const { reader, clock, definitions } = this.#sources;
    const limits = { ...MAX_SHOWN, waiting, except: definitions.internal };
    const jobs = await reader.current(endedSince.getTime(), clock.now(), limits);
    return this.#withProgress(jobs);
  }

  /** The sources that are paused, by name, and since when. */
  async pausedSources(): Promise<Map<string, Date>> {
    const { sources } = await this.#sources.reader.pauses();
    return new Map([...sources].map(([name, at]) => [name, new Date(at)]));
  }

  /** Gives a function that tells why a waiting job does not start, if people have paused something. */
  async pauseOf(): Promise<PauseOf> {
    const { types, sources } = await this.#sources.reader.pauses();
    return ({ type, status, metadata }) => {
      if (!isWaiting(status)) return undefined;
      if (types.has(type)) return { type };
      const source = metadata?.source;
      return typeof source === 'string' && sources.has(source) ? { source } : undefined;
    };
  }

  /** What is paused, so that a job that were started now would wait. */
  async pauseOfStart(type: string, metadata: Record<string, unknown>): Promise<Pause | undefined> {
    const pauseOf = await this.pauseOf();
    return pauseOf({ type, status: 'queued', metadata } as Job);
  }

  /**
   * Gives a function that tells why these jobs wait, with their positions if they are among the first
   * of the queue. The queue is read only if one of them waits.
   */
  async waits(jobs: readonly Job[], now = new Date()): Promise<WaitOf> {
    if (!jobs.some(({ status }) => isWaiting(status))) return () => ({});
    const [holdOf, first] = await Promise.all([this.holds(), this.getCurrentJobs(now, MAX_PLACES)]);
    return waitsOf({ holdOf, first }, now);
  }

  /** Gives a function that tells what holds up a waiting job besides those before it. */
  async holds(): Promise<HoldOf> {
    const [pauseOf, lackOf] = [await this.pauseOf(), this.serving.lacks()];
    return (job) => {
      if (!isWaiting(job.status)) return {};
      const [pause, lack] = [pauseOf(job), lackOf(job)];
      return { ...(pause && { pause }), ...(lack && { lack }) };
    };
  }

  /** Which processes can run a job. */
  get serving(): Serving {
    return this.#sources.serving;
  }

  /** The owner of each running job: `host:pid:boot`. */
  ownersOfRunning(): Promise<Map<string, string>> {
    return this.#sources.reader.ownersOfRunning();
  }

  /** The queues of these types, and of others that have jobs. */
  queues(types: readonly string[]): Promise<QueueDepth[]> {
    return this.#sources.reader.queues(types);
  }

  /** How many jobs run, and how many wait, but for those that the program has queued for itself. */
  countActive(): Promise<{ running: number; waiting: number }> {
    const { reader, definitions } = this.#sources;
    return reader.countActive(definitions.internal);
  }

  /** See `Queues.isBusy`. */
  isBusy(): Promise<boolean> {
    return this.#sources.queues.isBusy();
  }

  /** The types whose jobs only the program queues, such as deliveries. */
  get internalTypes(): string[] {
    return this.#sources.definitions.internal;
  }

  /**
   * Newest first, page by page. Jobs that the program has queued for itself are listed only by their
   * type or session.
   */
  async listJobs(query: JobQuery): Promise<JobPage> {
    const page = await this.#sources.listing.list(this.listed(query));
    return { ...page, jobs: this.#withProgress(page.jobs) };
  }

  /** How many jobs match the query, by status and by whether they are tracked. */
  async countJobs(query: JobQuery): Promise<Tally[]> {
    return tallyMatching(this.#sources.listing, this.listed(query));
  }

  /**
   * The same for the newest jobs, as many as a page of a list searches.
   * @returns `hasMore` when there are older ones that were not counted.
   */
  async countNewestJobs(query: JobQuery): Promise<{ counts: Tally[]; hasMore: boolean }> {
    const { counts, nextCursor } = await this.#sources.listing.tally(this.listed(query));
    return { counts, hasMore: nextCursor !== undefined };
  }

  /** The query as lists and actions on many jobs understand it. */
  listed(query: JobQuery): JobQuery {
    if (query.type !== undefined || query.session !== undefined) return query;
    return { ...query, except: this.#sources.definitions.internal };
  }

  /** The jobs of a session, summed up. */
  sessionSummary(id: string): Promise<SessionSummary> {
    return this.#sources.listing.session(id);
  }

  /** The sessions used last, newest first. */
  recentSessions(limit: number): Promise<RecentSession[]> {
    return this.#sources.listing.recentSessions(limit);
  }

  /** The jobs that ended within that time, counted; deleted ones are included. */
  history(query: HistoryQuery): Promise<History> {
    return readHistory(this.#sources.history, query);
  }

  /** The ids of the jobs, of any process, that have stopped making progress. */
  async stalledJobs(): Promise<Set<string>> {
    const { reader, recent } = this.#sources;
    // A server looks every second, and mostly nothing runs.
    if (!recent.hasRunning()) return new Set();
    const running = this.#withProgress(await reader.running());
    return new Set(running.flatMap(({ id, stalledSince }) => (stalledSince ? id : [])));
  }

  /** A job's steps, in their order. */
  stepsOf(id: string): Promise<JobStep[]> {
    return this.#sources.reader.steps(id);
  }

  /** A job's attempts and steps, and the jobs it started. */
  async detailsOf(id: string): Promise<JobDetails> {
    const { reader } = this.#sources;
    const [attempts, steps, children] = await Promise.all([
      reader.attempts(id),
      reader.steps(id),
      reader.children(id),
    ]);
    return { attempts, steps, children: this.#withProgress(children) };
  }

  /** At most `limit` bytes of a job's log from byte `position`; by default the whole log. */
  async readLog(id: string, position = 0, limit = Number.POSITIVE_INFINITY): Promise<LogPart> {
    await this.#sources.reports.flush();
    return this.readWrittenLog(id, position, limit);
  }

  /** As `readLog`, but only what is on disk already. `feed.onLog` tells when there is more. */
  readWrittenLog(id: string, position: number, limit: number): Promise<LogPart> {
    return this.#sources.reader.readLog(id, position, limit);
  }

  /** The position after the last byte of a job's log. */
  logEnd(id: string): Promise<number> {
    return this.#sources.reader.logEnd(id);
  }

  #withProgress(jobs: Job[]): Job[] {
    const { executions } = this.#sources;
    return jobs.map((job) => executions.withProgress(job));
  }
}
