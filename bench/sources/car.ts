import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceBench } from './source_bench.ts';

/** Of 500,000 records, 200,000 are posts and reposts. */
const RECORDS_PER_POST = 2.5;

/** "The library alone" is the official one: like the product it checks all hashes. */
const bench: SourceBench = {
  name: 'Bluesky export of 500,000 records',
  unit: 'posts',
  items: 200_000,
  maxMemoryMb: 500,

  async prepare(items) {
    const dataDir = mkdtempSync(join(tmpdir(), 'xgpt-bench-car-'));
    const path = join(dataDir, 'imports', 'repo.car');
    mkdirSync(join(dataDir, 'imports'));
    await run('write_car.ts', path, String(items * RECORDS_PER_POST));
    const input = {
      source: 'archive',
      archive: 'repo.car',
      includeReplies: 'true',
      includeRetweets: 'true',
    };
    return {
      env: { XGPT_DATA_DIR: dataDir },
      jobs: [{ type: 'scrape', input }],
      bare: async () => JSON.parse(await run('read_car.ts', path, 'official')).posts,
      stop: async () => rmSync(dataDir, { recursive: true, force: true }),
    };
  },
};

export default bench;

/** A process of its own: the library alone takes gigabytes. */
async function run(file: string, ...args: string[]): Promise<string> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, file), ...args]);
  const output = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error(`${file} failed.`);
  return output;
}
