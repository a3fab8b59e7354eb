import { expectSuccess, readJson, type SendRequest } from './api.ts';
import type { InputOf, JobType } from './job_types.ts';

/** A schedule to add: by `every`, or by `cron`. */
export interface ScheduleRequest<Type extends JobType = JobType> {
  /** The type and the input of the jobs it starts. */
  type: Type;
  input: InputOf<Type>;
  /** Default: `night`. */
  every?: 'night' | 'day' | 'hour' | 'week' | 'cron';
  /** The time of day, `03:00` by default. */
  at?: string;
  /** For `week`: `monday` by default. */
  day?: string;
  /** Five fields, or six with seconds in front. */
  cron?: string;
  /** An IANA time zone. Default: that of the server. */
  timeZone?: string;
  sessionId?: string;
}

/** A schedule as the server sends it; times are ISO 8601. */
export interface Schedule {
  id: string;
  type: string;
  input: Record<string, unknown>;
  sessionId?: string;
  cron: string;
  timeZone: string;
  createdAt: string;
  pausedAt?: string;
  /** Absent while it is paused. */
  nextDueAt?: string;
  /** Why it can start nothing at present. */
  problem?: string;
  lastRun?: ScheduleRun;
}

/** One due time, or a start by hand, which has no `dueAt`. */
export interface ScheduleRun {
  at: string;
  dueAt?: string;
  outcome: 'started' | 'skipped' | 'refused';
  delay?: 'stopped' | 'asleep' | 'blocked';
  missedSince?: string;
  message?: string;
  job?: {
    id: string;
    status?: string;
    completedAt?: string;
    result?: unknown;
    errorMessage?: string;
    isDeleted: boolean;
  };
}

/** What starts by itself. Every method throws a RequestError. */
export interface Schedules {
  list(): Promise<Schedule[]>;
  add<Type extends JobType>(request: ScheduleRequest<Type>): Promise<Schedule>;
  /** The newest 50 runs, newest first. */
  runs(id: string): Promise<ScheduleRun[]>;
  pause(id: string): Promise<Schedule>;
  resume(id: string): Promise<Schedule>;
  /** Starts a job of it now; `lastRun` has the job. */
  run(id: string): Promise<Schedule>;
  /** The jobs it started stay. */
  remove(id: string): Promise<void>;
}

export function createSchedules(send: SendRequest, signal?: AbortSignal): Schedules {
  const ask = async (path: string, method: string, body?: object) => {
    const response = await send(`api/schedules${path}`, {
      method,
      accept: 'application/json',
      ...(body && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
      ...(signal && { signal }),
    });
    return readJson(await expectSuccess(response));
  };
  const change = async (id: string, action: string) =>
    (await ask(`/${encodeURIComponent(id)}/${action}`, 'POST')).schedule as Schedule;
  return {
    list: async () => (await ask('', 'GET')).schedules as Schedule[],
    add: async (request) => (await ask('', 'POST', request)).schedule as Schedule,
    runs: async (id) => (await ask(`/${encodeURIComponent(id)}`, 'GET')).runs as ScheduleRun[],
    pause: (id) => change(id, 'pause'),
    resume: (id) => change(id, 'resume'),
    run: (id) => change(id, 'run'),
    remove: async (id) => void (await ask(`/${encodeURIComponent(id)}`, 'DELETE')),
  };
}
