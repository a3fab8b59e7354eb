import { type ApiOptions, type Ask, createAsk, expectSuccess, jsonOf } from './api.ts';
import { RequestError } from './errors.ts';
import type { ServerJob } from './job_state.ts';
import { createJobStream } from './job_stream.ts';
import type { JobId, JobType, OutputOf, StartRequest } from './job_types.ts';
import { createStarts } from './starts.ts';
import { createTrackedJob, type JobActions, type TrackedJob } from './tracked_job.ts';

export interface ClientOptions extends ApiOptions {
  /** Ends everything that this client follows. Jobs go on. */
  signal?: AbortSignal;
}

export interface TrackOptions {
  /** Ends the following of this job. The job goes on. */
  signal?: AbortSignal;
}

export interface Client {
  /** Starts a job, and follows it. What is started in one go is one request. */
  track<Type extends JobType>(
    request: StartRequest<Type>,
    options?: TrackOptions,
  ): TrackedJob<OutputOf<Type>>;
  /** Follows a job that is there. */
  track<Type extends JobType>(id: JobId<Type>, options?: TrackOptions): TrackedJob<OutputOf<Type>>;
  track(id: string, options?: TrackOptions): TrackedJob<unknown>;
  /**
   * Starts a job and returns its id as soon as it is on the server's disk. When no answer comes it is
   * asked for again, for 7 s at most, which starts nothing twice; then the code is `unreachable`.
   * @throws RequestError
   */
  start<Type extends JobType>(request: StartRequest<Type>): Promise<JobId<Type>>;
}

/** A client of one server. All that it tracks shares one connection. */
export function createClient({ signal, ...options }: ClientOptions = {}): Client {
  const ask = createAsk(options);
  const start = createStarts(ask, signal);
  const stream = createJobStream(ask);
  const actions = createActions(ask);

  function track(given: string | StartRequest, trackOptions: TrackOptions = {}) {
    const signals = [signal, trackOptions.signal].filter((each) => each !== undefined);
    const isAborted = signals.find((each) => each.aborted);
    const job = typeof given === 'string' ? given : isAborted ? reject(isAborted) : start(given);
    return createTrackedJob({ job, stream, actions, signals });
  }

  return {
    track: track as Client['track'],
    start: async <Type extends JobType>(request: StartRequest<Type>) =>
      (await start(request)).id as JobId<Type>,
  };
}

function reject({ reason }: AbortSignal): Promise<never> {
  return Promise.reject(reason);
}

function createActions(ask: Ask): JobActions {
  const post = async (id: string, action: string) =>
    jsonOf(
      await expectSuccess(
        await ask(`api/jobs/${encodeURIComponent(id)}/${action}`, {
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
  };
}
