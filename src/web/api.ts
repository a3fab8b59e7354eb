import type { DefinitionBase, Elysia, EphemeralType, MetadataBase, SingletonBase } from 'elysia';
import type { InputOf, JobType, StartRequest } from '../client/job_types.ts';
import type {
  BulkAction,
  BulkOutcome,
  History,
  Job,
  JobPage,
  JobQuery,
  SessionSummary,
} from '../jobs/index.ts';
import type { PostPage, ProfilePage } from '../library/library.ts';
import type { Import } from '../sources/archive/index.ts';
import type { detailedJob } from './routes/job_json.ts';

/**
 * The JSON side of the API for `@elysiajs/eden`, which revives dates:
 *
 *     import type { Api } from 'xgpt/api';
 *     const { api } = treaty<Api>('localhost:3000', { headers: { accept: 'application/json' } });
 *     const { data, error } = await api.scrape.post({ username: 'aurora_lab' });
 *
 * Without that header the answers are HTML: the routes answer by what is accepted, which Elysia
 * cannot infer of them, so the types stand here.
 * What is live is not among them: `xgpt/client` follows jobs.
 */
export type Api = Elysia<
  '',
  SingletonBase,
  DefinitionBase,
  MetadataBase,
  Routes,
  EphemeralType,
  EphemeralType
>;

/** What every refusal says. */
export interface Refusal {
  error: {
    /** Stable, for programs: `not_found`. */
    code: string;
    message: string;
    /** Field → what is wrong with it. */
    details: Record<string, string>;
    timestamp: Date;
  };
  status: number;
}

type Routes = {
  api: {
    [Type in JobType]: { post: Call<Started, InputOf<Type> & { sessionId?: string }> };
  } & {
    jobs: {
      get: Call<Ok<JobPage>, unknown, Filter & Paging>;
      post: Call<Batch, StartRequest | StartRequest[]>;
      bulk: { post: Call<Ok<BulkOutcome>, Bulk> };
      ':id': {
        get: Call<Ok<{ job: ReturnType<typeof detailedJob> }>, unknown, unknown, Id>;
        delete: Call<Ok<{ job: Job }>, unknown, { force?: '1' }, Id>;
        log: { get: Call<Ok<string>, unknown, { position?: number }, Id> };
        cancel: { post: Call<Ok<{ job: Job }>, unknown, unknown, Id> };
        retry: { post: Call<Started, unknown, unknown, Id> };
        dismiss: { post: Call<Ok<{ job: Job }>, unknown, unknown, Id> };
        remove: { post: Call<Ok<{ job: Job }>, { force?: boolean }, unknown, Id> };
      };
    };
    sessions: {
      ':id': {
        jobs: { get: Call<Ok<SessionJobs>, unknown, Omit<Filter, 'session'> & Paging, Id> };
      };
    };
    history: { get: Call<Ok<History>, unknown, HistoryFilter> };
    posts: { get: Call<Ok<PostPage>, unknown, PostFilter> };
    profiles: { get: Call<Ok<ProfilePage>, unknown, { q?: string } & Page> };
    imports: {
      get: Call<Ok<{ imports: Import[] }>>;
      post: Call<{ 201: { imports: Import[] } }, { file: File }>;
      ':name': {
        remove: { post: Call<Ok<{ imports: Import[] }>, unknown, unknown, { name: string }> };
      };
    };
  };
  healthz: { get: Call<Ok<{ status: 'ok' | 'failing' }>> };
};

/** As Eden reads a route; whatever is no success is a refusal. */
interface Call<Answers, Body = unknown, Query = unknown, Params = unknown> {
  body: Body;
  headers: unknown;
  query: Query;
  params: Params;
  response: Answers & { [Status in 401 | 403 | 404 | 409 | 413 | 422 | 429 | 500 | 503]: Refusal };
}

type Ok<Data> = { 200: Data };
type Started = { 202: { job: Job } };
type BatchAnswer = { results: ({ job: Job } | { error: Refusal['error'] })[] };
type Batch = { 202: BatchAnswer; 207: BatchAnswer };
type SessionJobs = JobPage & { summary: SessionSummary };
type Id = { id: string };

type Filter = Pick<JobQuery, 'status' | 'failure' | 'type' | 'session' | 'q'> & {
  since?: string;
  until?: string;
};
type Paging = { limit?: number; cursor?: string; newer?: string };
type Page = { limit?: number; cursor?: string };
type Bulk = { action: BulkAction } & ({ ids: string[] } | { filter: Filter });
type HistoryFilter = { by?: 'hour' | 'day'; since?: string; until?: string; type?: string };
type PostFilter = {
  author?: string;
  source?: string;
  q?: string;
  by?: 'words' | 'meaning';
} & Page;
