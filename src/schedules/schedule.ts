import type { Repetition } from './repetition.ts';

export * from '../jobs/schedule.ts';

/** A schedule to be added, as it was typed: everything is checked. */
export interface ScheduleRequest extends Repetition {
  type: string;
  input: Record<string, unknown>;
  /** An IANA time zone. Default: that of this machine. */
  timeZone?: unknown;
  sessionId?: unknown;
  priority?: unknown;
  timeoutMs?: unknown;
  /** Names the client, for the limit of waiting jobs of each client. */
  client?: string;
  /** Stands in the schedule's id. An existing schedule with that id is returned instead. */
  uuid?: string;
}

/**
 * What to change of a schedule, as it was typed. What is absent stays; null or an empty text is the
 * default.
 */
export type ScheduleChanges = Partial<Omit<ScheduleRequest, 'type' | 'client' | 'uuid'>>;

export class NoSuchSchedule extends Error {
  override readonly name = 'NoSuchSchedule';
  constructor() {
    super('There is no such schedule.');
  }
}

/** It was not started by hand, because a job of it is active. */
export class ScheduleActive extends Error {
  override readonly name = 'ScheduleActive';
  constructor(readonly jobId: string) {
    super('A job of this schedule is still active.');
  }
}
