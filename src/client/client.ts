import { type ApiOptions, createSender, expectSuccess, readJson, type SendRequest } from './api.ts';
import { RequestError } from './errors.ts';
import { createFinder, type Finder } from './find.ts';
import type { ServerJob } from './job_state.ts';
import { createJobStream } from './job_stream.ts';
import type { JobId, JobType, OutputOf, StartRequest } from './job_types.ts';
import {
  createSourceQueues,
  createTypeQueues,
  type SourceQueues,
  type TypeQueues,
} from './queues.ts';
import { createSchedules, type Schedules } from './schedules.ts';
import { createStarts } from './starts.ts';
import { createTrackedJob, type JobActions, type TrackedJob } from './tracked_job.ts';
import { createWatch, type Watch } from './watch.ts';
import { createReadWorkers, type Workers } from './workers.ts';

export interface ClientOptions extends ApiOptions {
  /** Stops following all jobs of this client. The jobs continue. */
  signal?: AbortSignal;
}

export interface TrackOptions {
  /** Stops following this job. The job continues. */
  signal?: AbortSignal;
}

export interface Client extends Finder {
  /** Starts a job and follows it. Jobs started in the same turn share one request. */
  track<Type extends JobType>(
    request: StartRequest<Type>,
    options?: TrackOptions,
  ): TrackedJob<OutputOf<Type>>;
  /** Follows an existing job. */
  track<Type extends JobType>(id: JobId<Type>, options?: TrackOptions): TrackedJob<OutputOf<Type>>;
  track(id: string, options?: TrackOptions): TrackedJob<unknown>;
  /**
   * Starts a job and returns its id as soon as it is on the server's disk. Without a response the
   * request is repeated for up to 7 s, which never starts a job twice.
   * @throws RequestError with the code `unreachable` when there is still no response.
   */
  start<Type extends JobType>(request: StartRequest<Type>): Promise<JobId<Type>>;
  /** Iterates over everything that happens to jobs, whoever started them. */
  watch: Watch;
  /** What starts by itself, and when. */
  schedules: Schedules;
  /** The queues of the types: pauses, and how many jobs run at once. */
  types: TypeQueues;
  /** Pauses of sources. */
  sources: SourceQueues;
  /** The processes that run jobs, what each runs, and the queues. @throws RequestError */
  workers(): Promise<Workers>;
}

/** A client of one server. All its tracked jobs share one connection. */
export function createClient({ signal, ...options }: ClientOptions = {}): Client {
  const send = createSender(options);
  const start = createStarts(send, signal);
  const stream = createJobStream(send);
  const actions = createActions(send);

  function track(given: string | StartRequest, trackOptions: TrackOptions = {}) {
    const signals = [signal, trackOptions.signal].filter((each) => each !== undefined);
    const isAborted = signals.find((each) => each.aborted);
    const job = typeof given === 'string' ? given : isAborted ? reject(isAborted) : start(given);
    return createTrackedJob({ job, stream, actions, signals });
  }

  return {
    track: track as Client['track'],
    ...createFinder(send, signal),
    watch: createWatch(send, signal),
    schedules: createSchedules(send, signal),
    types: createTypeQueues(send, signal),
    sources: createSourceQueues(send, signal),
    workers: createReadWorkers(send, signal),
    start: async <Type extends JobType>(request: StartRequest<Type>) =>
      (await start(request)).id as JobId<Type>,
  };
}

function reject({ reason }: AbortSignal): Promise<never> {
  return Promise.reject(reason);
}

function createActions(send: SendRequest): JobActions {
  const post = async (id: string, action: string) =>
    readJson(
      await expectSuccess(
        await send(`api/jobs/${encodeURIComponent(id)}/${action}`, {
          method: 'POST',
          accept: 'application/json',
        }),
      ),
    );
  return {
    async cancel(id) {
      try {
        await post(id, 'cancel');
        return true;
      } catch (error) {
        if (error instanceof RequestError && error.status === 404) return false;
        throw error;
      }
    },
    retry: async (id) => (await post(id, 'retry')).job as ServerJob,
    async runNext(id) {
      try {
        await post(id, 'first');
        return true;
      } catch (error) {
        if (error instanceof RequestError && error.code === 'not_waiting') return false;
        throw error;
      }
    },
  };
}
