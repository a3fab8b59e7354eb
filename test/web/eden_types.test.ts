/** What `@elysiajs/eden` makes of `Api`: `tsc` checks every address, the test only that it is read. */
import { expect, test } from 'bun:test';
import type { Treaty } from '@elysiajs/eden';
import type { Api, Refusal } from 'xgpt/api';
import type { InputOf, JobType, StartRequest } from '../../src/client/job_types.ts';
import type {
  BulkAction,
  BulkOutcome,
  Failure,
  History,
  Job,
  JobPage,
  JobStatus,
  SessionSummary,
} from '../../src/jobs/index.ts';
import type { ProfilePage, UndoneImport } from '../../src/library/index.ts';
import type { findPosts } from '../../src/operations/find_posts.ts';
import type { StoredImport } from '../../src/operations/scrape/imports.ts';
import type { LogLine } from '../../src/text/log_lines.ts';
import type { detailedJob } from '../../src/web/routes/job_json.ts';
import { isTrue } from '../support/types.ts';

type Client = Treaty.Create<Api>;
type Calls = Client['api'];
type OneJob = ReturnType<Calls['jobs']>;
type Call = (...given: never[]) => Promise<{ data: unknown; error: unknown }>;

/** The data of every success. */
type Data<Asked extends Call> = NonNullable<Awaited<ReturnType<Asked>>['data']>;
type Failed<Asked extends Call> = NonNullable<Awaited<ReturnType<Asked>>['error']>;
/** What a refusal with this status says. */
type RefusalOf<Asked extends Call, Status> =
  Extract<Failed<Asked>, { status: Status }> extends {
    value: infer Value;
  }
    ? Value
    : never;

/** Each is fit for the other, and neither is `any`. */
type Equal<One, Other> = 0 extends 1 & One
  ? false
  : [One] extends [Other]
    ? [Other] extends [One]
      ? true
      : false
    : false;

/** A value of this type may be sent. */
type Takes<Sent, Given> = Given extends Sent ? true : false;

type Query<Asked extends Call> =
  NonNullable<Parameters<Asked>[0]> extends { query?: infer Sent } ? Sent : never;
type QueryAfterBody<Asked extends Call> =
  NonNullable<Parameters<Asked>[1]> extends {
    query?: infer Sent;
  }
    ? Sent
    : never;

interface Filter {
  status?: JobStatus;
  failure?: Failure;
  type?: string;
  session?: string;
  q?: string;
  since?: string;
  until?: string;
}
interface Paging {
  limit?: number;
  cursor?: string;
  newer?: string;
}

export function answersAre() {
  isTrue<Equal<Data<Calls['scrape']['post']>, { job: Job }>>();
  isTrue<Equal<Data<Calls['search']['post']>, { job: Job }>>();
  isTrue<Equal<Data<Calls['discover']['post']>, { job: Job }>>();
  isTrue<Equal<Data<Calls['embed']['post']>, { job: Job }>>();
  isTrue<
    Equal<Data<Calls['jobs']['post']>, { results: ({ job: Job } | { error: Refusal['error'] })[] }>
  >();
  isTrue<Equal<Data<Calls['jobs']['get']>, JobPage>>();
  isTrue<Equal<Data<Calls['jobs']['bulk']['post']>, BulkOutcome>>();
  isTrue<Equal<Data<OneJob['get']>, { job: Awaited<ReturnType<typeof detailedJob>> }>>();
  isTrue<Equal<Data<OneJob['delete']>, { job: Job }>>();
  isTrue<
    Equal<Data<OneJob['log']['get']>, { lines: LogLine[]; position: number; dropped: number }>
  >();
  isTrue<Equal<Data<OneJob['cancel']['post']>, { job: Job }>>();
  isTrue<Equal<Data<OneJob['retry']['post']>, { job: Job }>>();
  isTrue<Equal<Data<OneJob['dismiss']['post']>, { job: Job }>>();
  isTrue<Equal<Data<OneJob['remove']['post']>, { job: Job }>>();
  isTrue<
    Equal<Data<ReturnType<Calls['sessions']>['jobs']['get']>, JobPage & { summary: SessionSummary }>
  >();
  isTrue<Equal<Data<Calls['history']['get']>, History>>();
  isTrue<Equal<Data<Calls['posts']['get']>, Awaited<ReturnType<typeof findPosts>>>>();
  isTrue<Equal<Data<Calls['profiles']['get']>, ProfilePage>>();
  isTrue<Equal<Data<Calls['imports']['get']>, { imports: StoredImport[] }>>();
  isTrue<Equal<Data<Calls['imports']['post']>, { imports: StoredImport[] }>>();
  isTrue<
    Equal<Data<ReturnType<Calls['imports']>['remove']['post']>, { imports: StoredImport[] }>
  >();
  isTrue<
    Equal<
      Data<ReturnType<Calls['imports']>['undo']['post']>,
      { undone: UndoneImport; imports: StoredImport[] }
    >
  >();
  isTrue<Equal<Data<Client['healthz']['get']>['status'], 'ok' | 'failing'>>();
}

