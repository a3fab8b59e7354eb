import type { AsSent } from '../jobs/as_sent.ts';
import type {
  ScheduledStart,
  ScheduleTimes,
  ScheduleRun as ServerRun,
  Schedule as ServerSchedule,
} from '../jobs/schedule.ts';
import { createAsk, type SendRequest } from './api.ts';
import type { InputOf, JobType } from './job_types.ts';

/** A schedule as the server sends it; times are ISO 8601. */
export type Schedule = AsSent<ServerSchedule>;

/** One due time, or a start by hand, which has no `dueAt`. */
export type ScheduleRun = AsSent<ServerRun>;

/** A schedule to add: by `every`, or by `cron`. */
export interface ScheduleRequest<Type extends JobType = JobType>
  extends ScheduleTimes,
    ScheduledStart {
  /** The type and the input of the jobs it starts. */
  type: Type;
  input: InputOf<Type>;
}

/** What to change of a schedule: what is absent stays, null is the default. */
export type ScheduleChanges<Type extends JobType = JobType> = {
  [Name in keyof (ScheduleTimes & ScheduledStart)]: (ScheduleTimes & ScheduledStart)[Name] | null;
} & {
  /** In place of the whole input. */
  input?: InputOf<Type>;
};

export interface AddOptions {
  /** Requests with the same key add one schedule, within 24 hours. */
  idempotencyKey?: string;
}

/** What starts by itself. Every method throws a RequestError. */
export interface Schedules {
  list(): Promise<Schedule[]>;
  add<Type extends JobType>(
    request: ScheduleRequest<Type>,
    options?: AddOptions,
  ): Promise<Schedule>;
  /** Counts from now on: a job that was started stays as it is. */
  edit<Type extends JobType>(id: string, changes: ScheduleChanges<Type>): Promise<Schedule>;
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
  const ask = createAsk(send, signal);
  const at = (id: string, action = '') => `api/schedules/${encodeURIComponent(id)}${action}`;
  const change = async (id: string, action: string) =>
    (await ask(at(id, `/${action}`), 'POST')).schedule as Schedule;
  return {
    list: async () => (await ask('api/schedules', 'GET')).schedules as Schedule[],
    add: async (request, { idempotencyKey } = {}) => {
      const headers: Record<string, string> =
        idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
      return (await ask('api/schedules', 'POST', request, headers)).schedule as Schedule;
    },
    edit: async (id, changes) => (await ask(at(id), 'PATCH', changes)).schedule as Schedule,
    runs: async (id) => (await ask(at(id), 'GET')).runs as ScheduleRun[],
    pause: (id) => change(id, 'pause'),
    resume: (id) => change(id, 'resume'),
    run: (id) => change(id, 'run'),
    remove: async (id) => void (await ask(at(id), 'DELETE')),
  };
}
