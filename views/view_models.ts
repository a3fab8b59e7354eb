import type { AuditEntry, AuditPage } from '../src/jobs/audit.ts';
import type { JobAttempt, JobStep } from '../src/jobs/details.ts';
import type { BulkOutcome } from '../src/jobs/engine/bulk.ts';
import type { History } from '../src/jobs/history.ts';
import type { Job, JobView, Pause } from '../src/jobs/job.ts';
import type { JobStatus } from '../src/jobs/lifecycle.ts';
import type { SessionSummary } from '../src/jobs/listing.ts';
import type { WaitOf } from '../src/jobs/reader.ts';
import type { ProfilePage } from '../src/library/library.ts';
import type { Field } from '../src/operations/fields.ts';
import type { Found } from '../src/operations/find/found.ts';
import type { FindSort, FindWay } from '../src/operations/find/request.ts';
import type { ListedFind } from '../src/operations/find/saved.ts';
import type { SourcePace } from '../src/sources/connection.ts';
import type { Post } from '../src/sources/post.ts';
import type { TaskbarChoice } from '../src/text/taskbar_state.ts';
import type { PreviewProps } from './schedules/due_preview.tsx';

export interface TaskbarModel {
  /** In display order: running by start, failed, waiting by queue position, just finished. */
  jobs: JobView[];
  /** How many more jobs are waiting. */
  more?: number;
  now: Date;
}

export type { WaitOf };

/** The model of every page's layout. */
export interface Layout {
  taskbar: TaskbarModel;
  /** The user's choice, stored in a cookie; `auto` follows the system. */
  theme: 'auto' | 'light' | 'dark';
  taskbarChoice: TaskbarChoice;
  /** Whether the user has signed in and can sign out. */
  signedIn?: boolean;
  /** Whether the user sees everything and can change nothing. */
  isReadOnly?: boolean;
  /** Problems and warnings: what happened, and what to do. */
  notices: { title: string; advice: string }[];
  now: Date;
}

/** The values that were typed into a form, and their errors. Keys are field names. */
export interface FormState {
  values: Record<string, string>;
  errors: Record<string, string>;
}

/** A source as offered by forms. */
export interface SourceOption extends SourcePace {
  name: string;
  /** It cannot do what the form is for until it is connected. */
  needsConnection?: boolean;
}

/** An archive in the `imports/` folder. */
export interface ImportOption {
  /** File or folder name. */
  name: string;
  /** Absent for a folder. */
  bytes?: number;
  addedAt: Date;
  /** Whose archive it is, and when it was made, as far as that is known. */
  kind?: 'x' | 'bluesky';
  owner?: string;
  madeAt?: Date;
  /** How many of its posts are in the library. */
  posts: number;
  /** Why it could not be read the last time. */
  problem?: string;
  /** Its file was removed, and its posts were kept. */
  removed?: true;
  /** It is on another machine. */
  elsewhere?: true;
}

/** What a type adds to the page of its form. */
export interface FormParts {
  /** Fields that look different from what follows from their rule, by name; '' shows none. */
  fields?: Record<string, (field: Field) => JSX.Element>;
  /** What the sentence needs besides the fields. */
  values?: Record<string, string>;
  /** Facts beside the form, under the sentence. */
  aside?: JSX.Element;
  /** Below the form and its runs. */
  below?: JSX.Element;
  /** What the page is for with these values, in place of the form, which is folded below it. */
  first?: { heading: string; content: JSX.Element; rest: string };
  /** Id of an element of these that changes when jobs do. */
  live?: string;
}

