import type { Area } from '../area.ts';
import { access, readOnly, tooManyTokens, unauthorised, wrongTokens } from './access.ts';
import { documents } from './documents.ts';
import { imports } from './imports.ts';
import { bulkChanges, jobChanges } from './job_changes.ts';
import { jobs } from './jobs.ts';
import { emptyLibrary, library, livePosts } from './library.ts';
import { audit, history, pages, wrongPages } from './pages.ts';
import { queues } from './queues.ts';
import { bodies, foreign, heads, negotiation, obstructed, wrongMethods } from './refusals.ts';
import { savedFinds } from './saved_finds.ts';
import { schedules } from './schedules.ts';
import { sources } from './sources.ts';
import { fullQueue, idempotency, starts, startsByType } from './starts.ts';
import { streams, tooManyStreams } from './streams.ts';
import { webhooks } from './webhooks.ts';

const OWN: Area[] = [
  jobs,
  jobChanges,
  bulkChanges,
  starts,
  startsByType,
  idempotency,
  fullQueue,
  streams,
  tooManyStreams,
  library,
  emptyLibrary,
  livePosts,
  imports,
  sources,
  schedules,
  queues,
  savedFinds,
  pages,
  wrongPages,
  history,
  audit,
  webhooks,
  documents,
  access,
  wrongTokens,
  tooManyTokens,
  bodies,
  negotiation,
  obstructed,
];

/** Every route that has cases of its own, such as `GET /api/jobs/:id`. */
export const ROUTES = [
  ...new Set(OWN.flatMap(({ cases }) => cases.map(({ route }) => route))),
].sort();

/** Everything that is recorded, with the refusals that all routes share. */
export const AREAS: Area[] = [
  ...OWN,
  unauthorised(ROUTES),
  readOnly(ROUTES),
  wrongMethods(ROUTES),
  foreign(ROUTES),
  heads(ROUTES),
];
