import { createApp } from './app.ts';
import { type Config, InvalidConfig } from './config.ts';
import { appDatabase } from './database.ts';
import { jobTracker } from './jobs/index.ts';
import { createLogger } from './logger.ts';
import { openProgram } from './services.ts';
import { shutDownOnSignals } from './shutdown.ts';

/** Runs the server with a runner beside it until SIGINT or SIGTERM. Resolves when it listens. */
export async function serve(config: Config): Promise<void> {
  const logger = createLogger(config.logLevel);
  const program = await openProgram(config, 'server', logger);
  const closing = new AbortController();
  const app = await createApp({
    ...program,
    database: appDatabase(),
    tracker: jobTracker,
    config,
    logger,
    closing: closing.signal,
  });
  const server = listen(app, config);
  // Only now: a server that finds its port taken must not have claimed jobs.
  await jobTracker.start();
  await program.vitals.start();
  shutDownOnSignals({
    program,
    drainMs: config.drainMs,
    logger,
    closing,
    closeServer: async () => void (await server?.stop(true)),
  });
  // Last of all: whoever reads the address may send a signal at once.
  console.log(`xgpt is at ${server?.url.href}`);
}

function listen(app: Awaited<ReturnType<typeof createApp>>, config: Config) {
  try {
    return app.listen({
      hostname: config.host,
      port: config.port,
      // Elysia shares a taken port otherwise, and each request would go to one or the other.
      reusePort: false,
      // Each route limits its own body, and says what to do instead; Bun would answer with nothing.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    }).server;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const advice =
      code === 'EADDRINUSE'
        ? `Port ${config.port} is in use. Stop what listens there, or set PORT to another one.`
        : `Cannot listen on ${config.host}, port ${config.port}: ${message}. Set HOST to an address of this machine, and PORT to one you may use.`;
    throw new InvalidConfig(advice, { cause });
  }
}
