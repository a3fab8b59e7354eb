import { jobTracker } from '../jobs/index.ts';
import { type Config, InvalidConfig } from '../platform/config.ts';
import { appDatabase } from '../platform/database.ts';
import { createLogger } from '../platform/logger.ts';
import { prepareStatements } from '../platform/statement.ts';
import { createApp } from '../web/app.ts';
import { bootstrap } from './bootstrap.ts';
import { compileInBackground } from './compiled/in_background.ts';
import { shutDownOnSignals } from './shutdown.ts';

/** How long a connection may be silent while nothing is answered on it. */
const IDLE_SECONDS = 30;

/** Requests that come this soon have the process to themselves until they are answered, in ms. */
const FIRST_ASKED_MS = 10;

/** Streams are never answered, so that is waited for no longer than this, in ms. */
const FIRST_ANSWERED_MS = 150;

/**
 * Runs the server with a runner beside it until SIGINT or SIGTERM. Resolves when it listens.
 * @param compiled the folder of the compiled program, when it is what runs.
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
  // Only now: a server that finds its port taken must not have claimed jobs.
  await jobTracker.start();
  await deps.vitals.start();
  shutDownOnSignals({
    deps,
    drainMs: config.drainMs,
    logger,
    closing,
    closeServer: async () => void (await server.stop(true)),
  });
  compileInBackground(logger);
  // Last of all: whoever reads the address may send a signal at once.
  console.log(`xgpt is at ${server.url.href}`);
}

/** Whoever waits for the server already is answered before jobs begin. */
async function firstAnswers(server: { readonly pendingRequests: number }): Promise<void> {
  const until = performance.now() + FIRST_ANSWERED_MS;
  await Bun.sleep(FIRST_ASKED_MS);
  while (server.pendingRequests > 0 && performance.now() < until) await Bun.sleep(1);
}

/** Elysia's own `listen` (1.4.30) compiles every route first; this way each is when it is asked for. */
function listen(app: Awaited<ReturnType<typeof createApp>>, config: Config) {
  try {
    app.server = Bun.serve({
      hostname: config.host,
      port: config.port,
      // Two servers on one port would each get some of its requests.
      reusePort: false,
      // Each route limits its own body, and says what to do instead; Bun would answer with nothing.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      idleTimeout: IDLE_SECONDS,
      development: false,
      fetch: composed(app),
    });
    return app.server;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const advice =
      code === 'EADDRINUSE'
        ? `Port ${config.port} is in use. Stop what listens there, or set PORT to another one.`
        : `Cannot listen on ${config.host}, port ${config.port}: ${message}. Set HOST to an address of this machine, and PORT to one you may use.`;
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
