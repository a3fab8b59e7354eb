import { jobTracker } from '../jobs/index.ts';
import { type Config, InvalidConfig } from '../platform/config.ts';
import { appDatabase } from '../platform/database.ts';
import { createLogger } from '../platform/logger.ts';
import { prepareStatements } from '../platform/statement.ts';
import { urlTo } from '../text/urls.ts';
import { createApp } from '../web/app.ts';
import { bootstrap } from './bootstrap.ts';
import { compileInBackground } from './compiled/in_background.ts';
import { shutDownOnSignals } from './shutdown.ts';

/** How long an idle connection is kept, in seconds. */
const IDLE_SECONDS = 30;

/** Requests that arrive this soon are answered before jobs start, in ms. */
const FIRST_ASKED_MS = 10;

/** The longest wait for that, in ms: a stream never ends. */
const FIRST_ANSWERED_MS = 150;

/**
 * Runs the server and its jobs until SIGINT, SIGTERM or SIGHUP. Resolves when the server listens.
 * @param compiled the folder of the compiled program, if that is running.
 */
export async function serve(config: Config, compiled?: string): Promise<void> {
  const logger = createLogger(config.logLevel);
  const deps = await bootstrap(config, 'server', logger);
  const closing = new AbortController();
  const app = await createApp({
    ...deps,
    database: appDatabase(),
    tracker: jobTracker,
    config,
    logger,
    closing: closing.signal,
    compiled,
  });
  const server = listen(app, config);
  await firstAnswers(server);
  prepareStatements(appDatabase());
  // Not earlier: a server whose port is taken must not claim jobs.
  await jobTracker.start();
  await deps.health.start();
  shutDownOnSignals({
    deps,
    drainMs: config.drainMs,
    withParent: config.stopWithParent,
    logger,
    closing,
    closeServer: async () => void (await server.stop(true)),
  });
  compileInBackground(logger);
  // Last, because a script that reads the address may send a signal at once.
  console.log(`xgpt is at ${server.url.origin}${urlTo('/')}`);
}

/** Answers the requests that are waiting already before jobs start. */
async function firstAnswers(server: { readonly pendingRequests: number }): Promise<void> {
  const until = performance.now() + FIRST_ANSWERED_MS;
  await Bun.sleep(FIRST_ASKED_MS);
  while (server.pendingRequests > 0 && performance.now() < until) await Bun.sleep(1);
}

/** Elysia's own `listen` (1.4.30) compiles every route first; this way each is compiled when it is used. */
function listen(app: Awaited<ReturnType<typeof createApp>>, config: Config) {
  try {
    app.server = Bun.serve({
      hostname: config.host,
      port: config.port,
      // Otherwise two servers on one port would each get some of its requests.
      reusePort: false,
      // Each route limits its own body with a message; Bun would answer without one.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      idleTimeout: IDLE_SECONDS,
      development: false,
      // The app answers its own errors; this is in place of a page of the runtime.
      error: () => new Response('Internal error.\n', { status: 500 }),
      fetch: composed(app),
    });
    return app.server;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const advice =
      code === 'EADDRINUSE'
        ? `Port ${config.port} is in use. Stop the program that uses it, or set PORT to another one.`
        : `Cannot listen on ${config.host}, port ${config.port}: ${message}. Set HOST to an address of this machine, and PORT to a port that you may use.`;
    throw new InvalidConfig(advice, { cause });
  }
}

/**
 * Elysia 1.4.30 composes its handler when it is first read, and keeps one `NotFoundError` in it for
 * all requests. Bun 1.4.4 resolves the stack of an error that is still alive at a garbage collection,
 * and the first such stack makes it parse the source map: 20 ms, during the first request. This
 * error is made without a stack, which would be the same for every address anyway.
 */
function composed(app: Awaited<ReturnType<typeof createApp>>) {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return app.fetch;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
