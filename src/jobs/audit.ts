/** The audit trail: who started, cancelled, retried, removed or changed what, and when. */

/** How people and programs do something. */
export const PERSONAL = ['browser', 'api', 'terminal', 'program', 'agent'] as const;

/** What happens by itself: a start by a schedule or a job, a retry after a failure, a rescue after a crash. */
export const AUTOMATIC = ['schedule', 'job', 'retry', 'rescue', 'server'] as const;

export const ACTOR_KINDS = [...PERSONAL, ...AUTOMATIC] as const;

export type ActorKind = (typeof ACTOR_KINDS)[number];

/** Who does something. */
export interface Actor {
  via: ActorKind;
  /** A user of the machine, a sign-in or the token (never its value), a schedule, or the starting job. */
  user?: string;
  /** The client's IP address. */
  address?: string;
}

export const AUDIT_ACTIONS = [
  'start',
  'cancel',
  'retry',
  'remove',
  'pause',
  'resume',
  'limit',
  'first',
  'pin',
  'unpin',
  'add',
  'change',
  'sign_in',
  'sign_out',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** What can be changed. */
export const AUDIT_KINDS = [
  'job',
  'type',
  'source',
  'schedule',
  'webhook',
  'find',
  'credentials',
  'budget',
  'sign_in',
] as const;

export type AuditKind = (typeof AUDIT_KINDS)[number];

/** Something other than a job that was changed, and what was set before and after. No secrets. */
export interface AuditChange {
  kind: Exclude<AuditKind, 'job'>;
  /** A name that people know: "webhook hooks.example/xgpt". */
  target: string;
  before?: Settings;
  after?: Settings;
}

/** Values by name, as they are shown. */
export type Settings = Record<string, string | number | boolean | null>;

/**
 * Writes an entry about something other than a job. To be called once, within the transaction of the change,
 * which is on the tracker's database.
 */
export type RecordChange = (action: AuditAction, change: AuditChange) => void;

/** For what nobody has to know. */
export const recordNothing: RecordChange = () => {};

/** One action of an actor. Whatever is changed under it in several transactions is one entry. */
export interface Deed {
  /** Of its entry; see `newDeed`. */
  readonly id: string;
  readonly by: Actor;
  /** It is meant for many jobs, however few of them it changes. */
  readonly isBulk?: boolean;
  /** The filter that selects them, as a query string. */
  readonly query?: string;
}

/** @param at ms since 1970 UTC. */
export function newDeed(by: Actor, at: number, bulk?: { query?: string }): Deed {
  return { id: Bun.randomUUIDv7('hex', at), by, ...(bulk && { isBulk: true, ...bulk }) };
}

export interface AuditEntry {
  id: string;
  at: Date;
  action: AuditAction;
  by: Actor;
  /** The one job that was changed. */
  jobId?: string;
  /** How many jobs were changed. */
  count: number;
  /** Of an action on many: the first 100 of their ids. */
  ids?: string[];
  /** The filter that selected them, as a query string. */
  query?: string;
  kind: AuditKind;
  /** What was changed, if that is no job: "type scrape", "webhook hooks.example/xgpt". */
  target?: string;
  /** What was set before, and what is set since. */
  before?: Settings;
  after?: Settings;
}

export interface AuditQuery {
  /** Entries about that job. */
  job?: string;
  /** Text that occurs in the user or the address. */
  who?: string;
  via?: ActorKind;
  action?: AuditAction;
  kind?: AuditKind;
  /** Leaves out what happens by itself: see `AUTOMATIC`. */
  isPersonal?: boolean;
  /** At this time or later, in ms since 1970 UTC. */
  since?: number;
  /** Before this time. */
  until?: number;
  /** Default 50. */
  limit?: number;
  /** `nextCursor` of an earlier page: gives the entries that are older. */
  cursor?: string;
}

export interface AuditPage {
  /** Newest first. */
  entries: AuditEntry[];
  nextCursor?: string;
}

/** Reads the trail, and lets other parts of the program write to it. */
export interface AuditTrail {
  list(query: AuditQuery): Promise<AuditPage>;
  /** Who started the job; absent when that was not recorded, or is no longer kept. */
  startOf(job: { id: string; createdAt: Date }): Promise<AuditEntry | undefined>;
  /** @param by who makes the changes; by default whoever the process acts for. */
  recorder(by?: Actor): RecordChange;
}

/** Whether it happened by itself. */
export function isAutomatic(via: ActorKind): boolean {
  return AUTOMATIC.some((kind) => kind === via);
}
