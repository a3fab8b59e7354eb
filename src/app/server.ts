import { jobTracker } from '../jobs/index.ts';
import type { Config } from '../platform/config.ts';
import { appDatabase, DatabaseUnusable } from '../platform/database.ts';
import { databaseIssueOf, RESTORE, unusableMessage } from '../platform/database_issue.ts';
import { createLogger } from '../platform/logger.ts';
import { prepareStatements } from '../platform/statement.ts';
import { StorageFailed, TOO_MANY_FILES } from '../platform/storage_issue.ts';
import { urlTo } from '../text/urls.ts';
import { createQuickApp } from '../web/app.ts';
import { openForReading } from './bootstrap.ts';
import { compileInBackground } from './compiled/in_background.ts';
import { maxDescriptors, RESERVED_DESCRIPTORS } from './descriptors.ts';
import { Listener } from './listener.ts';
import { readWordsAhead } from './read_ahead.ts';
import { reindexInBackground } from './reindex.ts';
import { shutDownOnSignals } from './shutdown.ts';
import { surviveDatabaseErrors } from './uncaught.ts';

/** Requests that arrive this soon are answered before jobs start, in ms. */
const FIRST_ASKED_MS = 10;

/** The longest wait for that, in ms: a stream never ends. */
const FIRST_ANSWERED_MS = 150;

/**
 * Runs the server and its jobs until SIGINT, SIGTERM or SIGHUP. Resolves when it serves everything.
 * @param compiled the folder of the compiled program, if that is running.
 */
export async function serve(settings: Config, compiled?: string): Promise<void> {
  const config = { ...settings, maxConnections: maxStreams(settings) };
  const logger = createLogger(config.logLevel);
  const listener = new Listener({ config, logger });
  const deps = await openForReading(config, 'server', logger);
  surviveDatabaseErrors(deps.health);
  const closing = new AbortController();
  const { app, fetch, complete } = await createQuickApp({
    ...deps,
    database: appDatabase(),
    tracker: jobTracker,
    config,
    logger,
    closing: closing.signal,
    compiled,
  });
  // Elysia's own `listen` (1.4.30) compiles every route first; this way each is compiled when it is used.
  listener.answerWith({
    fetch,
    onServer: (server) => {
      app.server = server as typeof app.server;
    },
    onShortage: () => deps.health.noticed(new StorageFailed(TOO_MANY_FILES)),
  });
  await firstAnswers(listener);
  // Other requests than for the first page wait for these.
  const { schedules } = await deps.jobDeps();
  await complete();
  prepareAllStatements(config.databasePath);
  // Not earlier: a server whose port is taken must not claim jobs.
  await jobTracker.start();
  // Not awaited: many may be overdue.
  void schedules.start();
  await deps.health.start();
  shutDownOnSignals({
    deps: { ...deps, schedules },
    drainMs: config.drainMs,
    withParent: config.stopWithParent,
    logger,
    closing,
    closeServer: () => listener.stop(),
  });
  const { library } = deps;
  const { signal } = closing;
  void reindexInBackground({
    db: appDatabase(),
    library,
    tracker: jobTracker,
    closing: signal,
  });
  void readWordsAhead({ words: library.words, errors: jobTracker.errors, closing: signal });
  compileInBackground(logger);
  // Last, because a script that reads the address may send a signal at once.
  console.log(`xgpt is at ${listener.url.origin}${urlTo('/')}`);
}

/** @throws DatabaseUnusable when the tables are not those of this program. */
function prepareAllStatements(path: string): void {
  try {
    prepareStatements(appDatabase());
  } catch (cause) {
    if (databaseIssueOf(cause)) throw cause;
    const { message } = cause as Error;
    const problem = { title: `It is not as xgpt made it: ${message}.`, remedy: RESTORE };
    throw new DatabaseUnusable(unusableMessage(path, problem), { cause });
  }
}

/** Streams leave descriptors for requests, files and the model's process. */
function maxStreams({ maxConnections }: Config): number {
  return Math.max(1, Math.min(maxConnections, maxDescriptors() - 3 * RESERVED_DESCRIPTORS));
}

/** Answers the requests that are waiting already before jobs start. */
async function firstAnswers(server: { readonly pendingRequests: number }): Promise<void> {
  const until = performance.now() + FIRST_ANSWERED_MS;
  await Bun.sleep(FIRST_ASKED_MS);
  while (server.pendingRequests > 0 && performance.now() < until) await Bun.sleep(1);
}