/** The page of a job type. */
export interface StartModel {
  type: string;
  fields: Field[];
  form: FormState;
  /** Those that the type can use. */
  sources: SourceOption[];
  /** What is paused, so that jobs of this type, or of a source that it can use, wait. */
  pauses?: Pause[];
  /** The last runs of this type, newest first. */
  runs: Job[];
  /** The time zone of schedules, where the browser's is not known; absent: it cannot be repeated. */
  timeZone?: string;
  /** When the schedule that was typed would be due. */
  preview?: PreviewProps;
  /** What would be started, for a type whose sentence the browser's script cannot make. */
  sentence?: string;
  /** What is wrong with what was typed; absent when it can be started or is incomplete. */
  problem?: string;
  /** What the type adds to the page. */
  parts: FormParts;
  /** Why a job of the page waits. */
  waitOf?: WaitOf;
}

/** The shortest form of a type. */
export interface QuickStart {
  type: string;
  field?: Field;
  /** Those that a name or words can be looked up in, the one to begin with first. */
  sources: SourceOption[];
  /** Those that could be, when they are connected. */
  unconnected: SourceOption[];
}

/** A source as an empty dashboard offers it. */
export interface BeginningCard {
  source: SourceOption;
  /** The type of the job it starts. */
  type: string;
  help?: string;
  /** What the job is asked without typing anything, and the text of the button. */
  ready?: { input: Record<string, string>; action: string };
  /** The fields that are sent with an uploaded file, for a source that reads files. */
  upload?: Record<string, string>;
  /** What has to be typed, for all other sources. */
  field?: Field;
}

export interface DashboardModel {
  counts: { posts: number; profiles: number; vectors: number };
  lastDay: { jobs: number; failed: number };
  /** The last 24 hours, oldest first, by the hour in which jobs ended; active ones are in the last. */
  hours: { start: Date; completed: number; failed: number; cancelled: number; active: number }[];
  /** The ten newest. */
  recent: Job[];
  starts: QuickStart[];
  /** The sources to begin with; shown while there are no posts and no jobs. */
  beginnings: BeginningCard[];
  /** Posts that cannot be found by meaning yet. */
  withoutVector: number;
  /** Why a job of the page waits. */
  waitOf?: WaitOf;
}

export interface FindModel {
  /** Everything that filters stands in `q`. `like`: `source:id` of the post that others should be like. */
  query: {
    q: string;
    by: FindWay;
    sort: FindSort;
    like?: string;
    /** Posts with higher keys are new. */
    after?: number;
    /** Only those are shown. */
    only?: 'new';
  };
  found: Found;
  /** Why nothing can be found, and what to do; shown in place of results. */
  problem?: { message: string; href: string; action: string };
  /** Field of the address → why it cannot be used; nothing was looked for then. */
  problems: Record<string, string>;
  /** With problems, the fields of the form as typed. */
  typed: Partial<Record<string, string>>;
  /** Names of sources. */
  sources: string[];
  /** The beginning of the post that others should be like. */
  like?: string;
  /** URL of the next page. */
  nextHref?: string;
  /** The newest post when the page was opened; later ones have higher keys. */
  seen: number;
  /** How many of the matching posts came later, when the page knows that already. */
  since: number;
  /** Those of the posts found that are new, and how many there are on all pages. */
  news?: { posts: Set<Post>; total: number; isCapped: boolean };
  /** Jobs run that may bring more. */
  busy: boolean;
  /** No post was collected at all. */
  isEmpty: boolean;
  saved: ListedFind[];
  /** The saved find that has this query. */
  savedAs?: ListedFind;
}

/** A find to save under a name that another one has. */
export interface TakenNameModel {
  name: string;
  query: FindModel['query'];
  /** The find that has the name. */
  other: ListedFind;
  /** A saved find that was to be renamed so, by its id; absent for one that was to be saved. */
  renames?: number;
}

/** The name of a job, "scrape @aurora_lab"; undefined when it is not kept any more, or not looked up. */
export type JobNames = (id: string) => string | undefined;

export interface AuditModel extends AuditPage {
  nameOf: JobNames;
  /** The ids of the schedules that are there. */
  schedules: ReadonlySet<string>;
  query: {
    job: string;
    who: string;
    action: string;
    kind: string;
    via: string;
    automatic: string;
    since: string;
    until: string;
  };
  nextHref?: string;
}

