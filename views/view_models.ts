import type { JobAttempt, JobStep } from '../src/jobs/details.ts';
import type { BulkOutcome } from '../src/jobs/engine/bulk.ts';
import type { History } from '../src/jobs/history.ts';
import type { Job } from '../src/jobs/job.ts';
import type { SessionSummary } from '../src/jobs/listing.ts';
import type { PostPage, ProfilePage } from '../src/library/library.ts';
import type { Field } from '../src/operations/fields.ts';
import type { Post } from '../src/sources/post.ts';

/** A job and what only the running process can tell about it. */
export interface JobView {
  job: Job;
  /** Its place in line among the waiting jobs of its type, 1 = next. */
  place?: number;
  /** Smoothed speed, in units of `progress` a second; absent rather than nonsense. */
  perSecond?: number;
  /** When it last moved, if that is suspiciously long ago. */
  stalledSince?: Date;
}

export interface TaskbarModel {
  /** In the order they are shown: just finished, running by start, waiting by turn, failed. */
  jobs: JobView[];
  /** How many waiting jobs are not among them. */
  more?: number;
  now: Date;
}

/** What every page's frame needs. */
export interface Frame {
  taskbar: TaskbarModel;
  /** The reader's choice, kept in a cookie; `auto` follows the system. */
  theme: 'auto' | 'light' | 'dark';
  taskbarCollapsed: boolean;
  /** Whether this reader came in by a session that they can end. */
  signedIn?: boolean;
  /** The source that forms start with, as a badge: "Synthetic sample". */
  source?: string;
  /** What keeps the program from working, or is odd: each a sentence, and what to do. */
  notices: { title: string; advice: string }[];
  now: Date;
}

/** What a form shows: what was typed, and what was wrong with it. Keys are field names. */
export interface FormState {
  values: Record<string, string>;
  errors: Record<string, string>;
}

/** A source as the forms offer it. */
export interface SourceOption {
  name: string;
  /** In the middle of a sentence: "the synthetic sample". */
  label: string;
  /** Milliseconds between its pages, and items on one: what the forms' estimate is made of. */
  pageMs: number;
  pageSize: number;
}

/** An archive in the `imports/` folder. */
export interface ImportOption {
  /** File or folder name, as chosen in the form. */
  name: string;
  /** Absent for a folder. */
  bytes?: number;
  addedAt: Date;
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
}

/** The page of a job type. */
export interface StartModel {
  type: string;
  fields: Field[];
  form: FormState;
  /** Those that the type can use. */
  sources: SourceOption[];
  /** The last runs of this type, newest first. */
  runs: Job[];
  /** What the type adds to the page. */
  parts: FormParts;
}

/** The shortest form of a type. */
export interface QuickStart {
  type: string;
  field?: Field;
  /** The first that the type can use. */
  source?: SourceOption;
}

export interface DashboardModel {
  counts: { posts: number; profiles: number; vectors: number };
  lastDay: { jobs: number; failed: number };
  /** The last 24 hours, oldest first, by the hour in which jobs ended; active ones are in the last. */
  hours: { start: Date; completed: number; failed: number; cancelled: number; active: number }[];
  /** The ten newest. */
  recent: Job[];
  starts: QuickStart[];
}

export interface PostsModel {
  page: Omit<PostPage, 'posts'> & { posts: (Post & { similarity?: number })[] };
  query: { author: string; q: string; by: 'words' | 'meaning' };
  /** Why a search by meaning cannot be answered, and what to do; shown in place of results. */
  problem?: { message: string; href: string; action: string };
  /** Address of the next page. */
  nextHref?: string;
}

export interface ProfilesModel {
  page: ProfilePage;
  query: { q: string };
  nextHref?: string;
}

export interface JobsModel {
  jobs: Job[];
  /** As typed; times without a zone are UTC. */
  query: Record<'status' | 'failure' | 'type' | 'q' | 'session' | 'since' | 'until', string>;
  types: string[];
  olderHref?: string;
  newerHref?: string;
  /** How far it has looked, when it did not look through all there is. */
  lookedBackTo?: Date;
  /** The filter as it stands in an address: `status=failed&q=space`. */
  filter: string;
  /** What was just done to many of them. */
  outcome?: BulkOutcome;
}

/** What is to be confirmed before it is done to all jobs that match. */
export interface BulkModel {
  action: BulkOutcome['action'];
  query: JobsModel['query'];
  matching: number;
  /** How many of them it can be done to as they are now. */
  open: number;
  filter: string;
  backHref: string;
}

export interface SessionModel {
  id: string;
  summary: SessionSummary;
  jobs: Job[];
  olderHref?: string;
  newerHref?: string;
}

export type HistorySpan = 'day' | 'week' | 'month' | 'quarter';

export interface HistoryModel {
  span: HistorySpan;
  /** One type alone. */
  type?: string;
  types: string[];
  history: History;
}

export interface ErrorModel {
  status: number;
  /** What happened. */
  title: string;
  /** What was kept, and what to do. */
  message: string;
  /** Field → what is wrong with it. */
  details: Record<string, string>;
}

/** One job with all that is known of it. */
export interface JobPageModel {
  view: JobView;
  attempts: JobAttempt[];
  steps: JobStep[];
  /** The jobs it started, oldest first. */
  children: Job[];
  log: LogTail;
}

/** The end of a job's log. */
export interface LogTail {
  /** Whole lines. */
  text: string;
  /** Where what is written later goes on, in bytes from the first line. */
  position: number;
  /** There were lines before these. */
  isCut: boolean;
}

/** What can be asked of the server by a program. */
export interface ApiModel {
  /** Whether access is asked for. */
  hasToken: boolean;
  sections: { name: string; description: string; operations: ApiOperation[] }[];
  /** What answers are made of, by name. */
  schemas: { name: string; fields: ApiField[] }[];
}

export interface ApiOperation {
  id: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  /** What may stand in the request's head. */
  headers: ApiField[];
  /** What stands in the address. */
  parameters: ApiField[];
  /** What the body may have. */
  fields: ApiField[];
  answers: ApiAnswer[];
  /** A line for a terminal that asks for it. */
  command: string;
}

export interface ApiAnswer {
  /** A status, or `default` for every other. */
  status: string;
  description: string;
  /** What it may be as JSON. */
  schemas: string[];
}

export interface ApiField {
  name: string;
  required: boolean;
  /** In words: `whole number, 1 to 10,000, by default 100`. */
  rule: string;
  description: string;
}
