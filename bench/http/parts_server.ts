/**
 * `bun parts_server.ts FOLDER elysia|enqueue`: what parts of xgpt cost alone, as ceilings of the whole.
 * `elysia` is the minimal server with grouped commits behind Elysia; `enqueue` is xgpt's own tracker
 * (checks, tables, claims) behind a bare Bun server, without routes, hooks and cards.
 */
import { Elysia } from 'elysia';
import { bootstrap } from '../../src/app/bootstrap.ts';
import { jobTracker } from '../../src/jobs/index.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { createBareInsert } from './bare_insert.ts';

const [folder = '', part = 'elysia'] = process.argv.slice(2);
const server = part === 'elysia' ? serveElysia() : await serveTracker();
console.log(`listening at ${server.url.href} `);

function serveElysia() {
  const save = createBareInsert(folder, true);
  const app = new Elysia().post('/api/scrape', async ({ body, status }) =>
    status(202, { job: await save(body) }),
  );
  return Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: (request) => app.fetch(request) });
}

async function serveTracker() {
  await bootstrap(loadConfig(), 'server', createLogger('error'));
  await jobTracker.start();
  return Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request, server) {
      const input = (await request.json()) as Record<string, unknown>;
      const client = server.requestIP(request)?.address;
      const job = await jobTracker.enqueue('scrape', input, {
        mergeMs: 500,
        ...(client && { client }),
      });
      return Response.json({ job }, { status: 202 });
    },
  });
}
