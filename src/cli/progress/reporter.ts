import type { Job, WaitOf } from '../../jobs/index.ts';

/** `TrackerReader.waits` */
export type Waits = (jobs: readonly Job[], now: Date) => Promise<WaitOf>;

/** Shows jobs to a person or a program. Progress goes to standard error, unless it is JSON. */
export interface Reporter {
  /** Shows active jobs and their children; called repeatedly. */
  show(jobs: Job[]): Promise<void> | void;
  /** Shows how a job ended. */
  ended(job: Job): void;
  /** Prints a message on standard error. */
  say(text: string): void;
  /** Prints a line of the result on standard output. */
  print(text: string): void;
  /** Removes the live lines; nothing more is shown. */
  close(): void;
}
