/**
 * `bun bare_server.ts FOLDER grouped|single`: the minimum that can answer `POST /api/scrape`. It parses
 * JSON, inserts a row with `synchronous=FULL` and answers with it: all requests of one turn of the
 * event loop in one transaction, or each in its own.
 */
import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import { grouped } from '../peers/bare_sqlite.ts';

interface Asked {
  body: unknown;
  job?: unknown;
}

const [folder = '', mode = 'grouped'] = process.argv.slice(2);
const db = new Database(join(folder, 'bare.sqlite'), { create: true, strict: true });
db.run('PRAGMA journal_mode = WAL');
db.run('PRAGMA synchronous = FULL');
db.run(`CREATE TABLE jobs (
  key INTEGER PRIMARY KEY, id TEXT NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL,
  status INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL) STRICT`);
db.run('CREATE INDEX jobs_waiting ON jobs (type, key) WHERE status = 0');
const insert = db.query(
  'INSERT INTO jobs (id, type, data, created_at) VALUES (?, ?, ?, ?) RETURNING *',
);
const insertAll = db.transaction((all: Asked[]) => {
  for (const asked of all) {
    const data = JSON.stringify(asked.body);
    asked.job = insert.get(Bun.randomUUIDv7(), 'scrape', data, Date.now());
  }
});
const save =
  mode === 'grouped'
    ? grouped((all: Asked[]) => insertAll.immediate(all))
    : async (asked: Asked) => void insertAll.immediate([asked]);

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  async fetch(request) {
    const asked: Asked = { body: await request.json() };
    await save(asked);
    return Response.json({ job: asked.job }, { status: 202 });
  },
});
console.log(`listening at ${server.url.href} `);
