/**
 * `bun bare_server.ts FOLDER grouped|single`: the least that can answer `POST /api/scrape`. It parses
 * JSON, inserts a row with `synchronous=FULL` and answers with it: all requests of one turn of the
 * event loop in one transaction, or each in its own.
 */
import { createBareInsert } from './bare_insert.ts';

const [folder = '', mode = 'grouped'] = process.argv.slice(2);
const save = createBareInsert(folder, mode === 'grouped');

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  async fetch(request) {
    const job = await save(await request.json());
    return Response.json({ job }, { status: 202 });
  },
});
console.log(`listening at ${server.url.href} `);