export function refusalsAre() {
  isTrue<Equal<RefusalOf<Calls['scrape']['post'], 401 | 413 | 422 | 429 | 500>, Refusal>>();
  isTrue<Equal<RefusalOf<Calls['jobs']['get'], 401 | 422>, Refusal>>();
  isTrue<Equal<RefusalOf<OneJob['get'], 404>, Refusal>>();
  isTrue<Equal<RefusalOf<OneJob['retry']['post'], 404 | 409>, Refusal>>();
  isTrue<Equal<RefusalOf<Calls['posts']['get'], 422 | 503>, Refusal>>();
  isTrue<Equal<Refusal['error']['timestamp'], Date>>();
}

export function requestsTake() {
  type Body<Type extends JobType> = InputOf<Type> & { sessionId?: string };
  isTrue<Takes<Parameters<Calls['scrape']['post']>[0], Body<'scrape'>>>();
  isTrue<Takes<Parameters<Calls['search']['post']>[0], Body<'search'>>>();
  isTrue<Takes<Parameters<Calls['discover']['post']>[0], Body<'discover'>>>();
  isTrue<Takes<Parameters<Calls['embed']['post']>[0], Body<'embed'>>>();
  isTrue<Takes<Parameters<Calls['jobs']['post']>[0], StartRequest | StartRequest[]>>();
  isTrue<Takes<Query<Calls['jobs']['get']>, Filter & Paging>>();
  isTrue<
    Takes<Query<ReturnType<Calls['sessions']>['jobs']['get']>, Omit<Filter, 'session'> & Paging>
  >();
  isTrue<
    Takes<
      Parameters<Calls['jobs']['bulk']['post']>[0],
      { action: BulkAction; ids: string[] } | { action: BulkAction; filter: Filter }
    >
  >();
  isTrue<Takes<QueryAfterBody<OneJob['delete']>, { force?: '1' }>>();
  isTrue<Takes<Query<OneJob['log']['get']>, { position?: number }>>();
  isTrue<Takes<Parameters<OneJob['remove']['post']>[0], { force?: boolean }>>();
  isTrue<
    Takes<
      Query<Calls['history']['get']>,
      { by?: 'hour' | 'day'; since?: string; until?: string; type?: string }
    >
  >();
  isTrue<
    Takes<
      Query<Calls['posts']['get']>,
      {
        author?: string;
        source?: string;
        q?: string;
        by?: 'words' | 'meaning';
        limit?: number;
        cursor?: string;
      }
    >
  >();
  isTrue<Takes<Query<Calls['profiles']['get']>, { q?: string; limit?: number; cursor?: string }>>();
  isTrue<Takes<Parameters<Calls['imports']['post']>[0], { file: File }>>();
}

/** Never called: only read by `tsc`. */
export function whatIsRefused(client: Client) {
  const { api } = client;
  // @ts-expect-error there is no such status
  api.jobs.get({ query: { status: 'lost' } });
  // @ts-expect-error a page has a number of jobs
  api.jobs.get({ query: { limit: 'many' } });
  // @ts-expect-error there is no such way to count
  api.history.get({ query: { by: 'minute' } });
  // @ts-expect-error a search has a query
  api.search.post({ maxTweets: 5 });
  // @ts-expect-error ids or a filter
  api.jobs.bulk.post({ action: 'cancel', ids: [], filter: {} });
}

test('the types are those that are promised', () => {
  expect([answersAre, refusalsAre, requestsTake].every((check) => check() === undefined)).toBe(
    true,
  );
});