export interface ProfilesModel {
  page: ProfilePage;
  query: { q: string };
  nextHref?: string;
}

/** A status of the list of jobs, or all of them. */
export interface JobTab {
  status?: JobStatus;
  href: string;
  jobs: number;
  isCurrent: boolean;
  /** There are more jobs than were counted. */
  hasMore: boolean;
}

export interface JobsModel {
  jobs: Job[];
  /** In the order of a job's lifecycle, all statuses first. */
  tabs: JobTab[];
  /** As typed; times without a zone are UTC. */
  query: Record<'status' | 'failure' | 'type' | 'q' | 'session' | 'since' | 'until', string>;
  types: string[];
  olderHref?: string;
  newerHref?: string;
  /** How far back the search went, if it did not search all jobs. */
  lookedBackTo?: Date;
  /** The filter as a query string: `status=failed&q=space`. */
  filter: string;
  /** The outcome of the last change of many jobs. */
  outcome?: BulkOutcome;
  /** Why a job of the page waits. */
  waitOf?: WaitOf;
}

/** An action for all matching jobs, to be confirmed. */
export interface BulkModel {
  action: BulkOutcome['action'];
  query: JobsModel['query'];
  matching: number;
  /** How many of them allow the action now. */
  open: number;
  /** How many are not removed because they are pinned. */
  kept?: number;
  filter: string;
  backHref: string;
}

export interface SessionModel {
  id: string;
  summary: SessionSummary;
  jobs: Job[];
  olderHref?: string;
  newerHref?: string;
  /** Why a job of the page waits. */
  waitOf?: WaitOf;
  /** The outcome of the deletion that left the jobs that are shown. */
  outcome?: BulkOutcome | undefined;
}

export type HistorySpan = 'day' | 'week' | 'month' | 'quarter';

export interface HistoryModel {
  span: HistorySpan;
  /** Only this type. */
  type?: string;
  types: string[];
  history: History;
}

/** One job in full. */
export interface JobPageModel {
  view: JobView;
  attempts: JobAttempt[];
  steps: JobStep[];
  /** The child jobs, oldest first. */
  children: Job[];
  log: LogTail;
  /** Of the input of its type, where a form has them. */
  fields?: Field[];
  /** Who started it, where that is known. */
  start?: AuditEntry;
  /** What it did was taken back: nothing that it has brought is there any more. */
  isUndone?: boolean;
  /** What a job that failed for good leads on to. */
  elsewhere?: {
    /** Its own source, which is shown on the Sources page. */
    connection?: SourceOption;
    /** The other sources that can do the same. */
    others?: SourceOption[];
  };
  /** Why a job of the page waits. */
  waitOf?: WaitOf;
}

/** The end of a job's log. */
export interface LogTail {
  /** Whole lines. */
  text: string;
  /** The end of `text`, in bytes from the first line. */
  position: number;
  /** Whether earlier lines are left out. */
  isCut: boolean;
}

/** The API reference. */
export interface ApiModel {
  /** Whether the server requires a token. */
  hasToken: boolean;
  sections: { name: string; description: string; operations: ApiOperation[] }[];
  /** The schemas of responses, by name. */
  schemas: { name: string; fields: ApiField[] }[];
}

export interface ApiOperation {
  id: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  /** Request headers. */
  headers: ApiField[];
  /** Path and query parameters. */
  parameters: ApiField[];
  /** Fields of the body. */
  fields: ApiField[];
  answers: ApiAnswer[];
  /** An example for a terminal. */
  command: string;
}

export interface ApiAnswer {
  /** A status, or `default` for all others. */
  status: string;
  description: string;
  /** Its schemas as JSON. */
  schemas: string[];
}

export interface ApiField {
  name: string;
  required: boolean;
  /** In words: `whole number, 1 to 10,000, by default 100`. */
  rule: string;
  description: string;
}
